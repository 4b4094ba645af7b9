//! The handle to a stand-in: what it is told, and its time.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use crate::{
    auth::AccountId,
    carrier,
    fault::{Fault, FaultKind},
    price::Price,
    state::State,
};

/// A stand-in for Stripe. A handle: clones mean the same one.
#[derive(Debug, Clone)]
pub struct Sim {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    /// Counts calls that came or ended, for [`Sim::wait_until`].
    changes: watch::Sender<u64>,
    /// Counts releases of held calls.
    releases: watch::Sender<u64>,
    /// Sends events; made when the first one leaves.
    client: OnceLock<Option<reqwest::Client>>,
}

impl Default for Sim {
    fn default() -> Self {
        Self::new()
    }
}

impl Sim {
    /// A stand-in with the default account, no price, no key, and the machine's time.
    pub fn new() -> Self {
        let state = State { accounts: BTreeSet::from([AccountId::default()]), ..State::default() };
        let (changes, releases) = (watch::Sender::new(0), watch::Sender::new(0));
        Self { inner: Arc::new(Inner { state: Mutex::new(state), changes, releases, client: OnceLock::new() }) }
    }

    /// The same with a time that stands still, in milliseconds since 1970.
    pub fn with_clock(ms: i64) -> Self {
        let sim = Self::new();
        sim.set_clock(ms);
        sim
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock()
    }

    pub(crate) fn changed(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }

    /// Changes with whatever happens.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    pub(crate) fn client(&self) -> Option<&reqwest::Client> {
        self.inner.client.get_or_init(carrier::client).as_ref()
    }

    /// Changes when held calls are released.
    pub(crate) fn releases(&self) -> watch::Receiver<u64> {
        self.inner.releases.subscribe()
    }

    // Seeding.

    /// One more account, with a test and a live mode. The same id twice is the same account.
    pub fn add_account(&self, account: impl Into<AccountId>) -> AccountId {
        let account = account.into();
        self.lock().accounts.insert(account.clone());
        account
    }

    /// The same with a name of its own, in `business_profile.name` and `settings.dashboard.display_name`. Known already, it is renamed.
    pub fn add_named_account(&self, account: impl Into<AccountId>, name: &str) -> AccountId {
        let account = self.add_account(account);
        self.lock().names.insert(account.clone(), name.to_owned());
        account
    }

    /// A restricted key of `account` with these permissions, as Stripe Apps name them: `coupon_write`. Writing
    /// includes reading. An account that is not there yet is added.
    pub fn issue_restricted_key(&self, account: &AccountId, livemode: bool, permissions: &[&str]) -> String {
        let permissions = permissions.iter().map(|name| name.strip_prefix("rak_").unwrap_or(name).to_owned()).collect();
        let mut state = self.lock();
        state.accounts.insert(account.clone());
        state.keys.issue(account.clone(), livemode, permissions)
    }

    /// From now on the key may do this and nothing else. Says whether there was one.
    pub fn set_key_permissions(&self, key: &str, permissions: &[&str]) -> bool {
        self.lock().keys.allow(key, permissions.iter().map(|&name| name.to_owned()).collect())
    }

    /// From now on the key is as if it had been deleted: 401 "Invalid API Key provided". Says whether there was one.
    pub fn revoke_key(&self, key: &str) -> bool {
        self.lock().keys.revoke(key)
    }

    /// From now on the key is as if it had been rolled: 401 `api_key_expired`. Says whether there was one.
    pub fn expire_key(&self, key: &str) -> bool {
        self.lock().keys.expire(key)
    }

    /// Puts a price into one mode of an account, in the place of one with the same id.
    pub fn add_price(&self, account: &AccountId, livemode: bool, price: Price) {
        let mut state = self.lock();
        let created = if price.created == 0 { state.clock.now() } else { price.created };
        state.accounts.insert(account.clone());
        let prices = &mut state.world(account, livemode).prices;
        let price = Price { livemode, created, ..price };
        match prices.get_mut(&price.id) {
            Some(known) => *known = price,
            None => prices.put(price),
        }
    }

    /// Where sessions' hosted pages are said to be. [`Sim::serve`] sets it from its listener.
    pub fn set_base_url(&self, url: &str) {
        self.lock().base_url = Some(url.trim_end_matches('/').to_owned());
    }

    // Faults.

    /// From now on the calls that the fault is for go wrong.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.inject(fault);
    }

    /// No fault waits any more, and calls that are held go on.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
        self.release_held();
    }

    /// Calls that [`FaultKind::Hold`] holds go on.
    pub fn release_held(&self) {
        self.inner.releases.send_modify(|count| *count += 1);
    }

    /// While down every connection is cut: API and pages, all but `/dashboard`.
    pub fn set_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// Whether every connection is cut.
    pub fn is_down(&self) -> bool {
        self.lock().down
    }

    /// While away every call of the API is cut, of every account, as if the network were gone. People's pages stay: the
    /// hosted checkout and the dashboard, where things can be made by hand meanwhile.
    pub fn away(&self, away: bool) {
        self.lock().away = away;
        self.changed();
    }

    /// Whether every call of the API is cut.
    pub fn is_away(&self) -> bool {
        self.lock().away
    }

    /// How many calls a second an account has in each mode; without it, as many as it likes.
    pub fn set_rate_limit(&self, calls_per_second: Option<u32>) {
        self.lock().rate_limit = calls_per_second;
    }

    /// Whether the id of a deleted coupon may be used again. Nobody knows what Stripe does; refusing is the default.
    pub fn set_reuse_coupon_ids(&self, allowed: bool) {
        self.lock().reuse_coupon_ids = allowed;
    }

    /// Whether permissions for Checkout Sessions leave PaymentIntents out. Stripe's table for apps says that they are included; whether a
    /// restricted key has it so, nobody knows.
    pub fn set_payments_hidden(&self, hidden: bool) {
        self.lock().payments_hidden = hidden;
    }

    /// As if a day had passed: no idempotency key is known any more, but for those in use.
    pub fn forget_idempotency_keys(&self) {
        self.lock().worlds.values_mut().for_each(|world| world.kept.forget());
    }

    // Time.

    /// Milliseconds since 1970, as the stand-in has it.
    pub fn now_ms(&self) -> i64 {
        self.lock().clock.now_ms()
    }

    /// Sets the time, and it stands still.
    pub fn set_clock(&self, ms: i64) {
        self.lock().clock.set(ms);
        self.tell_the_time();
    }

    /// Pushes the time forward.
    pub fn advance(&self, ms: i64) {
        self.lock().clock.advance(ms);
        self.tell_the_time();
    }

    /// Waits until `reached` says so; asked again whenever a call came or ended.
    pub async fn wait_until(&self, reached: impl Fn(&Self) -> bool) {
        let mut changes = self.inner.changes.subscribe();
        while !reached(self) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Whether some fault of this kind met a call.
    pub fn fault_met(&self, kind: FaultKind) -> bool {
        self.lock().log.records().any(|record| record.fault == Some(kind))
    }
}
