//! Idempotency keys and their stored answers.

use super::query::{execute, optional};
use super::{Conn, Result, Scoped};

/// A key that came before.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct IdempotencyRow {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) status: Option<i64>,
    pub(crate) body: Option<Vec<u8>>,
}

/// Whether a key could be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// By us, under this fencing number.
    Ours(
        /// Grows with every take-over.
        i64,
    ),
    /// It is there: done, or running elsewhere.
    No,
}

impl Conn<'_> {
    /// Deletes keys older than `before`.
    pub(crate) async fn forget_idempotency_keys(self, before: i64) -> Result<u64> {
        execute!(self, "DELETE FROM idempotency_keys WHERE created_at < $1 AND locked_until < $1", before)
    }
}

impl Scoped<'_> {
    /// Takes a new key, or one of the same request whose process died or gave it back (lock run out, no answer).
    pub(crate) async fn take_idempotency_key(
        self,
        key: &str,
        fingerprint: &[u8],
        now: i64,
        locked_until: i64,
    ) -> Result<Taken> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "INSERT INTO idempotency_keys (workspace_id, mode, key, fingerprint, fence, locked_until, created_at) VALUES ($1, $2, $3, $4, 1, $6, $5)
             ON CONFLICT (workspace_id, mode, key) DO UPDATE SET fence = idempotency_keys.fence + 1, locked_until = excluded.locked_until
              WHERE idempotency_keys.status IS NULL AND idempotency_keys.locked_until <= $5 AND idempotency_keys.fingerprint = excluded.fingerprint
             RETURNING fence",
            workspace, mode, key, fingerprint, now, locked_until
        )?;
        Ok(row.map_or(Taken::No, |(fence,)| Taken::Ours(fence)))
    }

    /// A key, if it is there.
    pub(crate) async fn idempotency_key(self, key: &str) -> Result<Option<IdempotencyRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            IdempotencyRow,
            "SELECT fingerprint, status, body FROM idempotency_keys WHERE workspace_id = $1 AND mode = $2 AND key = $3",
            workspace,
            mode,
            key
        )
    }

    /// Whether a checkout or a redemption goes on under this key, if its request comes again.
    pub(crate) async fn key_is_bound(self, key: &str) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "SELECT id FROM redemptions WHERE workspace_id = $1 AND mode = $2 AND idempotency_key = $3
              UNION ALL SELECT id FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND idempotency_key = $3 LIMIT 1",
            workspace,
            mode,
            key
        )?;
        Ok(row.is_some())
    }

    /// Keeps the lock while its process lives. False: it was taken over.
    pub(crate) async fn renew_idempotency_key(self, key: &str, fence: i64, locked_until: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE idempotency_keys SET locked_until = $5 WHERE workspace_id = $1 AND mode = $2 AND key = $3 AND fence = $4 AND status IS NULL",
            workspace, mode, key, fence, locked_until
        )
        .map(|rows| rows == 1)
    }

    /// Stores the answer, byte for byte. `about` is the reward or the redemption that it tells of, if it does.
    pub(crate) async fn finish_idempotency_key(
        self,
        key: &str,
        fence: i64,
        status: i64,
        body: &[u8],
        about: Option<&str>,
    ) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE idempotency_keys SET status = $5, body = $6, about = $7 WHERE workspace_id = $1 AND mode = $2 AND key = $3 AND fence = $4 AND status IS NULL",
            workspace, mode, key, fence, status, body, about
        )
        .map(|_| ())
    }

    /// Gives a key back without an answer: the same request may be sent again at once.
    pub(crate) async fn release_idempotency_key(self, key: &str, fence: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE idempotency_keys SET locked_until = 0, fence = fence + 1 WHERE workspace_id = $1 AND mode = $2 AND key = $3 AND fence = $4 AND status IS NULL",
            workspace, mode, key, fence
        )
        .map(|_| ())
    }

    /// Forgets a key whose request was refused before anything was written: it may come again with another body.
    pub(crate) async fn forget_idempotency_key(self, key: &str, fence: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "DELETE FROM idempotency_keys WHERE workspace_id = $1 AND mode = $2 AND key = $3 AND fence = $4 AND status IS NULL",
            workspace, mode, key, fence
        )
        .map(|_| ())
    }
}
