//! The Stripe App as its developer's dashboard and its users' have it: registered, installed, uninstalled, and its tokens ended.

use url::Url;

use crate::{Sim, auth::AccountId, state::State};

/// A registered Stripe App in one mode, as its developer's dashboard tells it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AppClient {
    /// `ca_…`
    pub client_id: String,
    /// `sk_test_…` or `sk_live_…`: what the token endpoint takes.
    pub secret_key: String,
    /// `whsec_…`: the secret of the app's one endpoint in this mode.
    pub webhook_secret: String,
    /// The install link, whole, with the first redirect URI: `http://…/oauth/v2/authorize?client_id=…&redirect_uri=…`.
    pub authorize_url: String,
}

impl Sim {
    /// Registers the app of a mode, or a new version of it: then its client id, its keys and its installs stay. `permissions` as
    /// Stripe Apps name them. `webhook_url`: where its one endpoint for connected accounts is; without it nothing is delivered.
    /// The link needs a stand-in that listens.
    pub fn register_app(
        &self,
        livemode: bool,
        redirect_uris: &[&str],
        permissions: &[&str],
        webhook_url: Option<&str>,
    ) -> AppClient {
        let mut state = self.lock();
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let permissions = owned(permissions).into_iter().collect();
        state.apps.register(livemode, owned(redirect_uris), permissions, webhook_url.map(str::to_owned));
        client(&state, livemode).unwrap_or_else(|| AppClient {
            client_id: String::new(),
            secret_key: String::new(),
            webhook_secret: String::new(),
            authorize_url: String::new(),
        })
    }

    /// Why the app of a mode asks for each permission, as its manifest tells those who install it; an empty purpose is none.
    pub fn set_permission_purposes(&self, livemode: bool, purposes: &[(&str, &str)]) {
        if let Some(app) = self.lock().apps.of_mut(livemode) {
            let told = purposes.iter().filter(|(_, purpose)| !purpose.is_empty());
            app.purposes = told.map(|(name, purpose)| ((*name).to_owned(), (*purpose).to_owned())).collect();
        }
    }

    /// The app of a mode, where one is registered.
    pub fn app(&self, livemode: bool) -> Option<AppClient> {
        client(&self.lock(), livemode)
    }

    /// The developer rolls the secret key of a mode; the old one is refused at once. `None` where no app is registered.
    pub fn roll_app_key(&self, livemode: bool) -> Option<String> {
        self.lock().apps.roll_key(livemode)
    }

    /// As if an administrator of `account` pressed Install: the code (`ac_…`), for five minutes and one exchange; empty where no app
    /// is registered in this mode. Sends `account.application.authorized`. An account that is not there yet is added.
    pub fn install_app(&self, livemode: bool, account: &AccountId) -> String {
        let mut state = self.lock();
        let now_ms = state.clock.now_ms();
        let Some(code) = state.apps.install(livemode, account, now_ms) else { return String::new() };
        state.accounts.insert(account.clone());
        state.application_event("account.application.authorized", livemode, account);
        drop(state);
        self.tell();
        code
    }

    /// As if pressed in Stripe's dashboard: codes and tokens die, `account.application.deauthorized` is sent. Says whether the app was
    /// installed there.
    pub fn uninstall_app(&self, livemode: bool, account: &AccountId) -> bool {
        let mut state = self.lock();
        let State { apps, keys, .. } = &mut *state;
        let was_there = apps.uninstall(livemode, account, keys);
        if was_there {
            state.application_event("account.application.deauthorized", livemode, account);
        }
        drop(state);
        self.tell();
        was_there
    }

    /// Where the app of a mode is installed.
    pub fn installs(&self, livemode: bool) -> Vec<AccountId> {
        self.lock().apps.of(livemode).map(|app| app.installs.keys().cloned().collect()).unwrap_or_default()
    }

    /// As if the hour of the access token were over. Says whether there was one.
    pub fn expire_access_token(&self, livemode: bool, account: &AccountId) -> bool {
        let mut state = self.lock();
        let State { apps, keys, .. } = &mut *state;
        let pair =
            apps.of(livemode).and_then(|app| app.installs.get(account)).and_then(|install| install.pair.as_ref());
        pair.is_some_and(|pair| keys.expire(&pair.access))
    }

    /// As if the refresh token had run out or been taken back: it does not exist any more. Says whether there was one.
    pub fn revoke_refresh_token(&self, livemode: bool, account: &AccountId) -> bool {
        self.lock().apps.of_mut(livemode).is_some_and(|app| app.revoke_refresh_token(account))
    }

    /// For how long a refreshed pair's old access token still works, in milliseconds of the stand-in's clock: 3000 unless told.
    pub fn set_access_token_lag(&self, ms: i64) {
        self.lock().apps.lag_ms = ms;
    }

    /// Whether a refresh names the account `account_id` instead of `stripe_user_id`, as one client of Stripe's has met it.
    pub fn set_account_id_on_refresh(&self, on: bool) {
        self.lock().apps.account_id_on_refresh = on;
    }

    /// Every secret that the app's side was ever given, for tests that look for them where they must not be: codes, access and
    /// refresh tokens, developer's keys, and the signing secrets of all endpoints.
    pub fn secrets(&self) -> Vec<String> {
        let state = self.lock();
        let signing = [false, true].into_iter().flat_map(|livemode| state.secrets.of(livemode).all());
        let endpoints = state.worlds.values().flat_map(|world| world.webhook_endpoints.iter());
        let own = endpoints.flat_map(|endpoint| endpoint.secret.all());
        state.apps.given_out.iter().cloned().chain(signing.chain(own).map(str::to_owned)).collect()
    }
}

pub(crate) fn client(state: &State, livemode: bool) -> Option<AppClient> {
    let app = state.apps.of(livemode)?;
    let base_url = state.base_url.as_deref().unwrap_or("http://localhost");
    let mut link = Url::parse(&format!("{base_url}/oauth/v2/authorize")).ok()?;
    link.query_pairs_mut().append_pair("client_id", &app.client_id);
    if let Some(first) = app.redirect_uris.first() {
        link.query_pairs_mut().append_pair("redirect_uri", first);
    }
    Some(AppClient {
        client_id: app.client_id.clone(),
        secret_key: app.secret_key.clone(),
        webhook_secret: state.secrets.of(livemode).current().to_owned(),
        authorize_url: link.into(),
    })
}
