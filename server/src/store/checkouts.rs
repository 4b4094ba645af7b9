//! Checkouts: the row behind every Stripe session, from the intent on.

use super::busy::not_busy;
use super::query::{all, execute, optional};
use super::{Busy, Conn, Result, Scoped, StoreError};
use app::domain::checkout::Checkout;
use app::wire::api::CheckoutSession;

macro_rules! columns {
    () => {
        "workspace_id, mode, id, request, discount_code_id, redemption_id, step, attempt, attempted_at, generation, account, stripe_params, session_id, session_expires_at, answer, created_at, undecided_since"
    };
}
pub(super) use columns;

/// Where a checkout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Committed before Stripe is called: the session may or may not exist.
    Intent,
    /// The session exists and its address was given out: only Stripe's word ends it.
    Open,
    /// Stripe's answer is unknown and the caller was told 503: the hold is given back, the session may exist but nobody has its address.
    Uncertain,
    /// Stripe refused: there is no session.
    Refused,
    /// Paid.
    Complete,
    /// Ended without payment.
    Expired,
    /// Ended; its account can no longer be asked how.
    Unverified,
}

impl Step {
    const ALL: [Self; 7] =
        [Self::Intent, Self::Open, Self::Uncertain, Self::Refused, Self::Complete, Self::Expired, Self::Unverified];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Open => "open",
            Self::Uncertain => "uncertain",
            Self::Refused => "refused",
            Self::Complete => "complete",
            Self::Expired => "expired",
            Self::Unverified => "unverified",
        }
    }
}

/// A stored checkout.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct CheckoutRow {
    pub(crate) workspace_id: String,
    pub(crate) mode: String,
    pub(crate) id: String,
    pub(crate) request: String,
    pub(crate) discount_code_id: Option<String>,
    pub(crate) redemption_id: Option<String>,
    pub(crate) step: String,
    pub(crate) attempt: i64,
    pub(crate) attempted_at: i64,
    /// Of the connection that it was made by.
    pub(crate) generation: i64,
    /// The Stripe account that it was made in; none: not known.
    pub(crate) account: Option<String>,
    pub(crate) stripe_params: String,
    pub(crate) session_id: Option<String>,
    /// On Stripe's clock, in milliseconds.
    pub(crate) session_expires_at: Option<i64>,
    pub(crate) answer: Option<String>,
    pub(crate) created_at: i64,
    /// Complete and unpaid since then: the money takes days.
    pub(crate) undecided_since: Option<i64>,
}

impl CheckoutRow {
    /// Where it stands.
    pub(crate) fn step(&self) -> Result<Step> {
        let known = Step::ALL.into_iter().find(|step| step.as_str() == self.step);
        known.ok_or_else(|| StoreError::Corrupt { column: "step", why: "an unknown step".into() })
    }

    /// What was asked for.
    pub(crate) fn request(&self) -> Result<Checkout> {
        serde_json::from_str(&self.request)
            .map_err(|error| StoreError::Corrupt { column: "request", why: error.to_string() })
    }

    /// What was answered, if a session was given out.
    pub(crate) fn answer(&self) -> Result<Option<CheckoutSession>> {
        let read = |text: &String| {
            serde_json::from_str(text).map_err(|error| StoreError::Corrupt { column: "answer", why: error.to_string() })
        };
        self.answer.as_ref().map(read).transpose()
    }
}

/// A checkout's intent.
pub(crate) struct NewCheckout<'a> {
    pub(crate) id: &'a str,
    pub(crate) app_id: &'a str,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) request: &'a str,
    /// Whom it names, lower case.
    pub(crate) email_key: Option<String>,
    pub(crate) discount_code_id: Option<&'a str>,
    pub(crate) redemption_id: Option<&'a str>,
    pub(crate) generation: i64,
    /// The connection's Stripe account, where it is known.
    pub(crate) account: Option<&'a str>,
    pub(crate) stripe_params: &'a str,
    pub(crate) now: i64,
    pub(crate) busy_until: i64,
}

/// What another attempt at a checkout changes.
pub(crate) struct NextAttempt<'a> {
    pub(crate) stripe_params: &'a str,
    pub(crate) discount_code_id: Option<&'a str>,
    pub(crate) redemption_id: Option<&'a str>,
    pub(crate) generation: i64,
    /// The connection's Stripe account, where it is known.
    pub(crate) account: Option<&'a str>,
    pub(crate) now: i64,
    pub(crate) busy_until: i64,
}

/// Checkouts whose session is over and about which nobody will be asked.
pub(crate) struct Unasked<'a> {
    /// Their sessions ended before this, in milliseconds.
    pub(crate) ended_before: i64,
    /// Those whose money takes days: it is on its way since before this, in milliseconds.
    pub(crate) undecided_before: i64,
    /// The end and the id of the one to go on behind.
    pub(crate) after: (i64, &'a str),
    pub(crate) limit: i64,
}

impl Conn<'_> {
    /// Checkouts that nobody works on any more and whose session is unknown: their holds go back, what exists at Stripe is expired.
    /// None of a tenant who is busy. Those that hold come first, and of every tenant one before a second of anybody's.
    pub(crate) async fn abandoned_checkouts(self, now: i64, limit: i64, busy: &Busy) -> Result<Vec<CheckoutRow>> {
        all!(
            self,
            CheckoutRow,
            concat!(
                "SELECT ",
                columns!(),
                " FROM (SELECT ",
                columns!(),
                ", busy_until, row_number() OVER (PARTITION BY workspace_id, mode, step ORDER BY busy_until, id) AS place
                    FROM checkouts WHERE step IN ('intent', 'uncertain') AND busy_until <= $1 AND ",
                not_busy!("$3", "workspace_id", "mode"),
                ") AS due ORDER BY step, place, busy_until LIMIT $2"
            ),
            now,
            limit,
            busy.as_str()
        )
    }
}

impl Conn<'_> {
    /// Open checkouts whose session is over and about which nobody is asked: nothing is counted by them, or their account can no longer be
    /// asked because the connection is gone, or leads to another one. Whose money takes days is waited for much longer.
    pub(crate) async fn unverifiable_checkouts(self, unasked: &Unasked<'_>) -> Result<Vec<CheckoutRow>> {
        all!(
            self,
            CheckoutRow,
            concat!(
                "SELECT ", columns!(), " FROM checkouts WHERE step = 'open' AND session_expires_at < $1
                    AND (session_expires_at > $3 OR (session_expires_at = $3 AND id > $4))
                    AND (redemption_id IS NULL OR (COALESCE(undecided_since, 0) < $2 AND NOT EXISTS (
                        SELECT 1 FROM connections c WHERE c.workspace_id = checkouts.workspace_id AND c.mode = checkouts.mode
                           AND c.status = 'connected' AND (c.generation = checkouts.generation OR c.account = checkouts.account))))
                  ORDER BY session_expires_at, id LIMIT $5"
            ),
            unasked.ended_before,
            unasked.undecided_before,
            unasked.after.0,
            unasked.after.1,
            unasked.limit
        )
    }
}

impl Scoped<'_> {
    /// Writes the intent.
    pub(crate) async fn insert_checkout(self, new: &NewCheckout<'_>) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO checkouts (workspace_id, mode, id, app_id, idempotency_key, request, discount_code_id, redemption_id, step, attempt,
                attempted_at, generation, stripe_params, busy_until, created_at, updated_at, email_key, account)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'intent', 1, $9, $10, $11, $12, $9, $9, $13, $14)",
            workspace, mode, new.id, new.app_id, new.idempotency_key, new.request, new.discount_code_id, new.redemption_id, new.now,
            new.generation, new.stripe_params, new.busy_until, new.email_key.as_deref(), new.account
        )
        .map(|_| ())
    }

    /// The checkout that an earlier request with this idempotency key began.
    pub(crate) async fn checkout_by_key(self, key: &str) -> Result<Option<CheckoutRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CheckoutRow,
            concat!(
                "SELECT ",
                columns!(),
                " FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND idempotency_key = $3"
            ),
            workspace,
            mode,
            key
        )
    }

    /// Takes an unsettled checkout to work on it; false if somebody else does.
    pub(crate) async fn take_checkout(self, id: &str, now: i64, busy_until: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET busy_until = $5 WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND busy_until <= $4 AND step IN ('intent', 'uncertain')",
            workspace, mode, id, now, busy_until
        )
        .map(|rows| rows == 1)
    }

    /// A checkout by its id.
    pub(crate) async fn checkout(self, id: &str) -> Result<Option<CheckoutRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CheckoutRow,
            concat!("SELECT ", columns!(), " FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND id = $3"),
            workspace,
            mode,
            id
        )
    }

    /// Begins the attempt after `attempt`: new parameters, a new hold, under the next number. False: somebody else was quicker.
    pub(crate) async fn next_attempt(self, id: &str, attempt: i64, next: &NextAttempt<'_>) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET step = 'intent', attempt = attempt + 1, attempted_at = $9, stripe_params = $5, discount_code_id = $6,
                redemption_id = $7, generation = $8, busy_until = $10, updated_at = $9, account = $11
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND step IN ('uncertain', 'refused')",
            workspace, mode, id, attempt, next.stripe_params, next.discount_code_id, next.redemption_id, next.generation, next.now, next.busy_until,
            next.account
        )
        .map(|rows| rows == 1)
    }

    /// Keeps an attempt marked as worked on while it stays at this step. False: it was settled, and a renewal that comes late must not
    /// keep the next request waiting.
    pub(crate) async fn renew_checkout(
        self,
        id: &str,
        attempt: i64,
        step: super::Step,
        busy_until: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET busy_until = $5
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND step = $6 AND step IN ('intent', 'uncertain')",
            workspace, mode, id, attempt, busy_until, step.as_str()
        )
        .map(|rows| rows == 1)
    }

    /// Makes an uncertain attempt an intent again, with a hold that was taken anew. False: somebody else was quicker.
    pub(crate) async fn reclaim_checkout(
        self,
        id: &str,
        attempt: i64,
        redemption: Option<&str>,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET step = 'intent', redemption_id = $5, updated_at = $6
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND step = 'uncertain'",
            workspace,
            mode,
            id,
            attempt,
            redemption,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Stores the session. False: the checkout was settled otherwise meanwhile, and the session must not be given out.
    pub(crate) async fn open_checkout(
        self,
        id: &str,
        attempt: i64,
        session: &str,
        expires_at: i64,
        answer: &str,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET step = 'open', session_id = $5, session_expires_at = $6, answer = $7, updated_at = $8
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND step = 'intent'",
            workspace,
            mode,
            id,
            attempt,
            session,
            expires_at,
            answer,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Settles a checkout that has not given out a session. False: it is elsewhere already.
    pub(crate) async fn settle_checkout(
        self,
        id: &str,
        attempt: i64,
        step: super::Step,
        now: i64,
        busy_until: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET step = $5, updated_at = $6, busy_until = $7
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND step IN ('intent', 'uncertain')",
            workspace,
            mode,
            id,
            attempt,
            step.as_str(),
            now,
            busy_until
        )
        .map(|rows| rows == 1)
    }

    /// Ends an open checkout on Stripe's word. False: it had ended before.
    pub(crate) async fn end_checkout(self, id: &str, step: super::Step, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET step = $4, updated_at = $5 WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND step = 'open'",
            workspace, mode, id, step.as_str(), now
        )
        .map(|rows| rows == 1)
    }

    /// Lets go of the idempotency key of a checkout that was refused: it may come again corrected. True where the key is free now.
    pub(crate) async fn detach_refused_checkout(self, key: &str) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET idempotency_key = NULL WHERE workspace_id = $1 AND mode = $2 AND idempotency_key = $3 AND step = 'refused'",
            workspace, mode, key
        )
        .map(|rows| rows == 1)
    }

    /// Lets go of an idempotency key whose own row was forgotten long ago: what comes under it now is another request.
    pub(crate) async fn detach_checkout(self, key: &str) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(conn, "UPDATE checkouts SET idempotency_key = NULL WHERE workspace_id = $1 AND mode = $2 AND idempotency_key = $3", workspace, mode, key)
            .map(|_| ())
    }

    /// Open checkouts whose money takes days and whose time to be asked for has come, the longest due first.
    pub(crate) async fn undecided_checkouts(self, now: i64, limit: i64) -> Result<Vec<CheckoutRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            CheckoutRow,
            concat!(
                "SELECT ",
                columns!(),
                " FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND step = 'open' AND redemption_id IS NOT NULL
                    AND ask_again_at <= $3 ORDER BY ask_again_at LIMIT $4"
            ),
            workspace,
            mode,
            now,
            limit
        )
    }

    /// An open checkout is complete and unpaid at Stripe since then, and is asked for again at a moment. False: it has ended.
    pub(crate) async fn note_undecided(self, id: &str, since: i64, ask_again_at: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET undecided_since = COALESCE(undecided_since, $4), ask_again_at = $5
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND step = 'open'",
            workspace,
            mode,
            id,
            since,
            ask_again_at
        )
        .map(|rows| rows == 1)
    }

    /// Whether a checkout was ever opened.
    pub(crate) async fn any_checkout(self) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "SELECT id FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND session_id IS NOT NULL LIMIT 1",
            workspace,
            mode
        )?;
        Ok(row.is_some())
    }
}
