//! What is to be sent, what was, and what came of it.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::auth::AccountId;

/// How many attempts are remembered; the oldest are forgotten first.
const MOST: usize = 20_000;

/// Where an event goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The app's endpoint in live mode, or in test mode.
    App(bool),
    /// An account's own endpoint.
    Endpoint(String),
}

impl Target {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::App(false) => "app_test".to_owned(),
            Self::App(true) => "app_live".to_owned(),
            Self::Endpoint(id) => id.clone(),
        }
    }
}

/// An event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldEvent {
    /// `evt_…`
    pub event_id: String,
    /// `checkout.session.completed` and so on.
    pub kind: &'static str,
    /// Where it happened.
    pub account: AccountId,
    /// In which mode it happened.
    pub livemode: bool,
    /// Where it goes: `app_test`, `app_live`, or an account's own endpoint (`we_…`).
    pub endpoint: String,
    pub(crate) target: Target,
    /// How often it was tried.
    pub(crate) tries: usize,
}

/// In which order held events are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// In which they happened.
    #[default]
    AsItCame,
    /// The other way round.
    Reverse,
    /// In none.
    Shuffled,
}

/// One try to deliver an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// `evt_…`
    pub event_id: String,
    /// `checkout.session.completed` and so on.
    pub kind: &'static str,
    /// As in [`HeldEvent`].
    pub endpoint: String,
    /// Where it was sent.
    pub url: String,
    /// When the answer was there, in milliseconds of the stand-in's clock.
    pub at_ms: i64,
    /// What was answered. `None`: nothing.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl Attempt {
    /// Whether the endpoint took it: any 2xx.
    pub fn taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Post {
    /// Nothing leaves.
    pub(crate) held: bool,
    queue: VecDeque<HeldEvent>,
    /// Where each event was to go, for when it is sent again.
    addressed: HashMap<String, Vec<HeldEvent>>,
    attempts: VecDeque<Attempt>,
    /// How many are with the one who carries them, a pause before the next try included.
    pub(crate) carried: usize,
}

impl Post {
    pub(crate) fn put(&mut self, event_id: &str, events: Vec<HeldEvent>) {
        self.queue.extend(events.iter().cloned());
        self.addressed.insert(event_id.to_owned(), events);
    }

    /// One that has come back, to be tried once more.
    pub(crate) fn again(&mut self, event: HeldEvent) {
        self.queue.push_back(event);
    }

    /// What may leave now; whoever takes it carries it.
    pub(crate) fn leaving(&mut self) -> Vec<HeldEvent> {
        if self.held {
            return Vec::new();
        }
        let leaving = self.take_all();
        self.carried += leaving.len();
        leaving
    }

    pub(crate) fn take_all(&mut self) -> Vec<HeldEvent> {
        self.queue.drain(..).collect()
    }

    pub(crate) fn queue(&self) -> impl Iterator<Item = &HeldEvent> {
        self.queue.iter()
    }

    pub(crate) fn addressed(&self, event_id: &str) -> Vec<HeldEvent> {
        self.addressed.get(event_id).cloned().unwrap_or_default()
    }

    pub(crate) fn tried(&mut self, attempt: Attempt) {
        if self.attempts.len() >= MOST {
            self.attempts.pop_front();
        }
        self.attempts.push_back(attempt);
    }

    pub(crate) fn attempts(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.attempts.iter()
    }
}
