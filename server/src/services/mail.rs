//! The outbox: mail goes out by itself, again and again until it is accepted or refused for good.

use super::sign_in::LINK_MINUTES;
use super::when::{Writing, when};
use super::{Services, address};
use crate::mailer::{self, MailError, MailText, OutgoingMail};
use crate::scope::Scope;
use crate::store::{MailRow, Tx};
use app::domain::ids::MailId;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::domain::reward::Cause;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A mail that is being sent is not taken again before this, in milliseconds.
const CLAIM_MS: i64 = 60_000;
/// After so many attempts a mail is given up.
const MAX_ATTEMPTS: i64 = 12;

/// What a workspace's members are told by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// Stripe no longer accepts the connection.
    NeedsReauth,
    /// The account was connected to another workspace by the Stripe App.
    Moved,
    /// Rewards are not in Stripe, and wait for their owner.
    Rewards(Cause),
}

impl Notice {
    /// The kind of its mail.
    fn kind(self) -> &'static str {
        match self {
            Self::NeedsReauth => "needs_reauth",
            Self::Moved => "moved",
            Self::Rewards(_) => "rewards",
        }
    }
}

/// What such a mail is about.
#[derive(Serialize, Deserialize)]
struct About {
    mode: Mode,
    account: Option<String>,
    /// Of rewards that wait.
    #[serde(default)]
    cause: Option<Cause>,
}

impl Services {
    /// Queues a notice for every member who has an address. It leaves once the transaction is committed; its moment is now.
    pub(super) async fn queue_notice(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        kind: Notice,
        account: Option<&str>,
    ) -> Result<(), Problem> {
        let cause = if let Notice::Rewards(cause) = kind { Some(cause) } else { None };
        let about = About { mode: scope.mode, account: account.map(str::to_owned), cause };
        let detail =
            serde_json::to_string(&about).map_err(|error| super::error::internal("no mail could be made", &error))?;
        let now = self.now();
        for (address,) in tx.conn().member_addresses(scope.workspace.as_str()).await? {
            let id = MailId::new(now, self.random_id()?);
            tx.conn().insert_mail_about(id.as_str(), kind.kind(), &address, Some(&detail), now).await?;
        }
        Ok(())
    }

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

    /// What a mail says; none for one that this program cannot write.
    async fn mail_text(&self, row: &MailRow) -> Result<Option<MailText>, Problem> {
        let public_url = &self.0.public_url;
        Ok(match row.kind.as_str() {
            "sign_in" => {
                let link = self.make_sign_in_link(&row.recipient).await?;
                Some(mailer::sign_in_mail(&link, LINK_MINUTES))
            }
            address::CONFIRM => {
                let claim = row.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok());
                let Some(claim) = claim else { return Ok(None) };
                let link = self.make_link(&row.recipient, Some(claim)).await?;
                Some(mailer::confirm_address_mail(&link, LINK_MINUTES))
            }
            "needs_reauth" => notice(row, public_url, mailer::needs_reauth_mail),
            "moved" => notice(row, public_url, mailer::moved_mail),
            "rewards" => rewards_notice(row, public_url),
            _ => None,
        })
    }

    fn mail(&self, row: &MailRow, MailText { subject, text, html }: MailText) -> OutgoingMail {
        // An IPv6 address cannot stand in a Message-ID without more ado.
        let host = url::Url::parse(&self.0.public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.filter(|host| !host.starts_with('[')).unwrap_or_else(|| "localhost".into());
        OutgoingMail { message_id: format!("<{}@{host}>", row.id), to: row.recipient.clone(), subject, text, html }
    }

    async fn send_one(&self, mailer: &mailer::Mailer, row: &MailRow) -> Result<(), Problem> {
        let sent = match self.mail_text(row).await? {
            Some(text) => mailer.send(&self.mail(row, text)).await,
            // A newer version beside this one may have queued it, and will send it.
            None => Err(MailError { permanent: false, message: "This mail cannot be written.".into() }),
        };
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

/// What a notice says.
fn notice(row: &MailRow, public_url: &str, write: fn(&str, Mode, Option<&str>, &str) -> MailText) -> Option<MailText> {
    let About { mode, account, .. } = serde_json::from_str(row.detail.as_deref()?).ok()?;
    let link = format!("{public_url}/settings?mode={mode}");
    let since = when(row.created_at, &Writing::plain()).text;
    Some(write(&link, mode, account.as_deref(), &since))
}

/// What the notice about rewards that wait says.
fn rewards_notice(row: &MailRow, public_url: &str) -> Option<MailText> {
    let About { mode, cause, .. } = serde_json::from_str(row.detail.as_deref()?).ok()?;
    let link = format!("{public_url}/apps?mode={mode}");
    Some(mailer::rewards_mail(&link, mode, cause?))
}

/// 2 s, 4 s, 8 s … up to an hour.
fn backoff_ms(attempts: i64) -> i64 {
    1_000_i64.saturating_mul(1 << attempts.clamp(1, 12)).min(3_600_000)
}
