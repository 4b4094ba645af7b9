//! A Stripe App: its two clients, live and test, who installed them, and the one pair of tokens that each install has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    auth::{AccountId, Keys},
    id,
};

/// What the app is called.
pub(crate) const NAME: &str = "Codemint";
/// How long a code is good for: five minutes, by Stripe's page on OAuth 2.0 for Stripe Apps.
const CODE_MS: i64 = 5 * 60 * 1000;
/// How long an access token is, by the same page: an hour.
const ACCESS_MS: i64 = 3600 * 1000;

/// The app in both modes; whoever listens, and everything that was ever given out.
#[derive(Debug)]
pub(crate) struct Apps {
    test: Option<App>,
    live: Option<App>,
    /// How long an access token outlives its refresh, in milliseconds: two to six seconds were measured.
    pub(crate) lag_ms: i64,
    /// Whether a refresh names the account `account_id` in the place of `stripe_user_id`, as one client has met it.
    pub(crate) account_id_on_refresh: bool,
    /// Every code, token and key.
    pub(crate) given_out: Vec<String>,
}

impl Default for Apps {
    fn default() -> Self {
        Self { test: None, live: None, lag_ms: 3000, account_id_on_refresh: false, given_out: Vec::new() }
    }
}

/// One client of the app: that of a mode.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) secret_key: String,
    pub(crate) publishable_key: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) permissions: BTreeSet<String>,
    /// Why it asks for each, where that was told.
    pub(crate) purposes: BTreeMap<String, String>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) installs: BTreeMap<AccountId, Install>,
    codes: HashMap<String, Code>,
    /// Those that can be used, and what they belong to.
    refresh_tokens: HashMap<String, AccountId>,
}

/// The app in one account.
#[derive(Debug, Default)]
pub(crate) struct Install {
    /// What was agreed to; tokens have no more than that, whatever the app asks for since.
    pub(crate) permissions: BTreeSet<String>,
    pub(crate) pair: Option<Pair>,
    /// How often the pair was rolled.
    pub(crate) refreshed: usize,
}

/// The tokens of one install.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// The code that they go back to.
    code: String,
}

#[derive(Debug)]
struct Code {
    account: AccountId,
    until_ms: i64,
    used: bool,
}

/// A pair and whose it is, or the description that goes with `invalid_grant`.
pub(crate) type Grant = Result<(AccountId, Pair), String>;

impl Apps {
    pub(crate) fn of(&self, livemode: bool) -> Option<&App> {
        if livemode { self.live.as_ref() } else { self.test.as_ref() }
    }

    pub(crate) fn of_mut(&mut self, livemode: bool) -> Option<&mut App> {
        if livemode { self.live.as_mut() } else { self.test.as_mut() }
    }

    /// The mode whose developer's key this is.
    pub(crate) fn mode_of_key(&self, key: &str) -> Option<bool> {
        [false, true].into_iter().find(|mode| self.of(*mode).is_some_and(|app| app.secret_key == key))
    }

    pub(crate) fn mode_of_client(&self, client_id: &str) -> Option<bool> {
        [false, true].into_iter().find(|mode| self.of(*mode).is_some_and(|app| app.client_id == client_id))
    }

    pub(crate) fn has_installed(&self, livemode: bool, account: &AccountId) -> bool {
        self.of(livemode).is_some_and(|app| app.installs.contains_key(account))
    }

    /// The client of a mode. One that is there keeps its id, its key and its installs: a new version of its manifest.
    pub(crate) fn register(
        &mut self,
        livemode: bool,
        redirect_uris: Vec<String>,
        permissions: BTreeSet<String>,
        webhook_url: Option<String>,
    ) {
        let place = if livemode { &mut self.live } else { &mut self.test };
        if let Some(app) = place {
            (app.redirect_uris, app.permissions, app.webhook_url) = (redirect_uris, permissions, webhook_url);
            return;
        }
        let mode = if livemode { "live" } else { "test" };
        let secret_key = id::mixed(&format!("sk_{mode}_51"), 40);
        self.given_out.push(secret_key.clone());
        *place = Some(App {
            client_id: id::mixed("ca_", 32),
            secret_key,
            publishable_key: id::mixed(&format!("pk_{mode}_51"), 40),
            redirect_uris,
            permissions,
            purposes: BTreeMap::new(),
            webhook_url,
            installs: BTreeMap::new(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
        });
    }

    /// The developer rolls the secret key: the old one is unknown at once.
    pub(crate) fn roll_key(&mut self, livemode: bool) -> Option<String> {
        let key = id::mixed(if livemode { "sk_live_51" } else { "sk_test_51" }, 40);
        self.of_mut(livemode)?.secret_key = key.clone();
        self.given_out.push(key.clone());
        Some(key)
    }

    /// An administrator of `account` agrees: the code that takes the app there.
    pub(crate) fn install(&mut self, livemode: bool, account: &AccountId, now_ms: i64) -> Option<String> {
        let app = self.of_mut(livemode)?;
        app.installs.entry(account.clone()).or_default().permissions = app.permissions.clone();
        let code = id::mixed("ac_", 32);
        let kept = Code { account: account.clone(), until_ms: now_ms + CODE_MS, used: false };
        app.codes.insert(code.clone(), kept);
        self.given_out.push(code.clone());
        Some(code)
    }

    /// The app leaves the account, and all that it could use there dies. Says whether it was there.
    pub(crate) fn uninstall(&mut self, livemode: bool, account: &AccountId, keys: &mut Keys) -> bool {
        let Some(app) = self.of_mut(livemode) else { return false };
        app.codes.retain(|_, code| code.account != *account);
        app.refresh_tokens.retain(|_, of| of != account);
        keys.end_tokens(account, livemode, true);
        app.installs.remove(account).is_some()
    }

    /// Exchanges a code. Used twice, it takes back what it gave.
    pub(crate) fn exchange(&mut self, livemode: bool, code: &str, now_ms: i64, keys: &mut Keys) -> Grant {
        if self.of(!livemode).is_some_and(|other| other.codes.contains_key(code)) {
            return Err("Authorization code provided does not belong to you".to_owned());
        }
        let gone = || format!("Authorization code does not exist: {code}");
        let app = self.of_mut(livemode).ok_or_else(gone)?;
        let known = app.codes.get_mut(code).ok_or_else(gone)?;
        let account = known.account.clone();
        if known.used {
            app.end_pair(&account, livemode, keys, |pair| pair.code == code);
            let message = "This authorization code has already been used. All tokens issued with this code have been \
                           revoked.";
            return Err(message.to_owned());
        }
        if now_ms >= known.until_ms {
            return Err(format!("Authorization code expired: {code}"));
        }
        known.used = true;
        // There is one pair for an app and an account.
        app.end_pair(&account, livemode, keys, |_| true);
        let pair = self.issue(livemode, &account, code, now_ms, keys).ok_or_else(gone)?;
        Ok((account, pair))
    }

    /// Rolls a pair: the old refresh token is gone at once, the old access token soon.
    pub(crate) fn refresh(&mut self, livemode: bool, token: &str, now_ms: i64, keys: &mut Keys) -> Grant {
        let gone = || format!("Refresh token does not exist: {token}");
        let lag_ms = self.lag_ms;
        let app = self.of_mut(livemode).ok_or_else(gone)?;
        let account = app.refresh_tokens.remove(token).ok_or_else(gone)?;
        let install = app.installs.get_mut(&account).ok_or_else(gone)?;
        let old = install.pair.take().ok_or_else(gone)?;
        install.refreshed += 1;
        keys.retire(&old.access, now_ms.saturating_add(lag_ms));
        let pair = self.issue(livemode, &account, &old.code, now_ms, keys).ok_or_else(gone)?;
        Ok((account, pair))
    }

    fn issue(&mut self, livemode: bool, account: &AccountId, code: &str, now_ms: i64, keys: &mut Keys) -> Option<Pair> {
        let app = self.of_mut(livemode)?;
        let install = app.installs.get_mut(account)?;
        let until = now_ms.saturating_add(ACCESS_MS);
        let access = keys.issue_token(account.clone(), livemode, install.permissions.clone(), until);
        let pair = Pair { access, refresh: id::mixed("rt_", 32), code: code.to_owned() };
        install.pair = Some(pair.clone());
        app.refresh_tokens.insert(pair.refresh.clone(), account.clone());
        self.given_out.extend([pair.access.clone(), pair.refresh.clone()]);
        Some(pair)
    }
}

impl App {
    /// The redirect URI that a link means: the one that it names, if the manifest has exactly that, or else the first.
    pub(crate) fn redirect_uri(&self, named: Option<&str>) -> Option<&str> {
        let known = named
            .map_or_else(|| self.redirect_uris.first(), |named| self.redirect_uris.iter().find(|uri| *uri == named));
        known.map(String::as_str)
    }

    /// Ends the pair of an account where `meant` says so.
    fn end_pair(&mut self, account: &AccountId, livemode: bool, keys: &mut Keys, meant: impl FnOnce(&Pair) -> bool) {
        let Some(install) = self.installs.get_mut(account) else { return };
        if let Some(pair) = install.pair.take_if(|pair| meant(pair)) {
            keys.end_tokens(account, livemode, false);
            self.refresh_tokens.remove(&pair.refresh);
        }
    }

    /// As if the refresh token had run out. Says whether there was one.
    pub(crate) fn revoke_refresh_token(&mut self, account: &AccountId) -> bool {
        let Some(pair) = self.installs.get(account).and_then(|install| install.pair.as_ref()) else { return false };
        self.refresh_tokens.remove(&pair.refresh).is_some()
    }
}
