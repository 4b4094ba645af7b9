//! What an owner does by hand, and how it is checked.

use super::outage::foreign;
use super::{at_stripe, becomes, campaign, earn, reward};
use crate::harness::{FOUR, World, on_both_engines, until};
use app::backend::RewardBackend;
use app::domain::mode::Mode;
use serde_json::{Value, json};

on_both_engines!(
    with default;
    made_by_hand_is_taken,
    made_by_hand_and_wrong,
    a_coupon_by_the_steps_on_the_page,
    marked_while_nothing_can_be_asked,
    marked_and_not_there,
    a_replacement,
    no_replacement_for_what_is_well,
    try_again,
);

async fn make(w: &World, text: &str, percent: &str) -> String {
    let coupon = w.stripe_call("/v1/coupons", &[("percent_off", percent), ("duration", "once")]).await;
    let form = [
        ("promotion[type]", "coupon"),
        ("promotion[coupon]", coupon["id"].as_str().unwrap()),
        ("code", text),
        ("max_redemptions", "1"),
    ];
    w.stripe_call("/v1/promotion_codes", &form).await["id"].as_str().unwrap().to_owned()
}

/// A reward whose text somebody has at Stripe already.
async fn taken(w: &World, make: impl AsyncFnOnce(&str)) -> Value {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "ada@example.com").await;
    until(async || {
        let now = reward(w, &earned).await;
        (now["sync"]["cause"] == "outage", now)
    })
    .await;
    w.sim.set_down(false);
    make(earned["code"].as_str().unwrap()).await;
    w.advance(10_000);
    becomes(w, &earned, "blocked").await
}

async fn mark(w: &World, earned: &Value) {
    // The page that is drawn afterwards is another's matter.
    let _page = RewardBackend::made_by_hand(&w.services, &w.owner(), Mode::Test, earned["id"].as_str().unwrap()).await;
}

async fn made_by_hand_is_taken(w: &World) {
    let mut made = String::new();
    let earned = taken(w, async |text| made = make(w, text, "15").await).await;
    assert_eq!(earned["sync"]["cause"], "code_taken");
    mark(w, &earned).await;
    let minted = becomes(w, &earned, "minted").await;
    assert_eq!(minted["sync"]["stripe_promotion_code"], made);
    assert_eq!(at_stripe(w, &earned).len(), 1);
    assert_eq!(at_stripe(w, &earned)[0].metadata["codemint_reward"], earned["id"], "it is known again from now on");
}

async fn made_by_hand_and_wrong(w: &World) {
    let earned = taken(w, async |text| drop(make(w, text, "10").await)).await;
    mark(w, &earned).await;
    let blocked = until(async || {
        let now = reward(w, &earned).await;
        (now["sync"]["cause"] == "different", now)
    })
    .await;
    let words = blocked["sync"]["last_error"].as_str().unwrap();
    assert!(words.contains("it takes off another amount"), "{words}");
    assert!(!at_stripe(w, &earned)[0].metadata.contains_key("codemint_reward"));
}

/// The page says which id the coupon is to have; what is typed there has none of our notes, and an end by the minute.
async fn a_coupon_by_the_steps_on_the_page(w: &World) {
    let end = w.now() + 30 * 86_400_000;
    let by_the_steps = async |redeem_by: i64| {
        let campaign = campaign(w, json!({ "expires_at": end + 1 })).await;
        w.sim.set_down(true);
        let earned = earn(w, &campaign, "ada@example.com").await;
        becomes(w, &earned, "failed").await;
        w.sim.set_down(false);
        let detail = RewardBackend::reward(
            &w.services,
            &w.owner(),
            Mode::Test,
            earned["campaign"].as_str().unwrap(),
            earned["id"].as_str().unwrap(),
        )
        .await
        .unwrap();
        let steps = detail.by_hand.unwrap();
        let id = &steps.coupon.iter().find(|field| field.label == "ID").unwrap().value;
        let redeem_by = (redeem_by / 1000).to_string();
        let form = [("id", id.as_str()), ("percent_off", "15"), ("duration", "once"), ("redeem_by", &redeem_by)];
        w.stripe_call("/v1/coupons", &form).await;
        w.advance(10_000);
        (earned, id.clone())
    };
    let (earned, id) = by_the_steps(end + 60_000).await;
    let minted = becomes(w, &earned, "minted").await;
    assert_eq!(minted["sync"]["stripe_coupon"], id);
    let (earned, _) = by_the_steps(end - 60_000).await;
    assert_eq!(becomes(w, &earned, "blocked").await["sync"]["cause"], "coupon", "it ends before its codes");
}

async fn marked_while_nothing_can_be_asked(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.revoke_key(&w.stripe_key);
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "blocked").await;
    let owner_key = w.sim.issue_restricted_key(&stripe_sim::AccountId::default(), false, &FOUR);
    let coupon = w.stripe_call_by(&owner_key, "/v1/coupons", &[("percent_off", "15"), ("duration", "once")]).await;
    let form = [
        ("promotion[type]", "coupon"),
        ("promotion[coupon]", coupon["id"].as_str().unwrap()),
        ("code", earned["code"].as_str().unwrap()),
        ("max_redemptions", "1"),
    ];
    let made = w.stripe_call_by(&owner_key, "/v1/promotion_codes", &form).await;
    mark(w, &earned).await;
    assert_eq!(reward(w, &earned).await["sync"]["state"], "blocked");
    w.connect(&FOUR).await;
    let minted = becomes(w, &earned, "minted").await;
    assert_eq!(minted["sync"]["stripe_promotion_code"], made["id"]);
    assert_eq!(at_stripe(w, &earned).len(), 1);
}

async fn marked_and_not_there(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "failed").await;
    mark(w, &earned).await;
    w.sim.set_down(false);
    w.advance(10_000);
    // Nothing has its text: it is made as if nobody had said anything.
    becomes(w, &earned, "minted").await;
    assert_eq!(at_stripe(w, &earned).len(), 1);
}

async fn a_replacement(w: &World) {
    let earned = taken(w, async |text| foreign(w, text).await).await;
    let (before, id) = (earned["code"].as_str().unwrap(), earned["id"].as_str().unwrap());
    let _page = RewardBackend::replace_reward(&w.services, &w.owner(), Mode::Test, id).await;
    let minted = becomes(w, &earned, "minted").await;
    let after = minted["code"].as_str().unwrap();
    assert_ne!(after, before);
    assert_eq!(at_stripe(w, &minted).len(), 1);
    assert_eq!(at_stripe(w, &minted)[0].metadata["codemint_reward"], id);
    assert_eq!(at_stripe(w, &earned).len(), 1, "the other's is left alone");
    let mails = "SELECT count(*) FROM outbox WHERE kind = 'reward'";
    assert_eq!(w.database.number(mails).await, 2, "the first code, and the one that takes its place");
    assert_eq!(w.database.number("SELECT issued FROM campaigns").await, 1);
    // Once is enough.
    let again = RewardBackend::replace_reward(&w.services, &w.owner(), Mode::Test, id).await;
    assert!(again.is_err() && reward(w, &earned).await["code"] == after);
}

async fn no_replacement_for_what_is_well(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "minted").await;
    let id = earned["id"].as_str().unwrap();
    assert!(RewardBackend::replace_reward(&w.services, &w.owner(), Mode::Test, id).await.is_err());
    assert_eq!(reward(w, &earned).await["code"], earned["code"]);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 1);
}

async fn try_again(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "failed").await;
    w.sim.set_down(false);
    // Not after ten seconds: now.
    RewardBackend::retry_rewards(&w.services, &w.owner(), Mode::Test).await.unwrap();
    becomes(w, &earned, "minted").await;
    // Where the other one was switched off meanwhile, trying again is enough.
    let earned = taken(w, async |text| foreign(w, text).await).await;
    let theirs = at_stripe(w, &earned).remove(0);
    w.sim.set_promotion_code_active(&theirs.id, false).unwrap();
    RewardBackend::retry_rewards(&w.services, &w.owner(), Mode::Test).await.unwrap();
    becomes(w, &earned, "minted").await;
    assert_eq!(at_stripe(w, &earned).len(), 2);
}
