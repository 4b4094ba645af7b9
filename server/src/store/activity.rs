//! What happened, in the order in which it did. No row names a person.

use super::query::{all, execute};
use super::{Result, Scoped};

/// Something that happened.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ActivityRow {
    pub(crate) kind: String,
    pub(crate) detail: String,
    pub(crate) created_at: i64,
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
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO activity (workspace_id, mode, id, subject, kind, detail, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            workspace,
            mode,
            id,
            subject,
            kind,
            detail,
            now
        )
        .map(|_| ())
    }

    /// What happened to a subject, the newest last; at most 200.
    pub(crate) async fn activity_of(self, subject: &str) -> Result<Vec<ActivityRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            ActivityRow,
            "SELECT kind, detail, created_at FROM activity WHERE workspace_id = $1 AND mode = $2 AND subject = $3 ORDER BY id LIMIT 200",
            workspace,
            mode,
            subject
        )
    }
}
