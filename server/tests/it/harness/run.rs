//! Running a test: on an engine, within its time, cleaned up however it ends.

use super::{Engine, Setup, World, logs};
use futures::FutureExt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

/// No test needs nearly as long; one that hangs fails.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a state may take to come.
const SOON: Duration = Duration::from_secs(20);

/// Runs a test against a world of its own; afterwards the counters must be those of the rows, and nothing is left behind.
pub fn on(engine: Engine, setup: Setup, test: impl AsyncFnOnce(&World)) {
    on_within(PATIENCE, engine, setup, test);
}

/// The same for a test that needs longer than any other.
pub fn on_within(patience: Duration, engine: Engine, setup: Setup, test: impl AsyncFnOnce(&World)) {
    if !engine.is_there() {
        return;
    }
    logs::install();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // In one process a snapshot is met by a test for each engine.
    let all = async {
        let world = World::start(engine, setup).await;
        let body = async {
            tokio::time::timeout(patience, test(&world)).await.expect("the test hangs");
            world.audit().await;
            world.judge();
        };
        let outcome = AssertUnwindSafe(body).catch_unwind().await;
        world.stop().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    };
    insta::allow_duplicates!(runtime.block_on(all));
}

/// Waits for a state that comes by itself; `look` says what it sees, and whether that is it.
#[track_caller]
pub fn until<T: std::fmt::Debug>(look: impl AsyncFnMut() -> (bool, T)) -> impl Future<Output = T> {
    within(SOON, look)
}

/// The same, for what takes longer.
#[track_caller]
pub fn within<T: std::fmt::Debug>(
    patience: Duration,
    mut look: impl AsyncFnMut() -> (bool, T),
) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        let started = tokio::time::Instant::now();
        loop {
            let (reached, seen) = look().await;
            if reached {
                return seen;
            }
            assert!(started.elapsed() < patience, "{place}: it did not come; last seen: {seen:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// All at once, each as a task of its own.
pub async fn all<T: Send + 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}
