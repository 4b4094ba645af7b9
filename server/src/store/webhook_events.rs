//! What Stripe told us: the rows are the queue, and what the owner is shown. No body is kept.

use super::query::{all, execute, optional};
use super::{Busy, Conn, Result, Scoped};

macro_rules! columns {
    () => {
        "endpoint, id, kind, account, livemode, object_id, happened_at, workspace_id, mode, state, outcome, attempts, received_at, deliveries"
    };
}

/// Whose an event is as far as its arrival tells: the pair of this and its endpoint. An owner's own endpoint may be sent any account.
macro_rules! account_of_owner {
    () => {
        "CASE WHEN endpoint IN ('test', 'live') THEN COALESCE(account, '') ELSE '' END"
    };
}

macro_rules! not_busy_owner {
    ($param:literal) => {
        concat!("replace(", $param, ", '|' || endpoint || ' ' || ", account_of_owner!(), " || '|', '') = ", $param)
    };
}

macro_rules! take_due {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED
                (SELECT endpoint, id, account, next_attempt_at FROM webhook_events WHERE state = 'queued' AND next_attempt_at <= $1 AND ",
            not_busy_owner!("$6"),
            " ORDER BY next_attempt_at LIMIT $5",
            $lock,
            "), fair AS
                (SELECT endpoint, id, next_attempt_at, row_number() OVER (PARTITION BY endpoint, ",
            account_of_owner!(),
            " ORDER BY next_attempt_at) AS place FROM due)
             UPDATE webhook_events SET attempts = attempts + 1, next_attempt_at = $2
              WHERE state = 'queued' AND next_attempt_at <= $1 AND (endpoint, id) IN
                (SELECT endpoint, id FROM fair WHERE place <= $4 ORDER BY next_attempt_at LIMIT $3)
              RETURNING ",
            columns!()
        )
    };
}

/// A stored event.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) endpoint: String,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) account: Option<String>,
    pub(crate) livemode: bool,
    pub(crate) object_id: Option<String>,
    pub(crate) happened_at: i64,
    pub(crate) workspace_id: Option<String>,
    pub(crate) mode: String,
    pub(crate) state: String,
    pub(crate) outcome: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) received_at: i64,
    pub(crate) deliveries: i64,
}

/// An event that came.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) id: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) account: Option<&'a str>,
    pub(crate) livemode: bool,
    pub(crate) object_id: Option<&'a str>,
    pub(crate) happened_at: i64,
    pub(crate) workspace: Option<&'a str>,
    pub(crate) mode: &'a str,
    pub(crate) now: i64,
}

/// How far an event has come.
#[derive(Clone, Debug)]
pub(crate) struct EventEnd<'a> {
    /// `done`, `ignored`, `failed`; or `queued`: once more at `next`.
    pub(crate) state: &'a str,
    pub(crate) outcome: &'a str,
    pub(crate) workspace: Option<&'a str>,
    pub(crate) next: i64,
    pub(crate) now: i64,
}

impl Conn<'_> {
    /// Keeps an event; one that is there already is counted once more and stays as it is.
    pub(crate) async fn receive_event(self, new: &NewEvent<'_>) -> Result<()> {
        execute!(
            self,
            "INSERT INTO webhook_events (endpoint, id, kind, account, livemode, object_id, happened_at, workspace_id, mode, state, attempts,
                next_attempt_at, received_at, deliveries)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0, $10, $10, 1)
             ON CONFLICT (endpoint, id) DO UPDATE SET deliveries = webhook_events.deliveries + 1",
            new.endpoint, new.id, new.kind, new.account, new.livemode, new.object_id, new.happened_at, new.workspace, new.mode, new.now
        )
        .map(|_| ())
    }

    /// Whether an event is due, of somebody who is not busy.
    pub(crate) async fn events_are_due(self, now: i64, busy: &Busy) -> Result<bool> {
        let row = optional!(
            self,
            (String,),
            concat!(
                "SELECT id FROM webhook_events WHERE state = 'queued' AND next_attempt_at <= $1 AND ",
                not_busy_owner!("$2"),
                " LIMIT 1"
            ),
            now,
            busy.as_str()
        )?;
        Ok(row.is_some())
    }

    /// Takes events that are due, by putting their next attempt off: another process will not take them meanwhile, and those that it is
    /// taking are passed over. At most `limit`, of which `each` are one owner's, and none of whoever is busy.
    pub(crate) async fn take_due_events(
        self,
        now: i64,
        retry_at: i64,
        limit: i64,
        each: i64,
        busy: &Busy,
    ) -> Result<Vec<EventRow>> {
        // Among so many the owners' shares are looked for.
        let seen = limit.saturating_mul(4);
        let sql = match &self {
            Conn::Sqlite(_) => take_due!(""),
            Conn::Postgres(_) => take_due!(" FOR UPDATE SKIP LOCKED"),
        };
        all!(self, EventRow, sql, now, retry_at, limit, each, seen, busy.as_str())
    }

    /// Notes what became of an attempt at an event. False: another attempt has begun since, or it has ended.
    pub(crate) async fn settle_event(self, row: &EventRow, end: &EventEnd<'_>) -> Result<bool> {
        execute!(
            self,
            "UPDATE webhook_events SET state = $4, outcome = $5, workspace_id = COALESCE($6, workspace_id), next_attempt_at = $7,
                settled_at = CASE WHEN $4 = 'queued' THEN NULL ELSE CAST($8 AS BIGINT) END
              WHERE endpoint = $1 AND id = $2 AND attempts = $3 AND state = 'queued'",
            &row.endpoint, &row.id, row.attempts, end.state, end.outcome, end.workspace, end.next, end.now
        )
        .map(|rows| rows == 1)
    }

    /// Whose connection by the Stripe App an account is, or was.
    pub(crate) async fn workspace_of_app_account(self, mode: &str, account: &str) -> Result<Option<String>> {
        let row = optional!(
            self,
            (String,),
            "SELECT workspace_id FROM connections WHERE mode = $1 AND account = $2 AND method = 'stripe_app'",
            mode,
            account
        )?;
        Ok(row.map(|(workspace,)| workspace))
    }

    /// Deletes events that came before a moment.
    pub(crate) async fn forget_events(self, before: i64) -> Result<()> {
        execute!(self, "DELETE FROM webhook_events WHERE received_at < $1", before).map(|_| ())
    }
}

impl EventRow {
    /// Whose it is as far as its arrival tells, as a pair for [`Busy`].
    pub(crate) fn owner(&self) -> (&str, &str) {
        let apps = matches!(self.endpoint.as_str(), "test" | "live");
        (&self.endpoint, self.account.as_deref().filter(|_| apps).unwrap_or_default())
    }
}

impl Scoped<'_> {
    /// The events that came last, newest first.
    pub(crate) async fn newest_events(self, limit: i64) -> Result<Vec<EventRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            EventRow,
            concat!(
                "SELECT ",
                columns!(),
                " FROM webhook_events WHERE workspace_id = $1 AND mode = $2 ORDER BY received_at DESC, happened_at DESC, id DESC LIMIT $3"
            ),
            workspace,
            mode,
            limit
        )
    }

    /// When an event last came to an endpoint, in milliseconds.
    pub(crate) async fn last_event_at(self, endpoint: &str) -> Result<Option<i64>> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT received_at FROM webhook_events WHERE workspace_id = $1 AND mode = $2 AND endpoint = $3 ORDER BY received_at DESC LIMIT 1",
            workspace,
            mode,
            endpoint
        )?;
        Ok(row.map(|(at,)| at))
    }

    /// The checkout that a session belongs to.
    pub(crate) async fn checkout_of_session(self, session_id: &str) -> Result<Option<String>> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "SELECT id FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND session_id = $3",
            workspace,
            mode,
            session_id
        )?;
        Ok(row.map(|(id,)| id))
    }

    /// Something happened to a coupon in Stripe: it is looked at again before the next use. The text of its code; none where it is none of ours.
    pub(crate) async fn look_at_coupon_again(self, coupon_id: &str) -> Result<Option<String>> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "UPDATE discount_codes SET minted_generation = NULL WHERE workspace_id = $1 AND mode = $2 AND coupon_id = $3 RETURNING code",
            workspace,
            mode,
            coupon_id
        )?;
        Ok(row.map(|(code,)| code))
    }
}
