//! What Stripe tells us by itself. A delivery is checked, kept and answered at once; what it means is worked out afterwards, from a
//! queue that is the table itself. Nothing depends on it: the sweep finds what was never delivered.

mod endpoints;
mod process;
mod receive;
mod view;

use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};

/// Events that are worked on at the same time in this process.
const PLACES: usize = 32;

/// What wakes the queue, and how much of it is in work.
pub(super) struct Queue {
    arrived: Notify,
    places: Arc<Semaphore>,
}

impl Default for Queue {
    fn default() -> Self {
        Self { arrived: Notify::new(), places: Arc::new(Semaphore::new(PLACES)) }
    }
}
