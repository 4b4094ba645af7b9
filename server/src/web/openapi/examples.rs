//! Examples. A test holds each against its schema.

use app::domain::problem::{Code, Problem};
use app::wire::api::ErrorBody;
use serde_json::{Value, json};

/// An id that could be a code's.
pub const CODE_ID: &str = "dc_01kac4nq00r5v8h2xkq3m9d7tz";
/// An id that could be a redemption's.
pub const REDEMPTION_ID: &str = "rd_01kac4nq00r5v8h2xkq3m9d7tz";
/// An id that could be a campaign's.
pub const CAMPAIGN_ID: &str = "cmp_01kac4nq00r5v8h2xkq3m9d7tz";
/// An id that could be a reward's.
pub const REWARD_ID: &str = "rw_01kac4nq00r5v8h2xkq3m9d7tz";
/// 1 January 2027.
const NEW_YEAR: i64 = 1_798_761_600_000;
const MADE: i64 = 1_795_000_000_000;

/// Names and bodies of `POST /v1/admin/discount-codes`.
pub fn new_discount_codes() -> Vec<(&'static str, Value)> {
    vec![
        (
            "percentage",
            json!({
                "app_id": "taskpomo", "code": "BLACKFRIDAY50", "percent_off": 50, "max_redemptions": 1000,
                "expires_at": NEW_YEAR, "metadata": { "team": "growth" },
            }),
        ),
        (
            "fixed amount, for three months",
            json!({
                "app_id": "taskpomo", "code": "FIVE-OFF", "amount_off_cents": 500, "currency": "usd", "duration": "repeating",
                "duration_in_months": 3,
            }),
        ),
        (
            "once for each customer, from 50 dollars on",
            json!({
                "app_id": "taskpomo", "code": "WELCOME", "percent_off": 10, "max_redemptions_per_user": 1,
                "minimum_amount_cents": 5000, "minimum_amount_currency": "usd", "starts_at": MADE,
            }),
        ),
    ]
}

/// Names and bodies of `PATCH /v1/admin/discount-codes/{id}`.
pub fn changes() -> Vec<(&'static str, Value)> {
    vec![
        ("pause", json!({ "active": false })),
        ("no limit and no end any more", json!({ "max_redemptions": null, "expires_at": null })),
        (
            "twice for each customer, and any amount",
            json!({ "max_redemptions_per_user": 2, "minimum_amount_cents": null }),
        ),
        ("metadata", json!({ "metadata": { "team": null, "season": "winter" } })),
    ]
}

/// A discount code.
pub fn discount_code() -> Value {
    json!({
        "object": "discount_code", "id": CODE_ID, "app_id": "taskpomo", "livemode": false, "code": "BLACKFRIDAY50",
        "percent_off": 50, "amount_off_cents": null, "currency": null, "duration": "once", "duration_in_months": null,
        "max_redemptions": 1000, "max_redemptions_per_user": null, "minimum_amount_cents": null, "minimum_amount_currency": null,
        "redemptions": { "count": 3, "held": 1, "redeemed": 2 }, "starts_at": null,
        "expires_at": NEW_YEAR, "active": true, "status": "active", "stripe_coupon": "cm_dc_01kac4nq00r5v8h2xkq3m9d7tz",
        "metadata": { "team": "growth" }, "created_at": MADE,
    })
}

/// A page of codes.
pub fn list() -> Value {
    json!({ "object": "list", "data": [discount_code()], "has_more": false, "url": "/v1/admin/discount-codes" })
}

/// The body of `POST /v1/discount-codes/validate`.
pub fn question() -> Value {
    json!({ "app_id": "taskpomo", "code": "BLACKFRIDAY50", "price_id": "price_1ABC", "user_id": "user-123" })
}

/// Names and answers of it.
pub fn validations() -> Vec<(&'static str, Value)> {
    vec![
        ("it can be used", json!({ "valid": true, "discount_code": discount_code() })),
        ("it cannot", json!({ "valid": false, "reason": "expired" })),
        ("this customer has had theirs", json!({ "valid": false, "reason": "user_limit" })),
    ]
}

/// Names and bodies of `POST /v1/checkout/sessions`.
pub fn new_checkouts() -> Vec<(&'static str, Value)> {
    vec![
        (
            "with a discount code",
            json!({
                "app_id": "taskpomo", "price_id": "price_1ABC", "user_id": "user-123", "discount_code": "BLACKFRIDAY50",
                "success_url": "https://taskpomo.app/thank-you", "cancel_url": "https://taskpomo.app/pricing",
            }),
        ),
        (
            "with Stripe's own box for promotion codes",
            json!({
                "app_id": "taskpomo", "price_id": "price_1ABC", "quantity": 2, "allow_promotion_codes": true,
                "customer_email": "ada@example.com", "expires_in": 3600, "success_url": "https://taskpomo.app/thank-you",
                "cancel_url": "https://taskpomo.app/pricing",
            }),
        ),
    ]
}

/// Names and answers of it.
pub fn checkouts() -> Vec<(&'static str, Value)> {
    let session = |discount: Value, box_is_shown: bool| {
        json!({
            "object": "checkout_session", "id": "cs_test_a1b2c3", "url": "https://checkout.stripe.com/c/pay/cs_test_a1b2c3",
            "expires_at": MADE + 3_600_000, "discount": discount, "allow_promotion_codes": box_is_shown, "notices": [],
        })
    };
    let discount = json!({
        "code": "BLACKFRIDAY50", "discount_code": CODE_ID, "stripe_coupon": "cm_dc_01kac4nq00r5v8h2xkq3m9d7tz",
        "redemption": "rd_01kac4nq00r5v8h2xkq3m9d7tz",
    });
    vec![("with a discount code", session(discount, false)), ("without one", session(Value::Null, true))]
}

/// Names and bodies of `POST /v1/redemptions`.
pub fn new_redemptions() -> Vec<(&'static str, Value)> {
    vec![
        ("for an hour", json!({ "app_id": "taskpomo", "code": "BLACKFRIDAY50", "user_id": "user-123" })),
        (
            "for as long as an invoice is open",
            json!({ "app_id": "taskpomo", "code": "BLACKFRIDAY50", "expires_in": 86400 }),
        ),
    ]
}

/// A redemption that is held.
pub fn redemption() -> Value {
    json!({
        "object": "redemption", "id": REDEMPTION_ID, "app_id": "taskpomo", "livemode": false, "discount_code": CODE_ID,
        "code": "BLACKFRIDAY50", "stripe_coupon": "cm_01kac4nq00r5v8h2xkq3m9d7tz", "state": "held", "user_id": "user-123",
        "checkout_session": null, "expires_at": MADE + 3_600_000, "created_at": MADE, "settled_at": null,
    })
}

fn settled_redemption(state: &str) -> Value {
    let mut settled = redemption();
    settled["state"] = state.into();
    settled["settled_at"] = (MADE + 240_000).into();
    settled
}

/// One that was redeemed.
pub fn confirmed_redemption() -> Value {
    settled_redemption("redeemed")
}

/// One that was released.
pub fn released_redemption() -> Value {
    settled_redemption("released")
}

/// A page of redemptions.
pub fn redemptions() -> Value {
    let mut of_checkout = confirmed_redemption();
    of_checkout["checkout_session"] = "cs_test_a1b2c3".into();
    of_checkout["expires_at"] = Value::Null;
    json!({ "object": "list", "data": [of_checkout], "has_more": false, "url": "/v1/redemptions" })
}

/// Names and bodies of `POST /v1/campaigns`.
pub fn new_campaigns() -> Vec<(&'static str, Value)> {
    vec![
        (
            "thirty days from earning",
            json!({
                "app_id": "taskpomo", "name": "Share with friends", "percent_off": 15, "expires_in_days": 30,
                "time_zone": "Europe/Berlin",
            }),
        ),
        (
            "a fixed amount, until a moment",
            json!({
                "app_id": "taskpomo", "name": "Winter", "amount_off_cents": 500, "currency": "eur", "code_prefix": "WINTER",
                "expires_at": NEW_YEAR, "max_rewards": 1000, "metadata": { "team": "growth" },
            }),
        ),
    ]
}

/// Names and bodies of `PATCH /v1/campaigns/{id}`.
pub fn campaign_changes() -> Vec<(&'static str, Value)> {
    vec![
        ("pause", json!({ "active": false })),
        ("give more from now on", json!({ "percent_off": 20 })),
        ("no limit any more", json!({ "max_rewards": null })),
    ]
}

/// A campaign.
pub fn campaign() -> Value {
    json!({
        "object": "campaign", "id": CAMPAIGN_ID, "app_id": "taskpomo", "livemode": false, "name": "Share with friends",
        "percent_off": 15, "amount_off_cents": null, "currency": null, "duration": "once", "duration_in_months": null,
        "terms_version": 1, "code_prefix": "SHARE", "expires_at": null, "expires_in_days": 30, "time_zone": "Europe/Berlin",
        "max_rewards": null, "rewards": { "earned": 12, "used": 3 }, "active": true, "status": "active",
        "stripe_coupon": "cm_01kac4nq00r5v8h2xkq3m9d7tz", "metadata": {}, "created_at": MADE,
    })
}

/// A page of campaigns.
pub fn campaigns() -> Value {
    json!({ "object": "list", "data": [campaign()], "has_more": false, "url": "/v1/campaigns" })
}

/// Names and bodies of `POST /v1/campaigns/{id}/rewards`.
pub fn new_rewards() -> Vec<(&'static str, Value)> {
    vec![
        (
            "mailed to who earned it",
            json!({ "email": "ada@example.com", "reference": "share-4711", "metadata": { "name": "Ada" } }),
        ),
        ("told by your own means", json!({ "email": "ada@example.com", "send_email": false })),
    ]
}

/// A reward.
pub fn reward() -> Value {
    json!({
        "object": "reward", "id": REWARD_ID, "campaign": CAMPAIGN_ID, "app_id": "taskpomo", "livemode": false,
        "code": "SHARE-KX7M-4RTW", "email": "ada@example.com", "reference": "share-4711", "percent_off": 15,
        "amount_off_cents": null, "currency": null, "duration": "once", "duration_in_months": null, "terms_version": 1,
        "expires_at": MADE + 2_592_000_000_i64, "status": "active",
        "sync": {
            "state": "pending", "cause": null, "stripe_coupon": null, "stripe_promotion_code": null, "attempts": 0,
            "last_error": null,
        },
        "email_delivery": { "state": "queued", "sent_at": null, "last_error": null },
        "used": null, "metadata": { "name": "Ada" }, "created_at": MADE,
    })
}

/// A page of rewards.
pub fn rewards() -> Value {
    let mut used = reward();
    used["status"] = "used".into();
    used["sync"] = json!({
        "state": "minted", "cause": null, "stripe_coupon": "cm_01kac4nq00r5v8h2xkq3m9d7tz",
        "stripe_promotion_code": "promo_1Abc", "attempts": 1, "last_error": null,
    });
    used["email_delivery"] = json!({ "state": "sent", "sent_at": MADE + 800, "last_error": null });
    used["used"] = json!({
        "at": MADE + 86_400_000, "stripe_checkout_session": "cs_test_a1b2c3", "amount_off_cents": 180, "currency": "eur",
    });
    let url = format!("/v1/campaigns/{CAMPAIGN_ID}/rewards");
    json!({ "object": "list", "data": [used], "has_more": false, "url": url })
}

/// The body of `POST /v1/admin/connection`.
pub fn new_connection() -> Value {
    json!({ "restricted_key": "rk_test_51Abc" })
}

/// Names and connections.
pub fn connections() -> Vec<(&'static str, Value)> {
    vec![
        (
            "connected",
            json!({
                "object": "connection", "method": "restricted_key", "livemode": false, "status": "connected", "account": null,
                "key_hint": "rk_test_…4f2a", "permissions": {
                    "coupons": "write", "promotion_codes": "write", "checkout_sessions": "write", "prices": "read",
                },
            }),
        ),
        ("disconnected", disconnected()),
    ]
}

/// No connection.
pub fn disconnected() -> Value {
    json!({
        "object": "connection", "method": null, "livemode": false, "status": "disconnected", "account": null, "key_hint": null,
        "permissions": { "coupons": "none", "promotion_codes": "none", "checkout_sessions": "none", "prices": "none" },
    })
}

/// One refusal for each code that the API knows.
pub fn refusals() -> Vec<(&'static str, Value)> {
    let shown = |code: &Code| {
        let (param, message) = words(*code)?;
        let mut problem = Problem::new(*code, message);
        problem.param = (!param.is_empty()).then(|| param.to_owned());
        if *code == Code::StripePermissionMissing {
            problem.missing = vec!["checkout_session_write".to_owned()];
        }
        Some((code.as_str(), serde_json::to_value(ErrorBody::from(&problem)).unwrap_or_default()))
    };
    Code::ALL.iter().filter_map(shown).collect()
}

/// The field and the sentence; none for what only screens answer.
fn words(code: Code) -> Option<(&'static str, &'static str)> {
    Some(match code {
        Code::ParameterMissing => ("code", "code is needed: 3 to 64 characters, like BLACKFRIDAY50."),
        Code::ParameterInvalid => ("percent_off", "percent_off must be a number, like 50; it is a string."),
        Code::ParameterUnknown => ("percentoff", "Unknown field: percentoff. Did you mean percent_off?"),
        Code::ParametersExclusive => ("amount_off_cents", "Give either percent_off or amount_off_cents, not both."),
        Code::DiscountCodeUnknown => ("discount_code", "This discount code does not exist. Check its spelling."),
        Code::DiscountCodePaused => ("discount_code", "This discount code is paused at the moment."),
        Code::DiscountCodeNotStarted => ("discount_code", "This discount code cannot be used yet."),
        Code::DiscountCodeExpired => ("discount_code", "This discount code has expired."),
        Code::DiscountCodeExhausted => ("discount_code", "This discount code has been used up."),
        Code::DiscountCodeCurrencyMismatch => {
            ("discount_code", "This discount code is in another currency than the price.")
        }
        Code::DiscountCodeMinimumNotMet => {
            ("discount_code", "This purchase is below the least amount that this discount code is for.")
        }
        Code::DiscountCodeUserLimit => (
            "discount_code",
            "This customer has used this discount code as often as one customer may. A checkout that is still open counts, too.",
        ),
        Code::RedemptionRedeemed => ("", "This redemption was redeemed: it cannot be released any more."),
        Code::RedemptionOfCheckout => {
            ("", "This redemption belongs to a Checkout Session of Codemint's: its payment or its end settles it.")
        }
        Code::CampaignPaused => ("", "This campaign is paused: resume it to issue rewards."),
        Code::CampaignExpired => ("", "This campaign is over: it issues no more rewards."),
        Code::CampaignExhausted => ("", "This campaign has issued all the rewards that its limit allows."),
        Code::CampaignArchived => ("", "This campaign is archived: it issues no more rewards."),
        Code::ApiKeyMissing => (
            "",
            "An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        Code::ApiKeyInvalid => {
            ("", "This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.")
        }
        Code::StripeKeyPresented => (
            "",
            "This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one.",
        ),
        Code::KeyScope => {
            ("", "This API key may validate codes and make checkouts only. Use a key with full access for this call.")
        }
        Code::StripePermissionMissing => (
            "",
            "The Stripe connection lacks the permission checkout_session_write. Settings has the link that makes a key with it.",
        ),
        Code::ResourceMissing => ("", "No such discount code: 'dc_01kac4nq00r5v8h2xkq3m9d7tz'"),
        Code::MethodNotAllowed => ("", "PUT does not go with /v1/checkout/sessions; the header Allow names what does."),
        Code::RequestTimeout => ("", "The body did not arrive within 15 seconds."),
        Code::CodeTaken => {
            ("code", "This app has a code BLACKFRIDAY50 already. Choose another text, or archive that one first.")
        }
        Code::IdempotencyKeyInUse => {
            ("", "The first request with this Idempotency-Key is still running. Try again in a moment.")
        }
        Code::StripeNotConnected => {
            ("", "Stripe is not connected in test mode. Connect it in Settings, or by POST /v1/admin/connection.")
        }
        Code::NeedsReauth => {
            ("", "Stripe no longer accepts the connection. Connect again in Settings; codes and counts are kept.")
        }
        Code::TermsImmutable => {
            ("", "What this code gives cannot change any more: its coupon is in Stripe or on its way there.")
        }
        Code::DiscountCodeBlocked => {
            ("", "The coupon was changed in Stripe. The code's page in Codemint offers to mint it again.")
        }
        Code::BodyTooLarge => ("", "The body is larger than 65536 bytes."),
        Code::ContentTypeInvalid => ("", "Content-Type must be application/json; it is missing."),
        Code::HeadersTooLarge => ("", "The headers are larger than 32768 bytes."),
        Code::IdempotencyKeyReused => (
            "Idempotency-Key",
            "This Idempotency-Key came before with another request. Use a new key for a new request.",
        ),
        Code::RateLimited => ("", "Too many unknown discount codes with this API key: at most 600 a minute."),
        Code::StripeUnavailable => {
            ("", "Stripe could not be reached. Nothing was used up; send the same request again.")
        }
        Code::Internal => ("", "Something went wrong on our side. It is logged under the id in the header Request-Id."),
        Code::SignInRequired | Code::OriginRefused | Code::AppIdTaken => return None,
    })
}
