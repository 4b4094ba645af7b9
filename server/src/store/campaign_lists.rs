//! Lists of campaigns.

use super::campaigns::{columns, joined};
use super::paging::{Direction, behind_cursor};
use super::query::all;
use super::{CampaignRow, Result, Scoped};
use app::domain::campaign::Status;
use sqlx::AssertSqlSafe;

/// The status of a row at `$3`, as `domain::campaign::Facts::status` has it; a conformance test holds the two together.
macro_rules! status {
    () => {
        "CASE WHEN c.archived_at IS NOT NULL THEN 'archived' WHEN NOT c.active THEN 'paused' WHEN c.expires_at <= $3 THEN 'expired' \
         WHEN c.issued >= c.max_rewards THEN 'exhausted' ELSE 'active' END"
    };
}

/// What a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct CampaignFilter {
    /// One app; none: all of the workspace.
    pub(crate) app_id: Option<String>,
    /// None: all but archived.
    pub(crate) status: Option<Status>,
    pub(crate) direction: Direction,
    pub(crate) limit: i64,
}

impl Scoped<'_> {
    /// A page of campaigns with their present versions, newest first whatever the direction.
    pub(crate) async fn campaigns(self, filter: &CampaignFilter, now: i64) -> Result<Vec<CampaignRow>> {
        let (conn, workspace, mode) = self.split();
        // The text is put together from these fragments alone; every value is bound. Each parameter is named in every variant,
        // because PostgreSQL must know the type of all of them.
        let app = if filter.app_id.is_some() { "c.app_id = $4" } else { "CAST($4 AS TEXT) IS NULL" };
        let status = match filter.status {
            None => "c.archived_at IS NULL AND CAST($3 AS BIGINT) > 0 AND CAST($5 AS TEXT) IS NULL",
            Some(_) => concat!(status!(), " = $5"),
        };
        let cursor = behind_cursor!(filter.direction, "c.id", 6);
        let sql = format!(
            "SELECT {}{} AND v.version = c.version WHERE c.workspace_id = $1 AND c.mode = $2 AND {app} AND {status} AND {cursor} \
             ORDER BY c.id {} LIMIT $7",
            columns!(),
            joined!(),
            filter.direction.order()
        );
        let rows = all!(
            conn,
            CampaignRow,
            AssertSqlSafe(sql),
            workspace,
            mode,
            now,
            filter.app_id.as_deref(),
            filter.status.map(Status::as_str),
            filter.direction.cursor(),
            filter.limit
        )?;
        Ok(filter.direction.newest_first(rows))
    }
}
