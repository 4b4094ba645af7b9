//! Who wants no marketing from a workspace, by the hash of their address.

use super::query::{execute, optional};
use super::{Result, Scoped};

impl Scoped<'_> {
    /// Whether whoever has this address wants no marketing.
    pub(crate) async fn wants_no_marketing(self, email_hash: &[u8]) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT created_at FROM unsubscribed WHERE workspace_id = $1 AND mode = $2 AND email_hash = $3",
            workspace,
            mode,
            email_hash
        )?;
        Ok(row.is_some())
    }

    /// Notes that they want none. False: it was noted already.
    pub(crate) async fn insert_unsubscribed(self, email_hash: &[u8], now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO unsubscribed (workspace_id, mode, email_hash, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            workspace,
            mode,
            email_hash,
            now
        )
        .map(|rows| rows == 1)
    }
}
