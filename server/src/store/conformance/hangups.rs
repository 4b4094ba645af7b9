//! A request that is cut off, wherever it was: no connection stays in its transaction, and nothing half done stays in the data.

use super::super::Db;
use super::super::query::all;
use super::engine::Base;
use super::fixtures::{counted, new_code, put, shop, take_hold};
use std::pin::pin;
use std::task::Poll;
use tokio::task::JoinSet;

/// So many cuts, each one poll later than the one before; a hold takes a few more polls than that on either engine.
const CUTS: usize = 150;

/// Polls a future so often and drops it then: cut off at one of its awaits. None: cut.
async fn cut<T>(future: impl Future<Output = T>, mut polls: usize) -> Option<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

async fn idle_in_transaction(base: &Base) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    all!(base.db.reader().await.unwrap().conn(), (i64,), sql).unwrap()[0].0
}

pub(super) async fn a_cut_transaction_leaves_nothing(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..CUTS {
        let (base, scope) = (base.clone(), scope.clone());
        tasks.spawn(async move {
            let hold = async { take_hold(&base.db, &scope, "dc_1", &format!("rd_{n}")).await };
            cut(hold, n % 25).await
        });
    }
    let ended = tasks.join_all().await;
    let cuts = ended.iter().filter(|end| end.is_none()).count();
    assert!(cuts > 0, "nothing was cut");
    eprintln!("{cuts} of {CUTS} were cut");

    // Connections go back to the pool in the background; the rollback is on its way then, and each look gives it time.
    if matches!(base.db, Db::Postgres(_)) {
        let mut left = idle_in_transaction(&base).await;
        for _ in 0..200 {
            if left == 0 {
                break;
            }
            tokio::task::yield_now().await;
            left = idle_in_transaction(&base).await;
        }
        assert_eq!(left, 0, "connections are idle in transaction");
    }
    let (held, _) = counted(&base, &scope, "dc_1").await;
    assert!(held >= i64::try_from(CUTS - cuts).unwrap(), "a hold that was answered is there");
    // No lock is left either.
    assert!(take_hold(&base.db, &scope, "dc_1", "rd_last").await);
    assert_eq!(counted(&base, &scope, "dc_1").await.0, held + 1);
}
