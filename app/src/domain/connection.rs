//! The connection to Stripe as rules see it: which keys can be pasted, and which permissions enable what.

use super::mode::Mode;
use super::problem::Problem;
use serde::{Deserialize, Serialize};

/// How far a connection may go with one kind of Stripe object. Write implies read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Nothing.
    #[default]
    None,
    /// Look.
    Read,
    /// Look and change.
    Write,
}

impl Access {
    /// Whether it is nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What a connection was found to be allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Needed for everything.
    pub coupons: Access,
    /// Needed for rewards.
    pub promotion_codes: Access,
    /// Needed for `POST /v1/checkout/sessions`.
    pub checkout_sessions: Access,
    /// Stripe calls them plans (`plan_read`): told apart by type and currency before anything is minted.
    #[serde(default)]
    pub prices: Access,
    /// Whether Codemint may make the owner's webhook endpoint by itself. Of no concern to the API, which is not told.
    #[serde(default, skip_serializing_if = "Access::is_none")]
    pub webhooks: Access,
}

impl Permissions {
    /// The least a key must have, for rewards and codes: coupons and promotion codes, read and write.
    pub const LEAST: [&str; 4] = ["coupon_read", "coupon_write", "promotion_code_read", "promotion_code_write"];
    /// What the second link adds: creating Checkout Sessions.
    pub const CHECKOUT: [&str; 3] = ["checkout_session_read", "checkout_session_write", "plan_read"];

    /// What the Stripe App asks for besides: without it no event reaches us, the end of an install for one.
    pub const EVENTS: [&str; 1] = ["event_read"];

    /// All that the Stripe App asks for; its manifest says the same.
    pub fn of_app() -> Vec<&'static str> {
        Self::LEAST.into_iter().chain(Self::CHECKOUT).chain(Self::EVENTS).collect()
    }

    /// Permissions of [`Self::LEAST`] that are missing.
    pub fn missing_least(&self) -> Vec<String> {
        let mut missing = lacking("coupon", self.coupons);
        missing.extend(lacking("promotion_code", self.promotion_codes));
        missing
    }

    /// Permissions that minting a code's coupon lacks.
    pub fn missing_for_mint(&self) -> Vec<String> {
        lacking("coupon", self.coupons)
    }

    /// Permissions that a checkout lacks; the sessions permission first. Minting needs coupons only when a code is used.
    pub fn missing_for_checkout(&self, with_code: bool) -> Vec<String> {
        let mut missing = Vec::new();
        if self.checkout_sessions < Access::Write {
            missing.push("checkout_session_write".to_owned());
        }
        if with_code && self.coupons < Access::Write {
            missing.extend(lacking("coupon", self.coupons));
        }
        missing
    }
}

fn lacking(what: &str, access: Access) -> Vec<String> {
    let mut missing = Vec::new();
    if access < Access::Read {
        missing.push(format!("{what}_read"));
    }
    if access < Access::Write {
        missing.push(format!("{what}_write"));
    }
    missing
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// Works.
    Connected,
    /// Stripe refuses what is stored.
    NeedsReauth,
    /// There is none.
    Disconnected,
}

impl ConnectionStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NeedsReauth => "needs_reauth",
            Self::Disconnected => "disconnected",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Connected, Self::NeedsReauth, Self::Disconnected].into_iter().find(|status| status.as_str() == text)
    }
}

/// Most characters of a restricted key; Stripe's have about a hundred.
pub const MAX_RESTRICTED_KEY: usize = 512;

/// Checks what was pasted as a restricted key of this mode, by its prefix (<https://docs.stripe.com/keys>). The length is not checked: Stripe promises none.
/// The refusal never repeats what was pasted.
pub fn check_restricted_key(raw: &str, mode: Mode) -> Result<&str, Problem> {
    const PARAM: &str = "restricted_key";
    let key = raw.trim();
    let prefix = format!("rk_{mode}_");
    let refuse = |message: String| Err(Problem::invalid(PARAM, message));
    if key.is_empty() {
        return Err(Problem::missing(PARAM, format!("Paste a restricted key: it starts with {prefix}.")));
    }
    if let Some(body) = key.strip_prefix(&prefix) {
        if body.is_empty() || !body.bytes().all(|b| b.is_ascii_alphanumeric()) || key.len() > MAX_RESTRICTED_KEY {
            return refuse("This key is not whole: copy it again from Stripe, without spaces or line breaks.".into());
        }
        return Ok(key);
    }
    if key.starts_with(&format!("rk_{}_", mode.other())) {
        let other = mode.other();
        return refuse(format!(
            "This is a {other}-mode key and you are in {mode} mode. Paste a key that starts with {prefix}, or switch to {other} mode."
        ));
    }
    if key.starts_with("sk_") {
        return refuse(format!(
            "This is a full secret key: it can do everything in your account, and Codemint does not need that. Paste a restricted key: it starts with {prefix}."
        ));
    }
    if key.starts_with("pk_") {
        return refuse(format!(
            "This is a publishable key, which cannot create coupons. Paste a restricted key: it starts with {prefix}."
        ));
    }
    if key.starts_with("whsec_") {
        return refuse(format!("This is a webhook's signing secret. Paste a restricted key: it starts with {prefix}."));
    }
    if key.starts_with("cm_") {
        return refuse(format!(
            "This is a Codemint API key. Paste a restricted key of Stripe's: it starts with {prefix}."
        ));
    }
    refuse(format!("This is not a restricted key of Stripe's: those start with {prefix}."))
}

/// `rk_test_…4f2a`: what is ever shown of a key.
pub fn hint(key: &str, mode: Mode) -> String {
    let tail: String = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    format!("rk_{mode}_…{tail}")
}

/// The address of Stripe's "Create restricted key" page with permissions ticked. `dashboard` without a slash at its end.
/// The parameter is undocumented but widely used: repeated `permissions[]`, each `rak_` and the permission's name.
pub fn create_key_url(dashboard: &str, mode: Mode, permissions: &[&str]) -> String {
    let path = match mode {
        Mode::Test => "/test/apikeys/create",
        Mode::Live => "/apikeys/create",
    };
    let ticks: String = permissions.iter().map(|name| format!("&permissions%5B%5D=rak_{name}")).collect();
    format!("{dashboard}{path}?name=Codemint{ticks}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wrong_keys_are_told_apart() {
        let says = |key: &str| check_restricted_key(key, Mode::Test).unwrap_err().message;
        assert!(says("sk_test_abc").contains("full secret key"));
        assert!(says("pk_test_abc").contains("publishable"));
        assert!(says("whsec_abc").contains("webhook"));
        assert!(says("rk_live_abc").contains("live-mode key"));
        assert!(says("hello").contains("rk_test_"));
        assert!(says("rk_test_").contains("not whole"));
        assert_eq!(check_restricted_key("  rk_test_51Abc\n", Mode::Test).unwrap(), "rk_test_51Abc");
    }

    proptest! {
        #[test]
        fn a_refusal_never_repeats_the_key(kind in "(sk|pk|rk)_(test|live)_", body in "[A-Za-z0-9]{20,40}") {
            if let Err(problem) = check_restricted_key(&format!("{kind}{body} "), Mode::Test) {
                prop_assert!(!problem.message.contains(&body));
            }
        }
    }

    #[test]
    fn links_tick_exactly_what_is_needed() {
        assert_eq!(
            create_key_url("https://dashboard.stripe.com", Mode::Test, &Permissions::LEAST),
            "https://dashboard.stripe.com/test/apikeys/create?name=Codemint&permissions%5B%5D=rak_coupon_read\
             &permissions%5B%5D=rak_coupon_write&permissions%5B%5D=rak_promotion_code_read&permissions%5B%5D=rak_promotion_code_write"
        );
        assert!(create_key_url("https://d", Mode::Live, &[]).starts_with("https://d/apikeys/create?"));
    }

    #[test]
    fn the_sessions_permission_is_always_named() {
        let none = Permissions::default();
        assert_eq!(none.missing_for_checkout(true), ["checkout_session_write", "coupon_read", "coupon_write"]);
        let codes_only = Permissions { coupons: Access::Write, promotion_codes: Access::Write, ..none };
        assert_eq!(codes_only.missing_for_checkout(true), ["checkout_session_write"]);
        assert!(codes_only.missing_least().is_empty());
    }
}
