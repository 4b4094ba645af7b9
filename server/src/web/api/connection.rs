//! `/v1/admin/connection`: the workspace's link to Stripe, in the mode of the API key.

use crate::web::{Site, answer::Answer, auth::FullKey, idempotent, incoming::Incoming, problem::Refused};
use app::domain::problem::Problem;
use axum::{extract::State, response::Response};

/// `GET`.
pub async fn read(State(site): State<Site>, FullKey(caller): FullKey, incoming: Incoming) -> Result<Response, Refused> {
    incoming.params()?.finish()?;
    Ok(Answer::ok(&site.services.connection_of(&caller.scope).await?)?.into_response())
}

/// `POST`: by a restricted key. It is in no log and no refusal; under an idempotency key only the body's hash is stored.
pub async fn connect(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let mut fields = incoming.fields()?;
    let key = fields.string("restricted_key")?.flatten();
    fields.finish()?;
    let key = key.ok_or_else(|| {
        Problem::missing("restricted_key", "restricted_key is needed: a restricted key of your Stripe account.")
    })?;
    idempotent::once(&site.services, &caller, &incoming, async |_| {
        Answer::ok(&site.services.connect_key(&caller.scope, &key, &caller.actor()).await?)
    })
    .await
}

/// `DELETE`.
pub async fn disconnect(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    incoming: Incoming,
) -> Result<Response, Refused> {
    incoming.nothing()?;
    idempotent::once(&site.services, &caller, &incoming, async |_| {
        Answer::ok(&site.services.disconnect_scope(&caller.scope, &caller.actor()).await?)
    })
    .await
}
