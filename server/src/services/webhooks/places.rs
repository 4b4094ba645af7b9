//! How much of the queue of events is in work, and whose. One owner has a share of it, and an event that Stripe leaves waiting gives its
//! place to another after a while: nobody's trouble fills the queue.

use crate::store::{Busy, EventRow};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Events that are worked on at the same time in this process, without those that are slow.
const PLACES: usize = 32;
/// One owner's events that are taken at a time. Whoever has so many in work gets no more for now.
pub(super) const EACH: usize = 8;
/// An event that takes longer gives its place to another.
const QUICK: Duration = Duration::from_secs(2);

/// Endpoint and account.
type Owner = (String, String);

/// What wakes the queue, and how much of it is in work.
pub(in crate::services) struct Queue {
    pub(super) arrived: Arc<Notify>,
    places: Arc<Semaphore>,
    in_work: Arc<Mutex<HashMap<Owner, usize>>>,
    quick: Duration,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            arrived: Arc::default(),
            places: Arc::new(Semaphore::new(PLACES)),
            in_work: Arc::default(),
            quick: QUICK,
        }
    }
}

/// An event in work; it has a place, and counts for its owner.
pub(crate) struct Taken {
    pub(super) row: EventRow,
    place: Mutex<Option<OwnedSemaphorePermit>>,
    owner: Owner,
    places: Arc<Semaphore>,
    in_work: Arc<Mutex<HashMap<Owner, usize>>>,
    arrived: Arc<Notify>,
    quick: Duration,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.give_place_back();
        let mut in_work = self.in_work.lock();
        if let Some(count) = in_work.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                in_work.remove(&self.owner);
            }
        }
    }
}

impl Queue {
    /// All places that are free.
    pub(super) fn free(&self) -> Vec<OwnedSemaphorePermit> {
        std::iter::from_fn(|| self.places.clone().try_acquire_owned().ok()).collect()
    }

    /// Who has as many events in work as one owner may.
    pub(super) fn busy(&self) -> Busy {
        let in_work = self.in_work.lock();
        let busy = in_work.iter().filter(|(_, count)| **count >= EACH);
        Busy::of(busy.map(|((endpoint, account), _)| (endpoint.as_str(), account.as_str())))
    }

    /// Gives an event its place.
    pub(super) fn take(&self, row: EventRow, place: OwnedSemaphorePermit) -> Taken {
        let (endpoint, account) = row.owner();
        let owner = (endpoint.to_owned(), account.to_owned());
        *self.in_work.lock().entry(owner.clone()).or_default() += 1;
        Taken {
            row,
            place: Mutex::new(Some(place)),
            owner,
            places: self.places.clone(),
            in_work: self.in_work.clone(),
            arrived: self.arrived.clone(),
            quick: self.quick,
        }
    }
}

impl Taken {
    /// Works on it; it keeps its place for as long as it is quick.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(self.quick) => self.give_place_back(),
        }
        work.await
    }

    /// Once there are many free places, the queue is looked at again: it may have been left for want of them.
    fn give_place_back(&self) {
        if self.place.lock().take().is_some() && self.places.available_permits() >= PLACES / 2 {
            self.arrived.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(endpoint: &str, account: Option<&str>) -> EventRow {
        EventRow {
            endpoint: endpoint.into(),
            id: "evt_1".into(),
            kind: "coupon.updated".into(),
            account: account.map(Into::into),
            livemode: false,
            object_id: None,
            happened_at: 0,
            workspace_id: None,
            mode: "test".into(),
            state: "queued".into(),
            outcome: None,
            attempts: 1,
            received_at: 0,
            deliveries: 1,
        }
    }

    #[tokio::test]
    async fn a_slow_event_gives_its_place_back_and_still_counts_for_its_owner() {
        let quick = Duration::from_millis(20);
        let queue = Queue { quick, ..Queue::default() };
        let mut free = queue.free();
        assert_eq!(free.len(), PLACES);
        let taken: Vec<_> = (0..EACH).map(|_| queue.take(event("test", Some("acct_1")), free.pop().unwrap())).collect();
        drop(free);
        assert_eq!(queue.free().len(), PLACES - EACH);
        assert_eq!(queue.busy().to_string(), "|test acct_1|");
        let stalled = futures::future::join_all(taken.iter().map(|taken| taken.run(std::future::pending::<()>())));
        assert!(tokio::time::timeout(quick * 50, stalled).await.is_err());
        assert_eq!((queue.free().len(), queue.busy().to_string().as_str()), (PLACES, "|test acct_1|"));
        drop(taken);
        assert_eq!(queue.busy().to_string(), "");
    }

    #[tokio::test]
    async fn an_owners_own_endpoint_is_one_owner_whatever_it_is_sent() {
        let queue = Queue::default();
        let places = queue.free().into_iter().take(EACH).enumerate();
        let _taken: Vec<_> = places
            .map(|(n, place)| queue.take(event("whk_1", Some(&format!("acct_{n}| |test acct_1"))), place))
            .collect();
        assert_eq!(queue.busy().to_string(), "|whk_1 |");
    }
}
