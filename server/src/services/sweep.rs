//! What comes true by itself: sessions that ended at Stripe, and checkouts whose request never came back.

use super::connection::Link;
use super::late_payment::{Told, UNSEEN_MS};
use super::lease::LEASE_MS;
use super::session_outcome::settle;
use super::{AtWork, Services};
use crate::crash;
use crate::scope::Scope;
use crate::store::{CheckoutRow, Step, Unasked};
use crate::stripe::{self, PaymentStatus, Session, SessionStatus};
use app::domain::problem::{Code, Problem};
use app::domain::redemption::Cause;
use futures::stream::{self, StreamExt};
use std::collections::BTreeMap;

/// Nobody came back for so long after the last sign of work: the checkout is given up. In milliseconds.
const GIVE_UP_MS: i64 = 60_000;
/// No session outlives this, in milliseconds.
const LONGEST_SESSION_MS: i64 = 25 * 60 * 60 * 1000;
/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// What happened is told for a year and a month, in milliseconds.
const ACTIVITY_LIFE_MS: i64 = 396 * DAY_MS;
/// Rows of activity that are forgotten in one turn.
const FORGET_LIMIT: i64 = 10_000;
/// Abandoned checkouts of one owner that are looked after at the same time.
const SIDE_BY_SIDE: usize = 8;
/// Abandoned checkouts that are looked after in one turn.
const GIVE_UP_LIMIT: i64 = 100;
/// The lease under which one process asks about an owner's open sessions.
const LEASE: &str = "sweep";
/// So few open sessions are asked for one by one; of more, those that have ended are listed.
const FEW: i64 = 3;
/// Calls under one opening of the connection: a key that is replaced meanwhile is not used for long.
pub(super) const UNDER_ONE_LINK: usize = 50;
/// Late payments of one connection that one sweep asks for.
const LATE_LIMIT: i64 = 20;
/// A session that Stripe does not have any more is over when its time has been over for so long, in milliseconds.
pub(super) const GONE_GRACE_MS: i64 = 5 * 60 * 1000;
/// Checkouts that are over without being asked for, in one look.
const OVER: i64 = 100;
/// Looks of one run of the job.
const OVER_LOOKS: usize = 20;

/// What came of a session that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nothing: it is not over, or not decided.
    NotYet,
    /// Nothing: it had been counted.
    Before,
    /// Paid, and counted now.
    Paid,
    /// Over without payment, and its hold given back now.
    Unpaid,
}

/// An owner's checkouts whose request never came back.
pub(crate) struct Abandoned {
    owner: AtWork,
    rows: Vec<CheckoutRow>,
}

impl Services {
    /// Asks Stripe once about the open sessions of every connection that works, one connection after the other.
    pub async fn sweep_sessions(&self) -> Result<(), Problem> {
        for connection in self.connections_to_sweep().await? {
            self.sweep_connection(connection).await;
        }
        Ok(())
    }

    /// The connections that work, have open sessions, and that nobody here asks about.
    pub(crate) async fn connections_to_sweep(&self) -> Result<Vec<AtWork>, Problem> {
        let connections = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().connections_to_sweep().await?
        };
        let scopes = connections.into_iter().map(|(workspace, mode)| Scope::stored(workspace, &mode));
        Ok(scopes.filter_map(|scope| self.0.jobs.sweep.begin(scope)).collect())
    }

    /// Asks Stripe about the open sessions of a connection that [`Self::connections_to_sweep`] gave out.
    pub(crate) async fn sweep_connection(&self, work: AtWork) {
        let scope = &work.scope;
        let swept = work.run(Box::pin(self.sweep_one(scope))).await;
        if let Err(problem) = swept
            && problem.code != Code::StripePermissionMissing
        {
            tracing::warn!(workspace = %scope.workspace, mode = %scope.mode, cause = %problem.message, "open sessions could not be asked for");
        }
    }

    async fn sweep_one(&self, scope: &Scope) -> Result<(), Problem> {
        let (oldest, late) = {
            let mut reader = self.0.db.reader().await?;
            let oldest = reader.at(scope).open_checkouts(FEW + 1).await?;
            (oldest, reader.at(scope).undecided_checkouts(self.now(), LATE_LIMIT).await?)
        };
        let Some(since) = oldest.first().or(late.first()).map(|row| row.created_at) else { return Ok(()) };
        // Another process asks; whatever it learns is in the database.
        let Some(_held) = self.hold(scope, LEASE).await? else { return Ok(()) };
        // Some are weeks old and would make the list long.
        self.ask_each(scope, late).await?;
        if i64::try_from(oldest.len()).is_ok_and(|open| open <= FEW) {
            return self.ask_each(scope, oldest).await;
        }
        let left = self.count_ended(scope, since).await?;
        self.ask_each(scope, left).await
    }

    /// Open checkouts whose session's time is over for so long that it need not be at Stripe any more.
    pub(super) async fn may_be_gone(&self, scope: &Scope, limit: i64) -> Result<Vec<CheckoutRow>, Problem> {
        let link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
        let over_at = self.now() - GONE_GRACE_MS;
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).open_checkouts_over(link.generation, link.account.as_deref(), over_at, limit).await?)
    }

    async fn ask_each(&self, scope: &Scope, wanted: Vec<CheckoutRow>) -> Result<(), Problem> {
        for some in wanted.chunks(UNDER_ONE_LINK) {
            let link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
            for (id, row) in some.iter().filter_map(|row| Some((row.session_id.as_deref()?, row))) {
                match link.stripe(&self.0.stripe).session(id).await {
                    Ok(Some(session)) => {
                        self.count_swept(&link, row, &session).await;
                    }
                    Ok(None) => {
                        if let Err(problem) = self.not_at_stripe(&link, row).await {
                            tracing::error!(checkout = %row.id, cause = %problem.message, "a session that is gone could not be counted");
                        }
                    }
                    Err(error) => return Err(self.stripe_problem(&link, error, "checkout_session_read").await),
                }
            }
        }
        Ok(())
    }

    /// Whether it was looked at: what cannot be counted now stays as it is.
    pub(super) async fn count_swept(&self, link: &Link, row: &CheckoutRow, session: &Session) -> bool {
        let counted = async {
            self.reward_of_session(&link.scope, session).await?;
            self.end_if_over(link, row, session, Told::Nothing).await
        };
        match counted.await {
            Ok(_) => true,
            Err(problem) => {
                tracing::error!(checkout = %row.id, cause = %problem.message, "an ended session could not be counted");
                false
            }
        }
    }

    /// Paid: redeemed. Expired: released. A late payment that is still undecided stays held. Whoever asks first, the sweep or an event,
    /// counts; everybody else finds it done.
    pub(super) async fn end_if_over(
        &self,
        link: &Link,
        row: &CheckoutRow,
        session: &Session,
        told: Told,
    ) -> Result<Ended, Problem> {
        match (session.status, session.payment_status) {
            (SessionStatus::Complete, PaymentStatus::Unpaid | PaymentStatus::Unknown) => {
                Box::pin(self.late_payment(link, row, session, told)).await
            }
            (SessionStatus::Complete, _) => self.end(&link.scope, row, Step::Complete, Cause::Paid, Ended::Paid).await,
            (SessionStatus::Expired, _) => {
                self.end(&link.scope, row, Step::Expired, Cause::SessionExpired, Ended::Unpaid).await
            }
            _ => Ok(Ended::NotYet),
        }
    }

    /// Stripe does not have the session: it is in another account, or its data was deleted there. In the account that it was made in that is
    /// how it ended, once nobody could pay it any more.
    pub(super) async fn not_at_stripe(&self, link: &Link, row: &CheckoutRow) -> Result<Ended, Problem> {
        if row.made_by(link) && row.may_be_gone(self.now()) {
            return self.end(&link.scope, row, Step::Unverified, Cause::Unverified, Ended::Unpaid).await;
        }
        if row.undecided_since.is_some() {
            self.ask_later(link, row).await?;
        }
        Ok(Ended::NotYet)
    }

    /// Ends an open checkout, with its hold.
    pub(super) async fn end(
        &self,
        scope: &Scope,
        row: &CheckoutRow,
        step: Step,
        cause: Cause,
        ended: Ended,
    ) -> Result<Ended, Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let first = tx.at(scope).end_checkout(&row.id, step, now).await?;
        if first {
            settle(&mut tx, scope, row.redemption_id.as_deref(), cause, now).await?;
        }
        crash::here!("before-counted");
        tx.commit().await?;
        crash::here!("counted");
        Ok(if first { ended } else { Ended::Before })
    }

    /// Checkouts whose request died and never came back, each owner's apart; none of whoever is being looked after.
    pub(crate) async fn abandoned_checkouts(&self) -> Result<Vec<Abandoned>, Problem> {
        let lanes = &self.0.jobs.give_up;
        let rows = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().abandoned_checkouts(self.now() - GIVE_UP_MS, GIVE_UP_LIMIT, &lanes.busy()).await?
        };
        let mut owners = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            owners.entry((row.workspace_id.clone(), row.mode.clone())).or_default().push(row);
        }
        let begun = owners.into_iter().filter_map(|((workspace, mode), rows)| {
            Some(Abandoned { owner: lanes.begin(Scope::stored(workspace, &mode))?, rows })
        });
        Ok(begun.collect())
    }

    /// Gives up what [`Self::abandoned_checkouts`] found: the hold goes back, and a session that exists is ended.
    pub(crate) async fn give_up_abandoned(&self, Abandoned { owner, rows }: Abandoned) {
        let all = stream::iter(&rows).for_each_concurrent(SIDE_BY_SIDE, |row| async move {
            if let Err(problem) = self.give_up(row).await {
                tracing::warn!(checkout = %row.id, cause = %problem.message, "an abandoned checkout could not be ended yet");
            }
        });
        owner.run(all).await;
    }

    async fn give_up(&self, row: &CheckoutRow) -> Result<(), Problem> {
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        if !tx.at(&scope).take_checkout(&row.id, now - GIVE_UP_MS, now + LEASE_MS).await? {
            return Ok(());
        }
        // Nobody has the session's address: the hold goes back whatever Stripe says.
        if tx.at(&scope).settle_checkout(&row.id, row.attempt, Step::Uncertain, now, now + LEASE_MS).await? {
            settle(&mut tx, &scope, row.redemption_id.as_deref(), Cause::Abandoned, now).await?;
        }
        tx.commit().await?;
        crash::here!("gave-up");
        if now - row.attempted_at <= LONGEST_SESSION_MS {
            // What cannot be asked now is asked later.
            let _busy = self.stay_busy(&scope, &row.id, row.attempt, Step::Uncertain);
            let link = self.background_link(&scope, stripe::DEFAULT_BUDGET).await?;
            if let Some(session) = self.find_session(&link, &row.id, row.created_at).await? {
                crash::here!("gave-up-found");
                self.expire(&link, &session.id).await;
                crash::here!("gave-up-expired");
            }
        }
        let mut tx = self.0.db.begin().await?;
        tx.at(&scope).settle_checkout(&row.id, row.attempt, Step::Refused, self.now(), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Checkouts whose session ended a day ago on an account that can no longer be asked, and those by which nothing is counted: ended,
    /// unverified. What a late payment holds stays as long as its money can come.
    pub(crate) async fn release_unverifiable(&self) -> Result<(), Problem> {
        let now = self.now();
        let (mut end, mut id) = (i64::MIN, String::new());
        let mut looks = 0;
        while looks < OVER_LOOKS {
            let unasked = Unasked {
                ended_before: now - DAY_MS,
                undecided_before: now - UNSEEN_MS,
                after: (end, &id),
                limit: OVER,
            };
            let rows = {
                let mut reader = self.0.db.reader().await?;
                reader.conn().unverifiable_checkouts(&unasked).await?
            };
            let Some(last) = rows.last() else { break };
            (end, id) = (last.session_expires_at.unwrap_or(i64::MAX), last.id.clone());
            let mut done = false;
            for row in &rows {
                let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
                match self.end(&scope, row, Step::Unverified, Cause::Unverified, Ended::Unpaid).await {
                    Ok(_) => done = true,
                    // The others are ended all the same.
                    Err(problem) => {
                        tracing::error!(checkout = %row.id, cause = %problem.message, "a checkout that is over could not be ended");
                    }
                }
            }
            // Those that cannot be ended stand in nobody's way.
            looks += usize::from(done);
        }
        Ok(())
    }

    /// Deletes what is over: sessions and links, idempotency keys and leases after two days, what Stripe told us after thirty, activity
    /// after a year and a month;
    /// and takes those out of ended checkouts who were erased.
    pub(crate) async fn forget_old(&self) -> Result<(), Problem> {
        let now = self.now();
        self.0.sign_in_limits.forget_idle();
        self.0.starts.forget_idle();
        self.0.pacer.forget_idle();
        let mut tx = self.0.db.begin().await?;
        tx.conn().forget_ended(now).await?;
        tx.conn().forget_idempotency_keys(now - 2 * DAY_MS).await?;
        tx.conn().forget_installs(now, now - DAY_MS).await?;
        tx.conn().forget_leases(now - 2 * DAY_MS).await?;
        tx.conn().forget_events(now - 30 * DAY_MS).await?;
        tx.conn().forget_activity(now - ACTIVITY_LIFE_MS, FORGET_LIMIT).await?;
        tx.commit().await?;
        self.erase_ended_checkouts().await
    }
}

impl CheckoutRow {
    /// Whether it was made in the account that this connection leads to, as far as that is known.
    pub(super) fn made_by(&self, link: &Link) -> bool {
        self.generation == link.generation || (self.account.is_some() && self.account == link.account)
    }

    /// Whether its session's time is over for so long that it need not be at Stripe any more.
    fn may_be_gone(&self, now: i64) -> bool {
        self.session_expires_at.is_some_and(|end| end + GONE_GRACE_MS <= now)
    }
}
