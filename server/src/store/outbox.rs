//! Mail that is to be sent. A row holds no secret: a sign-in link is made at the moment its mail is sent.

use super::query::{all, execute, optional};
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
    /// Whose it is; none for what Codemint itself says.
    pub(crate) workspace_id: Option<String>,
    pub(crate) mode: Option<String>,
    /// The id of what it is about.
    pub(crate) about: Option<String>,
}

/// Mails that are taken together: nobody who signs in waits behind a heap of rewards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// Those with a code.
    Rewards,
    /// All others.
    Others,
}

macro_rules! take_due {
    ($kinds:literal, $lock:literal) => {
        concat!(
            // Materialized: PostgreSQL may run a subquery that locks more than once, and then it finds more than its limit.
            "WITH due AS MATERIALIZED (SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= $1 AND ",
            $kinds,
            " ORDER BY next_attempt_at, id LIMIT $3",
            $lock,
            ") UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $2, in_work = TRUE, updated_at = $1
              WHERE state = 'queued' AND next_attempt_at <= $1 AND id IN (SELECT id FROM due)
              RETURNING id, kind, recipient, attempts, detail, created_at, workspace_id, mode, about"
        )
    };
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

    /// Takes mails that are due, by putting their next attempt off: another process will not take them meanwhile, and those that it is
    /// taking are passed over.
    pub(crate) async fn take_due_mails(
        self,
        kinds: Kinds,
        now: i64,
        retry_at: i64,
        limit: i64,
    ) -> Result<Vec<MailRow>> {
        let sql = match (kinds, &self) {
            (Kinds::Rewards, Conn::Sqlite(_)) => take_due!("kind = 'reward'", ""),
            (Kinds::Rewards, Conn::Postgres(_)) => take_due!("kind = 'reward'", " FOR UPDATE SKIP LOCKED"),
            (Kinds::Others, Conn::Sqlite(_)) => take_due!("kind <> 'reward'", ""),
            (Kinds::Others, Conn::Postgres(_)) => take_due!("kind <> 'reward'", " FOR UPDATE SKIP LOCKED"),
        };
        all!(self, MailRow, sql, now, retry_at, limit)
    }

    /// Keeps a mail that is being worked on. One that has ended, or waits for its next attempt, stays as it is.
    pub(crate) async fn keep_mail(self, id: &str, until: i64) -> Result<()> {
        execute!(
            self,
            "UPDATE outbox SET next_attempt_at = $2 WHERE id = $1 AND state = 'queued' AND in_work AND next_attempt_at < $2",
            id,
            until
        )
        .map(|_| ())
    }

    /// Puts a mail that was taken back as it was.
    pub(crate) async fn give_back_mail(self, id: &str, now: i64) -> Result<()> {
        execute!(
            self,
            "UPDATE outbox SET attempts = attempts - 1, next_attempt_at = $2, in_work = FALSE, updated_at = $2 WHERE id = $1 AND state = 'queued'",
            id,
            now
        )
        .map(|_| ())
    }

    /// How many mails with a code were queued for an address since a moment, by whomever.
    pub(crate) async fn reward_mails_of_all(self, recipient: &str, since: i64) -> Result<i64> {
        let count = optional!(
            self,
            (i64,),
            "SELECT count(*) FROM outbox WHERE recipient = $1 AND created_at > $2 AND kind = 'reward'",
            recipient,
            since
        )?;
        Ok(count.map_or(0, |(count,)| count))
    }

    /// How many mails were tried out at an address since a moment.
    pub(crate) async fn test_mails_to(self, recipient: &str, since: i64) -> Result<i64> {
        let count = optional!(
            self,
            (i64,),
            "SELECT count(*) FROM outbox WHERE recipient = $1 AND created_at > $2 AND kind = 'reward_test'",
            recipient,
            since
        )?;
        Ok(count.map_or(0, |(count,)| count))
    }

    /// Notes how a mail ended (`sent`, `failed`, `cancelled`) or that it waits (`queued`) until `next`. False: it had ended already.
    pub(crate) async fn settle_mail(
        self,
        id: &str,
        state: &str,
        error: Option<&str>,
        next: i64,
        now: i64,
    ) -> Result<bool> {
        execute!(
            self,
            "UPDATE outbox SET state = $2, last_error = $3, next_attempt_at = $4, in_work = FALSE, updated_at = $5 WHERE id = $1 AND state = 'queued'",
            id,
            state,
            error,
            next,
            now
        )
        .map(|rows| rows == 1)
    }
}

impl Scoped<'_> {
    /// Queues a mail of this workspace's about one of its rewards. What it says is written when it leaves.
    pub(crate) async fn insert_reward_mail(self, id: &str, recipient: &str, reward: &str, now: i64) -> Result<()> {
        insert(self, "reward", id, recipient, reward, None, now).await
    }

    /// The same for a code in the place of another.
    pub(crate) async fn insert_replacing_mail(
        self,
        id: &str,
        recipient: &str,
        reward: &str,
        detail: &str,
        now: i64,
    ) -> Result<()> {
        insert(self, "reward", id, recipient, reward, Some(detail), now).await
    }

    /// Queues a mail by which an owner tries a campaign's mail out.
    pub(crate) async fn insert_test_mail(
        self,
        id: &str,
        recipient: &str,
        campaign: &str,
        detail: &str,
        now: i64,
    ) -> Result<()> {
        insert(self, "reward_test", id, recipient, campaign, Some(detail), now).await
    }

    /// How many mails with a code were queued for an address since each of two moments.
    pub(crate) async fn reward_mails_to(self, recipient: &str, since: i64, long_since: i64) -> Result<(i64, i64)> {
        let (conn, workspace, mode) = self.split();
        let counts = optional!(
            conn,
            (i64, i64),
            "SELECT count(CASE WHEN created_at > $4 THEN 1 END), count(*) FROM outbox
              WHERE workspace_id = $1 AND mode = $2 AND recipient = $3 AND created_at > $5 AND kind = 'reward'",
            workspace,
            mode,
            recipient,
            since,
            long_since
        )?;
        Ok(counts.unwrap_or_default())
    }

    /// Mails with codes that were queued since a moment, to whomever.
    pub(crate) async fn reward_mails_since(self, since: i64) -> Result<i64> {
        let (conn, workspace, mode) = self.split();
        let count = optional!(
            conn,
            (i64,),
            "SELECT count(*) FROM outbox WHERE workspace_id = $1 AND mode = $2 AND about IS NOT NULL AND kind = 'reward' AND created_at > $3",
            workspace,
            mode,
            since
        )?;
        Ok(count.map_or(0, |(count,)| count))
    }

    /// Whether a mail about a reward is still to leave.
    pub(crate) async fn has_queued_mail(self, reward: &str) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "SELECT id FROM outbox WHERE workspace_id = $1 AND mode = $2 AND about = $3 AND state = 'queued' AND kind = 'reward' LIMIT 1",
            workspace,
            mode,
            reward
        )?;
        Ok(row.is_some())
    }
}

async fn insert(
    at: Scoped<'_>,
    kind: &str,
    id: &str,
    recipient: &str,
    about: &str,
    detail: Option<&str>,
    now: i64,
) -> Result<()> {
    let (conn, workspace, mode) = at.split();
    execute!(
        conn,
        "INSERT INTO outbox (id, kind, recipient, workspace_id, mode, about, detail, state, attempts, next_attempt_at, created_at, updated_at)
         VALUES ($3, $7, $4, $1, $2, $5, $8, 'queued', 0, $6, $6, $6)",
        workspace,
        mode,
        id,
        recipient,
        about,
        now,
        kind,
        detail
    )
    .map(|_| ())
}
