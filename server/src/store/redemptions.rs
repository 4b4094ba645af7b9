//! Redemptions: the ledger behind the counters. A row has its state and its history, a step a line.

use super::paging::{Direction, behind_cursor};
use super::query::{all, execute, optional};
use super::{Conn, Result, Scoped, StoreError};
use crate::crash;
use crate::scope::Scope;
use app::domain::redemption::{Cause, State, Step};
use sqlx::AssertSqlSafe;

macro_rules! columns {
    () => {
        "r.workspace_id, r.mode, r.id, r.discount_code_id, r.checkout_id, r.state, r.user_id, r.customer, r.expires_at, r.settled_at, r.history, \
         r.created_at, c.session_id, c.session_expires_at, c.step, c.undecided_since"
    };
}

macro_rules! from {
    () => {
        " FROM redemptions r LEFT JOIN checkouts c ON c.workspace_id = r.workspace_id AND c.mode = r.mode AND c.id = r.checkout_id "
    };
}

/// A stored redemption, with the session of its checkout.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct RedemptionRow {
    pub(crate) workspace_id: String,
    pub(crate) mode: String,
    pub(crate) id: String,
    pub(crate) discount_code_id: String,
    /// None: of the owner's own checkout.
    pub(crate) checkout_id: Option<String>,
    pub(crate) state: String,
    pub(crate) user_id: Option<String>,
    /// A hash of who is counted by a limit per customer.
    pub(crate) customer: Option<String>,
    /// Of a hold for an owner's own checkout.
    pub(crate) expires_at: Option<i64>,
    pub(crate) settled_at: Option<i64>,
    pub(crate) history: String,
    pub(crate) created_at: i64,
    pub(crate) session_id: Option<String>,
    pub(crate) session_expires_at: Option<i64>,
    /// Where its checkout stands.
    pub(crate) step: Option<String>,
    /// Paid by a method that takes days, and not decided yet.
    pub(crate) undecided_since: Option<i64>,
}

impl RedemptionRow {
    /// Where it stands.
    pub(crate) fn state(&self) -> Result<State> {
        State::parse(&self.state).ok_or_else(|| StoreError::Corrupt { column: "state", why: "an unknown state".into() })
    }

    /// A hold for an owner's own checkout as it was just written.
    pub(crate) fn new_own(scope: &Scope, new: &NewRedemption<'_>) -> Self {
        Self {
            workspace_id: scope.workspace.as_str().to_owned(),
            mode: scope.mode.as_str().to_owned(),
            id: new.id.to_owned(),
            discount_code_id: new.discount_code_id.to_owned(),
            checkout_id: None,
            state: State::Held.as_str().to_owned(),
            user_id: new.user_id.map(str::to_owned),
            customer: new.customer.map(str::to_owned),
            expires_at: new.expires_at,
            settled_at: None,
            history: Step { cause: Cause::Api, at: new.now }.line(),
            created_at: new.now,
            session_id: None,
            session_expires_at: None,
            step: None,
            undecided_since: None,
        }
    }

    /// Its way, the oldest step first.
    pub(crate) fn way(&self) -> Result<Vec<Step>> {
        Step::read(&self.history)
            .ok_or_else(|| StoreError::Corrupt { column: "history", why: "an unknown step".into() })
    }
}

/// A hold to be written in the transaction that counted it.
#[derive(Default)]
pub(crate) struct NewRedemption<'a> {
    pub(crate) id: &'a str,
    pub(crate) discount_code_id: &'a str,
    /// None: of the owner's own checkout.
    pub(crate) checkout_id: Option<&'a str>,
    pub(crate) user_id: Option<&'a str>,
    /// A hash of who is counted by a limit per customer.
    pub(crate) customer: Option<&'a str>,
    /// Until when it stands, where it has no checkout.
    pub(crate) expires_at: Option<i64>,
    /// Of the request, where it has no checkout.
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) now: i64,
}

impl NewRedemption<'_> {
    /// How its history begins.
    pub(super) fn first_line(&self) -> String {
        let cause = if self.checkout_id.is_some() { Cause::Checkout } else { Cause::Api };
        Step { cause, at: self.now }.line()
    }
}

/// What a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct RedemptionFilter {
    /// One app; none: all.
    pub(crate) app_id: Option<String>,
    /// One code; none: all.
    pub(crate) discount_code_id: Option<String>,
    /// One state; none: all.
    pub(crate) state: Option<State>,
    pub(crate) direction: Direction,
    pub(crate) limit: i64,
}

impl Conn<'_> {
    /// Holds of owners' own checkouts that nobody confirmed in time, whoever's they are, behind the one of this end and id.
    pub(crate) async fn lapsed_redemptions(
        self,
        now: i64,
        after: (i64, &str),
        limit: i64,
    ) -> Result<Vec<RedemptionRow>> {
        all!(
            self,
            RedemptionRow,
            concat!(
                "SELECT ",
                columns!(),
                from!(),
                "WHERE r.state = 'held' AND r.expires_at IS NOT NULL AND r.expires_at <= $1
                    AND (r.expires_at > $2 OR (r.expires_at = $2 AND r.id > $3)) ORDER BY r.expires_at, r.id LIMIT $4"
            ),
            now,
            after.0,
            after.1,
            limit
        )
    }
}

impl Scoped<'_> {
    /// Writes a hold.
    pub(crate) async fn insert_redemption(self, new: &NewRedemption<'_>) -> Result<()> {
        let history = new.first_line();
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO redemptions (workspace_id, mode, id, discount_code_id, checkout_id, state, user_id, created_at, updated_at,
                customer, expires_at, idempotency_key, history)
             VALUES ($1, $2, $3, $4, $5, 'held', $6, $7, $7, $8, $9, $10, $11)",
            workspace, mode, new.id, new.discount_code_id, new.checkout_id, new.user_id, new.now,
            new.customer, new.expires_at, new.idempotency_key, history
        )
        .map(|_| ())
    }

    /// A redemption by its id.
    pub(crate) async fn redemption(self, id: &str) -> Result<Option<RedemptionRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            RedemptionRow,
            concat!("SELECT ", columns!(), from!(), "WHERE r.workspace_id = $1 AND r.mode = $2 AND r.id = $3"),
            workspace,
            mode,
            id
        )
    }

    /// The redemption that an earlier request with this idempotency key made.
    pub(crate) async fn redemption_by_key(self, key: &str) -> Result<Option<RedemptionRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            RedemptionRow,
            concat!(
                "SELECT ",
                columns!(),
                from!(),
                "WHERE r.workspace_id = $1 AND r.mode = $2 AND r.idempotency_key = $3"
            ),
            workspace,
            mode,
            key
        )
    }

    /// Lets go of an idempotency key whose own row was forgotten, or whose request was refused: what comes under it now is another one.
    pub(crate) async fn detach_redemption(self, key: &str) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE redemptions SET idempotency_key = NULL WHERE workspace_id = $1 AND mode = $2 AND idempotency_key = $3",
            workspace,
            mode,
            key
        )
        .map(|_| ())
    }

    /// How often one customer has used a code or is using it. To be asked after the code's row was changed in the same transaction: its lock
    /// lets one after the other count.
    pub(crate) async fn uses_of_customer(self, discount_code_id: &str, customer: &str) -> Result<i64> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT count(*) FROM redemptions WHERE workspace_id = $1 AND mode = $2 AND discount_code_id = $3 AND customer = $4
                AND state IN ('held', 'redeemed')",
            workspace,
            mode,
            discount_code_id,
            customer
        )?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// Moves a hold on to where its cause leads; the code whose counters must follow. None: it was not held any more, and they must stay.
    pub(crate) async fn settle_redemption(self, id: &str, cause: Cause, now: i64) -> Result<Option<String>> {
        let line = format!("\n{}", Step { cause, at: now }.line());
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            crash::without!(
                "double-release",
                "AND state = 'held'",
                "UPDATE redemptions SET state = $4, updated_at = $5, settled_at = $5, history = history || $6
                  WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND state = 'held' RETURNING discount_code_id"
            ),
            workspace,
            mode,
            id,
            cause.state().as_str(),
            now,
            line
        )?;
        Ok(row.map(|(code,)| code))
    }

    /// Lets go of a hold whose time is over; the code whose counters must follow. None: it is not held any more, or was prolonged.
    pub(crate) async fn lapse_redemption(self, id: &str, now: i64) -> Result<Option<String>> {
        let line = format!("\n{}", Step { cause: Cause::Lapsed, at: now }.line());
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "UPDATE redemptions SET state = 'released', updated_at = $4, settled_at = $4, history = history || $5
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND state = 'held' AND expires_at <= $4 RETURNING discount_code_id",
            workspace,
            mode,
            id,
            now,
            line
        )?;
        Ok(row.map(|(code,)| code))
    }

    /// Gives a hold of an owner's own checkout back whose end is still this one; the code whose counters must follow. None: it is not held any
    /// more, or its end was moved.
    pub(crate) async fn settle_unanswered(
        self,
        id: &str,
        expires_at: i64,
        cause: Cause,
        now: i64,
    ) -> Result<Option<String>> {
        let line = format!("\n{}", Step { cause, at: now }.line());
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "UPDATE redemptions SET state = $4, updated_at = $5, settled_at = $5, history = history || $6
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND state = 'held' AND checkout_id IS NULL AND expires_at = $7
              RETURNING discount_code_id",
            workspace,
            mode,
            id,
            cause.state().as_str(),
            now,
            line,
            expires_at
        )?;
        Ok(row.map(|(code,)| code))
    }

    /// Gives a hold of an owner's own checkout until then. False: it is not held any more.
    pub(crate) async fn prolong_redemption(self, id: &str, expires_at: i64, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE redemptions SET expires_at = $4, updated_at = $5
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND state = 'held' AND checkout_id IS NULL",
            workspace,
            mode,
            id,
            expires_at,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Makes a released redemption of an owner's own checkout held again, in the transaction that counted it. False: it is not released.
    pub(crate) async fn retake_redemption(self, id: &str, cause: Cause, expires_at: i64, now: i64) -> Result<bool> {
        let line = format!("\n{}", Step { cause, at: now }.line());
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE redemptions SET state = 'held', expires_at = $4, settled_at = NULL, updated_at = $5, history = history || $6
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND state = 'released' AND checkout_id IS NULL",
            workspace,
            mode,
            id,
            expires_at,
            now,
            line
        )
        .map(|rows| rows == 1)
    }

    /// Moves the counter of a code along with a hold that was settled.
    pub(crate) async fn count_settled(self, discount_code_id: &str, redeemed: bool, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE discount_codes SET held = held - 1, redeemed = redeemed + $4, updated_at = $5 WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace, mode, discount_code_id, i64::from(redeemed), now
        )
        .map(|_| ())
    }

    /// A page of redemptions, newest first whatever the direction.
    pub(crate) async fn redemptions(self, filter: &RedemptionFilter) -> Result<Vec<RedemptionRow>> {
        let (conn, workspace, mode) = self.split();
        // The text is put together from these fragments alone; every value is bound. Each parameter is named in every variant,
        // because PostgreSQL must know the type of all of them.
        let app = match filter.app_id {
            Some(_) => {
                "EXISTS (SELECT 1 FROM discount_codes d WHERE d.workspace_id = r.workspace_id AND d.mode = r.mode AND d.id = r.discount_code_id AND d.app_id = $3)"
            }
            None => "CAST($3 AS TEXT) IS NULL",
        };
        let code =
            if filter.discount_code_id.is_some() { "r.discount_code_id = $4" } else { "CAST($4 AS TEXT) IS NULL" };
        let state = if filter.state.is_some() { "r.state = $5" } else { "CAST($5 AS TEXT) IS NULL" };
        let cursor = behind_cursor!(filter.direction, "r.id", 6);
        let order = filter.direction.order();
        let sql = format!(
            "SELECT {}{}WHERE r.workspace_id = $1 AND r.mode = $2 AND {app} AND {code} AND {state} AND {cursor} ORDER BY r.id {order} LIMIT $7",
            columns!(),
            from!()
        );
        let rows = all!(
            conn,
            RedemptionRow,
            AssertSqlSafe(sql),
            workspace,
            mode,
            filter.app_id.as_deref(),
            filter.discount_code_id.as_deref(),
            filter.state.map(State::as_str),
            filter.direction.cursor(),
            filter.limit
        )?;
        Ok(filter.direction.newest_first(rows))
    }
}
