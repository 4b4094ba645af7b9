//! The count under a crowd: never one too many, never a false refusal, one coupon.

use crate::harness::{Answer, CHECKOUT, World, all, on_both_engines};
use serde_json::json;

on_both_engines!(two_hundred_for_fifty, sixty_for_sixty, the_last_one_twenty_times, a_limit_that_is_lowered);

async fn crowd(w: &World, buyers: usize, code: &str) -> Vec<Answer> {
    all((0..buyers).map(|buyer| {
        let body = World::checkout_body(json!({ "discount_code": code, "user_id": format!("user-{buyer}") }));
        w.ask("POST", CHECKOUT).key(&w.key).json(&body).send()
    }))
    .await
}

/// How many were made, and how many refused because none was left; nothing else may happen.
fn tally(answers: &[Answer]) -> (usize, usize) {
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let exhausted = answers.iter().filter(|answer| answer.code() == "discount_code_exhausted").count();
    let other = answers.iter().find(|answer| answer.status != 201 && answer.code() != "discount_code_exhausted");
    assert!(other.is_none(), "{other:?}");
    (made, exhausted)
}

async fn two_hundred_for_fifty(w: &World) {
    let id = w.code(json!({ "code": "RUSH", "percent_off": 50, "max_redemptions": 50 })).await;
    let answers = crowd(w, 200, "RUSH").await;
    assert_eq!(tally(&answers), (50, 150));
    assert_eq!((w.sim.coupons().len(), w.sim.request_count("POST", "/v1/coupons")), (1, 1));
    assert_eq!((w.counts(&id).await, w.open_discounted()), ((50, 0), 50));
    assert_eq!(w.sim.counts().sessions, 50, "no session at full price instead");
    assert!(w.sim.sessions().iter().all(|session| session.amount_total == Some(1450)));
    assert_eq!(w.read(&id).await["status"], "exhausted");
}

async fn sixty_for_sixty(w: &World) {
    let id = w.code(json!({ "code": "RUSH", "percent_off": 50, "max_redemptions": 60 })).await;
    assert_eq!(tally(&crowd(w, 60, "RUSH").await), (60, 0));
    assert_eq!((w.counts(&id).await, w.open_discounted(), w.sim.coupons().len()), ((60, 0), 60, 1));
}

async fn the_last_one_twenty_times(w: &World) {
    for round in 0..20 {
        let text = format!("LAST{round}");
        let id = w.code(json!({ "code": text, "percent_off": 50, "max_redemptions": 1 })).await;
        assert_eq!(tally(&crowd(w, 10, &text).await), (1, 9));
        assert_eq!(w.counts(&id).await, (1, 0));
    }
    assert_eq!((w.open_discounted(), w.sim.coupons().len()), (20, 20));
}

async fn a_limit_that_is_lowered(w: &World) {
    let id = w.code(json!({ "code": "RUSH", "percent_off": 50 })).await;
    assert_eq!(tally(&crowd(w, 5, "RUSH").await), (5, 0));
    let path = format!("{}/{id}", crate::harness::CODES);
    let lowered = w.patch(&path, json!({ "max_redemptions": 3 })).await.expect(200);
    assert_eq!(lowered.json["status"], "exhausted");
    assert_eq!(tally(&crowd(w, 5, "RUSH").await), (0, 5));
    w.patch(&path, json!({ "max_redemptions": 7 })).await.expect(200);
    assert_eq!(tally(&crowd(w, 5, "RUSH").await), (2, 3));
    assert_eq!(w.counts(&id).await, (7, 0));
}
