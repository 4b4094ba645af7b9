//! Rewards on their way to Stripe.

use tokio::sync::Notify;

/// What wakes the minting.
#[derive(Default)]
pub(in crate::services) struct Queue {
    /// A reward was issued, or something that it waited for has changed.
    pub(in crate::services) arrived: Notify,
}
