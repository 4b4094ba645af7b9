//! What is refused and why: the one error that people and machines see.

use serde::{Deserialize, Serialize};

/// A refusal: what happened, where, and what would be right. The REST envelope and the screens are drawn from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Machine-readable cause.
    pub code: Code,
    /// One or two sentences for a person; names the field and says what would be right.
    pub message: String,
    /// The field that is wrong, as the API spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Stripe permissions that are missing (`checkout_session_write`), for [`Code::StripePermissionMissing`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Seconds after which a repeat makes sense; becomes the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem without a field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), param: None, missing: Vec::new(), retry_after: None }
    }

    /// A problem of one field.
    pub fn of(code: Code, param: impl Into<String>, message: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..Self::new(code, message) }
    }

    /// [`Code::ParameterInvalid`] of one field.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Code::ParameterInvalid, param, message)
    }

    /// [`Code::ParameterMissing`] of one field.
    pub fn missing(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Code::ParameterMissing, param, message)
    }

    /// [`Code::ResourceMissing`], in the words that every tenant gets for what does not exist or is not theirs.
    pub fn no_such(what: &str, id: &str) -> Self {
        Self::new(Code::ResourceMissing, format!("No such {what}: '{}'", super::secret::shown(id, 80)))
    }
}

/// Cuts what came from outside to `max` characters before it is repeated in a message.
pub fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The `type` of an error, as in Stripe's envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be carried out as it is.
    InvalidRequest,
    /// Who is asking is not known.
    Authentication,
    /// Known, but not allowed.
    Permission,
    /// It contradicts what is stored.
    Conflict,
    /// The same idempotency key with another body.
    Idempotency,
    /// Too many.
    RateLimit,
    /// Stripe could not be asked.
    Stripe,
    /// Our own fault.
    Api,
}

impl Kind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request_error",
            Self::Authentication => "authentication_error",
            Self::Permission => "permission_error",
            Self::Conflict => "conflict_error",
            Self::Idempotency => "idempotency_error",
            Self::RateLimit => "rate_limit_error",
            Self::Stripe => "stripe_error",
            Self::Api => "api_error",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident, $status:literal;)*) => {
        /// The `code` of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The error's `type`.
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// The HTTP status of an answer with this code.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    /// A field that is needed is not there.
    ParameterMissing = "parameter_missing", InvalidRequest, 400;
    /// A field has a value that cannot be.
    ParameterInvalid = "parameter_invalid", InvalidRequest, 400;
    /// A field that does not exist.
    ParameterUnknown = "parameter_unknown", InvalidRequest, 400;
    /// Two fields that exclude each other.
    ParametersExclusive = "parameters_exclusive", InvalidRequest, 400;
    /// No such discount code in this app and mode.
    DiscountCodeUnknown = "discount_code_unknown", InvalidRequest, 400;
    /// The owner has paused it.
    DiscountCodePaused = "discount_code_paused", InvalidRequest, 400;
    /// Before its start.
    DiscountCodeNotStarted = "discount_code_not_started", InvalidRequest, 400;
    /// After its end.
    DiscountCodeExpired = "discount_code_expired", InvalidRequest, 400;
    /// No redemptions are left.
    DiscountCodeExhausted = "discount_code_exhausted", InvalidRequest, 400;
    /// A fixed amount in another currency than the price.
    DiscountCodeCurrencyMismatch = "discount_code_currency_mismatch", InvalidRequest, 400;
    /// The purchase comes to less than the code asks for.
    DiscountCodeMinimumNotMet = "discount_code_minimum_not_met", InvalidRequest, 400;
    /// This customer has used it, or is using it, as often as one may.
    DiscountCodeUserLimit = "discount_code_user_limit", InvalidRequest, 400;
    /// The owner has paused the campaign.
    CampaignPaused = "campaign_paused", InvalidRequest, 400;
    /// The campaign is over.
    CampaignExpired = "campaign_expired", InvalidRequest, 400;
    /// The campaign has given all that it may.
    CampaignExhausted = "campaign_exhausted", InvalidRequest, 400;
    /// The owner has put the campaign away.
    CampaignArchived = "campaign_archived", InvalidRequest, 400;
    /// No API key came with the request.
    ApiKeyMissing = "api_key_missing", Authentication, 401;
    /// The API key is unknown or revoked.
    ApiKeyInvalid = "api_key_invalid", Authentication, 401;
    /// A key of Stripe's came instead of ours.
    StripeKeyPresented = "stripe_key_presented", Authentication, 401;
    /// Nobody is signed in (screens).
    SignInRequired = "sign_in_required", Authentication, 401;
    /// The API key may not make this kind of call.
    KeyScope = "key_scope", Permission, 403;
    /// The Stripe key or install lacks a permission.
    StripePermissionMissing = "stripe_permission_missing", Permission, 403;
    /// A form or server function was called from another site.
    OriginRefused = "origin_refused", Permission, 403;
    /// It does not exist, or belongs to somebody else.
    ResourceMissing = "resource_missing", InvalidRequest, 404;
    /// The address knows other methods.
    MethodNotAllowed = "method_not_allowed", InvalidRequest, 405;
    /// The request took longer than the server gives it.
    RequestTimeout = "request_timeout", InvalidRequest, 408;
    /// Another code of the app has this text.
    CodeTaken = "code_taken", Conflict, 409;
    /// Another app of the workspace has this id.
    AppIdTaken = "app_id_taken", Conflict, 409;
    /// The first request with this idempotency key is still running.
    IdempotencyKeyInUse = "idempotency_key_in_use", Conflict, 409;
    /// The workspace has no connection in this mode.
    StripeNotConnected = "stripe_not_connected", Conflict, 409;
    /// Stripe refuses the stored key: the owner must connect again.
    NeedsReauth = "needs_reauth", Conflict, 409;
    /// The terms are in Stripe already and cannot change.
    TermsImmutable = "terms_immutable", Conflict, 409;
    /// The coupon in Stripe was changed or deleted: the owner decides.
    DiscountCodeBlocked = "discount_code_blocked", Conflict, 409;
    /// The redemption is final: it was redeemed, and cannot be released.
    RedemptionRedeemed = "redemption_redeemed", Conflict, 409;
    /// The redemption belongs to a Checkout Session: Stripe's word alone moves it.
    RedemptionOfCheckout = "redemption_of_checkout", Conflict, 409;
    /// The body is larger than the limit.
    BodyTooLarge = "body_too_large", InvalidRequest, 413;
    /// The body is not `application/json`.
    ContentTypeInvalid = "content_type_invalid", InvalidRequest, 415;
    /// The headers are larger than the limit.
    HeadersTooLarge = "headers_too_large", InvalidRequest, 431;
    /// The idempotency key came before with another body.
    IdempotencyKeyReused = "idempotency_error", Idempotency, 400;
    /// Too many attempts.
    RateLimited = "rate_limited", RateLimit, 429;
    /// Stripe did not answer, or not usefully.
    StripeUnavailable = "stripe_unavailable", Stripe, 503;
    /// A fault of ours; the log has the cause under the request id.
    Internal = "internal_error", Api, 500;
}
