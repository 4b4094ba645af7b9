//! The coupon behind a hold: minted once, and not asked for again.

use super::{confirm, hold, mint_again, release};
use crate::harness::{FOUR, World, on_both_engines};
use serde_json::json;
use stripe_sim::{AccountId, Fault, FaultKind, Match};

on_both_engines!(
    with least;
    once_minted_nobody_is_asked,
    a_new_connection_looks_for_it,
    there_but_changed,
    deleted_and_minted_again,
    a_permission_that_is_missing,
    not_connected,
    stripe_is_away,
    a_lost_answer_is_looked_up,
);

async fn once_minted_nobody_is_asked(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let first = hold(w, json!({})).await.expect(201);
    assert_eq!(w.sim.request_count("POST", "/v1/coupons"), 1);
    w.sim.clear_requests();
    // Not even an answer is needed.
    w.sim.set_down(true);
    let second = hold(w, json!({})).await.expect(201);
    assert_ne!(first.id(), second.id());
    assert_eq!(first.json["stripe_coupon"], second.json["stripe_coupon"]);
    confirm(w, second.id()).await.expect(200);
    release(w, first.id()).await.expect(200);
    assert_eq!((w.sim.counts().requests, w.counts(&code).await), (0, (0, 1)));
    w.sim.set_down(false);
}

async fn a_new_connection_looks_for_it(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let first = hold(w, json!({})).await.expect(201);
    w.connect(&FOUR).await;
    w.sim.clear_requests();
    let second = hold(w, json!({})).await.expect(201);
    assert_eq!(first.json["stripe_coupon"], second.json["stripe_coupon"]);
    let asked: Vec<_> = w.sim.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(asked, ["GET"], "it is there");
    let other = AccountId::from("acct_other");
    w.connect_account(&other, &FOUR).await;
    w.connect(&FOUR).await;
    hold(w, json!({})).await.expect(201);
    assert_eq!(w.sim.coupons().len(), 1);
}

async fn there_but_changed(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
    hold(w, json!({})).await.expect(201);
    let coupon = w.sim.coupons().pop().unwrap().id;
    w.sim.replace_coupon_terms(&coupon, |coupon| coupon.percent_off = Some(90.0)).unwrap();
    w.connect(&FOUR).await;
    hold(w, json!({})).await.refused(409, "discount_code_blocked", "");
    assert_eq!(w.counts(&code).await, (1, 0), "the hold was given back");
    w.sim.clear_requests();
    hold(w, json!({})).await.refused(409, "discount_code_blocked", "");
    assert_eq!((w.counts(&code).await, w.sim.counts().requests), ((1, 0), 0), "a blocked code asks nobody");
}

async fn deleted_and_minted_again(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let first = hold(w, json!({})).await.expect(201);
    w.sim.delete_coupon(first.json["stripe_coupon"].as_str().unwrap()).unwrap();
    w.connect(&FOUR).await;
    hold(w, json!({})).await.refused(409, "discount_code_blocked", "");
    mint_again(w, &code).await;
    let second = hold(w, json!({})).await.expect(201);
    assert_ne!(first.json["stripe_coupon"], second.json["stripe_coupon"], "a new coupon has a new id");
    assert_eq!((w.counts(&code).await, w.sim.coupons().len()), ((2, 0), 1));
}

async fn a_permission_that_is_missing(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    assert!(w.sim.set_key_permissions(&w.stripe_key, &["coupon_read", "promotion_code_read", "promotion_code_write"]));
    let refused = hold(w, json!({})).await.refused(403, "stripe_permission_missing", "");
    assert_eq!((&refused.json["error"]["missing"], w.counts(&code).await), (&json!(["coupon_write"]), (0, 0)));
    // Known by now: it is refused before anything is held or asked.
    w.sim.clear_requests();
    let again = hold(w, json!({})).await.refused(403, "stripe_permission_missing", "");
    assert_eq!((again.json, w.sim.counts().requests), (refused.json, 0));
    assert_eq!(w.database.number("SELECT count(*) FROM redemptions").await, 1);
}

async fn not_connected(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let held = hold(w, json!({})).await.expect(201);
    assert!(w.sim.revoke_key(&w.stripe_key));
    // Nobody is asked, so nobody refuses the key.
    hold(w, json!({})).await.expect(201);
    let other = w.code(json!({ "code": "OTHER", "percent_off": 10 })).await;
    hold(w, json!({ "code": "OTHER" })).await.refused(409, "needs_reauth", "");
    hold(w, json!({})).await.refused(409, "needs_reauth", "");
    w.delete(crate::harness::CONNECTION).await.expect(200);
    hold(w, json!({})).await.refused(409, "stripe_not_connected", "");
    hold(w, json!({ "code": "NOBODYS" })).await.refused(409, "stripe_not_connected", "");
    assert_eq!((w.counts(&code).await, w.counts(&other).await), ((2, 0), (0, 0)));
    // What is held can be settled all the same.
    confirm(w, held.id()).await.expect(200);
    assert_eq!(w.counts(&code).await, (1, 1));
}

async fn stripe_is_away(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    w.sim.set_down(true);
    let refused = hold(w, json!({})).await.refused(503, "stripe_unavailable", "");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(w.counts(&code).await, (0, 0), "the hold was given back");
    w.sim.set_down(false);
    hold(w, json!({})).await.expect(201);
    assert_eq!((w.counts(&code).await, w.sim.coupons().len()), ((1, 0), 1));
}

async fn a_lost_answer_is_looked_up(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.inject(Fault::new(Match::new("POST", "/v1/coupons").times(1), FaultKind::ApplyThen500));
    hold(w, json!({})).await.expect(201);
    assert_eq!((w.counts(&code).await, w.sim.coupons().len()), ((1, 0), 1));
}
