//! `POST /v1/oauth/token`: codes and refresh tokens for pairs of tokens. Its refusals are OAuth's, flat and without the API's envelope;
//! only who calls is refused in that.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Sim,
    auth::{AccountId, masked, unknown_key},
    error::{ApiError, ApiResult},
    state::State,
};

pub(crate) const PATH: &str = "/v1/oauth/token";

/// One call of the token endpoint. No code and no token is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TokenRecord {
    /// When it was answered or cut, in milliseconds of the stand-in's clock.
    pub at_ms: i64,
    /// `authorization_code`, `refresh_token`, or whatever was sent.
    pub grant_type: String,
    /// The mode of the key that it came with, where that was a developer's.
    pub livemode: Option<bool>,
    /// Whose tokens were given out.
    pub account: Option<AccountId>,
    /// Whether tokens were given out: even where the answer was lost.
    pub granted: bool,
    /// What was answered. `None`: the connection was cut.
    pub status: Option<u16>,
    /// `invalid_grant` and so on, or the code or type of the API's refusal.
    pub error: Option<String>,
}

/// A refusal in OAuth's words: HTTP 400.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) error: &'static str,
    description: String,
}

impl Refusal {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { error, description: description.into() }
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.error, "error_description": self.description })
    }
}

/// What was sent, read.
#[derive(Debug)]
enum Wanted {
    Exchange(String),
    Refresh(String),
}

/// The mode whose developer calls. A key that is another's, or no developer's, is refused in the API's envelope.
pub(crate) fn developer(state: &State, key: Option<&str>) -> ApiResult<bool> {
    let given = key.ok_or_else(crate::auth::no_key)?;
    if let Some(livemode) = state.apps.mode_of_key(given) {
        return Ok(livemode);
    }
    let caller = state.keys.caller(key, state.clock.now_ms())?;
    let message = format!(
        "The provided key '{}' does not have the required permissions for this endpoint on account '{}'. Only the \
         secret key of the application's developer can be used here.",
        caller.masked, caller.account
    );
    Err(if given.starts_with("sk_") {
        unknown_key(given)
    } else {
        ApiError::forbidden("more_permissions_required", message)
    })
}

fn read(form: &[(String, String)]) -> Result<Wanted, Refusal> {
    let invalid = |description: String| Refusal::new("invalid_request", description);
    let value = |name: &str| form.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let grant_type = value("grant_type").ok_or_else(|| invalid("No grant type specified".to_owned()))?;
    let own = match grant_type.as_str() {
        "authorization_code" => "code",
        "refresh_token" => "refresh_token",
        other => return Err(Refusal::new("unsupported_grant_type", format!("Unsupported grant type: {other}"))),
    };
    // What Stripe's page does not name is not known to be taken.
    if let Some((name, _)) = form.iter().find(|(name, _)| name != "grant_type" && name != own) {
        return Err(invalid(format!("Received unknown parameter: {name}")));
    }
    let token = value(own).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| invalid(format!("No {} provided", own.replace('_', " "))))?;
    Ok(if own == "code" { Wanted::Exchange(token) } else { Wanted::Refresh(token) })
}

/// Does what is asked for; the account whose tokens these are, and the answer.
pub(crate) fn grant(
    state: &mut State,
    livemode: bool,
    form: &[(String, String)],
) -> Result<(AccountId, Value), Refusal> {
    let now_ms = state.clock.now_ms();
    let State { apps, keys, .. } = state;
    let wanted = read(form)?;
    let (granted, naming) = match &wanted {
        Wanted::Exchange(code) => (apps.exchange(livemode, code, now_ms, keys), "stripe_user_id"),
        Wanted::Refresh(token) => {
            let naming = if apps.account_id_on_refresh { "account_id" } else { "stripe_user_id" };
            (apps.refresh(livemode, token, now_ms, keys), naming)
        }
    };
    let (account, pair) = granted.map_err(|description| Refusal::new("invalid_grant", description))?;
    let publishable = apps.of(livemode).map(|app| app.publishable_key.as_str());
    // Without `expires_in`, as Stripe's page has it.
    let mut answer = json!({
        "access_token": pair.access, "livemode": livemode, "refresh_token": pair.refresh, "scope": "stripe_apps",
        "stripe_publishable_key": publishable, "token_type": "bearer",
    });
    answer[naming] = json!(account);
    Ok((account, answer))
}

/// The parameters as they may be shown.
pub(crate) fn without_secrets(form: &[(String, String)]) -> Vec<(String, String)> {
    let shown = |(name, value): &(String, String)| {
        (name.clone(), if name == "grant_type" { value.clone() } else { masked(value) })
    };
    form.iter().map(shown).collect()
}

/// The same of an answer, which echoes what was sent.
pub(crate) fn masked_answer(form: &[(String, String)], answer: &Value) -> String {
    let mut answer = answer.clone();
    let fields = answer.as_object_mut().into_iter().flatten();
    for (name, field) in fields.filter(|(_, field)| field.is_string()) {
        let text = field.as_str().unwrap_or_default();
        *field = if name.ends_with("_token") {
            json!(masked(text))
        } else {
            let sent = form.iter().filter(|(name, value)| name != "grant_type" && value.len() > 4);
            json!(sent.fold(text.to_owned(), |text, (_, value)| text.replace(value.as_str(), &masked(value))))
        };
    }
    answer.to_string()
}

impl Sim {
    /// Every call of the token endpoint, in the order in which they were answered.
    pub fn token_requests(&self) -> Vec<TokenRecord> {
        self.lock().token_requests.clone()
    }

    /// How often the tokens of an account were rolled, since the app was installed there.
    pub fn refreshes(&self, livemode: bool, account: &AccountId) -> usize {
        let state = self.lock();
        state.apps.of(livemode).and_then(|app| app.installs.get(account)).map_or(0, |install| install.refreshed)
    }
}
