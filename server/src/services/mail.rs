//! The outbox: mail goes out by itself, again and again until it is accepted or refused for good.

use super::lease::Lease;
use super::rewards::Offers;
use super::sign_in::LINK_MINUTES;
use super::when::{Writing, when};
use super::{Services, address};
use crate::crash;
use crate::mailer::{self, MailError, MailText, Mailer, OutgoingMail};
use crate::scope::Scope;
use crate::store::{Kinds, MailRow, StoreError, Tx};
use app::domain::ids::{ActivityId, MailId};
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::domain::reward::{Cause, MailState};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// A mail that was taken is not taken again before this, in milliseconds, unless its process lives and renews that: what a dead one had is
/// sent by another soon.
const CLAIM_MS: i64 = 10_000;
/// After so many attempts a mail is given up: an hour and a bit. A link to sign in is of no use to anybody by then.
const MAX_ATTEMPTS: i64 = 12;
/// The same for a mail with a code: three days.
const MAX_REWARD_ATTEMPTS: i64 = 84;
/// Mails that are taken at once.
const BATCH: i64 = 200;
/// Mails that are sent at the same time.
const AT_ONCE: usize = 16;
/// Mails whose ends are noted in one transaction.
const TOGETHER: usize = 64;
/// How often it is tried to note how mails ended: what is not noted is sent once more.
const NOTING: u32 = 10;

/// What wakes those who send: each of the two kinds has its own.
#[derive(Default)]
pub(super) struct Waiting {
    rewards: Notify,
    others: Notify,
}

impl Waiting {
    /// A mail was queued.
    pub(super) fn notify_one(&self) {
        self.rewards.notify_one();
        self.others.notify_one();
    }
}

/// What came of a mail.
pub(super) enum Outcome {
    /// The mail server has it.
    Sent,
    /// There is no such address.
    Refused(String),
    /// The mail server takes it under no circumstances, or it was tried often enough.
    Failed(String),
    /// It is tried again.
    Later(MailError),
    /// It was not begun.
    Untried,
    /// It is not to leave any more.
    Cancelled,
    /// Its reader wants no marketing.
    Unsubscribed,
}

/// What is to be sent, or why nothing is.
pub(super) enum Written {
    /// A mail, but for its Message-ID.
    Mail(Box<OutgoingMail>),
    /// None.
    Not(Outcome),
}

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
    /// The app whose campaigns they are of.
    #[serde(default)]
    app: Option<String>,
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
        let app = match kind {
            // Any app of the tenant's: the list of its campaigns shows the notices of all.
            Notice::Rewards(_) => tx.at(scope).apps_with_campaigns().await?.into_iter().next(),
            _ => None,
        };
        let about = About { mode: scope.mode, account: account.map(str::to_owned), cause, app };
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
    pub(crate) async fn mail_due(&self, kinds: Kinds) {
        let waiting = match kinds {
            Kinds::Rewards => &self.0.mail_waiting.rewards,
            Kinds::Others => &self.0.mail_waiting.others,
        };
        let _either = tokio::time::timeout(Duration::from_secs(2), waiting.notified()).await;
    }

    /// Sends all that is due. Without a mailer everything waits in the queue. Once `stop` is cancelled no mail is begun, and those under way
    /// end.
    pub(crate) async fn send_due_mail(&self, kinds: Kinds, stop: &CancellationToken) -> Result<(), Problem> {
        let Some(mailer) = &self.0.mailer else { return Ok(()) };
        while !stop.is_cancelled() {
            let now = self.now();
            let mut tx = self.0.db.begin().await?;
            let mails = tx.conn().take_due_mails(kinds, now, now + CLAIM_MS, BATCH).await?;
            tx.commit().await?;
            if mails.is_empty() {
                break;
            }
            crash::here!("mail-taken");
            let _renewed = self.keep_mails(&mails);
            self.send_all(mailer, mails, stop).await?;
        }
        Ok(())
    }

    /// Keeps the mails of a batch for this process while it works on them.
    fn keep_mails(&self, mails: &[MailRow]) -> Lease {
        let services = self.clone();
        let ids: Arc<[String]> = mails.iter().map(|mail| mail.id.clone()).collect();
        Lease::keep(move || {
            let (services, ids) = (services.clone(), ids.clone());
            async move {
                let renewed = async {
                    let until = services.now() + CLAIM_MS;
                    let mut tx = services.0.db.begin().await?;
                    for id in &*ids {
                        tx.conn().keep_mail(id, until).await?;
                    }
                    tx.commit().await
                };
                // What could not be renewed now is renewed at the next turn, or sent twice: the same mail to its reader.
                let _next_turn: Result<(), StoreError> = renewed.await;
                true
            }
        })
    }

    /// Some at the same time; how they ended is noted in groups, while others are still being sent.
    async fn send_all(&self, mailer: &Mailer, mails: Vec<MailRow>, stop: &CancellationToken) -> Result<(), Problem> {
        let (ended, mut ends) = mpsc::channel(mails.len().max(1));
        let offers = Offers::default();
        let send = async {
            let each = futures::stream::iter(mails).for_each_concurrent(AT_ONCE, |row| {
                let (ended, offers) = (ended.clone(), &offers);
                async move {
                    let outcome =
                        if stop.is_cancelled() { Outcome::Untried } else { self.send_one(mailer, &row, offers).await };
                    // It holds as many as there are; the other side listens to the end.
                    let _ = ended.send((row, outcome)).await;
                }
            });
            each.await;
            drop(ended);
        };
        let note = async {
            let mut first = Ok(());
            let mut some = Vec::new();
            while ends.recv_many(&mut some, TOGETHER).await > 0 {
                let noted = self.note_all(&mut some).await;
                first = first.and(noted);
                some.clear();
            }
            first
        };
        tokio::join!(Box::pin(send), Box::pin(note)).1
    }

    async fn send_one(&self, mailer: &Mailer, row: &MailRow, offers: &Offers) -> Outcome {
        let written = match self.write(row, offers).await {
            Ok(written) => written,
            Err(problem) => {
                tracing::error!(mail = %row.id, kind = %row.kind, cause = %problem.message, "a mail could not be written");
                let message = "Something went wrong on our side. It is tried again.".into();
                Written::Not(Outcome::Later(MailError { permanent: false, about_address: true, message }))
            }
        };
        let mail = match written {
            Written::Mail(mail) => OutgoingMail { message_id: self.message_id(row), ..*mail },
            Written::Not(outcome) => return given_up(row, outcome),
        };
        match mailer.send(&mail).await {
            Ok(()) => {
                tracing::debug!(mail = %row.id, kind = %row.kind, "a mail was sent");
                Outcome::Sent
            }
            Err(error) if error.permanent && error.about_address => Outcome::Refused(error.message),
            Err(error) if error.permanent => Outcome::Failed(error.message),
            Err(error) => given_up(row, Outcome::Later(error)),
        }
    }

    /// What a mail says, at the moment when it leaves.
    async fn write(&self, row: &MailRow, offers: &Offers) -> Result<Written, Problem> {
        match row.kind.as_str() {
            "reward" => return self.write_reward_mail(row, offers).await,
            "reward_test" => return self.write_test_mail(row, offers).await,
            _ => {}
        }
        let Some(MailText { subject, text, html }) = self.mail_text(row).await? else {
            // A newer version beside this one may have queued it, and will send it.
            let message = "This mail cannot be written.".into();
            return Ok(Written::Not(Outcome::Later(MailError { permanent: false, about_address: false, message })));
        };
        let to = row.recipient.clone();
        Ok(Written::Mail(Box::new(OutgoingMail { to, subject, text, html, ..OutgoingMail::default() })))
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

    /// Of the row alone: a mail that is sent twice is one mail to the reader's program.
    fn message_id(&self, row: &MailRow) -> String {
        // An IPv6 address cannot stand in a Message-ID without more ado.
        let host = url::Url::parse(&self.0.public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.filter(|host| !host.starts_with('[')).unwrap_or_else(|| "localhost".into());
        format!("<{}@{host}>", row.id)
    }

    /// Notes how mails ended, in one transaction.
    async fn note_all(&self, ends: &mut [(MailRow, Outcome)]) -> Result<(), Problem> {
        crash::here!("mail-sent");
        say(ends);
        // In one order, whoever else changes some of these rewards.
        ends.sort_by(|(a, _), (b, _)| a.about.cmp(&b.about));
        let mut tries = 0;
        let changed = loop {
            tries += 1;
            match self.note_in_one(ends).await {
                Ok(changed) => break changed,
                Err(problem) if tries >= NOTING => return Err(problem),
                Err(_) => tokio::time::sleep(Duration::from_millis(50 << tries)).await,
            }
        };
        crash::here!("mail-noted");
        for scope in changed {
            self.0.live.changed(&scope);
        }
        Ok(())
    }

    async fn note_in_one(&self, ends: &[(MailRow, Outcome)]) -> Result<HashSet<Scope>, Problem> {
        let now = self.now();
        let mut changed = HashSet::new();
        let mut tx = self.0.db.begin().await?;
        for (row, outcome) in ends {
            let noted = match outcome {
                Outcome::Sent => tx.conn().settle_mail(&row.id, "sent", None, now, now).await?,
                Outcome::Refused(why) | Outcome::Failed(why) => {
                    tx.conn().settle_mail(&row.id, "failed", Some(why), now, now).await?
                }
                Outcome::Later(error) => {
                    let next = now + backoff_ms(row.attempts);
                    tx.conn().settle_mail(&row.id, "queued", Some(&error.message), next, now).await?
                }
                Outcome::Untried => {
                    tx.conn().give_back_mail(&row.id, now).await?;
                    false
                }
                Outcome::Cancelled | Outcome::Unsubscribed => {
                    tx.conn().settle_mail(&row.id, "cancelled", None, now, now).await?
                }
            };
            if noted && row.kind == "reward" {
                changed.extend(self.note_at_reward(&mut tx, row, outcome, now).await?);
            }
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// What the reward and its story say; whose it is.
    async fn note_at_reward(
        &self,
        tx: &mut Tx,
        row: &MailRow,
        outcome: &Outcome,
        now: i64,
    ) -> Result<Option<Scope>, Problem> {
        let (Some(workspace), Some(mode), Some(reward)) = (&row.workspace_id, &row.mode, &row.about) else {
            return Ok(None);
        };
        let scope = Scope::stored(workspace.clone(), mode);
        let (state, trouble, happened) = match outcome {
            Outcome::Sent => (MailState::Sent, None, "mailed"),
            Outcome::Refused(why) => (MailState::Refused, Some(why.as_str()), "mail_refused"),
            Outcome::Failed(why) => (MailState::Failed, Some(why.as_str()), "mail_failed"),
            Outcome::Later(error) => (MailState::Queued, Some(error.message.as_str()), ""),
            Outcome::Unsubscribed => (MailState::Unsubscribed, super::rewards::trouble_of(MailState::Unsubscribed), ""),
            Outcome::Cancelled | Outcome::Untried => return Ok(None),
        };
        let mailed_at = (state == MailState::Sent).then_some(now);
        let noted = tx.at(&scope).settle_reward_mail(reward, state, trouble, mailed_at, now).await?;
        if noted && !happened.is_empty() {
            let id = ActivityId::new(now, self.random_id()?);
            tx.at(&scope).insert_activity(id.as_str(), reward, happened, "", now).await?;
        }
        Ok(noted.then_some(scope))
    }
}

/// A mail that was tried often enough is given up.
fn given_up(row: &MailRow, outcome: Outcome) -> Outcome {
    let most = if row.kind == "reward" { MAX_REWARD_ATTEMPTS } else { MAX_ATTEMPTS };
    match outcome {
        Outcome::Later(error) if row.attempts >= most => Outcome::Failed(error.message),
        other => other,
    }
}

/// What the operator is told: once for all of them. What a mail server says about an address may name it, and stays out of the log.
fn say(ends: &[(MailRow, Outcome)]) {
    let count = |is: fn(&Outcome) -> bool| ends.iter().filter(|(_, outcome)| is(outcome)).count();
    let refused = count(|outcome| matches!(outcome, Outcome::Refused(_)));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let later = count(|outcome| matches!(outcome, Outcome::Later(_)));
    if refused + failed + later == 0 {
        return;
    }
    let why = ends.iter().find_map(|(_, outcome)| match outcome {
        Outcome::Later(error) if !error.about_address => Some(error.message.as_str()),
        _ => None,
    });
    tracing::warn!(refused, failed, later, why, "mails were not accepted");
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
    let About { mode, cause, app, .. } = serde_json::from_str(row.detail.as_deref()?).ok()?;
    let page = app.map(|app| format!("/{app}/campaigns")).unwrap_or_default();
    let link = format!("{public_url}/apps{page}?mode={mode}");
    Some(mailer::rewards_mail(&link, mode, cause?))
}

/// 2 s, 4 s, 8 s … up to an hour.
fn backoff_ms(attempts: i64) -> i64 {
    1_000_i64.saturating_mul(1 << attempts.clamp(1, 12)).min(3_600_000)
}
