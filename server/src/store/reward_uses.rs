//! How rewards were used: what is to be asked at Stripe, and what came of it.

use super::busy::not_busy;
use super::query::{all, execute, optional};
use super::{Busy, Conn, Result, Scoped};

macro_rules! take_due {
    ($lock:literal) => {
        concat!(
            // Materialized, as in the outbox.
            "WITH due AS MATERIALIZED
                (SELECT v.workspace_id, v.mode, v.campaign_id, v.version FROM campaign_versions AS v
                   JOIN connections AS k ON k.workspace_id = v.workspace_id AND k.mode = v.mode AND k.status = 'connected'
                  WHERE v.uses_due_at <= $1 AND ",
            not_busy!("$4", "v.workspace_id", "v.mode"),
            " ORDER BY v.uses_due_at LIMIT $3",
            $lock,
            ")
             UPDATE campaign_versions SET uses_due_at = $2
              WHERE uses_due_at <= $1 AND (workspace_id, mode, campaign_id, version) IN (SELECT workspace_id, mode, campaign_id, version FROM due)
             RETURNING workspace_id, mode, campaign_id, version, coupon_id, uses_seen, minted_account, stirred_at"
        )
    };
}

/// A version of a campaign whose uses are to be looked for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct WatchRow {
    pub(crate) workspace_id: String,
    pub(crate) mode: String,
    pub(crate) campaign_id: String,
    pub(crate) version: i64,
    pub(crate) coupon_id: String,
    pub(crate) uses_seen: i64,
    /// Where the coupon was made, as far as that is known.
    pub(crate) minted_account: Option<String>,
    /// When a code of it was last minted or seen used.
    pub(crate) stirred_at: Option<i64>,
}

/// A use to be noted.
pub(crate) struct NewUse<'a> {
    pub(crate) promotion_code: &'a str,
    pub(crate) session: Option<&'a str>,
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<&'a str>,
    pub(crate) now: i64,
}

impl Conn<'_> {
    /// Takes versions that are to be looked at, those that have waited longest first: not taken again before `until`, passed over where
    /// another process takes them, and none of a tenant who is busy.
    pub(crate) async fn take_due_watches(self, now: i64, until: i64, limit: i64, busy: &Busy) -> Result<Vec<WatchRow>> {
        let sql = match &self {
            Conn::Sqlite(_) => take_due!(""),
            Conn::Postgres(_) => take_due!(" FOR UPDATE OF v SKIP LOCKED"),
        };
        all!(self, WatchRow, sql, now, until, limit, busy.as_str())
    }

    /// Whether there are versions to be looked at, of a tenant who is not busy.
    pub(crate) async fn watches_are_due(self, now: i64, busy: &Busy) -> Result<bool> {
        let row = optional!(
            self,
            (i64,),
            concat!(
                "SELECT version FROM campaign_versions WHERE uses_due_at <= $1 AND ",
                not_busy!("$2", "workspace_id", "mode"),
                " LIMIT 1"
            ),
            now,
            busy.as_str()
        )?;
        Ok(row.is_some())
    }
}

impl Scoped<'_> {
    /// A code of this version was minted: its use is to be looked for soon.
    pub(crate) async fn stir_version(self, campaign_id: &str, version: i64, now: i64, look_at: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaign_versions SET stirred_at = $5, uses_due_at = CASE WHEN uses_due_at <= $6 THEN uses_due_at ELSE $6 END
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4",
            workspace,
            mode,
            campaign_id,
            version,
            now,
            look_at
        )
        .map(|_| ())
    }

    /// Notes what the coupon's count was when its codes had been looked through, and when to look again; unless something stirred since
    /// `seen_stirred`, which has set a moment of its own.
    pub(crate) async fn note_watched(
        self,
        campaign_id: &str,
        version: i64,
        uses_seen: i64,
        seen_stirred: Option<i64>,
        stirred_at: Option<i64>,
        due_at: Option<i64>,
    ) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaign_versions SET uses_seen = $5,
                uses_due_at = CASE WHEN COALESCE(stirred_at, 0) = $6 THEN $8 ELSE uses_due_at END,
                stirred_at = CASE WHEN COALESCE(stirred_at, 0) = $6 THEN $7 ELSE stirred_at END
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4",
            workspace,
            mode,
            campaign_id,
            version,
            uses_seen,
            seen_stirred.unwrap_or(0),
            stirred_at,
            due_at
        )
        .map(|_| ())
    }

    /// Whether any code of a version is in Stripe and was not used.
    pub(crate) async fn any_unused(self, campaign_id: &str, version: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "SELECT id FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4
                AND used_at IS NULL AND promotion_code_id IS NOT NULL LIMIT 1",
            workspace,
            mode,
            campaign_id,
            version
        )?;
        Ok(row.is_some())
    }

    /// Whether a promotion code is a reward's that was not used, or whose session is not known.
    pub(crate) async fn reward_to_use(self, promotion_code: &str) -> Result<Option<(String, Option<i64>)>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            (String, Option<i64>),
            "SELECT id, used_at FROM rewards WHERE workspace_id = $1 AND mode = $2 AND promotion_code_id = $3 AND (used_at IS NULL OR used_session IS NULL)",
            workspace,
            mode,
            promotion_code
        )
    }

    /// A use that a session told of is one that the coupon's count need not tell any more.
    pub(crate) async fn count_seen_use(self, campaign_id: &str, version: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaign_versions SET uses_seen = uses_seen + 1 WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4",
            workspace,
            mode,
            campaign_id,
            version
        )
        .map(|_| ())
    }

    /// Notes a use; the reward, its campaign and version. None: it was noted before, or is no reward's.
    pub(crate) async fn note_used(self, new: &NewUse<'_>) -> Result<Option<(String, String, i64)>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            (String, String, i64),
            "UPDATE rewards SET used_at = $7, used_session = $4, used_amount = $5, used_currency = $6, updated_at = $7
              WHERE workspace_id = $1 AND mode = $2 AND promotion_code_id = $3 AND used_at IS NULL RETURNING id, campaign_id, version",
            workspace,
            mode,
            new.promotion_code,
            new.session,
            new.amount,
            new.currency,
            new.now
        )
    }

    /// Adds the session to a use that was seen without it.
    pub(crate) async fn note_use_session(self, new: &NewUse<'_>) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET used_session = $4, used_amount = $5, used_currency = $6, updated_at = $7
              WHERE workspace_id = $1 AND mode = $2 AND promotion_code_id = $3 AND used_at IS NOT NULL AND used_session IS NULL",
            workspace,
            mode,
            new.promotion_code,
            new.session,
            new.amount,
            new.currency,
            new.now
        )
        .map(|rows| rows == 1)
    }

    /// Counts a use.
    pub(crate) async fn count_use(self, campaign_id: &str, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaigns SET used = used + 1, updated_at = $4 WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace,
            mode,
            campaign_id,
            now
        )
        .map(|_| ())
    }

    /// Codes of a version that the owner made by hand and that were not used: text and id; at most 200.
    pub(crate) async fn unused_by_hand(self, campaign_id: &str, version: i64) -> Result<Vec<(String, String)>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            (String, String),
            "SELECT code, promotion_code_id FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4
                AND used_at IS NULL AND promotion_code_id IS NOT NULL AND by_hand_at IS NOT NULL ORDER BY id LIMIT 200",
            workspace,
            mode,
            campaign_id,
            version
        )
    }

    /// Whether any code is in Stripe and was not used, or was used without its session being known.
    pub(crate) async fn any_reward_unused(self) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "SELECT id FROM rewards WHERE workspace_id = $1 AND mode = $2 AND promotion_code_id IS NOT NULL
                AND (used_at IS NULL OR used_session IS NULL) LIMIT 1",
            workspace,
            mode
        )?;
        Ok(row.is_some())
    }
}
