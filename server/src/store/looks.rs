//! Looks that are shared. What a single row costs is mostly the way to the database and back: to another process, or to the thread that runs
//! SQLite. Whoever asks what many ask (who calls? what is this code?) while others are being answered waits for the next look, together
//! with all who came meanwhile: one statement answers all of them.
//!
//! A look begins after the question was asked, so that nobody is told of something older. Where the database cannot be reached, all who wait
//! hear so; where a row cannot be read, each is looked for alone, and one owner's trouble stays theirs.

use super::db::{PATIENCE, Reader};
use super::{Conn, Db, Result, StoreError};
use futures::FutureExt;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Questions of one look at most.
const MOST: usize = 64;
/// Looks of a kind that are under way at the same time: one is on its way while another one's answers are handed out.
const AT_ONCE: usize = 1;

/// What many ask at the same time.
pub(crate) trait Question: Send + Sync + Sized + 'static {
    /// What is found.
    type Answer: Send + 'static;

    /// Where those wait who ask it.
    fn queue(looks: &Looks) -> &Queue<Self>;

    /// Its parts in the order in which the statement takes them: checked text.
    fn parts(&self) -> Vec<Option<&str>>;

    /// What is found for a list of questions: a JSON array that has an array of parts for each.
    fn find<'c>(conn: Conn<'c>, list: &'c str) -> BoxFuture<'c, Result<Vec<Numbered<Self::Answer>>>>;
}

/// An answer with the place of its question in the list, from 0.
#[derive(sqlx::FromRow)]
pub(crate) struct Numbered<A> {
    n: i64,
    #[sqlx(flatten)]
    answer: A,
}

/// SQL: the questions as a table `a` with their place `n` and these parts, each as it is taken out of `value`. On PostgreSQL text is to have
/// the collation of the columns that it is compared with, or no index is used; and a table that is looked into for each question is joined by
/// `LATERAL` with a limit, or it may be read as a whole.
macro_rules! asked {
    (sqlite: $parts:expr) => {
        concat!("(SELECT key AS n, ", $parts, " FROM json_each($1)) AS a")
    };
    (postgres: $parts:expr) => {
        concat!(
            "(SELECT place - 1 AS n, ",
            $parts,
            " FROM json_array_elements(CAST($1 AS JSON)) WITH ORDINALITY AS list (value, place)) AS a"
        )
    };
}

/// All rows that the statement of an engine finds for a list.
macro_rules! found {
    ($conn:expr, $list:expr, sqlite: $sqlite:expr, postgres: $postgres:expr) => {
        Box::pin(async move {
            let rows = match $conn {
                $crate::store::Conn::Sqlite(conn) => {
                    sqlx::query_as::<sqlx::Sqlite, _>($sqlite).bind($list).fetch_all(conn).await
                }
                $crate::store::Conn::Postgres(conn) => {
                    sqlx::query_as::<sqlx::Postgres, _>($postgres).bind($list).fetch_all(conn).await
                }
            };
            rows.map_err($crate::store::StoreError::from)
        })
    };
}

pub(super) use {asked, found};

/// Who asks, by kind.
#[derive(Clone, Default)]
pub(crate) struct Looks {
    pub(super) keys: Queue<super::KeyQuestion>,
    pub(super) codes: Queue<super::CodeQuestion>,
    pub(super) facts: Queue<super::FactsQuestion>,
}

type Answered<Q> = Result<Option<<Q as Question>::Answer>>;

struct Asked<Q: Question> {
    question: Q,
    answer: oneshot::Sender<Answered<Q>>,
}

/// Those who ask questions of one kind.
pub(crate) struct Queue<Q: Question>(Arc<Mutex<Waiting<Q>>>);

struct Waiting<Q: Question> {
    asked: VecDeque<Asked<Q>>,
    at_work: usize,
}

impl<Q: Question> Clone for Queue<Q> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q: Question> Default for Queue<Q> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Waiting { asked: VecDeque::new(), at_work: 0 })))
    }
}

impl<Q: Question> Queue<Q> {
    /// True: too few look, and one more has to.
    fn put(&self, asked: Asked<Q>) -> bool {
        let mut waiting = self.0.lock();
        waiting.asked.push_back(asked);
        let more = waiting.at_work < AT_ONCE;
        waiting.at_work += usize::from(more);
        more
    }

    /// False: nobody waits, and one less looks.
    fn goes_on(&self) -> bool {
        let mut waiting = self.0.lock();
        let somebody = !waiting.asked.is_empty();
        waiting.at_work -= usize::from(!somebody);
        somebody
    }

    /// Those who wait still, so many at most.
    fn take(&self, most: usize) -> Vec<Asked<Q>> {
        let mut waiting = self.0.lock();
        let count = waiting.asked.len().min(most);
        waiting.asked.drain(..count).filter(|asked| !asked.answer.is_closed()).collect()
    }
}

impl Db {
    /// What is there for a question, seen no earlier than now, in a look that others may share.
    pub(crate) async fn look<Q: Question>(&self, question: Q) -> Answered<Q> {
        let (answer, answered) = oneshot::channel();
        if Q::queue(self.looks()).put(Asked { question, answer }) {
            tokio::spawn(look_for_all::<Q>(self.clone()));
        }
        // Without an answer: the look panicked, or the process is ending.
        answered.await.unwrap_or(Err(StoreError::Unanswered))
    }

    fn looks(&self) -> &Looks {
        match self {
            Self::Sqlite { looks, .. } | Self::Postgres { looks, .. } => looks,
        }
    }
}

/// Looks until nobody waits.
async fn look_for_all<Q: Question>(db: Db) {
    let queue = Q::queue(db.looks());
    while queue.goes_on() {
        let mut reader = match db.reader().await {
            Ok(reader) => reader,
            Err(error) => {
                // Whoever came meanwhile has waited for the same.
                hand_out(queue.take(usize::MAX), Err(error));
                continue;
            }
        };
        // Others have come while the connection was waited for.
        let group = queue.take(MOST);
        // A panic is the end of this look alone: those who share it hear that there is no answer.
        let Ok(found) = AssertUnwindSafe(look_for(&mut reader, &group)).catch_unwind().await else { continue };
        match found {
            // A row that cannot be read is the trouble of whoever asked for it.
            Err(error) if group.len() > 1 && !is_elsewhere(&error) => {
                for asked in group {
                    let one = [asked];
                    let found = look_for(&mut reader, &one).await;
                    hand_out(one.into(), found);
                }
            }
            found => hand_out(group, found),
        }
    }
}

/// Whether it is the trouble of the way to the database, and of whoever goes it.
fn is_elsewhere(error: &StoreError) -> bool {
    use sqlx::Error::{ColumnDecode, Database, Decode};
    !matches!(error, StoreError::Corrupt { .. } | StoreError::Database(ColumnDecode { .. } | Decode(_) | Database(_)))
}

async fn look_for<Q: Question>(reader: &mut Reader, group: &[Asked<Q>]) -> Result<Vec<Numbered<Q::Answer>>> {
    let parts: Vec<_> = group.iter().map(|asked| asked.question.parts()).collect();
    let list = serde_json::Value::from(parts).to_string();
    let found = tokio::time::timeout(PATIENCE, Q::find(reader.conn(), &list)).await;
    // Too late for everybody.
    found.unwrap_or(Err(StoreError::Unanswered))
}

fn hand_out<Q: Question>(group: Vec<Asked<Q>>, found: Result<Vec<Numbered<Q::Answer>>>) {
    match found {
        Ok(found) => {
            let mut answers: Vec<_> = group.iter().map(|_| None).collect();
            for Numbered { n, answer } in found {
                if let Some(place) = usize::try_from(n).ok().and_then(|n| answers.get_mut(n)) {
                    *place = Some(answer);
                }
            }
            for (asked, answer) in group.into_iter().zip(answers) {
                // Whoever has left does not mind.
                let _ = asked.answer.send(Ok(answer));
            }
        }
        Err(error) => {
            let why = Arc::new(error);
            for asked in group {
                let _ = asked.answer.send(Err(StoreError::Shared(why.clone())));
            }
        }
    }
}
