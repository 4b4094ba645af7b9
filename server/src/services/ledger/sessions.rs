//! Checkouts beside Stripe's sessions: those since the oldest open one, and of the last day at least. Stripe is asked as background work.

use super::check::Patience;
use crate::scope::Scope;
use crate::services::Services;
use crate::services::checkout::META_CHECKOUT;
use crate::services::connection::Link;
use crate::store::HolderRow;
use crate::stripe::{self, PaymentStatus, Session, SessionStatus};
use app::domain::connection::Access;
use app::domain::ledger::{AtStripe, Difference, Fault, Here, judge_session};
use app::domain::problem::{Code, Problem};
use app::domain::redemption::State;
use std::collections::HashMap;
use tokio::time::Instant;

/// Sessions of so long are looked at whether or not any is open, in milliseconds: nothing that was paid lately is missed.
const LATELY_MS: i64 = 86_400_000;
/// Stripe's clock may be behind ours by so much, in milliseconds.
const CLOCK_SLACK_MS: i64 = 60_000;
/// Pages under one opening of the connection: a key that is replaced meanwhile is not used for long.
const PAGES: usize = 50;
/// Open checkouts in one look.
const ROWS: i64 = 2_000;

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
    /// Nothing was compared, and why.
    Not(String),
}

/// A session that does not look as it should.
struct Candidate {
    session: String,
    checkout: String,
    fault: Fault,
}

impl Services {
    pub(super) async fn check_sessions(&self, scope: &Scope, patience: Patience) -> Result<Asked, Problem> {
        if self.0.master_keys.is_none() {
            return Ok(Asked::Not(
                "Stripe was not asked: CODEMINT_MASTER_KEYS is not set, and it opens the connection.".to_owned(),
            ));
        }
        match self.ask_sessions(scope, patience).await {
            Ok(asked) => Ok(asked),
            Err(problem) => match why_not(&problem) {
                Some(why) => Ok(Asked::Not(why.to_owned())),
                None => Err(problem),
            },
        }
    }

    async fn ask_sessions(&self, scope: &Scope, patience: Patience) -> Result<Asked, Problem> {
        let began = Instant::now();
        let mut missing = self.open_sessions(scope).await?;
        let mut link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
        if link.permissions.checkout_sessions < Access::Read {
            return Ok(Asked::Not(MAY_NOT.to_owned()));
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
        let differences = self.confirm(scope, candidates, began, patience).await?;
        Ok(Asked::Compared { sessions, differences, unasked })
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
        let here = Here {
            step: &row.step,
            state: row.state.as_deref().and_then(State::parse),
            its_session: row.session_id.as_deref() == Some(session.id.as_str()),
            quiet_ms: self.now() - row.updated_at,
        };
        judge_session(at_stripe(session), &here)
    }

    /// What looks wrong is asked for once more: the same before Stripe was asked, at Stripe, and after. What heals by itself is given the
    /// time for that.
    async fn confirm(
        &self,
        scope: &Scope,
        candidates: Vec<Candidate>,
        began: Instant,
        patience: Patience,
    ) -> Result<Vec<Difference>, Problem> {
        let mut differences = Vec::new();
        if candidates.is_empty() {
            return Ok(differences);
        }
        let waits = candidates.iter().any(|candidate| candidate.fault.heals());
        // Counted from the last page on: what was paid just before that has its time, too.
        if waits {
            tokio::time::sleep(patience.settling).await;
        }
        tracing::debug!(candidates = candidates.len(), took = ?began.elapsed(), "sessions are asked for once more");
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
