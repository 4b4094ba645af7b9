//! What a key may do. Stripe has no question for it, but it looks at the permission before it looks at the parameters: a
//! write that can never be valid is answered 403 without the permission and 400 with it, and nothing is made.

use super::{account::Account, body::read, error::StripeError, http::Call, retry::Repeat};
use serde::Deserialize;

/// How far a key may go with one kind of object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    #[default]
    None,
    /// Look.
    Read,
    /// Look and write.
    Write,
}

/// What a key may do, and whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// Coupons.
    pub coupons: Level,
    /// Promotion codes.
    pub promotion_codes: Level,
    /// Checkout Sessions.
    pub checkout_sessions: Level,
    /// Prices: never more than [`Level::Read`], as nothing here would write one, so writing is not tried.
    pub prices: Level,
    /// Webhook endpoints: [`Level::Write`] or nothing, as nothing here would only look at them.
    pub webhooks: Level,
    /// `acct_…`; `None` where neither the account may be read nor a refusal named it.
    pub account: Option<String>,
}

/// What one question brought.
struct Told {
    allowed: bool,
    account: Option<String>,
}

pub(super) async fn run(account: &Account<'_>) -> Result<Probe, StripeError> {
    // Each is wrong in two ways where it can be, lest a default of Stripe's ever makes it right.
    let (
        coupons_read,
        coupons_write,
        codes_read,
        codes_write,
        sessions_read,
        sessions_write,
        prices_read,
        webhooks_write,
        whose,
    ) = tokio::join!(
        may_read(account, "/v1/coupons"),
        may_write(account, "/v1/coupons", "duration=nonsense"),
        may_read(account, "/v1/promotion_codes"),
        may_write(account, "/v1/promotion_codes", ""),
        may_read(account, "/v1/checkout/sessions"),
        may_write(account, "/v1/checkout/sessions", "mode=nonsense"),
        may_read(account, "/v1/prices"),
        may_write(account, "/v1/webhook_endpoints", ""),
        whose(account),
    );
    let answers = [coupons_read, coupons_write, codes_read, codes_write, sessions_read, sessions_write, prices_read];
    let refused = |error: &StripeError| matches!(error, StripeError::KeyRefused { .. });
    // A refused key is the answer to all of it, whatever else failed beside it.
    let courtesies = [webhooks_write.as_ref().err(), whose.as_ref().err()];
    let key_refused = answers
        .iter()
        .filter_map(|told| told.as_ref().err())
        .chain(courtesies.into_iter().flatten())
        .find(|error| refused(error));
    if let Some(error) = key_refused {
        return Err(error.clone());
    }
    let [coupons_read, coupons_write, codes_read, codes_write, sessions_read, sessions_write, prices_read] = answers;
    let told =
        [coupons_read?, coupons_write?, codes_read?, codes_write?, sessions_read?, sessions_write?, prices_read?];
    // The account is a courtesy, and so is making the endpoint for the owner: a failure to tell them spoils nothing.
    let webhooks_write = webhooks_write.is_ok_and(|told| told.allowed);
    let named = whose.unwrap_or_default().or_else(|| told.iter().find_map(|told| told.account.clone()));
    let [coupons_read, coupons_write, codes_read, codes_write, sessions_read, sessions_write, prices_read] =
        told.map(|told| told.allowed);
    Ok(Probe {
        coupons: level(coupons_read, coupons_write),
        promotion_codes: level(codes_read, codes_write),
        checkout_sessions: level(sessions_read, sessions_write),
        prices: level(prices_read, false),
        webhooks: level(false, webhooks_write),
        account: named,
    })
}

fn level(read: bool, write: bool) -> Level {
    match (read, write) {
        // Writing includes reading.
        (_, true) => Level::Write,
        (true, false) => Level::Read,
        (false, false) => Level::None,
    }
}

async fn may_read(account: &Account<'_>, path: &'static str) -> Result<Told, StripeError> {
    let call = Call { repeat: Repeat::ProbeRead, ..Call::get(path).query("limit=1".to_owned()) };
    match account.send(call).await {
        Ok(_) => Ok(Told { allowed: true, account: None }),
        Err(StripeError::PermissionMissing { account, .. }) => Ok(Told { allowed: false, account }),
        Err(error) => Err(error),
    }
}

async fn may_write(account: &Account<'_>, path: &'static str, form: &str) -> Result<Told, StripeError> {
    match account.send(Call::post(path, form, Repeat::ProbeWrite)).await {
        Ok(_) => {
            tracing::warn!(path, "Stripe took a request that was meant to be refused");
            Ok(Told { allowed: true, account: None })
        }
        Err(StripeError::Invalid { .. } | StripeError::ResourceMissing { .. }) => {
            Ok(Told { allowed: true, account: None })
        }
        Err(StripeError::PermissionMissing { account, .. }) => Ok(Told { allowed: false, account }),
        Err(error) => Err(error),
    }
}

async fn whose(account: &Account<'_>) -> Result<Option<String>, StripeError> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    match account.send(Call { repeat: Repeat::ProbeRead, ..Call::get("/v1/account") }).await {
        Ok(body) => Ok(Some(read::<Named>(&body)?.id)),
        Err(StripeError::PermissionMissing { account, .. }) => Ok(account),
        Err(error) => Err(error),
    }
}
