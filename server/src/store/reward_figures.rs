//! How many rewards are where, what their uses took off, and what keeps them out of Stripe: counted by the database.

use super::query::{all, optional};
use super::{Result, Scoped};
use app::domain::ids::RewardId;
use app::domain::reward::{Cause, SyncState};

/// A quarter of an hour, in milliseconds: every zone's days begin at one.
pub(crate) const QUARTER_MS: i64 = 900_000;

/// How many rewards of a campaign are where, by their rows alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct FigureRow {
    pub(crate) earned: i64,
    pub(crate) used: i64,
    /// Pending or failed.
    pub(crate) waiting: i64,
    pub(crate) blocked: i64,
    pub(crate) mail_trouble: i64,
}

/// What uses took off in a currency.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct CostRow {
    pub(crate) currency: String,
    /// In its smallest unit.
    pub(crate) amount: i64,
    /// Of so many uses.
    pub(crate) uses: i64,
}

/// Uses within a quarter of an hour, of one currency.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct UsedRow {
    /// Quarters since 1970.
    pub(crate) quarter: i64,
    /// None: nothing is known of what they took off.
    pub(crate) currency: Option<String>,
    pub(crate) uses: i64,
    /// In the currency's smallest unit.
    pub(crate) amount: Option<i64>,
}

/// Rewards that are not in Stripe, of one state and one cause.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct TroubleRow {
    sync: String,
    cause: Option<String>,
    pub(crate) rewards: i64,
    /// When the oldest was earned.
    pub(crate) oldest: i64,
    /// The newest one's id.
    pub(crate) newest: String,
    /// Its campaign's app.
    pub(crate) app_id: String,
    /// Its campaign.
    pub(crate) campaign_id: String,
}

impl TroubleRow {
    /// Where they stand, as their rows say it.
    pub(crate) fn sync(&self) -> SyncState {
        SyncState::parse(&self.sync).unwrap_or(SyncState::Pending)
    }

    /// Why.
    pub(crate) fn cause(&self) -> Option<Cause> {
        self.cause.as_deref().and_then(Cause::parse)
    }
}

impl Scoped<'_> {
    /// The figures of a campaign, of one moment.
    pub(crate) async fn reward_figures(self, campaign_id: &str) -> Result<FigureRow> {
        let (conn, workspace, mode) = self.split();
        // One SELECT each, so that each reads the index that is made for it.
        let row = optional!(
            conn,
            FigureRow,
            "SELECT
                (SELECT count(*) FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3) AS earned,
                (SELECT count(*) FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND used_at IS NOT NULL) AS used,
                (SELECT count(*) FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND sync <> 'minted'
                    AND sync <> 'blocked') AS waiting,
                (SELECT count(*) FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND sync <> 'minted'
                    AND sync = 'blocked') AS blocked,
                (SELECT count(*) FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3
                    AND mail IN ('failed', 'refused', 'limited')) AS mail_trouble",
            workspace,
            mode,
            campaign_id
        )?;
        Ok(row.unwrap_or_default())
    }

    /// What the uses of a campaign's rewards took off, as far as it is known, a row a currency.
    pub(crate) async fn reward_costs(self, campaign_id: &str) -> Result<Vec<CostRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            CostRow,
            "SELECT used_currency AS currency, CAST(sum(used_amount) AS BIGINT) AS amount, count(*) AS uses FROM rewards
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND used_at IS NOT NULL AND used_amount IS NOT NULL
                AND used_currency IS NOT NULL
              GROUP BY used_currency ORDER BY used_currency",
            workspace,
            mode,
            campaign_id
        )
    }

    /// How many rewards of a campaign were earned in which quarter of an hour (counted since 1970), from a moment on.
    pub(crate) async fn earned_by_quarter(self, campaign_id: &str, since: i64) -> Result<Vec<(i64, i64)>> {
        let (conn, workspace, mode) = self.split();
        // Ids are ordered by time, and the index by id: it is entered at that moment.
        let first = RewardId::new(since, [0; 10]);
        all!(
            conn,
            (i64, i64),
            "SELECT created_at / 900000, count(*) FROM rewards
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND id >= $4 AND created_at >= $5 GROUP BY created_at / 900000",
            workspace,
            mode,
            campaign_id,
            first.as_str(),
            since
        )
    }

    /// How many rewards of a campaign were used in which quarter of an hour, from a moment on, and what that took off.
    pub(crate) async fn used_by_quarter(self, campaign_id: &str, since: i64) -> Result<Vec<UsedRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            UsedRow,
            "SELECT used_at / 900000 AS quarter, used_currency AS currency, count(*) AS uses, CAST(sum(used_amount) AS BIGINT) AS amount
               FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND used_at >= $4
              GROUP BY used_at / 900000, used_currency",
            workspace,
            mode,
            campaign_id,
            since
        )
    }

    /// What is not in Stripe, by state and cause; of one campaign, or of all.
    pub(crate) async fn reward_troubles(self, campaign_id: Option<&str>) -> Result<Vec<TroubleRow>> {
        let (conn, workspace, mode) = self.split();
        let of = if campaign_id.is_some() { "campaign_id = $3" } else { "CAST($3 AS TEXT) IS NULL" };
        let sql = format!(
            "SELECT g.sync, g.cause, g.rewards, g.oldest, g.newest, r.app_id, r.campaign_id FROM
                (SELECT sync, cause, count(*) AS rewards, min(created_at) AS oldest, max(id) AS newest FROM rewards
                  WHERE workspace_id = $1 AND mode = $2 AND sync <> 'minted' AND {of} GROUP BY sync, cause) AS g
               JOIN rewards AS r ON r.workspace_id = $1 AND r.mode = $2 AND r.id = g.newest"
        );
        all!(conn, TroubleRow, sqlx::AssertSqlSafe(sql), workspace, mode, campaign_id)
    }

    /// Since when there is which cause of trouble.
    pub(crate) async fn reward_notices(self) -> Result<Vec<(String, i64)>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            (String, i64),
            "SELECT cause, since FROM reward_notices WHERE workspace_id = $1 AND mode = $2",
            workspace,
            mode
        )
    }
}
