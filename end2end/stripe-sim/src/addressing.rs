//! Who is told of an event: the app's endpoints, and the account's own. Decided when it happens, as the app may be gone a moment later.

use crate::{
    app::App,
    auth::{AccountId, covers},
    event::Event,
    post::{HeldEvent, Target},
    state::State,
};

impl State {
    /// Puts what has happened since into the queue of what is to be sent. Says whether there was anything.
    pub(crate) fn dispatch(&mut self) -> bool {
        let mut fresh = Vec::new();
        for ((account, livemode), world) in &mut self.worlds {
            let ids = std::mem::take(&mut world.fresh_events);
            fresh.extend(ids.into_iter().map(|id| (account.clone(), *livemode, id)));
        }
        for (account, livemode, id) in &fresh {
            let held = self.addressed(account, *livemode, id);
            self.post.put(id, held);
        }
        !fresh.is_empty()
    }

    /// Ends the sessions whose time is over, whoever looks or does not.
    pub(crate) fn settle(&mut self) {
        let now = self.clock.now();
        self.worlds.values_mut().for_each(|world| world.settle(now));
    }

    /// An event as often as there are endpoints for it.
    fn addressed(&self, account: &AccountId, livemode: bool, id: &str) -> Vec<HeldEvent> {
        let Some(world) = self.worlds.get(&(account.clone(), livemode)) else { return Vec::new() };
        let Some(event) = world.events.get(id) else { return Vec::new() };
        let mut targets = self.app_targets(account, livemode, event);
        if !event.for_application {
            let wanting = world.webhook_endpoints.iter().filter(|endpoint| endpoint.wants(event.kind));
            targets.extend(wanting.map(|endpoint| Target::Endpoint(endpoint.id.clone())));
        }
        let held = |target: Target| HeldEvent {
            event_id: event.id.clone(),
            kind: event.kind,
            account: account.clone(),
            livemode,
            endpoint: target.name(),
            target,
            tries: 0,
        };
        targets.into_iter().map(held).collect()
    }

    /// By Stripe's page on the events of Stripe Apps: live events go to the live endpoint, test events to the test endpoint, and
    /// where the app is installed in both modes, to the live endpoint as well.
    fn app_targets(&self, account: &AccountId, livemode: bool, event: &Event) -> Vec<Target> {
        let told = |app: &App, own: bool| {
            // Of its going an app is told when it is gone.
            let of_it = event.for_application && own;
            let install = app.installs.get(account);
            of_it || install.is_some_and(|install| event.for_application || covers(&install.permissions, event.kind))
        };
        let listening = |mode: bool| self.apps.of(mode).filter(|app| app.webhook_url.is_some());
        let own = listening(livemode).filter(|app| told(app, true)).map(|_| Target::App(livemode));
        let in_test = self.apps.has_installed(false, account) || event.for_application;
        let beside = listening(true).filter(|app| !livemode && in_test && told(app, false)).map(|_| Target::App(true));
        own.into_iter().chain(beside).collect()
    }
}
