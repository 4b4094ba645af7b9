//! The making of a Checkout Session, with all that Stripe refuses about one.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{
    discount,
    error::{ApiError, ApiResult},
    id, money,
    params::{Expand, Metadata, MetadataParam, at_least, merge_metadata, typed},
    price::{Price, Product, Recurring},
    session::{LineItem, PaymentStatus, Session, SessionStatus, TotalDetails},
    session_read::EXPANDABLE,
    world::{Context, World},
};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 3600;
/// Eight digits.
const MOST: i64 = 99_999_999;

#[derive(Debug, Deserialize)]
struct Create {
    mode: Option<String>,
    line_items: Option<Vec<LineParam>>,
    discounts: Option<Vec<DiscountParam>>,
    allow_promotion_codes: Option<bool>,
    success_url: Option<String>,
    cancel_url: Option<String>,
    client_reference_id: Option<String>,
    customer: Option<String>,
    customer_account: Option<String>,
    customer_email: Option<String>,
    customer_creation: Option<String>,
    payment_method_collection: Option<String>,
    currency: Option<String>,
    expires_at: Option<i64>,
    metadata: Option<MetadataParam>,
    ui_mode: Option<String>,
    #[serde(default)]
    expand: Expand,
}

#[derive(Debug, Deserialize)]
struct LineParam {
    price: Option<String>,
    price_data: Option<PriceData>,
    quantity: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct PriceData {
    currency: String,
    product: Option<String>,
    product_data: Option<ProductData>,
    unit_amount: Option<i64>,
    recurring: Option<Recurring>,
}

#[derive(Debug, Deserialize)]
struct ProductData {
    name: String,
}

#[derive(Debug, Deserialize)]
struct DiscountParam {
    coupon: Option<String>,
    promotion_code: Option<String>,
}

/// Parameters that change nothing here and are answered as they came.
const ECHOED: &[&str] =
    &["billing_address_collection", "customer_creation", "locale", "payment_method_collection", "submit_type"];

pub(crate) fn create(world: &mut World, params: &Value, context: &Context) -> ApiResult<Value> {
    let asked: Create = typed(params)?;
    asked.expand.check(EXPANDABLE, &context.caller)?;
    let mode = asked.mode.clone().ok_or_else(|| ApiError::missing("mode"))?;
    check_alone(&asked, &mode, context)?;
    let metadata = merge_metadata(&Metadata::new(), asked.metadata.as_ref())?;
    if let Some(customer) = asked.customer.as_ref().or(asked.customer_account.as_ref()) {
        return Err(ApiError::no_such("customer", customer, "customer"));
    }
    let lines = lines(world, &asked, &mode, context)?;
    let id = id::mixed(if context.caller.livemode { "cs_live_a1" } else { "cs_test_a1" }, 56);
    let mut session = Session {
        url: Some(format!("{}/c/pay/{id}", context.base_url)),
        id,
        object: "checkout.session",
        allow_promotion_codes: asked.allow_promotion_codes,
        amount_subtotal: None,
        amount_total: None,
        cancel_url: asked.cancel_url,
        client_reference_id: asked.client_reference_id,
        created: context.now,
        currency: lines.first().map(|line| line.price.currency.clone()).or(asked.currency),
        customer_details: None,
        customer_email: asked.customer_email,
        discounts: Vec::new(),
        expires_at: asked.expires_at.unwrap_or(context.now + DAY),
        livemode: context.caller.livemode,
        metadata,
        mode,
        payment_intent: None,
        payment_status: PaymentStatus::NoPaymentRequired,
        payment_failed: false,
        status: SessionStatus::Open,
        subscription: None,
        success_url: asked.success_url,
        total_details: TotalDetails::default(),
        ui_mode: "hosted_page",
        line_items: lines,
        applied: None,
        echoed: ECHOED.iter().filter_map(|name| Some(((*name).to_owned(), params.get(name)?.clone()))).collect(),
    };
    session.add_up();
    if let Some(wanted) = asked.discounts.iter().flatten().next() {
        put_discount(world, &mut session, wanted, context.now)?;
    }
    check_total(&session)?;
    let answer = session.json(world, context.now, &asked.expand);
    world.sessions.put(session);
    Ok(answer)
}

/// What the parameters have wrong whatever is stored.
fn check_alone(asked: &Create, mode: &str, context: &Context) -> ApiResult<()> {
    if asked.ui_mode.as_ref().is_some_and(|ui_mode| ui_mode != "hosted_page") {
        return Err(ApiError::invalid("This stand-in only has the ui_mode `hosted_page`.").param("ui_mode"));
    }
    // Merely passing it counts, even as `false`.
    if asked.allow_promotion_codes.is_some() && asked.discounts.is_some() {
        return Err(ApiError::exclusive(&["allow_promotion_codes", "discounts"], "allow_promotion_codes"));
    }
    for (at, discount) in asked.discounts.iter().flatten().enumerate() {
        let param = format!("discounts[{at}]");
        match (&discount.coupon, &discount.promotion_code) {
            (None, None) => return Err(ApiError::missing(&format!("{param}[coupon]"))),
            (Some(_), Some(_)) => return Err(ApiError::exclusive(&["coupon", "promotion_code"], &param)),
            _ if at > 0 => {
                return Err(ApiError::invalid("You may only specify up to 1 discount.").param("discounts"));
            }
            _ => {}
        }
    }
    let success = asked.success_url.as_deref().ok_or_else(|| ApiError::missing("success_url"))?;
    check_url(success, "success_url", context.caller.livemode)?;
    if let Some(cancel) = &asked.cancel_url {
        check_url(cancel, "cancel_url", context.caller.livemode)?;
    }
    if let Some(email) = &asked.customer_email {
        check_email(email)?;
    }
    if mode == "subscription" && asked.customer_creation.is_some() {
        let message = "`customer_creation` can only be used in `payment` and `setup` mode.";
        return Err(ApiError::invalid(message).param("customer_creation"));
    }
    if mode != "subscription" && asked.payment_method_collection.is_some() {
        let message = "`payment_method_collection` can only be used in `subscription` mode.";
        return Err(ApiError::invalid(message).param("payment_method_collection"));
    }
    if let Some(at) = asked.expires_at {
        let bound = if at < context.now + 30 * MINUTE {
            Some("at least 30 minutes")
        } else if at > context.now + DAY {
            Some("less than 24 hours")
        } else {
            None
        };
        if let Some(bound) = bound {
            let message = format!("The expires_at timestamp must be {bound} from Checkout Session creation.");
            return Err(ApiError::invalid(message).param("expires_at"));
        }
    }
    let lines = asked.line_items.as_deref().unwrap_or_default();
    match mode {
        "setup" if asked.line_items.is_some() => {
            Err(ApiError::invalid("`line_items` are not supported in `setup` mode.").param("line_items"))
        }
        "setup" if asked.discounts.is_some() => {
            Err(ApiError::invalid("`discounts` are not supported in `setup` mode.").param("discounts"))
        }
        "setup" => Ok(()),
        _ if lines.is_empty() => Err(ApiError::missing("line_items")),
        _ if lines.len() > 100 => {
            Err(ApiError::invalid("You can only specify up to 100 `line_items`.").param("line_items"))
        }
        _ => Ok(()),
    }
}

fn check_url(text: &str, param: &str, livemode: bool) -> ApiResult<()> {
    // The placeholder is not a URL's, and Stripe's own.
    let filled = text.replace("{CHECKOUT_SESSION_ID}", "cs_test");
    let refused = |message: &str| Err(ApiError::invalid(message).code("url_invalid").param(param));
    match Url::parse(&filled) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() => refused("Not a valid URL"),
        Ok(url) if livemode && url.scheme() != "https" => {
            refused("Livemode requests must always be redirected via HTTPS.")
        }
        Ok(_) => Ok(()),
        Err(_) => refused("Not a valid URL"),
    }
}

fn check_email(email: &str) -> ApiResult<()> {
    let plausible = email.split_once('@').is_some_and(|(local, domain)| {
        let parts: Vec<&str> = domain.split('.').collect();
        !local.is_empty()
            && parts.len() > 1
            && parts.iter().all(|part| !part.is_empty())
            && !email.chars().any(|c| c.is_whitespace() || c.is_control())
            && !domain.contains('@')
            && email.len() <= 512
    });
    if plausible {
        return Ok(());
    }
    let message = format!("Invalid email address: {email}");
    Err(ApiError::invalid(message).code("email_invalid").param("customer_email"))
}

fn lines(world: &World, asked: &Create, mode: &str, context: &Context) -> ApiResult<Vec<LineItem>> {
    let mut lines: Vec<LineItem> = Vec::new();
    for (at, param) in asked.line_items.iter().flatten().enumerate() {
        let name = format!("line_items[{at}]");
        let price = match (&param.price, &param.price_data) {
            (Some(_), Some(_)) => return Err(ApiError::exclusive(&["price", "price_data"], &name)),
            (None, None) => return Err(ApiError::missing(&format!("{name}[price]"))),
            (Some(id), None) => stored_price(world, id, &name)?,
            (None, Some(data)) => inline_price(world, data, &name, context)?,
        };
        let quantity = param.quantity.ok_or_else(|| ApiError::missing(&format!("{name}[quantity]")))?;
        at_least(Some(quantity), 1, &format!("{name}[quantity]"))?;
        let expected = lines.first().map(|line| &line.price.currency).or(asked.currency.as_ref());
        if let Some(expected) = expected.filter(|expected| **expected != price.currency) {
            let message = format!(
                "The price specified only supports `{}`. This doesn't match the expected currency: `{expected}`.",
                price.currency
            );
            return Err(ApiError::invalid(message).param(format!("{name}[price]")).executed());
        }
        if mode == "payment" && price.recurring.is_some() {
            let message = "You specified `payment` mode but passed a recurring price. Either switch to `subscription` \
                           mode or use only one-time prices.";
            return Err(ApiError::invalid(message).param("mode").executed());
        }
        let amount_subtotal = price.unit_amount.saturating_mul(quantity);
        let id = id::mixed("li_1", 23);
        lines.push(LineItem { id, price, quantity, amount_subtotal, amount_discount: 0 });
    }
    if mode == "subscription" && lines.iter().all(|line| line.price.recurring.is_none()) {
        let message = "You must provide at least one recurring price in `subscription` mode when using prices.";
        return Err(ApiError::invalid(message).param("line_items").executed());
    }
    Ok(lines)
}

fn stored_price(world: &World, id: &str, name: &str) -> ApiResult<Price> {
    let param = format!("{name}[price]");
    let price = world.prices.get(id).ok_or_else(|| ApiError::no_such("price", id, &param))?;
    if !price.active {
        let message = "The price specified is inactive. This field only accepts active prices.";
        return Err(ApiError::invalid(message).param(param).executed());
    }
    Ok(price.clone())
}

fn inline_price(world: &World, data: &PriceData, name: &str, context: &Context) -> ApiResult<Price> {
    let within = |field: &str| format!("{name}[price_data][{field}]");
    let unit_amount = data.unit_amount.ok_or_else(|| ApiError::missing(&within("unit_amount")))?;
    at_least(Some(unit_amount), 0, &within("unit_amount"))?;
    let product = match (&data.product, &data.product_data) {
        (Some(_), Some(_)) => return Err(ApiError::exclusive(&["product", "product_data"], &within("product"))),
        (None, None) => return Err(ApiError::missing(&within("product_data"))),
        (None, Some(product)) => Product { id: id::mixed("prod_", 14), name: product.name.clone() },
        (Some(id), None) => world
            .prices
            .iter()
            .find(|price| price.product.id == *id)
            .map(|price| price.product.clone())
            .ok_or_else(|| ApiError::no_such("product", id, &within("product")))?,
    };
    Ok(Price {
        id: id::mixed("price_1", 23),
        currency: data.currency.clone(),
        unit_amount,
        recurring: data.recurring,
        product,
        // Stripe makes a price for this once, and nobody can buy it again.
        active: false,
        created: context.now,
        livemode: context.caller.livemode,
    })
}

fn put_discount(world: &World, session: &mut Session, wanted: &DiscountParam, now: i64) -> ApiResult<()> {
    let currency = session.currency.clone().unwrap_or_default();
    let (coupon_id, param) = match (&wanted.promotion_code, &wanted.coupon) {
        (Some(id), _) => {
            let param = "discounts[0][promotion_code]";
            let code = world.promotion_codes.get(id).ok_or_else(|| ApiError::no_such("promotion code", id, param))?;
            let refused = if world.active(code, now) {
                discount::refused(code, &currency, session.amount_subtotal.unwrap_or_default())
            } else {
                Some("This promotion code cannot be redeemed because it is not active.".to_owned())
            };
            if let Some(message) = refused {
                return Err(ApiError::invalid(message).param(param).executed());
            }
            (&code.promotion.coupon, param)
        }
        (None, Some(id)) => (id, "discounts[0][coupon]"),
        (None, None) => return Ok(()),
    };
    let coupon = world.coupon(coupon_id).ok_or_else(|| ApiError::no_such("coupon", coupon_id, param))?;
    if !coupon.valid_at(now) {
        let message = format!("Coupon expired: {coupon_id}");
        return Err(ApiError::invalid(message).code("coupon_expired").param(param).executed());
    }
    if !session.apply(coupon, wanted.promotion_code.as_deref()) {
        let have = coupon.currency.as_deref().unwrap_or_default();
        let message = format!(
            "The coupon `{coupon_id}` only supports `{have}`. This doesn't match the expected currency: `{currency}`."
        );
        return Err(ApiError::invalid(message).param(param).executed());
    }
    if coupon.applies_to.is_some() && session.total_details.amount_discount == 0 {
        let message = format!("The coupon `{coupon_id}` does not apply to anything in this Checkout Session.");
        return Err(ApiError::invalid(message).param(param).executed());
    }
    Ok(())
}

/// Nothing at all is free of charge; anything else must be worth charging.
fn check_total(session: &Session) -> ApiResult<()> {
    let (Some(total), Some(currency)) = (session.amount_total, &session.currency) else { return Ok(()) };
    let least = money::minimum(currency);
    if session.mode == "payment" && total > 0 && total < least {
        let least = money::shown(least, currency);
        let message = format!("The Checkout Session's total amount due must add up to at least {least} {currency}");
        return Err(ApiError::invalid(message).code("amount_too_small").executed());
    }
    if total > MOST {
        let most = money::shown(MOST, currency);
        let message = format!("The Checkout Session's total amount due must be no more than {most} {currency}");
        return Err(ApiError::invalid(message).code("amount_too_large").executed());
    }
    Ok(())
}
