//! Rewards on their way to Stripe, whatever Stripe does; and back, when they are used.

mod by_hand;
mod crossed;
mod minted;
mod outage;

#[cfg(all(unix, debug_assertions))]
mod three_days;
mod used;

use crate::harness::{World, until};
use serde_json::{Value, json};
use stripe_sim::PromotionCode;

/// A campaign of 15 % off, once, with further fields; its id.
pub async fn campaign(w: &World, fields: Value) -> String {
    let mut body = json!({ "app_id": "taskpomo", "name": "Share with friends", "percent_off": 15 });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    w.post("/v1/campaigns", body).await.expect(201).id().to_owned()
}

/// Earns a reward by the API; the answer.
pub async fn earn(w: &World, campaign: &str, email: &str) -> Value {
    w.post(&format!("/v1/campaigns/{campaign}/rewards"), json!({ "email": email })).await.expect(201).json
}

/// The reward as the API tells it now.
pub async fn reward(w: &World, earned: &Value) -> Value {
    let (campaign, id) = (earned["campaign"].as_str().unwrap(), earned["id"].as_str().unwrap());
    w.get(&format!("/v1/campaigns/{campaign}/rewards/{id}")).await.expect(200).json
}

/// Waits until the reward is in this state at Stripe.
pub async fn becomes(w: &World, earned: &Value, state: &str) -> Value {
    let mut tick = w.ticking();
    until(async || {
        tick();
        let now = reward(w, earned).await;
        (now["sync"]["state"] == state, now)
    })
    .await
}

/// The promotion codes at Stripe that have this text.
pub fn at_stripe(w: &World, earned: &Value) -> Vec<PromotionCode> {
    let text = earned["code"].as_str().unwrap();
    w.sim.promotion_codes().into_iter().filter(|code| code.code.eq_ignore_ascii_case(text)).collect()
}
