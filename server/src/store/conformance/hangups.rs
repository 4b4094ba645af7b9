//! A request that is cut off, wherever it was: no connection stays in its transaction, and nothing half done stays in the data.
//!
//! One gap is sqlx's (0.9): on PostgreSQL a transaction that is cut while BEGIN is on its way stays open at the server until its
//! connection is used for the next one. The edge runs its requests detached, so that none is cut; here the gap is held to just that.

use super::super::Db;
use super::super::query::all;
use super::engine::Base;
use super::fixtures::{counted, insert_hold, new_code, put, shop, take_hold};
use crate::scope::Scope;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use tokio::task::JoinSet;

/// So many are cut at once.
const CUTS: usize = 150;
/// More polls than a hold takes on either engine.
const POLLS: usize = 25;

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

/// Connections that are idle in transaction, as another process sees it. A rollback is sent in the background when its connection goes
/// back to the pool: each look gives it time.
async fn idle_in_transaction(base: &Base, watcher: &Db) -> i64 {
    if matches!(base.db, Db::Sqlite { .. }) {
        return 0; // There is one writer: a transaction that stayed open would stop the next one.
    }
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let mut left = i64::MAX;
    for _ in 0..200 {
        tokio::task::yield_now().await;
        left = all!(watcher.reader().await.unwrap().conn(), (i64,), sql).unwrap()[0].0;
        if left == 0 {
            break;
        }
    }
    left
}

/// A hold that tells when its transaction has begun.
async fn hold(db: &Db, scope: &Scope, redemption: &str, begun: &AtomicBool) {
    let mut tx = db.begin().await.unwrap();
    begun.store(true, Ordering::Relaxed);
    tx.at(scope).hold("dc_1", 1, "coupon_1", 1).await.unwrap().unwrap();
    insert_hold(tx.at(scope), "dc_1", redemption).await;
    tx.commit().await.unwrap();
}

/// Uses every connection of the pool for a transaction, all at the same time: what sqlx left open ends with it.
async fn use_every_connection(base: &Base) {
    let Db::Postgres { pool, .. } = &base.db else { return };
    let mut open = Vec::new();
    for _ in 0..pool.size() {
        open.push(base.db.begin().await.unwrap());
    }
    for tx in open {
        tx.commit().await.unwrap();
    }
}

pub(super) async fn one_after_the_other(base: Base) {
    let scope = shop(&base).await;
    let watcher = base.second_process().await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let (mut cuts, mut ends) = (0, 0);
    for n in 0..2 * POLLS {
        let begun = AtomicBool::new(false);
        let end = cut(hold(&base.db, &scope, &format!("rd_{n}"), &begun), n % POLLS).await;
        let left = idle_in_transaction(&base, &watcher).await;
        if begun.into_inner() {
            assert_eq!(left, 0, "cut after {} polls", n % POLLS);
            cuts += i32::from(end.is_none());
        } else if left > 0 {
            use_every_connection(&base).await;
            assert_eq!(idle_in_transaction(&base, &watcher).await, 0, "the next transaction ends what BEGIN left");
        }
        ends += i64::from(end.is_some());
        assert!(counted(&base, &scope, "dc_1").await.0 >= ends, "a hold that was answered is there");
    }
    assert!(cuts > 0 && ends > 0, "{cuts} were cut in their transaction, {ends} came to their end");
    watcher.close().await;
}

pub(super) async fn many_at_once(base: Base) {
    let scope = shop(&base).await;
    let watcher = base.second_process().await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..CUTS {
        let (base, scope) = (base.clone(), scope.clone());
        tasks.spawn(async move { cut(take_hold(&base.db, &scope, "dc_1", &format!("rd_{n}")), n % POLLS).await });
    }
    let ended = tasks.join_all().await;
    let cuts = ended.iter().filter(|end| end.is_none()).count();
    assert!(cuts > 0, "nothing was cut");
    use_every_connection(&base).await;
    assert_eq!(idle_in_transaction(&base, &watcher).await, 0);
    let (held, _) = counted(&base, &scope, "dc_1").await;
    assert!(held >= i64::try_from(CUTS - cuts).unwrap(), "a hold that was answered is there");
    // No lock is left either.
    assert!(take_hold(&watcher, &scope, "dc_1", "rd_last").await);
    assert_eq!(counted(&base, &scope, "dc_1").await.0, held + 1);
    watcher.close().await;
}
