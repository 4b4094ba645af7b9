//! Who wants no marketing from a workspace, by the hash of their address. Who asks about it is in `people_data`.

use super::query::execute;
use super::{Result, Scoped};

impl Scoped<'_> {
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
