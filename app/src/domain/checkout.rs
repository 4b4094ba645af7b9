//! A checkout: what may be asked for, and what Stripe is asked.

use super::app_id::AppId;
use super::code::CodeText;
use super::problem::Problem;
use super::unseen::is_unseen;
use serde::{Deserialize, Serialize};

/// Fewest seconds that a session may live, by our API.
pub const MIN_LIFE_S: i64 = 1800;
/// Most seconds that a session may live: Stripe's day.
pub const MAX_LIFE_S: i64 = 86_400;
/// Seconds that a session lives when a limited code is held for it and nothing was said: an hour, so that an abandoned checkout gives its redemption back soon.
pub const LIMITED_LIFE_S: i64 = 3600;
/// Most pieces of a price in one session.
pub const MAX_QUANTITY: i64 = 999_999;
/// Most characters of a price's id: Stripe's limit of ids.
pub const MAX_PRICE_ID: usize = 255;
/// Most characters of an owner's own id of a customer: Stripe's limit of `client_reference_id`.
pub const MAX_USER_ID: usize = 200;
/// Most bytes of an address to go to: Stripe's limit.
pub const MAX_URL: usize = 5000;
/// Stripe wants `expires_at` at least 30 minutes after *its* now: two minutes above, so that a resent request is still good.
pub const LEAST_LIFE_AT_STRIPE_S: i64 = MIN_LIFE_S + 120;

/// Stripe's `mode` of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionMode {
    /// One payment, for a one-time price.
    Payment,
    /// A subscription, for a recurring price.
    Subscription,
}

impl SessionMode {
    /// Stripe's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Subscription => "subscription",
        }
    }

    /// Reads the word.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        match raw {
            "payment" => Ok(Self::Payment),
            "subscription" => Ok(Self::Subscription),
            _ => Err(Problem::invalid(
                "mode",
                "mode must be payment or subscription; leave it out to let the price tell it.",
            )),
        }
    }
}

/// The fields of a new checkout, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckoutDraft {
    /// A price of the owner's.
    pub price_id: Option<String>,
    /// `None`: 1.
    pub quantity: Option<i64>,
    /// `None`: told by the price.
    pub mode: Option<String>,
    /// The owner's own id of the customer, at most 200 characters.
    pub user_id: Option<String>,
    /// Where Stripe sends the customer afterwards.
    pub success_url: Option<String>,
    /// Where Stripe sends a customer who leaves.
    pub cancel_url: Option<String>,
    /// As typed by the customer.
    pub discount_code: Option<String>,
    /// Stripe's own box for promotion codes.
    pub allow_promotion_codes: Option<bool>,
    /// Prefills Stripe's page.
    pub customer_email: Option<String>,
    /// Seconds.
    pub expires_in: Option<i64>,
}

/// A checkout that keeps the rules. It is stored, so its form only ever grows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkout {
    /// The app it is for.
    pub app_id: AppId,
    /// A price of the owner's.
    pub price_id: String,
    /// 1 or more.
    pub quantity: i64,
    /// `None`: told by the price.
    pub mode: Option<SessionMode>,
    /// The owner's own id of the customer.
    pub user_id: Option<String>,
    /// http or https.
    pub success_url: String,
    /// http or https.
    pub cancel_url: String,
    /// Normalized.
    pub discount_code: Option<CodeText>,
    /// As asked for; with a discount code the box is left out all the same.
    pub allow_promotion_codes: bool,
    /// Prefills Stripe's page.
    pub customer_email: Option<String>,
    /// Seconds; `None`: an hour with a limited code, else Stripe's day.
    pub expires_in: Option<i64>,
}

impl CheckoutDraft {
    /// Checks every field; the first problem there is, in the order of the fields.
    pub fn check(&self, app_id: AppId) -> Result<Checkout, Problem> {
        let price_id = check_price_id(self.price_id.as_deref().unwrap_or_default())?;
        let quantity = self.quantity.unwrap_or(1);
        if !(1..=MAX_QUANTITY).contains(&quantity) {
            return Err(Problem::invalid("quantity", format!("quantity must be 1 to {MAX_QUANTITY}.")));
        }
        let mode = self.mode.as_deref().map(SessionMode::parse).transpose()?;
        if let Some(user_id) = &self.user_id {
            check_user_id(user_id)?;
        }
        let success_url = check_url(self.success_url.as_deref(), "success_url")?;
        let cancel_url = check_url(self.cancel_url.as_deref(), "cancel_url")?;
        let discount_code =
            self.discount_code.as_deref().map(|raw| CodeText::parse_typed(raw, "discount_code")).transpose()?;
        let customer_email =
            self.customer_email.as_deref().map(|raw| super::email::parse(raw, "customer_email")).transpose()?;
        if self.expires_in.is_some_and(|life| !(MIN_LIFE_S..=MAX_LIFE_S).contains(&life)) {
            return Err(Problem::invalid(
                "expires_in",
                format!("expires_in must be {MIN_LIFE_S} to {MAX_LIFE_S} seconds."),
            ));
        }
        Ok(Checkout {
            app_id,
            price_id: price_id.to_owned(),
            quantity,
            mode,
            user_id: self.user_id.clone(),
            success_url,
            cancel_url,
            discount_code,
            allow_promotion_codes: self.allow_promotion_codes.unwrap_or(false),
            customer_email,
            expires_in: self.expires_in,
        })
    }
}

/// The id of a price, as Stripe writes ids.
pub fn check_price_id(raw: &str) -> Result<&str, Problem> {
    let price_id = raw.trim();
    if price_id.is_empty() {
        return Err(Problem::missing(
            "price_id",
            "price_id is needed: a price of your Stripe account, like price_1ABC.",
        ));
    }
    super::secret::refuse_key(price_id, "price_id")?;
    if price_id.len() > MAX_PRICE_ID || !price_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        return Err(Problem::invalid("price_id", "price_id must be the id of a Stripe price, like price_1ABC."));
    }
    Ok(price_id)
}

/// 1 to [`MAX_USER_ID`] characters without control characters.
pub fn check_user_id(user_id: &str) -> Result<(), Problem> {
    super::secret::refuse_key(user_id, "user_id")?;
    let length = user_id.chars().count();
    if (1..=MAX_USER_ID).contains(&length) && !user_id.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Problem::invalid(
        "user_id",
        format!("user_id must be 1 to {MAX_USER_ID} characters, without control characters."),
    ))
}

fn check_url(raw: Option<&str>, param: &str) -> Result<String, Problem> {
    let text = raw.map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Err(Problem::missing(
            param,
            format!("{param} is needed: a whole address, like https://example.com/thank-you."),
        ));
    }
    let invalid = |why: String| Err(Problem::invalid(param, why));
    if text.len() > MAX_URL {
        return invalid(format!("{param} may have at most {MAX_URL} bytes; it has {}.", text.len()));
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return invalid(format!(
            "{param} must not hold a user's name or password: an address like https://example.com/thank-you."
        ));
    }
    let host = authority.starts_with(|first: char| first.is_alphanumeric() || first == '[');
    if host && !text.chars().any(|c| c.is_whitespace() || c == '\\' || is_unseen(c)) {
        Ok(text.to_owned())
    } else {
        invalid(format!(
            "{param} must be a whole http or https address without spaces, like https://example.com/thank-you."
        ))
    }
}

impl Checkout {
    /// Whom it names, in the form in which addresses are compared: `customer_email`, else a `user_id` that is an address.
    pub fn names(&self) -> Option<String> {
        let user = self.user_id.as_deref().filter(|id| id.contains('@'));
        self.customer_email.as_deref().or(user).map(super::email::normalize)
    }

    /// What is asked for the session's life, in seconds. `limited`: a code with a limit or an end is held for it.
    pub fn life_s(&self, limited: bool) -> Option<i64> {
        let life = self.expires_in.or(limited.then_some(LIMITED_LIFE_S))?;
        Some(life.clamp(LEAST_LIFE_AT_STRIPE_S, MAX_LIFE_S - 120))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> CheckoutDraft {
        CheckoutDraft {
            price_id: Some("price_1ABC".into()),
            success_url: Some("https://taskpomo.app/thank-you".into()),
            cancel_url: Some("https://taskpomo.app/pricing".into()),
            ..CheckoutDraft::default()
        }
    }

    #[test]
    fn each_field_has_its_refusal() {
        let app = || AppId::trusted("taskpomo".into());
        assert!(draft().check(app()).is_ok());
        let param = |draft: CheckoutDraft| draft.check(app()).unwrap_err().param.unwrap();
        assert_eq!(param(CheckoutDraft { price_id: None, ..draft() }), "price_id");
        assert_eq!(param(CheckoutDraft { price_id: Some("price 1".into()), ..draft() }), "price_id");
        assert_eq!(param(CheckoutDraft { quantity: Some(0), ..draft() }), "quantity");
        assert_eq!(param(CheckoutDraft { mode: Some("setup".into()), ..draft() }), "mode");
        assert_eq!(param(CheckoutDraft { user_id: Some("x".repeat(201)), ..draft() }), "user_id");
        assert_eq!(param(CheckoutDraft { success_url: Some("javascript:alert(1)".into()), ..draft() }), "success_url");
        assert_eq!(param(CheckoutDraft { cancel_url: Some("/pricing".into()), ..draft() }), "cancel_url");
        assert_eq!(param(CheckoutDraft { discount_code: Some("é".into()), ..draft() }), "discount_code");
        assert_eq!(param(CheckoutDraft { customer_email: Some("x".into()), ..draft() }), "customer_email");
        assert_eq!(param(CheckoutDraft { expires_in: Some(1799), ..draft() }), "expires_in");
    }

    #[test]
    fn a_life_stays_within_stripes_bounds() {
        let checkout = draft().check(AppId::trusted("a".into())).unwrap();
        assert_eq!(checkout.life_s(false), None);
        assert_eq!(checkout.life_s(true), Some(LIMITED_LIFE_S));
        let short = Checkout { expires_in: Some(MIN_LIFE_S), ..checkout };
        assert_eq!(short.life_s(false), Some(LEAST_LIFE_AT_STRIPE_S));
    }
}
