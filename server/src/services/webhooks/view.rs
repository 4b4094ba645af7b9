//! The endpoint and what came to it, as screens show them.

use super::super::Services;
use super::super::connection::stored_permissions;
use super::super::when::{Writing, when};
use super::endpoints::endpoint_id;
use crate::scope::Scope;
use crate::store::EventRow;
use app::domain::connection::Access;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::webhook::EVENTS;
use app::wire::screens::{Delivery, WebhookSetup};

/// Deliveries on the page.
const SHOWN: i64 = 50;

impl Services {
    /// How the workspace's own endpoint stands; none where the connection is not by a restricted key.
    pub(in crate::services) async fn webhook_setup_of(
        &self,
        scope: &Scope,
        writing: &Writing,
    ) -> Result<Option<WebhookSetup>, Problem> {
        let Some(connection) = self.by_key(scope).await? else { return Ok(None) };
        let id = endpoint_id(scope);
        let mut reader = self.0.db.reader().await?;
        let row = reader.at(scope).webhook_endpoint().await?;
        let last = reader.at(scope).last_event_at(id.as_str()).await?;
        let has_secret = row.as_ref().is_some_and(|row| row.secret.is_some());
        Ok(Some(WebhookSetup {
            url: self.own_endpoint_url(scope),
            events: EVENTS.map(str::to_owned).to_vec(),
            has_secret,
            stripe_id: row.as_ref().and_then(|row| row.stripe_id.clone()),
            since: row.filter(|_| has_secret).map(|row| when(row.updated_at, writing)),
            may_create: stored_permissions(&connection.permissions).webhooks == Access::Write,
            last: last.map(|at| when(at, writing)),
            trouble: self.own_endpoint_trouble(scope.mode).map(str::to_owned),
            stripe_page: format!(
                "{}{}/webhooks",
                self.0.dashboard_url,
                if scope.mode == Mode::Test { "/test" } else { "" }
            ),
        }))
    }

    /// The same, after a change.
    pub(in crate::services) async fn webhook_setup_now(
        &self,
        scope: &Scope,
        writing: &Writing,
    ) -> Result<WebhookSetup, Problem> {
        let gone =
            || Problem::new(Code::StripeNotConnected, "The connection was changed meanwhile. Load the page again.");
        self.webhook_setup_of(scope, writing).await?.ok_or_else(gone)
    }

    /// What Stripe told last, newest first.
    pub(in crate::services) async fn deliveries_of(
        &self,
        scope: &Scope,
        writing: &Writing,
    ) -> Result<Vec<Delivery>, Problem> {
        let mut reader = self.0.db.reader().await?;
        let rows = reader.at(scope).newest_events(SHOWN).await?;
        Ok(rows.into_iter().map(|row| delivery(row, writing)).collect())
    }
}

fn delivery(row: EventRow, writing: &Writing) -> Delivery {
    Delivery {
        at: when(row.received_at, writing),
        own: Mode::parse(&row.endpoint).is_none(),
        outcome: row.outcome.unwrap_or_else(|| "Just came: it is being worked out.".to_owned()),
        id: row.id,
        kind: row.kind,
        object: row.object_id,
        account: row.account,
        state: row.state,
        times: row.deliveries,
    }
}
