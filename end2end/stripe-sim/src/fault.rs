//! Faults on order: what a test has go wrong, and when.

use std::time::Duration;

use serde::Serialize;

use crate::auth::AccountId;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The connection is reset before anything happened.
    Drop,
    /// The call is executed, then the connection is reset without an answer.
    ApplyThenDrop,
    /// 500 before anything was applied; an idempotency key keeps it, as execution had begun.
    Status500,
    /// The call is executed, and yet 500 is answered, and kept under the idempotency key.
    ApplyThen500,
    /// 429 `rate_limit`, before execution.
    RateLimited429,
    /// 429 `lock_timeout`, before execution.
    LockTimeout429,
    /// The call waits, its idempotency key in use, then goes on, even where the client has left.
    Stall(Duration),
    /// The same without an end: until [`crate::Sim::release_held`] or [`crate::Sim::clear_faults`].
    Hold,
    /// The call is executed, and its answer waits as [`FaultKind::Hold`] has the call wait.
    HoldAnswer,
}

/// Which calls a fault is for. The default is every call, for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Match {
    /// `GET`, `POST` or `DELETE`; any without.
    pub method: Option<String>,
    /// What the path begins with: `/v1/coupons`. The empty one fits every path.
    pub path_prefix: String,
    /// Under whose key; anybody's without.
    pub account: Option<AccountId>,
    /// How many fitting calls pass unharmed first.
    pub skip: usize,
    /// How many calls are hit after that; without it, all.
    pub times: Option<usize>,
}

impl Match {
    /// Every call with this method and start of a path.
    pub fn new(method: &str, path_prefix: &str) -> Self {
        Self { method: Some(method.to_owned()), path_prefix: path_prefix.to_owned(), ..Self::default() }
    }

    /// Every call of any method with this start of a path.
    pub fn path(path_prefix: &str) -> Self {
        Self { path_prefix: path_prefix.to_owned(), ..Self::default() }
    }

    /// Only this account's calls.
    #[must_use]
    pub fn of(mut self, account: &AccountId) -> Self {
        self.account = Some(account.clone());
        self
    }

    /// Only the `n`th fitting call from now, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: usize) -> Self {
        self.skip = n.saturating_sub(1);
        self.times = Some(1);
        self
    }

    /// Only the next `n` fitting calls.
    #[must_use]
    pub fn times(mut self, n: usize) -> Self {
        self.times = Some(n);
        self
    }

    fn fits(&self, method: &str, path: &str, account: Option<&AccountId>) -> bool {
        (self.account.is_none() || self.account.as_ref() == account)
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && path.starts_with(&self.path_prefix)
    }
}

/// A fault and the calls that it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Which calls.
    pub on: Match,
    /// What happens to them.
    pub kind: FaultKind,
}

impl Fault {
    /// `kind` for the calls that `on` describes.
    pub fn new(on: Match, kind: FaultKind) -> Self {
        Self { on, kind }
    }
}

/// The faults that wait for their calls.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
}

impl Faults {
    pub(crate) fn inject(&mut self, fault: Fault) {
        self.waiting.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The fault of this call: the oldest that fits. Every fault that fits has counted the call.
    pub(crate) fn take(&mut self, method: &str, path: &str, account: Option<&AccountId>) -> Option<FaultKind> {
        let mut hit = None;
        for fault in &mut self.waiting {
            if !fault.on.fits(method, path, account) {
                continue;
            }
            if fault.on.skip > 0 {
                fault.on.skip -= 1;
            } else if hit.is_none() {
                if let Some(times) = &mut fault.on.times {
                    *times = times.saturating_sub(1);
                }
                hit = Some(fault.kind);
            }
        }
        self.waiting.retain(|fault| fault.on.times != Some(0));
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_calls_meant_are_hit() {
        let mut faults = Faults::default();
        faults.inject(Fault::new(Match::new("POST", "/v1/coupons").nth(2), FaultKind::Drop));
        let mut hit = |method, path| faults.take(method, path, None).is_some();
        assert!(!hit("GET", "/v1/coupons/a"));
        assert!(!hit("POST", "/v1/promotion_codes"));
        assert!(!hit("POST", "/v1/coupons"));
        assert!(hit("POST", "/v1/coupons"));
        assert!(!hit("POST", "/v1/coupons"));
    }

    #[test]
    fn only_the_account_meant_is_hit() {
        let (one, two) = (AccountId::new("acct_1"), AccountId::new("acct_2"));
        let mut faults = Faults::default();
        faults.inject(Fault::new(Match::path("/v1/").of(&one), FaultKind::Drop));
        assert_eq!(faults.take("GET", "/v1/coupons", Some(&one)), Some(FaultKind::Drop));
        assert_eq!(faults.take("GET", "/v1/coupons", Some(&two)), None);
        assert_eq!(faults.take("GET", "/v1/coupons", None), None);
    }

    #[test]
    fn one_fault_a_call_and_the_oldest_first() {
        let mut faults = Faults::default();
        faults.inject(Fault::new(Match::default().times(1), FaultKind::Drop));
        faults.inject(Fault::new(Match::default().times(1), FaultKind::Status500));
        assert_eq!(faults.take("GET", "/", None), Some(FaultKind::Drop));
        assert_eq!(faults.take("GET", "/", None), Some(FaultKind::Status500));
        assert_eq!(faults.take("GET", "/", None), None);
    }
}
