//! Coupons: what can be made, what can be changed, and when one is valid.

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

/// A coupon, as Stripe answers it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coupon {
    /// Chosen by whoever made it, or eight letters.
    pub id: String,
    /// `coupon`
    pub object: &'static str,
    /// A fixed discount, in the currency's smallest unit.
    pub amount_off: Option<i64>,
    /// The products that it is for. Answered only when expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<AppliesTo>,
    /// Unix seconds.
    pub created: i64,
    /// Of `amount_off`.
    pub currency: Option<String>,
    /// `amount_off` in other currencies. Answered only when expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_options: Option<BTreeMap<String, CouponCurrencyOption>>,
    /// `once`, `repeating` or `forever`.
    pub duration: String,
    /// Of a repeating one.
    pub duration_in_months: Option<i64>,
    /// Whether it lives in live mode.
    pub livemode: bool,
    /// How many redemptions it allows.
    pub max_redemptions: Option<i64>,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// What customers see.
    pub name: Option<String>,
    /// A discount in percent.
    pub percent_off: Option<f64>,
    /// Unix seconds of its end.
    pub redeem_by: Option<i64>,
    /// Completed sessions with it.
    pub times_redeemed: i64,
    /// Whether it can still be redeemed.
    pub valid: bool,
    #[serde(skip)]
    pub(crate) deleted: bool,
}

/// The products that a coupon is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliesTo {
    /// `prod_…`
    pub products: Vec<String>,
}

/// A fixed discount in one more currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponCurrencyOption {
    /// In that currency's smallest unit.
    pub amount_off: i64,
}

impl Shelved for Coupon {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        self.created
    }
}

impl Coupon {
    pub(crate) fn valid_at(&self, now: i64) -> bool {
        !self.deleted
            && self.redeem_by.is_none_or(|end| end > now)
            && self.max_redemptions.is_none_or(|most| self.times_redeemed < most)
    }

    /// As it is at this moment.
    pub(crate) fn seen_at(&self, now: i64) -> Self {
        Self { valid: self.valid_at(now), ..self.clone() }
    }

    /// The fixed discount in this currency.
    pub(crate) fn amount_in(&self, currency: &str) -> Option<i64> {
        if self.currency.as_deref() == Some(currency) {
            return self.amount_off;
        }
        self.currency_options.as_ref()?.get(currency).map(|option| option.amount_off)
    }

    pub(crate) fn json(&self, now: i64, expand: &Expand) -> Value {
        let mut seen = self.seen_at(now);
        if !expand.has("applies_to") {
            seen.applies_to = None;
        }
        if !expand.has("currency_options") {
            seen.currency_options = None;
        }
        json!(seen)
    }
}

const EXPANDABLE: Expandable = &[("applies_to", None), ("currency_options", None)];

#[derive(Debug, Deserialize)]
struct Create {
    id: Option<String>,
    amount_off: Option<i64>,
    percent_off: Option<f64>,
    currency: Option<String>,
    currency_options: Option<BTreeMap<String, CouponCurrencyOption>>,
    duration: Option<String>,
    duration_in_months: Option<i64>,
    max_redemptions: Option<i64>,
    metadata: Option<MetadataParam>,
    name: Option<String>,
    redeem_by: Option<i64>,
    applies_to: Option<AppliesTo>,
    #[serde(default)]
    expand: Expand,
}

/// What the terms alone can have wrong.
fn check_terms(asked: &Create) -> ApiResult<()> {
    match (asked.amount_off, asked.percent_off) {
        (None, None) => {
            return Err(ApiError::invalid("Must provide percent_off or amount_off.").code("parameter_missing"));
        }
        (Some(_), Some(_)) => {
            let message = "Received both percent_off and amount_off parameters. Please pass in only one.";
            return Err(ApiError::invalid(message));
        }
        (None, Some(percent)) => {
            let bound = if percent < 0.01 {
                Some("greater than or equal to 0.01")
            } else if percent > 100.0 {
                Some("less than or equal to 100")
            } else {
                None
            };
            if let Some(bound) = bound {
                let message = format!("This value must be {bound} (it currently is '{percent:?}').");
                return Err(ApiError::invalid(message).param("percent_off"));
            }
            if asked.currency_options.is_some() {
                return Err(ApiError::exclusive(&["currency_options", "percent_off"], "currency_options"));
            }
        }
        (Some(_), None) if asked.currency.is_none() => {
            let message = "You must pass currency when passing amount_off";
            return Err(ApiError::invalid(message).code("parameter_missing").param("currency"));
        }
        (Some(_), None) => {}
    }
    at_least(asked.amount_off, 1, "amount_off")?;
    check_options(asked.currency_options.as_ref())?;
    match (asked.duration.as_deref(), asked.duration_in_months) {
        (Some("repeating"), None) => {
            let message = "The duration_in_months param must be set when creating a coupon with a repeating duration";
            Err(ApiError::invalid(message).param("duration"))
        }
        (Some("repeating"), months) => at_least(months, 1, "duration_in_months"),
        (_, Some(_)) => {
            let message =
                "The duration_in_months param can only be set when creating a coupon with a repeating duration";
            Err(ApiError::invalid(message).param("duration_in_months"))
        }
        (_, None) => Ok(()),
    }
}

fn check_options(options: Option<&BTreeMap<String, CouponCurrencyOption>>) -> ApiResult<()> {
    for (currency, option) in options.into_iter().flatten() {
        let param = format!("currency_options[{currency}]");
        if !crate::money::is_currency(currency) {
            return Err(ApiError::invalid(format!("Invalid currency: {currency}.")).param(param));
        }
        at_least(Some(option.amount_off), 1, &format!("{param}[amount_off]"))?;
    }
    Ok(())
}

fn check_id(id: &str) -> ApiResult<()> {
    if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return Ok(());
    }
    let message = "Coupon IDs may only contain letters, numbers, underscores and dashes.";
    Err(ApiError::invalid(message).param("id"))
}

pub(crate) fn create(world: &mut World, params: &Value, context: &Context) -> ApiResult<Value> {
    let asked: Create = typed(params)?;
    asked.expand.check(EXPANDABLE, &context.caller)?;
    check_terms(&asked)?;
    at_least(asked.max_redemptions, 1, "max_redemptions")?;
    soon(asked.redeem_by, context.now, "redeem_by")?;
    let metadata = merge_metadata(&Metadata::new(), asked.metadata.as_ref())?;
    if let Some(id) = &asked.id {
        check_id(id)?;
        if world.coupons.get(id).is_some_and(|known| !known.deleted || !context.reuse_coupon_ids) {
            return Err(ApiError::invalid("Coupon already exists.").code("resource_already_exists").executed());
        }
    }
    for product in asked.applies_to.iter().flat_map(|to| &to.products) {
        if !world.prices.iter().any(|price| price.product.id == *product) {
            return Err(ApiError::no_such("product", product, "applies_to[products]"));
        }
    }
    let coupon = Coupon {
        id: asked.id.unwrap_or_else(|| id::mixed("", 8)),
        object: "coupon",
        currency: asked.currency.filter(|_| asked.amount_off.is_some()),
        amount_off: asked.amount_off,
        applies_to: asked.applies_to,
        created: context.now,
        currency_options: asked.currency_options,
        duration: asked.duration.unwrap_or_else(|| "once".to_owned()),
        duration_in_months: asked.duration_in_months,
        livemode: context.caller.livemode,
        max_redemptions: asked.max_redemptions,
        metadata,
        name: asked.name,
        percent_off: asked.percent_off,
        redeem_by: asked.redeem_by,
        times_redeemed: 0,
        valid: true,
        deleted: false,
    };
    let answer = coupon.json(context.now, &asked.expand);
    world.coupons.put(coupon);
    Ok(answer)
}

fn not_found(id: &str) -> ApiError {
    ApiError::not_found("coupon", id, "coupon")
}

pub(crate) fn retrieve(world: &World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let Read { expand } = typed(params)?;
    expand.check(EXPANDABLE, &context.caller)?;
    let coupon = world.coupon(id).ok_or_else(|| not_found(id))?;
    Ok(coupon.json(context.now, &expand))
}

#[derive(Debug, Deserialize)]
struct Read {
    #[serde(default)]
    expand: Expand,
}

#[derive(Debug, Deserialize)]
struct Update {
    name: Option<String>,
    metadata: Option<MetadataParam>,
    currency_options: Option<BTreeMap<String, CouponCurrencyOption>>,
    #[serde(default)]
    expand: Expand,
}

pub(crate) fn update(world: &mut World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let asked: Update = typed(params)?;
    asked.expand.check(EXPANDABLE, &context.caller)?;
    check_options(asked.currency_options.as_ref())?;
    let coupon = world.coupons.get_mut(id).filter(|coupon| !coupon.deleted).ok_or_else(|| not_found(id))?;
    if asked.currency_options.is_some() && coupon.percent_off.is_some() {
        return Err(ApiError::exclusive(&["currency_options", "percent_off"], "currency_options").executed());
    }
    coupon.metadata = merge_metadata(&coupon.metadata, asked.metadata.as_ref())?;
    if let Some(name) = asked.name {
        coupon.name = Some(name);
    }
    if let Some(options) = asked.currency_options {
        coupon.currency_options.get_or_insert_default().extend(options);
    }
    Ok(coupon.json(context.now, &asked.expand))
}

pub(crate) fn delete(world: &mut World, id: &str) -> ApiResult<Value> {
    let coupon = world.coupons.get_mut(id).filter(|coupon| !coupon.deleted).ok_or_else(|| not_found(id))?;
    coupon.deleted = true;
    Ok(json!({ "id": id, "object": "coupon", "deleted": true }))
}

pub(crate) fn page(world: &World, params: &Value, context: &Context) -> ApiResult<Value> {
    let (paging, Read { expand }): (Paging, Read) = (typed(params)?, typed(params)?);
    let expand = expand.of_items()?;
    expand.check(EXPANDABLE, &context.caller)?;
    let (found, more) = world.coupons.page(&paging, "coupon", |coupon| !coupon.deleted)?;
    let data = found.into_iter().map(|coupon| coupon.json(context.now, &expand)).collect();
    Ok(list(data, more, "/v1/coupons"))
}
