//! A customer uses a code at Stripe: the reward says so, once, whoever tells of it.

use super::{at_stripe, becomes, campaign, earn, reward};
use crate::harness::{FOUR, World, on_both_engines, until};
use serde_json::{Value, json};

on_both_engines!(
    with working;
    with_sessions_the_amount_is_known,
    with_four_permissions_the_use_is_known,
    in_a_checkout_of_ours,
    only_what_grew_is_looked_through,
    an_unpaid_session_is_no_use,
);

/// The customer types the code in a checkout of the owner's own shop and pays.
async fn shop_session(w: &World, text: &str) -> String {
    let form = [
        ("mode", "payment"),
        ("line_items[0][price]", "price_1ABC"),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://shop.example/thanks"),
        ("allow_promotion_codes", "true"),
    ];
    let session = w.stripe_call("/v1/checkout/sessions", &form).await["id"].as_str().unwrap().to_owned();
    w.sim.enter_promotion_code(&session, text).unwrap();
    session
}

async fn use_it(w: &World, earned: &Value) -> String {
    let session = shop_session(w, earned["code"].as_str().unwrap()).await;
    w.sim.complete_session(&session).unwrap();
    session
}

/// Waits until the use is seen; time goes on meanwhile.
async fn is_used(w: &World, earned: &Value) -> Value {
    until(async || {
        w.advance(2_000);
        let now = reward(w, earned).await;
        (!now["used"].is_null(), now)
    })
    .await
}

async fn with_sessions_the_amount_is_known(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "minted").await;
    let session = use_it(w, &earned).await;
    let used = is_used(w, &earned).await;
    assert_eq!(used["status"], "used");
    assert_eq!(used["used"]["stripe_checkout_session"], session);
    // 15 % of $29.00.
    assert_eq!(
        (used["used"]["amount_off_cents"].as_i64(), used["used"]["currency"].as_str()),
        (Some(435), Some("usd"))
    );
    let counted = w.get(&format!("/v1/campaigns/{campaign}")).await.expect(200).json;
    assert_eq!(counted["rewards"], json!({ "earned": 1, "used": 1 }));
}

async fn with_four_permissions_the_use_is_known(w: &World) {
    w.connect(&FOUR).await;
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    let unused = earn(w, &campaign, "bob@example.com").await;
    becomes(w, &earned, "minted").await;
    becomes(w, &unused, "minted").await;
    use_it(w, &earned).await;
    let used = is_used(w, &earned).await;
    assert_eq!(used["used"]["stripe_checkout_session"], Value::Null);
    assert_eq!(used["used"]["amount_off_cents"], Value::Null);
    assert!(reward(w, &unused).await["used"].is_null());
}

async fn in_a_checkout_of_ours(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "minted").await;
    let session = w.checkout(json!({ "allow_promotion_codes": true })).await.expect(201).id().to_owned();
    w.sim.enter_promotion_code(&session, earned["code"].as_str().unwrap()).unwrap();
    w.sim.complete_session(&session).unwrap();
    let used = is_used(w, &earned).await;
    assert_eq!(
        (used["used"]["stripe_checkout_session"].as_str(), used["used"]["amount_off_cents"].as_i64()),
        (Some(session.as_str()), Some(435))
    );
}

async fn only_what_grew_is_looked_through(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let mut rewards = Vec::new();
    for n in 0..105 {
        rewards.push(earn(w, &campaign, &format!("c{n}@example.com")).await);
    }
    for earned in &rewards {
        becomes(w, earned, "minted").await;
    }
    w.sim.clear_requests();
    for _ in 0..20 {
        w.advance(5_000);
        until(async || {
            let due = w.database.number("SELECT count(*) FROM campaign_versions WHERE uses_due_at <= 0").await;
            (due == 0, due)
        })
        .await;
    }
    assert_eq!(w.sim.request_count("GET", "/v1/promotion_codes"), 0, "nothing was used, so nothing is looked through");
    // The oldest of them: it stands on the second page.
    use_it(w, &rewards[0]).await;
    is_used(w, &rewards[0]).await;
    let pages = w.sim.request_count("GET", "/v1/promotion_codes");
    assert!((1..=2).contains(&pages), "{pages}");
    assert_eq!(at_stripe(w, &rewards[0])[0].times_redeemed, 1);
}

async fn an_unpaid_session_is_no_use(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "minted").await;
    let session = shop_session(w, earned["code"].as_str().unwrap()).await;
    w.sim.expire_session(&session).unwrap();
    use_it(w, &earned).await;
    let used = is_used(w, &earned).await;
    assert_ne!(used["used"]["stripe_checkout_session"], session);
    assert_eq!(w.database.number("SELECT used FROM campaigns").await, 1);
}
