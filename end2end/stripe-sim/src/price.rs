//! Prices and the products that they are for. Tests and the demo put them there; the API reads them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{ApiError, ApiResult},
    params::{Expand, Expandable, typed},
    shelf::{Paging, Shelved, list},
    world::{Context, World},
};

/// A price to put into an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Price {
    /// `price_…`
    pub id: String,
    /// In lower case: `usd`.
    pub currency: String,
    /// In the currency's smallest unit.
    pub unit_amount: i64,
    /// How often it is charged; once without it.
    pub recurring: Option<Recurring>,
    /// What it buys.
    pub product: Product,
    /// Whether it can be bought.
    pub active: bool,
    /// Unix seconds; set when it is added.
    pub created: i64,
    /// Set when it is added.
    pub livemode: bool,
}

/// A product, as far as a price needs one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Product {
    /// `prod_…`
    pub id: String,
    /// What customers see.
    pub name: String,
}

/// How often a price is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// The unit.
    pub interval: Interval,
    /// How many of them.
    #[serde(default = "one")]
    pub interval_count: u32,
}

fn one() -> u32 {
    1
}

/// A unit of time between charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Interval {
    Day,
    Week,
    Month,
    Year,
}

impl Interval {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl Price {
    /// A price that is paid once. Its product gets an id made from the price's.
    pub fn one_time(id: &str, currency: &str, unit_amount: i64, product_name: &str) -> Self {
        let product = Product { id: id.replacen("price_", "prod_", 1), name: product_name.to_owned() };
        let (id, currency) = (id.to_owned(), currency.to_ascii_lowercase());
        Self { id, currency, unit_amount, recurring: None, product, active: true, created: 0, livemode: false }
    }

    /// A price that is paid every `interval`.
    pub fn every(interval: Interval, id: &str, currency: &str, unit_amount: i64, product_name: &str) -> Self {
        let recurring = Some(Recurring { interval, interval_count: 1 });
        Self { recurring, ..Self::one_time(id, currency, unit_amount, product_name) }
    }

    pub(crate) fn json(&self, expand: &Expand) -> Value {
        let product = if expand.has("product") {
            json!({
                "id": self.product.id, "object": "product", "active": true, "created": self.created,
                "default_price": null, "description": null, "images": [], "livemode": self.livemode,
                "marketing_features": [], "metadata": {}, "name": self.product.name, "package_dimensions": null,
                "shippable": null, "statement_descriptor": null, "tax_code": null, "tax_details": null, "type": "service", "unit_label": null,
                "updated": self.created, "url": null,
            })
        } else {
            json!(self.product.id)
        };
        let recurring = self.recurring.map(|Recurring { interval, interval_count }| {
            json!({
                "interval": interval.name(), "interval_count": interval_count, "meter": null, "trial_period_days": null,
                "usage_type": "licensed",
            })
        });
        json!({
            "id": self.id, "object": "price", "active": self.active, "billing_scheme": "per_unit",
            "created": self.created, "currency": self.currency, "custom_unit_amount": null, "livemode": self.livemode,
            "lookup_key": null, "metadata": {}, "nickname": null, "product": product, "recurring": recurring,
            "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
            "type": self.kind(), "unit_amount": self.unit_amount, "unit_amount_decimal": self.unit_amount.to_string(),
        })
    }

    fn kind(&self) -> &'static str {
        if self.recurring.is_some() { "recurring" } else { "one_time" }
    }
}

impl Shelved for Price {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        self.created
    }
}

const EXPANDABLE: Expandable =
    &[("product", Some("product_read")), ("currency_options", None), ("tiers", None), ("recurring", None)];

#[derive(Debug, Deserialize)]
struct Read {
    #[serde(default)]
    expand: Expand,
}

pub(crate) fn retrieve(world: &World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let Read { expand } = typed(params)?;
    expand.check(EXPANDABLE, &context.caller)?;
    let price = world.prices.get(id).ok_or_else(|| ApiError::not_found("price", id, "price"))?;
    Ok(price.json(&expand))
}

#[derive(Debug, Deserialize)]
struct Filter {
    active: Option<bool>,
    currency: Option<String>,
    product: Option<String>,
    lookup_keys: Option<Vec<String>>,
    r#type: Option<String>,
    recurring: Option<FilterRecurring>,
    #[serde(default)]
    expand: Expand,
}

#[derive(Debug, Deserialize)]
struct FilterRecurring {
    interval: Option<Interval>,
}

pub(crate) fn page(world: &World, params: &Value, context: &Context) -> ApiResult<Value> {
    let (paging, filter): (Paging, Filter) = (typed(params)?, typed(params)?);
    let expand = filter.expand.of_items()?;
    expand.check(EXPANDABLE, &context.caller)?;
    let (found, more) = world.prices.page(&paging, "price", |price| {
        filter.active.is_none_or(|active| price.active == active)
            && filter.currency.as_ref().is_none_or(|currency| price.currency == *currency)
            && filter.product.as_ref().is_none_or(|product| price.product.id == *product)
            && filter.lookup_keys.is_none()
            && filter.r#type.as_ref().is_none_or(|kind| price.kind() == kind)
            && filter.recurring.as_ref().is_none_or(|wanted| match (wanted.interval, price.recurring) {
                (Some(interval), Some(recurring)) => recurring.interval == interval,
                (None, recurring) => recurring.is_some(),
                (Some(_), None) => false,
            })
    })?;
    Ok(list(found.into_iter().map(|price| price.json(&expand)).collect(), more, "/v1/prices"))
}
