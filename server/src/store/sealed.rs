//! Every column that holds a sealed value. One list: what seals and opens names its place by it, and a rotation goes through it; a test
//! compares it with the schema.

use super::query::{all, execute, optional};
use super::{Conn, Result};

/// Most values that one transaction of a rotation seals again.
pub(crate) const BATCH: usize = 100;

/// A column of a workspace's values. `(mode, generation)` names the row within the workspace.
#[derive(Debug)]
pub(crate) struct SealedColumn {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    page: &'static str,
    swap: &'static str,
    under: &'static str,
}

macro_rules! sealed {
    ($table:literal, $column:literal, row: $row:literal) => {
        SealedColumn {
            table: $table,
            column: $column,
            page: concat!(
                "SELECT mode, generation, ",
                $row,
                " AS row, ",
                $column,
                " AS sealed FROM ",
                $table,
                " WHERE workspace_id = $1 AND ",
                $column,
                " IS NOT NULL AND substr(",
                $column,
                ", 1, CAST($2 AS INTEGER)) <> $3",
                " AND (mode, generation) > ($4, $5) ORDER BY mode, generation LIMIT $6"
            ),
            swap: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = $5 WHERE workspace_id = $1 AND mode = $2 AND generation = $3 AND ",
                $column,
                " = $4"
            ),
            under: concat!(
                "SELECT mode FROM ",
                $table,
                " WHERE workspace_id = $1 AND substr(",
                $column,
                ", 1, CAST($2 AS INTEGER)) = $3 LIMIT 1"
            ),
        }
    };
}

/// A connection's restricted key.
pub(crate) const CONNECTION_SECRET: SealedColumn = sealed!("connections", "secret", row: "workspace_id");
/// The Stripe App's access token.
pub(crate) const TOKEN_ACCESS: SealedColumn = sealed!("app_tokens", "access", row: "workspace_id");
/// The Stripe App's refresh token.
pub(crate) const TOKEN_REFRESH: SealedColumn = sealed!("app_tokens", "refresh", row: "workspace_id");
/// The signing secret of an owner's webhook endpoint.
pub(crate) const WEBHOOK_SECRET: SealedColumn = sealed!("webhook_endpoints", "secret", row: "id");

/// All of a workspace's, sealed under its data key.
pub(crate) const OF_WORKSPACES: [&SealedColumn; 4] =
    [&CONNECTION_SECRET, &TOKEN_ACCESS, &TOKEN_REFRESH, &WEBHOOK_SECRET];

/// What waits with an install: the one column that is sealed under a system key.
pub(crate) const WAITING: (&str, &str) = ("waiting_installs", "sealed");

/// A sealed value and what its place is made of.
#[derive(sqlx::FromRow)]
pub(crate) struct SealedRow {
    pub(crate) mode: String,
    pub(crate) generation: i64,
    pub(crate) row: String,
    pub(crate) sealed: Vec<u8>,
}

/// A waiting install's sealed value.
#[derive(sqlx::FromRow)]
pub(crate) struct WaitingRow {
    pub(crate) ticket_hash: Vec<u8>,
    pub(crate) generation: i64,
    pub(crate) sealed: Vec<u8>,
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

impl Conn<'_> {
    /// A workspace's values that do not begin with `head`, after a row: at most [`BATCH`].
    pub(crate) async fn sealed_elsewhere(
        self,
        at: &SealedColumn,
        workspace: &str,
        head: &[u8],
        after: (&str, i64),
    ) -> Result<Vec<SealedRow>> {
        let (mode, generation) = after;
        all!(self, SealedRow, at.page, workspace, length(head), head, mode, generation, BATCH as i64)
    }

    /// Puts a value that was sealed again in the place of the one that it was made from. False: that one is not there any more.
    pub(crate) async fn swap_sealed(
        self,
        at: &SealedColumn,
        workspace: &str,
        before: &SealedRow,
        sealed: &[u8],
    ) -> Result<bool> {
        execute!(self, at.swap, workspace, &before.mode, before.generation, &before.sealed, sealed)
            .map(|rows| rows == 1)
    }

    /// Whether a value of a workspace begins with `head`.
    pub(crate) async fn is_sealed_under(self, at: &SealedColumn, workspace: &str, head: &[u8]) -> Result<bool> {
        optional!(self, (String,), at.under, workspace, length(head), head).map(|row| row.is_some())
    }

    /// Waiting installs whose value does not begin with `head`, after a ticket: at most [`BATCH`].
    pub(crate) async fn waiting_elsewhere(self, head: &[u8], after: &[u8]) -> Result<Vec<WaitingRow>> {
        all!(
            self,
            WaitingRow,
            "SELECT ticket_hash, generation, sealed FROM waiting_installs
              WHERE sealed IS NOT NULL AND substr(sealed, 1, CAST($1 AS INTEGER)) <> $2 AND ticket_hash > $3
              ORDER BY ticket_hash LIMIT $4",
            length(head),
            head,
            after,
            BATCH as i64
        )
    }

    /// As [`Self::swap_sealed`].
    pub(crate) async fn swap_waiting(self, before: &WaitingRow, sealed: &[u8]) -> Result<bool> {
        execute!(
            self,
            "UPDATE waiting_installs SET sealed = $3 WHERE ticket_hash = $1 AND sealed = $2",
            &before.ticket_hash,
            &before.sealed,
            sealed
        )
        .map(|rows| rows == 1)
    }

    /// Whether a waiting install's value begins with `head`.
    pub(crate) async fn waits_under(self, head: &[u8]) -> Result<bool> {
        optional!(
            self,
            (i64,),
            "SELECT generation FROM waiting_installs WHERE substr(sealed, 1, CAST($1 AS INTEGER)) = $2 LIMIT 1",
            length(head),
            head
        )
        .map(|row| row.is_some())
    }
}

/// Rows for tests, past those who may write them.
#[cfg(test)]
impl Conn<'_> {
    pub(crate) async fn write_raw(self, sql: &'static str, texts: [&str; 2], generation: i64, blob: &[u8]) -> u64 {
        execute!(self, sql, texts[0], texts[1], generation, blob).unwrap()
    }

    pub(crate) async fn read_raw(self, sql: &'static str, texts: [&str; 2], generation: i64) -> Vec<u8> {
        optional!(self, (Vec<u8>,), sql, texts[0], texts[1], generation).unwrap().unwrap().0
    }

    pub(crate) async fn number_raw(self, sql: &'static str) -> i64 {
        optional!(self, (i64,), sql).unwrap().unwrap().0
    }
}
