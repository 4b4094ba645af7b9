//! The real process killed by SIGKILL, wherever it stands. Whatever comes then: one coupon for a code, one session for a key, and
//! counts that are the stand-in's.
//!
//! Every day each death has a third of its sequels, and each sequel a third of the deaths; `CODEMINT_FULL=1` tells every story, and so often
//! that every step is died at 200 times an engine.

mod crowd;
mod later;
mod own;
mod rewards;
mod shared;
mod steps;
mod two_processes;

use crate::harness::Engine;
use futures::{FutureExt, StreamExt};
use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// Longer than a lease, and then a completer's patience, in milliseconds.
pub const GIVEN_UP_MS: i64 = 69_000;
/// A little more than how long the lease of one that died stands.
const LEASE_MS: i64 = 9_000;
/// No story needs nearly as long.
const PATIENCE: Duration = Duration::from_secs(120);
/// Installations that live at the same time. They mostly wait for leases and jobs, each with a few connections to the database.
const SIDE_BY_SIDE: usize = 32;

/// Whether everything is told as often as it is promised.
pub fn full() -> bool {
    crate::full()
}

/// Runs to its end, if the engine can be had.
pub fn run(engine: Engine, all: impl Future<Output = ()>) {
    if engine.is_there() {
        // As `main` has it done by the first use of the client.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(all);
    }
}

/// The deaths with what comes after each.
pub fn stories<D: Copy, S: Copy>(deaths: &[D], sequels: &[S], fits: impl Fn(D, S) -> bool) -> Vec<(D, S)> {
    let told = |place: usize| full() || place.is_multiple_of(3);
    let mut stories = Vec::new();
    for (row, dies) in deaths.iter().enumerate() {
        let here = sequels.iter().enumerate().filter(|(column, _)| told(row + column)).map(|(_, then)| (*dies, *then));
        stories.extend(here.filter(|(dies, then)| fits(*dies, *then)));
    }
    stories
}

/// Tells all stories, so many side by side; afterwards says which failed.
pub fn tell<S: Debug>(engine: Engine, stories: Vec<S>, side_by_side: usize, story: impl AsyncFn(Engine, &S) -> String) {
    run(engine, async {
        let (count, started) = (stories.len(), Instant::now());
        let told = futures::stream::iter(stories).map(async |told| {
            let telling = tokio::time::timeout(PATIENCE, story(engine, &told));
            match AssertUnwindSafe(telling).catch_unwind().await {
                Ok(Ok(said)) => {
                    eprintln!("{engine:?} {told:?}: {said}");
                    None
                }
                Ok(Err(_)) => Some(format!("{told:?}: it does not end")),
                Err(_) => Some(format!("{told:?}: see its panic above")),
            }
        });
        let failed: Vec<_> = told.buffer_unordered(side_by_side).filter_map(async |failed| failed).collect().await;
        eprintln!("{engine:?}: {count} stories in {:.1} s", started.elapsed().as_secs_f64());
        assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n"));
    });
}
