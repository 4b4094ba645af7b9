//! Holds that nobody confirms: given back by a job, on our clock.

use super::{HOUR_MS, MINUTE_MS, becomes, confirm, hold, release, state};
use crate::harness::{World, all, on_both_engines, until};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(
    with working;
    given_back_when_its_time_is_over,
    then_confirmed_late,
    what_is_settled_stays,
    more_than_a_batch,
    a_hold_without_its_coupon_goes_after_a_minute,
    others_go_though_one_cannot,
    others_go_though_a_whole_batch_cannot,
);

async fn given_back_when_its_time_is_over(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
    w.code(json!({ "code": "OTHER", "percent_off": 10 })).await;
    let earlier = hold(w, json!({ "code": "OTHER", "expires_in": 60 })).await.expect(201);
    w.advance(1);
    let short = hold(w, json!({ "expires_in": 60 })).await.expect(201);
    let long = hold(w, json!({})).await.expect(201);
    hold(w, json!({})).await.refused(400, "discount_code_exhausted", "code");
    w.advance(MINUTE_MS - 1);
    // The job has run, and has let this one alone.
    becomes(w, earlier.id(), "released").await;
    assert_eq!((state(w, short.id()).await.as_str(), w.counts(&code).await), ("held", (2, 0)));
    w.advance(1);
    becomes(w, short.id(), "released").await;
    let read = w.get(&format!("/v1/redemptions/{}", short.id())).await.json;
    assert_eq!((&read["settled_at"], &read["expires_at"]), (&json!(w.now()), &json!(w.now())));
    assert_eq!((state(w, long.id()).await.as_str(), w.counts(&code).await), ("held", (1, 0)));
    let next = hold(w, json!({})).await.expect(201);
    w.advance(HOUR_MS);
    becomes(w, long.id(), "released").await;
    becomes(w, next.id(), "released").await;
    assert_eq!(w.counts(&code).await, (0, 0));
}

async fn then_confirmed_late(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let held = hold(w, json!({})).await.expect(201);
    w.advance(HOUR_MS);
    becomes(w, held.id(), "released").await;
    release(w, held.id()).await.expect(200);
    assert_eq!(confirm(w, held.id()).await.expect(200).json["state"], "redeemed");
    assert_eq!(w.counts(&code).await, (0, 1));
    // Redeemed is for good: the job lets it be.
    w.advance(HOUR_MS);
    let other = w.code(json!({ "code": "OTHER", "percent_off": 10 })).await;
    let next = hold(w, json!({ "code": "OTHER", "expires_in": 60 })).await.expect(201);
    w.advance(MINUTE_MS);
    becomes(w, next.id(), "released").await;
    assert_eq!((w.counts(&code).await, w.counts(&other).await), ((0, 1), (0, 0)));
}

async fn what_is_settled_stays(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let redeemed = hold(w, json!({})).await.expect(201);
    confirm(w, redeemed.id()).await.expect(200);
    let released = hold(w, json!({})).await.expect(201);
    let before = release(w, released.id()).await.expect(200);
    let held = hold(w, json!({})).await.expect(201);
    w.advance(HOUR_MS);
    becomes(w, held.id(), "released").await;
    assert_eq!(w.get(&format!("/v1/redemptions/{}", released.id())).await.text, before.text);
    assert_eq!((state(w, redeemed.id()).await.as_str(), w.counts(&code).await), ("redeemed", (0, 1)));
}

async fn more_than_a_batch(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let ask = || w.ask("POST", crate::harness::REDEMPTIONS).key(&w.key).json(&json!({ "code": "SPRING" })).send();
    let answers = all((0..230).map(|_| ask())).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(w.counts(&code).await, (230, 0));
    w.advance(HOUR_MS);
    until(async || {
        let counts = w.counts(&code).await;
        (counts == (0, 0), counts)
    })
    .await;
}

async fn a_hold_without_its_coupon_goes_after_a_minute(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    w.sim.inject(Fault::new(Match::new("POST", "/v1/coupons").times(1), FaultKind::Hold));
    let body = json!({ "code": "SPRING" });
    let first = tokio::spawn(w.ask("POST", crate::harness::REDEMPTIONS).key(&w.key).json(&body).send());
    w.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;
    // The clock leaps while Stripe is asked: what is answered then is held all the same.
    w.advance(MINUTE_MS);
    until(async || {
        let counts = w.counts(&code).await;
        (counts == (0, 0), counts)
    })
    .await;
    w.sim.release_held();
    let held = first.await.unwrap().expect(201);
    assert_eq!((&held.json["state"], w.counts(&code).await), (&json!("held"), (1, 0)));
    hold(w, json!({})).await.refused(400, "discount_code_exhausted", "code");
}

/// A counter that is wrong must not keep all others from their holds.
async fn others_go_though_one_cannot(w: &World) {
    let broken = w.code(json!({ "code": "BROKEN", "percent_off": 10 })).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    hold(w, json!({ "code": "BROKEN", "expires_in": 60 })).await.expect(201);
    let held = hold(w, json!({ "expires_in": 61 })).await.expect(201);
    w.database.execute("UPDATE discount_codes SET held = 0 WHERE code = 'BROKEN'").await;
    w.advance(HOUR_MS);
    becomes(w, held.id(), "released").await;
    assert_eq!((w.counts(&code).await, w.counts(&broken).await), ((0, 0), (0, 0)));
    w.database.execute("UPDATE discount_codes SET held = 1 WHERE code = 'BROKEN'").await;
    until(async || {
        let counts = w.counts(&broken).await;
        (counts == (0, 0), counts)
    })
    .await;
}

/// Nor may as many as are looked at at once.
async fn others_go_though_a_whole_batch_cannot(w: &World) {
    let broken = w.code(json!({ "code": "BROKEN", "percent_off": 10 })).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let body = json!({ "app_id": "taskpomo", "code": "BROKEN", "expires_in": 60 });
    let ask = || w.ask("POST", crate::harness::REDEMPTIONS).key(&w.key).json(&body).send();
    let answers = all((0..110).map(|_| ask())).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    w.advance(1);
    let held = hold(w, json!({ "expires_in": 60 })).await.expect(201);
    w.database.execute("UPDATE discount_codes SET held = 0 WHERE code = 'BROKEN'").await;
    w.advance(HOUR_MS);
    becomes(w, held.id(), "released").await;
    assert_eq!((w.counts(&code).await, w.counts(&broken).await), ((0, 0), (0, 0)));
    w.database.execute("UPDATE discount_codes SET held = 110 WHERE code = 'BROKEN'").await;
    until(async || {
        let counts = w.counts(&broken).await;
        (counts == (0, 0), counts)
    })
    .await;
}
