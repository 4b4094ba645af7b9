//! A lease that is renewed while its work goes on, and stops when the work is dropped: a process that dies lets go by itself.

use std::future::Future;
use std::time::Duration;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a lease lasts without renewal, in milliseconds: a crashed process is taken over within ten seconds.
pub(super) const LEASE_MS: i64 = 8_000;
const RENEW_EVERY: Duration = Duration::from_secs(2);

/// Renews until dropped.
pub(super) struct Lease(#[expect(dead_code, reason = "its drop ends the renewal")] DropGuard);

impl Lease {
    /// Calls `renew` every two seconds until it says false or this is dropped.
    pub(super) fn keep<F, R>(renew: F) -> Self
    where
        F: Fn() -> R + Send + 'static,
        R: Future<Output = bool> + Send,
    {
        let over = CancellationToken::new();
        let guard = over.clone().drop_guard();
        tokio::spawn(async move {
            loop {
                // Only the pause is cut short: a renewal that was begun runs to its end, or it would leave its transaction open.
                tokio::select! {
                    () = over.cancelled() => return,
                    () = tokio::time::sleep(RENEW_EVERY) => {}
                }
                if !renew().await {
                    return;
                }
            }
        });
        Self(guard)
    }
}
