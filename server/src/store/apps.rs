//! Workspaces and their apps.

use super::query::{all, execute, optional};
use super::{Conn, Result, Scoped};

/// An app.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct AppRow {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Conn<'_> {
    /// Makes a workspace.
    pub(crate) async fn insert_workspace(self, id: &str, name: &str, now: i64) -> Result<()> {
        execute!(self, "INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)", id, name, now).map(|_| ())
    }
}

impl Scoped<'_> {
    /// Makes an app; `Taken` if the workspace has one of this id.
    pub(crate) async fn insert_app(self, id: &str, name: &str, now: i64) -> Result<()> {
        let (conn, workspace, _) = self.split();
        execute!(
            conn,
            "INSERT INTO apps (workspace_id, id, name, created_at) VALUES ($1, $2, $3, $4)",
            workspace,
            id,
            name,
            now
        )
        .map(|_| ())
    }

    /// One app.
    pub(crate) async fn app(self, id: &str) -> Result<Option<AppRow>> {
        let (conn, workspace, _) = self.split();
        optional!(conn, AppRow, "SELECT id, name FROM apps WHERE workspace_id = $1 AND id = $2", workspace, id)
    }

    /// All apps, by id.
    pub(crate) async fn apps(self) -> Result<Vec<AppRow>> {
        let (conn, workspace, _) = self.split();
        all!(conn, AppRow, "SELECT id, name FROM apps WHERE workspace_id = $1 ORDER BY id", workspace)
    }

    /// How many codes that are not archived each app has in this mode.
    pub(crate) async fn code_counts_by_app(self) -> Result<Vec<(String, i64)>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            (String, i64),
            "SELECT app_id, count(*) FROM (SELECT app_id FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND archived_at IS NULL LIMIT 10001) AS counted GROUP BY app_id",
            workspace,
            mode
        )
    }
}
