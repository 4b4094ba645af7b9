//! The workspace's data keys, each sealed by a master key.

use super::query::{execute, optional};
use super::{Result, Scoped};

impl Scoped<'_> {
    /// Stores a sealed data key.
    pub(crate) async fn insert_data_key(self, id: &str, wrapped: &[u8], now: i64) -> Result<()> {
        let (conn, workspace, _) = self.split();
        execute!(
            conn,
            "INSERT INTO data_keys (workspace_id, id, wrapped, created_at) VALUES ($1, $2, $3, $4)",
            workspace,
            id,
            wrapped,
            now
        )
        .map(|_| ())
    }

    /// The newest data key: its id and its sealed bytes.
    pub(crate) async fn newest_data_key(self) -> Result<Option<(String, Vec<u8>)>> {
        let (conn, workspace, _) = self.split();
        optional!(
            conn,
            (String, Vec<u8>),
            "SELECT id, wrapped FROM data_keys WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1",
            workspace
        )
    }

    /// A data key by its id.
    pub(crate) async fn data_key(self, id: &str) -> Result<Option<(String, Vec<u8>)>> {
        let (conn, workspace, _) = self.split();
        optional!(
            conn,
            (String, Vec<u8>),
            "SELECT id, wrapped FROM data_keys WHERE workspace_id = $1 AND id = $2",
            workspace,
            id
        )
    }
}

impl super::Conn<'_> {
    /// Data keys of any workspace (workspace, id, sealed bytes), the newest first: to check that the key ring opens them.
    pub(crate) async fn some_data_keys(self, limit: i64) -> Result<Vec<(String, String, Vec<u8>)>> {
        super::query::all!(
            self,
            (String, String, Vec<u8>),
            "SELECT workspace_id, id, wrapped FROM data_keys ORDER BY created_at DESC LIMIT $1",
            limit
        )
    }
}
