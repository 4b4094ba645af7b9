//! What clients saw: each operation with the moments between which it happened, and what came of it.

use parking_lot::Mutex;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;
use std::time::Instant;

/// A place in the order of all beginnings and ends: the clock of a history.
pub type Moment = u32;

/// What a client did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Makes the code with this limit, or changes its limit.
    Limit(Option<u32>),
    /// Asks for a session (or a hold) under an idempotency key; again under the same one, too.
    Take(String),
    /// A hold's session is paid, or the hold confirmed.
    Pay(String),
    /// A hold's session ends unpaid, or the hold is released.
    Leave(String),
    /// Reads the counts.
    Read,
    /// Everything has come to rest: whatever left before is given back by the end of this.
    Rest,
    /// What changes no count, for whoever reads the history.
    Note(String),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// Done.
    Done,
    /// A session or a hold: which one, and the whole answer.
    Held { hold: String, answer: String },
    /// Refused, as nothing was left: the whole answer.
    Exhausted(String),
    /// Refused for another reason.
    Refused(String),
    /// The counts.
    Counts { held: i64, redeemed: i64 },
    /// No answer, or one of 5xx: it may have happened, or happens later, or never.
    Unknown(String),
}

/// One operation of one client on one code.
#[derive(Clone, Debug)]
pub struct Operation {
    pub client: usize,
    pub code: usize,
    pub call: Call,
    pub came: Came,
    /// It began after this moment.
    pub from: Moment,
    /// It ended before this one; none: nobody saw its end.
    pub to: Option<Moment>,
    /// Milliseconds since the history began, for people.
    pub ms: (u128, u128),
}

/// The end of what is long and random.
fn short(id: &str) -> &str {
    let letters = id.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
    if id.len() > 20 { id.get(letters..).unwrap_or(id) } else { id }
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let to = self.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
        write!(f, "{:>6} to {to:>6}  ({} to {} ms)  client {:<3} ", self.from, self.ms.0, self.ms.1, self.client)?;
        match &self.call {
            Call::Limit(limit) => write!(f, "limit {}", limit.map_or_else(|| "none".to_owned(), |n| n.to_string()))?,
            Call::Take(key) => write!(f, "take under {key}")?,
            Call::Pay(hold) => write!(f, "pay {}", short(hold))?,
            Call::Leave(hold) => write!(f, "leave {}", short(hold))?,
            Call::Read => write!(f, "read")?,
            Call::Rest => write!(f, "rest")?,
            Call::Note(note) => write!(f, "{note}")?,
        }
        match &self.came {
            Came::Done => write!(f, ": done"),
            Came::Held { hold, .. } => write!(f, ": held {}", short(hold)),
            Came::Exhausted(_) => write!(f, ": refused, exhausted"),
            Came::Refused(why) => write!(f, ": refused, {why}"),
            Came::Counts { held, redeemed } => write!(f, ": {held} held, {redeemed} redeemed"),
            Came::Unknown(why) => write!(f, ": unknown ({why})"),
        }
    }
}

/// Writes a history down while it happens; clones write the same one.
#[derive(Clone)]
pub struct Recorder(Arc<(Instant, Mutex<Record>)>);

#[derive(Default)]
struct Record {
    moment: Moment,
    operations: Vec<Operation>,
}

impl Record {
    fn tick(&mut self) -> Moment {
        self.moment += 1;
        self.moment
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self(Arc::new((Instant::now(), Mutex::default())))
    }
}

/// An operation that has begun.
#[derive(Clone, Copy, Debug)]
pub struct Begun(usize);

impl Recorder {
    /// To be called before the first byte leaves. What never ends stays unknown.
    pub fn begin(&self, client: usize, code: usize, call: Call) -> Begun {
        let ms = self.0.0.elapsed().as_millis();
        let mut record = self.0.1.lock();
        let from = record.tick();
        let came = Came::Unknown("it never ended".to_owned());
        record.operations.push(Operation { client, code, call, came, from, to: None, ms: (ms, ms) });
        Begun(record.operations.len() - 1)
    }

    /// To be called after the last byte came.
    pub fn end(&self, begun: Begun, came: Came) {
        let ms = self.0.0.elapsed().as_millis();
        let mut record = self.0.1.lock();
        let moment = record.tick();
        let operation = &mut record.operations[begun.0];
        operation.to = Some(moment);
        operation.ms.1 = ms;
        operation.came = came;
    }

    /// All of it so far, in the order in which it began.
    pub fn operations(&self) -> Vec<Operation> {
        self.0.1.lock().operations.clone()
    }
}
