//! The record of every call, as a test or the dashboard reads it. It never holds a key.

use serde::Serialize;

use crate::{auth::AccountId, fault::FaultKind};

/// How many calls are remembered; the oldest are forgotten first.
const MOST: usize = 200_000;

/// One call.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RequestRecord {
    /// `req_…`, as in the answer's `Request-Id`.
    pub id: String,
    /// When it arrived, in milliseconds of the stand-in's clock.
    pub at_ms: i64,
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The parameters of query and body, decoded, in the order sent.
    pub params: Vec<(String, String)>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// Whose key it was, where there was a valid one.
    pub account: Option<AccountId>,
    /// The mode of that key.
    pub livemode: Option<bool>,
    /// The key, masked.
    pub key: Option<String>,
    /// The header `Stripe-Version`.
    pub stripe_version: Option<String>,
    /// What was answered. `None`: not yet, or the connection was cut.
    pub status: Option<u16>,
    /// The code or else the type of the refusal.
    pub error: Option<String>,
    /// Whether the answer was that of an earlier call with the same idempotency key.
    pub replayed: bool,
    /// The fault that it met.
    pub fault: Option<FaultKind>,
    /// Whether the connection was cut without an answer.
    pub cut: bool,
}

impl RequestRecord {
    /// The first value of a parameter as it was sent: `metadata[code]`.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A place in the log, stable while the log grows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry(pub(crate) u64);

#[derive(Debug, Default)]
pub(crate) struct Log {
    records: std::collections::VecDeque<RequestRecord>,
    forgotten: u64,
}

impl Log {
    pub(crate) fn begin(&mut self, record: RequestRecord) -> Entry {
        if self.records.len() >= MOST {
            self.records.pop_front();
            self.forgotten += 1;
        }
        self.records.push_back(record);
        Entry(self.forgotten + self.records.len() as u64 - 1)
    }

    pub(crate) fn change(&mut self, entry: Entry, change: impl FnOnce(&mut RequestRecord)) {
        let at = entry.0.checked_sub(self.forgotten).and_then(|at| usize::try_from(at).ok());
        if let Some(record) = at.and_then(|at| self.records.get_mut(at)) {
            change(record);
        }
    }

    pub(crate) fn records(&self) -> impl DoubleEndedIterator<Item = &RequestRecord> {
        self.records.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.forgotten += self.records.len() as u64;
        self.records.clear();
    }
}
