//! Stripe's objects, as far as they are read. Unknown fields and unknown words are no error: Stripe adds both at any time.

use super::params::NewCoupon;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// A coupon.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Coupon {
    /// Its id.
    pub id: String,
    /// Percent, like 12.5. [`Coupon::percent_off_hundredths`] has it as we count.
    #[serde(default)]
    pub percent_off: Option<f64>,
    /// In the currency's smallest unit.
    #[serde(default)]
    pub amount_off: Option<i64>,
    /// Lower case; only with an amount.
    #[serde(default)]
    pub currency: Option<String>,
    /// `once`, `repeating` or `forever`.
    #[serde(default)]
    pub duration: String,
    /// With `repeating`.
    #[serde(default)]
    pub duration_in_months: Option<i64>,
    /// What the customer reads.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it can still be used.
    #[serde(default)]
    pub valid: bool,
    /// Real money.
    #[serde(default)]
    pub livemode: bool,
    /// Stripe's own limit, which we never set.
    #[serde(default)]
    pub max_redemptions: Option<i64>,
    /// Its end in Unix seconds: that of a campaign; a code's coupon never has one.
    #[serde(default)]
    pub redeem_by: Option<i64>,
    /// How often it was used, as Stripe counts.
    #[serde(default)]
    pub times_redeemed: i64,
    /// The notes on it.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, String>,
}

impl Coupon {
    /// The percentage in hundredths; `None` without one, and for one that is finer than hundredths, which is none of ours.
    pub fn percent_off_hundredths(&self) -> Option<i64> {
        let percent = self.percent_off?;
        let hundredths = (percent * 100.0).round();
        let exact = (1.0..=10_000.0).contains(&hundredths) && (hundredths / 100.0 - percent).abs() < 1e-9;
        #[expect(clippy::cast_possible_truncation, reason = "checked to be 1 to 10,000 just above")]
        exact.then_some(hundredths as i64)
    }

    /// The fields in which it is another coupon than `wanted`: empty, and it may be adopted. The name is left out, as the
    /// owner may change it; of the metadata every key that we set must still be there.
    pub fn differences(&self, wanted: &NewCoupon) -> Vec<&'static str> {
        let percent_differs = self.percent_off.is_some() != wanted.percent_off.is_some()
            || self.percent_off_hundredths() != wanted.percent_off;
        let metadata_differs = wanted.metadata.iter().any(|(key, value)| self.metadata.get(key) != Some(value));
        [
            ("id", self.id != wanted.id),
            ("percent_off", percent_differs),
            ("amount_off", self.amount_off != wanted.amount_off),
            ("currency", self.currency != wanted.currency.as_ref().map(|currency| currency.to_ascii_lowercase())),
            ("duration", self.duration != wanted.duration),
            ("duration_in_months", self.duration_in_months != wanted.duration_in_months),
            ("max_redemptions", self.max_redemptions.is_some()),
            ("redeem_by", self.redeem_by != wanted.redeem_by),
            ("metadata", metadata_differs),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }
}

/// A promotion code. Whom it names is not read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PromotionCode {
    /// `promo_…`
    pub id: String,
    /// What customers type.
    #[serde(default)]
    pub code: String,
    /// Whether it can be used, as Stripe sees it.
    #[serde(default)]
    pub active: bool,
    /// What it stands for.
    #[serde(default, deserialize_with = "or_default")]
    pub promotion: Promotion,
    /// Unix seconds.
    #[serde(default)]
    pub expires_at: Option<i64>,
    /// How often it may be used.
    #[serde(default)]
    pub max_redemptions: Option<i64>,
    /// How often it was used, as Stripe counts.
    #[serde(default)]
    pub times_redeemed: i64,
    /// The notes on it.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, String>,
}

/// What a promotion code stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Promotion {
    /// The coupon's id.
    #[serde(default, deserialize_with = "id_of")]
    pub coupon: Option<String>,
}

/// A price.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// `price_…`
    pub id: String,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// In the currency's smallest unit; none for tiers and for what the customer decides.
    #[serde(default)]
    pub unit_amount: Option<i64>,
    /// Whether it is for packs: the quantity is divided before it is multiplied.
    #[serde(rename = "transform_quantity", default, deserialize_with = "is_given")]
    pub in_packs: bool,
    /// One payment or a subscription.
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: PriceType,
    /// How often, for a subscription.
    #[serde(default)]
    pub recurring: Option<Recurring>,
    /// `prod_…`
    #[serde(default, deserialize_with = "id_of")]
    pub product: Option<String>,
    /// The owner's name for it.
    #[serde(default)]
    pub nickname: Option<String>,
    /// Whether it can be used for new purchases.
    #[serde(default)]
    pub active: bool,
    /// Real money.
    #[serde(default)]
    pub livemode: bool,
}

/// What a price is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceType {
    /// One payment.
    OneTime,
    /// A subscription.
    Recurring,
    /// A word that is newer than this program.
    #[default]
    #[serde(other)]
    Unknown,
}

/// The rhythm of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Recurring {
    /// `day`, `week`, `month` or `year`.
    pub interval: String,
    /// Every so many.
    #[serde(default = "one")]
    pub interval_count: i64,
}

/// A Checkout Session. What Stripe knows about the customer is not read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// `cs_test_…` or `cs_live_…`
    pub id: String,
    /// Stripe's page; only while the session is open.
    #[serde(default)]
    pub url: Option<String>,
    /// Whether it can be paid.
    #[serde(default, deserialize_with = "or_default")]
    pub status: SessionStatus,
    /// Whether it was paid.
    #[serde(default, deserialize_with = "or_default")]
    pub payment_status: PaymentStatus,
    /// Unix seconds.
    #[serde(default)]
    pub expires_at: i64,
    /// Unix seconds.
    #[serde(default)]
    pub created: i64,
    /// After discounts and taxes.
    #[serde(default)]
    pub amount_total: Option<i64>,
    /// Before discounts and taxes.
    #[serde(default)]
    pub amount_subtotal: Option<i64>,
    /// Lower case.
    #[serde(default)]
    pub currency: Option<String>,
    /// `payment` or `subscription`.
    #[serde(default)]
    pub mode: Option<String>,
    /// The owner's own id of the customer.
    #[serde(default)]
    pub client_reference_id: Option<String>,
    /// `pi_…`, once somebody has paid or tries to; a subscription's session has none.
    #[serde(default, deserialize_with = "id_of")]
    pub payment_intent: Option<String>,
    /// What was taken off by what; at most one.
    #[serde(default, deserialize_with = "or_default")]
    pub discounts: Vec<SessionDiscount>,
    /// What was taken off in all.
    #[serde(default, deserialize_with = "or_default")]
    pub total_details: TotalDetails,
    /// Real money.
    #[serde(default)]
    pub livemode: bool,
    /// The notes on it.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, String>,
}

/// A discount of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SessionDiscount {
    /// `promo_…`, where a customer typed one.
    #[serde(default, deserialize_with = "id_of")]
    pub promotion_code: Option<String>,
}

/// The sums of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct TotalDetails {
    /// In the currency's smallest unit.
    #[serde(default)]
    pub amount_discount: i64,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Can be paid.
    Open,
    /// Done; the money may still be on its way.
    Complete,
    /// Can no longer be paid.
    Expired,
    /// A word that is newer than this program.
    #[default]
    #[serde(other)]
    Unknown,
}

/// How a session ended, as a list of them can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// Done; the money may still be on its way.
    Complete,
    /// Can no longer be paid.
    Expired,
}

impl SessionEnd {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// Where the money of a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// There.
    Paid,
    /// Not there, or not yet.
    Unpaid,
    /// Nothing was due.
    NoPaymentRequired,
    /// A word that is newer than this program.
    #[default]
    #[serde(other)]
    Unknown,
}

/// The money of a session. What Stripe knows about the customer is not read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PaymentIntent {
    /// `pi_…`
    pub id: String,
    /// Where it stands.
    #[serde(default, deserialize_with = "or_default")]
    pub status: PaymentState,
}

/// Where the money of a PaymentIntent stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// On its way, for days perhaps.
    Processing,
    /// There.
    Succeeded,
    /// It was tried and came to nothing.
    RequiresPaymentMethod,
    /// Called off.
    Canceled,
    /// The customer has yet to do something, like paying a voucher or sending the money.
    RequiresAction,
    /// Not tried yet.
    RequiresConfirmation,
    /// Promised, and to be taken by the owner.
    RequiresCapture,
    /// A word that is newer than this program.
    #[default]
    #[serde(other)]
    Unknown,
}

/// An endpoint that Stripe tells events.
#[derive(Clone, Debug, Deserialize)]
pub struct WebhookEndpoint {
    /// `we_…`
    pub id: String,
    /// Where it is.
    #[serde(default)]
    pub url: String,
    /// The notes on it.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, String>,
    /// What deliveries are signed with; told once, by the call that makes it.
    #[serde(default, deserialize_with = "secret")]
    pub secret: Option<SecretString>,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(SecretString::from))
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Page<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// Whether there is another: ask for it with the last id of this one.
    #[serde(default)]
    pub has_more: bool,
}

fn one() -> i64 {
    1
}

/// `null` as if the field were missing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether it is anything but null.
fn is_given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<serde::de::IgnoredAny>::deserialize(deserializer)?.is_some())
}

/// The id of what is either an id or the object itself.
fn id_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Reference {
        Id(String),
        Object { id: String },
    }
    Ok(Option::deserialize(deserializer)?.map(|reference| match reference {
        Reference::Id(id) | Reference::Object { id } => id,
    }))
}

/// How an account calls itself.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    business_profile: Option<Profile>,
    settings: Option<Settings>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    dashboard: Option<Dashboard>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Dashboard {
    display_name: Option<String>,
}

impl Named {
    /// Its public name, else the one in the dashboard.
    pub(super) fn name(self) -> Option<String> {
        let shown = self.settings.and_then(|settings| settings.dashboard).and_then(|dashboard| dashboard.display_name);
        self.business_profile.and_then(|profile| profile.name).or(shown).filter(|name| !name.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_no_error() {
        let session: Session = serde_json::from_str(
            r#"{"id":"cs_1","status":"hibernating","payment_status":null,"metadata":null,"new":{"x":[1]}}"#,
        )
        .unwrap();
        assert_eq!(session.status, SessionStatus::Unknown);
        assert_eq!(session.payment_status, PaymentStatus::Unknown);
        let price: Price = serde_json::from_str(
            r#"{"id":"price_1","type":"one_time","product":{"id":"prod_1","x":1},"recurring":null}"#,
        )
        .unwrap();
        assert_eq!((price.kind, price.product.as_deref()), (PriceType::OneTime, Some("prod_1")));
        let price: Price =
            serde_json::from_str(r#"{"id":"p","type":"barter","product":"prod_2","recurring":{"interval":"month"}}"#)
                .unwrap();
        assert_eq!((price.kind, price.product.as_deref()), (PriceType::Unknown, Some("prod_2")));
        assert_eq!(price.recurring.unwrap().interval_count, 1);
    }

    #[test]
    fn a_changed_coupon_is_noticed() {
        let wanted = NewCoupon {
            id: "cm_1".into(),
            percent_off: Some(1250),
            duration: "once".into(),
            metadata: BTreeMap::from([("codemint_code".into(), "dc_1".into())]),
            ..NewCoupon::default()
        };
        let ours = serde_json::json!({
            "id": "cm_1", "percent_off": 12.5, "duration": "once", "name": "renamed", "valid": true,
            "metadata": {"codemint_code": "dc_1", "theirs": "x"},
        });
        let differences = |changes: serde_json::Value| {
            let mut coupon = ours.clone();
            for (key, value) in changes.as_object().unwrap() {
                coupon[key] = value.clone();
            }
            serde_json::from_value::<Coupon>(coupon).unwrap().differences(&wanted)
        };
        assert!(differences(serde_json::json!({})).is_empty());
        assert_eq!(differences(serde_json::json!({"percent_off": 12.503})), ["percent_off"]);
        assert_eq!(differences(serde_json::json!({"metadata": {}})), ["metadata"]);
        assert_eq!(
            differences(serde_json::json!({"max_redemptions": 1, "redeem_by": 2})),
            ["max_redemptions", "redeem_by"]
        );
        assert_eq!(
            differences(serde_json::json!({"percent_off": null, "amount_off": 5, "currency": "usd"})),
            ["percent_off", "amount_off", "currency"]
        );
    }
}
