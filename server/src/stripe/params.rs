//! What is sent: parameters in a fixed order, since a request that is sent again must be the same to the byte.

use super::VERSION;
use std::{collections::BTreeMap, fmt};
use url::form_urlencoded::Serializer;

/// A coupon to create.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCoupon {
    /// Chosen by us, so that it can be found again.
    pub id: String,
    /// What the customer reads; at most 40 characters, cut by the caller.
    pub name: Option<String>,
    /// In hundredths of a percent; or an amount.
    pub percent_off: Option<i64>,
    /// In the currency's smallest unit; or a percentage.
    pub amount_off: Option<i64>,
    /// With an amount.
    pub currency: Option<String>,
    /// `once`, `repeating` or `forever`.
    pub duration: String,
    /// With `repeating`.
    pub duration_in_months: Option<i64>,
    /// Its end in Unix seconds.
    pub redeem_by: Option<i64>,
    /// The notes on it.
    pub metadata: BTreeMap<String, String>,
}

impl NewCoupon {
    /// The body of the request: the same for the same coupon, always.
    pub fn form(&self) -> String {
        let mut form = Form::default();
        form.add("id", &self.id);
        form.add_if("name", self.name.as_ref());
        form.add_if("percent_off", self.percent_off.map(percent));
        form.add_if("amount_off", self.amount_off);
        form.add_if("currency", self.currency.as_ref().map(|currency| currency.to_ascii_lowercase()));
        form.add("duration", &self.duration);
        form.add_if("duration_in_months", self.duration_in_months);
        form.add_if("redeem_by", self.redeem_by);
        form.add_metadata(&self.metadata);
        form.finish()
    }
}

/// A promotion code to create, for one use.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewPromotionCode {
    /// The coupon that it stands for.
    pub coupon: String,
    /// What customers type.
    pub code: String,
    /// Unix seconds.
    pub expires_at: Option<i64>,
    /// The notes on it.
    pub metadata: BTreeMap<String, String>,
}

/// Without the notes, which name a person.
impl fmt::Debug for NewPromotionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPromotionCode").field("coupon", &self.coupon).finish_non_exhaustive()
    }
}

impl NewPromotionCode {
    /// The body of the request: the same for the same promotion code, always.
    pub fn form(&self) -> String {
        let mut form = Form::default();
        form.add("promotion[type]", "coupon");
        form.add("promotion[coupon]", &self.coupon);
        form.add("code", &self.code);
        form.add("max_redemptions", 1);
        form.add_if("expires_at", self.expires_at);
        form.add_metadata(&self.metadata);
        form.finish()
    }
}

/// A Checkout Session to create.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SessionParams {
    /// `payment` or `subscription`.
    pub mode: String,
    /// `price_…`
    pub price: String,
    /// `None` where the price forbids one.
    pub quantity: Option<i64>,
    /// Where Stripe sends the customer afterwards.
    pub success_url: String,
    /// Where Stripe sends a customer who leaves.
    pub cancel_url: String,
    /// The owner's own id of the customer.
    pub client_reference_id: Option<String>,
    /// Prefills Stripe's page.
    pub customer_email: Option<String>,
    /// The coupon that the code stands for.
    pub coupon: Option<String>,
    /// Stripe's own box; left out beside a coupon, which Stripe refuses to have together.
    pub allow_promotion_codes: bool,
    /// Unix seconds.
    pub expires_at: Option<i64>,
    /// The notes on it.
    pub metadata: BTreeMap<String, String>,
}

impl SessionParams {
    /// The body of the request, to be stored and sent as it stands.
    pub fn encode(&self) -> String {
        let mut form = Form::default();
        form.add("mode", &self.mode);
        form.add("line_items[0][price]", &self.price);
        form.add_if("line_items[0][quantity]", self.quantity);
        form.add("success_url", &self.success_url);
        form.add("cancel_url", &self.cancel_url);
        form.add_if("client_reference_id", self.client_reference_id.as_ref());
        form.add_if("customer_email", self.customer_email.as_ref());
        form.add_if("discounts[0][coupon]", self.coupon.as_ref());
        // Never `false`: Stripe counts a parameter that is merely there.
        form.add_if("allow_promotion_codes", (self.allow_promotion_codes && self.coupon.is_none()).then_some(true));
        form.add_if("expires_at", self.expires_at);
        form.add_metadata(&self.metadata);
        form.finish()
    }
}

/// Without the customer's address and without the URLs, which may carry the owner's secrets.
impl fmt::Debug for SessionParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionParams")
            .field("mode", &self.mode)
            .field("price", &self.price)
            .field("quantity", &self.quantity)
            .field("coupon", &self.coupon)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A webhook endpoint to create.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewWebhookEndpoint {
    /// Where it is.
    pub url: String,
    /// What it is to be told.
    pub events: Vec<String>,
    /// What the owner reads in Stripe.
    pub description: String,
    /// The notes on it.
    pub metadata: BTreeMap<String, String>,
}

impl NewWebhookEndpoint {
    /// The body of the request. Events come in the version that we read.
    pub fn form(&self) -> String {
        let mut form = Form::default();
        form.add("url", &self.url);
        for (at, event) in self.events.iter().enumerate() {
            form.add(&format!("enabled_events[{at}]"), event);
        }
        form.add("api_version", VERSION);
        form.add("description", &self.description);
        form.add_metadata(&self.metadata);
        form.finish()
    }
}

/// `key=value&…`, percent-encoded.
#[derive(Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn add(&mut self, key: &str, value: impl ToString) {
        self.0.push((key.to_owned(), value.to_string()));
    }

    pub(super) fn add_if(&mut self, key: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }

    pub(super) fn add_metadata(&mut self, metadata: &BTreeMap<String, String>) {
        for (key, value) in metadata {
            self.add(&format!("metadata[{key}]"), value);
        }
    }

    pub(super) fn finish(self) -> String {
        Serializer::new(String::new()).extend_pairs(self.0).finish()
    }
}

/// Hundredths of a percent as Stripe reads a percentage: 1250 is `12.5`. By whole numbers, so that no float is rounded.
fn percent(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths.abs() % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact() {
        for (hundredths, text) in
            [(1, "0.01"), (10, "0.1"), (100, "1"), (1250, "12.5"), (3333, "33.33"), (10_000, "100")]
        {
            assert_eq!(percent(hundredths), text);
        }
    }

    #[test]
    fn a_coupon_is_encoded_in_order() {
        let coupon = NewCoupon {
            id: "cm_1".into(),
            name: Some("Spring & co".into()),
            amount_off: Some(500),
            currency: Some("USD".into()),
            duration: "repeating".into(),
            duration_in_months: Some(3),
            metadata: BTreeMap::from([("b".into(), "2".into()), ("a".into(), "1".into())]),
            ..NewCoupon::default()
        };
        assert_eq!(
            coupon.form(),
            "id=cm_1&name=Spring+%26+co&amount_off=500&currency=usd&duration=repeating&duration_in_months=3\
             &metadata%5Ba%5D=1&metadata%5Bb%5D=2"
        );
    }

    #[test]
    fn promotion_codes_and_a_discount_never_meet() {
        let mut session = SessionParams { allow_promotion_codes: true, ..SessionParams::default() };
        assert!(session.encode().contains("allow_promotion_codes=true"));
        session.coupon = Some("cm_1".into());
        assert!(!session.encode().contains("allow_promotion_codes"));
        session.coupon = None;
        session.allow_promotion_codes = false;
        assert!(!session.encode().contains("allow_promotion_codes"));
    }

    #[test]
    fn debug_keeps_the_customer_out() {
        let session = SessionParams {
            customer_email: Some("ada@example.com".into()),
            success_url: "https://shop.example/?t=secret".into(),
            ..SessionParams::default()
        };
        let text = format!("{session:?}");
        assert!(!text.contains("ada") && !text.contains("secret"), "{text}");
    }
}
