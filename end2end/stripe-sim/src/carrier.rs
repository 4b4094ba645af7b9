//! Sends events, and tries again: over HTTP, to this machine and to no other.

use std::{future::Future, time::Duration};

use futures::future::join_all;
use rand::seq::SliceRandom;
use tokio::{task::JoinSet, time::sleep};
use url::Url;

use crate::{
    Sim,
    delivery::printed,
    post::{Attempt, HeldEvent, Order, Target},
    state::State,
    webhook_endpoint::is_here,
};

/// How long after each failure the next try comes. Stripe's goes on for days.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];
/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the stand-in looks for sessions whose time is over.
const LOOKS: Duration = Duration::from_secs(1);

/// A request as it is sent.
struct Letter {
    url: String,
    signature: String,
    body: String,
}

/// A client that goes nowhere but where it is sent.
pub(crate) fn client() -> Option<reqwest::Client> {
    // The client wants a provider for TLS, which is never used. That somebody has installed one is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .pool_max_idle_per_host(0)
        // Whatever this machine's names say.
        .resolve("localhost", std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
        .build()
        .ok()
}

impl State {
    /// The event for this endpoint as it is sent at this moment. `None`: the endpoint is gone.
    fn letter(&self, event: &HeldEvent) -> Option<Letter> {
        let world = self.worlds.get(&(event.account.clone(), event.livemode))?;
        let object = world.events.get(&event.event_id)?;
        let (url, secret, account) = match &event.target {
            Target::App(mode) => {
                (self.apps.of(*mode)?.webhook_url.clone()?, self.secrets.of(*mode), Some(event.account.as_str()))
            }
            Target::Endpoint(id) => {
                let endpoint = world.webhook_endpoints.get(id).filter(|endpoint| !endpoint.deleted)?;
                (endpoint.url.clone(), &endpoint.secret, None)
            }
        };
        let body = printed(&object.json(account));
        Some(Letter { url, signature: secret.sign(self.clock.now(), &body), body })
    }
}

impl Sim {
    /// Nothing is sent while `hold`: events queue up. Without it what waits leaves.
    pub fn hold_deliveries(&self, hold: bool) {
        self.lock().post.held = hold;
        self.changed();
    }

    /// Whether nothing is sent.
    pub fn holds_deliveries(&self) -> bool {
        self.lock().post.held
    }

    /// What waits to be sent, in the order in which it happened.
    pub fn held(&self) -> Vec<HeldEvent> {
        self.lock().post.queue().cloned().collect()
    }

    /// How many deliveries wait or are under way, those that will be tried again included.
    pub fn undelivered(&self) -> usize {
        let state = self.lock();
        state.post.queue().count() + state.post.carried
    }

    /// Sends what is held, as `order` leaves it: turned round, repeated, or some of it dropped. One after the other, each once; what came
    /// of each.
    pub async fn deliver(&self, order: impl FnOnce(&mut Vec<HeldEvent>)) -> Vec<Attempt> {
        let mut events = self.lock().post.take_all();
        order(&mut events);
        let mut attempts = Vec::new();
        for event in events {
            attempts.push(self.send(&event, None).await);
        }
        attempts
    }

    /// Sends what is held in some order, without the last `drop` of it, and the rest `repeat` times over.
    pub async fn deliver_in(&self, order: Order, repeat: usize, drop: usize) -> Vec<Attempt> {
        self.deliver(|events| {
            match order {
                Order::AsItCame => {}
                Order::Reverse => events.reverse(),
                Order::Shuffled => events.shuffle(&mut rand::rng()),
            }
            events.truncate(events.len().saturating_sub(drop));
            *events = std::iter::repeat_n(events.as_slice(), repeat).flatten().cloned().collect();
        })
        .await
    }

    /// Sends an event once more, to each endpoint that it was for. Nothing comes of one that nobody was told of.
    pub async fn redeliver(&self, event_id: &str) -> Vec<Attempt> {
        self.send_copies(event_id, 1, &[]).await
    }

    /// Sends an event that often and all at once, to each endpoint that it was for; to `urls` in turn where some are named, signed as for the
    /// endpoint.
    pub async fn send_copies(&self, event_id: &str, copies: usize, urls: &[&str]) -> Vec<Attempt> {
        let events = self.lock().post.addressed(event_id);
        let each = events.iter().flat_map(|event| {
            (0..copies).map(move |copy| self.send(event, urls.get(copy % urls.len().max(1)).copied()))
        });
        join_all(each).await
    }

    /// Every try to deliver something, oldest first.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.lock().post.attempts().cloned().collect()
    }

    /// Puts what has happened into the queue, and lets it leave.
    pub(crate) fn tell(&self) {
        if self.lock().dispatch() {
            self.changed();
        }
    }

    /// The same, once sessions have ended whose time is over.
    pub(crate) fn tell_the_time(&self) {
        self.lock().settle();
        self.tell();
    }

    async fn send(&self, event: &HeldEvent, url: Option<&str>) -> Attempt {
        let letter = self.lock().letter(event);
        let mut attempt = Attempt {
            event_id: event.event_id.clone(),
            kind: event.kind,
            endpoint: event.endpoint.clone(),
            url: String::new(),
            at_ms: 0,
            status: None,
            error: None,
        };
        match letter {
            None => attempt.error = Some("the endpoint is gone".to_owned()),
            Some(letter) => {
                let letter = Letter { url: url.map_or(letter.url, str::to_owned), ..letter };
                attempt.url.clone_from(&letter.url);
                match self.post_letter(letter).await {
                    Ok(status) => attempt.status = Some(status),
                    Err(why) => attempt.error = Some(why),
                }
            }
        }
        let mut state = self.lock();
        attempt.at_ms = state.clock.now_ms();
        state.post.tried(attempt.clone());
        drop(state);
        self.changed();
        attempt
    }

    async fn post_letter(&self, Letter { url, signature, body }: Letter) -> Result<u16, String> {
        let url = Url::parse(&url).map_err(|error| error.to_string())?;
        if url.scheme() != "http" || !is_here(&url) {
            return Err("the stand-in calls nobody but this machine".to_owned());
        }
        let client = self.client().ok_or("no HTTP client")?;
        let sent = client
            .post(url)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("stripe-signature", signature)
            .body(body)
            .send()
            .await;
        sent.map(|answer| answer.status().as_u16()).map_err(|error| {
            // The innermost cause says most.
            let mut why: &dyn std::error::Error = &error;
            while let Some(source) = why.source() {
                why = source;
            }
            why.to_string()
        })
    }

    /// Sends what leaves, for as long as the stand-in serves.
    pub(crate) fn carry(&self) -> impl Future<Output = ()> + Send + use<> {
        let sim = self.clone();
        async move {
            let mut changes = sim.changes();
            let mut under_way = JoinSet::new();
            loop {
                let leaving = sim.lock().post.leaving();
                for event in leaving {
                    under_way.spawn(sim.clone().carry_one(event));
                }
                tokio::select! {
                    // The sender lives in the handle.
                    _ = changes.changed() => {}
                    () = sleep(LOOKS) => sim.tell_the_time(),
                    Some(_) = under_way.join_next() => {}
                }
            }
        }
    }

    async fn carry_one(self, event: HeldEvent) {
        let taken = self.send(&event, None).await.taken();
        let pause = PAUSES.get(event.tries).filter(|_| !taken);
        if let Some(pause) = pause {
            sleep(*pause).await;
        }
        let mut state = self.lock();
        if pause.is_some() {
            state.post.again(HeldEvent { tries: event.tries + 1, ..event });
        }
        state.post.carried -= 1;
        drop(state);
        self.changed();
    }
}
