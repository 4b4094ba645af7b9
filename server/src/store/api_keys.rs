//! API keys. Only the SHA-256 of a key is stored.

use super::looks::{Looks, Numbered, Question, Queue, asked, found};
use super::query::{all, execute};
use super::{Conn, Result, Scoped};
use futures::future::BoxFuture;

/// A stored API key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ApiKeyRow {
    pub(crate) workspace_id: String,
    pub(crate) mode: String,
    pub(crate) id: String,
    pub(crate) app_id: Option<String>,
    pub(crate) name: String,
    pub(crate) rights: String,
    pub(crate) hint: String,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: Option<i64>,
}

/// A new API key.
pub(crate) struct NewApiKey<'a> {
    pub(crate) id: &'a str,
    pub(crate) app_id: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) rights: &'a str,
    pub(crate) hash: &'a [u8],
    pub(crate) hint: &'a str,
    pub(crate) now: i64,
}

/// Which key has this hash: the one way into a tenant from outside. One that is revoked is none.
pub(crate) struct KeyQuestion {
    hash: String,
}

impl KeyQuestion {
    /// By the SHA-256 of the key.
    pub(crate) fn new(hash: &[u8]) -> Self {
        Self { hash: hex::encode(hash) }
    }
}

impl Question for KeyQuestion {
    type Answer = ApiKeyRow;

    fn queue(looks: &Looks) -> &Queue<Self> {
        &looks.keys
    }

    fn parts(&self) -> Vec<Option<&str>> {
        vec![Some(&self.hash)]
    }

    fn find<'c>(conn: Conn<'c>, list: &'c str) -> BoxFuture<'c, Result<Vec<Numbered<ApiKeyRow>>>> {
        macro_rules! keys {
            ($asked:expr, $joined:literal) => {
                concat!(
                    "SELECT a.n, k.workspace_id, k.mode, k.id, k.app_id, k.name, k.rights, k.hint, k.created_at, k.last_used_at FROM ",
                    $asked,
                    $joined
                )
            };
        }
        found!(
            conn,
            list,
            sqlite: keys!(
                asked!(sqlite: "unhex(value ->> 0) AS hash"),
                " CROSS JOIN api_keys k WHERE k.hash = a.hash AND k.revoked_at IS NULL"
            ),
            postgres: keys!(
                asked!(postgres: "decode(value ->> 0, 'hex') AS hash"),
                " CROSS JOIN LATERAL (SELECT * FROM api_keys k WHERE k.hash = a.hash AND k.revoked_at IS NULL LIMIT 1) AS k"
            )
        )
    }
}

impl Scoped<'_> {
    /// Stores a key.
    pub(crate) async fn insert_api_key(self, key: &NewApiKey<'_>) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO api_keys (workspace_id, mode, id, app_id, name, rights, hash, hint, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            workspace, mode, key.id, key.app_id, key.name, key.rights, key.hash, key.hint, key.now
        )
        .map(|_| ())
    }

    /// Those that are not revoked, newest first.
    pub(crate) async fn api_keys(self) -> Result<Vec<ApiKeyRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            ApiKeyRow,
            "SELECT workspace_id, mode, id, app_id, name, rights, hint, created_at, last_used_at FROM api_keys
              WHERE workspace_id = $1 AND mode = $2 AND revoked_at IS NULL ORDER BY id DESC",
            workspace,
            mode
        )
    }

    /// Revokes a key; false if there is none.
    pub(crate) async fn revoke_api_key(self, id: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE api_keys SET revoked_at = $4 WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND revoked_at IS NULL",
            workspace, mode, id, now
        )
        .map(|rows| rows == 1)
    }

    /// Notes that a key was used.
    pub(crate) async fn touch_api_key(self, id: &str, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE api_keys SET last_used_at = $4 WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace,
            mode,
            id,
            now
        )
        .map(|_| ())
    }
}
