//! Checkout Sessions: what they hold, how they end, and how Stripe answers them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    coupon::Coupon,
    discount, id,
    params::{Expand, Metadata},
    price::Price,
    shelf::{Shelved, list},
    world::World,
};

/// A Checkout Session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Session {
    /// `cs_test_…` or `cs_live_…`
    pub id: String,
    /// `checkout.session`
    pub object: &'static str,
    /// As it was passed; `false` is not the same as nothing.
    pub allow_promotion_codes: Option<bool>,
    /// Before the discount.
    pub amount_subtotal: Option<i64>,
    /// What is charged.
    pub amount_total: Option<i64>,
    /// Where "back" leads.
    pub cancel_url: Option<String>,
    /// The merchant's own reference.
    pub client_reference_id: Option<String>,
    /// Unix seconds.
    pub created: i64,
    /// Of all its prices.
    pub currency: Option<String>,
    /// Known once it is complete.
    pub customer_details: Option<CustomerDetails>,
    /// As it was passed.
    pub customer_email: Option<String>,
    /// At most one.
    pub discounts: Vec<SessionDiscount>,
    /// Unix seconds.
    pub expires_at: i64,
    /// Whether it lives in live mode.
    pub livemode: bool,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// `payment`, `subscription` or `setup`.
    pub mode: String,
    /// `pi_…` once it is paid.
    pub payment_intent: Option<String>,
    /// Whether money has come.
    pub payment_status: PaymentStatus,
    /// Whether it can still be paid.
    pub status: SessionStatus,
    /// `sub_…` once it is complete.
    pub subscription: Option<String>,
    /// Where paying leads.
    pub success_url: Option<String>,
    /// The discount in sum.
    pub total_details: TotalDetails,
    /// Always `hosted_page`.
    pub ui_mode: &'static str,
    /// The hosted page, while it is open.
    pub url: Option<String>,
    /// Whether money that took days did not come: the session itself does not tell.
    #[serde(skip)]
    pub payment_failed: bool,
    /// What is bought. Answered by its own endpoint, or expanded.
    #[serde(skip)]
    pub line_items: Vec<LineItem>,
    #[serde(skip)]
    pub(crate) applied: Option<Applied>,
    /// Parameters that Stripe merely answers with.
    #[serde(flatten)]
    pub(crate) echoed: BTreeMap<String, Value>,
}

/// Whether a session can still be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are Stripe's")]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
}

/// Whether money has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are Stripe's")]
pub enum PaymentStatus {
    Unpaid,
    Paid,
    NoPaymentRequired,
}

/// Who paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerDetails {
    /// As typed on the hosted page.
    pub email: Option<String>,
}

/// The discount of a session: one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionDiscount {
    /// The coupon's id.
    pub coupon: Option<String>,
    /// `promo_…`
    pub promotion_code: Option<String>,
}

/// Sums of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TotalDetails {
    /// What the discount takes off.
    pub amount_discount: i64,
    /// Always none.
    pub amount_shipping: i64,
    /// Always none.
    pub amount_tax: i64,
}

/// One line of what is bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineItem {
    /// `li_…`
    pub id: String,
    /// Which price.
    pub price: Price,
    /// How many.
    pub quantity: i64,
    /// Before the discount.
    pub amount_subtotal: i64,
    /// This line's part of the discount.
    pub amount_discount: i64,
}

/// The coupon as it was when it was applied.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Applied {
    pub(crate) discount_id: String,
    pub(crate) coupon: Coupon,
    pub(crate) promotion_code: Option<String>,
}

impl Shelved for Session {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        self.created
    }
}

impl LineItem {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "object": "item", "adjustable_quantity": null, "amount_discount": self.amount_discount,
            "amount_subtotal": self.amount_subtotal, "amount_tax": 0,
            "amount_total": self.amount_subtotal - self.amount_discount, "currency": self.price.currency,
            "description": self.price.product.name, "metadata": {}, "price": self.price.json(&Expand::default()),
            "quantity": self.quantity,
        })
    }
}

/// What Stripe answers with `null` where nothing was asked for.
const NULLS: &[&str] = &[
    "after_expiration",
    "allowed_payment_method_types",
    "billing_address_collection",
    "client_secret",
    "collected_information",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer",
    "customer_account",
    "customer_creation",
    "integration_identifier",
    "invoice",
    "invoice_creation",
    "locale",
    "managed_payments",
    "origin_context",
    "payment_link",
    "payment_method_collection",
    "payment_method_configuration_details",
    "permissions",
    "recovered_from",
    "saved_payment_method_options",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "submit_type",
    "wallet_options",
];

impl Session {
    pub(crate) fn status_at(&self, now: i64) -> SessionStatus {
        if self.status == SessionStatus::Open && self.expires_at <= now { SessionStatus::Expired } else { self.status }
    }

    /// Whether the clock has ended it and nobody has written that down yet.
    pub(crate) fn is_overdue(&self, now: i64) -> bool {
        self.status != self.status_at(now)
    }

    /// As it is at this moment: the clock ends what nobody did.
    pub(crate) fn seen_at(&self, now: i64) -> Self {
        let status = self.status_at(now);
        let url = self.url.clone().filter(|_| status == SessionStatus::Open);
        Self { status, url, ..self.clone() }
    }

    /// Puts a discount on, and all sums right; `false` where the coupon has no amount in this currency.
    pub(crate) fn apply(&mut self, coupon: &Coupon, promotion_code: Option<&str>) -> bool {
        let currency = self.currency.clone().unwrap_or_default();
        let Some(parts) = discount::per_line(coupon, &currency, &self.line_items) else { return false };
        for (line, part) in self.line_items.iter_mut().zip(parts) {
            line.amount_discount = part;
        }
        self.discounts = vec![SessionDiscount {
            coupon: promotion_code.is_none().then(|| coupon.id.clone()),
            promotion_code: promotion_code.map(str::to_owned),
        }];
        let promotion_code = promotion_code.map(str::to_owned);
        self.applied = Some(Applied { discount_id: id::mixed("di_1", 23), coupon: coupon.clone(), promotion_code });
        self.add_up();
        true
    }

    /// Computes the sums from the lines.
    pub(crate) fn add_up(&mut self) {
        let subtotal: i64 = self.line_items.iter().map(|line| line.amount_subtotal).sum();
        let off: i64 = self.line_items.iter().map(|line| line.amount_discount).sum();
        let priced = !self.line_items.is_empty();
        self.amount_subtotal = priced.then_some(subtotal);
        self.amount_total = priced.then_some(subtotal - off);
        self.total_details.amount_discount = off;
        self.payment_status = if subtotal == off { PaymentStatus::NoPaymentRequired } else { PaymentStatus::Unpaid };
    }

    pub(crate) fn json(&self, world: &World, now: i64, expand: &Expand) -> Value {
        let mut answer = json!(self.seen_at(now));
        if let Value::Object(fields) = &mut answer {
            for name in NULLS {
                fields.entry(*name).or_insert(Value::Null);
            }
            fields.extend(self.constants());
            if let Some(Value::Object(details)) = fields.get_mut("customer_details") {
                details.extend(unasked_details());
            }
        }
        if expand.has("line_items") {
            let data = self.line_items.iter().map(LineItem::json).collect();
            answer["line_items"] = list(data, false, &format!("/v1/checkout/sessions/{}/line_items", self.id));
        }
        self.expand_discounts(&mut answer, world, now, expand);
        answer
    }

    fn constants(&self) -> Map<String, Value> {
        let constants = json!({
            "adaptive_pricing": { "enabled": false },
            "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
            "custom_fields": [],
            "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null },
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "phone_number_collection": { "enabled": false },
            "shipping_options": [],
        });
        match constants {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    fn expand_discounts(&self, answer: &mut Value, world: &World, now: i64, expand: &Expand) {
        let Some(applied) = &self.applied else {
            if expand.has("total_details.breakdown") {
                answer["total_details"]["breakdown"] = json!({ "discounts": [], "taxes": [] });
            }
            return;
        };
        if expand.has("total_details.breakdown") {
            let discount = json!({
                "id": applied.discount_id, "object": "discount", "checkout_session": self.id, "customer": null,
                "customer_account": null, "end": null, "invoice": null, "invoice_item": null,
                "promotion_code": applied.promotion_code, "source": { "coupon": applied.coupon.id, "type": "coupon" },
                "start": self.created, "subscription": null, "subscription_item": null,
            });
            let entry = json!({ "amount": self.total_details.amount_discount, "discount": discount });
            answer["total_details"]["breakdown"] = json!({ "discounts": [entry], "taxes": [] });
        }
        if expand.has("discounts.coupon") && applied.promotion_code.is_none() {
            answer["discounts"][0]["coupon"] = applied.coupon.json(now, &Expand::default());
        }
        if expand.has("discounts.promotion_code")
            && let Some(code) = applied.promotion_code.as_ref().and_then(|id| world.promotion_codes.get(id))
        {
            answer["discounts"][0]["promotion_code"] = code.json(world, now, &Expand::default());
        }
    }
}

/// What the hosted page does not ask a customer for.
fn unasked_details() -> impl Iterator<Item = (String, Value)> {
    let none = ["address", "business_name", "individual_name", "name", "phone"].map(|name| (name, Value::Null));
    none.into_iter()
        .chain([("tax_exempt", json!("none")), ("tax_ids", json!([]))])
        .map(|(name, value)| (name.to_owned(), value))
}

impl Shelved for LineItem {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        0
    }
}
