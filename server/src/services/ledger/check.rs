//! The check: counters beside their rows, redemptions beside their checkouts, and checkouts beside Stripe's sessions. It changes nothing.
//! What looks wrong is looked at again before it is said, so that what is only on its way is no difference.

use super::sessions::Asked;
use crate::scope::Scope;
use crate::services::Services;
use crate::services::when::{Writing, when};
use crate::store::{CheckRow, LedgerRow, Tx};
use app::domain::activity::{Detail, Kind};
use app::domain::ledger::{Difference, Fault, Found, Kept, judge_counts, judge_redemption, last_cause};
use app::domain::problem::Problem;
use app::domain::redemption::State;
use app::wire::ledger::LedgerView;
use std::collections::BTreeSet;
use std::time::Duration;

/// Codes that are compared in one look.
const CODES: i64 = 500;
/// Redemptions or checkouts that are compared in one look.
const ROWS: i64 = 2_000;
/// Differences that are kept by name; all are counted.
const KEPT: usize = 500;
/// Differences that are shown.
const SHOWN: usize = 20;
/// What activity is about that is about no single code.
const SUBJECT: &str = "ledger";

/// How long a check may take of Stripe's time, and how long what heals by itself may take to.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For listing sessions.
    pub listing: Duration,
    /// What was paid or ended at Stripe is counted within this, also without events.
    pub settling: Duration,
}

impl Patience {
    /// Nobody waits.
    pub const BACKGROUND: Self = Self { listing: Duration::from_secs(300), settling: Duration::from_secs(20) };
    /// Somebody looks at a page meanwhile.
    pub const WAITING: Self = Self { listing: Duration::from_secs(8), settling: Duration::from_secs(15) };
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Codes that were compared with their redemptions.
    pub codes: i64,
    /// Sessions that were compared with Stripe's.
    pub sessions: i64,
    /// What does not agree.
    pub found: Vec<Found>,
    /// The codes whose counters do not agree with their rows.
    pub miscounted: Vec<String>,
    /// Why sessions were not compared, if they were not.
    pub unasked: Option<String>,
    /// What an earlier check found at Stripe and still can be so: Stripe could not be asked now.
    pub carried: Vec<Found>,
}

impl Services {
    /// Compares everything of a tenant now. Writes nothing.
    pub async fn check_of(&self, scope: &Scope, patience: Patience) -> Result<Checked, Problem> {
        let mut checked = Checked::default();
        let mut differences = self.check_counts(scope, &mut checked).await?;
        differences.extend(self.check_redemptions(scope).await?);
        differences.extend(self.check_holders(scope).await?);
        let mut earlier = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).ledger_check().await?.map(|row| found_in(&row)).unwrap_or_default()
        };
        earlier.retain(|found| found.at_stripe);
        match self.check_sessions(scope, patience, &earlier).await? {
            Asked::Compared { sessions, differences: at_stripe, unasked } => {
                checked.sessions = sessions;
                checked.unasked = unasked;
                differences.extend(at_stripe);
            }
            Asked::Not { why, carried } => {
                checked.unasked = Some(why);
                checked.carried = carried;
            }
        }
        checked.found = differences.iter().map(Difference::found).collect();
        Ok(checked)
    }

    async fn check_counts(&self, scope: &Scope, checked: &mut Checked) -> Result<Vec<Difference>, Problem> {
        let mut differences = Vec::new();
        let mut after = String::new();
        loop {
            let rows = {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).counts_after(&after, CODES).await?
            };
            let Some(last) = rows.last() else { return Ok(differences) };
            after.clone_from(&last.id);
            checked.codes += i64::try_from(rows.len()).unwrap_or(0);
            for row in &rows {
                let judge = |row: &crate::store::CountRow| {
                    judge_counts((row.held, row.redeemed), (row.rows_held, row.rows_redeemed))
                };
                if judge(row).is_none() {
                    continue;
                }
                let again = {
                    let mut reader = self.0.db.reader().await?;
                    reader.at(scope).counts_of(&row.id).await?
                };
                if let Some(fault) = again.as_ref().and_then(judge) {
                    checked.miscounted.push(row.id.clone());
                    differences.push(Difference { fault, code: row.code.clone(), id: row.id.clone(), beside: None });
                }
            }
        }
    }

    async fn check_redemptions(&self, scope: &Scope) -> Result<Vec<Difference>, Problem> {
        let mut differences = Vec::new();
        let mut after = String::new();
        loop {
            let rows = {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).redemptions_beside_checkouts(&after, ROWS).await?
            };
            let Some(last) = rows.last() else { return Ok(differences) };
            after.clone_from(&last.id);
            for row in &rows {
                if fault_of(row, self.now())?.is_none() {
                    continue;
                }
                let again = {
                    let mut reader = self.0.db.reader().await?;
                    reader.at(scope).redemption_beside_checkout(&row.id).await?
                };
                if let Some(row) = again
                    && let Some(fault) = fault_of(&row, self.now())?
                {
                    let code = self.code_text_of(scope, &row.discount_code_id).await?;
                    differences.push(Difference { fault, code, id: row.id, beside: row.checkout_id });
                }
            }
        }
    }

    /// Open checkouts whose redemption is not there.
    async fn check_holders(&self, scope: &Scope) -> Result<Vec<Difference>, Problem> {
        let mut differences = Vec::new();
        let mut after = String::new();
        loop {
            let rows = {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).open_holders_after(&after, ROWS).await?
            };
            let Some(last) = rows.last() else { return Ok(differences) };
            after.clone_from(&last.id);
            for row in rows.into_iter().filter(|row| row.state.is_none()) {
                let code = {
                    let mut reader = self.0.db.reader().await?;
                    reader.at(scope).checkout(&row.id).await?.and_then(|row| row.discount_code_id)
                };
                let code = self.code_text_of(scope, code.as_deref().unwrap_or_default()).await?;
                differences.push(Difference { fault: Fault::HoldMissing, code, id: row.id, beside: row.session_id });
            }
        }
    }

    /// A code's text; its id where it is not there.
    pub(super) async fn code_text_of(&self, scope: &Scope, id: &str) -> Result<String, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).code(id).await?.map_or_else(|| id.to_owned(), |row| row.code))
    }

    /// Checks, keeps what was found, and tells of it where it is another than the last time.
    pub(super) async fn check_and_keep(&self, scope: &Scope, patience: Patience) -> Result<CheckRow, Problem> {
        let checked = self.check_of(scope, patience).await?;
        loop {
            let mut tx = self.0.db.begin().await?;
            let before = tx.at(scope).ledger_check().await?;
            let (row, now_found) = kept(&checked, self.now())?;
            if !tx.at(scope).put_ledger_check(&row, before.as_ref().map(|row| row.checked_at)).await? {
                // Another check has ended meanwhile: what is new is new beside that one.
                continue;
            }
            self.tell_change(&mut tx, scope, before.as_ref(), &row, &now_found).await?;
            tx.commit().await?;
            return Ok(row);
        }
    }

    async fn tell_change(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        before: Option<&CheckRow>,
        row: &CheckRow,
        found: &[Found],
    ) -> Result<(), Problem> {
        let earlier = before.map(found_in).unwrap_or_default();
        let keys = |found: &[Found]| found.iter().map(|found| found.key.clone()).collect::<BTreeSet<_>>();
        if keys(&earlier) == keys(found) {
            return Ok(());
        }
        let kind = if found.is_empty() { Kind::LedgerRight } else { Kind::LedgerWrong };
        if kind == Kind::LedgerWrong {
            tracing::error!(workspace = %scope.workspace, mode = %scope.mode, wrong = row.wrong, first = %found[0].words, "a check of the counts found what does not agree");
        }
        let more = found.iter().take(SHOWN).map(|found| found.words.clone()).collect();
        let detail = Detail { what: row.wrong.to_string(), more, ..Detail::default() };
        self.note_activity(tx, scope, kind, SUBJECT, &detail).await
    }
}

fn fault_of(row: &LedgerRow, now: i64) -> Result<Option<Fault>, Problem> {
    let state = State::parse(&row.state)
        .ok_or_else(|| crate::services::error::internal("a redemption has an unknown state", &row.state))?;
    let kept = Kept {
        state,
        last: last_cause(&row.history),
        expires_at: row.expires_at,
        of_checkout: row.checkout_id.is_some(),
        step: row.step.as_deref(),
        current: row.current.as_deref() == Some(row.id.as_str()),
    };
    Ok(judge_redemption(&kept, now))
}

fn found_in(row: &CheckRow) -> Vec<Found> {
    serde_json::from_str(&row.found).unwrap_or_default()
}

/// What is kept of a check. Where Stripe was not asked, what it said the last time stands as long as it can be so.
fn kept(checked: &Checked, now: i64) -> Result<(CheckRow, Vec<Found>), Problem> {
    let mut found = checked.found.clone();
    found.extend(checked.carried.iter().cloned());
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found.dedup_by(|a, b| a.key == b.key);
    let wrong = i64::try_from(found.len()).unwrap_or(i64::MAX);
    found.truncate(KEPT);
    let row = CheckRow {
        checked_at: now,
        codes: checked.codes,
        sessions: checked.sessions,
        wrong,
        found: crate::services::connection::to_json(&found)?,
        unasked: checked.unasked.clone(),
    };
    Ok((row, found))
}

/// The last check as the screens show it.
pub(super) fn view(row: &CheckRow, writing: &Writing) -> LedgerView {
    LedgerView {
        at: when(row.checked_at, writing),
        codes: row.codes,
        sessions: row.sessions,
        differences: found_in(row).into_iter().take(SHOWN).map(|found| found.words).collect(),
        wrong: row.wrong,
        unasked: row.unasked.clone(),
    }
}
