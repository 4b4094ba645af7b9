//! Guessing codes: unknown ones are limited, for each API key. Known ones never count.

use app::domain::ids::ApiKeyId;
use app::domain::problem::{Code, Problem};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use std::num::NonZeroU32;
use std::time::Duration;

/// Unknown codes a minute and key; as many may come at once.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(600).unwrap();

/// Counts unknown codes.
pub struct Guesses {
    clock: DefaultClock,
    unknown: DefaultKeyedRateLimiter<ApiKeyId>,
}

impl Guesses {
    /// Nobody has guessed yet.
    pub fn new() -> Self {
        Self { clock: DefaultClock::default(), unknown: RateLimiter::keyed(Quota::per_minute(A_MINUTE)) }
    }

    /// Counts an unknown code; refuses the one that is too many. Known codes are never refused for the guesses of others who share the key.
    pub fn count(&self, key: &ApiKeyId) -> Result<(), Problem> {
        match self.unknown.check_key(key) {
            Ok(()) => Ok(()),
            Err(not_until) => Err(refusal(not_until.wait_time_from(self.clock.now()))),
        }
    }
}

fn refusal(wait: Duration) -> Problem {
    let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
    Problem {
        retry_after: Some(seconds),
        ..Problem::new(
            Code::RateLimited,
            format!("Too many unknown discount codes with this API key: at most {A_MINUTE} a minute."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_end() {
        let guesses = Guesses::new();
        let [one, other] = [1, 2].map(|n| ApiKeyId::new(n, [0; 10]));
        for _ in 0..600 {
            guesses.count(&one).unwrap();
        }
        // Ten a second come back, so a slow machine may have one or two more.
        let refused = (0..100).find_map(|_| guesses.count(&one).err()).unwrap();
        assert_eq!((refused.code, refused.retry_after), (Code::RateLimited, Some(1)));
        assert_eq!(guesses.count(&other), Ok(()));
    }
}
