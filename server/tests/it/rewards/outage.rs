//! Stripe fails: the reward is issued and mailed all the same, and minted once Stripe is back, exactly once. One cause is one notice.

use super::{at_stripe, becomes, campaign, earn, reward};
use crate::harness::{CONNECTION, FOUR, World, on_both_engines, until};
use serde_json::{Value, json};
use stripe_sim::{AccountId, Fault, FaultKind, Match};

on_both_engines!(
    with default;
    while_stripe_is_away,
    an_answer_that_is_lost,
    a_stored_500,
    a_reward_that_stripe_alone_fails_for,
    not_connected,
    a_revoked_key,
    a_missing_permission_parks,
    a_coupon_that_was_deleted,
    codes_that_died_with_their_coupon,
    another_account,
    someone_elses_code,
    it_ends_before_it_is_minted,
    somebody_is_erased_on_the_way,
);

const CODES: &str = "/v1/promotion_codes";
const NOTICES: &str = "SELECT count(*) FROM reward_notices";
const PAUSES: &str = "SELECT count(*) FROM mint_pauses";

fn cause(reward: &Value) -> &str {
    reward["sync"]["cause"].as_str().unwrap_or_default()
}

async fn has_cause(w: &World, earned: &Value, wanted: &str) -> Value {
    let mut tick = w.ticking();
    until(async || {
        tick();
        let now = reward(w, earned).await;
        (cause(&now) == wanted, now)
    })
    .await
}

async fn number(w: &World, sql: &'static str, wanted: i64) {
    until(async || {
        let found = w.database.number(sql).await;
        (found == wanted, found)
    })
    .await;
}

async fn while_stripe_is_away(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let mut rewards = Vec::new();
    for n in 0..12 {
        rewards.push(earn(w, &campaign, &format!("c{n}@example.com")).await);
    }
    for earned in &rewards {
        let waits = has_cause(w, earned, "outage").await;
        assert_eq!(waits["sync"]["state"], "failed");
        assert_eq!(waits["sync"]["last_error"], "Stripe does not answer.");
    }
    number(w, NOTICES, 1).await;
    number(w, PAUSES, 1).await;
    // While it is away it is asked every ten seconds, by one call, however many rewards wait.
    let pauses = "SELECT min(probe_at) FROM mint_pauses";
    for _ in 0..5 {
        let before = w.database.number(pauses).await;
        w.advance(10_000);
        until(async || {
            let probed = w.database.number(pauses).await;
            (probed > before, probed)
        })
        .await;
    }
    let tried = "SELECT sum(attempts) FROM rewards";
    let attempts = match w.database.number("SELECT CAST(sum(attempts) AS BIGINT) FROM rewards").await {
        n if n < 12 + 12 => n,
        n => panic!("{tried}: {n}: every reward was tried by itself"),
    };
    assert!(attempts >= 5, "{attempts}");
    w.sim.set_down(false);
    w.advance(10_000);
    for earned in &rewards {
        becomes(w, earned, "minted").await;
        assert_eq!(at_stripe(w, earned).len(), 1);
    }
    assert_eq!((w.sim.coupons().len(), w.sim.promotion_codes().len()), (1, 12));
    number(w, PAUSES, 0).await;
    number(w, NOTICES, 0).await;
}

async fn an_answer_that_is_lost(w: &World) {
    let campaign = campaign(w, json!({})).await;
    for kind in [FaultKind::ApplyThenDrop, FaultKind::ApplyThen500] {
        w.sim.inject(Fault { on: Match::new("POST", CODES).times(6), kind });
        let earned = earn(w, &campaign, "a@example.com").await;
        let minted = becomes(w, &earned, "minted").await;
        assert_eq!(at_stripe(w, &earned).len(), 1, "{kind:?}");
        assert_eq!(minted["sync"]["stripe_promotion_code"], at_stripe(w, &earned)[0].id);
        w.sim.clear_faults();
    }
}

async fn a_stored_500(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.inject(Fault { on: Match::new("POST", CODES).times(1), kind: FaultKind::Status500 });
    let earned = earn(w, &campaign, "a@example.com").await;
    until(async || {
        let now = reward(w, &earned).await;
        // Its key brings the stored 500 again; another one brings the code.
        w.advance(1_000);
        (now["sync"]["state"] == "minted", now)
    })
    .await;
    assert_eq!(at_stripe(w, &earned).len(), 1);
}

async fn a_reward_that_stripe_alone_fails_for(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let first = earn(w, &campaign, "a@example.com").await;
    becomes(w, &first, "minted").await;
    w.sim.inject(Fault { on: Match::new("POST", CODES).times(1), kind: FaultKind::Status500 });
    let poisoned = earn(w, &campaign, "b@example.com").await;
    has_cause(w, &poisoned, "outage").await;
    // Stripe has just answered for another: nobody waits for this one.
    assert_eq!(w.database.number(PAUSES).await, 0);
    let third = earn(w, &campaign, "c@example.com").await;
    becomes(w, &third, "minted").await;
}

async fn not_connected(w: &World) {
    w.delete(CONNECTION).await.expect(200);
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "a@example.com").await;
    let waits = has_cause(w, &earned, "not_connected").await;
    assert_eq!((waits["sync"]["state"].as_str(), waits["sync"]["attempts"].as_i64()), (Some("blocked"), Some(0)));
    w.connect(&FOUR).await;
    becomes(w, &earned, "minted").await;
}

async fn a_revoked_key(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.revoke_key(&w.stripe_key);
    let earned = earn(w, &campaign, "a@example.com").await;
    let waits = has_cause(w, &earned, "needs_reauth").await;
    assert_eq!(waits["sync"]["state"], "blocked");
    let asked = w.sim.request_count("POST", "/v1/");
    w.advance(86_400_000);
    w.connect(&FOUR).await;
    becomes(w, &earned, "minted").await;
    assert!(asked <= 2, "{asked}: a revoked key is not tried on and on");
}

async fn a_missing_permission_parks(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let first = earn(w, &campaign, "a@example.com").await;
    becomes(w, &first, "minted").await;
    let weak = w.sim.issue_restricted_key(&AccountId::default(), false, &FOUR);
    w.post(CONNECTION, json!({ "restricted_key": weak })).await.expect(200);
    w.sim.set_key_permissions(&weak, &FOUR[..3]);
    w.sim.clear_requests();
    let mut rewards = Vec::new();
    for n in 0..5 {
        rewards.push(earn(w, &campaign, &format!("c{n}@example.com")).await);
    }
    for earned in &rewards {
        let waits = has_cause(w, earned, "permission").await;
        assert_eq!(waits["sync"]["state"], "blocked");
        assert!(waits["sync"]["last_error"].as_str().unwrap().contains("promotion_code_write"), "{waits}");
    }
    number(w, NOTICES, 1).await;
    // An hour: three calls at most.
    w.sim.clear_requests();
    for _ in 0..60 {
        w.advance(60_000);
        w.services.new_request_id();
        tokio::task::yield_now().await;
    }
    until(async || {
        let asked = w.sim.request_count("POST", CODES);
        (asked >= 1, asked)
    })
    .await;
    assert!(w.sim.request_count("POST", CODES) <= 3);
    let told = "SELECT count(*) FROM outbox WHERE kind = 'rewards'";
    assert_eq!(w.database.number(told).await, 1, "one mail for the cause");
    w.connect(&FOUR).await;
    for earned in &rewards {
        becomes(w, earned, "minted").await;
    }
    number(w, NOTICES, 0).await;
}

async fn a_coupon_that_was_deleted(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let first = earn(w, &campaign, "a@example.com").await;
    becomes(w, &first, "minted").await;
    let coupon = w.sim.coupons()[0].id.clone();
    w.sim.delete_coupon(&coupon).unwrap();
    let second = earn(w, &campaign, "b@example.com").await;
    let blocked = has_cause(w, &second, "coupon").await;
    assert_eq!(blocked["sync"]["state"], "blocked");
    let third = earn(w, &campaign, "c@example.com").await;
    has_cause(w, &third, "coupon").await;
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'rewards'").await, 1);
    app::backend::RewardBackend::mint_campaign_again(&w.services, &w.owner(), app::domain::mode::Mode::Test, &campaign)
        .await
        .unwrap();
    for earned in [&second, &third] {
        let minted = becomes(w, earned, "minted").await;
        assert_ne!(minted["sync"]["stripe_coupon"], coupon);
        assert_eq!(minted["code"], earned["code"], "the mailed text stays");
    }
    assert_eq!(w.sim.coupons().len(), 1);
    number(w, NOTICES, 0).await;
}

async fn codes_that_died_with_their_coupon(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "a@example.com").await;
    becomes(w, &earned, "minted").await;
    w.sim.delete_coupon(&w.sim.coupons()[0].id.clone()).unwrap();
    // Nobody earns anything: that customers hold dead codes is seen all the same.
    w.advance(10_000);
    w.services.look_for_uses().await.unwrap();
    assert_eq!(has_cause(w, &earned, "coupon").await["sync"]["state"], "blocked");
    number(w, NOTICES, 1).await;
    let mode = app::domain::mode::Mode::Test;
    app::backend::RewardBackend::mint_campaign_again(&w.services, &w.owner(), mode, &campaign).await.unwrap();
    let minted = becomes(w, &earned, "minted").await;
    assert_eq!(minted["code"], earned["code"], "the text that the customer has works again");
    assert_eq!(at_stripe(w, &earned).iter().filter(|code| code.active).count(), 1);
    number(w, NOTICES, 0).await;
}

async fn another_account(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "a@example.com").await;
    becomes(w, &earned, "minted").await;
    let second = AccountId::new("acct_1Second");
    w.connect_account(&second, &FOUR).await;
    w.advance(10_000);
    w.services.look_for_uses().await.unwrap();
    until(async || {
        let there = w.sim.promotion_codes_in(&second, false);
        (there.len() == 1 && there[0].code == earned["code"].as_str().unwrap(), there.len())
    })
    .await;
    becomes(w, &earned, "minted").await;
}

/// An active promotion code of the owner's own with this text.
pub async fn foreign(w: &World, text: &str) {
    let coupon = w.stripe_call("/v1/coupons", &[("percent_off", "50"), ("duration", "once")]).await;
    let id = coupon["id"].as_str().unwrap();
    let form = [("promotion[type]", "coupon"), ("promotion[coupon]", id), ("code", text)];
    w.stripe_call(CODES, &form).await;
}

async fn someone_elses_code(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "a@example.com").await;
    has_cause(w, &earned, "outage").await;
    w.sim.set_down(false);
    foreign(w, &earned["code"].as_str().unwrap().to_lowercase()).await;
    w.advance(10_000);
    let blocked = has_cause(w, &earned, "code_taken").await;
    assert_eq!((blocked["sync"]["state"].as_str(), &blocked["code"]), (Some("blocked"), &earned["code"]));
    let codes = w.sim.promotion_codes().len();
    w.advance(3_600_000);
    assert_eq!(w.sim.promotion_codes().len(), codes, "no other text is taken silently");
}

async fn it_ends_before_it_is_minted(w: &World) {
    let campaign = campaign(w, json!({ "expires_in_days": 1 })).await;
    w.sim.set_down(true);
    let earned = earn(w, &campaign, "a@example.com").await;
    has_cause(w, &earned, "outage").await;
    w.advance(86_400_000);
    w.sim.set_down(false);
    let blocked = has_cause(w, &earned, "expired").await;
    assert_eq!((blocked["sync"]["state"].as_str(), blocked["status"].as_str()), (Some("blocked"), Some("expired")));
    assert!(at_stripe(w, &earned).is_empty());
}

async fn somebody_is_erased_on_the_way(w: &World) {
    let campaign = campaign(w, json!({})).await;
    w.sim.inject(Fault { on: Match::new("POST", CODES).times(1), kind: FaultKind::HoldAnswer });
    let earned = earn(w, &campaign, "ada@example.com").await;
    until(async || (w.sim.fault_met(FaultKind::HoldAnswer), ())).await;
    w.database
        .execute("UPDATE rewards SET email = NULL, email_key = NULL, erased_at = 1795000000000, metadata = '{}'")
        .await;
    w.sim.release_held();
    becomes(w, &earned, "minted").await;
    until(async || {
        let metadata = at_stripe(w, &earned)[0].metadata.clone();
        (!metadata.contains_key("email"), metadata)
    })
    .await;
    assert_eq!(at_stripe(w, &earned)[0].metadata["codemint_reward"], earned["id"]);
}
