//! Commits that are shared: one unit's failure is its own, and nobody is answered before what they wrote is durable.

use super::super::query::execute;
use super::super::{Db, Row, StoreError, Tx};
use super::engine::Base;
use super::fixtures::{T, at_most, counted, get, insert_hold, new_code, put, shop, take_hold};
use crate::scope::Scope;
use crate::store::NewCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;

/// All in one lane, so that both engines group.
const LANE: Row<'_> = Row::Code("dc_1");

#[derive(Debug)]
enum Refused {
    SoldOut,
    Fault,
    Store,
}

impl From<StoreError> for Refused {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

/// A hold as a unit; one with `fault` is written and then refused.
async fn hold(db: Db, scope: Scope, id: String, fault: bool) -> Result<(), Refused> {
    db.write(LANE, move |tx| Box::pin(write_hold(tx, scope, id, fault))).await
}

async fn write_hold(tx: &mut Tx, scope: Scope, id: String, fault: bool) -> Result<(), Refused> {
    if tx.at(&scope).hold("dc_1", 1, "coupon_1", T).await?.is_none() {
        return Err(Refused::SoldOut);
    }
    insert_hold(tx.at(&scope), "dc_1", &id).await;
    if fault { Err(Refused::Fault) } else { Ok(()) }
}

/// Holds the lane's worker with a unit that has begun, so that all that come meanwhile are in one group; ends when told.
async fn stopper(db: &Db, go_on: &Arc<Semaphore>) -> tokio::task::JoinHandle<Result<(), StoreError>> {
    let (begun, go_on, db) = (Arc::new(Semaphore::new(0)), go_on.clone(), db.clone());
    let told = begun.clone();
    let task = tokio::spawn(async move {
        db.write(LANE, move |_| {
            Box::pin(async move {
                told.add_permits(1);
                go_on.acquire().await.unwrap().forget();
                Ok(())
            })
        })
        .await
    });
    begun.acquire().await.unwrap().forget();
    task
}

/// Polls once, which is when a unit takes its place in the lane.
async fn in_place<T: Send + 'static>(tasks: &mut JoinSet<T>, unit: impl Future<Output = T> + Send + 'static) {
    let (placed, is_placed) = oneshot::channel();
    tasks.spawn(async move {
        let mut unit = Box::pin(unit);
        let first = futures::poll!(&mut unit);
        placed.send(()).unwrap();
        match first {
            Poll::Ready(done) => done,
            Poll::Pending => unit.await,
        }
    });
    is_placed.await.unwrap();
}

/// Twenty in one group, of which every third fails after it has written: the others' holds stand, and theirs are nowhere.
pub(super) async fn a_failing_unit_is_undone_alone(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let go_on = Arc::new(Semaphore::new(0));
    let first = stopper(&base.db, &go_on).await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        in_place(&mut tasks, hold(base.db.clone(), scope.clone(), format!("rd_{n}"), n % 3 == 1)).await;
    }
    go_on.add_permits(1);
    first.await.unwrap().unwrap();
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 13);
    assert_eq!(done.iter().filter(|done| matches!(done, Err(Refused::Fault))).count(), 7);
    assert_eq!(counted(&base, &scope, "dc_1").await, (13, 0));
    for n in 0..20 {
        let there = get!(base, &scope, redemption(&format!("rd_{n}"))).is_some();
        assert_eq!(there, n % 3 != 1, "rd_{n}");
    }
}

/// A panic ends its own unit; its caller hears that there is no answer, and nothing of it is there.
pub(super) async fn a_panic_is_its_own(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let go_on = Arc::new(Semaphore::new(0));
    let first = stopper(&base.db, &go_on).await;
    let mut tasks = JoinSet::new();
    in_place(&mut tasks, hold(base.db.clone(), scope.clone(), "rd_1".into(), false)).await;
    let (db, of, mut panics) = (base.db.clone(), scope.clone(), JoinSet::new());
    let panicking = async move {
        db.write::<(), StoreError, _>(LANE, move |tx| {
            Box::pin(async move {
                tx.at(&of).hold("dc_1", 1, "coupon_1", T).await?;
                panic!("on purpose");
            })
        })
        .await
    };
    in_place(&mut panics, panicking).await;
    in_place(&mut tasks, hold(base.db.clone(), scope.clone(), "rd_2".into(), false)).await;
    go_on.add_permits(1);
    first.await.unwrap().unwrap();
    assert!(matches!(panics.join_all().await[..], [Err(StoreError::Unanswered)]));
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    assert_eq!(counted(&base, &scope, "dc_1").await, (2, 0));
}

/// While a group is not committed nobody of it has an answer, and when its commit fails nobody has had one.
pub(super) async fn nobody_is_answered_before_the_commit(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&NewCode { limits: at_most(2), ..new_code("dc_1", "SPRING") })).unwrap();
    let go_on = Arc::new(Semaphore::new(0));
    let first = stopper(&base.db, &go_on).await;
    let mut tasks = JoinSet::new();
    for n in 0..3 {
        in_place(&mut tasks, hold(base.db.clone(), scope.clone(), format!("rd_{n}"), false)).await;
    }
    // The last of the group ends its transaction behind everybody's back, so that the commit cannot come to pass.
    let (answered, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
    let (look, note, db, mut breaks) = (answered.clone(), seen.clone(), base.db.clone(), JoinSet::new());
    let breaking = async move {
        db.write::<(), StoreError, _>(LANE, move |tx| {
            Box::pin(async move {
                note.store(look.load(Ordering::SeqCst), Ordering::SeqCst);
                // Ends the transaction on SQLite; on PostgreSQL its connection goes with it.
                let end = match tx {
                    Tx::Sqlite(_) => "ROLLBACK",
                    Tx::Postgres(_) => "SELECT pg_terminate_backend(pg_backend_pid())",
                };
                let _gone = execute!(tx.conn(), end);
                Ok(())
            })
        })
        .await
    };
    in_place(&mut breaks, breaking).await;
    go_on.add_permits(1);
    first.await.unwrap().unwrap();
    let mut failed = 0;
    while let Some(done) = tasks.join_next().await {
        answered.fetch_add(1, Ordering::SeqCst);
        failed += usize::from(matches!(done.unwrap(), Err(Refused::Store)));
    }
    assert!(matches!(breaks.join_all().await[..], [Err(StoreError::Shared(_))]));
    assert_eq!(seen.load(Ordering::SeqCst), 0, "somebody was answered before the commit");
    assert_eq!(failed, 3, "the one that was sold out must not hear so from what never was");
    assert_eq!(counted(&base, &scope, "dc_1").await, (0, 0));
    // The next ones find all of it as it was.
    assert!(take_hold(&base.db, &scope, "dc_1", "rd_next").await);
}

/// Callers who leave while they wait: nothing of the others' is lost, and no lane stays closed.
pub(super) async fn who_leaves_breaks_nothing(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let go_on = Arc::new(Semaphore::new(0));
    let first = stopper(&base.db, &go_on).await;
    let (mut stay, mut leave) = (JoinSet::new(), JoinSet::new());
    for n in 0..20 {
        let tasks = if n % 2 == 0 { &mut stay } else { &mut leave };
        in_place(tasks, hold(base.db.clone(), scope.clone(), format!("rd_{n}"), false)).await;
    }
    leave.shutdown().await;
    first.abort();
    go_on.add_permits(1);
    assert!(stay.join_all().await.iter().all(Result::is_ok));
    // Whoever left had taken a place: what was asked is done all the same.
    assert!(hold(base.db.clone(), scope.clone(), "rd_last".into(), false).await.is_ok());
    assert_eq!(counted(&base, &scope, "dc_1").await, (21, 0));
}

/// More than one group's worth, on two pools as of two processes: the limit holds, and nobody is refused while stock is left.
pub(super) async fn the_limit_holds_in_groups(base: Base) {
    let scope = shop(&base).await;
    let other = base.second_process().await;
    put!(base, &scope, insert_code(&NewCode { limits: at_most(150), ..new_code("dc_1", "SPRING") })).unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..300 {
        let (db, scope) = (if n % 2 == 0 { base.db.clone() } else { other.clone() }, scope.clone());
        tasks.spawn(hold(db, scope, format!("rd_{n}"), false));
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 150);
    assert_eq!(done.iter().filter(|done| matches!(done, Err(Refused::SoldOut))).count(), 150);
    assert_eq!(counted(&base, &scope, "dc_1").await, (150, 0));
    other.close().await;
}
