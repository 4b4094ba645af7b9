//! A customer earns: the reward, its code, its mail and its place in the queue to Stripe, in one transaction. Stripe is not asked.

use super::super::{Caller, Services, Ticket};
use super::tell;
use super::views::reward;
use crate::crash;
use crate::scope::Scope;
use crate::store::{CampaignRow, NewReward, RewardRow, StoreError, Tx};
use crate::{crypto, store};
use app::domain::email;
use app::domain::ids::{CampaignId, MailId, RewardId};
use app::domain::problem::Problem;
use app::domain::reward::{ERASED, Earned, MailState};
use app::domain::reward_code;
use app::wire::api::Reward;
use sha2::{Digest, Sha256};

/// Texts that are tried until one is free: the second is hardly ever needed.
const MAX_TEXTS: usize = 20;

/// What came of earning.
pub struct Issued {
    /// The reward.
    pub reward: Reward,
    /// Its reference had one already: this one.
    pub repeated: bool,
}

/// What stands in the place of a reference once its person was erased: it may name them, and must still be known again.
pub(super) fn erased_reference(scope: &Scope, campaign_id: &str, reference: &str) -> String {
    let mut hash = Sha256::new();
    for part in [scope.workspace.as_str(), scope.mode.as_str(), campaign_id, reference] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{ERASED}{hash}")
}

impl Services {
    /// Issues a reward of a campaign that the caller may see. A reference that has one already gets that one.
    pub async fn earn(
        &self,
        caller: &Caller,
        campaign_id: &str,
        earned: &Earned,
        idempotency: Option<&Ticket>,
    ) -> Result<Issued, Problem> {
        let campaign = self.campaign_row(caller, campaign_id).await?;
        self.issue(&caller.scope, &campaign.id, earned, idempotency).await
    }

    /// Issues a reward of a campaign of this scope.
    pub(super) async fn issue(
        &self,
        scope: &Scope,
        campaign_id: &str,
        earned: &Earned,
        idempotency: Option<&Ticket>,
    ) -> Result<Issued, Problem> {
        for _ in 0..MAX_TEXTS {
            let mut tx = self.0.db.begin().await?;
            if let Some(row) = self.earned_before_in(&mut tx, scope, campaign_id, earned).await? {
                return self.repeat(tx, scope, &row, idempotency).await;
            }
            match self.issue_in(&mut tx, scope, campaign_id, earned).await {
                Ok(row) => {
                    let reward = self.reward_in(&mut tx, scope, &row).await?;
                    store_answer(&mut tx, idempotency, 201, &reward).await?;
                    crash::here!("before-earned");
                    tx.commit().await?;
                    crash::here!("earned");
                    self.0.mints.arrived.notify_one();
                    if row.mail() == MailState::Queued {
                        self.0.mail_waiting.notify_one();
                    }
                    return Ok(Issued { reward, repeated: false });
                }
                // The reference got its reward a moment ago, or the text is another's: the next turn tells.
                Err(Refused::Taken) => drop(tx),
                // What used the campaign up a moment ago may have been this very reference.
                Err(Refused::Closed(problem)) => {
                    return match self.earned_before_in(&mut tx, scope, campaign_id, earned).await? {
                        Some(row) => self.repeat(tx, scope, &row, idempotency).await,
                        None => Err(problem),
                    };
                }
                Err(Refused::For(problem)) => return Err(problem),
            }
        }
        Err(super::super::error::internal("no free text for a reward was found", &campaign_id))
    }

    /// Answers with the reward that is there.
    async fn repeat(
        &self,
        mut tx: Tx,
        scope: &Scope,
        row: &RewardRow,
        idempotency: Option<&Ticket>,
    ) -> Result<Issued, Problem> {
        let reward = self.reward_in(&mut tx, scope, row).await?;
        store_answer(&mut tx, idempotency, 200, &reward).await?;
        tx.commit().await?;
        Ok(Issued { reward, repeated: true })
    }

    /// The reward that this reference has already, held until the transaction ends: nobody is erased from it before its answer is stored.
    pub(super) async fn earned_before_in(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        campaign_id: &str,
        earned: &Earned,
    ) -> Result<Option<RewardRow>, Problem> {
        let Some(reference) = &earned.reference else { return Ok(None) };
        let erased = erased_reference(scope, campaign_id, reference);
        let Some(row) = tx.at(scope).reward_by_reference(campaign_id, reference, &erased).await? else {
            return Ok(None);
        };
        tx.at(scope).lock_reward(&row.id).await?;
        Ok(tx.at(scope).reward(&row.id).await?)
    }

    /// One reward within a transaction.
    pub(super) async fn issue_in(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        campaign_id: &str,
        earned: &Earned,
    ) -> Result<RewardRow, Refused> {
        let now = self.now();
        let Some(version) = tx.at(scope).count_reward(campaign_id, now).await? else {
            return Err(self.why_not(tx, scope, campaign_id).await?);
        };
        let campaign = tx
            .at(scope)
            .campaign_at(campaign_id, version)
            .await?
            .ok_or_else(|| super::super::error::internal("a campaign's version is gone", &campaign_id))?;
        let id = RewardId::new(now, self.random_id()?);
        let code = new_code(&campaign.code_prefix)?;
        let email_key = email::normalize(&earned.email);
        let mail = match earned.send_email {
            true => self.mail_state_in(tx, scope, &campaign, &email_key).await?,
            false => MailState::None,
        };
        let metadata = super::super::connection::to_json(&earned.metadata)?;
        let new = NewReward {
            id: id.as_str(),
            campaign_id,
            app_id: &campaign.app_id,
            version,
            reference: earned.reference.as_deref(),
            code: &code,
            email: &earned.email,
            email_key: &email_key,
            metadata: &metadata,
            expires_at: campaign.ends().of_reward(now, super::super::when::end_of_day),
            mail,
            now,
        };
        tx.at(scope).insert_reward(&new).await?;
        if let Some(why) = super::mail::trouble_of(mail) {
            tx.at(scope).set_reward_mail(id.as_str(), mail, Some(why), now).await?;
        }
        tell(tx, scope, id.as_str(), "earned", "", now, self.random_id()?).await?;
        if mail == MailState::Queued {
            let mail_id = MailId::new(now, self.random_id()?);
            tx.at(scope).insert_reward_mail(mail_id.as_str(), &email_key, id.as_str(), now).await?;
        }
        let row = tx.at(scope).reward(id.as_str()).await?;
        Ok(row.ok_or_else(|| super::super::error::internal("a reward that was stored is gone", &id))?)
    }

    /// Why a campaign gives none now.
    async fn why_not(&self, tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Refused, Problem> {
        let row: CampaignRow =
            tx.at(scope).campaign(campaign_id).await?.ok_or_else(|| Problem::no_such("campaign", campaign_id))?;
        // Resumed, or given more, since it refused: the next turn tells.
        Ok(row.status(self.now()).refusal().map_or(Refused::Taken, Refused::Closed))
    }

    /// A campaign that the caller may see, archived or not.
    pub(super) async fn campaign_row(&self, caller: &Caller, id: &str) -> Result<CampaignRow, Problem> {
        let missing = || Problem::no_such("campaign", id);
        let known = CampaignId::parse(id).ok_or_else(missing)?;
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&caller.scope).campaign(known.as_str()).await?.ok_or_else(missing)?
        };
        let foreign = caller.app.as_ref().is_some_and(|app| app.as_str() != row.app_id);
        if foreign { Err(missing()) } else { Ok(row) }
    }

    /// A stored reward as the API tells it.
    pub(super) async fn reward_in(&self, tx: &mut Tx, scope: &Scope, row: &RewardRow) -> Result<Reward, Problem> {
        let campaign = tx
            .at(scope)
            .campaign_at(&row.campaign_id, row.version)
            .await?
            .ok_or_else(|| super::super::error::internal("a reward's campaign is gone", &row.id))?;
        let pause = tx.at(scope).mint_pause().await?;
        reward(scope, row, &campaign, pause.as_ref(), self.now())
    }
}

/// Why nothing was issued.
pub(super) enum Refused {
    /// The reference or the text is taken, or the campaign changes at this moment: worth another turn.
    Taken,
    /// The campaign gives none now.
    Closed(Problem),
    /// Something broke.
    For(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::For(problem)
    }
}

impl From<store::StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken => Self::Taken,
            other => Self::For(other.into()),
        }
    }
}

/// A text of the system's randomness.
pub(super) fn new_code(prefix: &str) -> Result<String, Problem> {
    loop {
        let bytes: [u8; 32] =
            crypto::random_bytes().map_err(|error| super::super::error::internal("no code could be made", &error))?;
        if let Some(code) = reward_code::from_random(prefix, &bytes) {
            return Ok(code);
        }
    }
}

async fn store_answer(tx: &mut Tx, ticket: Option<&Ticket>, status: u16, reward: &Reward) -> Result<(), Problem> {
    let Some(ticket) = ticket else { return Ok(()) };
    let body = serde_json::to_vec(reward)
        .map_err(|error| super::super::error::internal("an answer could not be written", &error))?;
    ticket.store_about(tx, status, &body, &reward.id).await
}
