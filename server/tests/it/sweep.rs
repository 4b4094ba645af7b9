//! Without a webhook: what ended at Stripe is seen here by asking.

use crate::harness::{World, on_both_engines, until};
use serde_json::json;

on_both_engines!(
    with working;
    paid_is_redeemed_and_expired_is_released,
    a_session_ends_on_stripes_word_not_on_our_clock,
    an_archived_code_still_counts,
    more_sessions_than_a_page,
    an_outage_delays_and_loses_nothing,
    a_request_that_died_is_given_up,
);

async fn counts_become(w: &World, id: &str, wanted: (i64, i64)) {
    until(async || {
        let counts = w.counts(id).await;
        (counts == wanted, counts)
    })
    .await;
}

/// Stripe was asked about sessions so often.
async fn asked(w: &World, times: usize) {
    until(async || {
        let count = w.sim.request_count("GET", "/v1/checkout/sessions");
        (count >= times, count)
    })
    .await;
}

async fn buy(w: &World, count: usize) -> Vec<String> {
    let mut sessions = Vec::new();
    for _ in 0..count {
        sessions.push(w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201).id().to_owned());
    }
    sessions
}

async fn paid_is_redeemed_and_expired_is_released(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 3 })).await;
    let sessions = buy(w, 3).await;
    assert_eq!(w.counts(&id).await, (3, 0));
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_exhausted", "discount_code");
    w.sim.complete_session(&sessions[0]).unwrap();
    counts_become(w, &id, (2, 1)).await;
    w.sim.expire_session(&sessions[1]).unwrap();
    counts_become(w, &id, (1, 1)).await;
    assert_eq!(buy(w, 1).await.len(), 1, "what was given back can be used again");
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_exhausted", "discount_code");
    assert_eq!(w.counts(&id).await, (2, 1));
}

async fn a_session_ends_on_stripes_word_not_on_our_clock(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    buy(w, 1).await;
    w.advance(3_600_000 - 1);
    w.sim.clear_requests();
    asked(w, 3).await;
    assert_eq!(w.counts(&id).await, (1, 0), "an hour is not over");
    w.advance(1);
    counts_become(w, &id, (0, 0)).await;
    w.sim.clear_requests();
    // Nothing is open any more: nobody is asked.
    buy(w, 1).await;
    assert_eq!(w.sim.request_count("POST", "/v1/checkout/sessions"), 1);
}

async fn an_archived_code_still_counts(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let sessions = buy(w, 2).await;
    w.delete(&format!("{}/{id}", crate::harness::CODES)).await.expect(200);
    w.sim.complete_session(&sessions[0]).unwrap();
    w.sim.expire_session(&sessions[1]).unwrap();
    counts_become(w, &id, (0, 1)).await;
}

async fn more_sessions_than_a_page(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let posts = (0..120).map(|_| {
        let body = World::checkout_body(json!({ "discount_code": "SPRING" }));
        w.ask("POST", crate::harness::CHECKOUT).key(&w.key).json(&body).send()
    });
    let sessions = crate::harness::all(posts).await;
    for (place, session) in sessions.iter().enumerate() {
        match place % 3 {
            0 => drop(w.sim.complete_session(session.id()).unwrap()),
            1 => drop(w.sim.expire_session(session.id()).unwrap()),
            _ => {}
        }
    }
    counts_become(w, &id, (40, 40)).await;
    assert_eq!(w.open_discounted(), 40);
}

async fn an_outage_delays_and_loses_nothing(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let sessions = buy(w, 2).await;
    w.sim.set_down(true);
    w.sim.complete_session(&sessions[0]).unwrap();
    w.sim.clear_requests();
    asked(w, 2).await;
    assert_eq!(w.counts(&id).await, (2, 0));
    w.sim.set_down(false);
    counts_become(w, &id, (1, 1)).await;
}

async fn a_request_that_died_is_given_up(w: &World) {
    use stripe_sim::{Fault, FaultKind, Match};
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    // Applied, but nobody learns of it: the session exists without anybody who has its address.
    w.sim.inject(Fault::new(Match::new("POST", "/v1/checkout/sessions"), FaultKind::ApplyThen500));
    w.sim.inject(Fault::new(Match::new("GET", "/v1/checkout/sessions"), FaultKind::Status500));
    let body = World::checkout_body(json!({ "discount_code": "SPRING" }));
    w.post(crate::harness::CHECKOUT, body).await.refused(503, "stripe_unavailable", "");
    assert_eq!((w.counts(&id).await, w.sim.counts().open_sessions), ((0, 0), 1));
    w.sim.clear_faults();
    w.advance(61_000);
    until(async || {
        let unsettled = w.database.number("SELECT count(*) FROM checkouts WHERE step IN ('intent', 'uncertain')").await;
        let seen = (unsettled, w.sim.counts().open_sessions);
        (seen == (0, 0), seen)
    })
    .await;
    assert_eq!(w.counts(&id).await, (0, 0));
    buy(w, 1).await;
    assert_eq!(w.counts(&id).await, (1, 0));
}
