//! The mail with a code: whether it leaves, what it says, how it is tried out, who wants none.

use super::super::connection::to_json;
use super::super::error::internal;
use super::super::mail::{Outcome, Written};
use super::super::when::zone;
use super::super::{Services, when};
use super::tell;
use crate::mailer::OutgoingMail;
use crate::scope::Scope;
use crate::store::{CampaignRow, MailRow, RewardRow, Tx};
use app::backend::Viewer;
use app::domain::campaign::DAY_MS;
use app::domain::email;
use app::domain::ids::{MailId, RewardId};
use app::domain::locale::Locale;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::reward::MailState;
use app::domain::reward_mail::{Letter, MailFacts, MailSettings, UNSUBSCRIBE};
use app::wire::rewards::*;
use app::wire::screens::FormOutcome;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// Mails with a code to one address within an hour, of one workspace in one mode.
const MOST_AN_HOUR: i64 = 20;
/// The same within a day.
const MOST_A_DAY: i64 = 50;
/// The same of all workspaces together.
const MOST_A_DAY_OF_ALL: i64 = 500;
/// Mails with codes of a tenant that was never connected to Stripe, a day: whoever has no shop has nobody to write to.
const MOST_UNCONNECTED: i64 = 50;
/// Mails that an owner may try out within an hour.
const MOST_TESTS: i64 = 10;
/// Whose name stands in a preview.
const SAMPLE_NAME: &str = "Ada";

/// What a mail's detail may say.
#[derive(Serialize, Deserialize)]
pub(super) struct Replaces {
    /// The code whose place the reward's code takes.
    pub(super) replaces: String,
}

/// What is kept of a mail that is tried out.
#[derive(Serialize, Deserialize)]
struct Trial {
    settings: MailSettings,
}

/// Why a reward's mail does not leave, in words.
pub(in super::super) fn trouble_of(state: MailState) -> Option<&'static str> {
    match state {
        MailState::Limited => Some(
            "So many mails with codes went to this address lately that this one was not sent. You can send it by hand.",
        ),
        MailState::Unsubscribed => Some("Whoever has this address wants no marketing from you."),
        _ => None,
    }
}

/// What several mails of a batch have in common, read once.
#[derive(Default)]
pub(in super::super) struct Offers(Mutex<HashMap<(Scope, String, i64), Arc<Offer>>>);

/// A campaign, as its mails tell of it.
struct Offer {
    settings: MailSettings,
    /// `15% off`, `€5.00 off, for 3 months`.
    terms: String,
    /// `15% off`.
    discount: String,
    /// IANA name.
    zone: Option<String>,
    /// In whose name they come.
    sender: String,
}

impl Offer {
    fn new(settings: MailSettings, campaign: &CampaignRow, app_name: &str) -> Result<Self, Problem> {
        let terms = campaign.terms()?;
        let sender = settings.sender(app_name);
        Ok(Self {
            terms: terms.promise(Locale::default()),
            discount: format!("{} off", terms.discount),
            zone: campaign.time_zone.clone(),
            sender,
            settings,
        })
    }

    fn facts(&self, code: &str, expires_at: Option<i64>, name: &str) -> MailFacts {
        MailFacts {
            shop: self.sender.clone(),
            discount: self.discount.clone(),
            terms: self.terms.clone(),
            code: code.to_owned(),
            expires: expires_at.map(|ms| last_moment(ms, self.zone.as_deref())),
            name: name.to_owned(),
            replaces: None,
            unsubscribe_url: None,
        }
    }

    fn mail(&self, to: &str, letter: &Letter) -> OutgoingMail {
        let reply_to = Some(self.settings.reply_to.trim()).filter(|address| !address.is_empty());
        OutgoingMail {
            from_name: Some(self.sender.clone()).filter(|name| !name.is_empty()),
            reply_to: reply_to.map(str::to_owned),
            to: to.to_owned(),
            subject: letter.subject.clone(),
            text: letter.text(),
            html: letter.html(),
            ..OutgoingMail::default()
        }
    }
}

/// Until when a code can be used, in words: the day where it is the whole of one, else with the clock. The zone is named unless it is the
/// owner's own and the day says it all.
fn last_moment(ms: i64, zone_name: Option<&str>) -> String {
    let zone = zone_name.map_or(TimeZone::UTC, zone);
    let Ok(end) = Timestamp::from_millisecond(ms) else { return "the end of time".to_owned() };
    let named = zone.iana_name().filter(|_| zone_name.is_some()).map(when::people_say);
    let last = end.to_zoned(zone.clone());
    let second = |at: &jiff::Zoned| (at.hour(), at.minute(), at.second());
    if second(&last) == (23, 59, 59) || second(&last) == (0, 0, 0) {
        // What ends at midnight was good for the day before.
        let day = match second(&last) {
            (0, 0, 0) => last.date().yesterday().unwrap_or(last.date()),
            _ => last.date(),
        };
        let day = day.strftime("%-d %B %Y").to_string();
        return if named.is_some() { day } else { format!("{day} (UTC)") };
    }
    let moment = last.strftime("%-d %B %Y, %H:%M").to_string();
    match named {
        Some(name) => format!("{moment} {name} time"),
        None => format!("{moment} UTC"),
    }
}

/// Under which hash somebody who wants no marketing from a workspace is known.
pub(super) fn unsubscribed_hash(scope: &Scope, email_key: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [scope.workspace.as_str(), email_key] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// A code that is none.
fn test_code(prefix: &str) -> String {
    format!("{prefix}-TEST-CODE")
}

fn mail_problem(message: impl Into<String>) -> Problem {
    Problem::new(Code::ParameterInvalid, message)
}

impl Services {
    /// Whether mail can leave this server at all.
    pub(super) fn mail_works(&self) -> bool {
        self.0.mailer.is_some()
    }

    /// Whether a reward's mail leaves, in the transaction that issues it.
    pub(super) async fn mail_state_in(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        campaign: &CampaignRow,
        email_key: &str,
    ) -> Result<MailState, Problem> {
        let now = self.now();
        if campaign.mail()?.marketing && tx.at(scope).wants_no_marketing(&unsubscribed_hash(scope, email_key)).await? {
            return Ok(MailState::Unsubscribed);
        }
        let (in_hour, _) = tx.at(scope).reward_mails_to(email_key, now - HOUR_MS, now - DAY_MS).await?;
        let limited = in_hour >= MOST_AN_HOUR
            || self.over_the_day_in(tx, scope, email_key, now).await?
            || (tx.at(scope).connection().await?.is_none()
                && tx.at(scope).reward_mails_since(now - DAY_MS).await? >= MOST_UNCONNECTED);
        Ok(if limited { MailState::Limited } else { MailState::Queued })
    }

    /// Whether an address has had all the mails of a day.
    async fn over_the_day_in(&self, tx: &mut Tx, scope: &Scope, email_key: &str, now: i64) -> Result<bool, Problem> {
        let (_, in_day) = tx.at(scope).reward_mails_to(email_key, now, now - DAY_MS).await?;
        Ok(in_day >= MOST_A_DAY || tx.conn().reward_mails_of_all(email_key, now - DAY_MS).await? >= MOST_A_DAY_OF_ALL)
    }

    /// What the mail of a reward says now; nothing where it is not to leave any more.
    pub(in super::super) async fn write_reward_mail(&self, row: &MailRow, offers: &Offers) -> Result<Written, Problem> {
        let (Some(workspace), Some(mode), Some(id)) = (&row.workspace_id, &row.mode, &row.about) else {
            return Ok(Written::Not(Outcome::Cancelled));
        };
        let scope = Scope::stored(workspace.clone(), mode);
        let mut reader = self.0.db.reader().await?;
        let reward = reader.at(&scope).reward(id).await?;
        let Some(reward) = reward.filter(|reward| reward.mail() == MailState::Queued) else {
            return Ok(Written::Not(Outcome::Cancelled));
        };
        let Some(to) = &reward.email else { return Ok(Written::Not(Outcome::Cancelled)) };
        let key = (scope.clone(), reward.campaign_id.clone(), reward.version);
        let known = offers.0.lock().get(&key).cloned();
        let offer = match known {
            Some(offer) => offer,
            None => {
                let campaign = reader.at(&scope).campaign_at(&reward.campaign_id, reward.version).await?;
                let campaign = campaign.ok_or_else(|| internal("a reward's campaign is gone", id))?;
                let app = reader.at(&scope).app(&campaign.app_id).await?;
                let app = app.ok_or_else(|| internal("a campaign's app is gone", &campaign.id))?;
                let offer = Arc::new(Offer::new(campaign.mail()?, &campaign, &app.name)?);
                offers.0.lock().insert(key, offer.clone());
                offer
            }
        };
        let marketing = offer.settings.marketing;
        if marketing {
            let hash = unsubscribed_hash(&scope, &email::normalize(to));
            if reader.at(&scope).wants_no_marketing(&hash).await? {
                return Ok(Written::Not(Outcome::Unsubscribed));
            }
        }
        let name = reward.metadata()?.get("name").cloned().unwrap_or_default();
        let replaces = row.detail.as_deref().and_then(|detail| serde_json::from_str::<Replaces>(detail).ok());
        let unsubscribe_url = marketing.then(|| self.unsubscribe_url(id));
        let facts = MailFacts {
            replaces: replaces.map(|Replaces { replaces }| replaces),
            unsubscribe_url: unsubscribe_url.clone(),
            ..offer.facts(&reward.code, reward.expires_at, &name)
        };
        let mail = offer.mail(to, &offer.settings.letter(&facts));
        Ok(Written::Mail(Box::new(OutgoingMail { unsubscribe_url, ..mail })))
    }

    /// What a mail says by which an owner tries it out.
    pub(in super::super) async fn write_test_mail(&self, row: &MailRow, _offers: &Offers) -> Result<Written, Problem> {
        let trial = row.detail.as_deref().and_then(|detail| serde_json::from_str::<Trial>(detail).ok());
        let (Some(workspace), Some(mode), Some(id), Some(trial)) = (&row.workspace_id, &row.mode, &row.about, trial)
        else {
            return Ok(Written::Not(Outcome::Cancelled));
        };
        let scope = Scope::stored(workspace.clone(), mode);
        let mut reader = self.0.db.reader().await?;
        let Some(campaign) = reader.at(&scope).campaign(id).await? else {
            return Ok(Written::Not(Outcome::Cancelled));
        };
        let app = reader.at(&scope).app(&campaign.app_id).await?;
        let app = app.ok_or_else(|| internal("a campaign's app is gone", &campaign.id))?;
        let offer = Offer::new(trial.settings, &campaign, &app.name)?;
        let mut letter = offer.settings.letter(&self.sample(&offer, &campaign));
        letter.subject = format!("[Test] {}", letter.subject);
        // Nobody can be unsubscribed by a test: a link would lead nowhere.
        if letter.unsubscribe_url.take().is_some() {
            letter.small_print.push(format!("{UNSUBSCRIBE} (here is the link; a test has none)"));
        }
        Ok(Written::Mail(Box::new(offer.mail(&row.recipient, &letter))))
    }

    /// What stands in the blanks where there is no reward yet.
    fn sample(&self, offer: &Offer, campaign: &CampaignRow) -> MailFacts {
        let expires_at = campaign.ends().of_reward(self.now(), when::end_of_day);
        MailFacts {
            unsubscribe_url: Some(self.unsubscribe_url("example")),
            ..offer.facts(&test_code(&campaign.code_prefix), expires_at, SAMPLE_NAME)
        }
    }

    fn unsubscribe_url(&self, reward: &str) -> String {
        format!("{}/unsubscribe/{reward}", self.0.public_url)
    }

    /// Sends a reward's mail once more, or the first time: the same code.
    pub(super) async fn send_reward_mail_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
    ) -> Result<RewardDetail, Problem> {
        let scope = Scope::stored(viewer.workspace_id.clone(), mode.as_str());
        let missing = || Problem::no_such("reward", id);
        let id = RewardId::parse(id).ok_or_else(missing)?;
        let mut tx = self.0.db.begin().await?;
        let reward = tx.at(&scope).reward(id.as_str()).await?.ok_or_else(missing)?;
        let campaign = reward.campaign_id.clone();
        self.queue_again_in(&mut tx, &scope, &reward).await?;
        tx.commit().await?;
        self.0.mail_waiting.notify_one();
        self.0.live.changed(&scope);
        self.reward_for(viewer, mode, &campaign, id.as_str()).await
    }

    async fn queue_again_in(&self, tx: &mut Tx, scope: &Scope, reward: &RewardRow) -> Result<(), Problem> {
        let now = self.now();
        let Some(address) = &reward.email else {
            return Err(mail_problem("This person was erased: there is no address to send the code to."));
        };
        let key = email::normalize(address);
        let campaign = tx.at(scope).campaign(&reward.campaign_id).await?;
        let campaign = campaign.ok_or_else(|| internal("a reward's campaign is gone", &reward.id))?;
        if campaign.mail()?.marketing && tx.at(scope).wants_no_marketing(&unsubscribed_hash(scope, &key)).await? {
            return Err(mail_problem(
                "Whoever has this address wants no marketing from you, and this campaign's mail is marketing. Nothing was sent.",
            ));
        }
        if tx.at(scope).has_queued_mail(&reward.id).await? {
            return Err(mail_problem("This mail is on its way already: it leaves as soon as it can."));
        }
        if self.over_the_day_in(tx, scope, &key, now).await? {
            return Err(Problem {
                retry_after: Some(3_600),
                ..Problem::new(
                    Code::RateLimited,
                    format!(
                        "Up to {MOST_A_DAY} mails with codes go to one address within a day, and this one has had them. Try again tomorrow; the code itself stands here."
                    ),
                )
            });
        }
        if !tx.at(scope).set_reward_mail(&reward.id, MailState::Queued, None, now).await? {
            return Err(mail_problem("This person was erased: there is no address to send the code to."));
        }
        let mail_id = MailId::new(now, self.random_id()?);
        tx.at(scope).insert_reward_mail(mail_id.as_str(), &key, &reward.id, now).await?;
        Ok(())
    }

    async fn app_name(&self, scope: &Scope, app_id: &str) -> Result<String, Problem> {
        let mut reader = self.0.db.reader().await?;
        let app = reader.at(scope).app(app_id).await?;
        Ok(app.map_or_else(|| app_id.to_owned(), |app| app.name))
    }

    pub(super) async fn campaign_mail_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
    ) -> Result<MailSetup, Problem> {
        let scope = Scope::stored(viewer.workspace_id.clone(), mode.as_str());
        let campaign = self.campaign_of_app(&scope, app_id, id).await?;
        let default_sender = self.app_name(&scope, app_id).await?;
        let offer = Offer::new(campaign.mail()?, &campaign, &default_sender)?;
        Ok(MailSetup {
            sample: self.sample(&offer, &campaign),
            settings: offer.settings,
            default_sender,
            test_to: viewer.email.clone(),
            mail_works: self.mail_works(),
        })
    }

    pub(super) async fn save_campaign_mail_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        settings: MailSettings,
    ) -> Result<FormOutcome, Problem> {
        let scope = Scope::stored(viewer.workspace_id.clone(), mode.as_str());
        let campaign = self.campaign_of_app(&scope, app_id, id).await?;
        let settings = match settings.check() {
            Ok(settings) => settings,
            Err(problems) => return Ok(FormOutcome::Refused { problems }),
        };
        let mail = to_json(&settings)?;
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        if !tx.at(&scope).set_campaign_mail(&campaign.id, &mail, now).await? {
            return Err(Problem::no_such("campaign", id));
        }
        tell(&mut tx, &scope, &campaign.id, "mail_changed", "", now, self.random_id()?).await?;
        tx.commit().await?;
        Ok(FormOutcome::Done { id: campaign.id })
    }

    pub(super) async fn send_test_mail_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        settings: MailSettings,
    ) -> Result<String, Problem> {
        let scope = Scope::stored(viewer.workspace_id.clone(), mode.as_str());
        let campaign = self.campaign_of_app(&scope, app_id, id).await?;
        let Some(to) = &viewer.email else {
            return Err(mail_problem("Add your e-mail address first: a test mail goes there and nowhere else."));
        };
        if !self.mail_works() {
            return Err(mail_problem(
                "This server sends no mail yet: its operator has not set it up. What you typed can be saved all the same.",
            ));
        }
        let settings = settings.check().map_err(|problems| {
            problems.into_iter().next().unwrap_or_else(|| mail_problem("The mail is not right yet."))
        })?;
        let detail = to_json(&Trial { settings })?;
        let (now, key) = (self.now(), email::normalize(to));
        let mut tx = self.0.db.begin().await?;
        if tx.conn().test_mails_to(&key, now - HOUR_MS).await? >= MOST_TESTS {
            return Err(Problem {
                retry_after: Some(3_600),
                ..Problem::new(
                    Code::RateLimited,
                    format!("Up to {MOST_TESTS} test mails are sent within an hour. The preview shows the same."),
                )
            });
        }
        let mail_id = MailId::new(now, self.random_id()?);
        tx.at(&scope).insert_test_mail(mail_id.as_str(), &key, &campaign.id, &detail, now).await?;
        tx.commit().await?;
        self.0.mail_waiting.notify_one();
        Ok(to.clone())
    }

    /// The reward behind a line to unsubscribe by, while its person is known.
    async fn reward_to_unsubscribe(&self, id: &str) -> Result<Option<(Scope, RewardRow, String)>, Problem> {
        let Some(id) = RewardId::parse(id) else { return Ok(None) };
        let mut reader = self.0.db.reader().await?;
        let Some((workspace, mode)) = reader.conn().whose_reward(id.as_str()).await? else { return Ok(None) };
        let scope = Scope::stored(workspace, &mode);
        let reward = reader.at(&scope).reward(id.as_str()).await?;
        Ok(reward.and_then(|reward| reward.email.clone().map(|address| (scope, reward, address))))
    }

    pub(super) async fn unsubscribe_offer_for(&self, id: &str) -> Result<Option<UnsubscribeOffer>, Problem> {
        let Some((scope, reward, address)) = self.reward_to_unsubscribe(id).await? else { return Ok(None) };
        let mut reader = self.0.db.reader().await?;
        let campaign = reader.at(&scope).campaign(&reward.campaign_id).await?;
        let campaign = campaign.ok_or_else(|| internal("a reward's campaign is gone", &reward.id))?;
        let app = reader.at(&scope).app(&reward.app_id).await?;
        let app = app.map_or_else(|| reward.app_id.clone(), |app| app.name);
        let hash = unsubscribed_hash(&scope, &email::normalize(&address));
        Ok(Some(UnsubscribeOffer {
            shop: campaign.mail()?.sender(&app),
            email: email::mask(&address),
            done: reader.at(&scope).wants_no_marketing(&hash).await?,
        }))
    }

    pub(super) async fn unsubscribe_for(&self, id: &str) -> Result<(), Problem> {
        let Some((scope, reward, address)) = self.reward_to_unsubscribe(id).await? else {
            return Err(Problem::no_such("mail", id));
        };
        let (now, hash) = (self.now(), unsubscribed_hash(&scope, &email::normalize(&address)));
        let mut tx = self.0.db.begin().await?;
        if tx.at(&scope).insert_unsubscribed(&hash, now).await? {
            tell(&mut tx, &scope, &reward.id, "unsubscribed", "", now, self.random_id()?).await?;
        }
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_when() {
        // 31 December 2026, 23:59:59 in Berlin.
        let berlin = Some("Europe/Berlin");
        assert_eq!(last_moment(1_798_757_999_000, berlin), "31 December 2026");
        assert_eq!(last_moment(1_798_758_000_000, berlin), "31 December 2026");
        assert_eq!(last_moment(1_798_758_000_000 + 60_000, berlin), "1 January 2027, 00:01 Berlin time");
        assert_eq!(last_moment(1_798_758_000_000, None), "31 December 2026, 23:00 UTC");
        assert_eq!(last_moment(1_798_761_600_000, None), "31 December 2026 (UTC)");
    }
}
