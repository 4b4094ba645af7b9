//! Webhooks as the app's endpoint would be sent them at this moment, whether or not they are: the exact body, and the signature over it.

use serde_json::Value;

use crate::{Sim, auth::AccountId, event::Event, signing::Secret};

/// An event as it would reach the endpoint that listens to connected accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// `evt_…`
    pub event_id: String,
    /// `checkout.session.completed` and so on.
    pub kind: &'static str,
    /// What it happened to.
    pub object_id: String,
    /// Where it happened.
    pub account: AccountId,
    /// In which mode.
    pub livemode: bool,
    /// Unix seconds.
    pub created: i64,
    /// The header `Stripe-Signature`, for a delivery at this moment.
    pub signature: String,
    /// The body, to the byte.
    pub body: String,
}

/// The secrets of the app's endpoint: one a mode, as Stripe has it.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    test: Secret,
    live: Secret,
}

impl Secrets {
    pub(crate) fn of(&self, livemode: bool) -> &Secret {
        if livemode { &self.live } else { &self.test }
    }

    pub(crate) fn of_mut(&mut self, livemode: bool) -> &mut Secret {
        if livemode { &mut self.live } else { &mut self.test }
    }
}

impl Sim {
    /// The signing secret of the endpoint in a mode: `whsec_…`.
    pub fn webhook_secret(&self, livemode: bool) -> String {
        self.lock().secrets.of(livemode).current().to_owned()
    }

    /// Every event of every account as it would be delivered now, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.prepared(|_| true, usize::MAX).0
    }

    /// One of them.
    pub fn delivery(&self, event_id: &str) -> Option<Delivery> {
        self.prepared(|event| event.id == event_id, 1).0.pop()
    }

    /// The newest ones, and how many there are in all.
    pub(crate) fn newest_deliveries(&self, most: usize) -> (Vec<Delivery>, usize) {
        self.prepared(|_| true, most)
    }

    /// The newest of those that are wanted, oldest first, and how many those are: only what is shown is printed and signed.
    fn prepared(&self, wanted: impl Fn(&Event) -> bool, most: usize) -> (Vec<Delivery>, usize) {
        let mut state = self.lock();
        let now = state.clock.now();
        state.worlds.values_mut().for_each(|world| world.settle(now));
        let mut events: Vec<(&AccountId, bool, &Event)> = Vec::new();
        for ((account, livemode), world) in &state.worlds {
            events.extend(world.events.iter().filter(|event| wanted(event)).map(|event| (account, *livemode, event)));
        }
        events.sort_by_key(|(_, _, event)| event.created);
        let all = events.len();
        let shown = events.split_off(all.saturating_sub(most));
        let deliver = |(account, livemode, event): (&AccountId, bool, &Event)| {
            let body = printed(&event.json(Some(account.as_str())));
            Delivery {
                event_id: event.id.clone(),
                kind: event.kind,
                object_id: event.object["id"].as_str().unwrap_or_default().to_owned(),
                account: account.clone(),
                livemode,
                created: event.created,
                signature: state.secrets.of(livemode).sign(now, &body),
                body,
            }
        };
        (shown.into_iter().map(deliver).collect(), all)
    }
}

/// Stripe prints its events over many lines; whoever checks a signature must not print them anew.
pub(crate) fn printed(event: &Value) -> String {
    format!("{event:#}")
}
