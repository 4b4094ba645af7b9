//! Why nothing can be minted on a connection for now.

use super::query::{execute, optional};
use super::{Result, Scoped};
use app::domain::reward::Cause;

/// A pause.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct PauseRow {
    cause: String,
    pub(crate) trouble: String,
    /// Of the connection that it is about.
    pub(crate) generation: i64,
    pub(crate) since: i64,
    pub(crate) probe_at: i64,
}

impl PauseRow {
    /// Why.
    pub(crate) fn cause(&self) -> Cause {
        Cause::parse(&self.cause).unwrap_or(Cause::Outage)
    }
}

impl Scoped<'_> {
    /// The pause, if there is one.
    pub(crate) async fn mint_pause(self) -> Result<Option<PauseRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            PauseRow,
            "SELECT cause, trouble, generation, since, probe_at FROM mint_pauses WHERE workspace_id = $1 AND mode = $2",
            workspace,
            mode
        )
    }

    /// Begins a pause, or goes on with it: the moment since when stays while the cause does.
    pub(crate) async fn pause_minting(
        self,
        cause: Cause,
        trouble: &str,
        generation: i64,
        now: i64,
        probe_at: i64,
    ) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO mint_pauses (workspace_id, mode, cause, trouble, generation, since, probe_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (workspace_id, mode) DO UPDATE SET
                since = CASE WHEN mint_pauses.cause = excluded.cause THEN mint_pauses.since ELSE excluded.since END,
                cause = excluded.cause, trouble = excluded.trouble, generation = excluded.generation, probe_at = excluded.probe_at",
            workspace,
            mode,
            cause.as_str(),
            trouble,
            generation,
            now,
            probe_at
        )
        .map(|_| ())
    }

    /// Ends a pause; whether there was one.
    pub(crate) async fn end_mint_pause(self) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(conn, "DELETE FROM mint_pauses WHERE workspace_id = $1 AND mode = $2", workspace, mode)
            .map(|rows| rows == 1)
    }

    /// Looks now whether what a pause waits for is there: the owner's order.
    pub(crate) async fn probe_now(self, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE mint_pauses SET probe_at = $3 WHERE workspace_id = $1 AND mode = $2",
            workspace,
            mode,
            now
        )
        .map(|_| ())
    }
}
