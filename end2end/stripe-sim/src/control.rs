//! The control surface for tests that are not written in Rust: JSON, for programs on this machine alone.
//!
//! | call | what it does |
//! |---|---|
//! | `POST /sim/faults` | `{"kind":"status_500","method":"POST","path":"/v1/coupons","skip":0,"times":1}`: the calls meant go wrong. Kinds: `drop`, `apply_then_drop`, `status_500`, `apply_then_500`, `rate_limited_429`, `lock_timeout_429`, `hold`, and `stall` with `"ms"`. Without `method`, `path`, `skip` or `times`: every method, every path, at once, for ever |
//! | `DELETE /sim/faults` | no fault waits any more, and calls that are held go on |
//! | `POST /sim/away` | `{"away":true}`: every call of the API is cut, as if the network were gone; `false` brings it back |
//! | `POST /sim/keys/expire`, `/sim/keys/revoke` | `{"key":"rk_test_…"}`: as if it had been rolled, or deleted; keys are made on the page "Create restricted key" |
//! | `POST /sim/clock` | `{"advance_ms":1000}`: pushes the stand-in's time forward |
//! | `POST /sim/idempotency/forget` | as if a day had passed: no idempotency key is known any more |
//! | `GET /sim/deliveries` | the signing secrets, and every event as the app's endpoint would be sent it now: body and `Stripe-Signature` |
//!
//! The app, webhooks and accounts have theirs in `control_app`.
//!
//! What a browser sends for another page is refused, and so is what comes from elsewhere.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Fault, FaultKind, Match, Sim, connection::Hangup, control_app};

pub(crate) fn router() -> Router<Sim> {
    Router::new()
        .route("/sim/faults", post(inject).delete(clear))
        .route("/sim/away", post(away))
        .route("/sim/keys/expire", post(expire))
        .route("/sim/keys/revoke", post(revoke))
        .route("/sim/clock", post(advance))
        .route("/sim/idempotency/forget", post(forget))
        .route("/sim/deliveries", get(deliveries))
        .merge(control_app::routes())
        .layer(from_fn(programs_here))
}

/// Lets in only those who are on this machine and are no page in a browser.
async fn programs_here(request: Request, next: Next) -> Response {
    let here = Hangup::of(request.extensions()).is_some_and(|hangup| hangup.is_from_here());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    // Another name for this machine is how a foreign page would reach it.
    let named_here = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    if here && named_here && !request.headers().contains_key(header::ORIGIN) {
        return next.run(request).await;
    }
    let message = "The control surface is for programs on this machine.";
    (StatusCode::FORBIDDEN, Json(json!({ "error": message }))).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: Kind,
    method: Option<String>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    skip: usize,
    times: Option<usize>,
    #[serde(default)]
    ms: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Drop,
    ApplyThenDrop,
    #[serde(rename = "status_500")]
    Status500,
    #[serde(rename = "apply_then_500")]
    ApplyThen500,
    #[serde(rename = "rate_limited_429")]
    RateLimited429,
    #[serde(rename = "lock_timeout_429")]
    LockTimeout429,
    Stall,
    Hold,
}

async fn inject(State(sim): State<Sim>, Json(wanted): Json<Wanted>) -> StatusCode {
    let Wanted { kind, method, path, skip, times, ms } = wanted;
    let kind = match kind {
        Kind::Drop => FaultKind::Drop,
        Kind::ApplyThenDrop => FaultKind::ApplyThenDrop,
        Kind::Status500 => FaultKind::Status500,
        Kind::ApplyThen500 => FaultKind::ApplyThen500,
        Kind::RateLimited429 => FaultKind::RateLimited429,
        Kind::LockTimeout429 => FaultKind::LockTimeout429,
        Kind::Stall => FaultKind::Stall(Duration::from_millis(ms)),
        Kind::Hold => FaultKind::Hold,
    };
    sim.inject(Fault::new(Match { method, path_prefix: path, account: None, skip, times }, kind));
    StatusCode::NO_CONTENT
}

async fn clear(State(sim): State<Sim>) -> StatusCode {
    sim.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize)]
struct Away {
    away: bool,
}

async fn away(State(sim): State<Sim>, Json(Away { away }): Json<Away>) -> StatusCode {
    sim.away(away);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

async fn expire(State(sim): State<Sim>, Json(Key { key }): Json<Key>) -> StatusCode {
    found(sim.expire_key(&key))
}

async fn revoke(State(sim): State<Sim>, Json(Key { key }): Json<Key>) -> StatusCode {
    found(sim.revoke_key(&key))
}

fn found(found: bool) -> StatusCode {
    if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

#[derive(Debug, Deserialize)]
struct Advance {
    advance_ms: i64,
}

async fn advance(State(sim): State<Sim>, Json(Advance { advance_ms }): Json<Advance>) -> StatusCode {
    sim.advance(advance_ms);
    StatusCode::NO_CONTENT
}

async fn forget(State(sim): State<Sim>) -> StatusCode {
    sim.forget_idempotency_keys();
    StatusCode::NO_CONTENT
}

async fn deliveries(State(sim): State<Sim>) -> Json<Value> {
    let each = |delivery: crate::Delivery| {
        json!({
            "event": delivery.event_id, "type": delivery.kind, "account": delivery.account, "livemode": delivery.livemode,
            "created": delivery.created, "signature": delivery.signature, "body": delivery.body,
        })
    };
    let events: Vec<Value> = sim.deliveries().into_iter().map(each).collect();
    Json(json!({
        "secrets": { "test": sim.webhook_secret(false), "live": sim.webhook_secret(true) }, "deliveries": events,
    }))
}
