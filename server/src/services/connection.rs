//! Connecting Stripe by a restricted key, and the connection as calls need it.

use super::Services;
use super::secrets::Place;
use crate::scope::Scope;
use crate::store::{ConnectionRow, NewConnection};
use crate::stripe::{self, Level, Probe, StripeError};
use app::domain::connection::{self, Access, ConnectionStatus, Permissions};
use app::domain::problem::{Code, Problem};
use app::wire::api::Connection;
use secrecy::SecretString;
use tokio::time::Instant;

/// The method of a connection by a restricted key, as it is stored and told.
pub(super) const BY_KEY: &str = "restricted_key";

/// A connection that works, with its key opened. Not to be kept.
pub(super) struct Link {
    pub(super) scope: Scope,
    pub(super) generation: i64,
    pub(super) account: Option<String>,
    pub(super) permissions: Permissions,
    pub(super) deadline: Instant,
    key: SecretString,
}

impl Link {
    /// Stripe, under this connection's key. All calls of one use of the link share one budget: who waits for them waits no longer.
    pub(super) fn stripe<'a>(&'a self, stripe: &'a stripe::Stripe) -> stripe::Account<'a> {
        stripe.account(&self.key).until(self.deadline)
    }
}

fn access(level: Level) -> Access {
    match level {
        Level::None => Access::None,
        Level::Read => Access::Read,
        Level::Write => Access::Write,
    }
}

fn permissions(probe: &Probe) -> Permissions {
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
        key_hint: row.map(|row| row.key_hint.clone()),
        permissions: row
            .map(|row| Permissions { webhooks: Access::None, ..stored_permissions(&row.permissions) })
            .unwrap_or_default(),
    }
}

pub(super) fn stored_permissions(json: &str) -> Permissions {
    serde_json::from_str(json).unwrap_or_default()
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Problem> {
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
    pub async fn connect_key(&self, scope: &Scope, restricted_key: &str) -> Result<Connection, Problem> {
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
        let generation = before.map_or(0, |row| row.generation) + 1;
        let sealed = self.seal_at(&mut tx, scope, Place::connection_key(scope, generation), key).await?;
        let new = NewConnection {
            generation,
            method: BY_KEY,
            account: probe.account.as_deref(),
            key_hint: &hint,
            secret: &sealed,
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
        let row = tx.at(scope).connection().await?;
        tx.commit().await?;
        tracing::info!(workspace = %scope.workspace, mode = %scope.mode, generation, "connected by restricted key");
        Ok(wire(scope, row.as_ref()))
    }

    /// Forgets the key. Codes stay; open sessions keep their price.
    pub async fn disconnect_scope(&self, scope: &Scope) -> Result<Connection, Problem> {
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).disconnect(self.now()).await?;
        tx.at(scope).destroy_webhook_secret(self.now()).await?;
        let row = tx.at(scope).connection().await?;
        tx.commit().await?;
        Ok(wire(scope, row.as_ref()))
    }

    /// The connection with its key opened, or why there is none to use.
    pub(super) async fn link(&self, scope: &Scope) -> Result<Link, Problem> {
        let none = || {
            Problem::new(
                Code::StripeNotConnected,
                format!(
                    "Stripe is not connected in {} mode. Connect it in Settings, or by POST /v1/admin/connection.",
                    scope.mode
                ),
            )
        };
        let row = self.connection_row(scope).await?.ok_or_else(none)?;
        match ConnectionStatus::parse(&row.status) {
            Some(ConnectionStatus::Connected) => {}
            Some(ConnectionStatus::NeedsReauth) => return Err(needs_reauth()),
            _ => return Err(none()),
        }
        let sealed = row.secret.as_deref().ok_or_else(none)?;
        let key = self.open_at(scope, Place::connection_key(scope, row.generation), sealed).await?;
        Ok(Link {
            scope: scope.clone(),
            generation: row.generation,
            account: row.account.clone(),
            permissions: stored_permissions(&row.permissions),
            deadline: Instant::now() + stripe::DEFAULT_BUDGET,
            key,
        })
    }

    /// Draws the consequences of a failed call for the connection, and says it as a problem.
    /// `asked_for` names the permission to blame where Stripe named none.
    pub(super) async fn stripe_problem(&self, link: &Link, error: StripeError, asked_for: &str) -> Problem {
        match error {
            StripeError::KeyRefused { reason } => {
                let trouble = format!("Stripe refuses the key: {reason}.");
                if let Err(problem) = self.park(link, &trouble).await {
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
                tracing::warn!(workspace = %link.scope.workspace, error = %other, "Stripe could not be asked");
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

    async fn park(&self, link: &Link, trouble: &str) -> Result<(), Problem> {
        tracing::warn!(workspace = %link.scope.workspace, mode = %link.scope.mode, trouble, "the connection was parked");
        let mut tx = self.0.db.begin().await?;
        tx.at(&link.scope).park_connection(link.generation, trouble, self.now()).await?;
        tx.commit().await?;
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
        Ok(())
    }
}

/// 409: Stripe refuses what is stored.
pub(super) fn needs_reauth() -> Problem {
    Problem::new(
        Code::NeedsReauth,
        "Stripe no longer accepts the stored key. Connect again in Settings; codes and counts are kept.",
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
