//! Ways to Stripe's consent page and back: states, and what came back and waits for a person's word.

use super::query::{execute, optional};
use super::{Conn, Result};

/// Where a way began.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StateRow {
    pub(crate) browser_hash: Vec<u8>,
    pub(crate) mode: String,
    pub(crate) owner_id: Option<String>,
    pub(crate) workspace_id: Option<String>,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
}

/// A way that begins.
pub(crate) struct NewState<'a> {
    pub(crate) state_hash: &'a [u8],
    pub(crate) browser_hash: &'a [u8],
    pub(crate) mode: &'a str,
    pub(crate) started_from: &'a str,
    pub(crate) owner_id: Option<&'a str>,
    pub(crate) workspace_id: Option<&'a str>,
    pub(crate) now: i64,
    pub(crate) expires_at: i64,
}

/// What waits.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct InstallRow {
    /// What it is found by, and what its secret is bound to.
    pub(crate) ticket_hash: Vec<u8>,
    pub(crate) kind: String,
    pub(crate) mode: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) generation: i64,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) owner_id: Option<String>,
    pub(crate) workspace_id: Option<String>,
    pub(crate) expires_at: i64,
}

impl Conn<'_> {
    /// Stores where a way begins.
    pub(crate) async fn insert_state(self, new: &NewState<'_>) -> Result<()> {
        execute!(
            self,
            "INSERT INTO oauth_states (state_hash, browser_hash, mode, started_from, owner_id, workspace_id, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            new.state_hash, new.browser_hash, new.mode, new.started_from, new.owner_id, new.workspace_id, new.now, new.expires_at
        )
        .map(|_| ())
    }

    /// A state, in whatever condition.
    pub(crate) async fn state(self, state_hash: &[u8]) -> Result<Option<StateRow>> {
        optional!(
            self,
            StateRow,
            "SELECT browser_hash, mode, owner_id, workspace_id, expires_at, used_at FROM oauth_states WHERE state_hash = $1",
            state_hash
        )
    }

    /// The mode of the way that a browser began last.
    pub(crate) async fn newest_state_of(self, browser_hash: &[u8]) -> Result<Option<(String,)>> {
        optional!(
            self,
            (String,),
            "SELECT mode FROM oauth_states WHERE browser_hash = $1 ORDER BY created_at DESC LIMIT 1",
            browser_hash
        )
    }

    /// Uses a state up. False: somebody was quicker, or its time is over.
    pub(crate) async fn use_state(self, state_hash: &[u8], now: i64) -> Result<bool> {
        execute!(
            self,
            "UPDATE oauth_states SET used_at = $2 WHERE state_hash = $1 AND used_at IS NULL AND expires_at > $2",
            state_hash,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Keeps what came back until a person has decided about it, in the place of what waited under this ticket before.
    pub(crate) async fn put_waiting(self, row: &InstallRow, now: i64) -> Result<()> {
        execute!(
            self,
            "INSERT INTO waiting_installs (ticket_hash, kind, mode, account, generation, sealed, owner_id, workspace_id, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (ticket_hash) DO UPDATE SET kind = excluded.kind, mode = excluded.mode, account = excluded.account,
                generation = excluded.generation, sealed = excluded.sealed, owner_id = excluded.owner_id,
                workspace_id = excluded.workspace_id, created_at = excluded.created_at, expires_at = excluded.expires_at",
            row.ticket_hash.as_slice(), row.kind.as_str(), row.mode.as_deref(), row.account.as_deref(), row.generation, row.sealed.as_deref(),
            row.owner_id.as_deref(), row.workspace_id.as_deref(), now, row.expires_at
        )
        .map(|_| ())
    }

    /// What waits under a ticket, while it can be decided.
    pub(crate) async fn waiting(self, ticket_hash: &[u8], now: i64) -> Result<Option<InstallRow>> {
        optional!(
            self,
            InstallRow,
            "SELECT ticket_hash, kind, mode, account, generation, sealed, owner_id, workspace_id, expires_at FROM waiting_installs
              WHERE ticket_hash = $1 AND expires_at > $2",
            ticket_hash,
            now
        )
    }

    /// Takes it away. Only the first one who does finds it.
    pub(crate) async fn take_waiting(self, ticket_hash: &[u8], generation: i64) -> Result<bool> {
        execute!(
            self,
            "DELETE FROM waiting_installs WHERE ticket_hash = $1 AND generation = $2",
            ticket_hash,
            generation
        )
        .map(|rows| rows == 1)
    }

    /// Deletes what nobody can use any more. States are kept a day longer, so that a late one can be told from a forged one.
    pub(crate) async fn forget_installs(mut self, now: i64, states_before: i64) -> Result<()> {
        let again = match &mut self {
            Conn::Sqlite(conn) => Conn::Sqlite(conn),
            Conn::Postgres(conn) => Conn::Postgres(conn),
        };
        execute!(again, "DELETE FROM waiting_installs WHERE expires_at <= $1", now)?;
        execute!(self, "DELETE FROM oauth_states WHERE expires_at <= $1", states_before).map(|_| ())
    }
}
