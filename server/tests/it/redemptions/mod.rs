//! `/v1/redemptions`: holds for checkouts that owners make themselves.

mod crowd;
mod lapsed;
mod late;
mod life;
mod lists;
mod minted;
mod refused;
mod repeated;
mod taken_over;

use crate::harness::{Answer, REDEMPTIONS, World, until};
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A body with these fields.
fn body(fields: Value) -> Value {
    let mut body = json!({ "app_id": "taskpomo", "code": "SPRING" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

/// A hold for the code SPRING, or another one of these fields.
async fn hold(w: &World, fields: Value) -> Answer {
    w.post(REDEMPTIONS, body(fields)).await
}

/// The same under an idempotency key.
async fn keyed(w: &World, key: &str, fields: Value) -> Answer {
    w.ask("POST", REDEMPTIONS).key(&w.key).idempotent(key).json(&body(fields)).send().await
}

async fn confirm(w: &World, id: &str) -> Answer {
    w.ask("POST", &format!("{REDEMPTIONS}/{id}/confirm")).key(&w.key).send().await
}

async fn release(w: &World, id: &str) -> Answer {
    w.ask("POST", &format!("{REDEMPTIONS}/{id}/release")).key(&w.key).send().await
}

async fn state(w: &World, id: &str) -> String {
    let read = w.get(&format!("{REDEMPTIONS}/{id}")).await.expect(200);
    read.json["state"].as_str().unwrap().to_owned()
}

/// Waits until a job has moved it.
async fn becomes(w: &World, id: &str, wanted: &str) {
    until(async || {
        let seen = state(w, id).await;
        (seen == wanted, seen)
    })
    .await;
}

/// The owner's click on the code's page.
async fn mint_again(w: &World, id: &str) {
    let owner = w.owner();
    app::backend::Backend::mint_again(&w.services, &owner, app::domain::mode::Mode::Test, id).await.unwrap();
}
