//! Mail that is to be sent. A row holds no secret: a sign-in link is made at the moment its mail is sent.

use super::query::{all, execute};
use super::{Conn, Result, Scoped};

/// A queued mail.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct MailRow {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) recipient: String,
    pub(crate) attempts: i64,
    /// What it is about, as JSON without secrets.
    pub(crate) detail: Option<String>,
    pub(crate) created_at: i64,
}

impl Conn<'_> {
    /// Queues a mail that needs no more than an address.
    pub(crate) async fn insert_mail(self, id: &str, kind: &str, recipient: &str, now: i64) -> Result<()> {
        self.insert_mail_about(id, kind, recipient, None, now).await
    }

    /// Queues a mail; `detail` is JSON without secrets.
    pub(crate) async fn insert_mail_about(
        self,
        id: &str,
        kind: &str,
        recipient: &str,
        detail: Option<&str>,
        now: i64,
    ) -> Result<()> {
        execute!(
            self,
            "INSERT INTO outbox (id, kind, recipient, detail, state, attempts, next_attempt_at, created_at, updated_at) VALUES ($1, $2, $3, $4, 'queued', 0, $5, $5, $5)",
            id, kind, recipient, detail, now
        )
        .map(|_| ())
    }

    /// Takes mails that are due, by putting their next attempt off: another process will not take them meanwhile.
    pub(crate) async fn take_due_mails(self, now: i64, retry_at: i64, limit: i64) -> Result<Vec<MailRow>> {
        all!(
            self,
            MailRow,
            "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $2, updated_at = $1
              WHERE state = 'queued' AND next_attempt_at <= $1 AND id IN
                (SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $3)
              RETURNING id, kind, recipient, attempts, detail, created_at",
            now,
            retry_at,
            limit
        )
    }

    /// Notes how a mail ended (`sent`, `failed`) or that it waits (`queued`) until `next`.
    pub(crate) async fn settle_mail(
        self,
        id: &str,
        state: &str,
        error: Option<&str>,
        next: i64,
        now: i64,
    ) -> Result<()> {
        execute!(
            self,
            "UPDATE outbox SET state = $2, last_error = $3, next_attempt_at = $4, updated_at = $5 WHERE id = $1",
            id,
            state,
            error,
            next,
            now
        )
        .map(|_| ())
    }
}

impl Scoped<'_> {
    /// Queues a mail of this workspace's about one of its rewards. What it says is written when it leaves; `replaces` is the text that its
    /// code takes the place of.
    pub(crate) async fn insert_reward_mail(
        self,
        id: &str,
        recipient: &str,
        reward: &str,
        replaces: Option<&str>,
        now: i64,
    ) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO outbox (id, kind, recipient, workspace_id, mode, about, detail, state, attempts, next_attempt_at, created_at, updated_at)
             VALUES ($3, 'reward', $4, $1, $2, $5, $6, 'queued', 0, $7, $7, $7)",
            workspace,
            mode,
            id,
            recipient,
            reward,
            replaces,
            now
        )
        .map(|_| ())
    }
}
