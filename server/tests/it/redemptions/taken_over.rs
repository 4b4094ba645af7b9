//! A request that is thought dead, and whose hold has lapsed, comes to its end after all: what its repeat holds by now is not its to give
//! back.

use super::{MINUTE_MS, becomes, body, hold, keyed, state};
use crate::harness::{ALL, REDEMPTIONS, World, on_both_engines, until};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(with working; what_a_repeat_has_taken_is_not_given_back);

const COUPONS: &str = "/v1/coupons";
/// Longer than the lease of a key.
const LEASE_MS: i64 = 9_000;

async fn what_a_repeat_has_taken_is_not_given_back(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let ask = || w.ask("POST", REDEMPTIONS).key(&w.key).idempotent("order-1").json(&body(json!({}))).send();
    // The first one does not know whether its coupon was made, and Stripe lets it wait.
    w.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::Status500));
    w.sim.inject(Fault::new(Match::new("GET", COUPONS).times(1), FaultKind::Hold));
    let first = tokio::spawn(ask());
    w.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;
    let id = w.get(REDEMPTIONS).await.expect(200).json["data"][0]["id"].as_str().unwrap().to_owned();
    // Its owner connects another key, and its minute is over.
    let old_key = w.stripe_key.clone();
    w.connect(&ALL).await;
    w.advance(MINUTE_MS);
    becomes(w, &id, "released").await;
    let again = loop {
        // A renewal that comes just now keeps the repeat out once more.
        w.advance(LEASE_MS);
        let again = tokio::spawn(ask());
        until(async || (again.is_finished() || w.counts(&code).await == (1, 0), ())).await;
        if !again.is_finished() {
            break again;
        }
        again.await.unwrap().refused(409, "idempotency_key_in_use", "");
    };
    // The first one goes on under a key that is refused by now; the repeat comes behind it, and stays at Stripe.
    w.sim.inject(Fault::new(Match::new("POST", COUPONS).nth(2), FaultKind::Hold));
    assert!(w.sim.revoke_key(&old_key));
    w.sim.release_held();
    first.await.unwrap().refused(409, "needs_reauth", "");
    let waits = |record: &stripe_sim::RequestRecord| record.method == "POST" && record.fault == Some(FaultKind::Hold);
    w.sim.wait_until(|sim| sim.requests().iter().any(waits)).await;
    assert_eq!((state(w, &id).await.as_str(), w.counts(&code).await), ("held", (1, 0)), "it is the repeat's");
    hold(w, json!({})).await.refused(400, "discount_code_exhausted", "code");
    let bound = "SELECT count(*) FROM redemptions WHERE idempotency_key = 'order-1'";
    assert_eq!(w.database.number(bound).await, 1, "the key goes on with it");
    w.sim.release_held();
    let held = again.await.unwrap().expect(201);
    assert_eq!((held.id(), &held.json["expires_at"]), (id.as_str(), &json!(w.now() + 3_600_000)));
    let replayed = keyed(w, "order-1", json!({})).await.expect(201);
    assert_eq!((&replayed.text, replayed.header("idempotent-replayed")), (&held.text, Some("true")));
    let ways = w.database.lines("SELECT history FROM redemptions").await;
    let way: Vec<_> = ways.iter().flat_map(|way| way.lines()).map(|step| step.split_once(' ').unwrap().0).collect();
    assert_eq!((way, w.counts(&code).await), (vec!["api", "lapsed", "api"], (1, 0)));
}
