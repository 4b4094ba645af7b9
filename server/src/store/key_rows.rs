//! The data keys as a rotation goes through them: the workspaces', and the system's, whose workspace is written as the empty text.

use super::query::{all, execute, optional};
use super::{Conn, Result};

/// A stored data key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct KeyRow {
    /// Empty for a system key.
    pub(crate) workspace_id: String,
    pub(crate) id: String,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) created_at: i64,
    /// When the rotation that made it began (milliseconds); none: it was made because there was no key.
    pub(crate) rotation: Option<i64>,
}

/// Both tables as one.
macro_rules! every_key {
    ($columns:literal, $where:literal) => {
        concat!(
            "SELECT ", $columns, " FROM
               (SELECT workspace_id, id, wrapped, created_at, rotation FROM data_keys
                UNION ALL SELECT '' AS workspace_id, id, wrapped, created_at, rotation FROM system_keys) AS k WHERE ",
            $where
        )
    };
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

impl Conn<'_> {
    /// How the wrapped keys begin, each beginning once: which master keys they need. A beginning is as long as its second byte says.
    pub(crate) async fn wrapped_heads(mut self) -> Result<Vec<Vec<u8>>> {
        let lengths = every_key!("DISTINCT substr(wrapped, 1, 2) AS head", "wrapped IS NOT NULL");
        let mut heads = Vec::new();
        for (start,) in all!(self.again(), (Vec<u8>,), lengths)? {
            let end = 2 + i64::from(start.get(1).copied().unwrap_or_default());
            let of_length =
                every_key!("DISTINCT substr(wrapped, 1, CAST($1 AS INTEGER)) AS head", "substr(wrapped, 1, 2) = $2");
            heads.extend(all!(self.again(), (Vec<u8>,), of_length, end, &start)?.into_iter().map(|(head,)| head));
        }
        Ok(heads)
    }

    /// Keys whose wrapping begins with `head`, the newest first.
    pub(crate) async fn keys_under(self, head: &[u8], limit: i64) -> Result<Vec<KeyRow>> {
        let sql = every_key!("*", "substr(wrapped, 1, CAST($1 AS INTEGER)) = $2 ORDER BY created_at DESC LIMIT $3");
        all!(self, KeyRow, sql, length(head), head, limit)
    }

    /// Keys whose wrapping does not begin with `head`.
    pub(crate) async fn keys_not_under(self, head: &[u8], limit: i64) -> Result<Vec<KeyRow>> {
        let sql = every_key!("*", "substr(wrapped, 1, CAST($1 AS INTEGER)) <> $2 ORDER BY id LIMIT $3");
        all!(self, KeyRow, sql, length(head), head, limit)
    }

    /// How many keys there are whose wrapping begins with `head`.
    pub(crate) async fn count_keys_under(self, head: &[u8]) -> Result<i64> {
        let sql = every_key!("count(*)", "substr(wrapped, 1, CAST($1 AS INTEGER)) = $2");
        optional!(self, (i64,), sql, length(head), head).map(|row| row.map_or(0, |(count,)| count))
    }

    /// Puts another wrapping in the place of the one that it was made from. False: that one is not there any more.
    pub(crate) async fn swap_wrapped(self, before: &KeyRow, wrapped: &[u8]) -> Result<bool> {
        if before.workspace_id.is_empty() {
            let sql = "UPDATE system_keys SET wrapped = $3 WHERE id = $1 AND wrapped = $2";
            return execute!(self, sql, &before.id, &before.wrapped, wrapped).map(|rows| rows == 1);
        }
        let sql = "UPDATE data_keys SET wrapped = $4 WHERE workspace_id = $1 AND id = $2 AND wrapped = $3";
        execute!(self, sql, &before.workspace_id, &before.id, &before.wrapped, wrapped).map(|rows| rows == 1)
    }

    /// The keys of a workspace, the newest first.
    pub(crate) async fn keys_of(self, workspace: &str) -> Result<Vec<KeyRow>> {
        all!(self, KeyRow, every_key!("*", "workspace_id = $1 ORDER BY id DESC"), workspace)
    }

    /// Workspaces that have a key, after one: at most `limit`.
    pub(crate) async fn keyholders(self, after: &str, limit: i64) -> Result<Vec<String>> {
        let sql = "SELECT workspace_id FROM data_keys WHERE workspace_id > $1 GROUP BY workspace_id ORDER BY workspace_id LIMIT $2";
        Ok(all!(self, (String,), sql, after, limit)?.into_iter().map(|(workspace,)| workspace).collect())
    }

    /// Those that have more than one.
    pub(crate) async fn holders_of_old_keys(self, after: &str, limit: i64) -> Result<Vec<String>> {
        let sql = "SELECT workspace_id FROM data_keys WHERE workspace_id > $1
                    GROUP BY workspace_id HAVING count(*) > 1 ORDER BY workspace_id LIMIT $2";
        Ok(all!(self, (String,), sql, after, limit)?.into_iter().map(|(workspace,)| workspace).collect())
    }

    /// The rotation that made a key beside which older ones still stand.
    pub(crate) async fn unfinished_rotation(self) -> Result<Option<i64>> {
        let sql = "SELECT max(rotation) FROM
            (SELECT rotation FROM data_keys AS k WHERE rotation IS NOT NULL
                AND EXISTS (SELECT 1 FROM data_keys AS o WHERE o.workspace_id = k.workspace_id AND o.id < k.id)
             UNION ALL SELECT rotation FROM system_keys AS k WHERE rotation IS NOT NULL
                AND EXISTS (SELECT 1 FROM system_keys AS o WHERE o.id < k.id)) AS r";
        optional!(self, (Option<i64>,), sql).map(|row| row.and_then(|(rotation,)| rotation))
    }

    /// The newest rotation of which a key is left.
    pub(crate) async fn newest_rotation(self) -> Result<Option<i64>> {
        let sql = every_key!("max(rotation)", "rotation IS NOT NULL");
        optional!(self, (Option<i64>,), sql).map(|row| row.and_then(|(rotation,)| rotation))
    }

    /// Stores a key that a rotation made.
    pub(crate) async fn insert_rotated_key(self, key: &KeyRow) -> Result<()> {
        if key.workspace_id.is_empty() {
            let sql = "INSERT INTO system_keys (id, wrapped, created_at, rotation) VALUES ($1, $2, $3, $4)";
            return execute!(self, sql, &key.id, &key.wrapped, key.created_at, key.rotation).map(|_| ());
        }
        let sql = "INSERT INTO data_keys (workspace_id, id, wrapped, created_at, rotation) VALUES ($1, $2, $3, $4, $5)";
        execute!(self, sql, &key.workspace_id, &key.id, &key.wrapped, key.created_at, key.rotation).map(|_| ())
    }

    /// Waits until no transaction that read this key to seal under it is open, and keeps it from new ones. What was sealed under it is seen
    /// by the next statement; this one's own view may be older than its wait.
    pub(crate) async fn lock_key(self, key: &KeyRow) -> Result<bool> {
        let of_system = key.workspace_id.is_empty();
        let sql = match (&self, of_system) {
            (Conn::Sqlite(_), true) => "SELECT id FROM system_keys WHERE id = $2 AND $1 = ''",
            (Conn::Sqlite(_), false) => "SELECT id FROM data_keys WHERE workspace_id = $1 AND id = $2",
            (Conn::Postgres(_), true) => "SELECT id FROM system_keys WHERE id = $2 AND $1 = '' FOR UPDATE",
            (Conn::Postgres(_), false) => "SELECT id FROM data_keys WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        };
        optional!(self, (String,), sql, &key.workspace_id, &key.id).map(|row| row.is_some())
    }

    /// Deletes a key that was locked and seals nothing.
    pub(crate) async fn delete_key(self, key: &KeyRow) -> Result<()> {
        if key.workspace_id.is_empty() {
            return execute!(self, "DELETE FROM system_keys WHERE id = $1", &key.id).map(|_| ());
        }
        let sql = "DELETE FROM data_keys WHERE workspace_id = $1 AND id = $2";
        execute!(self, sql, &key.workspace_id, &key.id).map(|_| ())
    }

    /// Itself for one more query.
    pub(super) fn again(&mut self) -> Conn<'_> {
        match self {
            Conn::Sqlite(conn) => Conn::Sqlite(conn),
            Conn::Postgres(conn) => Conn::Postgres(conn),
        }
    }
}
