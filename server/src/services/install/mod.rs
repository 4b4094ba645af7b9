//! Connecting by the Stripe App: the way to Stripe's consent page and back, and the end of an install.
//!
//! A way begins here with a state (256 bits, of which only the hash is kept), bound to the browser, the mode, and who began it. What
//! comes back with it binds at once; what comes back without binds nothing until a person has signed in and confirmed. A pair of tokens
//! that Stripe gave out is never thrown away while a workspace lives by it: an account's second install ends the first pair.

mod asked;
mod bind;
mod courtesy;
mod ended;
mod waiting;
mod way_back;

pub use waiting::Decided;
pub use way_back::{Callback, WayBack};

use super::Services;
use crate::crypto;
use crate::store::NewState;
use app::backend::Viewer;
use app::domain::install::StartedFrom;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::wire::screens::InstallOffer;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use secrecy::{ExposeSecret, SecretString};
use std::num::NonZeroU32;
use std::time::Duration;
use url::Url;

const MINUTE_MS: i64 = 60_000;
/// How long the way to Stripe and back may take, in milliseconds.
const STATE_MS: i64 = 10 * MINUTE_MS;

/// Of two installs of one account the later exchange ends the pair of the earlier: they are bound in the order in which they were
/// exchanged, unless Stripe takes longer than this for one of them.
const TURN: Duration = Duration::from_secs(5);

/// One install of this process after the other, from the exchange to the binding.
#[derive(Default)]
pub(super) struct Turns(tokio::sync::Mutex<()>);

impl Turns {
    async fn take(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        tokio::time::timeout(TURN, self.0.lock()).await.ok()
    }
}

/// How often a way may begin from one place: a hundred and twenty an hour.
pub(super) struct Starts(DefaultKeyedRateLimiter<String>);

impl Default for Starts {
    fn default() -> Self {
        const AN_HOUR: NonZeroU32 = NonZeroU32::MIN.saturating_add(119);
        Self(RateLimiter::keyed(Quota::per_hour(AN_HOUR)))
    }
}

impl Starts {
    /// Counts one from this place, whether it begins here or at Stripe.
    fn take(&self, place: &str) -> Result<(), Problem> {
        self.0.check_key(&place.to_owned()).map_err(|_| Problem {
            retry_after: Some(60),
            ..Problem::new(Code::RateLimited, "Too many attempts to connect from here. Wait a minute and try again.")
        })
    }

    /// Forgets those who have not begun for long.
    pub(super) fn forget_idle(&self) {
        self.0.retain_recent();
    }
}

/// A way that begins.
pub struct Start {
    /// Stripe's consent page, with our state. Not for logs.
    pub url: Url,
    /// What the browser's cookie holds: the same one for several ways at once.
    pub browser: SecretString,
    /// The cookie's life in seconds.
    pub max_age_s: i64,
}

impl Services {
    pub(super) async fn install_offer_for(
        &self,
        viewer: Option<&Viewer>,
        mode: Option<Mode>,
    ) -> Result<InstallOffer, Problem> {
        let apps = &self.0.stripe_apps;
        let mode = mode.unwrap_or(if apps.live.is_set_up() { Mode::Live } else { Mode::Test });
        Ok(InstallOffer {
            mode,
            other_mode: apps.of(mode.other()).is_set_up(),
            start_url: apps.of(mode).is_set_up().then(|| start_url(mode, StartedFrom::Install)),
            email: viewer.and_then(|viewer| viewer.email.clone()),
        })
    }

    /// Begins a way to Stripe's consent page. None: one-click is not set up in this mode.
    /// `browser` is what the cookie holds already, if it holds anything.
    pub async fn start_install(
        &self,
        mode: Mode,
        from: StartedFrom,
        viewer: Option<&Viewer>,
        browser: Option<&str>,
        place: &str,
    ) -> Result<Option<Start>, Problem> {
        let app = self.0.stripe_apps.of(mode);
        let Some(link) = app.authorize_url.as_ref().filter(|_| app.is_set_up()) else { return Ok(None) };
        self.0.starts.take(place)?;
        let state = random_token()?;
        let browser = match browser {
            Some(known) => SecretString::from(known),
            None => random_token()?,
        };
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        tx.conn()
            .insert_state(&NewState {
                state_hash: crypto::hash_token(state.expose_secret()).as_bytes(),
                browser_hash: crypto::hash_token(browser.expose_secret()).as_bytes(),
                mode: mode.as_str(),
                started_from: from.as_str(),
                owner_id: viewer.map(|viewer| viewer.owner_id.as_str()),
                workspace_id: viewer.map(|viewer| viewer.workspace_id.as_str()),
                now,
                expires_at: now + STATE_MS,
            })
            .await?;
        tx.commit().await?;
        let url = consent_url(link, app.client_id.as_deref(), state.expose_secret());
        Ok(Some(Start { url, browser, max_age_s: STATE_MS / 1000 }))
    }
}

fn random_token() -> Result<SecretString, Problem> {
    crypto::random_token().map_err(|error| super::error::internal("no token could be made", &error))
}

/// Where one-click connecting begins.
pub(super) fn start_url(mode: Mode, from: StartedFrom) -> String {
    format!("/stripe/start?mode={mode}&from={}", from.as_str())
}

/// The operator's link with our state in its query, and the client where the link names none. Nothing stands there twice: Stripe
/// documents `client_id`, `redirect_uri` and `state`, and no other parameter is sent.
fn consent_url(link: &Url, client_id: Option<&str>, state: &str) -> Url {
    let mut url = link.clone();
    let kept: Vec<(String, String)> = link
        .query_pairs()
        .filter(|(name, _)| name != "state")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    {
        let mut query = url.query_pairs_mut();
        query.clear().extend_pairs(&kept);
        if let Some(client_id) = client_id.filter(|_| !kept.iter().any(|(name, _)| name == "client_id")) {
            query.append_pair("client_id", client_id);
        }
        query.append_pair("state", state);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_added_and_nothing_doubled() {
        let whole = |link: &str, client| consent_url(&Url::parse(link).unwrap(), client, "s 1").to_string();
        assert_eq!(
            whole(
                "https://marketplace.stripe.com/oauth/v2/authorize?client_id=ca_1&redirect_uri=https%3A%2F%2Fc.example%2Fstripe%2Fcallback",
                Some("ca_2")
            ),
            "https://marketplace.stripe.com/oauth/v2/authorize?client_id=ca_1&redirect_uri=https%3A%2F%2Fc.example%2Fstripe%2Fcallback&state=s+1"
        );
        assert_eq!(
            whole("https://marketplace.stripe.com/oauth/v2/chnlink_1/authorize?state=old", Some("ca_2")),
            "https://marketplace.stripe.com/oauth/v2/chnlink_1/authorize?client_id=ca_2&state=s+1"
        );
        assert_eq!(whole("http://127.0.0.1:1/a", None), "http://127.0.0.1:1/a?state=s+1");
    }
}
