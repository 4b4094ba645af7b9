//! The life of the Stripe App's tokens.
//!
//! An access token lives an hour; the refresh token rolls at every use and the one before dies with it. So of all callers and all
//! processes one refreshes at a time: a flight within the process, a lease between processes, and a task of its own that nobody's hanging
//! up can end between Stripe's answer and our row. Generations are appended. A refresh whose answer was lost leaves its lease to run out;
//! the job [`Services::finish_refreshes`] then looks what became of it.

use super::Services;
use super::connection::{needs_reauth, unavailable};
use super::named_lease::NamedLease;
use super::secrets::Place;
use crate::crash;
use crate::oauth::{self, Grant, GrantError};
use crate::scope::Scope;
use crate::store::{AppTokenRow, ConnectionRow, NewAppToken, Tx};
use crate::stripe::{self, Unanswered};
use app::domain::connection::ConnectionStatus;
use app::domain::problem::Problem;
use futures::stream::{self, StreamExt};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// A token is taken for too old so long before its hour is over, in milliseconds.
const MARGIN_MS: i64 = 5 * 60 * 1000;
/// The lease under which a workspace's tokens are refreshed or moved.
pub(super) const LEASE: &str = "app-tokens";
/// How often somebody who waits for another process looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A new pair that cannot be stored is kept in memory and tried again for so long: without it the grant is lost.
const STORE_PATIENCE: Duration = Duration::from_secs(300);
/// Refreshes that are taken up at the same time: one that Stripe leaves waiting keeps few others.
const SIDE_BY_SIDE: usize = 32;
/// Pairs that are kept behind the newest.
const KEPT: i64 = 3;

/// Why Stripe ended an install, as the owner reads it.
const ENDED: &str =
    "Stripe no longer accepts this install: it was uninstalled in Stripe, or the account was connected elsewhere.";

/// One flight a connection in this process.
#[derive(Default)]
pub(super) struct Refreshes(Mutex<HashMap<Scope, Weak<tokio::sync::Mutex<()>>>>);

impl Refreshes {
    fn of(&self, scope: &Scope) -> Arc<tokio::sync::Mutex<()>> {
        let mut flights = self.0.lock();
        if flights.len() > 1024 {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        if let Some(flight) = flights.get(scope).and_then(Weak::upgrade) {
            return flight;
        }
        let flight = Arc::default();
        flights.insert(scope.clone(), Arc::downgrade(&flight));
        flight
    }
}

/// An access token, opened.
pub(super) struct Access {
    pub(super) token: SecretString,
    /// Of the pair.
    pub(super) generation: i64,
}

/// Which connection tokens belong to.
#[derive(Clone, Debug)]
pub(super) struct AppLink {
    pub(super) scope: Scope,
    /// The connection's generation.
    pub(super) connected: i64,
}

impl Services {
    /// An access token that lives a while yet; refreshed only where none does.
    pub(super) async fn access_token(&self, app: &AppLink, deadline: Instant) -> Result<Access, Problem> {
        let row = self.token_row(app).await?.ok_or_else(needs_reauth)?;
        if row.access_expires_at - MARGIN_MS > self.now() {
            return self.opened(app, &row).await;
        }
        self.refreshed(app, row.generation, deadline).await
    }

    /// A token for one that Stripe just refused: a sibling's newer one, else one refreshed now.
    pub(super) async fn access_token_after(
        &self,
        app: &AppLink,
        refused: &SecretString,
        deadline: Instant,
    ) -> Result<Access, Problem> {
        let row = self.token_row(app).await?.ok_or_else(needs_reauth)?;
        let access = self.opened(app, &row).await?;
        if access.token.expose_secret() != refused.expose_secret() {
            return Ok(access);
        }
        self.refreshed(app, row.generation, deadline).await
    }

    async fn token_row(&self, app: &AppLink) -> Result<Option<AppTokenRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(&app.scope).app_token(app.connected).await?)
    }

    async fn opened(&self, app: &AppLink, row: &AppTokenRow) -> Result<Access, Problem> {
        let place = Place::app_token(&app.scope, "access", row.generation);
        let token = self.open_at(&app.scope, place, &row.access).await?;
        Ok(Access { token, generation: row.generation })
    }

    /// A token of a pair after `stale`. Whoever waits may lose patience; the refresh goes on.
    async fn refreshed(&self, app: &AppLink, stale: i64, deadline: Instant) -> Result<Access, Problem> {
        let (services, this) = (self.clone(), app.clone());
        let refresh = self.0.vital.spawn(async move { Box::pin(services.refresh(&this, stale)).await });
        match tokio::time::timeout_at(deadline, refresh).await {
            Ok(Ok(refreshed)) => refreshed,
            Ok(Err(panicked)) => Err(super::error::internal("a refresh was cut short", &panicked)),
            Err(_) => Err(unavailable()),
        }
    }

    /// In the process, one after the other: those who waited find it done.
    async fn refresh(&self, app: &AppLink, stale: i64) -> Result<Access, Problem> {
        let flight = self.0.refreshes.of(&app.scope);
        let _turn = flight.lock().await;
        let until = Instant::now() + stripe::DEFAULT_BUDGET;
        loop {
            let row = self.token_row(app).await?.ok_or_else(needs_reauth)?;
            if row.generation != stale {
                return self.opened(app, &row).await;
            }
            self.still_connected(app).await?;
            if let Some(lease) = self.lease(&app.scope, LEASE).await? {
                return self.refresh_leased(app, stale, lease).await;
            }
            tracing::debug!(workspace = %app.scope.workspace, "another process refreshes these tokens");
            if Instant::now() + LOOK_AGAIN >= until {
                return Err(unavailable());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn still_connected(&self, app: &AppLink) -> Result<ConnectionRow, Problem> {
        let row = self.connection_row(&app.scope).await?.filter(|row| row.generation == app.connected);
        row.filter(|row| ConnectionStatus::parse(&row.status) == Some(ConnectionStatus::Connected))
            .ok_or_else(needs_reauth)
    }

    async fn refresh_leased(&self, app: &AppLink, stale: i64, lease: NamedLease) -> Result<Access, Problem> {
        // Read under the lease: what another process did before is seen.
        let row = match self.token_row(app).await {
            Ok(Some(row)) if row.generation == stale => row,
            other => {
                self.end_lease(&app.scope, lease).await?;
                return self.opened(app, &other?.ok_or_else(needs_reauth)?).await;
            }
        };
        let place = Place::app_token(&app.scope, "refresh", row.generation);
        let asked = match (self.secret_key(&app.scope), self.open_at(&app.scope, place, &row.refresh).await) {
            (Ok(own), Ok(token)) => {
                crash::here!("refresh-leased");
                oauth::refresh(&self.0.stripe, own, &token).await
            }
            (Err(problem), _) | (_, Err(problem)) => {
                self.end_lease(&app.scope, lease).await?;
                return Err(problem);
            }
        };
        crash::here!("refresh-answered");
        match asked {
            Ok(grant) => self.keep(app, &row, grant, lease).await,
            Err(GrantError::Refused) => self.refused(app, &row, lease).await,
            Err(GrantError::Unanswered(Unanswered::Unknown)) => {
                // The lease runs out by itself, which tells the job to look what became of it.
                tracing::warn!(workspace = %app.scope.workspace, "the answer to a refresh was lost");
                Err(unavailable())
            }
            Err(GrantError::Unanswered(other)) => {
                tracing::warn!(workspace = %app.scope.workspace, error = %other, "tokens could not be refreshed");
                self.end_lease(&app.scope, lease).await?;
                Err(unavailable())
            }
        }
    }

    /// Stripe has rolled the tokens: nothing may lose them now.
    async fn keep(
        &self,
        app: &AppLink,
        before: &AppTokenRow,
        grant: Grant,
        lease: NamedLease,
    ) -> Result<Access, Problem> {
        let foreign = grant.account.as_ref().is_some_and(|account| *account != before.account)
            || grant.livemode.is_some_and(|livemode| livemode != app.scope.mode.livemode());
        if foreign {
            tracing::error!(workspace = %app.scope.workspace, "a refresh brought the tokens of another account or mode");
            return self.refused(app, before, lease).await;
        }
        let until = Instant::now() + STORE_PATIENCE;
        let mut pause = Duration::from_millis(100);
        let generation = loop {
            match self.append(app, before, &grant, &lease).await {
                Ok(Some(generation)) => break generation,
                Ok(None) => {
                    tracing::info!(workspace = %app.scope.workspace, "a refresh came back to a connection that had ended: its tokens are not kept");
                    return Err(needs_reauth());
                }
                Err(problem) if Instant::now() > until => return Err(problem),
                Err(problem) => {
                    tracing::error!(workspace = %app.scope.workspace, cause = %problem.message, "new tokens could not be stored yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(2));
                }
            }
        };
        crash::here!("refresh-stored");
        self.0.live.changed(&app.scope);
        tracing::info!(workspace = %app.scope.workspace, mode = %app.scope.mode, generation, "tokens refreshed");
        Ok(Access { token: grant.access, generation })
    }

    /// The generation; none where the connection has ended meanwhile: its tokens were destroyed, and no others may follow them.
    async fn append(
        &self,
        app: &AppLink,
        before: &AppTokenRow,
        grant: &Grant,
        lease: &NamedLease,
    ) -> Result<Option<i64>, Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        // First, as it holds the connection's row: who ends the connection comes before all of this, or destroys what it stored.
        if !tx.at(&app.scope).unpark_app(app.connected, now).await? {
            lease.release_in(&mut tx, &app.scope).await?;
            tx.commit().await?;
            return Ok(None);
        }
        let account = before.account.as_str();
        let generation = self.append_pair(&mut tx, app, grant, account, before.generation + 1, lease.fence).await?;
        tx.at(&app.scope).forget_app_tokens(generation - KEPT).await?;
        lease.release_in(&mut tx, &app.scope).await?;
        crash::here!("refresh-storing");
        tx.commit().await?;
        Ok(Some(generation))
    }

    /// Appends a pair; its generation. Where a sibling has taken that one, the next: both are kept, and Stripe tells which one lives.
    pub(super) async fn append_pair(
        &self,
        tx: &mut Tx,
        app: &AppLink,
        grant: &Grant,
        account: &str,
        first: i64,
        fence: i64,
    ) -> Result<i64, Problem> {
        let (scope, now) = (&app.scope, self.now());
        let mut generation = first;
        loop {
            let place = |column| Place::app_token(scope, column, generation);
            let access = self.seal_at(tx, scope, place("access"), grant.access.expose_secret()).await?;
            let refresh = self.seal_at(tx, scope, place("refresh"), grant.refresh.expose_secret()).await?;
            let new = NewAppToken {
                generation,
                connected: app.connected,
                account,
                access: &access,
                refresh: &refresh,
                access_expires_at: now + oauth::ACCESS_LIFE_MS,
                fence,
                now,
            };
            if tx.at(scope).append_app_token(&new).await? {
                return Ok(generation);
            }
            generation = tx.at(scope).newest_app_token().await? + 1;
        }
    }

    /// The newest pair, opened: for whoever moves it to another workspace.
    pub(super) async fn pair_of(&self, app: &AppLink) -> Result<Grant, Problem> {
        let row = self.token_row(app).await?.ok_or_else(needs_reauth)?;
        let place = |column| Place::app_token(&app.scope, column, row.generation);
        Ok(Grant {
            access: self.open_at(&app.scope, place("access"), &row.access).await?,
            refresh: self.open_at(&app.scope, place("refresh"), &row.refresh).await?,
            account: Some(row.account.clone()),
            livemode: Some(app.scope.mode.livemode()),
        })
    }

    /// `invalid_grant`: somebody else has refreshed, or the grant is over and the owner is told, once.
    async fn refused(&self, app: &AppLink, before: &AppTokenRow, lease: NamedLease) -> Result<Access, Problem> {
        if let Some(row) = self.token_row(app).await?.filter(|row| row.generation != before.generation) {
            self.end_lease(&app.scope, lease).await?;
            return self.opened(app, &row).await;
        }
        self.park_generation(&app.scope, app.connected, ENDED).await?;
        self.end_lease(&app.scope, lease).await?;
        // Connected anew while Stripe was asked: the next call goes by that.
        let anew = self.connection_row(&app.scope).await?.is_some_and(|row| row.generation != app.connected);
        Err(if anew { unavailable() } else { needs_reauth() })
    }

    fn secret_key(&self, scope: &Scope) -> Result<&SecretString, Problem> {
        self.0.stripe_apps.of(scope.mode).secret_key.as_ref().ok_or_else(|| {
            super::error::internal("tokens cannot be refreshed", &"the app's secret key is not configured any more")
        })
    }

    /// Takes up refreshes that broke off: their process died, or Stripe's answer was lost.
    pub(crate) async fn finish_refreshes(&self) -> Result<(), Problem> {
        let broken_off = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().broken_off_refreshes(LEASE, self.now()).await?
        };
        stream::iter(broken_off)
            .for_each_concurrent(SIDE_BY_SIDE, |(workspace, mode)| async move {
                let scope = Scope::stored(workspace, &mode);
                if let Err(problem) = self.finish_refresh(&scope).await {
                    tracing::warn!(workspace = %scope.workspace, cause = %problem.message, "a refresh that broke off waits");
                }
            })
            .await;
        Ok(())
    }

    async fn finish_refresh(&self, scope: &Scope) -> Result<(), Problem> {
        let row = self.connection_row(scope).await?;
        match row.filter(|row| row.method == "stripe_app" && row.status == "connected") {
            Some(row) => self.take_up(&AppLink { scope: scope.clone(), connected: row.generation }).await,
            None => self.let_lease_go(scope).await,
        }
    }

    async fn take_up(&self, app: &AppLink) -> Result<(), Problem> {
        let Some(row) = self.token_row(app).await? else { return self.let_lease_go(&app.scope).await };
        let until = Instant::now() + stripe::DEFAULT_BUDGET;
        match self.refreshed(app, row.generation, until).await {
            Ok(_) => Ok(()),
            Err(problem) if problem.code == app::domain::problem::Code::NeedsReauth => Ok(()),
            Err(problem) => Err(problem),
        }
    }

    /// Nothing is left to refresh: whoever held the lease needs it no more.
    async fn let_lease_go(&self, scope: &Scope) -> Result<(), Problem> {
        if let Some(lease) = self.lease(scope, LEASE).await? {
            self.end_lease(scope, lease).await?;
        }
        Ok(())
    }
}
