//! Accounts and restricted keys: who calls, in which mode, and what the key may do.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    error::{ApiError, ApiResult},
    id,
};

/// A Stripe account: `acct_…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(String);

impl AccountId {
    /// An account's id as Stripe writes it. Nothing is checked: tests name accounts as they like.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// `acct_…`
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for AccountId {
    /// The account that every stand-in begins with.
    fn default() -> Self {
        Self::new("acct_1TestCodemint")
    }
}

impl From<&str> for AccountId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The permissions that the pre-filled page can tick, as Stripe Apps name them, with the Dashboard's words.
pub(crate) const PERMISSIONS: &[(&str, &str)] = &[
    ("coupon", "Coupons"),
    ("promotion_code", "Promotion codes"),
    ("checkout_session", "Checkout Sessions"),
    ("plan", "Prices"),
    ("product", "Products"),
    ("customer", "Customers"),
    ("subscription", "Subscriptions"),
    ("event", "Events"),
    ("webhook", "Webhook endpoints"),
    ("connected_account", "Accounts"),
];

/// A write permission includes reading the same thing.
fn may(permissions: &BTreeSet<String>, permission: &str) -> bool {
    permissions.contains(permission)
        || permission.strip_suffix("_read").is_some_and(|resource| permissions.contains(&format!("{resource}_write")))
}

/// Whether an app with these permissions is sent events of this type, by Stripe's table of permissions.
pub(crate) fn covers(permissions: &BTreeSet<String>, kind: &str) -> bool {
    let any_of: &[&str] = if kind.starts_with("checkout.session.") {
        &["checkout_session_read"]
    } else if kind.starts_with("coupon.") {
        &["coupon_read"]
    } else if kind.starts_with("promotion_code.") {
        &["promotion_code_read", "credit_note_read", "invoice_read", "quote_read"]
    } else {
        &[]
    };
    may(permissions, "event_read") && any_of.iter().any(|permission| may(permissions, permission))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Up to this moment, in milliseconds.
    ActiveUntil(i64),
    Revoked,
    Expired,
    /// A token of an application that was uninstalled since.
    Disconnected,
}

/// What a key opens.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: AccountId,
    pub(crate) livemode: bool,
    pub(crate) masked: String,
    permissions: BTreeSet<String>,
    /// Whether it is the access token of an application.
    application: bool,
}

impl Caller {
    /// Whoever is signed in to the account's Dashboard: may do everything.
    pub(crate) fn in_dashboard(account: AccountId, livemode: bool) -> Self {
        let permissions = PERMISSIONS.iter().map(|(resource, _)| format!("{resource}_write")).collect();
        Self { account, livemode, masked: String::new(), permissions, application: false }
    }

    pub(crate) fn may(&self, permission: &str) -> bool {
        may(&self.permissions, permission)
    }

    /// Refuses as Stripe does where the key lacks `permission` (without `rak_`).
    pub(crate) fn require(&self, permission: &str) -> ApiResult<()> {
        if self.may(permission) {
            return Ok(());
        }
        let Self { masked, account, .. } = self;
        let (code, wanted) = if self.application {
            ("more_permissions_required_for_application", format!("'{permission}' scope"))
        } else {
            ("more_permissions_required", format!("'rak_{permission}' permission"))
        };
        let message = format!(
            "The provided key '{masked}' does not have the required permissions for this endpoint on account \
             '{account}'. Having the {wanted} would allow this request to continue."
        );
        Err(ApiError::forbidden(code, message))
    }
}

/// All keys that were ever issued.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    issued: HashMap<String, (Caller, Standing)>,
}

impl Keys {
    pub(crate) fn issue(&mut self, account: AccountId, livemode: bool, permissions: BTreeSet<String>) -> String {
        self.add(account, livemode, permissions, None)
    }

    /// An access token of an application, which looks like a restricted key and is good until `until_ms`.
    pub(crate) fn issue_token(
        &mut self,
        account: AccountId,
        livemode: bool,
        permissions: BTreeSet<String>,
        until_ms: i64,
    ) -> String {
        self.add(account, livemode, permissions, Some(until_ms))
    }

    fn add(
        &mut self,
        account: AccountId,
        livemode: bool,
        permissions: BTreeSet<String>,
        token_until: Option<i64>,
    ) -> String {
        let key = id::mixed(if livemode { "rk_live_51" } else { "rk_test_51" }, 40);
        let caller =
            Caller { account, livemode, masked: masked(&key), permissions, application: token_until.is_some() };
        self.issued.insert(key.clone(), (caller, Standing::ActiveUntil(token_until.unwrap_or(i64::MAX))));
        key
    }

    /// As if it had been deleted. Says whether there was such a key.
    pub(crate) fn revoke(&mut self, key: &str) -> bool {
        self.stand(key, Standing::Revoked)
    }

    /// As if it had been rolled. Says whether there was such a key.
    pub(crate) fn expire(&mut self, key: &str) -> bool {
        self.stand(key, Standing::Expired)
    }

    /// As its owner edits it in the Dashboard. Says whether there was such a key.
    pub(crate) fn allow(&mut self, key: &str, permissions: BTreeSet<String>) -> bool {
        self.issued.get_mut(key).map(|(caller, _)| caller.permissions = permissions).is_some()
    }

    /// Ends every access token of the application in an account: with it, or as the account has disconnected it.
    pub(crate) fn end_tokens(&mut self, account: &AccountId, livemode: bool, disconnected: bool) {
        let end = if disconnected { Standing::Disconnected } else { Standing::Expired };
        let meant = |caller: &Caller| caller.application && caller.account == *account && caller.livemode == livemode;
        self.issued.values_mut().filter(|(caller, _)| meant(caller)).for_each(|(_, standing)| *standing = end);
    }

    /// A token that is good no longer than until `at_ms`.
    pub(crate) fn retire(&mut self, key: &str, at_ms: i64) {
        if let Some((_, Standing::ActiveUntil(until))) = self.issued.get_mut(key) {
            *until = at_ms.min(*until);
        }
    }

    fn stand(&mut self, key: &str, standing: Standing) -> bool {
        self.issued.get_mut(key).map(|(_, at)| *at = standing).is_some()
    }

    /// Whose key this is, however it stands.
    pub(crate) fn account_of(&self, key: &str) -> Option<&AccountId> {
        self.issued.get(key).map(|(caller, _)| &caller.account)
    }

    /// Whose key it is, at a moment in milliseconds.
    pub(crate) fn caller(&self, key: Option<&str>, now_ms: i64) -> ApiResult<Caller> {
        let key = key.ok_or_else(no_key)?;
        match self.issued.get(key) {
            Some((caller, Standing::ActiveUntil(until))) if now_ms < *until => Ok(caller.clone()),
            Some((caller, Standing::ActiveUntil(_) | Standing::Expired)) => {
                let message = format!("Expired API Key provided: {}", caller.masked);
                Err(ApiError::unauthorized(Some("api_key_expired"), message))
            }
            Some((_, Standing::Disconnected)) => {
                let message = "The API key provided by your Connect platform has expired. This occurs if your platform \
                               has either generated a new key or the connected account has been disconnected from \
                               the platform.";
                Err(ApiError::unauthorized(Some("platform_api_key_expired"), message.to_owned()))
            }
            Some((_, Standing::Revoked)) | None => Err(unknown_key(key)),
        }
    }
}

pub(crate) fn no_key() -> ApiError {
    let message = "You did not provide an API key. You need to provide your API key in the Authorization header, using \
                   Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
                   https://stripe.com/docs/api#authentication for details, or we can help at \
                   https://support.stripe.com/.";
    ApiError::unauthorized(None, message.to_owned())
}

pub(crate) fn unknown_key(key: &str) -> ApiError {
    ApiError::unauthorized(None, format!("Invalid API Key provided: {}", masked(key)))
}

/// The key of a request: a bearer token, or the user of Basic authentication.
pub(crate) fn key(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let key = if scheme.eq_ignore_ascii_case("bearer") {
        rest.trim().to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
        decoded.split(':').next()?.to_owned()
    } else {
        return None;
    };
    (!key.is_empty()).then_some(key)
}

/// A key as Stripe shows it: `rk_test_****…1234`.
pub(crate) fn masked(key: &str) -> String {
    let start = ["rk_test_", "rk_live_", "sk_test_", "sk_live_", "pk_test_", "pk_live_", "ac_", "rt_", "whsec_"]
        .into_iter()
        .find(|prefix| key.starts_with(prefix))
        .unwrap_or_default();
    let rest: Vec<char> = key.chars().skip(start.len()).collect();
    // A short one would be all ends.
    let shown = if rest.len() >= 12 { 4 } else { 0 };
    let hidden = rest.len() - shown;
    let end: String = rest[hidden..].iter().collect();
    format!("{start}{}{end}", "*".repeat(hidden.min(40)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_only_the_ends() {
        assert_eq!(masked("rk_live_51AbCdEfGh4f2a"), "rk_live_**********4f2a");
        assert_eq!(masked("rk_test_1234"), "rk_test_****");
        assert_eq!(masked("nonsense"), "********");
    }

    #[test]
    fn basic_and_bearer_are_read() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            key(&headers)
        };
        assert_eq!(read("Bearer rk_test_1").as_deref(), Some("rk_test_1"));
        assert_eq!(read("Basic cmtfdGVzdF8xOg==").as_deref(), Some("rk_test_1"));
        assert_eq!(read("Bearer "), None);
        assert_eq!(read("Digest x"), None);
    }
}
