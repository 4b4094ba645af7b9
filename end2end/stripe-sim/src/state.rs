//! All that one stand-in holds, under one lock.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    app::Apps,
    auth::{AccountId, Caller, Keys},
    clock::Clock,
    delivery::Secrets,
    exchange::Recorder,
    fault::Faults,
    log::Log,
    oauth::TokenRecord,
    post::Post,
    route::PAYMENTS,
    world::World,
};

/// What looking at sessions takes.
const SESSIONS: &str = "checkout_session_read";

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) accounts: BTreeSet<AccountId>,
    pub(crate) worlds: BTreeMap<(AccountId, bool), World>,
    /// What accounts are called, where they have a name of their own.
    pub(crate) names: BTreeMap<AccountId, String>,
    pub(crate) keys: Keys,
    pub(crate) apps: Apps,
    pub(crate) token_requests: Vec<TokenRecord>,
    pub(crate) log: Log,
    pub(crate) recorder: Recorder,
    pub(crate) secrets: Secrets,
    pub(crate) post: Post,
    pub(crate) faults: Faults,
    /// Every connection is cut.
    pub(crate) down: bool,
    /// Calls of the API are cut; people's pages stay.
    pub(crate) away: bool,
    /// Where the hosted pages are, once that is known.
    pub(crate) base_url: Option<String>,
    pub(crate) reuse_coupon_ids: bool,
    /// Whether a permission for sessions leaves PaymentIntents out.
    pub(crate) payments_hidden: bool,
    /// Calls per second and account.
    pub(crate) rate_limit: Option<u32>,
}

impl State {
    pub(crate) fn world(&mut self, account: &AccountId, livemode: bool) -> &mut World {
        self.worlds.entry((account.clone(), livemode)).or_default()
    }

    /// What an account is called.
    pub(crate) fn name_of(&self, account: &AccountId) -> &str {
        self.names.get(account).map_or("TaskPomo", String::as_str)
    }

    /// The permission that a call takes of this caller: one for sessions includes looking at their payments.
    pub(crate) fn needs(&self, permission: &'static str, caller: &Caller) -> &'static str {
        let included = permission == PAYMENTS && !self.payments_hidden && caller.may(SESSIONS);
        if included { SESSIONS } else { permission }
    }

    /// Counts a call; `false` where there were too many in this second.
    pub(crate) fn admits(&mut self, account: &AccountId, livemode: bool) -> bool {
        let Some(limit) = self.rate_limit else { return true };
        let now = self.clock.now();
        let calls = &mut self.world(account, livemode).calls;
        if calls.0 != now {
            *calls = (now, 0);
        }
        calls.1 += 1;
        calls.1 <= limit
    }
}
