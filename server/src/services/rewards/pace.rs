//! The budget of background work: so many requests a second to one endpoint of one account. Nobody who waits at a checkout is counted.

use crate::scope::Scope;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;

/// What has a budget of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Endpoint {
    Coupons,
    PromotionCodes,
    Sessions,
}

/// Hands out turns.
pub(in crate::services) struct Pacer(DefaultKeyedRateLimiter<(Scope, Endpoint)>);

impl Pacer {
    /// So many turns a second and endpoint; never two at once.
    pub(in crate::services) fn new(per_second: NonZeroU32) -> Self {
        Self(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(NonZeroU32::MIN)))
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self, scope: &Scope, endpoint: Endpoint) {
        self.0.until_key_ready(&(scope.clone(), endpoint)).await;
    }
}
