//! An API key and a code in one look: nothing is asked as often.

use super::discount_codes::columns;
use super::looks::{Looks, Numbered, Question, Queue, asked, found};
use super::{CodeRow, Conn, Result};
use futures::future::BoxFuture;

/// An API key, and the code that was asked about with it.
#[derive(sqlx::FromRow)]
pub(crate) struct KeyAndCode {
    pub(crate) key_workspace_id: String,
    pub(crate) key_mode: String,
    pub(crate) key_id: String,
    pub(crate) key_app_id: Option<String>,
    pub(crate) key_rights: String,
    pub(crate) key_last_used_at: Option<i64>,
    #[sqlx(flatten)]
    pub(crate) code: CodeRow,
}

/// Which API key has this hash and is not revoked, and which code of its app (of the named one, where the key belongs to all) has this text
/// and is not archived. No answer: something of it is not there.
pub(crate) struct CodeQuestion {
    hash: String,
    app_id: Option<String>,
    text: String,
}

impl CodeQuestion {
    /// By the SHA-256 of the key.
    pub(crate) fn new(hash: &[u8], app_id: Option<&str>, text: &str) -> Self {
        Self { hash: hex::encode(hash), app_id: app_id.map(str::to_owned), text: text.to_owned() }
    }
}

impl Question for CodeQuestion {
    type Answer = KeyAndCode;

    fn queue(looks: &Looks) -> &Queue<Self> {
        &looks.codes
    }

    fn parts(&self) -> Vec<Option<&str>> {
        vec![Some(&self.hash), self.app_id.as_deref(), Some(&self.text)]
    }

    fn find<'c>(conn: Conn<'c>, list: &'c str) -> BoxFuture<'c, Result<Vec<Numbered<KeyAndCode>>>> {
        macro_rules! keys_and_codes {
            ($asked:expr, $keys_and_codes:expr) => {
                concat!(
                    "SELECT a.n, k.workspace_id AS key_workspace_id, k.mode AS key_mode, k.id AS key_id, k.app_id AS key_app_id,
                        k.rights AS key_rights, k.last_used_at AS key_last_used_at, c.* FROM ",
                    $asked,
                    $keys_and_codes
                )
            };
        }
        macro_rules! key {
            () => {
                "k.hash = a.hash AND k.revoked_at IS NULL AND (a.app IS NULL OR k.app_id IS NULL OR k.app_id = a.app)"
            };
        }
        macro_rules! code {
            () => {
                "c.workspace_id = k.workspace_id AND c.mode = k.mode AND c.app_id = COALESCE(k.app_id, a.app) AND c.code = a.text
                    AND c.archived_at IS NULL"
            };
        }
        found!(
            conn,
            list,
            sqlite: keys_and_codes!(
                asked!(sqlite: "unhex(value ->> 0) AS hash, value ->> 1 AS app, value ->> 2 AS text"),
                concat!(" CROSS JOIN api_keys k CROSS JOIN discount_codes c WHERE ", key!(), " AND ", code!())
            ),
            postgres: keys_and_codes!(
                asked!(postgres: "decode(value ->> 0, 'hex') AS hash, (value ->> 1) COLLATE \"C\" AS app, (value ->> 2) COLLATE \"C\" AS text"),
                concat!(
                    " CROSS JOIN LATERAL (SELECT * FROM api_keys k WHERE ", key!(), " LIMIT 1) AS k
                      CROSS JOIN LATERAL (SELECT ", columns!(), " FROM discount_codes c WHERE ", code!(), " LIMIT 1) AS c"
                )
            )
        )
    }
}
