//! The workspace's connection to Stripe in each mode.

use super::query::{all, execute, optional};
use super::{Conn, Result, Scoped};

macro_rules! columns {
    () => {
        "workspace_id, mode, generation, method, status, account, key_hint, secret, permissions, trouble, connected_at"
    };
}
pub(super) use columns;

/// A stored connection. `secret` is sealed.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct ConnectionRow {
    pub(crate) workspace_id: String,
    pub(crate) mode: String,
    pub(crate) generation: i64,
    pub(crate) method: String,
    pub(crate) status: String,
    pub(crate) account: Option<String>,
    pub(crate) key_hint: String,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) permissions: String,
    pub(crate) trouble: Option<String>,
    pub(crate) connected_at: i64,
}

/// What a successful connect stores.
pub(crate) struct NewConnection<'a> {
    pub(crate) generation: i64,
    pub(crate) method: &'a str,
    pub(crate) account: Option<&'a str>,
    pub(crate) key_hint: &'a str,
    /// Sealed; none for the app, whose tokens have a table of their own.
    pub(crate) secret: Option<&'a [u8]>,
    pub(crate) permissions: &'a str,
    pub(crate) now: i64,
}

impl Conn<'_> {
    /// Workspace and mode of every connection that works and has an open checkout with a hold: what the sweep goes through.
    pub(crate) async fn connections_to_sweep(self) -> Result<Vec<(String, String)>> {
        all!(
            self,
            (String, String),
            "SELECT c.workspace_id, c.mode FROM connections c WHERE c.status = 'connected' AND EXISTS (
                SELECT 1 FROM checkouts k WHERE k.workspace_id = c.workspace_id AND k.mode = c.mode AND k.step = 'open'
                   AND k.redemption_id IS NOT NULL)"
        )
    }

    /// The connection that an account has by the app in a mode, also one that ended.
    pub(crate) async fn connection_by_app(self, mode: &str, account: &str) -> Result<Option<ConnectionRow>> {
        optional!(
            self,
            ConnectionRow,
            concat!(
                "SELECT ",
                columns!(),
                " FROM connections WHERE mode = $1 AND account = $2 AND method = 'stripe_app'"
            ),
            mode,
            account
        )
    }

    /// Every connection that was changed since a moment (milliseconds).
    pub(crate) async fn connections_changed(self, since: i64) -> Result<Vec<ConnectionRow>> {
        all!(self, ConnectionRow, concat!("SELECT ", columns!(), " FROM connections WHERE updated_at >= $1"), since)
    }
}

impl Scoped<'_> {
    /// The connection, in whatever state.
    pub(crate) async fn connection(self) -> Result<Option<ConnectionRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            ConnectionRow,
            concat!("SELECT ", columns!(), " FROM connections WHERE workspace_id = $1 AND mode = $2"),
            workspace,
            mode
        )
    }

    /// Makes others who would change the connection wait until this transaction ends. False: there is none.
    pub(crate) async fn lock_connection(self) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE connections SET updated_at = updated_at WHERE workspace_id = $1 AND mode = $2",
            workspace,
            mode
        )
        .map(|rows| rows == 1)
    }

    /// Stores a connection over the one that was there, if that was of the generation before. False: somebody else was quicker.
    pub(crate) async fn put_connection(self, new: &NewConnection<'_>) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO connections (workspace_id, mode, generation, method, status, account, key_hint, secret, permissions, connected_at, updated_at)
             VALUES ($1, $2, $3, $4, 'connected', $5, $6, $7, $8, $9, $9)
             ON CONFLICT (workspace_id, mode) DO UPDATE SET generation = excluded.generation, method = excluded.method, status = excluded.status,
                account = excluded.account, key_hint = excluded.key_hint, secret = excluded.secret, permissions = excluded.permissions,
                trouble = NULL, connected_at = excluded.connected_at, updated_at = excluded.updated_at
              WHERE connections.generation = excluded.generation - 1",
            workspace, mode, new.generation, new.method, new.account, new.key_hint, new.secret, new.permissions, new.now
        )
        .map(|rows| rows == 1)
    }

    /// Parks a connection that Stripe refuses, if it is still of this generation. False: it was parked before, or is another by now.
    pub(crate) async fn park_connection(self, generation: i64, trouble: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE connections SET status = 'needs_reauth', trouble = $4, updated_at = $5
              WHERE workspace_id = $1 AND mode = $2 AND generation = $3 AND status = 'connected'",
            workspace,
            mode,
            generation,
            trouble,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Notes that the app's connection works: it leaves its parking place when a pair that was thought lost has come after all.
    pub(crate) async fn unpark_app(self, generation: i64, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE connections SET status = 'connected', trouble = NULL, updated_at = $4
              WHERE workspace_id = $1 AND mode = $2 AND generation = $3 AND method = 'stripe_app' AND status <> 'disconnected'",
            workspace,
            mode,
            generation,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Ends the app's connection of this generation, for a reason that the owner is shown.
    pub(crate) async fn end_app(self, generation: i64, trouble: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE connections SET status = 'disconnected', trouble = $4, updated_at = $5
              WHERE workspace_id = $1 AND mode = $2 AND generation = $3 AND method = 'stripe_app' AND status <> 'disconnected'",
            workspace,
            mode,
            generation,
            trouble,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Takes the account from the app's connection: it belongs to another workspace from now on.
    pub(crate) async fn let_account_go(self, account: &str, trouble: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE connections SET status = 'disconnected', account = NULL, trouble = $4, updated_at = $5
              WHERE workspace_id = $1 AND mode = $2 AND account = $3 AND method = 'stripe_app'",
            workspace,
            mode,
            account,
            trouble,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Codes whose coupon was last seen in another account than this one.
    pub(crate) async fn minted_elsewhere(self, account: &str) -> Result<i64> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT count(*) FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND archived_at IS NULL
                AND minted_account IS NOT NULL AND minted_account <> $3",
            workspace,
            mode,
            account
        )?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// Notes permissions that turned out to be otherwise.
    pub(crate) async fn set_permissions(self, generation: i64, permissions: &str, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE connections SET permissions = $4, updated_at = $5 WHERE workspace_id = $1 AND mode = $2 AND generation = $3",
            workspace, mode, generation, permissions, now
        )
        .map(|_| ())
    }

    /// Forgets the secret.
    pub(crate) async fn disconnect(self, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE connections SET status = 'disconnected', secret = NULL, trouble = NULL, updated_at = $3 WHERE workspace_id = $1 AND mode = $2",
            workspace, mode, now
        )
        .map(|_| ())
    }
}
