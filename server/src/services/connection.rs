//! Connecting Stripe by a restricted key, and the connection as calls need it.

use super::Services;
use super::mail::Notice;
use super::pace::Paced;
use super::secrets::Place;
use super::tokens::AppLink;
use crate::scope::Scope;
use crate::store::{ConnectionRow, NewConnection};
use crate::stripe::{self, Level, Probe, Renew, StripeError};
use app::domain::activity::{Actor, Detail, Kind};
use app::domain::connection::{self, Access, ConnectionStatus, Permissions};
use app::domain::problem::{Code, Problem};
use app::wire::api::Connection;
use async_trait::async_trait;
use secrecy::SecretString;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::time::Instant;

/// What activity of the connection is about.
pub(super) const CONNECTION: &str = "connection";
/// The method of a connection by the Stripe App.
pub(super) const METHOD_APP: &str = "stripe_app";
/// The method of a connection by a restricted key, as it is stored and told.
pub(super) const BY_KEY: &str = "restricted_key";

/// Background work sends a call so often at most: a connection that was reset is tried once more, all else comes back later.
const BACKGROUND_TRIES: u32 = 2;

/// A connection that works, with its key opened. Not to be kept.
pub(super) struct Link {
    pub(super) scope: Scope,
    pub(super) generation: i64,
    pub(super) account: Option<String>,
    pub(super) permissions: Permissions,
    pub(super) deadline: Instant,
    /// Where nobody waits: whose turns the calls take. Then Stripe is not asked again and again, either.
    turns: Option<Paced>,
    key: SecretString,
    /// Where the key is an access token of the Stripe App.
    app: Option<Renewal>,
}

/// Another access token for one that Stripe refuses.
struct Renewal {
    services: Services,
    app: AppLink,
    deadline: Instant,
    /// The one that took the key's place: what follows on this link uses it at once.
    newer: OnceLock<SecretString>,
}

#[async_trait]
impl Renew for Renewal {
    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, StripeError> {
        match self.services.access_token_after(&self.app, refused, self.deadline).await {
            Ok(access) => {
                tracing::debug!(workspace = %self.app.scope.workspace, generation = access.generation, "another access token is tried");
                let _first = self.newer.set(access.token.clone());
                Ok(access.token)
            }
            // The grant is over: what the refusal of the key says.
            Err(problem) if problem.code == Code::NeedsReauth => {
                Err(StripeError::KeyRefused { reason: stripe::KeyRefusal::Expired })
            }
            Err(_) => Err(StripeError::Unreachable),
        }
    }
}

impl Link {
    /// Stripe, under this connection's key. All calls of one use of the link share one budget: who waits for them waits no longer.
    pub(super) fn stripe<'a>(&'a self, stripe: &'a stripe::Stripe) -> stripe::Account<'a> {
        let key = self.app.as_ref().and_then(|app| app.newer.get()).unwrap_or(&self.key);
        let mut account = stripe.account(key).until(self.deadline);
        if let Some(turns) = &self.turns {
            account = account.tries(BACKGROUND_TRIES).paced(turns);
        }
        match &self.app {
            Some(app) => account.renewing(app),
            None => account,
        }
    }
}

impl Link {
    /// The same for very many calls in a row: some of the account's turns are left to others.
    pub(super) fn few(self) -> Self {
        Self { turns: self.turns.map(Paced::few), ..self }
    }
}

fn access(level: Level) -> Access {
    match level {
        Level::None => Access::None,
        Level::Read => Access::Read,
        Level::Write => Access::Write,
    }
}

pub(super) fn permissions(probe: &Probe) -> Permissions {
    Permissions {
        coupons: access(probe.coupons),
        promotion_codes: access(probe.promotion_codes),
        checkout_sessions: access(probe.checkout_sessions),
        prices: access(probe.prices),
        webhooks: access(probe.webhooks),
    }
}

/// The connection as the API tells it.
pub(super) fn wire(scope: &Scope, row: Option<&ConnectionRow>) -> Connection {
    let status = row.and_then(|row| ConnectionStatus::parse(&row.status)).unwrap_or(ConnectionStatus::Disconnected);
    let row = row.filter(|_| status != ConnectionStatus::Disconnected);
    Connection {
        object: "connection".into(),
        method: row.map(|row| row.method.clone()),
        livemode: scope.mode.livemode(),
        status: status.as_str().into(),
        account: row.and_then(|row| row.account.clone()),
        key_hint: row.map(|row| row.key_hint.clone()).filter(|hint| !hint.is_empty()),
        permissions: row
            .map(|row| Permissions { webhooks: Access::None, ..stored_permissions(&row.permissions) })
            .unwrap_or_default(),
    }
}

pub(super) fn stored_permissions(json: &str) -> Permissions {
    serde_json::from_str(json).unwrap_or_default()
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| super::error::internal("a value could not be written as JSON", &error))
}

impl Services {
    /// The connection as the API tells it.
    pub async fn connection_of(&self, scope: &Scope) -> Result<Connection, Problem> {
        Ok(wire(scope, self.connection_row(scope).await?.as_ref()))
    }

    pub(super) async fn connection_row(&self, scope: &Scope) -> Result<Option<ConnectionRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).connection().await?)
    }

    /// Checks a pasted key against Stripe, leaving nothing in the account, and keeps it sealed. Refused: nothing is stored.
    pub async fn connect_key(&self, scope: &Scope, restricted_key: &str, by: &Actor) -> Result<Connection, Problem> {
        const PARAM: &str = "restricted_key";
        let key = connection::check_restricted_key(restricted_key, scope.mode)?;
        let secret = SecretString::from(key);
        let probe = self.0.stripe.account(&secret).probe().await.map_err(|error| match error {
            StripeError::KeyRefused { reason: stripe::KeyRefusal::IpNotAllowed } => Problem::invalid(
                PARAM,
                "Stripe does not take this key from our address: it has a list of allowed addresses. Add ours to it in Stripe, or make a key without a list. Nothing was stored.",
            ),
            StripeError::KeyRefused { reason } => {
                Problem::invalid(PARAM, format!("Stripe does not accept this key: {reason}. Create a new one on Stripe and paste it here. Nothing was stored."))
            }
            other => {
                tracing::warn!(error = %other, "a pasted key could not be checked");
                Problem {
                    retry_after: Some(10),
                    ..Problem::of(Code::StripeUnavailable, PARAM, "Stripe could not be asked just now, so the key was not stored. Try again in a moment.")
                }
            }
        })?;
        let found = permissions(&probe);
        let missing = found.missing_least();
        if !missing.is_empty() {
            let message = format!(
                "This key lacks permissions that Codemint needs: {}. Create one with the link above and paste it here. Nothing was stored.",
                missing.join(", ")
            );
            return Err(Problem { missing, ..Problem::of(Code::StripePermissionMissing, PARAM, message) });
        }
        let found = to_json(&found)?;
        let hint = connection::hint(key, scope.mode);
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let before = tx.at(scope).connection().await?;
        let generation = before.as_ref().map_or(0, |row| row.generation) + 1;
        // An endpoint belongs to the account that it was set up in; where either account is unknown, it is believed to be the same.
        let moved =
            before.and_then(|row| row.account).zip(probe.account.as_ref()).is_some_and(|(old, new)| old != *new);
        let sealed = self.seal_at(&mut tx, scope, Place::connection_key(scope, generation), key).await?;
        let new = NewConnection {
            generation,
            method: BY_KEY,
            account: probe.account.as_deref(),
            key_hint: &hint,
            secret: Some(&sealed),
            permissions: &found,
            now,
        };
        if !tx.at(scope).put_connection(&new).await? {
            return Err(Problem::of(
                Code::IdempotencyKeyInUse,
                PARAM,
                "The connection was changed at the same moment. Look at it and try again.",
            ));
        }
        tx.at(scope).destroy_app_tokens().await?;
        if moved {
            tx.at(scope).destroy_webhook_secret(now).await?;
        }
        let row = tx.at(scope).connection().await?;
        let what = format!("the restricted key {hint}");
        let detail = Detail { by: Some(by.clone()), what, ..Detail::default() };
        self.note_activity(&mut tx, scope, Kind::Connected, CONNECTION, &detail).await?;
        tx.commit().await?;
        self.0.live.changed(scope);
        tracing::info!(workspace = %scope.workspace, mode = %scope.mode, generation, "connected by restricted key");
        Ok(wire(scope, row.as_ref()))
    }

    /// Forgets the key, or destroys the app's tokens. Codes stay; open sessions keep their price.
    pub async fn disconnect_scope(&self, scope: &Scope, by: &Actor) -> Result<Connection, Problem> {
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).lock_connection().await?;
        let before = tx.at(scope).connection().await?;
        if before.is_some_and(|row| ConnectionStatus::parse(&row.status) != Some(ConnectionStatus::Disconnected)) {
            let detail = Detail { by: Some(by.clone()), ..Detail::default() };
            self.note_activity(&mut tx, scope, Kind::Disconnected, CONNECTION, &detail).await?;
        }
        tx.at(scope).disconnect(self.now()).await?;
        tx.at(scope).destroy_app_tokens().await?;
        tx.at(scope).destroy_webhook_secret(self.now()).await?;
        let row = tx.at(scope).connection().await?;
        tx.commit().await?;
        self.0.live.changed(scope);
        Ok(wire(scope, row.as_ref()))
    }

    /// The connection with its key opened, or why there is none to use.
    pub(super) async fn link(&self, scope: &Scope) -> Result<Link, Problem> {
        self.link_within(scope, stripe::DEFAULT_BUDGET).await
    }

    /// The same for background work, which waits for its turns and comes back by itself.
    pub(super) async fn background_link(&self, scope: &Scope, budget: Duration) -> Result<Link, Problem> {
        let link = self.link_within(scope, budget).await?;
        let turns = Some(self.0.pacer.of(scope, link.account.as_deref()));
        Ok(Link { turns, ..link })
    }

    async fn link_within(&self, scope: &Scope, budget: Duration) -> Result<Link, Problem> {
        let row = connected(scope, self.connection_row(scope).await?)?;
        self.link_of(scope, row, budget).await
    }

    /// The connection of this row, which must be one that works, with its key opened.
    pub(super) async fn link_by(&self, scope: &Scope, row: ConnectionRow) -> Result<Link, Problem> {
        self.link_of(scope, row, stripe::DEFAULT_BUDGET).await
    }

    async fn link_of(&self, scope: &Scope, row: ConnectionRow, budget: Duration) -> Result<Link, Problem> {
        let deadline = Instant::now() + budget;
        let (key, app) = if row.method == METHOD_APP {
            let app = AppLink { scope: scope.clone(), connected: row.generation };
            let key = self.access_token(&app, deadline).await?.token;
            (key, Some(Renewal { services: self.clone(), app, deadline, newer: OnceLock::new() }))
        } else {
            let sealed = row.secret.as_deref().ok_or_else(|| not_connected(scope))?;
            (self.open_at(scope, Place::connection_key(scope, row.generation), sealed).await?, None)
        };
        Ok(Link {
            scope: scope.clone(),
            generation: row.generation,
            account: row.account.clone(),
            permissions: stored_permissions(&row.permissions),
            deadline,
            turns: None,
            key,
            app,
        })
    }

    /// Draws the consequences of a failed call for the connection, and says it as a problem.
    /// `asked_for` names the permission to blame where Stripe named none.
    pub(super) async fn stripe_problem(&self, link: &Link, error: StripeError, asked_for: &str) -> Problem {
        match error {
            StripeError::KeyRefused { reason } => {
                let trouble = if link.app.is_some() {
                    format!("Stripe refuses this install: {reason}.")
                } else {
                    format!("Stripe refuses the key: {reason}.")
                };
                if let Err(problem) = self.park_generation(&link.scope, link.generation, &trouble).await {
                    return problem;
                }
                needs_reauth()
            }
            StripeError::PermissionMissing { mut missing, .. } => {
                if missing.is_empty() {
                    missing.push(asked_for.to_owned());
                }
                if let Err(problem) = self.learn_missing(link, &missing).await {
                    return problem;
                }
                permission_missing(missing)
            }
            other
                if other.is_outage()
                    || matches!(
                        other,
                        StripeError::Locked | StripeError::IdempotencyInUse | StripeError::Server { .. }
                    ) =>
            {
                // Background work tells once that it pauses.
                if link.turns.is_some() {
                    tracing::debug!(workspace = %link.scope.workspace, error = %other, "Stripe could not be asked");
                } else {
                    tracing::warn!(workspace = %link.scope.workspace, error = %other, "Stripe could not be asked");
                }
                unavailable()
            }
            StripeError::Invalid { message, param, .. } | StripeError::ResourceMissing { message, param } => {
                let mut problem = Problem::new(Code::ParameterInvalid, format!("Stripe refused: {message}"));
                problem.param = param;
                problem
            }
            other => super::error::internal("an answer of Stripe's was not expected here", &other),
        }
    }

    /// Parks a connection that Stripe refuses, and tells the owner, once.
    pub(super) async fn park_generation(&self, scope: &Scope, generation: i64, trouble: &str) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        let parked = tx.at(scope).park_connection(generation, trouble, self.now()).await?;
        if parked {
            self.note_activity(&mut tx, scope, Kind::NeedsReauth, CONNECTION, &Detail::default()).await?;
            let account = tx.at(scope).connection().await?.and_then(|row| row.account);
            self.queue_notice(&mut tx, scope, Notice::NeedsReauth, account.as_deref()).await?;
        }
        tx.commit().await?;
        if parked {
            tracing::warn!(workspace = %scope.workspace, mode = %scope.mode, trouble, "the connection was parked");
            self.0.live.changed(scope);
            self.0.mail_waiting.notify_one();
        }
        Ok(())
    }

    /// A permission that was believed to be there is not: keeps that.
    async fn learn_missing(&self, link: &Link, missing: &[String]) -> Result<(), Problem> {
        let mut known = link.permissions;
        for name in missing {
            let (what, level) = if let Some(what) = name.strip_suffix("_write") {
                (what, Access::Read)
            } else {
                (name.trim_end_matches("_read"), Access::None)
            };
            let slot = match what {
                "coupon" => &mut known.coupons,
                "promotion_code" => &mut known.promotion_codes,
                "checkout_session" => &mut known.checkout_sessions,
                "plan" | "price" => &mut known.prices,
                "webhook" => &mut known.webhooks,
                _ => continue,
            };
            *slot = (*slot).min(level);
        }
        if known == link.permissions {
            return Ok(());
        }
        let json = to_json(&known)?;
        let mut tx = self.0.db.begin().await?;
        tx.at(&link.scope).set_permissions(link.generation, &json, self.now()).await?;
        tx.commit().await?;
        self.0.live.changed(&link.scope);
        Ok(())
    }
}

/// The connection, if calls can be made by it; nothing is opened and nobody asked.
pub(super) fn connected(scope: &Scope, row: Option<ConnectionRow>) -> Result<ConnectionRow, Problem> {
    let row = row.ok_or_else(|| not_connected(scope))?;
    match ConnectionStatus::parse(&row.status) {
        Some(ConnectionStatus::Connected) => Ok(row),
        Some(ConnectionStatus::NeedsReauth) => Err(needs_reauth()),
        _ => Err(not_connected(scope)),
    }
}

/// 409: there is none.
fn not_connected(scope: &Scope) -> Problem {
    Problem::new(
        Code::StripeNotConnected,
        format!(
            "Stripe is not connected in {} mode. Connect it in Settings, or by POST /v1/admin/connection.",
            scope.mode
        ),
    )
}

/// 409: Stripe refuses what is stored.
pub(super) fn needs_reauth() -> Problem {
    Problem::new(
        Code::NeedsReauth,
        "Stripe no longer accepts the connection. Connect again in Settings; codes and counts are kept.",
    )
}

/// 503: nothing was sold at a wrong price, and a repeat makes sense.
pub(super) fn unavailable() -> Problem {
    Problem {
        retry_after: Some(5),
        ..Problem::new(
            Code::StripeUnavailable,
            "Stripe could not be reached. Nothing was used up; send the same request again.",
        )
    }
}

/// 403 with the names.
pub(super) fn permission_missing(missing: Vec<String>) -> Problem {
    let message = format!(
        "The Stripe connection lacks the permission {}. Settings has the link that makes a key with it.",
        missing.join(", ")
    );
    Problem { missing, ..Problem::new(Code::StripePermissionMissing, message) }
}
