//! Rewards on their way to Stripe. Their rows are the queue; one process at a time works on a tenant's, under a lease, within the budget of
//! background work.
//!
//! Trouble of the connection is not a reward's: the tenant pauses, one call looks every ten seconds whether Stripe is back, and what waits
//! then goes on at once. Trouble of one reward makes that one come later and later.

use super::super::Services;
use super::super::connection::Link;
use super::super::mail::Notice;
use super::one::META_EMAIL;
use super::pace::Endpoint;
use super::tell;
use super::trouble::Trouble;
use crate::crash;
use crate::scope::Scope;
use crate::store::{CampaignRow, PauseRow, RewardRow, Tx};
use crate::stripe::{PromotionCode, StripeError};
use app::domain::connection::ConnectionStatus;
use app::domain::problem::Problem;
use app::domain::reward::{Cause, SyncState};
use futures::stream::{self, StreamExt};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap, HashSet};
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
/// While Stripe is away it is asked so often, in milliseconds.
const PROBE_MS: i64 = 10_000;
/// While a permission is missing it is asked so often, in milliseconds: three times an hour.
const PERMISSION_MS: i64 = 20 * 60_000;
/// For what only a new connection ends, in milliseconds: for good.
const NEVER_MS: i64 = 10 * 365 * 86_400_000;
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

    fn end(&self, scope: &Scope) {
        self.at_work.lock().remove(scope);
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
    pub(crate) async fn tenants_to_mint(&self) -> Result<Vec<Scope>, Problem> {
        let _either = tokio::time::timeout(POLL, self.0.mints.arrived.notified()).await;
        let due = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().tenants_to_mint(self.now()).await?
        };
        let scopes = due.into_iter().map(|(workspace, mode)| Scope::stored(workspace, &mode));
        Ok(scopes.filter(|scope| self.0.mints.begin(scope)).collect())
    }

    /// Works off what is due of a tenant that [`Self::tenants_to_mint`] gave out.
    pub(crate) async fn mint_tenant(&self, scope: Scope) {
        if let Err(problem) = self.mint_leased_tenant(&scope).await {
            tracing::error!(workspace = %scope.workspace, mode = %scope.mode, cause = %problem.message, "rewards could not be minted and will be tried again");
            // Whatever broke, it is not asked in a tight loop.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.0.mints.end(&scope);
    }

    async fn mint_leased_tenant(&self, scope: &Scope) -> Result<(), Problem> {
        let Some(lease) = self.lease(scope, LEASE).await? else { return Ok(()) };
        let done = self.mint_in_turns(scope).await;
        self.end_lease(scope, lease).await?;
        done
    }

    async fn mint_in_turns(&self, scope: &Scope) -> Result<(), Problem> {
        while let Turn::Mint { limit, pause } = self.next_turn(scope).await? {
            let link = match self.link_within(scope, BUDGET).await {
                Ok(link) => link,
                Err(problem) => {
                    if let Trouble::Connection(cause, words) = Trouble::from(problem) {
                        self.pause(scope, cause, &words).await?;
                    }
                    break;
                }
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
                self.pause(scope, cause, &words).await?;
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

    /// Pauses a tenant: once for a cause, however many rewards wait.
    async fn pause(&self, scope: &Scope, cause: Cause, words: &str) -> Result<(), Problem> {
        let now = self.now();
        let probe_at = now
            + match cause {
                Cause::Permission => PERMISSION_MS,
                Cause::NotConnected | Cause::NeedsReauth => NEVER_MS,
                _ => PROBE_MS,
            };
        let mut tx = self.0.db.begin().await?;
        let generation = tx.at(scope).connection().await?.map_or(0, |row| row.generation);
        tx.at(scope).pause_minting(cause, words, generation, now, probe_at).await?;
        self.begin_notice_in(&mut tx, scope, cause).await?;
        tx.commit().await?;
        crash::here!("rewards-paused");
        self.0.live.changed(scope);
        Ok(())
    }

    async fn end_pause(&self, scope: &Scope, pause: &PauseRow) -> Result<(), Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).end_mint_pause().await?;
        tx.at(scope).wake_rewards(pause.cause(), now).await?;
        tx.commit().await?;
        crash::here!("rewards-woken");
        tracing::info!(workspace = %scope.workspace, mode = %scope.mode, cause = pause.cause().as_str(), "rewards go on");
        self.0.live.changed(scope);
        Ok(())
    }

    /// Tells the owner of a cause, once, until its last reward is through. What heals by itself is shown on the screen alone; a connection
    /// that ended has its own mail.
    pub(super) async fn begin_notice_in(&self, tx: &mut Tx, scope: &Scope, cause: Cause) -> Result<(), Problem> {
        let first = tx.at(scope).begin_notice(cause, self.now()).await?;
        let mailed =
            matches!(cause, Cause::Permission | Cause::Coupon | Cause::CodeTaken | Cause::Different | Cause::Expired);
        if first && mailed {
            self.queue_notice(tx, scope, Notice::Rewards(cause), None).await?;
            self.0.mail_waiting.notify_one();
        }
        Ok(())
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
            if stopped || failed.contains(&key) {
                self.put_back(&link.scope, &row).await?;
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
                Err(trouble) => {
                    stopped = matches!(trouble, Trouble::Connection(..)) && !self.is_of_this_one(link, &trouble);
                    self.keep_trouble(link, &row, trouble).await?;
                    failed.insert(key);
                }
            }
        }
        Ok((campaigns, going, stopped))
    }

    /// Whether Stripe failed for this reward only: it has just answered others.
    fn is_of_this_one(&self, link: &Link, trouble: &Trouble) -> bool {
        matches!(trouble, Trouble::Connection(Cause::Outage, _)) && self.0.mints.answered_lately(&link.scope)
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
        if tx.at(scope).note_reward_minted(&row.id, row.code_number, &code.id, account, now).await? {
            tx.at(scope).stir_version(&row.campaign_id, row.version, now, now + FIRST_LOOK_MS).await?;
            tell(&mut tx, scope, &row.id, "minted", "", now, random).await?;
        }
        tx.commit().await?;
        crash::here!("reward-stored");
        self.0.live.changed(scope);
        Ok(())
    }

    /// Keeps why a reward is not in Stripe, and when it is tried again.
    async fn keep_trouble(&self, link: &Link, row: &RewardRow, trouble: Trouble) -> Result<(), Problem> {
        let (scope, now) = (&link.scope, self.now());
        let (cause, words, due_at) = match trouble {
            Trouble::Ours(problem) => return Err(problem),
            Trouble::Connection(cause, words)
                if !self.is_of_this_one(link, &Trouble::Connection(cause, String::new())) =>
            {
                self.pause(scope, cause, &words).await?;
                if cause != Cause::Outage {
                    // It waits like all the others, and was hardly tried.
                    return self.put_back(scope, row).await;
                }
                (cause, words, Some(now))
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
        let kept =
            tx.at(scope).note_reward_trouble(&row.id, row.code_number, state, cause, &words, due_at, now).await?;
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

    /// Takes people who were erased off their promotion codes. False: nothing was due.
    async fn scrub_batch(&self, link: &Link) -> Result<bool, Problem> {
        let (scope, now) = (&link.scope, self.now());
        let due = {
            let mut tx = self.0.db.begin().await?;
            let due = tx.at(scope).take_due_scrubs(now, now + 4 * CLAIM_MS, BATCH).await?;
            tx.commit().await?;
            due
        };
        let empty = BTreeMap::from([(META_EMAIL.to_owned(), String::new())]);
        let mut any = false;
        for (id, code) in due {
            self.0.pacer.turn(scope, Endpoint::PromotionCodes).await;
            match link.stripe(&self.0.stripe).annotate_promotion_code(&code, &empty).await {
                // What is not there (any more) names nobody.
                Ok(_) | Err(StripeError::ResourceMissing { .. }) => {
                    let random = self.random_id()?;
                    let mut tx = self.0.db.begin().await?;
                    if tx.at(scope).note_scrubbed(&id).await? {
                        tell(&mut tx, scope, &id, "scrubbed", "", self.now(), random).await?;
                    }
                    tx.commit().await?;
                    any = true;
                }
                Err(error) => {
                    if let Trouble::Connection(cause, words) =
                        self.trouble_of(link, error, "promotion_code_write").await
                    {
                        self.pause(scope, cause, &words).await?;
                    }
                    return Ok(false);
                }
            }
        }
        Ok(any)
    }
}
