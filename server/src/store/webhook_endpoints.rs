//! An owner's own webhook endpoint: one a workspace and mode. Its id is a function of both, so it is known before there is a row.

use super::query::{execute, optional};
use super::{Conn, Result, Scoped};

macro_rules! columns {
    () => {
        "workspace_id, mode, id, generation, secret, stripe_id, updated_at"
    };
}

/// A stored endpoint. `secret` is sealed.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct EndpointRow {
    pub(crate) workspace_id: String,
    pub(crate) mode: String,
    pub(crate) id: String,
    pub(crate) generation: i64,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) stripe_id: Option<String>,
    pub(crate) updated_at: i64,
}

impl Conn<'_> {
    /// An endpoint by its address, whosever it is.
    pub(crate) async fn webhook_endpoint_by_id(self, id: &str) -> Result<Option<EndpointRow>> {
        optional!(self, EndpointRow, concat!("SELECT ", columns!(), " FROM webhook_endpoints WHERE id = $1"), id)
    }
}

impl Scoped<'_> {
    /// The endpoint.
    pub(crate) async fn webhook_endpoint(self) -> Result<Option<EndpointRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            EndpointRow,
            concat!("SELECT ", columns!(), " FROM webhook_endpoints WHERE workspace_id = $1 AND mode = $2"),
            workspace,
            mode
        )
    }

    /// The intent: a row without a secret. False: there is a row.
    pub(crate) async fn insert_webhook_endpoint(self, id: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO webhook_endpoints (workspace_id, mode, id, generation, created_at, updated_at) VALUES ($1, $2, $3, 0, $4, $4)
             ON CONFLICT (workspace_id, mode) DO NOTHING",
            workspace, mode, id, now
        )
        .map(|rows| rows == 1)
    }

    /// Keeps the next generation of the secret, if the one before is still there. `stripe_id` none: as it was. False: somebody else was
    /// quicker.
    pub(crate) async fn set_webhook_secret(
        self,
        generation: i64,
        secret: &[u8],
        stripe_id: Option<&str>,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE webhook_endpoints SET generation = $3, secret = $4, stripe_id = COALESCE($5, stripe_id), updated_at = $6
              WHERE workspace_id = $1 AND mode = $2 AND generation = $3 - 1",
            workspace,
            mode,
            generation,
            secret,
            stripe_id,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Destroys the secret: what comes afterwards is refused. What was made at Stripe stays known, so that it can be found again.
    pub(crate) async fn destroy_webhook_secret(self, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE webhook_endpoints SET secret = NULL, generation = generation + 1, updated_at = $3
              WHERE workspace_id = $1 AND mode = $2 AND secret IS NOT NULL",
            workspace,
            mode,
            now
        )
        .map(|_| ())
    }

    /// Forgets the secret and what was made at Stripe. The row stays, and its generations go on: no old secret fits it again.
    pub(crate) async fn forget_webhook_endpoint(self, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE webhook_endpoints SET secret = NULL, stripe_id = NULL, generation = generation + 1, updated_at = $3
              WHERE workspace_id = $1 AND mode = $2",
            workspace,
            mode,
            now
        )
        .map(|_| ())
    }
}
