//! The Stripe App's tokens. Pairs are appended; the newest of a connection counts.

use super::query::{all, execute, optional};
use super::{Conn, Result, Scoped};

/// A pair of tokens, sealed.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct AppTokenRow {
    pub(crate) generation: i64,
    pub(crate) account: String,
    pub(crate) access: Vec<u8>,
    pub(crate) refresh: Vec<u8>,
    pub(crate) access_expires_at: i64,
}

/// A new pair.
pub(crate) struct NewAppToken<'a> {
    pub(crate) generation: i64,
    /// The connection's generation.
    pub(crate) connected: i64,
    pub(crate) account: &'a str,
    pub(crate) access: &'a [u8],
    pub(crate) refresh: &'a [u8],
    pub(crate) access_expires_at: i64,
    /// Of the lease under which it was refreshed; 0: it came by a code.
    pub(crate) fence: i64,
    pub(crate) now: i64,
}

impl Scoped<'_> {
    /// The newest pair of a connection that was not destroyed.
    pub(crate) async fn app_token(self, connected: i64) -> Result<Option<AppTokenRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            AppTokenRow,
            "SELECT generation, account, access, refresh, access_expires_at FROM app_tokens
              WHERE workspace_id = $1 AND mode = $2 AND connected = $3 AND access IS NOT NULL AND refresh IS NOT NULL
              ORDER BY generation DESC LIMIT 1",
            workspace,
            mode,
            connected
        )
    }

    /// The newest generation that there ever was; 0 before the first.
    pub(crate) async fn newest_app_token(self) -> Result<i64> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT generation FROM app_tokens WHERE workspace_id = $1 AND mode = $2 ORDER BY generation DESC LIMIT 1",
            workspace,
            mode
        )?;
        Ok(row.map_or(0, |(generation,)| generation))
    }

    /// Appends a pair. False: there is one of this generation.
    pub(crate) async fn append_app_token(self, new: &NewAppToken<'_>) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO app_tokens (workspace_id, mode, generation, connected, account, access, refresh, access_expires_at, fence, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (workspace_id, mode, generation) DO NOTHING",
            workspace, mode, new.generation, new.connected, new.account, new.access, new.refresh, new.access_expires_at, new.fence, new.now
        )
        .map(|rows| rows == 1)
    }

    /// Destroys every pair; the rows stay, so that no generation comes twice.
    pub(crate) async fn destroy_app_tokens(self) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE app_tokens SET access = NULL, refresh = NULL WHERE workspace_id = $1 AND mode = $2 AND access IS NOT NULL",
            workspace,
            mode
        )
        .map(|_| ())
    }

    /// Deletes pairs that were followed by others: Stripe does not take them any more.
    pub(crate) async fn forget_app_tokens(self, before: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "DELETE FROM app_tokens WHERE workspace_id = $1 AND mode = $2 AND generation < $3",
            workspace,
            mode,
            before
        )
        .map(|_| ())
    }
}

impl Conn<'_> {
    /// Where a refresh was begun and its process is not heard of any more: workspace and mode.
    pub(crate) async fn broken_off_refreshes(self, lease: &str, now: i64) -> Result<Vec<(String, String)>> {
        all!(
            self,
            (String, String),
            "SELECT workspace_id, mode FROM leases WHERE name = $1 AND held_until > 0 AND held_until <= $2",
            lease,
            now
        )
    }
}
