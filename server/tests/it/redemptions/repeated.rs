//! One redemption and one answer for an idempotency key, however often it comes.

use super::{body, hold, keyed, mint_again, state};
use crate::harness::{Answer, CODES, FOUR, REDEMPTIONS, World, all, on_both_engines, until};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(
    with least;
    an_answer_is_replayed_byte_for_byte,
    settling_is_replayed_too,
    another_request_under_the_same_key,
    one_that_still_runs,
    twenty_at_once,
    after_an_outage_it_is_the_same_one,
    its_text_is_another_codes_meanwhile,
    given_back_and_none_is_left,
    refused_it_may_come_corrected,
    minted_again_meanwhile,
    confirmed_before_it_was_answered,
);
on_both_engines!(with working; a_key_that_was_forgotten_names_another);

#[track_caller]
fn replayed(first: &Answer, again: &Answer) {
    assert_eq!(first.header("idempotent-replayed"), None, "{}", first.text);
    assert_eq!(again.header("idempotent-replayed"), Some("true"), "{}", again.text);
    assert_eq!((first.status, &first.text), (again.status, &again.text));
}

async fn rows(w: &World) -> i64 {
    w.database.number("SELECT count(*) FROM redemptions").await
}

async fn an_answer_is_replayed_byte_for_byte(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
    // The first mints, the second does not.
    let first = keyed(w, "order-1", json!({ "user_id": "ada" })).await.expect(201);
    let second = keyed(w, "order-2", json!({})).await.expect(201);
    assert_ne!(first.id(), second.id());
    w.advance(5000);
    w.sim.set_down(true);
    replayed(&first, &keyed(w, "order-1", json!({ "user_id": "ada" })).await);
    replayed(&second, &keyed(w, "order-2", json!({})).await);
    w.sim.set_down(false);
    let refused = keyed(w, "order-3", json!({})).await.refused(400, "discount_code_exhausted", "code");
    w.patch(&format!("{CODES}/{code}"), json!({ "max_redemptions": 5 })).await.expect(200);
    replayed(&refused, &keyed(w, "order-3", json!({})).await);
    assert_eq!((rows(w).await, w.counts(&code).await), (2, (2, 0)));
}

async fn settling_is_replayed_too(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let held = hold(w, json!({})).await.expect(201);
    let ask = |end: &str| {
        let path = format!("{REDEMPTIONS}/{}/{end}", held.id());
        w.ask("POST", &path).key(&w.key).idempotent(end).send()
    };
    let released = ask("release").await.expect(200);
    w.advance(1);
    let confirmed = ask("confirm").await.expect(200);
    replayed(&confirmed, &ask("confirm").await);
    // What was answered then was true then.
    replayed(&released, &ask("release").await);
    assert_eq!(state(w, held.id()).await, "redeemed");
}

async fn another_request_under_the_same_key(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let held = keyed(w, "order-1", json!({})).await.expect(201);
    keyed(w, "order-1", json!({ "expires_in": 60 })).await.refused(400, "idempotency_error", "Idempotency-Key");
    let path = format!("{REDEMPTIONS}/{}/confirm", held.id());
    let confirm = w.ask("POST", &path).key(&w.key).idempotent("order-1").send().await;
    confirm.refused(400, "idempotency_error", "Idempotency-Key");
    assert_eq!((rows(w).await, state(w, held.id()).await.as_str()), (1, "held"));
}

async fn one_that_still_runs(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.inject(Fault::new(Match::new("POST", "/v1/coupons").times(1), FaultKind::Hold));
    let ask = || w.ask("POST", REDEMPTIONS).key(&w.key).idempotent("order-1").json(&body(json!({}))).send();
    let first = tokio::spawn(ask());
    w.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;
    // It stands for a minute only, until its coupon is there.
    let until = w.database.number("SELECT expires_at FROM redemptions").await;
    assert_eq!((until, w.counts(&code).await), (w.now() + 60_000, (1, 0)));
    ask().await.refused(409, "idempotency_key_in_use", "");
    w.sim.release_held();
    let first = first.await.unwrap().expect(201);
    assert_eq!(first.json["expires_at"], w.now() + 3_600_000);
    replayed(&first, &ask().await);
    assert_eq!((rows(w).await, w.counts(&code).await), (1, (1, 0)));
}

async fn twenty_at_once(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 100 })).await;
    for round in 0..5 {
        let key = format!("order-{round}");
        let asks =
            (0..20).map(|_| w.ask("POST", REDEMPTIONS).key(&w.key).idempotent(&key).json(&body(json!({}))).send());
        let answers = all(asks).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        let in_use = answers.iter().filter(|answer| answer.code() == "idempotency_key_in_use").count();
        assert!(!made.is_empty() && made.len() + in_use == 20, "{answers:#?}");
        assert!(made.iter().all(|answer| answer.text == made[0].text));
        assert_eq!(made.iter().filter(|answer| answer.header("idempotent-replayed").is_none()).count(), 1);
        assert_eq!((rows(w).await, w.counts(&code).await), (round + 1, (round + 1, 0)));
    }
    assert_eq!(w.sim.coupons().len(), 1);
}

async fn after_an_outage_it_is_the_same_one(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    w.sim.set_down(true);
    keyed(w, "order-1", json!({})).await.refused(503, "stripe_unavailable", "");
    assert_eq!((rows(w).await, w.counts(&code).await), (1, (0, 0)));
    // It is this request's, and no other's.
    keyed(w, "order-1", json!({ "expires_in": 60 })).await.refused(400, "idempotency_error", "Idempotency-Key");
    keyed(w, "order-1", json!({})).await.refused(503, "stripe_unavailable", "");
    w.sim.set_down(false);
    w.advance(10_000);
    let held = keyed(w, "order-1", json!({})).await.expect(201);
    assert_eq!((&held.json["state"], &held.json["settled_at"]), (&json!("held"), &json!(null)));
    assert_eq!(
        (&held.json["created_at"], &held.json["expires_at"]),
        (&json!(w.now() - 10_000), &json!(w.now() + 3_600_000))
    );
    replayed(&held, &keyed(w, "order-1", json!({})).await);
    assert_eq!((rows(w).await, w.counts(&code).await, w.sim.coupons().len()), (1, (1, 0), 1));
}

async fn its_text_is_another_codes_meanwhile(w: &World) {
    let old = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.set_down(true);
    keyed(w, "order-1", json!({})).await.refused(503, "stripe_unavailable", "");
    w.sim.set_down(false);
    w.advance(10_000);
    w.delete(&format!("{CODES}/{old}")).await.expect(200);
    let new = w.code(json!({ "code": "SPRING", "percent_off": 20 })).await;
    let held = keyed(w, "order-1", json!({})).await.expect(201);
    assert_eq!(held.json["discount_code"], new.as_str());
    assert_eq!((w.counts(&old).await, w.counts(&new).await), ((0, 0), (1, 0)));
    super::confirm(w, held.id()).await.expect(200);
    assert_eq!((w.counts(&old).await, w.counts(&new).await), ((0, 0), (0, 1)));
}

async fn given_back_and_none_is_left(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    w.sim.set_down(true);
    keyed(w, "order-1", json!({})).await.refused(503, "stripe_unavailable", "");
    w.sim.set_down(false);
    hold(w, json!({})).await.expect(201);
    let refused = keyed(w, "order-1", json!({})).await.refused(400, "discount_code_exhausted", "code");
    w.patch(&format!("{CODES}/{code}"), json!({ "max_redemptions": 2 })).await.expect(200);
    replayed(&refused, &keyed(w, "order-1", json!({})).await);
    assert_eq!((rows(w).await, w.counts(&code).await), (2, (1, 0)));
}

async fn refused_it_may_come_corrected(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions_per_user": 1 })).await;
    keyed(w, "order-1", json!({})).await.refused(400, "parameter_missing", "user_id");
    keyed(w, "order-1", json!({ "expires_in": 1 })).await.refused(400, "parameter_invalid", "expires_in");
    assert!(w.sim.set_key_permissions(&w.stripe_key, &["coupon_read", "promotion_code_read", "promotion_code_write"]));
    keyed(w, "order-1", json!({ "user_id": "ada" })).await.refused(403, "stripe_permission_missing", "");
    assert_eq!((rows(w).await, w.counts(&code).await), (1, (0, 0)));
    w.connect(&FOUR).await;
    let held = keyed(w, "order-1", json!({ "user_id": "bob" })).await.expect(201);
    replayed(&held, &keyed(w, "order-1", json!({ "user_id": "bob" })).await);
    assert_eq!((rows(w).await, w.counts(&code).await), (2, (1, 0)));
}

async fn minted_again_meanwhile(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
    let first = hold(w, json!({})).await.expect(201);
    w.connect(&FOUR).await;
    w.sim.set_down(true);
    keyed(w, "order-1", json!({})).await.refused(503, "stripe_unavailable", "");
    w.sim.set_down(false);
    w.sim.delete_coupon(first.json["stripe_coupon"].as_str().unwrap()).unwrap();
    hold(w, json!({})).await.refused(409, "discount_code_blocked", "");
    mint_again(w, &code).await;
    let held = keyed(w, "order-1", json!({})).await.expect(201);
    assert_ne!(held.json["stripe_coupon"], first.json["stripe_coupon"]);
    assert_eq!((w.counts(&code).await, w.sim.coupons().len()), ((2, 0), 1));
}

/// Somebody saw it in a list while its coupon was on its way.
async fn confirmed_before_it_was_answered(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    w.sim.inject(Fault::new(Match::new("POST", "/v1/coupons").times(1), FaultKind::Hold));
    let ask = w.ask("POST", REDEMPTIONS).key(&w.key).idempotent("order-1").json(&body(json!({})));
    let first = tokio::spawn(ask.send());
    w.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;
    let seen = w.get(REDEMPTIONS).await.expect(200).json["data"][0].clone();
    assert_eq!((&seen["state"], &seen["stripe_coupon"]), (&json!("held"), &json!(null)));
    super::confirm(w, seen["id"].as_str().unwrap()).await.expect(200);
    w.sim.release_held();
    let answered = first.await.unwrap().expect(201);
    assert_eq!((&answered.json["id"], &answered.json["state"]), (&seen["id"], &json!("redeemed")));
    assert_eq!(w.counts(&code).await, (0, 1));
}

async fn a_key_that_was_forgotten_names_another(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let first = keyed(w, "order-1", json!({})).await.expect(201);
    w.advance(49 * 3_600_000);
    until(async || {
        let keys = w.database.number("SELECT count(*) FROM idempotency_keys").await;
        (keys == 0, keys)
    })
    .await;
    let second = keyed(w, "order-1", json!({})).await.expect(201);
    assert_ne!(first.id(), second.id());
    replayed(&second, &keyed(w, "order-1", json!({})).await);
    super::becomes(w, first.id(), "released").await;
    assert_eq!((rows(w).await, w.counts(&code).await), (2, (1, 0)));
}
