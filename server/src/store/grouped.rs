//! Commits that are shared. What makes a commit dear is the disk, and it costs the same for one change as for fifty: whoever wants to
//! write while another commit is on its way waits for the next one, together with all who came meanwhile.
//!
//! A unit of writing is a closure over a transaction. A worker runs all that wait, each behind a savepoint, so that one that fails is
//! rolled back alone; then it commits, and only then is anybody answered, the refused as well: what they were refused for might be what
//! is not durable yet. Where the commit fails, everybody is told so. The worker is a task of its own: who asked may leave, and nobody
//! else notices.
//!
//! A savepoint is a way there and back, to PostgreSQL or to the thread that runs SQLite. A unit that is one call needs none as long as
//! nothing fails: a group of such units runs without, and where one does fail, all of them run once more, each behind its savepoint.
//!
//! On SQLite, where one connection writes, all units share one lane. On PostgreSQL there are a few lanes for each kind of row, and a row
//! has its lane by its name: what is done to one hot row is done in one commit after the other and never waits for its lock, while others
//! go on beside it. Each unit names the one row that it locks beside those that it makes; a group takes them in their order, so that no
//! two groups, of this process or another, wait for each other.

use super::{Db, StoreError, Tx};
use futures::FutureExt;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Units of one commit at most: those who write alone get their turn after so many.
const MOST: usize = 64;
/// Lanes of a kind on PostgreSQL: as many connections may be busy with it at most.
const LANES: u64 = 4;

/// The row that a unit locks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a> {
    /// The count of a discount code, by its id.
    Code(&'a str),
    /// A checkout by its id, and nothing else.
    Checkout(&'a str),
    /// An idempotency key. On PostgreSQL its units share with those of the same key alone: a code's unit may store the answer of another
    /// key, so whoever waits for one must not hold a second.
    Key(&'a str),
    /// An API key by its id.
    ApiKey(&'a str),
    /// This and others besides: on PostgreSQL in a commit of its own.
    Several(&'a str),
}

impl Row<'_> {
    fn lane(self) -> String {
        let (kind, name) = match self {
            Self::Code(name) => ("code", name),
            Self::Checkout(name) => ("checkout", name),
            Self::ApiKey(name) => ("api key", name),
            Self::Key(name) => return format!("key {name}"),
            Self::Several(name) => return name.to_owned(),
        };
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        format!("{kind} {}", hasher.finish() % LANES)
    }

    fn name(self) -> String {
        let (Self::Code(name) | Self::Checkout(name) | Self::Key(name) | Self::ApiKey(name) | Self::Several(name)) =
            self;
        name.to_owned()
    }
}

/// Those who wait in a lane, the first one first.
type Queue = VecDeque<Box<dyn Job>>;

/// Who waits, by lane. A lane that is there has a worker.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Arc<Mutex<HashMap<String, Queue>>>);

/// A unit with somebody who waits for it.
trait Job: Send {
    /// The row that it locks.
    fn row(&self) -> &str;
    /// Whether it may be run once more after the transaction was rolled back.
    fn is_at_once(&self) -> bool;
    /// Runs it; false: what it wrote is to be undone.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool>;
    /// Answers with what came of it: its transaction is durable.
    fn answer(self: Box<Self>);
    /// Answers that nothing of it is there.
    fn fail(self: Box<Self>, why: Arc<StoreError>);
}

struct Waiting<U, T, E> {
    row: String,
    unit: Option<U>,
    /// How to keep one of a unit that may be run once more.
    copy: Option<fn(&U) -> U>,
    outcome: Option<Result<T, E>>,
    asked: oneshot::Sender<Result<T, E>>,
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

impl<U, T, E> Job for Waiting<U, T, E>
where
    U: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn row(&self) -> &str {
        &self.row
    }

    fn is_at_once(&self) -> bool {
        self.copy.is_some()
    }

    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let kept = self.copy.zip(self.unit.as_ref()).map(|(copy, unit)| copy(unit));
            let Some(unit) = std::mem::replace(&mut self.unit, kept) else { return false };
            // A panic is its own unit's end, not that of all others: its caller hears that there is no answer.
            self.outcome = AssertUnwindSafe(async { unit(tx).await }).catch_unwind().await.ok();
            matches!(self.outcome, Some(Ok(_)))
        })
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // Whoever has left does not mind.
            let _ = self.asked.send(outcome);
        }
    }

    fn fail(self: Box<Self>, why: Arc<StoreError>) {
        let _ = self.asked.send(Err(StoreError::Shared(why).into()));
    }
}

impl Db {
    /// Runs a unit of writing in a transaction that it may share with others; answered when it is durable. An error of the unit's undoes
    /// what it wrote, and nothing else. The unit waits for nothing but the database, and locks no row but the one that it names and those
    /// that it makes.
    pub(crate) async fn write<T, E, U>(&self, row: Row<'_>, unit: U) -> Result<T, E>
    where
        U: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.write_with(row, unit, None).await
    }

    /// The same for a unit that is one call of the database beside what it computes. It may be run more than once; what
    /// stands is what it did last.
    pub(crate) async fn write_at_once<T, E, U>(&self, row: Row<'_>, unit: U) -> Result<T, E>
    where
        U: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.write_with(row, unit, Some(U::clone)).await
    }

    async fn write_with<T, E, U>(&self, row: Row<'_>, unit: U, copy: Option<fn(&U) -> U>) -> Result<T, E>
    where
        U: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (asked, answer) = oneshot::channel();
        let (lane, row) = match self {
            Self::Sqlite { .. } => Default::default(),
            Self::Postgres { .. } => (row.lane(), row.name()),
        };
        if self.lanes().put(&lane, Box::new(Waiting { row, unit: Some(unit), copy, outcome: None, asked })) {
            tokio::spawn(work(self.clone(), lane));
        }
        // Without an answer: its unit panicked, or the process is ending.
        answer.await.unwrap_or_else(|_| Err(StoreError::Unanswered.into()))
    }

    fn lanes(&self) -> &Lanes {
        match self {
            Self::Sqlite { lanes, .. } | Self::Postgres { lanes, .. } => lanes,
        }
    }
}

impl Lanes {
    /// True: the lane is new and needs a worker.
    fn put(&self, lane: &str, job: Box<dyn Job>) -> bool {
        let mut lanes = self.0.lock();
        if let Some(waiting) = lanes.get_mut(lane) {
            waiting.push_back(job);
            return false;
        }
        lanes.insert(lane.to_owned(), VecDeque::from([job]));
        true
    }

    /// Those who wait. None: nobody, and the lane has closed.
    fn take(&self, lane: &str, most: usize) -> Option<Vec<Box<dyn Job>>> {
        let mut lanes = self.0.lock();
        let waiting = lanes.get_mut(lane)?;
        if waiting.is_empty() {
            lanes.remove(lane);
            return None;
        }
        let count = waiting.len().min(most);
        Some(waiting.drain(..count).collect())
    }
}

/// Works on a lane until nobody waits there.
async fn work(db: Db, lane: String) {
    while let Some(mut group) = db.lanes().take(&lane, 1) {
        match db.begin().await {
            Ok(tx) => {
                // Others have come while the connection was waited for.
                group.extend(db.lanes().take_more(&lane, MOST - 1));
                // Those of one row keep their order.
                group.sort_by(|one, other| one.row().cmp(other.row()));
                run(&db, tx, group).await;
            }
            Err(error) => fail(group, error),
        }
    }
}

impl Lanes {
    /// Those who wait by now; the lane stays.
    fn take_more(&self, lane: &str, most: usize) -> Vec<Box<dyn Job>> {
        let mut lanes = self.0.lock();
        let Some(waiting) = lanes.get_mut(lane) else { return Vec::new() };
        let count = waiting.len().min(most);
        waiting.drain(..count).collect()
    }
}

/// One commit.
async fn run(db: &Db, mut tx: Tx, mut group: Vec<Box<dyn Job>>) {
    let alone = group.len() == 1;
    if !alone && group.iter().all(|job| job.is_at_once()) {
        if all_well(&mut tx, &mut group).await {
            return end(tx, group).await;
        }
        drop(tx);
        tx = match db.begin().await {
            Ok(tx) => tx,
            Err(error) => return fail(group, error),
        };
    }
    for (number, job) in group.iter_mut().enumerate() {
        if !alone && let Err(error) = tx.savepoint(number == 0).await {
            return fail(group, error);
        }
        if job.run(&mut tx).await {
            continue;
        }
        if alone {
            // Rolled back as a whole.
            drop(tx);
            return group.into_iter().for_each(Job::answer);
        }
        // An error that has ended the whole transaction shows itself here, or at the latest when it is committed.
        if let Err(error) = tx.back_to_savepoint().await {
            return fail(group, error);
        }
    }
    end(tx, group).await;
}

/// Runs all, none behind a savepoint. False: one of them failed, and nothing may stay.
async fn all_well(tx: &mut Tx, group: &mut [Box<dyn Job>]) -> bool {
    for job in group {
        if !job.run(tx).await {
            return false;
        }
    }
    true
}

async fn end(tx: Tx, group: Vec<Box<dyn Job>>) {
    match tx.commit().await {
        Ok(()) => group.into_iter().for_each(Job::answer),
        Err(error) => fail(group, error),
    }
}

fn fail(group: Vec<Box<dyn Job>>, error: StoreError) {
    let why = Arc::new(error);
    group.into_iter().for_each(|job| job.fail(why.clone()));
}
