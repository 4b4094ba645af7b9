//! How a code's redemptions went over time: counted by the database, by quarters of an hour.

use super::query::{all, optional};
use super::{Result, Scoped};
use app::domain::ids::RedemptionId;
use app::domain::redemption::State;

/// A code's counters, and when they last moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct UsageRow {
    pub(crate) held: i64,
    pub(crate) redeemed: i64,
    /// Milliseconds.
    pub(crate) updated_at: i64,
}

impl Scoped<'_> {
    /// The counters of a code of an app: one row by its key.
    pub(crate) async fn usage(self, app_id: &str, code_id: &str) -> Result<Option<UsageRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            UsageRow,
            "SELECT held, redeemed, updated_at FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND app_id = $4",
            workspace,
            mode,
            code_id,
            app_id
        )
    }

    /// How many holds that still stand were taken in which quarter of an hour (counted since 1970), from a moment on.
    pub(crate) async fn held_by_quarter(self, code_id: &str, since: i64) -> Result<Vec<(i64, i64)>> {
        let (conn, workspace, mode) = self.split();
        // Ids are ordered by time, and the index by state and id: it is entered at that moment.
        let first = RedemptionId::new(since, [0; 10]);
        all!(
            conn,
            (i64, i64),
            "SELECT created_at / 900000, count(*) FROM redemptions
              WHERE workspace_id = $1 AND mode = $2 AND discount_code_id = $3 AND state = 'held' AND id >= $4 AND created_at >= $5
              GROUP BY created_at / 900000",
            workspace,
            mode,
            code_id,
            first.as_str(),
            since
        )
    }

    /// How many redemptions came to a state for good in which quarter of an hour, from a moment on.
    pub(crate) async fn settled_by_quarter(self, code_id: &str, state: State, since: i64) -> Result<Vec<(i64, i64)>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            (i64, i64),
            "SELECT settled_at / 900000, count(*) FROM redemptions
              WHERE workspace_id = $1 AND mode = $2 AND discount_code_id = $3 AND state = $4 AND settled_at >= $5
              GROUP BY settled_at / 900000",
            workspace,
            mode,
            code_id,
            state.as_str(),
            since
        )
    }
}
