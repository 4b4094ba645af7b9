//! What Stripe tells us: what is taken, what is refused without a trace, and what each event does.

#[cfg(all(unix, debug_assertions))]
mod copies;
mod coupons;
mod effects;
mod endpoint;
mod forged;
mod gone;
mod made;

use crate::harness::{Answer, World, until};
use app::backend::{Backend, Viewer};
use app::domain::mode::Mode;
use app::wire::screens::Delivery;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The Stripe App's endpoint.
const APP: &str = "/stripe/webhooks/test";
/// The secret of an owner's own endpoint.
const OWN_SECRET: &str = "whsec_OwnersOwnSecret1234";

/// Lower-case digits of the HMAC-SHA256.
fn hmac(secret: &str, text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `Stripe-Signature` at a moment (Unix seconds).
fn signature(secret: &str, at_s: i64, body: &[u8]) -> String {
    format!("t={at_s},v1={}", hmac(secret, &[format!("{at_s}.").as_bytes(), body].concat()))
}

/// An event as Stripe prints it. `account` null: of the account that has the endpoint.
fn event(id: &str, kind: &str, account: &Value, object: &Value) -> Vec<u8> {
    let mut event = json!({
        "id": id, "object": "event", "api_version": "2026-10-28.endive", "created": crate::harness::NOW / 1000,
        "data": { "object": object }, "livemode": false, "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null }, "type": kind,
    });
    if !account.is_null() {
        event["account"] = account.clone();
    }
    format!("{event:#}").into_bytes()
}

/// The same about a session, in whatever state it says.
fn session_event(id: &str, kind: &str, session: &str) -> Vec<u8> {
    let object = json!({ "id": session, "object": "checkout.session", "status": "complete", "payment_status": "paid" });
    event(id, kind, &Value::Null, &object)
}

async fn deliver(w: &World, path: &str, secret: &str, body: Vec<u8>) -> Answer {
    let signature = signature(secret, w.now() / 1000, &body);
    w.ask("POST", path).header("stripe-signature", signature).bytes(body).send().await
}

/// The owner's own endpoint with its secret pasted; its path.
async fn own_endpoint(w: &World) -> String {
    endpoint_of(w, &w.owner(), OWN_SECRET).await
}

async fn endpoint_of(w: &World, owner: &Viewer, secret: &str) -> String {
    let setup = Backend::set_webhook_secret(&w.services, owner, Mode::Test, secret).await.unwrap();
    assert!(setup.has_secret);
    setup.url.strip_prefix(&w.url).unwrap().to_owned()
}

/// What the owner is shown of the deliveries.
async fn shown(w: &World) -> Vec<Delivery> {
    Backend::deliveries(&w.services, &w.owner(), Mode::Test).await.unwrap()
}

/// Waits until an event has ended; its state and what it did.
async fn ended(w: &World, id: &str) -> (String, String) {
    until(async || {
        let found = shown(w).await.into_iter().find(|delivery| delivery.id == id);
        let ended = found.as_ref().is_some_and(|delivery| delivery.state != "queued");
        (ended, found.map(|delivery| (delivery.state, delivery.outcome)))
    })
    .await
    .unwrap()
}

/// The same for events that belong to nobody, which no owner is shown.
async fn all_ended(w: &World) {
    until(async || {
        let queued = w.database.number("SELECT count(*) FROM webhook_events WHERE state = 'queued'").await;
        (queued == 0, queued)
    })
    .await;
}
