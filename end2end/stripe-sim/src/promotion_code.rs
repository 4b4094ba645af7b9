//! Promotion codes: texts that customers type, each standing for a coupon.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{ApiError, ApiResult},
    id,
    params::{Expand, Expandable, Metadata, MetadataParam, at_least, merge_metadata, soon, typed},
    shelf::{Paging, Shelved, list},
    world::{Context, World},
};

/// A promotion code, as Stripe answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromotionCode {
    /// `promo_…`
    pub id: String,
    /// `promotion_code`
    pub object: &'static str,
    /// Whether it can be redeemed: it was not switched off, and its coupon is valid too.
    pub active: bool,
    /// What customers type, in any case.
    pub code: String,
    /// Unix seconds.
    pub created: i64,
    /// Always none: the stand-in has no customers.
    pub customer: Option<String>,
    /// Always none.
    pub customer_account: Option<String>,
    /// Unix seconds of its end.
    pub expires_at: Option<i64>,
    /// Whether it lives in live mode.
    pub livemode: bool,
    /// How many redemptions it allows.
    pub max_redemptions: Option<i64>,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// What it stands for.
    pub promotion: Promotion,
    /// Who may redeem it.
    pub restrictions: Restrictions,
    /// Completed sessions with it.
    pub times_redeemed: i64,
}

/// What a promotion code stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promotion {
    /// The coupon's id.
    pub coupon: String,
    /// `coupon`
    pub r#type: &'static str,
}

/// Who may redeem a promotion code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restrictions {
    /// `minimum_amount` in other currencies. Answered only when expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_options: Option<BTreeMap<String, MinimumAmount>>,
    /// Only for those who never bought before. Guests always may.
    #[serde(default)]
    pub first_time_transaction: bool,
    /// The least subtotal.
    pub minimum_amount: Option<i64>,
    /// Of `minimum_amount`.
    pub minimum_amount_currency: Option<String>,
}

/// A least subtotal in one more currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinimumAmount {
    /// In that currency's smallest unit.
    pub minimum_amount: Option<i64>,
}

impl Shelved for PromotionCode {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        self.created
    }
}

impl PromotionCode {
    /// Whether it can be redeemed as far as it says itself.
    pub(crate) fn stands_at(&self, now: i64) -> bool {
        self.active
            && self.expires_at.is_none_or(|end| end > now)
            && self.max_redemptions.is_none_or(|most| self.times_redeemed < most)
    }

    /// As it is at this moment.
    pub(crate) fn seen_at(&self, world: &World, now: i64) -> Self {
        Self { active: world.active(self, now), ..self.clone() }
    }

    pub(crate) fn json(&self, world: &World, now: i64, expand: &Expand) -> Value {
        let mut seen = self.seen_at(world, now);
        if !expand.has("restrictions.currency_options") {
            seen.restrictions.currency_options = None;
        }
        let mut answer = json!(seen);
        if expand.has("promotion.coupon")
            && let Some(coupon) = world.coupon(&self.promotion.coupon)
        {
            answer["promotion"]["coupon"] = coupon.json(now, &Expand::default());
        }
        answer
    }
}

const EXPANDABLE: Expandable = &[
    ("customer", None),
    ("promotion", None),
    ("promotion.coupon", Some("coupon_read")),
    ("restrictions", None),
    ("restrictions.currency_options", None),
];

#[derive(Debug, Deserialize)]
struct Create {
    promotion: PromotionParam,
    code: Option<String>,
    active: Option<bool>,
    customer: Option<String>,
    customer_account: Option<String>,
    expires_at: Option<i64>,
    max_redemptions: Option<i64>,
    metadata: Option<MetadataParam>,
    restrictions: Option<Restrictions>,
    #[serde(default)]
    expand: Expand,
}

#[derive(Debug, Deserialize)]
struct PromotionParam {
    coupon: Option<String>,
}

fn check_code(code: &str) -> ApiResult<()> {
    if code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return Ok(());
    }
    let message = format!(
        r"This value must match the regex pattern. (/\A[a-zA-Z0-9\-_]+\z/ does not match for the value {code})."
    );
    Err(ApiError::invalid(message).param("code"))
}

fn taken(code: &str) -> ApiError {
    ApiError::invalid(format!("An active promotion code with `code: {code}` already exists.")).executed()
}

fn check_restrictions(restrictions: &Restrictions) -> ApiResult<()> {
    at_least(restrictions.minimum_amount, 1, "restrictions[minimum_amount]")?;
    match (restrictions.minimum_amount, &restrictions.minimum_amount_currency) {
        (Some(_), None) => Err(ApiError::invalid(
            "You must pass restrictions[minimum_amount_currency] when passing restrictions[minimum_amount]",
        )
        .code("parameter_missing")
        .param("restrictions[minimum_amount_currency]")),
        (None, Some(_)) => Err(ApiError::invalid(
            "You must pass restrictions[minimum_amount] when passing restrictions[minimum_amount_currency]",
        )
        .code("parameter_missing")
        .param("restrictions[minimum_amount]")),
        _ => Ok(()),
    }
}

pub(crate) fn create(world: &mut World, params: &Value, context: &Context) -> ApiResult<Value> {
    let asked: Create = typed(params)?;
    let now = context.now;
    asked.expand.check(EXPANDABLE, &context.caller)?;
    let Some(coupon_id) = asked.promotion.coupon else {
        let message = "You must pass promotion.coupon when passing promotion";
        return Err(ApiError::invalid(message).code("parameter_missing").param("promotion.coupon"));
    };
    if let Some(code) = &asked.code {
        check_code(code)?;
    }
    at_least(asked.max_redemptions, 1, "max_redemptions")?;
    soon(asked.expires_at, now, "expires_at")?;
    let metadata = merge_metadata(&Metadata::new(), asked.metadata.as_ref())?;
    let restrictions = asked.restrictions.unwrap_or_default();
    check_restrictions(&restrictions)?;
    // The stand-in keeps no customers.
    if let Some(customer) = asked.customer.or(asked.customer_account) {
        return Err(ApiError::no_such("customer", &customer, "customer"));
    }
    let coupon =
        world.coupon(&coupon_id).ok_or_else(|| ApiError::no_such("coupon", &coupon_id, "promotion[coupon]"))?;
    if let (Some(end), Some(coupons_end)) = (asked.expires_at, coupon.redeem_by)
        && end > coupons_end
    {
        let message = "The promotion code's expires_at cannot be later than the coupon's redeem_by.";
        return Err(ApiError::invalid(message).param("expires_at").executed());
    }
    if let (Some(most), Some(coupons_most)) = (asked.max_redemptions, coupon.max_redemptions)
        && most > coupons_most
    {
        let message = "The promotion code's max_redemptions cannot be greater than the coupon's max_redemptions.";
        return Err(ApiError::invalid(message).param("max_redemptions").executed());
    }
    let active = asked.active.unwrap_or(true);
    let code = asked.code.unwrap_or_else(|| id::upper(8));
    if active && world.active_by_text(&code, now).is_some() {
        return Err(taken(&code));
    }
    let made = PromotionCode {
        id: id::mixed("promo_1", 23),
        object: "promotion_code",
        active,
        code,
        created: now,
        customer: None,
        customer_account: None,
        expires_at: asked.expires_at,
        livemode: context.caller.livemode,
        max_redemptions: asked.max_redemptions,
        metadata,
        promotion: Promotion { coupon: coupon_id, r#type: "coupon" },
        restrictions,
        times_redeemed: 0,
    };
    let answer = made.json(world, now, &asked.expand);
    world.promotion_codes_by_text.entry(made.code.to_lowercase()).or_default().push(made.id.clone());
    world.promotion_codes.put(made);
    Ok(answer)
}

fn find<'a>(world: &'a World, id: &str) -> ApiResult<&'a PromotionCode> {
    let missing = || ApiError::not_found("promotion code", id, "promotion_code");
    world.promotion_codes.get(id).ok_or_else(missing)
}

#[derive(Debug, Deserialize)]
struct Read {
    #[serde(default)]
    expand: Expand,
}

pub(crate) fn retrieve(world: &World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let Read { expand } = typed(params)?;
    expand.check(EXPANDABLE, &context.caller)?;
    Ok(find(world, id)?.json(world, context.now, &expand))
}

#[derive(Debug, Deserialize)]
struct Update {
    active: Option<bool>,
    metadata: Option<MetadataParam>,
    restrictions: Option<UpdateRestrictions>,
    #[serde(default)]
    expand: Expand,
}

#[derive(Debug, Deserialize)]
struct UpdateRestrictions {
    currency_options: Option<BTreeMap<String, MinimumAmount>>,
}

pub(crate) fn update(world: &mut World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let asked: Update = typed(params)?;
    asked.expand.check(EXPANDABLE, &context.caller)?;
    let mut code = find(world, id)?.clone();
    code.metadata = merge_metadata(&code.metadata, asked.metadata.as_ref())?;
    if let Some(active) = asked.active {
        // Whoever holds the text now keeps it.
        if active && world.active_by_text(&code.code, context.now).is_some_and(|holder| holder.id != id) {
            return Err(taken(&code.code));
        }
        code.active = active;
    }
    if let Some(options) = asked.restrictions.and_then(|restrictions| restrictions.currency_options) {
        code.restrictions.currency_options.get_or_insert_default().extend(options);
    }
    let answer = code.json(world, context.now, &asked.expand);
    if let Some(stored) = world.promotion_codes.get_mut(id) {
        *stored = code;
    }
    Ok(answer)
}

#[derive(Debug, Deserialize)]
struct Filter {
    active: Option<bool>,
    code: Option<String>,
    coupon: Option<String>,
    customer: Option<String>,
    customer_account: Option<String>,
    #[serde(default)]
    expand: Expand,
}

pub(crate) fn page(world: &World, params: &Value, context: &Context) -> ApiResult<Value> {
    let (paging, filter): (Paging, Filter) = (typed(params)?, typed(params)?);
    let expand = filter.expand.of_items()?;
    expand.check(EXPANDABLE, &context.caller)?;
    let text = filter.code.map(|code| code.to_lowercase());
    let (found, more) = world.promotion_codes.page(&paging, "promotion code", |code| {
        filter.customer.is_none()
            && filter.customer_account.is_none()
            && text.as_ref().is_none_or(|text| code.code.to_lowercase() == *text)
            && filter.coupon.as_ref().is_none_or(|coupon| code.promotion.coupon == *coupon)
            && filter.active.is_none_or(|active| world.active(code, context.now) == active)
    })?;
    let data = found.into_iter().map(|code| code.json(world, context.now, &expand)).collect();
    Ok(list(data, more, "/v1/promotion_codes"))
}
