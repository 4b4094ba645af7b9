//! The budget of background work: so many requests a second to one endpoint of one Stripe account, whichever of its workspaces they are for.
//! Nobody who waits at a checkout is counted.

use crate::scope::Scope;
use crate::stripe::Pace;
use app::domain::mode::Mode;
use async_trait::async_trait;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Requests a second for whoever lists very many sessions: the rest of the account's budget is left to others.
const OF_VERY_MANY: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// What has a budget of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    /// A Stripe account, in a mode.
    Account(Mode, String),
    /// A workspace whose account is not known.
    Tenant(Scope),
}

type Turns = DefaultKeyedRateLimiter<(Whose, &'static str)>;

/// Hands out turns.
pub(super) struct Pacer {
    turns: Turns,
    few: Turns,
}

impl Pacer {
    /// So many turns a second and endpoint; never two at once.
    pub(super) fn new(per_second: NonZeroU32) -> Arc<Self> {
        let every = |rate| RateLimiter::keyed(Quota::per_second(rate).allow_burst(NonZeroU32::MIN));
        Arc::new(Self { turns: every(per_second), few: every(per_second.min(OF_VERY_MANY)) })
    }

    /// The turns of a connection.
    pub(super) fn of(self: &Arc<Self>, scope: &Scope, account: Option<&str>) -> Paced {
        let whose = match account {
            Some(account) => Whose::Account(scope.mode, account.to_owned()),
            None => Whose::Tenant(scope.clone()),
        };
        Paced { pacer: self.clone(), whose, few: false }
    }

    /// Forgets who has not been here for a while.
    pub(super) fn forget_idle(&self) {
        for turns in [&self.turns, &self.few] {
            turns.retain_recent();
            turns.shrink_to_fit();
        }
    }
}

/// The turns of one connection.
pub(super) struct Paced {
    pacer: Arc<Pacer>,
    whose: Whose,
    few: bool,
}

impl Paced {
    /// The same for very many calls in a row.
    pub(super) fn few(self) -> Self {
        Self { few: true, ..self }
    }
}

#[async_trait]
impl Pace for Paced {
    async fn turn(&self, endpoint: &'static str) {
        let key = (self.whose.clone(), endpoint);
        if self.few {
            self.pacer.few.until_key_ready(&key).await;
        }
        self.pacer.turns.until_key_ready(&key).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn tenant(workspace: &str) -> Scope {
        Scope::stored(workspace.into(), "test")
    }

    /// How long two connections, three calls each, wait for their turns.
    async fn six(one: &Paced, two: &Paced, endpoints: [&'static str; 2]) -> Duration {
        let began = Instant::now();
        for _ in 0..3 {
            one.turn(endpoints[0]).await;
            two.turn(endpoints[1]).await;
        }
        began.elapsed()
    }

    #[tokio::test]
    async fn a_budget_is_an_accounts_and_an_endpoints() {
        const EACH: Duration = Duration::from_millis(50);
        let same = ["/v1/coupons", "/v1/coupons"];
        let of = |pacer: &Arc<Pacer>, workspace, account| pacer.of(&tenant(workspace), account);
        let fresh = || Pacer::new(NonZeroU32::new(20).unwrap());

        let pacer = fresh();
        let shared = six(&of(&pacer, "ws_1", Some("acct_1")), &of(&pacer, "ws_2", Some("acct_1")), same).await;
        assert!(shared >= EACH * 5, "two workspaces of an account share: {shared:?}");
        let pacer = fresh();
        let unknown = six(&of(&pacer, "ws_1", None), &of(&pacer, "ws_1", None), same).await;
        assert!(unknown >= EACH * 5, "a workspace is itself: {unknown:?}");
        // Each alone needs two pauses; a busy machine may be late, but not by as much as sharing costs.
        let pacer = fresh();
        let (one, two) = (of(&pacer, "ws_1", Some("acct_1")), of(&pacer, "ws_1", Some("acct_2")));
        let accounts = six(&one, &two, same).await;
        let pacer = fresh();
        let (one, two) = (of(&pacer, "ws_1", Some("acct_1")), of(&pacer, "ws_1", Some("acct_1")));
        let endpoints = six(&one, &two, ["/v1/coupons", "/v1/promotion_codes"]).await;
        assert!(accounts >= EACH * 2 && endpoints >= EACH * 2);
        assert!(accounts.min(endpoints) < EACH * 5, "{accounts:?}, {endpoints:?}");
    }

    #[tokio::test]
    async fn very_many_leave_room() {
        let pacer = Pacer::new(NonZeroU32::new(1000).unwrap());
        let many = pacer.of(&tenant("ws_1"), None).few();
        let began = Instant::now();
        for _ in 0..3 {
            many.turn("/v1/checkout/sessions").await;
        }
        assert!(began.elapsed() >= Duration::from_millis(400));
    }
}
