//! What happened, in the order in which it did. No row names a person.

use super::paging::{Direction, behind_cursor};
use super::query::{all, execute};
use super::{Conn, Result, Scoped};
use app::domain::activity::{Topic, place};
use sqlx::AssertSqlSafe;

/// Something that happened.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ActivityRow {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) kind: String,
    pub(crate) detail: String,
    pub(crate) created_at: i64,
}

impl Conn<'_> {
    /// Forgets what is older than this, but for the steps of rewards, which stand on their pages; at most `limit` rows. How many it was.
    pub(crate) async fn forget_activity(self, before: i64, limit: i64) -> Result<u64> {
        execute!(
            self,
            "DELETE FROM activity WHERE (workspace_id, mode, id) IN (
                SELECT workspace_id, mode, id FROM activity WHERE minor = FALSE AND created_at < $1 ORDER BY created_at LIMIT $2)",
            before,
            limit
        )
    }
}

impl Scoped<'_> {
    /// Notes what happened to a subject, by its id.
    pub(crate) async fn insert_activity(
        self,
        id: &str,
        subject: &str,
        kind: &str,
        detail: &str,
        now: i64,
    ) -> Result<()> {
        let (topic, minor) = place(kind, subject);
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO activity (workspace_id, mode, id, subject, kind, detail, created_at, topic, minor)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            workspace,
            mode,
            id,
            subject,
            kind,
            detail,
            now,
            topic.as_str(),
            minor
        )
        .map(|_| ())
    }

    /// What happened to a subject, the newest last; at most 200.
    pub(crate) async fn activity_of(self, subject: &str) -> Result<Vec<ActivityRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            ActivityRow,
            "SELECT id, subject, kind, detail, created_at FROM activity
              WHERE workspace_id = $1 AND mode = $2 AND subject = $3 ORDER BY id LIMIT 200",
            workspace,
            mode,
            subject
        )
    }

    /// A page of what happened, newest first whatever the direction: all of one topic, or all but the steps of single rewards.
    pub(crate) async fn activity_page(
        self,
        topic: Option<Topic>,
        direction: &Direction,
        limit: i64,
    ) -> Result<Vec<ActivityRow>> {
        let (conn, workspace, mode) = self.split();
        // Put together from these fragments alone; every value is bound, and each parameter is named in every variant.
        let which = if topic.is_some() { "topic = $3" } else { "minor = FALSE AND CAST($3 AS TEXT) IS NULL" };
        let cursor = behind_cursor!(direction, "id", 4);
        let order = direction.order();
        let sql = format!(
            "SELECT id, subject, kind, detail, created_at FROM activity
              WHERE workspace_id = $1 AND mode = $2 AND {which} AND {cursor} ORDER BY id {order} LIMIT $5"
        );
        let rows = all!(
            conn,
            ActivityRow,
            AssertSqlSafe(sql),
            workspace,
            mode,
            topic.map(Topic::as_str),
            direction.cursor(),
            limit
        )?;
        Ok(direction.newest_first(rows))
    }
}
