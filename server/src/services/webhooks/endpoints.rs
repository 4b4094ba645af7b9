//! An owner's own endpoint, for a restricted key: made with the key where it may, else by hand, with its signing secret pasted here.

use super::super::connection::{Link, permission_missing, unavailable};
use super::super::secrets::Place;
use super::super::{Services, connection};
use crate::crash;
use crate::scope::Scope;
use crate::store::{ConnectionRow, EndpointRow};
use crate::stripe::{NewWebhookEndpoint, Outcome, StripeError, WebhookEndpoint};
use app::domain::connection::Access;
use app::domain::ids::{WebhookEndpointId, encode, encode_bits};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::webhook::{EVENTS, check_webhook_secret};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What an endpoint of ours is called in Stripe's dashboard.
const DESCRIPTION: &str = "Codemint: how checkouts end, and changes to coupons";
/// The metadata that tells our endpoint.
const META_ENDPOINT: &str = "codemint_endpoint";
/// The metadata that tells an attempt at making it.
const META_ATTEMPT: &str = "codemint_attempt";
/// The metadata that tells which generation of the secret was there when it was made, and when that was, in milliseconds.
const META_GENERATION: &str = "codemint_generation";
const META_MADE: &str = "codemint_made";
/// Longer than the making of an endpoint takes, with all that may go wrong, in milliseconds.
const MAKING_MS: i64 = 120_000;
/// Stripe allows sixteen endpoints an account and mode; so many pages of a hundred are looked through.
const MAX_PAGES: usize = 5;

/// The endpoint's id: a function of workspace and mode, so that its address can be shown before anything is stored, and stays the same.
pub(super) fn endpoint_id(scope: &Scope) -> WebhookEndpointId {
    let hash = Sha256::digest(format!("webhook endpoint\n{}\n{}", scope.workspace, scope.mode));
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash[..16]);
    let id = format!("{}{}", WebhookEndpointId::PREFIX, encode_bits(u128::from_be_bytes(bits)));
    WebhookEndpointId::trusted(id)
}

/// Whether nobody works on an endpoint any more that is not the one whose secret is kept: it is of an earlier generation than ours, or
/// its making has ended long ago.
fn is_left(endpoint: &WebhookEndpoint, generation: i64, now: i64) -> bool {
    let number = |name: &str| endpoint.metadata.get(name).and_then(|text| text.parse::<i64>().ok());
    match (number(META_GENERATION), number(META_MADE)) {
        (Some(its), Some(made)) => its < generation || (its == generation && made < now - MAKING_MS),
        // Made by hand: its secret was replaced just now.
        _ => true,
    }
}

fn changed_meanwhile() -> Problem {
    Problem::new(Code::IdempotencyKeyInUse, "The endpoint was changed at the same moment. Look at it and try again.")
}

impl Services {
    /// The connection, where it is by a restricted key: the app has an endpoint of its own.
    pub(super) async fn by_key(&self, scope: &Scope) -> Result<Option<ConnectionRow>, Problem> {
        let row = self.connection_row(scope).await?;
        Ok(row.filter(|row| row.method == connection::BY_KEY && row.status != "disconnected"))
    }

    async fn must_be_by_key(&self, scope: &Scope) -> Result<(), Problem> {
        self.by_key(scope).await?.map(drop).ok_or_else(|| {
            Problem::new(
                Code::StripeNotConnected,
                format!(
                    "Connect a restricted key in {} mode first. The Stripe app needs no endpoint of yours.",
                    scope.mode
                ),
            )
        })
    }

    /// Where Stripe is to send an owner's events.
    pub(super) fn own_endpoint_url(&self, scope: &Scope) -> String {
        format!("{}/stripe/webhooks/{}/{}", self.0.public_url, scope.mode, endpoint_id(scope))
    }

    /// Why Stripe would not send to it.
    pub(super) fn own_endpoint_trouble(&self, mode: Mode) -> Option<&'static str> {
        let plain = !self.0.public_url.starts_with("https://");
        (plain && mode == Mode::Live).then_some(
            "Stripe sends live events to https addresses only, and this server is reached by plain http. Nothing is lost: Codemint asks Stripe by itself.",
        )
    }

    /// Keeps a pasted signing secret, sealed. Refused: nothing is stored.
    pub(in crate::services) async fn keep_webhook_secret(&self, scope: &Scope, pasted: &str) -> Result<(), Problem> {
        let secret = check_webhook_secret(pasted)?;
        self.must_be_by_key(scope).await?;
        let row = self.own_row(scope).await?;
        if self.store_webhook_secret(scope, &row, secret, None).await? { Ok(()) } else { Err(changed_meanwhile()) }
    }

    /// Makes the endpoint at Stripe with the connected key, and keeps its secret, which Stripe tells in that one answer only.
    pub(in crate::services) async fn make_own_endpoint(&self, scope: &Scope) -> Result<(), Problem> {
        self.must_be_by_key(scope).await?;
        if let Some(trouble) = self.own_endpoint_trouble(scope.mode) {
            return Err(Problem::new(Code::ParameterInvalid, trouble));
        }
        let link = self.link(scope).await?;
        if link.permissions.webhooks < Access::Write {
            return Err(permission_missing(vec!["webhook_write".to_owned()]));
        }
        let row = self.own_row(scope).await?;
        crash::here!("endpoint-intent");
        let url = self.own_endpoint_url(scope);
        let made = self.create_endpoint(&link, &row, &url).await?;
        crash::here!("endpoint-made");
        let Some(secret) = made.secret.as_ref() else { return Err(unavailable()) };
        let stored = self.store_webhook_secret(scope, &row, secret.expose_secret(), Some(&made.id)).await?;
        crash::here!("endpoint-stored");
        if !stored {
            self.delete_endpoint(&link, &made.id).await?;
            return Err(changed_meanwhile());
        }
        // Those that were replaced, or that an attempt left which died: their secrets are not known here any more. What somebody makes at
        // the same moment is left to them.
        let now = self.now();
        let older = |old: &WebhookEndpoint| old.id != made.id && is_left(old, row.generation, now);
        if let Err(problem) = self.delete_endpoints(&link, &url, older).await {
            tracing::warn!(workspace = %scope.workspace, cause = %problem.message, "older endpoints could not be deleted at Stripe");
        }
        Ok(())
    }

    /// Forgets the secret, and deletes the endpoint at Stripe where it was made with the key.
    pub(in crate::services) async fn remove_own_endpoint(&self, scope: &Scope) -> Result<(), Problem> {
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).webhook_endpoint().await?
        };
        if let Some(stripe_id) = row.and_then(|row| row.stripe_id) {
            // A key that is refused, or may not any more, cannot do it: the owner can, in Stripe.
            match self.link(scope).await {
                Ok(link) if link.permissions.webhooks == Access::Write => {
                    match self.delete_endpoint(&link, &stripe_id).await {
                        Err(problem) if problem.code == Code::StripeUnavailable => return Err(problem),
                        _ => {}
                    }
                }
                Err(problem) if problem.code == Code::Internal => return Err(problem),
                _ => {}
            }
        }
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).forget_webhook_endpoint(self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The endpoint's row; made where there is none, before anything is done at Stripe.
    async fn own_row(&self, scope: &Scope) -> Result<EndpointRow, Problem> {
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).insert_webhook_endpoint(endpoint_id(scope).as_str(), self.now()).await?;
        let row = tx.at(scope).webhook_endpoint().await?.ok_or_else(changed_meanwhile)?;
        tx.commit().await?;
        Ok(row)
    }

    async fn store_webhook_secret(
        &self,
        scope: &Scope,
        row: &EndpointRow,
        secret: &str,
        stripe_id: Option<&str>,
    ) -> Result<bool, Problem> {
        let generation = row.generation + 1;
        let mut tx = self.0.db.begin().await?;
        let sealed = self.seal_at(&mut tx, scope, Place::webhook_secret(&row.id, generation), secret).await?;
        let stored = tx.at(scope).set_webhook_secret(generation, &sealed, stripe_id, self.now()).await?;
        tx.commit().await?;
        Ok(stored)
    }

    async fn create_endpoint(&self, link: &Link, row: &EndpointRow, url: &str) -> Result<WebhookEndpoint, Problem> {
        for _ in 0..2 {
            let now = self.now();
            let key = encode(now, self.random_id()?);
            let new = NewWebhookEndpoint {
                url: url.to_owned(),
                events: EVENTS.map(str::to_owned).to_vec(),
                description: DESCRIPTION.to_owned(),
                metadata: BTreeMap::from([
                    (META_ENDPOINT.to_owned(), row.id.clone()),
                    (META_ATTEMPT.to_owned(), key.clone()),
                    (META_GENERATION.to_owned(), row.generation.to_string()),
                    (META_MADE.to_owned(), now.to_string()),
                ]),
            };
            match link.stripe(&self.0.stripe).create_webhook_endpoint(&new, &key).await {
                Ok(made) => return Ok(made),
                Err(StripeError::Invalid { message, .. }) => {
                    return Err(Problem::new(
                        Code::ParameterInvalid,
                        format!("Stripe does not take this endpoint: {message} You can also make one by hand, below."),
                    ));
                }
                // It may be there, but its secret was in the lost answer alone: away with it, and once more.
                Err(error) if error.outcome() == Outcome::Unknown => {
                    tracing::warn!(workspace = %link.scope.workspace, %error, "it is not known whether an endpoint was made");
                    self.delete_endpoints(link, url, |old| old.metadata.get(META_ATTEMPT) == Some(&key)).await?;
                }
                Err(error) => return Err(self.stripe_problem(link, error, "webhook_write").await),
            }
        }
        Err(unavailable())
    }

    /// Deletes those endpoints at Stripe that have our address and are meant.
    async fn delete_endpoints(
        &self,
        link: &Link,
        url: &str,
        meant: impl Fn(&WebhookEndpoint) -> bool + Send + Sync,
    ) -> Result<(), Problem> {
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = match link.stripe(&self.0.stripe).webhook_endpoints(after.as_deref(), 100).await {
                Ok(page) => page,
                Err(error) => return Err(self.stripe_problem(link, error, "webhook_read").await),
            };
            after = page.data.last().map(|endpoint| endpoint.id.clone());
            for old in page.data.iter().filter(|old| old.url == url && meant(old)) {
                self.delete_endpoint(link, &old.id).await?;
            }
            if !page.has_more {
                break;
            }
        }
        Ok(())
    }

    async fn delete_endpoint(&self, link: &Link, id: &str) -> Result<(), Problem> {
        match link.stripe(&self.0.stripe).delete_webhook_endpoint(id).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.stripe_problem(link, error, "webhook_write").await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workspace_and_mode_has_its_own_address() {
        let id = |workspace: &str, mode: &str| endpoint_id(&Scope::stored(workspace.to_owned(), mode));
        let ids = [id("ws_a", "test"), id("ws_a", "live"), id("ws_b", "test")];
        assert_eq!(id("ws_a", "test"), ids[0]);
        assert!(ids[0] != ids[1] && ids[0] != ids[2] && ids[1] != ids[2]);
        assert!(ids.iter().all(|id| WebhookEndpointId::parse(id.as_str()).is_some()));
    }
}
