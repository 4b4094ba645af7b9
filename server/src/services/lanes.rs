//! Background work on many owners' Stripe accounts at the same time. An owner is worked on once at a time, and one whose Stripe answers
//! late keeps a place from the others for two seconds at most.

use crate::scope::Scope;
use crate::store::Busy;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Owners who are worked on at the same time.
const PLACES: usize = 16;
/// The same, of those who were slow the last time.
const SLOW_PLACES: usize = 48;
/// Whoever takes longer gives their place to somebody else, and begins among the slow ones the next time.
const QUICK: Duration = Duration::from_secs(2);

/// What one job works on in this process.
pub(super) struct Lanes {
    places: Semaphore,
    slow_places: Semaphore,
    owners: Mutex<Owners>,
    quick: Duration,
}

#[derive(Default)]
struct Owners {
    at_work: HashSet<Scope>,
    slow: HashSet<Scope>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            places: Semaphore::new(PLACES),
            slow_places: Semaphore::new(SLOW_PLACES),
            owners: Mutex::new(Owners::default()),
            quick: QUICK,
        }
    }
}

/// An owner who is worked on here; whatever becomes of the work, it ends with this.
pub(crate) struct AtWork {
    lanes: Arc<Lanes>,
    pub(super) scope: Scope,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.lanes.owners.lock().at_work.remove(&self.scope);
    }
}

impl Lanes {
    /// An owner to work on; none where that is being done.
    pub(super) fn begin(self: &Arc<Self>, scope: Scope) -> Option<AtWork> {
        let new = self.owners.lock().at_work.insert(scope.clone());
        new.then(|| AtWork { lanes: self.clone(), scope })
    }

    /// Who is worked on.
    pub(super) fn busy(&self) -> Busy {
        let owners = self.owners.lock();
        Busy::of(owners.at_work.iter().map(|scope| (scope.workspace.as_str(), scope.mode.as_str())))
    }
}

impl AtWork {
    /// Works on the owner, once there is a place.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let lanes = &self.lanes;
        let slow = lanes.owners.lock().slow.contains(&self.scope);
        let places = if slow { &lanes.slow_places } else { &lanes.places };
        // Nobody closes them.
        let place = places.acquire().await.ok();
        let mut work = pin!(work);
        tokio::select! {
            done = &mut work => {
                lanes.owners.lock().slow.remove(&self.scope);
                return done;
            }
            () = tokio::time::sleep(lanes.quick) => {}
        }
        lanes.owners.lock().slow.insert(self.scope.clone());
        if !slow {
            drop(place);
        }
        work.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::time::timeout;

    const QUICK: Duration = Duration::from_millis(100);
    /// So long on a busy machine, too, if nobody is waited for.
    const AT_ONCE: Duration = Duration::from_secs(10);

    fn owner(name: String) -> Scope {
        Scope::stored(name, "test")
    }

    fn lanes() -> Arc<Lanes> {
        Arc::new(Lanes { quick: QUICK, ..Lanes::default() })
    }

    /// As many who stall as there are places; by now each has begun.
    async fn stall(lanes: &Arc<Lanes>) -> Vec<tokio::task::JoinHandle<()>> {
        let begun = Arc::new(tokio::sync::Semaphore::new(0));
        let stalled = (0..PLACES).map(|n| lanes.begin(owner(format!("ws_stalled{n}"))).unwrap());
        let stalling = stalled.map(|owner| {
            let begun = begun.clone();
            tokio::spawn(async move {
                let work = async {
                    begun.add_permits(1);
                    pending::<()>().await;
                };
                owner.run(work).await;
            })
        });
        let stalling = stalling.collect();
        begun.acquire_many(u32::try_from(PLACES).unwrap()).await.unwrap().forget();
        stalling
    }

    #[tokio::test]
    async fn who_stalls_keeps_nobody_waiting() {
        let lanes = lanes();
        let quick = lanes.begin(owner("ws_quick".into())).unwrap();
        let stalling = stall(&lanes).await;
        assert_eq!(lanes.places.available_permits(), 0, "every place is taken");
        timeout(AT_ONCE, quick.run(async {})).await.expect("a place is given back");
        assert!(lanes.begin(owner("ws_stalled0".into())).is_none(), "it is worked on still");
        assert!(lanes.busy().to_string().contains("|ws_stalled0 test|"));
        stalling.iter().for_each(tokio::task::JoinHandle::abort);
        futures::future::join_all(stalling).await;
        // The next time they take no place of the others at all.
        let _stalling = stall(&lanes).await;
        assert_eq!(lanes.places.available_permits(), PLACES);
    }

    #[tokio::test]
    async fn who_is_quick_again_is_among_the_quick_again() {
        let lanes = lanes();
        let one = lanes.begin(owner("ws_1".into())).unwrap();
        one.run(tokio::time::sleep(QUICK * 2)).await;
        assert!(lanes.owners.lock().slow.contains(&one.scope));
        one.run(async {}).await;
        assert!(lanes.owners.lock().slow.is_empty());
        drop(one);
        assert_eq!(lanes.busy().to_string(), "");
    }
}
