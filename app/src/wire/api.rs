//! The objects of the REST API, as `product` documents them. Times are milliseconds since 1970 unless a field says seconds.

use crate::domain::connection::Permissions;
use crate::domain::discount_code::Status;
use crate::domain::metadata::Metadata;
use crate::domain::problem::Problem;
use crate::domain::{campaign, redemption, reward};
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
    /// For one customer; `None`: without limit.
    pub max_redemptions_per_user: Option<i64>,
    /// What a purchase must come to before the discount, in the currency's smallest unit.
    pub minimum_amount_cents: Option<i64>,
    /// Lower-case; `None` with a minimum: whatever the price is in.
    pub minimum_amount_currency: Option<String>,
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

/// One use of a discount code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// `redemption`.
    pub object: String,
    /// `rd_…`.
    pub id: String,
    /// The app of its code.
    pub app_id: String,
    /// Live or test.
    pub livemode: bool,
    /// `dc_…`.
    pub discount_code: String,
    /// The code's text.
    pub code: String,
    /// The coupon's id in Stripe; null until minted.
    pub stripe_coupon: Option<String>,
    /// `held`, `redeemed`, `released`.
    pub state: redemption::State,
    /// The owner's own id of the customer.
    pub user_id: Option<String>,
    /// `cs_…`, where it belongs to a checkout of Codemint's whose session is known.
    pub checkout_session: Option<String>,
    /// Milliseconds: until when a hold stands. Null for one of a checkout, whose session alone ends it.
    pub expires_at: Option<i64>,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds: when it was redeemed or released.
    pub settled_at: Option<i64>,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// `campaign`.
    pub object: String,
    /// `cmp_…`.
    pub id: String,
    /// The app it belongs to.
    pub app_id: String,
    /// Live or test.
    pub livemode: bool,
    /// For the owner, and at Stripe's checkout.
    pub name: String,
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
    /// 1; grows when what it gives changes after somebody has earned a reward.
    pub terms_version: i64,
    /// What every code begins with.
    pub code_prefix: String,
    /// The end of all its codes, in milliseconds.
    pub expires_at: Option<i64>,
    /// Days from earning to a code's end.
    pub expires_in_days: Option<i64>,
    /// The zone in which those days end; null: a day is 24 hours.
    pub time_zone: Option<String>,
    /// `None`: without limit.
    pub max_rewards: Option<i64>,
    /// Its rewards so far.
    pub rewards: RewardCounts,
    /// False while paused.
    pub active: bool,
    /// The first that applies.
    pub status: campaign::Status,
    /// The coupon's id in Stripe, of the version that is given now; null until minted.
    pub stripe_coupon: Option<String>,
    /// The owner's own words.
    pub metadata: Metadata,
    /// Milliseconds.
    pub created_at: i64,
}

/// The rewards of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardCounts {
    /// Earned.
    pub earned: i64,
    /// Used by their customers.
    pub used: i64,
}

/// A reward.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reward {
    /// `reward`.
    pub object: String,
    /// `rw_…`.
    pub id: String,
    /// `cmp_…`.
    pub campaign: String,
    /// The app it belongs to.
    pub app_id: String,
    /// Live or test.
    pub livemode: bool,
    /// What its customer types at Stripe's checkout.
    pub code: String,
    /// Who earned it; null once erased.
    pub email: Option<String>,
    /// What it was earned by.
    pub reference: Option<String>,
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
    /// The version of the campaign's terms that it was earned under.
    pub terms_version: i64,
    /// Milliseconds.
    pub expires_at: Option<i64>,
    /// The first that applies.
    pub status: reward::Status,
    /// Whether it is in Stripe.
    pub sync: RewardSync,
    /// Whether its mail has left.
    pub email_delivery: EmailDelivery,
    /// How it was used; null until it is.
    pub used: Option<RewardUse>,
    /// The owner's own words.
    pub metadata: Metadata,
    /// Milliseconds.
    pub created_at: i64,
}

/// Whether a reward is in Stripe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardSync {
    /// Where it stands.
    pub state: reward::SyncState,
    /// Why it is not there yet, in one word; null while nothing is wrong.
    pub cause: Option<reward::Cause>,
    /// The coupon's id; null until it is minted.
    pub stripe_coupon: Option<String>,
    /// `promo_…`; null until it is minted.
    pub stripe_promotion_code: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it is not there yet, in a sentence.
    pub last_error: Option<String>,
}

/// Whether the mail with a code has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailDelivery {
    /// Where it stands.
    pub state: reward::MailState,
    /// When the mail server took it, in milliseconds.
    pub sent_at: Option<i64>,
    /// Why it has not left, in a sentence.
    pub last_error: Option<String>,
}

/// How a reward was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardUse {
    /// When it was seen, in milliseconds.
    pub at: i64,
    /// `cs_…`, where sessions may be read.
    pub stripe_checkout_session: Option<String>,
    /// What it took off, in the currency's smallest unit; where sessions may be read.
    pub amount_off_cents: Option<i64>,
    /// Of that amount, lower-case.
    pub currency: Option<String>,
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
