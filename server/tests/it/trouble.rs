//! Trouble at Stripe that lasts: answers that stay lost, a 500 that is replayed for a day, keys that are forgotten after it.

use crate::harness::{Answer, CHECKOUT, World, on_both_engines};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(
    a_stored_500_is_replayed_for_a_day,
    a_500_that_made_a_session_is_replayed_for_a_day,
    a_500_that_made_a_coupon_is_replayed_for_a_day,
    a_day_later_the_session_is_over,
    a_day_later_the_coupon_is_adopted,
    keys_that_are_forgotten_early,
    somebody_else_took_the_last_one,
    many_repeats_of_what_nobody_knows,
);

const COUPONS: &str = "/v1/coupons";
const SESSIONS: &str = "/v1/checkout/sessions";
const HOUR_MS: i64 = 3_600_000;

/// A code that can be used as often as asked for, or once.
async fn spring(w: &World, limit: Option<i64>) -> String {
    w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": limit })).await
}

async fn buy(w: &World, order: &str) -> Answer {
    let body = World::checkout_body(json!({ "discount_code": "SPRING", "user_id": order, "expires_in": 86_400 }));
    w.ask("POST", CHECKOUT).key(&w.key).idempotent(order).json(&body).send().await
}

async fn unknown(w: &World, order: &str) {
    buy(w, order).await.refused(503, "stripe_unavailable", "");
}

/// One coupon, one session that can be paid, and it is the one that was answered.
async fn one_of_each(w: &World, code: &str, answer: &Answer) {
    assert_eq!((w.sim.coupons().len(), w.sim.counts().open_sessions), (1, 1));
    let session = w.sim.session(answer.id()).unwrap();
    assert_eq!((session.url.as_deref(), session.amount_total), (answer.json["url"].as_str(), Some(2610)));
    assert_eq!(w.counts(code).await, (1, 0));
    let again = buy(w, session.client_reference_id.as_deref().unwrap()).await;
    assert_eq!((&again.text, again.header("idempotent-replayed")), (&answer.text, Some("true")));
}

/// Stripe is asked for sessions in vain.
fn lists_fail(w: &World) {
    w.sim.inject(Fault::new(Match::new("GET", SESSIONS), FaultKind::Drop));
}

async fn a_stored_500_is_replayed_for_a_day(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", SESSIONS).times(1), FaultKind::Status500));
    unknown(w, "order-1").await;
    assert_eq!(w.counts(&code).await, (0, 0), "the hold was not given back");
    lists_fail(w);
    for _ in 0..5 {
        w.advance(4 * HOUR_MS);
        // The key brings the 500 again, and whether it made a session cannot be asked: not known, and nothing is tried anew.
        unknown(w, "order-1").await;
    }
    assert_eq!((w.sim.counts().sessions, w.counts(&code).await), (0, (0, 0)));
    w.sim.clear_faults();
    w.sim.clear_requests();
    let answer = buy(w, "order-1").await.expect(201);
    let keys: Vec<_> = w.sim.requests().into_iter().filter(|call| call.method == "POST").collect();
    assert!(keys.len() == 2 && keys[0].replayed && keys[0].status == Some(500), "{keys:?}");
    assert_ne!(keys[0].idempotency_key, keys[1].idempotency_key, "the next attempt has a key of its own");
    one_of_each(w, &code, &answer).await;
}

async fn a_500_that_made_a_session_is_replayed_for_a_day(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", SESSIONS).times(1), FaultKind::ApplyThen500));
    lists_fail(w);
    for _ in 0..4 {
        unknown(w, "order-1").await;
        w.advance(5 * HOUR_MS);
    }
    assert_eq!((w.sim.counts().sessions, w.counts(&code).await), (1, (0, 0)));
    w.sim.clear_faults();
    let answer = buy(w, "order-1").await.expect(201);
    assert_eq!(w.sim.counts().sessions, 1, "the one that was made is taken");
    one_of_each(w, &code, &answer).await;
}

async fn a_500_that_made_a_coupon_is_replayed_for_a_day(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::ApplyThen500));
    w.sim.inject(Fault::new(Match::new("GET", COUPONS), FaultKind::Drop));
    for _ in 0..4 {
        unknown(w, "order-1").await;
        w.advance(5 * HOUR_MS);
    }
    assert_eq!((w.sim.coupons().len(), w.sim.counts().sessions, w.counts(&code).await), (1, 0, (0, 0)));
    w.sim.clear_faults();
    let answer = buy(w, "order-1").await.expect(201);
    one_of_each(w, &code, &answer).await;
}

async fn a_day_later_the_session_is_over(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", SESSIONS).times(1), FaultKind::ApplyThen500));
    lists_fail(w);
    unknown(w, "order-1").await;
    w.sim.clear_faults();
    // Stripe has forgotten the key, and its session has ended.
    w.advance(25 * HOUR_MS);
    let answer = buy(w, "order-1").await.expect(201);
    assert_eq!(w.sim.counts().sessions, 2);
    one_of_each(w, &code, &answer).await;
}

async fn a_day_later_the_coupon_is_adopted(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", COUPONS), FaultKind::ApplyThenDrop));
    w.sim.inject(Fault::new(Match::new("GET", COUPONS), FaultKind::Drop));
    unknown(w, "order-1").await;
    assert_eq!(w.sim.coupons().len(), 1);
    w.sim.clear_faults();
    w.advance(25 * HOUR_MS);
    let answer = buy(w, "order-1").await.expect(201);
    one_of_each(w, &code, &answer).await;
}

async fn keys_that_are_forgotten_early(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", SESSIONS).times(1), FaultKind::ApplyThen500));
    lists_fail(w);
    unknown(w, "order-1").await;
    w.sim.clear_faults();
    w.sim.forget_idempotency_keys();
    let answer = buy(w, "order-1").await.expect(201);
    assert_eq!(w.sim.counts().sessions, 1);
    one_of_each(w, &code, &answer).await;
}

async fn somebody_else_took_the_last_one(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", SESSIONS).times(1), FaultKind::ApplyThen500));
    lists_fail(w);
    unknown(w, "order-1").await;
    w.sim.clear_faults();
    assert_eq!(w.sim.counts().open_sessions, 1);
    let other = buy(w, "order-2").await.expect(201);
    let late = buy(w, "order-1").await.refused(400, "discount_code_exhausted", "discount_code");
    assert_eq!(w.sim.counts().expired_sessions, 1, "nobody may pay the session that has no hold");
    assert_eq!(buy(w, "order-1").await.text, late.text);
    one_of_each(w, &code, &other).await;
}

async fn many_repeats_of_what_nobody_knows(w: &World) {
    let code = spring(w, Some(1)).await;
    w.sim.inject(Fault::new(Match::new("POST", SESSIONS).times(3), FaultKind::ApplyThenDrop));
    lists_fail(w);
    let repeats = crate::harness::all((0..10).map(|_| {
        let body =
            World::checkout_body(json!({ "discount_code": "SPRING", "user_id": "order-1", "expires_in": 86_400 }));
        w.ask("POST", CHECKOUT).key(&w.key).idempotent("order-1").json(&body).send()
    }));
    for answer in repeats.await {
        assert!(matches!(answer.status, 201 | 409 | 503), "{}", answer.text);
    }
    w.sim.clear_faults();
    let answer = buy(w, "order-1").await.expect(201);
    assert_eq!(w.sim.counts().sessions, 1);
    one_of_each(w, &code, &answer).await;
}
