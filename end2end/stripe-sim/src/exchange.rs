//! Whole exchanges, for whoever judges them: kept only where a test asks for it, and never with a key.

use std::collections::BTreeMap;

/// One call and its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// Without the query, as it was sent.
    pub path: String,
    /// The parameters of the query, decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// The parameters of the body, decoded, in the order sent.
    pub form: Vec<(String, String)>,
    /// What was answered. `None`: nothing, as the connection was cut, or not yet.
    pub status: Option<u16>,
    /// The body of that answer.
    pub body: String,
}

/// The exchanges so far, by their place in the log.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    kept: Option<BTreeMap<u64, Exchange>>,
}

impl Recorder {
    pub(crate) fn start(&mut self) {
        self.kept.get_or_insert_default();
    }

    pub(crate) fn begin(&mut self, place: u64, exchange: impl FnOnce() -> Exchange) {
        if let Some(kept) = &mut self.kept {
            kept.insert(place, exchange());
        }
    }

    pub(crate) fn answered(&mut self, place: u64, status: u16, body: &str) {
        if let Some(exchange) = self.kept.as_mut().and_then(|kept| kept.get_mut(&place)) {
            exchange.status = Some(status);
            body.clone_into(&mut exchange.body);
        }
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.kept.iter().flat_map(BTreeMap::values).cloned().collect()
    }
}
