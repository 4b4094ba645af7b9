//! Rewards on their way to Stripe. Their rows are the queue; one process at a time works on a tenant's, under a lease, within the budget of
//! background work.
//!
//! Trouble of the connection is not a reward's: the tenant pauses, one call looks every ten seconds whether Stripe is back, and what waits
//! then goes on at once. Trouble of one reward makes that one come later and later.

use super::super::Services;
use super::super::connection::Link;
use super::pauses::PROBE_MS;
use super::tell;
use super::trouble::Trouble;
use crate::crash;
use crate::scope::Scope;
use crate::store::{CampaignRow, PauseRow, RewardRow};
use crate::stripe::PromotionCode;
use app::domain::connection::ConnectionStatus;
use app::domain::problem::Problem;
use app::domain::reward::{Cause, SyncState};
use futures::stream::{self, StreamExt};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How often the queue is looked at where nothing wakes it: what another process issued, and what is to be tried again.
const POLL: Duration = Duration::from_millis(500);
/// A reward that is being worked on is not taken again before this, in milliseconds: longer than Stripe is ever waited for here.
const CLAIM_MS: i64 = 15_000;
/// What one batch may take of Stripe's time; nobody waits for it.
const BUDGET: Duration = Duration::from_secs(10);
/// Rewards in a batch.
const BATCH: i64 = 40;
/// Calls to Stripe that are under way at the same time, of one tenant.
const SIDE_BY_SIDE: usize = 8;
/// Who was answered so lately shows that Stripe is there: a failure then is one reward's.
const LATELY: Duration = Duration::from_secs(10);
/// The lease's name.
const LEASE: &str = "rewards";
/// A use is looked for so long after a code was minted, in milliseconds.
const FIRST_LOOK_MS: i64 = 5_000;

/// What wakes the minting, and who is at work.
#[derive(Default)]
pub(in crate::services) struct Queue {
    /// A reward was issued, or something that it waited for has changed.
    pub(in crate::services) arrived: Notify,
    at_work: Mutex<HashSet<Scope>>,
    answered: Mutex<HashMap<Scope, Instant>>,
}

impl Queue {
    fn begin(&self, scope: &Scope) -> bool {
        self.at_work.lock().insert(scope.clone())
    }

    fn note_answer(&self, scope: &Scope) {
        self.answered.lock().insert(scope.clone(), Instant::now());
    }

    fn answered_lately(&self, scope: &Scope) -> bool {
        self.answered.lock().get(scope).is_some_and(|at| at.elapsed() < LATELY)
    }
}

/// Campaigns by their id and a version.
type Campaigns = HashMap<(String, i64), CampaignRow>;

/// A tenant that somebody works on here; whatever becomes of the work, it ends with this.
pub(crate) struct AtWork {
    services: Services,
    scope: Scope,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.services.0.mints.at_work.lock().remove(&self.scope);
    }
}

/// What a turn has to do.
enum Turn {
    /// Nothing, for now.
    Rest,
    /// Up to so many rewards.
    Mint {
        /// One where it is to be seen whether Stripe is back.
        limit: i64,
        /// The pause that this call looks after.
        pause: Option<PauseRow>,
    },
}

/// What came of looking for what was made by hand.
enum Hand {
    /// The reward is minted, or waits for a reason that was kept.
    Settled,
    /// The connection is in trouble.
    Stopped,
    /// Nothing is there.
    Nothing,
}

/// What came of a batch.
enum Batch {
    /// Nothing was due.
    Empty,
    /// Each was tried.
    Done,
    /// The connection is in trouble.
    Stopped,
}

/// 1 s, 2 s, 4 s … up to an hour.
fn backoff_ms(attempts: i64) -> i64 {
    500_i64.saturating_mul(1 << attempts.clamp(1, 13)).min(3_600_000)
}

impl Services {
    /// Waits until something is due or some time has passed; the tenants whose rewards are to be minted and that nobody here works on.
    pub(crate) async fn tenants_to_mint(&self) -> Result<Vec<AtWork>, Problem> {
        let _either = tokio::time::timeout(POLL, self.0.mints.arrived.notified()).await;
        let due = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().tenants_to_mint(self.now()).await?
        };
        let scopes = due.into_iter().map(|(workspace, mode)| Scope::stored(workspace, &mode));
        let ours = scopes.filter(|scope| self.0.mints.begin(scope));
        Ok(ours.map(|scope| AtWork { services: self.clone(), scope }).collect())
    }

    /// Works off what is due of a tenant that [`Self::tenants_to_mint`] gave out.
    pub(crate) async fn mint_tenant(&self, work: AtWork) {
        let scope = &work.scope;
        if let Err(problem) = self.mint_leased_tenant(scope).await {
            tracing::error!(workspace = %scope.workspace, mode = %scope.mode, cause = %problem.message, "rewards could not be minted and will be tried again");
            // Whatever broke, it is not asked in a tight loop.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn mint_leased_tenant(&self, scope: &Scope) -> Result<(), Problem> {
        let Some(lease) = self.lease(scope, LEASE).await? else { return Ok(()) };
        let done = self.mint_in_turns(scope).await;
        self.end_lease(scope, lease).await?;
        done
    }

    async fn mint_in_turns(&self, scope: &Scope) -> Result<(), Problem> {
        while let Turn::Mint { limit, pause } = self.next_turn(scope).await? {
            let link = match self.background_link(scope, BUDGET).await {
                Ok(link) => link,
                Err(problem) => match Trouble::from(problem) {
                    Trouble::Connection(cause, words) => {
                        self.pause(scope, None, cause, &words).await?;
                        break;
                    }
                    Trouble::Reward(_, words) => return Err(super::super::error::internal("no connection", &words)),
                    Trouble::Ours(problem) => return Err(problem),
                },
            };
            let go_on = match self.mint_batch(&link, limit, pause.as_ref()).await? {
                Batch::Done => true,
                Batch::Empty => self.scrub_batch(&link).await?,
                Batch::Stopped => false,
            };
            if !go_on {
                break;
            }
        }
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).end_idle_notices().await?;
        tx.commit().await?;
        Ok(())
    }

    /// Looks at the connection and at the pause before each batch: another connection ends it.
    async fn next_turn(&self, scope: &Scope) -> Result<Turn, Problem> {
        let (connection, pause) = {
            let mut reader = self.0.db.reader().await?;
            (reader.at(scope).connection().await?, reader.at(scope).mint_pause().await?)
        };
        let status = connection.as_ref().and_then(|row| ConnectionStatus::parse(&row.status));
        let standing = pause.as_ref().map(PauseRow::cause);
        if status != Some(ConnectionStatus::Connected) {
            let (cause, words) = if status == Some(ConnectionStatus::NeedsReauth) {
                (Cause::NeedsReauth, "Stripe no longer accepts the connection. Connect again in Settings.".to_owned())
            } else {
                (Cause::NotConnected, format!("Stripe is not connected in {} mode.", scope.mode))
            };
            if standing != Some(cause) {
                self.pause(scope, None, cause, &words).await?;
            }
            return Ok(Turn::Rest);
        }
        let Some(pause) = pause else { return Ok(Turn::Mint { limit: BATCH, pause: None }) };
        let another = connection.is_some_and(|row| row.generation != pause.generation);
        if another || matches!(pause.cause(), Cause::NotConnected | Cause::NeedsReauth) {
            self.end_pause(scope, &pause).await?;
            return Ok(Turn::Mint { limit: BATCH, pause: None });
        }
        if pause.probe_at > self.now() {
            return Ok(Turn::Rest);
        }
        Ok(Turn::Mint { limit: 1, pause: Some(pause) })
    }

    /// Mints what is due, as many as the limit says.
    async fn mint_batch(&self, link: &Link, limit: i64, pause: Option<&PauseRow>) -> Result<Batch, Problem> {
        let now = self.now();
        let rows = {
            let mut tx = self.0.db.begin().await?;
            let rows = tx.at(&link.scope).take_due_rewards(now, now + CLAIM_MS, limit).await?;
            tx.commit().await?;
            rows
        };
        crash::here!("rewards-taken");
        if rows.is_empty() {
            if let Some(pause) = pause {
                // Nothing waits any more that could tell whether it is over.
                self.end_pause(&link.scope, pause).await?;
            }
            return Ok(Batch::Empty);
        }
        let (campaigns, rows, stopped) = self.with_coupons(link, rows).await?;
        // The first trouble of the connection stops the others: they were not tried.
        let stopped = AtomicBool::new(stopped);
        let pause = tokio::sync::Mutex::new(pause);
        let outcomes: Vec<Result<(), Problem>> = stream::iter(rows)
            .map(|row| {
                let (campaigns, stopped, pause) = (&campaigns, &stopped, &pause);
                async move {
                    let key = (row.campaign_id.clone(), row.version);
                    let Some(campaign) = campaigns.get(&key).filter(|_| !stopped.load(Ordering::Acquire)) else {
                        return self.put_back(&link.scope, &row).await;
                    };
                    match self.mint_reward(link, &row, campaign).await {
                        Ok(code) => {
                            self.0.mints.note_answer(&link.scope);
                            if let Some(pause) = pause.lock().await.take() {
                                self.end_pause(&link.scope, pause).await?;
                            }
                            self.keep_minted(link, &row, &code).await
                        }
                        Err(trouble) => {
                            if matches!(trouble, Trouble::Connection(..)) && !self.is_of_this_one(link, &trouble) {
                                stopped.store(true, Ordering::Release);
                            }
                            self.keep_trouble(link, &row, trouble).await
                        }
                    }
                }
            })
            .buffer_unordered(SIDE_BY_SIDE)
            .collect()
            .await;
        outcomes.into_iter().collect::<Result<(), Problem>>()?;
        Ok(if stopped.into_inner() { Batch::Stopped } else { Batch::Done })
    }

    /// The campaigns of a batch, each with its coupon in Stripe, and the rewards that can go on; those whose coupon is not there are settled.
    /// And whether the connection is in trouble.
    async fn with_coupons(
        &self,
        link: &Link,
        rows: Vec<RewardRow>,
    ) -> Result<(Campaigns, Vec<RewardRow>, bool), Problem> {
        let mut campaigns = HashMap::new();
        let mut going = Vec::new();
        let mut failed: HashSet<(String, i64)> = HashSet::new();
        let mut stopped = false;
        for row in rows {
            let key = (row.campaign_id.clone(), row.version);
            if stopped {
                self.put_back(&link.scope, &row).await?;
                continue;
            }
            if row.by_hand_at.is_some() {
                match self.by_hand_first(link, &row).await? {
                    Hand::Settled => continue,
                    Hand::Stopped => {
                        stopped = true;
                        continue;
                    }
                    Hand::Nothing => {}
                }
            }
            if failed.contains(&key) {
                // Its version was put off, or blocked, as a whole.
                continue;
            }
            // What is over needs no coupon.
            if campaigns.contains_key(&key) {
                going.push(row);
                continue;
            }
            let campaign = {
                let mut reader = self.0.db.reader().await?;
                reader.at(&link.scope).campaign_at(&key.0, key.1).await?
            };
            let campaign =
                campaign.ok_or_else(|| super::super::error::internal("a reward's campaign is gone", &row.id))?;
            let over = campaign.version_expires_at.is_some_and(|end| end <= self.now());
            let coupon = if over { Ok(()) } else { self.ensure_campaign_coupon(link, &campaign).await };
            match coupon {
                Ok(()) => {
                    if !over {
                        self.0.mints.note_answer(&link.scope);
                    }
                    campaigns.insert(key, campaign);
                    going.push(row);
                }
                Err(Trouble::Reward(cause, words)) if cause != Cause::Coupon => {
                    // So it is for all that is to be minted by it: one of them is tried at a time.
                    let (now, off) = (self.now(), backoff_ms(row.attempts));
                    self.keep_trouble(link, &row, Trouble::Reward(cause, words.clone())).await?;
                    let mut tx = self.0.db.begin().await?;
                    tx.at(&link.scope).put_version_off(&key.0, key.1, cause, &words, now + off, now).await?;
                    tx.commit().await?;
                    failed.insert(key);
                    continue;
                }
                Err(trouble) => {
                    stopped = matches!(trouble, Trouble::Connection(..)) && !self.is_of_this_one(link, &trouble);
                    self.keep_trouble(link, &row, trouble).await?;
                    failed.insert(key);
                }
            }
        }
        Ok((campaigns, going, stopped))
    }

    /// What the owner made by hand is looked for before the campaign's coupon is: it has one of its own, and may need no permission that is
    /// missing.
    async fn by_hand_first(&self, link: &Link, row: &RewardRow) -> Result<Hand, Problem> {
        let campaign = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&link.scope).campaign_at(&row.campaign_id, row.version).await?
        };
        let campaign = campaign.ok_or_else(|| super::super::error::internal("a reward's campaign is gone", &row.id))?;
        match self.made_by_hand_there(link, row, &campaign).await {
            Ok(Some(code)) => self.keep_minted(link, row, &code).await.map(|()| Hand::Settled),
            Ok(None) => Ok(Hand::Nothing),
            Err(trouble) => {
                let stops = matches!(trouble, Trouble::Connection(..)) && !self.is_of_this_one(link, &trouble);
                self.keep_trouble(link, row, trouble).await?;
                Ok(if stops { Hand::Stopped } else { Hand::Settled })
            }
        }
    }

    /// Whether Stripe failed for this reward only: it has just answered others.
    fn is_of_this_one(&self, link: &Link, trouble: &Trouble) -> bool {
        matches!(trouble, Trouble::Connection(Cause::Outage, _)) && self.0.mints.answered_lately(&link.scope)
    }

    async fn put_off(&self, scope: &Scope, row: &RewardRow, due_at: i64) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).put_reward_off(&row.id, due_at).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn put_back(&self, scope: &Scope, row: &RewardRow) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).put_reward_back(&row.id, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn keep_minted(&self, link: &Link, row: &RewardRow, code: &PromotionCode) -> Result<(), Problem> {
        let (scope, now) = (&link.scope, self.now());
        let random = self.random_id()?;
        let mut tx = self.0.db.begin().await?;
        let account = link.account.as_deref();
        let noted = tx.at(scope).note_reward_minted(&row.id, row.code_number, &code.id, account, now).await?;
        if noted {
            tx.at(scope).stir_version(&row.campaign_id, row.version, now, now + FIRST_LOOK_MS).await?;
            tell(&mut tx, scope, &row.id, "minted", "", now, random).await?;
        }
        let present = tx.at(scope).reward(&row.id).await?;
        tx.commit().await?;
        crash::here!("reward-stored");
        tracing::debug!(reward = %row.id, noted, "a reward is in Stripe");
        self.0.live.changed(scope);
        if noted && code.times_redeemed > 0 {
            // Used before it was noted: the coupon's count has told of it already, and will not again.
            self.note_uses(link, std::slice::from_ref(&code.id)).await?;
        }
        if !noted && present.is_some_and(|present| present.promotion_code_id.as_ref() != Some(&code.id)) {
            // Another code has taken its place meanwhile: nobody was sent this one.
            tracing::warn!(workspace = %scope.workspace, reward = %row.id, "a promotion code that nobody has is switched off");
            if let Err(error) = link.stripe(&self.0.stripe).deactivate_promotion_code(&code.id).await {
                tracing::warn!(reward = %row.id, %error, "it could not be switched off");
            }
        }
        Ok(())
    }

    /// Keeps why a reward is not in Stripe, and when it is tried again.
    async fn keep_trouble(&self, link: &Link, row: &RewardRow, trouble: Trouble) -> Result<(), Problem> {
        let (scope, now) = (&link.scope, self.now());
        let (cause, words, due_at) = match trouble {
            Trouble::Ours(problem) => {
                tracing::error!(workspace = %scope.workspace, reward = %row.id, cause = %problem.message, "a reward could not be minted and will be tried again");
                return self.put_off(scope, row, now + backoff_ms(row.attempts)).await;
            }
            Trouble::Connection(cause, words)
                if !self.is_of_this_one(link, &Trouble::Connection(cause, String::new())) =>
            {
                self.pause(scope, Some(link.generation), cause, &words).await?;
                if cause != Cause::Outage {
                    // It waits like all the others; that it was tried stands, since Stripe may have heard of it.
                    return self.put_off(scope, row, now).await;
                }
                // Behind those that were not tried: it may be this one that Stripe fails for.
                (cause, words, Some(now + PROBE_MS))
            }
            Trouble::Connection(cause, words) => (cause, words, Some(now + backoff_ms(row.attempts))),
            Trouble::Reward(Cause::Coupon, words) => return self.block_version(scope, row, &words).await,
            Trouble::Reward(cause, words) => {
                let due_at = (!cause.needs_owner()).then(|| now + backoff_ms(row.attempts));
                (cause, words, due_at)
            }
        };
        let state = cause.state();
        let first = row.cause() != Some(cause);
        let random = self.random_id()?;
        let mut tx = self.0.db.begin().await?;
        let kept = tx
            .at(scope)
            .note_reward_trouble(&row.id, row.code_number, state, cause, &words, due_at, row.by_hand_at, now)
            .await?;
        if kept && first {
            let kind = if state == SyncState::Blocked { "blocked" } else { "waits" };
            tell(&mut tx, scope, &row.id, kind, &words, now, random).await?;
            self.begin_notice_in(&mut tx, scope, cause).await?;
        }
        tx.commit().await?;
        crash::here!("reward-trouble-stored");
        if state == SyncState::Blocked {
            tracing::warn!(workspace = %scope.workspace, reward = %row.id, cause = cause.as_str(), "a reward waits for its owner");
        }
        self.0.live.changed(scope);
        Ok(())
    }

    /// The coupon of a whole version is in trouble: so is all that is to be minted by it.
    async fn block_version(&self, scope: &Scope, row: &RewardRow, words: &str) -> Result<(), Problem> {
        let now = self.now();
        let random = self.random_id()?;
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).block_rewards_of(&row.campaign_id, row.version, words, now).await?;
        tell(&mut tx, scope, &row.campaign_id, "blocked", words, now, random).await?;
        self.begin_notice_in(&mut tx, scope, Cause::Coupon).await?;
        tx.commit().await?;
        self.0.live.changed(scope);
        Ok(())
    }
}
