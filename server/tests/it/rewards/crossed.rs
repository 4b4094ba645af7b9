//! What crosses on its way: a use before the note, an owner's hand beside ours, another name, another account, an end.

use super::{at_stripe, becomes, campaign, earn, reward};
use crate::harness::{ALL, FOUR, World, on_both_engines, until};
use app::backend::RewardBackend;
use app::domain::mode::Mode;
use serde_json::json;
use stripe_sim::{AccountId, Fault, FaultKind, Match};

on_both_engines!(
    with working;
    made_by_hand_used_then_marked,
    renamed_while_the_coupon_is_in_doubt,
    ended_after_a_lost_answer,
    used_before_it_was_noted,
    erased_after_another_account,
    marked_by_hand_without_the_permission,
    tried_put_back_and_a_day_later,
    made_by_hand_to_the_letter,
    replaced_while_it_is_tried,
);
const CODES: &str = "/v1/promotion_codes";

async fn buy(w: &World, text: &str) {
    let form = [
        ("mode", "payment"),
        ("line_items[0][price]", "price_1ABC"),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://shop.example/thanks"),
        ("allow_promotion_codes", "true"),
    ];
    let session = w.stripe_call("/v1/checkout/sessions", &form).await["id"].as_str().unwrap().to_owned();
    w.sim.enter_promotion_code(&session, text).unwrap();
    w.sim.complete_session(&session).unwrap();
}
async fn make(w: &World, text: &str) {
    let coupon = w.stripe_call("/v1/coupons", &[("percent_off", "15"), ("duration", "once")]).await;
    let form = [
        ("promotion[type]", "coupon"),
        ("promotion[coupon]", coupon["id"].as_str().unwrap()),
        ("code", text),
        ("max_redemptions", "1"),
    ];
    w.stripe_call(CODES, &form).await;
}

async fn made_by_hand_used_then_marked(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "failed").await;
    w.sim.set_down(false);
    make(w, earned["code"].as_str().unwrap()).await;
    buy(w, earned["code"].as_str().unwrap()).await;
    let _ = RewardBackend::made_by_hand(&w.services, &w.owner(), Mode::Test, earned["id"].as_str().unwrap()).await;
    w.advance(10_000);
    becomes(w, &earned, "minted").await;
    let codes: Vec<_> = at_stripe(w, &earned).into_iter().map(|c| (c.id, c.active, c.times_redeemed)).collect();
    assert_eq!(codes.len(), 1, "{codes:?}");
}

async fn renamed_while_the_coupon_is_in_doubt(w: &World) {
    let doubtful = campaign(w, json!({})).await;
    let other = campaign(w, json!({})).await;
    w.sim.inject(Fault { on: Match::new("POST", "/v1/coupons"), kind: FaultKind::Status500 });
    let mut all = vec![earn(w, &doubtful, "ada@example.com").await];
    becomes(w, &all[0], "failed").await;
    for n in 0..5 {
        all.push(earn(w, &other, &format!("m{n}@example.com")).await);
    }
    w.sim.clear_faults();
    w.patch(&format!("/v1/campaigns/{doubtful}"), json!({ "name": "Another name" })).await.expect(200);
    for earned in &all {
        until(async || {
            w.advance(1_000);
            let now = reward(w, earned).await;
            (now["sync"]["state"] == "minted", now)
        })
        .await;
    }
    assert_eq!(w.sim.coupons().len(), 2);
}

async fn ended_after_a_lost_answer(w: &World) {
    let campaign = campaign(w, json!({ "expires_in_days": 1 })).await;
    let first = earn(w, &campaign, "first@example.com").await;
    becomes(w, &first, "minted").await;
    w.advance(20_000);
    w.sim.inject(Fault { on: Match::new("POST", CODES), kind: FaultKind::ApplyThenDrop });
    w.sim.inject(Fault { on: Match::new("GET", CODES), kind: FaultKind::Drop });
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "failed").await;
    assert_eq!(at_stripe(w, &earned).len(), 1);
    buy(w, earned["code"].as_str().unwrap()).await;
    w.advance(86_400_000);
    w.sim.clear_faults();
    let now = until(async || {
        w.advance(10_000);
        let now = reward(w, &earned).await;
        (now["sync"]["state"] != "failed", now)
    })
    .await;
    assert_eq!(now["sync"]["state"], "minted", "{now}");
}

async fn used_before_it_was_noted(w: &World) {
    w.connect(&FOUR).await;
    let campaign = campaign(w, json!({})).await;
    let first = earn(w, &campaign, "first@example.com").await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &first, "minted").await;
    becomes(w, &earned, "minted").await;
    // As a process leaves it that dies between Stripe's answer and the note of it, until another takes it up.
    let id = earned["id"].as_str().unwrap();
    w.database.execute(&format!(
        "UPDATE rewards SET sync = 'pending', promotion_code_id = NULL, minted_at = NULL, due_at = {} WHERE id = '{id}'", w.now() + 60_000)).await;
    buy(w, earned["code"].as_str().unwrap()).await;
    until(async || {
        w.advance(1_000);
        let seen = w.database.number("SELECT max(uses_seen) FROM campaign_versions").await;
        (seen == 1, seen)
    })
    .await;
    w.advance(60_000);
    becomes(w, &earned, "minted").await;
    until(async || {
        w.advance(1_000);
        let now = reward(w, &earned).await;
        (!now["used"].is_null(), now)
    })
    .await;
}

async fn erased_after_another_account(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "minted").await;
    w.connect_account(&AccountId::new("acct_other"), &ALL).await;
    let now = reward(w, &earned).await;
    RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, "ada@example.com").await.unwrap();
    until(async || {
        let n = w.database.number("SELECT count(*) FROM rewards WHERE scrub_due_at IS NOT NULL").await;
        (n == 0, n)
    })
    .await;
    let told = w.database.number("SELECT count(*) FROM activity WHERE kind = 'scrubbed'").await;
    let named = at_stripe(w, &earned)[0].metadata.contains_key("email");
    assert!(
        !(named && told == 1),
        "told that it is taken off Stripe, and it stands there; after the reconnect: {}",
        now["sync"]
    );
}

async fn marked_by_hand_without_the_permission(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let first = earn(w, &campaign, "first@example.com").await;
    becomes(w, &first, "minted").await;
    let weak = w.sim.issue_restricted_key(&AccountId::default(), false, &FOUR);
    w.post(crate::harness::CONNECTION, json!({ "restricted_key": weak })).await.expect(200);
    w.sim.set_key_permissions(&weak, &FOUR[..3]);
    let other = earn(w, &campaign, "bob@example.com").await;
    becomes(w, &other, "blocked").await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "blocked").await;
    make(w, earned["code"].as_str().unwrap()).await;
    let _ = RewardBackend::made_by_hand(&w.services, &w.owner(), Mode::Test, earned["id"].as_str().unwrap()).await;
    until(async || {
        w.advance(60_000);
        let now = reward(w, &earned).await;
        (now["sync"]["state"] == "minted", now)
    })
    .await;
}

async fn tried_put_back_and_a_day_later(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let first = earn(w, &campaign, "first@example.com").await;
    becomes(w, &first, "minted").await;
    let key = w.connect(&FOUR).await;
    let again = earn(w, &campaign, "second@example.com").await;
    becomes(w, &again, "minted").await;
    w.sim.inject(Fault { on: Match::new("POST", CODES).times(1), kind: FaultKind::ApplyThenDrop });
    w.sim.inject(Fault { on: Match::new("POST", CODES), kind: FaultKind::Stall(std::time::Duration::from_secs(2)) });
    let earned = earn(w, &campaign, "ada@example.com").await;
    until(async || (!at_stripe(w, &earned).is_empty(), ())).await;
    // The connection is lost, and the key is revoked, before it is asked once more.
    w.sim.revoke_key(&key);
    becomes(w, &earned, "blocked").await;
    assert_eq!(at_stripe(w, &earned).len(), 1);
    let attempts = reward(w, &earned).await["sync"]["attempts"].clone();
    buy(w, earned["code"].as_str().unwrap()).await;
    w.sim.clear_faults();
    w.advance(25 * 3_600_000);
    w.connect(&FOUR).await;
    becomes(w, &earned, "minted").await;
    let codes: Vec<_> = at_stripe(w, &earned).into_iter().map(|c| (c.id, c.active, c.times_redeemed)).collect();
    assert_eq!(codes.len(), 1, "attempts {attempts}: {codes:?}");
}

async fn made_by_hand_to_the_letter(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "failed").await;
    let id = earned["id"].as_str().unwrap();
    let detail = RewardBackend::reward(&w.services, &w.owner(), Mode::Test, &campaign, id).await.unwrap();
    let shown = detail.by_hand.unwrap().coupon;
    let coupon_id = shown.iter().find(|field| field.label == "ID").unwrap().value.clone();
    w.sim.set_down(false);
    let name = shown.iter().find(|field| field.label == "Name").unwrap().value.clone();
    w.stripe_call("/v1/coupons", &[("id", &coupon_id), ("name", &name), ("percent_off", "15"), ("duration", "once")])
        .await;
    let form = [
        ("promotion[type]", "coupon"),
        ("promotion[coupon]", coupon_id.as_str()),
        ("code", earned["code"].as_str().unwrap()),
        ("max_redemptions", "1"),
    ];
    w.stripe_call(CODES, &form).await;
    let _ = RewardBackend::made_by_hand(&w.services, &w.owner(), Mode::Test, id).await;
    w.advance(10_000);
    let now = until(async || {
        let now = reward(w, &earned).await;
        (now["sync"]["state"] == "minted" || now["sync"]["cause"] == "coupon", now)
    })
    .await;
    assert_eq!(now["sync"]["state"], "minted", "{}", now["sync"]);
}

async fn replaced_while_it_is_tried(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "a@example.com").await;
    becomes(w, &earned, "failed").await;
    w.sim.set_down(false);
    super::outage::foreign(w, earned["code"].as_str().unwrap()).await;
    w.advance(10_000);
    becomes(w, &earned, "blocked").await;
    let id = earned["id"].as_str().unwrap();
    let theirs = at_stripe(w, &earned).remove(0);
    w.sim.set_promotion_code_active(&theirs.id, false).unwrap();
    w.sim.inject(Fault { on: Match::new("POST", CODES).times(1), kind: FaultKind::HoldAnswer });
    RewardBackend::retry_rewards(&w.services, &w.owner(), Mode::Test).await.unwrap();
    until(async || (w.sim.fault_met(FaultKind::HoldAnswer), ())).await;
    let replaced = RewardBackend::replace_reward(&w.services, &w.owner(), Mode::Test, id).await.is_ok();
    w.sim.release_held();
    becomes(w, &earned, "minted").await;
    let ours: Vec<_> = w
        .sim
        .promotion_codes()
        .into_iter()
        .filter(|code| code.metadata.get("codemint_reward").is_some_and(|of| of == id))
        .map(|code| (code.code, code.active))
        .collect();
    assert_eq!(ours.len(), 1, "replaced {replaced}: {ours:?}");
}
