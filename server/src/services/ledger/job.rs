//! The check by itself, once an hour for each tenant that has codes, by one process; and the repair that an operator orders.

use super::check::{Checked, Patience, view};
use crate::clock::Clock;
use crate::config::Config;
use crate::scope::Scope;
use crate::services::activity_of_code;
use crate::services::when::Writing;
use crate::services::{AtWork, Services, SetupError, pace, screens};
use crate::store::CheckRow;
use crate::stripe::{self, Stripe};
use app::backend::Viewer;
use app::domain::activity::{Actor, Detail, Kind};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::wire::ledger::LedgerView;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// How often a tenant's ledger is checked, in milliseconds.
const EVERY_MS: i64 = 3_600_000;
/// Tenants that are begun with in one turn.
const BATCH: i64 = 50;
/// The lease's name.
const LEASE: &str = "ledger";
/// A check of so lately is shown instead of another one, in milliseconds.
const JUST_NOW_MS: i64 = 20_000;
/// How often it is looked whether another check has ended, while somebody waits for it.
const LOOK: Duration = Duration::from_millis(250);
/// Where no check has ended yet, one that is under way is waited for so often.
const LOOKS: usize = 100;

impl Services {
    /// The tenants whose ledger is to be checked and that nobody here checks.
    pub(crate) async fn ledgers_to_check(&self) -> Result<Vec<AtWork>, Problem> {
        let due = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().ledgers_to_check(self.now() - EVERY_MS, BATCH).await?
        };
        let scopes = due.into_iter().map(|(workspace, mode)| Scope::stored(workspace, &mode));
        Ok(scopes.filter_map(|scope| self.0.jobs.ledger.begin(scope)).collect())
    }

    /// Checks the ledger of a tenant that [`Self::ledgers_to_check`] gave out.
    pub(crate) async fn check_due_ledger(&self, work: AtWork) {
        let scope = &work.scope;
        if let Err(problem) = work.run(Box::pin(self.check_leased(scope))).await {
            tracing::error!(workspace = %scope.workspace, mode = %scope.mode, cause = %problem.message, "the ledger could not be checked and will be again");
        }
    }

    async fn check_leased(&self, scope: &Scope) -> Result<(), Problem> {
        let Some(lease) = self.lease(scope, LEASE).await? else { return Ok(()) };
        // Another process may have had the lease since it was seen that this is due.
        let checked = self.check_unless_since(scope, EVERY_MS, Patience::BACKGROUND).await.map(|_| ());
        self.end_lease(scope, lease).await?;
        checked
    }

    /// Checks now, or shows the last check: one that was made just now, or, while another is under way, the one before.
    pub(super) async fn check_for(&self, viewer: &Viewer, mode: Mode) -> Result<LedgerView, Problem> {
        let scope = screens::scope(viewer, mode);
        for _ in 0..LOOKS {
            if let Some(lease) = self.lease(&scope, LEASE).await? {
                let checked = self.check_unless_since(&scope, JUST_NOW_MS, Patience::WAITING).await;
                self.end_lease(&scope, lease).await?;
                return Ok(view(&checked?, &Writing::of(viewer)));
            }
            if let Some(row) = self.last_check(&scope).await? {
                return Ok(view(&row, &Writing::of(viewer)));
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Problem {
            retry_after: Some(10),
            ..Problem::new(
                Code::RateLimited,
                "The counts are being checked for the first time. Look again in a moment.",
            )
        })
    }

    async fn last_check(&self, scope: &Scope) -> Result<Option<CheckRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).ledger_check().await?)
    }

    /// The last check where it is younger than this (milliseconds), else a new one. Whoever calls has the lease.
    async fn check_unless_since(&self, scope: &Scope, age: i64, patience: Patience) -> Result<CheckRow, Problem> {
        let now = self.now();
        if let Some(last) = self.last_check(scope).await?.filter(|last| last.checked_at > now - age) {
            return Ok(last);
        }
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).try_ledger_check(now).await?;
        tx.commit().await?;
        self.check_and_keep(scope, patience).await
    }

    /// For `codemint ledger`, beside a running server: with the key ring Stripe can be asked, without it the database alone.
    pub async fn for_ledger(
        database_url: &SecretString,
        config: Option<&Config>,
        clock: Clock,
    ) -> Result<Self, SetupError> {
        let keys = config.map(|config| config.master_keys.clone());
        let mut services = Self::beside(database_url, keys, clock).await?;
        if let Some(config) = config {
            if let Some(inner) = Arc::get_mut(&mut services.0) {
                inner.stripe = Stripe::new(&config.stripe_api_url, stripe::DEFAULT_BUDGET)
                    .map_err(|error| SetupError::Stripe(error.to_string()))?;
                inner.stripe_apps = config.stripe_apps.clone();
                inner.pacer = pace::Pacer::new(config.background_rate);
            }
            services.check_keys().await?;
        }
        Ok(services)
    }

    /// Tenants that have codes: of one workspace or all, in one mode or both.
    pub async fn ledgers(&self, workspace: Option<&str>, mode: Option<Mode>) -> Result<Vec<Scope>, Problem> {
        let mut reader = self.0.db.reader().await?;
        if let Some(workspace) = workspace
            && !reader.conn().is_workspace(workspace).await?
        {
            return Err(Problem::no_such("workspace", workspace));
        }
        let rows = reader.conn().ledgers(workspace, mode.map(Mode::as_str)).await?;
        Ok(rows.into_iter().map(|(workspace, mode)| Scope::stored(workspace, &mode)).collect())
    }

    /// Sets the counters of what was miscounted to what the redemptions say: they are the truth. What was done, a sentence each.
    pub async fn repair(&self, scope: &Scope, checked: &Checked) -> Result<Vec<String>, Problem> {
        let mut repaired = Vec::new();
        for id in &checked.miscounted {
            let mut tx = self.0.db.begin().await?;
            // Whoever counts changes this row: from here on nobody does until the commit.
            let Some(code) = tx.at(scope).code_to_change(id).await? else { continue };
            let Some(row) = tx.at(scope).counts_of(id).await? else { continue };
            if (row.held, row.redeemed) == (row.rows_held, row.rows_redeemed) {
                continue;
            }
            tx.at(scope).repair_counts(id, self.now()).await?;
            let changed = format!(
                "Held: {} before, {} now. Redeemed: {} before, {} now.",
                row.held, row.rows_held, row.redeemed, row.rows_redeemed
            );
            let detail = Detail { more: vec![changed.clone()], ..activity_of_code(&code, Some(&Actor::Operator)) };
            self.note_activity(&mut tx, scope, Kind::LedgerRepaired, id, &detail).await?;
            tx.commit().await?;
            repaired.push(format!("{} ({id}). {changed}", code.code));
        }
        Ok(repaired)
    }
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
