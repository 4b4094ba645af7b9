//! The data keys, each sealed by a master key: the workspaces' own, and the system's for what belongs to no workspace yet.

use super::query::{execute, optional};
use super::{Conn, Result, Scoped};

/// A row that is read to seal under it stands until the transaction ends. On SQLite one transaction writes at a time, and that is enough.
/// `KEY SHARE` is in nobody's way but a deletion's.
macro_rules! shared {
    ($conn:expr, $sql:literal) => {
        match &$conn {
            Conn::Sqlite(_) => $sql,
            Conn::Postgres(_) => concat!($sql, " FOR KEY SHARE"),
        }
    };
}

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

    /// The newest data key: its id and its sealed bytes. Until the transaction ends nobody deletes it, so that what is sealed under it can
    /// be opened: a rotation that wants to waits for us, and then looks again.
    pub(crate) async fn newest_data_key(self) -> Result<Option<(String, Vec<u8>)>> {
        let (conn, workspace, _) = self.split();
        let sql = shared!(conn, "SELECT id, wrapped FROM data_keys WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1");
        optional!(conn, (String, Vec<u8>), sql, workspace)
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

impl Conn<'_> {
    /// Stores a sealed system key.
    pub(crate) async fn insert_system_key(self, id: &str, wrapped: &[u8], now: i64) -> Result<()> {
        execute!(self, "INSERT INTO system_keys (id, wrapped, created_at) VALUES ($1, $2, $3)", id, wrapped, now)
            .map(|_| ())
    }

    /// The newest system key, which stands like a workspace's.
    pub(crate) async fn newest_system_key(self) -> Result<Option<(String, Vec<u8>)>> {
        let sql = shared!(self, "SELECT id, wrapped FROM system_keys ORDER BY id DESC LIMIT 1");
        optional!(self, (String, Vec<u8>), sql)
    }

    /// A system key by its id.
    pub(crate) async fn system_key(self, id: &str) -> Result<Option<(String, Vec<u8>)>> {
        optional!(self, (String, Vec<u8>), "SELECT id, wrapped FROM system_keys WHERE id = $1", id)
    }
}
