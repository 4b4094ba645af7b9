//! A caller's turn. So many requests of one API key are at work at a time; a crowd stands in line at the door, and neither in the
//! database's queue, where everybody else would stand behind it, nor within anybody's time. Who waits for Stripe steps aside.

use parking_lot::Mutex;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// The place of one request.
#[derive(Clone, Debug)]
pub(crate) struct Turn(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

tokio::task_local! {
    static TURN: Turn;
}

impl Turn {
    /// With this place.
    pub(crate) fn new(place: OwnedSemaphorePermit) -> Self {
        Self(Arc::new(Mutex::new(Some(place))))
    }

    /// Works on the request that has this turn; its place is free when it ends, or steps aside.
    pub(crate) async fn work<T>(self, work: impl Future<Output = T>) -> T {
        TURN.scope(self, work).await
    }
}

/// The rest of this request's work needs no place: it waits for somebody else.
pub(crate) fn step_aside() {
    // Background work has none.
    let _none = TURN.try_with(|turn| turn.0.lock().take());
}
