//! What happens to a coupon in Stripe is looked at before the code's next use, though a coupon that is minted is not asked for again.

use super::{OWN_SECRET, deliver, ended, event, own_endpoint};
use crate::harness::{Answer, REDEMPTIONS, World, on_both_engines};
use app::backend::Backend;
use app::domain::mode::Mode;
use serde_json::{Value, json};

on_both_engines!(deleted_in_stripe, changed_in_stripe, renamed_in_stripe);

const BLOCKED: &str = "discount_code_blocked";

async fn hold(w: &World) -> Answer {
    w.post(REDEMPTIONS, json!({ "app_id": "taskpomo", "code": "SPRING" })).await
}

/// A code whose coupon is minted, with one hold: its id, the coupon's.
async fn minted(w: &World) -> (String, String) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 3 })).await;
    let held = hold(w).await.expect(201);
    (code, held.json["stripe_coupon"].as_str().unwrap().to_owned())
}

/// Stripe tells of the coupon; what came of that.
async fn tells(w: &World, own: &str, id: &str, kind: &str, coupon: &str) -> (String, String) {
    let body = event(id, kind, &Value::Null, &json!({ "id": coupon, "object": "coupon" }));
    deliver(w, own, OWN_SECRET, body).await.expect(200);
    ended(w, id).await
}

/// What Stripe was asked since the last look.
fn asked(w: &World) -> Vec<String> {
    let asked = w.sim.requests().into_iter().map(|request| format!("{} {}", request.method, request.path)).collect();
    w.sim.clear_requests();
    asked
}

async fn deleted_in_stripe(w: &World) {
    let own = own_endpoint(w).await;
    let (code, coupon) = minted(w).await;
    w.sim.delete_coupon(&coupon).unwrap();
    asked(w);
    // Until the event is there, nobody is asked and nobody knows.
    let second = hold(w).await.expect(201);
    assert_eq!(asked(w), Vec::<String>::new());
    let told = tells(w, &own, "evt_1", "coupon.deleted", &coupon).await;
    let words = "The coupon of SPRING was deleted in Stripe. SPRING is checked at its next use.";
    assert_eq!(told, ("done".into(), words.into()));
    assert_eq!((asked(w), w.counts(&code).await), (vec![], (2, 0)), "an event alone asks nobody and blocks nothing");
    hold(w).await.refused(409, BLOCKED, "");
    assert_eq!(asked(w), [format!("GET /v1/coupons/{coupon}")], "it is not minted again behind its owner's back");
    hold(w).await.refused(409, BLOCKED, "");
    assert_eq!((asked(w), w.counts(&code).await), (vec![], (2, 0)), "its hold was given back, and it asks no more");
    // What was promised before can be settled.
    let path = format!("{REDEMPTIONS}/{}/confirm", second.id());
    w.ask("POST", &path).key(&w.key).send().await.expect(200);
    Backend::mint_again(&w.services, &w.owner(), Mode::Test, &code).await.unwrap();
    let third = hold(w).await.expect(201);
    assert_ne!(third.json["stripe_coupon"], coupon.as_str());
    assert_eq!((w.counts(&code).await, w.sim.coupons().len()), ((2, 1), 1));
    // The old coupon's event, once more and late: it is no coupon of ours any more, and the new one is let alone.
    asked(w);
    let told = tells(w, &own, "evt_2", "coupon.deleted", &coupon).await;
    assert_eq!(told, ("ignored".into(), "Not one of Codemint's coupons.".into()));
    hold(w).await.refused(400, "discount_code_exhausted", "code");
    w.ask("POST", &format!("{REDEMPTIONS}/{}/release", third.id())).key(&w.key).send().await.expect(200);
    hold(w).await.expect(201);
    assert_eq!(asked(w), Vec::<String>::new());
}

async fn changed_in_stripe(w: &World) {
    let own = own_endpoint(w).await;
    let (code, coupon) = minted(w).await;
    w.sim.replace_coupon_terms(&coupon, |coupon| coupon.percent_off = Some(90.0)).unwrap();
    assert_eq!(tells(w, &own, "evt_1", "coupon.updated", &coupon).await.0, "done");
    hold(w).await.refused(409, BLOCKED, "");
    assert_eq!(w.counts(&code).await, (1, 0));
}

async fn renamed_in_stripe(w: &World) {
    let own = own_endpoint(w).await;
    let (code, coupon) = minted(w).await;
    w.sim.edit_coupon(&coupon, Some("A nicer name"), &[("team", "growth")]).unwrap();
    assert_eq!(tells(w, &own, "evt_1", "coupon.updated", &coupon).await.0, "done");
    asked(w);
    assert_eq!(hold(w).await.expect(201).json["stripe_coupon"], coupon.as_str());
    assert_eq!(asked(w), [format!("GET /v1/coupons/{coupon}")], "it is looked at once");
    hold(w).await.expect(201);
    assert_eq!((asked(w), w.counts(&code).await), (vec![], (3, 0)));
}
