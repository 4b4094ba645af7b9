//! Idempotency keys: an answer is kept once its execution began, and given again for the same request.

use std::collections::HashMap;

use crate::error::{ApiError, ApiResult};

/// Stripe may forget a key after this long, so the stand-in always does.
const REMEMBERED_MS: i64 = 24 * 3600 * 1000;

/// An answer to give again.
#[derive(Debug, Clone)]
pub(crate) struct KeptAnswer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) request_id: String,
}

/// What a request with a key is: two of the same kind must be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    endpoint: String,
    params: Vec<(String, String)>,
}

impl Fingerprint {
    /// The order of parameters means nothing.
    pub(crate) fn new(path: &str, params: &[(String, String)]) -> Self {
        let mut params = params.to_vec();
        params.sort();
        Self { endpoint: path.to_owned(), params }
    }
}

#[derive(Debug)]
struct Held {
    since_ms: i64,
    fingerprint: Fingerprint,
    /// `None` while the first request is still being executed.
    answer: Option<KeptAnswer>,
}

/// The keys of one account in one mode.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    by_key: HashMap<String, Held>,
}

impl Kept {
    /// Takes the key for this request, or gives the answer that it already has.
    pub(crate) fn claim(&mut self, key: &str, fingerprint: Fingerprint, now_ms: i64) -> ApiResult<Option<KeptAnswer>> {
        if key.chars().count() > 255 {
            return Err(ApiError::key_reused("Idempotency-Key must be at most 255 characters.".to_owned()));
        }
        let over = |held: &Held| held.answer.is_some() && now_ms - held.since_ms >= REMEMBERED_MS;
        if self.by_key.get(key).is_some_and(over) {
            self.by_key.remove(key);
        }
        if let Some(held) = self.by_key.get(key) {
            if held.fingerprint.endpoint != fingerprint.endpoint {
                let (first, now) = (&held.fingerprint.endpoint, &fingerprint.endpoint);
                return Err(ApiError::key_reused(format!(
                    "Keys for idempotent requests can only be used for the same endpoint they were first used for \
                     ('{now}' vs '{first}'). Try using a key other than '{key}' if you meant to execute a different request."
                )));
            }
            if held.fingerprint != fingerprint {
                return Err(ApiError::key_reused(format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. \
                     Try using a key other than '{key}' if you meant to execute a different request."
                )));
            }
            return held.answer.clone().map(Some).ok_or_else(ApiError::key_in_use);
        }
        self.by_key.insert(key.to_owned(), Held { since_ms: now_ms, fingerprint, answer: None });
        Ok(None)
    }

    pub(crate) fn keep(&mut self, key: &str, answer: KeptAnswer) {
        if let Some(held) = self.by_key.get_mut(key) {
            held.answer = Some(answer);
        }
    }

    /// The request never was: its key is free.
    pub(crate) fn release(&mut self, key: &str) {
        self.by_key.remove(key);
    }

    /// Forgets every key that has its answer.
    pub(crate) fn forget(&mut self) {
        self.by_key.retain(|_, held| held.answer.is_none());
    }
}
