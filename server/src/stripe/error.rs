//! What can go wrong with a call, read from Stripe's answer, and what it means for a write.

use super::{
    body::{Envelope, Refusal},
    redact::redact,
};

/// Why Stripe does not take a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRefusal {
    /// There is no such key, or there is no longer.
    Invalid,
    /// It was rolled, expired or revoked, or the install that it belonged to has ended.
    Expired,
    /// The key names the addresses that may use it, and ours is not among them.
    IpNotAllowed,
}

impl std::fmt::Display for KeyRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Invalid => "no such key",
            Self::Expired => "expired or revoked",
            Self::IpNotAllowed => "not allowed from this address",
        })
    }
}

/// What a failed call has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing, for certain.
    NotApplied,
    /// Perhaps everything: ask Stripe before doing it again under another key.
    Unknown,
}

/// A failed call. No variant holds a key; Stripe's texts have passed the redactor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// The key may not do this.
    #[error("the key lacks permissions: {}", missing.join(", "))]
    PermissionMissing {
        /// As Stripe Apps name them, without `rak_`; empty where Stripe named none.
        missing: Vec<String>,
        /// `acct_…`, which the refusal usually names.
        account: Option<String>,
    },
    /// The key opens nothing.
    #[error("Stripe refuses the key: {reason}")]
    KeyRefused {
        /// Why.
        reason: KeyRefusal,
    },
    /// Too many calls, and repeating did not help within the budget.
    #[error("Stripe's rate limit ({})", reason.as_deref().unwrap_or("no reason given"))]
    RateLimited {
        /// `Stripe-Rate-Limited-Reason`: `global-rate`, `endpoint-rate` and so on.
        reason: Option<String>,
    },
    /// Another request holds the object, and repeating did not help within the budget.
    #[error("Stripe has the object locked by another request")]
    Locked,
    /// The idempotency key was used with other parameters.
    #[error("the idempotency key was used with other parameters before")]
    IdempotencyMismatch,
    /// A request with this idempotency key is still being executed.
    #[error("a request with this idempotency key is still in progress")]
    IdempotencyInUse,
    /// The id (or the text of a promotion code) is taken.
    #[error("it already exists")]
    AlreadyExists,
    /// Something that the request names is not there.
    #[error("not found at Stripe: {message}")]
    ResourceMissing {
        /// The parameter that names it.
        param: Option<String>,
        /// Stripe's words.
        message: String,
    },
    /// Stripe does not take the request as it stands.
    #[error("Stripe refuses the request: {message}")]
    Invalid {
        /// Stripe's words.
        message: String,
        /// The parameter at fault.
        param: Option<String>,
        /// Stripe's code.
        code: Option<String>,
    },
    /// 5xx.
    #[error("Stripe failed with status {status}")]
    Server {
        /// The status.
        status: u16,
        /// It is the stored answer to an earlier request: this idempotency key will never bring another.
        replayed: bool,
    },
    /// The request never left: no name, no connection, no TLS.
    #[error("Stripe cannot be reached")]
    Unreachable,
    /// The request may have arrived, and there is no usable answer: a timeout, a reset, an unreadable body.
    #[error("Stripe gave no usable answer")]
    Unknown,
}

impl StripeError {
    /// What may be concluded about the write that failed so.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Server { .. } | Self::Unknown | Self::IdempotencyInUse => Outcome::Unknown,
            Self::PermissionMissing { .. }
            | Self::KeyRefused { .. }
            | Self::RateLimited { .. }
            | Self::Locked
            | Self::IdempotencyMismatch
            | Self::AlreadyExists
            | Self::ResourceMissing { .. }
            | Self::Invalid { .. }
            | Self::Unreachable => Outcome::NotApplied,
        }
    }

    /// Whether every call on this connection is likely to fail so for now. A replayed 500 is about one request only.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Unknown | Self::RateLimited { .. } | Self::Server { replayed: false, .. }
        )
    }

    /// What remains of it for a call of which an earlier sending may have been carried out. A refusal that Stripe decides
    /// before it looks at the idempotency key says nothing about that earlier one.
    pub(super) fn after_doubtful_sending(self) -> Self {
        match self {
            Self::PermissionMissing { .. }
            | Self::KeyRefused { .. }
            | Self::RateLimited { .. }
            | Self::Locked
            | Self::Unreachable => Self::Unknown,
            other => other,
        }
    }

    /// Reads a refusal: any status but 2xx.
    pub(super) fn from_answer(status: u16, head: &Head, body: &[u8]) -> Self {
        if status >= 500 {
            return Self::Server { status, replayed: head.replayed };
        }
        let Ok(Envelope { error: refusal }) = serde_json::from_slice(body) else {
            // Not Stripe's words but those of something on the way, of which only the plainest is believed.
            return if status == 429 { Self::RateLimited { reason: head.limit.clone() } } else { Self::Unknown };
        };
        let code = refusal.code.as_deref().unwrap_or_default();
        let idempotency = refusal.kind.as_deref() == Some("idempotency_error");
        match status {
            401 | 403 if refusal.message().contains("IP address") => {
                Self::KeyRefused { reason: KeyRefusal::IpNotAllowed }
            }
            401 if code.ends_with("api_key_expired") || refusal.message().starts_with("Expired API Key") => {
                Self::KeyRefused { reason: KeyRefusal::Expired }
            }
            401 => Self::KeyRefused { reason: KeyRefusal::Invalid },
            403 => {
                Self::PermissionMissing { missing: permissions(refusal.message()), account: account(refusal.message()) }
            }
            429 if code == "lock_timeout" => Self::Locked,
            429 => Self::RateLimited { reason: head.limit.clone() },
            409 if idempotency || code == "idempotency_key_in_use" => Self::IdempotencyInUse,
            409 => Self::Locked,
            400 if idempotency => Self::IdempotencyMismatch,
            // For promotion codes there is no machine code, only the text.
            _ if code == "resource_already_exists" || refusal.message().ends_with("already exists.") => {
                Self::AlreadyExists
            }
            _ if code == "resource_missing" => {
                Self::ResourceMissing { param: refusal.param(), message: redact(refusal.message()) }
            }
            _ => Self::Invalid {
                message: redact(refusal.message()),
                param: refusal.param(),
                code: refusal.code.as_deref().map(redact),
            },
        }
    }
}

impl Refusal {
    fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    fn param(&self) -> Option<String> {
        self.param.as_deref().map(redact)
    }
}

/// What the head of an answer says.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// `Request-Id`, for Stripe's support.
    pub(super) request_id: Option<String>,
    /// `Idempotent-Replayed: true`.
    pub(super) replayed: bool,
    /// `Stripe-Should-Retry`.
    pub(super) should_retry: Option<bool>,
    /// `Stripe-Rate-Limited-Reason`.
    pub(super) limit: Option<String>,
    /// `Retry-After`, which Stripe does not promise, in seconds.
    pub(super) retry_after_s: Option<u64>,
}

/// The permissions that a refusal names: `'rak_coupon_read'` or `'plan_read'`, in quotes.
fn permissions(message: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in message.split('\'') {
        let name = word.strip_prefix("rak_").unwrap_or(word);
        let is_name = (name.ends_with("_read") || name.ends_with("_write"))
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if is_name && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// The account that a refusal names, even to a key that may not ask for it.
fn account(message: &str) -> Option<String> {
    let start = message.find("acct_")?;
    let id: String =
        message[start..].chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    (id.len() > "acct_".len()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, error: serde_json::Value) -> StripeError {
        let body = serde_json::json!({ "error": error }).to_string();
        StripeError::from_answer(status, &Head::default(), body.as_bytes())
    }

    #[test]
    fn permissions_are_read_in_both_wordings() {
        let old = "The provided key 'rk_live_*****4f2a' does not have the required permissions for this endpoint on \
                   account 'acct_1Ab'. Having the 'rak_coupon_read' permission would allow this request to continue.";
        assert_eq!(
            read(403, serde_json::json!({"type": "invalid_request_error", "message": old})),
            StripeError::PermissionMissing { missing: vec!["coupon_read".into()], account: Some("acct_1Ab".into()) }
        );
        let new = "Permission denied. Enabling \"Prices Read\" ('plan_read') permissions on this key would allow this \
                   request to continue.";
        assert_eq!(
            read(403, serde_json::json!({"message": new, "code": "more_permissions_required"})),
            StripeError::PermissionMissing { missing: vec!["plan_read".into()], account: None }
        );
        let scope = "Having the 'read_only' scope would allow this request";
        assert_eq!(
            read(403, serde_json::json!({"message": scope})),
            StripeError::PermissionMissing { missing: vec![], account: None }
        );
    }

    #[test]
    fn keys_are_told_apart() {
        let refused = |reason| StripeError::KeyRefused { reason };
        for code in ["api_key_expired", "platform_api_key_expired"] {
            assert_eq!(read(401, serde_json::json!({"code": code, "message": "x"})), refused(KeyRefusal::Expired));
        }
        let message = "Invalid API Key provided: rk_test_****";
        assert_eq!(read(401, serde_json::json!({"message": message})), refused(KeyRefusal::Invalid));
        let message = "The API key provided does not allow requests from your IP address";
        assert_eq!(read(401, serde_json::json!({"message": message})), refused(KeyRefusal::IpNotAllowed));
        assert_eq!(read(403, serde_json::json!({"message": message})), refused(KeyRefusal::IpNotAllowed));
    }

    #[test]
    fn a_strangers_answer_proves_nothing() {
        for status in [301, 400, 401, 403, 404] {
            assert_eq!(
                StripeError::from_answer(status, &Head::default(), b"<html>No</html>"),
                StripeError::Unknown,
                "{status}"
            );
        }
        let limited = StripeError::from_answer(429, &Head::default(), b"");
        assert_eq!(limited, StripeError::RateLimited { reason: None });
    }

    #[test]
    fn conflicts_and_cards() {
        let in_use = serde_json::json!({"type": "idempotency_error", "code": "idempotency_key_in_use"});
        assert_eq!(read(409, in_use), StripeError::IdempotencyInUse);
        assert_eq!(read(409, serde_json::json!({"type": "invalid_request_error"})), StripeError::Locked);
        assert_eq!(read(400, serde_json::json!({"type": "idempotency_error"})), StripeError::IdempotencyMismatch);
        let taken = "An active promotion code with `code: TAKEN1` already exists.";
        assert_eq!(read(400, serde_json::json!({"message": taken})), StripeError::AlreadyExists);
        let card = read(402, serde_json::json!({"type": "card_error", "code": "card_declined", "message": "No."}));
        assert!(matches!(card, StripeError::Invalid { .. }));
    }

    #[test]
    fn texts_hold_no_keys() {
        let error = read(400, serde_json::json!({"message": "Bad rk_live_51abc, rt_2, ac_3", "param": "sk_test_4"}));
        for text in [error.to_string(), format!("{error:?}")] {
            for secret in ["51abc", "rt_2", "ac_3", "test_4"] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }

    #[test]
    fn what_a_caller_may_conclude() {
        let server = |replayed| StripeError::Server { status: 500, replayed };
        for error in [server(true), server(false), StripeError::Unknown, StripeError::IdempotencyInUse] {
            assert_eq!(error.outcome(), Outcome::Unknown);
        }
        assert_eq!(StripeError::Unreachable.outcome(), Outcome::NotApplied);
        assert_eq!(StripeError::Unreachable.after_doubtful_sending().outcome(), Outcome::Unknown);
        assert!(server(false).is_outage() && !server(true).is_outage());
    }
}
