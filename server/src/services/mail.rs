//! The outbox: mail goes out by itself, again and again until it is accepted or refused for good.

use super::Services;
use super::sign_in::LINK_MINUTES;
use crate::mailer::{self, OutgoingMail};
use crate::store::MailRow;
use app::domain::problem::Problem;
use std::time::Duration;

/// A mail that is being sent is not taken again before this, in milliseconds.
const CLAIM_MS: i64 = 60_000;
/// After so many attempts a mail is given up.
const MAX_ATTEMPTS: i64 = 12;

impl Services {
    /// Waits until mail is queued or some time has passed.
    pub(crate) async fn mail_due(&self) {
        let _either = tokio::time::timeout(Duration::from_secs(2), self.0.mail_waiting.notified()).await;
    }

    /// Sends what is due; how many mails were tried. Without a mailer everything waits in the queue.
    pub(crate) async fn send_due_mail(&self) -> Result<usize, Problem> {
        let Some(mailer) = &self.0.mailer else { return Ok(0) };
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let mails = tx.conn().take_due_mails(now, now + CLAIM_MS, 20).await?;
        tx.commit().await?;
        for mail in &mails {
            self.send_one(mailer, mail).await?;
        }
        Ok(mails.len())
    }

    async fn send_one(&self, mailer: &mailer::Mailer, row: &MailRow) -> Result<(), Problem> {
        let link = self.make_sign_in_link(&row.recipient).await?;
        let mailer::MailText { subject, text, html } = mailer::sign_in_mail(&link, LINK_MINUTES);
        // An IPv6 address cannot stand in a Message-ID without more ado.
        let host = url::Url::parse(&self.0.public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.filter(|host| !host.starts_with('[')).unwrap_or_else(|| "localhost".into());
        let mail =
            OutgoingMail { message_id: format!("<{}@{host}>", row.id), to: row.recipient.clone(), subject, text, html };
        let sent = mailer.send(&mail).await;
        let now = self.now();
        let (state, error, next) = match &sent {
            Ok(()) => ("sent", None, now),
            Err(error) if error.permanent || row.attempts >= MAX_ATTEMPTS => {
                ("failed", Some(error.message.as_str()), now)
            }
            Err(error) => ("queued", Some(error.message.as_str()), now + backoff_ms(row.attempts)),
        };
        if let Some(error) = error {
            tracing::warn!(mail = %row.id, kind = %row.kind, state, error, "a mail was not accepted");
        }
        let mut tx = self.0.db.begin().await?;
        tx.conn().settle_mail(&row.id, state, error, next, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// 2 s, 4 s, 8 s … up to an hour.
fn backoff_ms(attempts: i64) -> i64 {
    1_000_i64.saturating_mul(1 << attempts.clamp(1, 12)).min(3_600_000)
}
