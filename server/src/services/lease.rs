//! A lease that is renewed while its work goes on, and stops when the work is dropped: a process that dies lets go by itself.

use std::future::Future;
use std::time::Duration;
use tokio::task::AbortHandle;

/// How long a lease lasts without renewal, in milliseconds: a crashed process is taken over within ten seconds.
pub(super) const LEASE_MS: i64 = 8_000;
const RENEW_EVERY: Duration = Duration::from_secs(2);

/// Renews until dropped.
pub(super) struct Lease(AbortHandle);

impl Lease {
    /// Calls `renew` every two seconds until it says false or this is dropped.
    pub(super) fn keep<F, R>(renew: F) -> Self
    where
        F: Fn() -> R + Send + 'static,
        R: Future<Output = bool> + Send,
    {
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW_EVERY).await;
                if !renew().await {
                    return;
                }
            }
        });
        Self(task.abort_handle())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.abort();
    }
}
