//! The workspace's own webhook endpoint, and what Stripe told.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::screens::{Delivery, WebhookSetup};
use leptos::prelude::*;

/// How the endpoint stands; none where the connection is not by a restricted key.
#[server(endpoint = "webhook")]
pub async fn read_webhook(mode: Mode) -> Reply<Option<WebhookSetup>> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.webhook_setup(&viewer, mode).await)
}

/// Makes it at Stripe with the connected key.
#[server(endpoint = "make-webhook")]
pub async fn make_webhook(mode: Mode) -> Reply<WebhookSetup> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.make_webhook_endpoint(&viewer, mode).await)
}

/// Keeps the signing secret of one that was made by hand. It is never told back.
#[server(endpoint = "set-webhook-secret")]
pub async fn set_webhook_secret(mode: Mode, webhook_secret: String) -> Reply<WebhookSetup> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.set_webhook_secret(&viewer, mode, &webhook_secret).await)
}

/// Forgets it, here and, where it was made with the key, at Stripe.
#[server(endpoint = "remove-webhook")]
pub async fn remove_webhook(mode: Mode) -> Reply<WebhookSetup> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.remove_webhook_endpoint(&viewer, mode).await)
}

/// What Stripe told last.
#[server(endpoint = "deliveries")]
pub async fn read_deliveries(mode: Mode) -> Reply<Vec<Delivery>> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.deliveries(&viewer, mode).await)
}
