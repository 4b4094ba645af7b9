//! What an owner does about rewards that are not in Stripe: try again, make them by hand, replace them.

use super::super::Services;
use super::super::connection::to_json;
use super::super::error::internal;
use super::super::when::{Writing, end_of_day};
use super::campaigns::coupon_id;
use super::issue::new_code;
use super::mail::{Replaces, trouble_of};
use super::tell;
use crate::crash;
use crate::scope::Scope;
use crate::store::{CampaignRow, NewVersion, RewardRow, StoreError, TermsColumns, Tx};
use app::backend::Viewer;
use app::domain::email;
use app::domain::ids::{CampaignId, MailId, RewardId};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::reward::{Cause, MailState, SyncState};
use app::wire::rewards::*;
use std::time::Duration;
use tokio::time::Instant;

/// How long an order waits for what Stripe says to it; the page goes on looking by itself.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often it looks meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Texts that are tried until one is free.
const MAX_TEXTS: usize = 20;

fn scope_of(viewer: &Viewer, mode: Mode) -> Scope {
    Scope::stored(viewer.workspace_id.clone(), mode.as_str())
}

impl Services {
    pub(super) async fn mint_campaign_again_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
    ) -> Result<CampaignView, Problem> {
        let scope = scope_of(viewer, mode);
        let missing = || Problem::no_such("campaign", id);
        let id = CampaignId::parse(id).ok_or_else(missing)?;
        let now = self.now();
        let random = self.random_id()?;
        let mut tx = self.0.db.begin().await?;
        // The counted campaign is locked, so that no reward is issued by a version that is just being left.
        tx.at(&scope).lock_campaign(id.as_str()).await?;
        let present = tx.at(&scope).campaign(id.as_str()).await?.ok_or_else(missing)?;
        let mut moved = false;
        for version in tx.at(&scope).blocked_versions(id.as_str()).await? {
            let blocked = tx.at(&scope).campaign_at(id.as_str(), version).await?.ok_or_else(missing)?;
            let next = tx.at(&scope).newest_version(id.as_str()).await? + 1;
            leave_version(&mut tx, &scope, &blocked, next, now).await?;
            if version == present.version {
                tx.at(&scope).set_campaign_version(id.as_str(), next, now).await?;
            }
            moved = true;
        }
        if !moved {
            return Err(Problem::no_such("blocked campaign", id.as_str()));
        }
        tell(&mut tx, &scope, id.as_str(), "unblocked", "", now, random).await?;
        tx.at(&scope).end_idle_notices().await?;
        crash::here!("campaign-unblocking");
        tx.commit().await?;
        crash::here!("campaign-unblocked");
        self.0.mints.arrived.notify_one();
        let mut reader = self.0.db.reader().await?;
        let row = reader.at(&scope).campaign(id.as_str()).await?.ok_or_else(missing)?;
        self.campaign_view(&scope, &row, &Writing::of(viewer))
    }

    pub(super) async fn retry_rewards_for(&self, viewer: &Viewer, mode: Mode) -> Result<(), Problem> {
        let scope = scope_of(viewer, mode);
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        tx.at(&scope).probe_now(now).await?;
        tx.at(&scope).retry_rewards(now).await?;
        tx.commit().await?;
        self.0.mints.arrived.notify_one();
        Ok(())
    }

    pub(super) async fn made_by_hand_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
    ) -> Result<RewardDetail, Problem> {
        let scope = scope_of(viewer, mode);
        let row = self.reward_of(&scope, id).await?;
        let now = self.now();
        let random = self.random_id()?;
        let mut tx = self.0.db.begin().await?;
        if tx.at(&scope).mark_by_hand(&row.id, now).await? {
            tell(&mut tx, &scope, &row.id, "by_hand", "", now, random).await?;
            tx.at(&scope).probe_now(now).await?;
        }
        tx.commit().await?;
        crash::here!("marked-by-hand");
        self.await_word(&scope, &row.id).await?;
        self.reward_for(viewer, mode, &row.campaign_id, &row.id).await
    }

    pub(super) async fn replace_reward_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
    ) -> Result<RewardDetail, Problem> {
        let scope = scope_of(viewer, mode);
        let row = self.reward_of(&scope, id).await?;
        for _ in 0..MAX_TEXTS {
            let mut tx = self.0.db.begin().await?;
            match self.replace_in(&mut tx, &scope, &row.id).await {
                Ok(()) => {
                    tx.at(&scope).end_idle_notices().await?;
                    crash::here!("reward-replacing");
                    tx.commit().await?;
                    crash::here!("reward-replaced");
                    self.0.mail_waiting.notify_one();
                    self.await_word(&scope, &row.id).await?;
                    return self.reward_for(viewer, mode, &row.campaign_id, &row.id).await;
                }
                Err(Replaced::Taken) => drop(tx),
                Err(Replaced::Not(problem)) => return Err(problem),
            }
        }
        Err(internal("no free text for a reward was found", &row.id))
    }

    /// Another code for a reward, and its mail.
    async fn replace_in(&self, tx: &mut Tx, scope: &Scope, id: &str) -> Result<(), Replaced> {
        let now = self.now();
        let missing = || Problem::no_such("reward", id);
        let row = tx.at(scope).reward(id).await?.ok_or_else(missing)?;
        let waits = row.sync() == SyncState::Blocked
            && matches!(row.cause(), Some(Cause::CodeTaken | Cause::Different | Cause::Expired));
        let Some(address) = row.email.clone().filter(|_| waits && row.erased_at.is_none()) else {
            return Err(Problem::new(
                Code::ParameterInvalid,
                "This reward does not wait for a replacement any more. Load the page again to see how it stands.",
            )
            .into());
        };
        let (campaign, expires_at) = self.promise_of(tx, scope, &row, now).await?;
        let code = new_code(&campaign.code_prefix)?;
        let version = campaign.terms_version;
        if !tx.at(scope).replace_code(&row.id, row.code_number, &code, version, expires_at, now).await? {
            return Err(missing().into());
        }
        tell(tx, scope, &row.id, "replaced", &row.code, now, self.random_id()?).await?;
        // Whom the owner writes to by themselves, they tell of the new code, too.
        let mail = match row.mail() {
            MailState::None => MailState::None,
            _ => self.mail_state_in(tx, scope, &campaign, &email::normalize(&address)).await?,
        };
        self.queue_replacement_in(tx, scope, &row, mail, MailId::new(now, self.random_id()?).as_str()).await?;
        Ok(())
    }

    /// What a replacement gives and until when: as the first code did, unless that is over; then as the campaign gives now.
    async fn promise_of(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        row: &RewardRow,
        now: i64,
    ) -> Result<(CampaignRow, Option<i64>), Problem> {
        let gone = || internal("a reward's campaign is gone", &row.id);
        let first = tx.at(scope).campaign_at(&row.campaign_id, row.version).await?.ok_or_else(gone)?;
        if row.expires_at.is_none_or(|end| end > now) {
            return Ok((first, row.expires_at));
        }
        let present = tx.at(scope).campaign(&row.campaign_id).await?.ok_or_else(gone)?;
        let expires_at = present.ends().of_reward(now, end_of_day);
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Problem::new(
                Code::CampaignExpired,
                "This campaign is over: give it a later end first, then send a replacement.",
            ));
        }
        Ok((present, expires_at))
    }

    /// A reward of this scope.
    pub(super) async fn reward_of(&self, scope: &Scope, id: &str) -> Result<RewardRow, Problem> {
        let missing = || Problem::no_such("reward", id);
        let known = RewardId::parse(id).ok_or_else(missing)?;
        let mut reader = self.0.db.reader().await?;
        reader.at(scope).reward(known.as_str()).await?.ok_or_else(missing)
    }

    /// Wakes the minting and waits a little for what comes of a reward.
    async fn await_word(&self, scope: &Scope, id: &str) -> Result<(), Problem> {
        let attempts = self.reward_of(scope, id).await?.attempts;
        self.0.mints.arrived.notify_one();
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let row = self.reward_of(scope, id).await?;
            let paused = {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).mint_pause().await?.is_some_and(|pause| pause.probe_at > self.now())
            };
            let said = row.attempts > attempts && row.cause().is_some();
            if row.sync() == SyncState::Minted || row.due_at.is_none() || said || paused {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    /// The mail with a replacement. Where none may be sent the reward says so.
    async fn queue_replacement_in(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        row: &RewardRow,
        mail: MailState,
        mail_id: &str,
    ) -> Result<(), Problem> {
        let now = self.now();
        tx.at(scope).set_reward_mail(&row.id, mail, trouble_of(mail), now).await?;
        if mail == MailState::Queued {
            let recipient = row.email.as_deref().map(email::normalize).unwrap_or_default();
            let detail = to_json(&Replaces { replaces: row.code.clone() })?;
            tx.at(scope).insert_replacing_mail(mail_id, &recipient, &row.id, &detail, now).await?;
        }
        Ok(())
    }
}

/// What waits for a blocked version goes on by another, which gives the same.
async fn leave_version(tx: &mut Tx, scope: &Scope, blocked: &CampaignRow, next: i64, now: i64) -> Result<(), Problem> {
    let coupon_id = coupon_id(scope, &blocked.id, next);
    let version = NewVersion {
        campaign_id: &blocked.id,
        version: next,
        terms: TermsColumns::from(&blocked.terms()?),
        expires_at: blocked.version_expires_at,
        coupon_id: &coupon_id,
        now,
    };
    tx.at(scope).insert_campaign_version(&version).await?;
    tx.at(scope).move_blocked_rewards(&blocked.id, blocked.terms_version, next, now).await?;
    tx.at(scope).leave_blocked_version(&blocked.id, blocked.terms_version).await?;
    Ok(())
}

/// Why there is no replacement.
enum Replaced {
    /// The text is another reward's: the next one may not be.
    Taken,
    /// It may not be, or something broke.
    Not(Problem),
}

impl From<Problem> for Replaced {
    fn from(problem: Problem) -> Self {
        Self::Not(problem)
    }
}

impl From<StoreError> for Replaced {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken => Self::Taken,
            other => Self::Not(other.into()),
        }
    }
}
