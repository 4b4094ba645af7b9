//! The objects of the REST API, as `product` documents them. Times are milliseconds since 1970 unless a field says seconds.

use crate::domain::connection::Permissions;
use crate::domain::discount_code::Status;
use crate::domain::metadata::Metadata;
use crate::domain::problem::Problem;
use serde::{Deserialize, Serialize};

/// A discount code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiscountCode {
    /// `discount_code`.
    pub object: String,
    /// `dc_…`.
    pub id: String,
    /// The app it belongs to.
    pub app_id: String,
    /// Live or test.
    pub livemode: bool,
    /// What customers type.
    pub code: String,
    /// 0.01 to 100.
    pub percent_off: Option<Percent>,
    /// In the currency's smallest unit.
    pub amount_off_cents: Option<i64>,
    /// Lower-case, with an amount.
    pub currency: Option<String>,
    /// `once`, `repeating`, `forever`.
    pub duration: String,
    /// With `repeating`.
    pub duration_in_months: Option<u32>,
    /// `None`: without limit.
    pub max_redemptions: Option<i64>,
    /// How often it was used.
    pub redemptions: Redemptions,
    /// Milliseconds.
    pub starts_at: Option<i64>,
    /// Milliseconds.
    pub expires_at: Option<i64>,
    /// False while paused.
    pub active: bool,
    /// The first that applies.
    pub status: Status,
    /// The coupon's id in Stripe; null until minted.
    pub stripe_coupon: Option<String>,
    /// The owner's own words.
    pub metadata: Metadata,
    /// Milliseconds.
    pub created_at: i64,
}

/// A percentage that is written `50`, not `50.0`, where it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Percent(pub f64);

impl Serialize for Percent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 {
            #[expect(clippy::cast_possible_truncation, reason = "a percentage is at most 100")]
            return serializer.serialize_i64(self.0 as i64);
        }
        serializer.serialize_f64(self.0)
    }
}

/// How often a code was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemptions {
    /// Held and redeemed.
    pub count: i64,
    /// Reserved for open checkouts.
    pub held: i64,
    /// Paid.
    pub redeemed: i64,
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List<T> {
    /// `list`.
    pub object: String,
    /// The objects.
    pub data: Vec<T>,
    /// Whether there are more in the direction of the cursor.
    pub has_more: bool,
    /// The list's address.
    pub url: String,
}

/// The answer of a validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Whether it can be used now.
    pub valid: bool,
    /// The code, if it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_code: Option<DiscountCode>,
    /// Why not: `unknown`, `paused`, `not_started`, `expired`, `exhausted`, `currency_mismatch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A Checkout Session that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckoutSession {
    /// `checkout_session`.
    pub object: String,
    /// Stripe's id, `cs_…`.
    pub id: String,
    /// Where the customer pays.
    pub url: String,
    /// Milliseconds.
    pub expires_at: i64,
    /// What was taken off.
    pub discount: Option<AppliedDiscount>,
    /// Whether Stripe shows its own box for promotion codes.
    pub allow_promotion_codes: bool,
    /// What was done otherwise than asked, in words.
    pub notices: Vec<String>,
}

/// The discount of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppliedDiscount {
    /// Its text.
    pub code: String,
    /// `dc_…`.
    pub discount_code: String,
    /// The coupon's id in Stripe.
    pub stripe_coupon: String,
    /// The hold, `rd_…`.
    pub redemption: String,
}

/// The workspace's link to Stripe in one mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// `connection`.
    pub object: String,
    /// `stripe_app`, `restricted_key`, or null while there is none.
    pub method: Option<String>,
    /// Live or test.
    pub livemode: bool,
    /// `connected`, `needs_reauth`, `disconnected`.
    pub status: String,
    /// `acct_…`, where it is known.
    pub account: Option<String>,
    /// `rk_test_…4f2a`.
    pub key_hint: Option<String>,
    /// What it may do.
    pub permissions: Permissions,
}

/// The error envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What an error says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// Its type.
    pub r#type: String,
    /// Its code.
    pub code: String,
    /// For people.
    pub message: String,
    /// The field that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Stripe permissions that are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

impl From<&Problem> for ErrorBody {
    fn from(problem: &Problem) -> Self {
        Self {
            error: ErrorDetail {
                r#type: problem.code.kind().as_str().to_owned(),
                code: problem.code.as_str().to_owned(),
                message: problem.message.clone(),
                param: problem.param.clone(),
                missing: problem.missing.clone(),
            },
        }
    }
}
