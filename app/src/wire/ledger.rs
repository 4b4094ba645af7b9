//! What the screens of the ledger are drawn from: a code's redemptions, what happened, and what the checks found. As everywhere, moments
//! and sentences come written.

use super::api::Redemption;
use super::screens::When;
pub use crate::domain::activity::Topic;
use crate::domain::redemption::State;
use serde::{Deserialize, Serialize};

/// What a list of a code's redemptions is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RedemptionQuery {
    /// One state; none: all.
    pub state: Option<State>,
    /// Older than this id.
    pub after: Option<String>,
    /// Newer than this id.
    pub before: Option<String>,
}

/// What an open page asks for again and again: whatever changes a code's redemptions changes this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// In open checkouts.
    pub held: i64,
    /// Used for good.
    pub redeemed: i64,
    /// Milliseconds: when the code was last counted or changed.
    pub changed_at: i64,
}

/// A page of redemptions, 20 to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RedemptionPage {
    /// Newest first.
    pub rows: Vec<RedemptionView>,
    /// Cursor for the newer page (`before`), if there is one.
    pub previous: Option<String>,
    /// Cursor for the older page (`after`), if there is one.
    pub next: Option<String>,
    /// What the page was read at: once it is another one, there is more to see.
    pub usage: Usage,
    /// The last 30 days in the owner's zone, the oldest first; the last one is today.
    pub chart: Vec<UsageDay>,
    /// The owner's zone, IANA name.
    pub zone: String,
}

/// One redemption, with its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RedemptionView {
    /// As in the API.
    pub redemption: Redemption,
    /// What happened to it, the oldest first.
    pub way: Vec<StepView>,
    /// Until when its hold stands at the latest: its session's end, or its own.
    pub until: Option<When>,
    /// The session's page in Stripe's dashboard.
    pub session_url: Option<String>,
    /// Whether the owner can end its checkout now and get the hold back.
    pub can_end: bool,
}

/// A step of a redemption's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// The state that it led to.
    pub state: State,
    /// What happened, in words.
    pub words: String,
    /// When.
    pub at: When,
}

/// A day of a code: what was held, redeemed and released on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDay {
    /// `21 Nov`.
    pub label: String,
    /// Holds taken on this day that still stand.
    pub held: i64,
    /// Redeemed on this day.
    pub redeemed: i64,
    /// Released on this day.
    pub released: i64,
}

/// What a page of activity is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityQuery {
    /// One topic; none: all.
    pub topic: Option<Topic>,
    /// Older than this id.
    pub after: Option<String>,
    /// Newer than this id.
    pub before: Option<String>,
}

/// A page of what happened, 50 to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityPage {
    /// Newest first.
    pub rows: Vec<ActivityView>,
    /// Cursor for the newer page (`before`), if there is one.
    pub previous: Option<String>,
    /// Cursor for the older page (`after`), if there is one.
    pub next: Option<String>,
    /// The last check of the counts; none before the first.
    pub ledger: Option<LedgerView>,
    /// The owner's zone, IANA name.
    pub zone: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityView {
    /// `act_…`.
    pub id: String,
    /// What it is about.
    pub topic: Topic,
    /// What happened, one sentence.
    pub words: String,
    /// More, where there is more to say: one sentence a line; may be empty.
    pub detail: String,
    /// Where it is to be seen: an address in the dashboard.
    pub link: Option<String>,
    /// Whether something is wrong with it.
    pub wrong: bool,
    /// When.
    pub at: When,
}

/// What the last check of the counts found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerView {
    /// When it ended.
    pub at: When,
    /// Codes that were compared with their redemptions.
    pub codes: i64,
    /// Sessions that were compared with Stripe's.
    pub sessions: i64,
    /// What did not agree, one sentence each, at most 20; empty where all is right.
    pub differences: Vec<String>,
    /// How many did not agree.
    pub wrong: i64,
    /// Why sessions were not compared, if they were not: Stripe was away, or may not be asked.
    pub unasked: Option<String>,
}
