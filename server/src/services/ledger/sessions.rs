//! Checkouts beside Stripe's sessions: those since the oldest open one, and of the last day at least. Stripe is asked as background work.

use super::check::Patience;
use crate::scope::Scope;
use crate::services::Services;
use crate::services::checkout::META_CHECKOUT;
use crate::services::connection::Link;
use crate::store::HolderRow;
use crate::stripe::{self, PaymentStatus, Session, SessionStatus};
use app::domain::connection::Access;
use app::domain::ledger::{AtStripe, Difference, Fault, Found, Here, LATE_LOOK_MS, can_still_be, judge_session};
use app::domain::problem::{Code, Problem};
use app::domain::redemption::State;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Sessions of so long are looked at whether or not any is open, in milliseconds: nothing that was paid lately is missed.
const LATELY_MS: i64 = 86_400_000;
/// Stripe's clock may be behind ours by so much, in milliseconds.
const CLOCK_SLACK_MS: i64 = 60_000;
/// Pages under one opening of the connection: a key that is replaced meanwhile is not used for long.
const PAGES: usize = 50;
/// Open checkouts in one look.
const ROWS: i64 = 2_000;
/// Differences of an earlier check that are asked for by their sessions.
const EARLIER: usize = 200;
/// No session can be paid for longer, in milliseconds.
const LONGEST_SESSION_MS: i64 = 25 * 60 * 60 * 1000;
/// Where more checkouts are open, a sweep walks through all sessions at a part of the pace: two walks take so many times as long as one
/// listing here.
const VERY_MANY: usize = 2_000;
const TWO_WALKS: u32 = 8;

/// What came of asking.
pub(super) enum Asked {
    /// Compared, as far as the time reached.
    Compared {
        /// Of ours.
        sessions: i64,
        differences: Vec<Difference>,
        /// Why not all.
        unasked: Option<String>,
    },
    /// Nothing was compared.
    Not {
        why: String,
        /// What an earlier check found and still can be so.
        carried: Vec<Found>,
    },
}

/// A session that does not look as it should.
struct Candidate {
    session: String,
    checkout: String,
    fault: Fault,
}

impl Services {
    /// Compares; `earlier` is what the last check found at Stripe.
    pub(super) async fn check_sessions(
        &self,
        scope: &Scope,
        patience: Patience,
        earlier: &[Found],
    ) -> Result<Asked, Problem> {
        let (why, connected) = if self.0.master_keys.is_none() {
            ("Stripe was not asked: CODEMINT_MASTER_KEYS is not set, and it opens the connection.", true)
        } else {
            match self.ask_sessions(scope, patience, earlier).await {
                Ok(Some(asked)) => return Ok(asked),
                Ok(None) => (MAY_NOT, true),
                Err(problem) => match why_not(&problem) {
                    Some(why) => (why, problem.code != Code::StripeNotConnected),
                    None => return Err(problem),
                },
            }
        };
        // What was in an account that is connected no more is not ours to say.
        let carried = if connected { self.still_here(scope, earlier).await? } else { Vec::new() };
        Ok(Asked::Not { why: why.to_owned(), carried })
    }

    /// Of what was found earlier, what still can be so by what is known here: Stripe cannot be asked.
    async fn still_here(&self, scope: &Scope, earlier: &[Found]) -> Result<Vec<Found>, Problem> {
        let mut still = Vec::new();
        for found in earlier {
            if self.earlier(scope, found).await?.is_some() {
                still.push(found.clone());
            }
        }
        Ok(still)
    }

    /// A difference that was found earlier, to be asked for again; none where it cannot be so any more.
    async fn earlier(&self, scope: &Scope, found: &Found) -> Result<Option<Candidate>, Problem> {
        let (Some(fault), Some(session)) = (Fault::of_key(&found.key), found.session.clone()) else { return Ok(None) };
        let id = found.key.split(' ').next().unwrap_or_default();
        let checkout = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).redemption(id).await?.and_then(|row| row.checkout_id)
        };
        let Some(checkout) = checkout else { return Ok(None) };
        let Some(row) = self.holder_of(scope, &checkout).await? else { return Ok(None) };
        let over = fault.while_open() && self.now() - row.created_at > LONGEST_SESSION_MS;
        let can = !over && can_still_be(fault, &self.here(&row, &session));
        Ok(can.then_some(Candidate { session, checkout, fault }))
    }

    /// None where the connection may not read sessions.
    async fn ask_sessions(
        &self,
        scope: &Scope,
        patience: Patience,
        earlier: &[Found],
    ) -> Result<Option<Asked>, Problem> {
        let began = Instant::now();
        let mut missing = self.open_sessions(scope).await?;
        let very_many = missing.len() > VERY_MANY;
        let mut unseen: HashMap<&str, &Found> =
            earlier.iter().filter_map(|found| Some((found.session.as_deref()?, found))).collect();
        let mut link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
        if link.permissions.checkout_sessions < Access::Read {
            return Ok(None);
        }
        let oldest = missing.values().map(|row| row.created_at).min().unwrap_or(i64::MAX);
        let since = oldest.min(self.now() - LATELY_MS) - CLOCK_SLACK_MS;
        let (mut sessions, mut candidates, mut unasked) = (0, Vec::new(), None);
        let mut after: Option<String> = None;
        for number in 1_usize.. {
            let listed = link.stripe(&self.0.stripe).list_sessions(since / 1000, after.as_deref(), 100).await;
            let page = match listed {
                Ok(page) => page,
                Err(error) => return Err(self.stripe_problem(&link, error, "checkout_session_read").await),
            };
            after = page.data.last().map(|session| session.id.clone());
            for session in &page.data {
                missing.remove(&session.id);
                unseen.remove(session.id.as_str());
                sessions += i64::from(self.look_at(scope, session, &mut candidates).await?);
            }
            if !page.has_more || after.is_none() {
                break;
            }
            if began.elapsed() > patience.listing {
                unasked = Some(
                    "There are more sessions at Stripe than could be asked for in the time; the newest were compared."
                        .to_owned(),
                );
                missing.clear();
                break;
            }
            if number % PAGES == 0 {
                link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
            }
        }
        // One of an earlier connection may be in another account, which can no longer be asked.
        missing.retain(|_, row| row.generation == link.generation);
        candidates.extend(missing.into_iter().map(|(session, row)| Candidate {
            session,
            checkout: row.id,
            fault: Fault::NotAtStripe,
        }));
        // What was not listed for want of time is asked for by its id, where something was wrong with it.
        if unasked.is_some() {
            for found in unseen.into_values().take(EARLIER) {
                candidates.extend(self.earlier(scope, found).await?);
            }
        }
        let took = began.elapsed();
        let wait = settling(patience, very_many, took);
        if wait.is_none() {
            candidates.retain(|candidate| !candidate.fault.heals());
        }
        tracing::debug!(candidates = candidates.len(), ?took, "sessions are asked for once more");
        let differences = self.confirm(scope, candidates, wait.unwrap_or_default()).await?;
        Ok(Some(Asked::Compared { sessions, differences, unasked }))
    }

    /// The sessions of our open checkouts, by their ids.
    async fn open_sessions(&self, scope: &Scope) -> Result<HashMap<String, HolderRow>, Problem> {
        let mut open = HashMap::new();
        let mut after = String::new();
        loop {
            let rows = {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).open_holders_after(&after, ROWS).await?
            };
            let Some(last) = rows.last() else { return Ok(open) };
            after.clone_from(&last.id);
            open.extend(rows.into_iter().filter_map(|row| Some((row.session_id.clone()?, row))));
        }
    }

    /// Whether it is one of ours; one that does not look as it should is a candidate.
    async fn look_at(
        &self,
        scope: &Scope,
        session: &Session,
        candidates: &mut Vec<Candidate>,
    ) -> Result<bool, Problem> {
        let Some(checkout) = session.metadata.get(META_CHECKOUT) else { return Ok(false) };
        // One that is not there is of another workspace on the same account.
        let Some(row) = self.holder_of(scope, checkout).await? else { return Ok(false) };
        if row.redemption_id.is_none() {
            return Ok(false);
        }
        if let Some(fault) = self.judge(&row, session) {
            candidates.push(Candidate { session: session.id.clone(), checkout: row.id, fault });
        }
        Ok(true)
    }

    async fn holder_of(&self, scope: &Scope, checkout: &str) -> Result<Option<HolderRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).holder(checkout).await?)
    }

    fn judge(&self, row: &HolderRow, session: &Session) -> Option<Fault> {
        judge_session(at_stripe(session), &self.here(row, &session.id))
    }

    fn here<'a>(&self, row: &'a HolderRow, session: &str) -> Here<'a> {
        let now = self.now();
        let next_look = row.ask_again_at.filter(|_| row.undecided_since.is_some());
        Here {
            step: &row.step,
            state: row.state.as_deref().and_then(State::parse),
            its_session: row.session_id.as_deref() == Some(session),
            quiet_ms: now - row.updated_at,
            waits: next_look.is_some_and(|at| now < at + LATE_LOOK_MS),
        }
    }

    /// What looks wrong is asked for once more: the same before Stripe was asked, at Stripe, and after. What heals by itself is given the
    /// time for that.
    async fn confirm(
        &self,
        scope: &Scope,
        candidates: Vec<Candidate>,
        wait: Duration,
    ) -> Result<Vec<Difference>, Problem> {
        let mut differences = Vec::new();
        if candidates.is_empty() {
            return Ok(differences);
        }
        let waits = candidates.iter().any(|candidate| candidate.fault.heals());
        // Counted from the last page on: what was paid just before that has its time, too.
        if waits {
            tokio::time::sleep(wait).await;
        }
        let mut link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
        for (number, candidate) in candidates.into_iter().enumerate() {
            if number % PAGES == PAGES - 1 {
                link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
            }
            differences.extend(self.confirm_one(scope, &link, candidate).await?);
        }
        Ok(differences)
    }

    async fn confirm_one(
        &self,
        scope: &Scope,
        link: &Link,
        candidate: Candidate,
    ) -> Result<Option<Difference>, Problem> {
        let before = self.holder_of(scope, &candidate.checkout).await?;
        let session = match link.stripe(&self.0.stripe).session(&candidate.session).await {
            Ok(session) => session,
            Err(error) => return Err(self.stripe_problem(link, error, "checkout_session_read").await),
        };
        let after = self.holder_of(scope, &candidate.checkout).await?;
        let (Some(before), Some(after)) = (before, after) else { return Ok(None) };
        let fault = match &session {
            None => {
                let stands = |row: &HolderRow| {
                    row.step == "open" && row.session_id.as_deref() == Some(candidate.session.as_str())
                };
                (stands(&before) && stands(&after) && after.generation == link.generation).then_some(Fault::NotAtStripe)
            }
            Some(session) => self.judge(&after, session).filter(|fault| self.judge(&before, session) == Some(*fault)),
        };
        // Something else than before is on its way: the next check sees where it went.
        let Some(fault) = fault.filter(|fault| !fault.heals() || *fault == candidate.fault) else { return Ok(None) };
        let code = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).checkout(&after.id).await?.and_then(|row| row.discount_code_id)
        };
        let code = self.code_text_of(scope, code.as_deref().unwrap_or_default()).await?;
        let id = after.redemption_id.unwrap_or(after.id);
        Ok(Some(Difference { fault, code, id, beside: Some(candidate.session) }))
    }
}

/// How long what heals by itself is given, where listing the sessions took so long; none: longer than there is time for, and nothing can be
/// said of it.
fn settling(patience: Patience, very_many: bool, took: Duration) -> Option<Duration> {
    if !very_many {
        return Some(patience.settling);
    }
    let needed = patience.settling + took * TWO_WALKS;
    (needed <= patience.listing.max(patience.settling)).then_some(needed)
}

fn at_stripe(session: &Session) -> AtStripe {
    match (session.status, session.payment_status) {
        (SessionStatus::Complete, PaymentStatus::Unpaid | PaymentStatus::Unknown) => AtStripe::Undecided,
        (SessionStatus::Complete, _) => AtStripe::Paid,
        (SessionStatus::Expired, _) => AtStripe::Expired,
        (SessionStatus::Open, _) => AtStripe::Open,
        // A status that is not known decides nothing.
        _ => AtStripe::Undecided,
    }
}

const MAY_NOT: &str = "Stripe was not asked: this connection may not read Checkout Sessions.";

fn why_not(problem: &Problem) -> Option<&'static str> {
    match problem.code {
        Code::StripeNotConnected => Some("Stripe was not asked: it is not connected."),
        Code::NeedsReauth => Some("Stripe was not asked: it no longer accepts the connection."),
        Code::StripePermissionMissing => Some(MAY_NOT),
        Code::StripeUnavailable => Some("Stripe was not asked: it did not answer."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_heals_is_given_the_time_of_a_sweep() {
        let (second, patience) = (Duration::from_secs(1), Patience::BACKGROUND);
        assert_eq!(settling(patience, false, second * 100), Some(patience.settling));
        // 10,000 sessions are 100 pages: four seconds here, 32 for two walks of a sweep.
        assert_eq!(settling(patience, true, second * 4), Some(second * 52));
        assert_eq!(
            settling(patience, true, second * 60),
            None,
            "nothing is said of what a sweep may be about to count"
        );
        assert_eq!(settling(Patience::WAITING, true, second * 4), None, "somebody waits for the page");
    }
}
