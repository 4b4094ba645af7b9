//! When a call may be sent again, and how long to wait before.

use super::error::StripeError;
use rand::{TryRng, rngs::SysRng};
use std::time::Duration;

/// Most sendings of one call: a Stripe in trouble is not to be drowned.
pub(super) const MAX_ATTEMPTS: u32 = 6;
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// What a second sending of a call would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// A read: harmless.
    Read,
    /// A write with an idempotency key: harmless, and answered as the first was.
    Keyed,
    /// A write without a key: only where the first was certainly not carried out.
    Once,
    /// A read whose refusal is an answer.
    ProbeRead,
    /// A write that is meant to be refused.
    ProbeWrite,
}

impl Repeat {
    /// Whether the call may be sent again after `error`. `advice` is Stripe's own word, `Stripe-Should-Retry`.
    pub(super) fn after(self, error: &StripeError, advice: Option<bool>) -> bool {
        use Repeat::{Keyed, Once, ProbeRead, Read};
        if advice == Some(false) {
            return false;
        }
        // A stored 500 comes back for as long as the key lives, whatever the header says.
        let replayed = matches!(error, StripeError::Server { replayed: true, .. });
        if advice == Some(true) && matches!(self, Read | Keyed) && !replayed {
            return true;
        }
        match error {
            StripeError::Unreachable => true,
            StripeError::Unknown => matches!(self, Read | Keyed | ProbeRead),
            // To a write a 500 is final: it is stored under the key, and the same key would only bring it back.
            StripeError::Server { .. } => matches!(self, Read | ProbeRead),
            StripeError::RateLimited { .. } | StripeError::Locked => matches!(self, Read | Keyed | Once),
            StripeError::IdempotencyInUse => self == Keyed,
            _ => false,
        }
    }
}

/// The wait after attempt number `attempt` (from 1): random, so that those who failed together do not come back together,
/// below a limit that doubles.
pub(super) fn wait(attempt: u32) -> Duration {
    let limit = (FIRST * 2u32.saturating_pow(attempt.min(10))).min(LONGEST);
    let span = u64::try_from((limit - FIRST).as_millis()).unwrap_or(u64::MAX);
    // Without randomness the longest wait is right too.
    let random = SysRng.try_next_u64().map_or(span, |random| random % (span + 1));
    FIRST + Duration::from_millis(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        for _ in 0..200 {
            assert!((100..=200).contains(&wait(1).as_millis()));
            assert!((100..=400).contains(&wait(2).as_millis()));
            assert!((100..=2000).contains(&wait(60).as_millis()));
        }
    }

    #[test]
    fn stripes_word_counts_where_a_repetition_is_harmless() {
        let server = |replayed| StripeError::Server { status: 500, replayed };
        assert!(!Repeat::Keyed.after(&server(false), None));
        assert!(Repeat::Keyed.after(&server(false), Some(true)));
        assert!(!Repeat::Keyed.after(&server(true), Some(true)));
        assert!(!Repeat::Once.after(&server(false), Some(true)));
        assert!(!Repeat::Read.after(&server(false), Some(false)));
        assert!(Repeat::Read.after(&server(false), None));
        assert!(!Repeat::ProbeRead.after(&StripeError::Locked, None));
        assert!(!Repeat::Once.after(&StripeError::Unknown, None));
    }
}
