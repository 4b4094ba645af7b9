//! Time as a parameter: the system's clock, or one that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that tells milliseconds since 1970, UTC.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self(None)
    }

    /// One that stands still until it is moved.
    pub fn manual(now_ms: i64) -> Self {
        Self(Some(Arc::new(AtomicI64::new(now_ms))))
    }

    /// Now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Some(ms) => ms.load(Ordering::SeqCst),
            None => jiff::Timestamp::now().as_millisecond() + ahead_ms(),
        }
    }

    /// Moves a manual clock on; the system's stays.
    pub fn advance_ms(&self, ms: i64) {
        if let Some(now) = &self.0 {
            now.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// How far a test sets the clock of a whole process ahead, in milliseconds; nobody can in a release build.
#[cfg(debug_assertions)]
fn ahead_ms() -> i64 {
    static AHEAD: std::sync::LazyLock<i64> = std::sync::LazyLock::new(|| {
        std::env::var("CODEMINT_CLOCK_AHEAD_MS").ok().and_then(|ms| ms.parse().ok()).unwrap_or_default()
    });
    *AHEAD
}

#[cfg(not(debug_assertions))]
const fn ahead_ms() -> i64 {
    0
}
