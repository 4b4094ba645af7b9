//! A tenant's minting pauses, and its owner is told: once for a cause, however many rewards wait.

use super::super::Services;
use super::super::mail::Notice;
use crate::crash;
use crate::scope::Scope;
use crate::store::{PauseRow, Tx};
use app::domain::problem::Problem;
use app::domain::reward::Cause;

/// While Stripe is away it is asked so often, in milliseconds.
pub(super) const PROBE_MS: i64 = 10_000;
/// While a permission is missing it is asked so often, in milliseconds: three times an hour.
const PERMISSION_MS: i64 = 20 * 60_000;
/// For what only a new connection ends, in milliseconds: for good.
const NEVER_MS: i64 = 10 * 365 * 86_400_000;

impl Services {
    /// Pauses a tenant: once for a cause, however many rewards wait.
    /// What a call of an earlier connection came to (`of`, its generation) says nothing about the present one.
    pub(super) async fn pause(&self, scope: &Scope, of: Option<i64>, cause: Cause, words: &str) -> Result<(), Problem> {
        let now = self.now();
        let probe_at = now
            + match cause {
                Cause::Permission => PERMISSION_MS,
                Cause::NotConnected | Cause::NeedsReauth => NEVER_MS,
                _ => PROBE_MS,
            };
        let mut tx = self.0.db.begin().await?;
        let generation = tx.at(scope).connection().await?.map_or(0, |row| row.generation);
        if of.is_some_and(|of| of != generation) {
            return Ok(());
        }
        tx.at(scope).pause_minting(cause, words, generation, now, probe_at).await?;
        self.begin_notice_in(&mut tx, scope, cause).await?;
        tx.commit().await?;
        crash::here!("rewards-paused");
        self.0.live.changed(scope);
        Ok(())
    }

    pub(super) async fn end_pause(&self, scope: &Scope, pause: &PauseRow) -> Result<(), Problem> {
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
}
