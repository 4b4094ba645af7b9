//! The stand-in's time: real by default, set or pushed forward by a test.

use std::time::UNIX_EPOCH;

/// Milliseconds since 1970, from the machine until somebody sets them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    /// A standing time; without one the machine's runs.
    set_to: Option<i64>,
    /// What [`Clock::advance`] added.
    ahead_by: i64,
}

impl Clock {
    pub(crate) fn set(&mut self, ms: i64) {
        *self = Self { set_to: Some(ms), ahead_by: 0 };
    }

    pub(crate) fn advance(&mut self, ms: i64) {
        self.ahead_by = self.ahead_by.saturating_add(ms);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.set_to.unwrap_or_else(machine_ms).saturating_add(self.ahead_by)
    }

    /// Stripe counts in seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the stand-in's own clock, which tests can set")]
fn machine_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
