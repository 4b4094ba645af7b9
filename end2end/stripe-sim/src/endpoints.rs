//! Webhook endpoints as an owner has them in the Dashboard: added by hand, deleted, their secrets rolled.

use crate::{
    Sim,
    auth::AccountId,
    people::Refused,
    state::State,
    webhook_endpoint::{self, Create, WebhookEndpoint},
};

/// For how long a rolled secret still signs beside the new one, in seconds: Stripe offers up to a day.
const BESIDE: i64 = 24 * 3600;

/// A webhook endpoint of an account, as the Dashboard shows it: without its secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EndpointInfo {
    /// `we_…`
    pub id: String,
    /// Whose it is.
    pub account: AccountId,
    /// Its mode.
    pub livemode: bool,
    /// Where events are sent.
    pub url: String,
    /// The types of events that it asks for.
    pub enabled_events: Vec<String>,
}

fn find<'a>(state: &'a mut State, id: &str) -> Result<&'a mut WebhookEndpoint, Refused> {
    let mut known = state.worlds.values_mut().filter_map(|world| world.webhook_endpoints.get_mut(id));
    known.find(|endpoint| !endpoint.deleted).ok_or(Refused::NotFound)
}

impl Sim {
    /// An endpoint made by hand: its id, and its signing secret, which is shown this once. What Stripe would say where it would refuse.
    pub fn add_webhook_endpoint(
        &self,
        account: &AccountId,
        livemode: bool,
        url: &str,
        enabled_events: &[&str],
    ) -> Result<(String, String), String> {
        let known = |wanted: &&&str| !crate::parameters::EVENT_TYPES.contains(*wanted);
        if let Some(unknown) = enabled_events.iter().find(known) {
            return Err(format!("Invalid enabled_events: there are no events of the type {unknown}"));
        }
        let asked = Create::by_hand(url, enabled_events.iter().map(|kind| (*kind).to_owned()).collect());
        let mut state = self.lock();
        let now = state.clock.now();
        state.accounts.insert(account.clone());
        let made = webhook_endpoint::add(state.world(account, livemode), asked, livemode, now);
        made.map(|made| (made.id, made.secret.current().to_owned())).map_err(|error| error.message)
    }

    /// Deletes an endpoint, whosever it is.
    pub fn delete_webhook_endpoint(&self, id: &str) -> Result<(), Refused> {
        find(&mut self.lock(), id).map(|endpoint| endpoint.deleted = true)
    }

    /// Rolls the secret of an account's endpoint: the new one. The old one signs beside it for a day of the stand-in's clock.
    pub fn roll_webhook_secret(&self, id: &str) -> Result<String, Refused> {
        let mut state = self.lock();
        let until = state.clock.now() + BESIDE;
        find(&mut state, id).map(|endpoint| endpoint.secret.roll(until))
    }

    /// The same of the app's endpoint in a mode.
    pub fn roll_app_webhook_secret(&self, livemode: bool) -> String {
        let mut state = self.lock();
        let until = state.clock.now() + BESIDE;
        state.secrets.of_mut(livemode).roll(until)
    }

    /// The endpoints of every account in both modes, oldest first within each.
    pub fn webhook_endpoints(&self) -> Vec<EndpointInfo> {
        let state = self.lock();
        let mut all = Vec::new();
        for ((account, livemode), world) in &state.worlds {
            let standing = world.webhook_endpoints.iter().filter(|endpoint| !endpoint.deleted);
            all.extend(standing.map(|endpoint| EndpointInfo {
                id: endpoint.id.clone(),
                account: account.clone(),
                livemode: *livemode,
                url: endpoint.url.clone(),
                enabled_events: endpoint.enabled_events.clone(),
            }));
        }
        all
    }
}
