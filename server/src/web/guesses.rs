//! Guessing codes: unknown ones are limited, for each API key. Known ones never count.

use app::domain::ids::ApiKeyId;
use app::domain::problem::{Code, Problem};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock, Reference},
};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

/// Unknown codes a minute and key; as many may come at once.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(600).unwrap();

type Instant = <DefaultClock as Clock>::Instant;

/// Counts unknown codes.
pub struct Guesses {
    clock: DefaultClock,
    unknown: DefaultKeyedRateLimiter<ApiKeyId>,
    /// Keys that have used up their guesses, and until when. governor has no way to look without counting.
    spent: Mutex<HashMap<ApiKeyId, Instant>>,
}

impl Guesses {
    /// Nobody has guessed yet.
    pub fn new() -> Self {
        Self {
            clock: DefaultClock::default(),
            unknown: RateLimiter::keyed(Quota::per_minute(A_MINUTE)),
            spent: Mutex::default(),
        }
    }

    /// Refuses a key that has used up its guesses, before anything is looked up for it.
    pub fn check(&self, key: &ApiKeyId) -> Result<(), Problem> {
        let mut spent = self.spent.lock();
        let Some(until) = spent.get(key) else { return Ok(()) };
        let wait: Duration = until.duration_since(self.clock.now()).into();
        if wait.is_zero() {
            spent.remove(key);
            return Ok(());
        }
        Err(refusal(wait))
    }

    /// Counts an unknown code; refuses the one that is too many.
    pub fn count(&self, key: &ApiKeyId) -> Result<(), Problem> {
        let Err(not_until) = self.unknown.check_key(key) else { return Ok(()) };
        self.spent.lock().insert(key.clone(), not_until.earliest_possible());
        Err(refusal(not_until.wait_time_from(self.clock.now())))
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
            guesses.check(&one).unwrap();
            guesses.count(&one).unwrap();
        }
        // Ten a second come back, so a slow machine may have one or two more.
        let refused = (0..100).find_map(|_| guesses.count(&one).err()).unwrap();
        assert_eq!((refused.code, refused.retry_after), (Code::RateLimited, Some(1)));
        assert_eq!(guesses.check(&one).unwrap_err().code, Code::RateLimited);
        assert_eq!(guesses.check(&other), Ok(()));
        assert_eq!(guesses.count(&other), Ok(()));
    }
}
