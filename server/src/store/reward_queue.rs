//! The way of rewards to Stripe: the queue that their rows are, and what came of each.

use super::query::{all, execute, optional};
use super::rewards::reward_columns;
use super::{Conn, Result, RewardRow, Scoped};
use app::domain::reward::{Cause, SyncState};

/// A promotion code that may still name somebody who was erased.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ScrubRow {
    /// The reward's.
    pub(crate) id: String,
    pub(crate) code: String,
    /// None: it was never noted that it was made, and perhaps it was.
    pub(crate) promotion_code_id: Option<String>,
    pub(crate) minted_account: Option<String>,
}

impl Conn<'_> {
    /// Tenants with something to do at Stripe now: a reward or an erasure that is due, and no pause that still lasts. One look at an index
    /// for each tenant that has campaigns, however many rewards wait.
    pub(crate) async fn tenants_to_mint(self, now: i64) -> Result<Vec<(String, String)>> {
        all!(
            self,
            (String, String),
            "SELECT t.workspace_id, t.mode FROM (SELECT DISTINCT workspace_id, mode FROM campaigns) AS t
               LEFT JOIN mint_pauses AS p ON p.workspace_id = t.workspace_id AND p.mode = t.mode
               LEFT JOIN connections AS k ON k.workspace_id = t.workspace_id AND k.mode = t.mode
              WHERE (p.probe_at IS NULL OR p.probe_at <= $1
                     OR (k.status = 'connected' AND (k.generation <> p.generation OR p.cause IN ('not_connected', 'needs_reauth'))))
                AND (EXISTS (SELECT 1 FROM rewards AS r WHERE r.workspace_id = t.workspace_id AND r.mode = t.mode AND r.due_at <= $1)
                     OR EXISTS (SELECT 1 FROM rewards AS r WHERE r.workspace_id = t.workspace_id AND r.mode = t.mode AND r.scrub_due_at <= $1))",
            now
        )
    }
}

impl Scoped<'_> {
    /// Takes rewards that are due, those that have waited longest first, and counts an attempt for each: they are not taken again before
    /// `until`.
    pub(crate) async fn take_due_rewards(self, now: i64, until: i64, limit: i64) -> Result<Vec<RewardRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            RewardRow,
            concat!(
                "UPDATE rewards SET attempts = attempts + 1, due_at = $4, updated_at = $3 WHERE workspace_id = $1 AND mode = $2 AND due_at <= $3 AND id IN
                    (SELECT id FROM rewards WHERE workspace_id = $1 AND mode = $2 AND due_at <= $3 ORDER BY due_at, id LIMIT $5) RETURNING ",
                reward_columns!()
            ),
            workspace,
            mode,
            now,
            until,
            limit
        )
    }

    /// Makes a reward that was tried due at another moment; that it was tried stands.
    pub(crate) async fn put_reward_off(self, id: &str, due_at: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET due_at = $4 WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND due_at IS NOT NULL",
            workspace,
            mode,
            id,
            due_at
        )
        .map(|_| ())
    }

    /// The coupon of a version is refused: all that is to be minted by it waits.
    pub(crate) async fn put_version_off(
        self,
        campaign_id: &str,
        version: i64,
        cause: Cause,
        trouble: &str,
        due_at: i64,
        now: i64,
    ) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET sync = 'failed', cause = $5, trouble = $6, due_at = $7, updated_at = $8
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4 AND sync IN ('pending', 'failed')",
            workspace,
            mode,
            campaign_id,
            version,
            cause.as_str(),
            trouble,
            due_at,
            now
        )
    }

    /// Gives back a reward that was taken and not tried.
    pub(crate) async fn put_reward_back(self, id: &str, due_at: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET attempts = attempts - 1, due_at = $4 WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND due_at IS NOT NULL",
            workspace,
            mode,
            id,
            due_at
        )
        .map(|_| ())
    }

    /// Notes that a code is in Stripe. A person who was erased while it was on its way is to be taken off it. False: it was there before, or
    /// the reward has another code by now.
    pub(crate) async fn note_reward_minted(
        self,
        id: &str,
        code_number: i64,
        promotion_code: &str,
        account: Option<&str>,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET sync = 'minted', cause = NULL, trouble = NULL, due_at = NULL, promotion_code_id = $5, minted_at = $7,
                minted_account = $6, scrub_due_at = CASE WHEN erased_at IS NULL THEN NULL ELSE $7 END, updated_at = $7
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND code_number = $4 AND sync <> 'minted'",
            workspace,
            mode,
            id,
            code_number,
            promotion_code,
            account,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Notes why a code is not in Stripe; `due_at` none: nothing is tried before the owner acts. What the owner said meanwhile stands:
    /// `by_hand_at` is as it was when the attempt began.
    #[expect(clippy::too_many_arguments, reason = "a row's columns")]
    pub(crate) async fn note_reward_trouble(
        self,
        id: &str,
        code_number: i64,
        state: SyncState,
        cause: Cause,
        trouble: &str,
        due_at: Option<i64>,
        by_hand_at: Option<i64>,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET sync = $5, cause = $6, trouble = $7, due_at = $8, updated_at = $9
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND code_number = $4 AND sync <> 'minted'
                AND COALESCE(by_hand_at, 0) = $10",
            workspace,
            mode,
            id,
            code_number,
            state.as_str(),
            cause.as_str(),
            trouble,
            due_at,
            now,
            by_hand_at.unwrap_or(0)
        )
        .map(|rows| rows == 1)
    }

    /// Makes what failed for this cause due at once: Stripe answers again.
    pub(crate) async fn wake_rewards(self, cause: Cause, now: i64) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET due_at = $4 WHERE workspace_id = $1 AND mode = $2 AND cause = $3 AND sync <> 'minted' AND due_at > $4",
            workspace,
            mode,
            cause.as_str(),
            now
        )
    }

    /// Tries again, by the owner's order, what failed, and what is blocked for a reason that may be gone by now.
    pub(crate) async fn retry_rewards(self, now: i64) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET due_at = $3 WHERE workspace_id = $1 AND mode = $2 AND cause IS NOT NULL AND sync <> 'minted'
                AND cause NOT IN ('coupon', 'expired')",
            workspace,
            mode,
            now
        )
    }

    /// Blocks what is to be minted by a version of a campaign whose coupon is in trouble.
    pub(crate) async fn block_rewards_of(
        self,
        campaign_id: &str,
        version: i64,
        trouble: &str,
        now: i64,
    ) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET sync = 'blocked', cause = 'coupon', trouble = $5, due_at = NULL, updated_at = $6
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4 AND sync IN ('pending', 'failed')",
            workspace,
            mode,
            campaign_id,
            version,
            trouble,
            now
        )
    }

    /// The coupon of a version is gone: codes that customers have and did not use cannot be used any more, until they are minted anew.
    pub(crate) async fn block_dead_codes(
        self,
        campaign_id: &str,
        version: i64,
        trouble: &str,
        now: i64,
    ) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET sync = 'blocked', cause = 'coupon', trouble = $5, due_at = NULL, promotion_code_id = NULL, updated_at = $6
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4 AND sync = 'minted' AND used_at IS NULL
                AND by_hand_at IS NULL AND (expires_at IS NULL OR expires_at > $6)",
            workspace,
            mode,
            campaign_id,
            version,
            trouble,
            now
        )
    }

    /// Another account is connected: codes that were minted in the one before and not used are minted in this one.
    pub(crate) async fn mint_elsewhere(self, campaign_id: &str, version: i64, account: &str, now: i64) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET sync = 'pending', due_at = $6, promotion_code_id = NULL, attempts = 0, by_hand_at = NULL, updated_at = $6
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4 AND sync = 'minted' AND used_at IS NULL
                AND minted_account <> $5 AND (expires_at IS NULL OR expires_at > $6)",
            workspace,
            mode,
            campaign_id,
            version,
            account,
            now
        )
    }

    /// What was blocked by a version's coupon is minted by another version from now on.
    pub(crate) async fn move_blocked_rewards(self, campaign_id: &str, from: i64, to: i64, now: i64) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET version = $5, sync = 'pending', cause = NULL, trouble = NULL, due_at = $6, updated_at = $6
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4 AND sync = 'blocked' AND cause = 'coupon'",
            workspace,
            mode,
            campaign_id,
            from,
            to,
            now
        )
    }

    /// The owner says that they made it in Stripe: it is compared there at once, before all that waits. False: it is minted.
    pub(crate) async fn mark_by_hand(self, id: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET by_hand_at = $4, sync = 'pending', cause = NULL, trouble = NULL, due_at = 0, updated_at = $4
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND sync <> 'minted'",
            workspace,
            mode,
            id,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Gives a reward that waits for its owner another code. False: it does not wait for that (any more). `Taken`: the text is another's.
    pub(crate) async fn replace_code(
        self,
        id: &str,
        code_number: i64,
        code: &str,
        version: i64,
        expires_at: Option<i64>,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET code = $5, code_number = code_number + 1, version = $6, expires_at = $7, sync = 'pending', cause = NULL,
                trouble = NULL, attempts = 0, due_at = $8, by_hand_at = NULL, updated_at = $8
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND code_number = $4 AND sync = 'blocked' AND due_at IS NULL
                AND erased_at IS NULL AND cause IN ('code_taken', 'different', 'expired')",
            workspace,
            mode,
            id,
            code_number,
            code,
            version,
            expires_at,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Begins a notice, if there is none for this cause yet.
    pub(crate) async fn begin_notice(self, cause: Cause, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO reward_notices (workspace_id, mode, cause, since, told_at) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (workspace_id, mode, cause) DO NOTHING",
            workspace,
            mode,
            cause.as_str(),
            now
        )
        .map(|rows| rows == 1)
    }

    /// Ends the notices of causes that no reward has any more and for which nothing is paused.
    pub(crate) async fn end_idle_notices(self) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "DELETE FROM reward_notices WHERE workspace_id = $1 AND mode = $2
                AND NOT EXISTS (SELECT 1 FROM rewards AS r WHERE r.workspace_id = $1 AND r.mode = $2 AND r.cause = reward_notices.cause)
                AND NOT EXISTS (SELECT 1 FROM mint_pauses AS p WHERE p.workspace_id = $1 AND p.mode = $2 AND p.cause = reward_notices.cause)",
            workspace,
            mode
        )
    }

    /// Promotion codes that still name somebody who was erased: not taken again before `until`.
    pub(crate) async fn take_due_scrubs(self, now: i64, until: i64, limit: i64) -> Result<Vec<ScrubRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            ScrubRow,
            "UPDATE rewards SET scrub_due_at = $4 WHERE workspace_id = $1 AND mode = $2 AND scrub_due_at <= $3 AND id IN
                (SELECT id FROM rewards WHERE workspace_id = $1 AND mode = $2 AND scrub_due_at <= $3 ORDER BY scrub_due_at, id LIMIT $5)
             RETURNING id, code, promotion_code_id, minted_account",
            workspace,
            mode,
            now,
            until,
            limit
        )
    }

    /// Notes that a promotion code names nobody any more.
    pub(crate) async fn note_scrubbed(self, id: &str) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET scrub_due_at = NULL WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND scrub_due_at IS NOT NULL",
            workspace,
            mode,
            id
        )
        .map(|rows| rows == 1)
    }

    /// Notes that a version's coupon is there, and that its uses are to be looked for.
    pub(crate) async fn note_campaign_minted(
        self,
        campaign_id: &str,
        version: i64,
        generation: i64,
        account: Option<&str>,
        now: i64,
    ) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaign_versions SET minted_at = COALESCE(minted_at, $7), minted_generation = $5, minted_account = $6, blocked_reason = NULL
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4",
            workspace,
            mode,
            campaign_id,
            version,
            generation,
            account,
            now
        )
        .map(|_| ())
    }

    /// Blocks a version whose coupon was changed or deleted in Stripe.
    pub(crate) async fn block_campaign(self, campaign_id: &str, version: i64, reason: &str) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaign_versions SET blocked_reason = $5 WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4",
            workspace,
            mode,
            campaign_id,
            version,
            reason
        )
        .map(|_| ())
    }

    /// The newest version number of a campaign.
    pub(crate) async fn newest_version(self, campaign_id: &str) -> Result<i64> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT version FROM campaign_versions WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 ORDER BY version DESC LIMIT 1",
            workspace,
            mode,
            campaign_id
        )?;
        Ok(row.map_or(0, |(version,)| version))
    }

    /// Makes a campaign give by another version.
    pub(crate) async fn set_campaign_version(self, campaign_id: &str, version: i64, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaigns SET version = $4, updated_at = $5 WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace,
            mode,
            campaign_id,
            version,
            now
        )
        .map(|_| ())
    }
}
