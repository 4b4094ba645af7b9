//! One effect and one answer for an idempotency key, however often it comes.

use crate::harness::{Answer, CHECKOUT, CODES, CONNECTION, World, all, on_both_engines};
use serde_json::{Value, json};
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(
    an_answer_is_replayed_byte_for_byte,
    another_request_under_the_same_key,
    a_request_that_still_runs,
    what_is_not_stored,
    what_no_key_may_be,
    twenty_at_once,
    a_day_later,
);

async fn post(w: &World, key: &str, path: &str, body: &Value) -> Answer {
    w.ask("POST", path).key(&w.key).idempotent(key).json(body).send().await
}

#[track_caller]
fn replayed(first: &Answer, again: &Answer) {
    assert_eq!(first.header("idempotent-replayed"), None, "{}", first.text);
    assert_eq!(again.header("idempotent-replayed"), Some("true"), "{}", again.text);
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(first.header("content-type"), again.header("content-type"));
    assert_ne!(first.header("request-id"), again.header("request-id"));
}

async fn an_answer_is_replayed_byte_for_byte(w: &World) {
    let spring = json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 });
    let made = post(w, "make", CODES, &spring).await.expect(201);
    replayed(&made, &post(w, "make", CODES, &spring).await);
    let body = World::checkout_body(json!({ "discount_code": "SPRING" }));
    let session = post(w, "buy", CHECKOUT, &body).await.expect(201);
    replayed(&session, &post(w, "buy", CHECKOUT, &body).await);
    // The refusal of a code is an answer as well, and stays one.
    let refused = post(w, "late", CHECKOUT, &body).await.refused(400, "discount_code_exhausted", "discount_code");
    let path = format!("{CODES}/{}", made.id());
    w.patch(&path, json!({ "max_redemptions": 5 })).await.expect(200);
    replayed(&refused, &post(w, "late", CHECKOUT, &body).await);
    // So is a change, and an archiving.
    let change = || w.ask("PATCH", &path).key(&w.key).idempotent("change").body(r#"{"active":false}"#).send();
    let changed = change().await.expect(200);
    w.patch(&path, json!({ "active": true })).await.expect(200);
    replayed(&changed, &change().await);
    assert_eq!(w.read(made.id()).await["active"], true);
    let archive = || w.ask("DELETE", &path).key(&w.key).idempotent("archive").send();
    replayed(&archive().await.expect(200), &archive().await);
    assert_eq!((w.sim.counts().sessions, w.counts(made.id()).await), (1, (1, 0)));
}

async fn another_request_under_the_same_key(w: &World) {
    let body = World::checkout_body(json!({}));
    post(w, "order-1", CHECKOUT, &body).await.expect(201);
    let other = post(w, "order-1", CHECKOUT, &World::checkout_body(json!({ "quantity": 2 }))).await;
    insta::assert_snapshot!(other.shown(), @r#"
    400
    {"error":{"type":"idempotency_error",
    "code":"idempotency_error",
    "message":"This Idempotency-Key came before with another request. Use a new key for a new request, or send the first one again unchanged.",
    "param":"Idempotency-Key"}}
    "#);
    assert_eq!(other.json["error"]["type"], "idempotency_error");
    assert_eq!(post(w, "order-1", CODES, &body).await.code(), "parameter_unknown");
    let code = json!({ "code": "SPRING", "percent_off": 1 });
    post(w, "order-1", CODES, &code).await.refused(400, "idempotency_error", "Idempotency-Key");
    // Only the bytes count: another spacing is another request.
    let spaced = w.ask("POST", CHECKOUT).key(&w.key).idempotent("order-1").body(format!(" {body}"));
    spaced.send().await.refused(400, "idempotency_error", "Idempotency-Key");
    assert_eq!(w.sim.counts().sessions, 1);
}

async fn a_request_that_still_runs(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let body = World::checkout_body(json!({ "discount_code": "SPRING" }));
    w.sim.inject(Fault::new(Match::new("POST", "/v1/checkout/sessions").times(1), FaultKind::Hold));
    let first = tokio::spawn(w.ask("POST", CHECKOUT).key(&w.key).idempotent("order-1").json(&body).send());
    w.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;
    let second = post(w, "order-1", CHECKOUT, &body).await;
    assert_eq!(second.header("idempotent-replayed"), None);
    second.refused(409, "idempotency_key_in_use", "");
    let other = World::checkout_body(json!({ "quantity": 2 }));
    post(w, "order-1", CHECKOUT, &other).await.refused(400, "idempotency_error", "Idempotency-Key");
    assert_eq!(w.counts(&id).await, (1, 0));
    w.sim.release_held();
    let first = first.await.unwrap().expect(201);
    replayed(&first, &post(w, "order-1", CHECKOUT, &body).await);
    assert_eq!((w.sim.counts().sessions, w.counts(&id).await), (1, (1, 0)));
}

async fn what_is_not_stored(w: &World) {
    // A refusal of the request: it may come again corrected.
    let wrong = World::checkout_body(json!({ "mode": "subscription" }));
    post(w, "order-1", CHECKOUT, &wrong).await.refused(400, "parameter_invalid", "mode");
    let right = World::checkout_body(json!({ "mode": "payment" }));
    post(w, "order-1", CHECKOUT, &right).await.expect(201);
    // One of Stripe's: the same.
    let wrong = World::checkout_body(json!({ "customer_email": format!("{}@example.com", "x".repeat(600)) }));
    assert_eq!(post(w, "order-2", CHECKOUT, &wrong).await.status, 400);
    post(w, "order-2", CHECKOUT, &right).await.expect(201);
    // An outage: the same request goes on, and stays the only one.
    w.sim.inject(Fault::new(Match::path("/v1/"), FaultKind::Drop));
    post(w, "order-3", CHECKOUT, &right).await.refused(503, "stripe_unavailable", "");
    w.sim.clear_faults();
    let other = World::checkout_body(json!({ "quantity": 2 }));
    post(w, "order-3", CHECKOUT, &other).await.refused(400, "idempotency_error", "Idempotency-Key");
    let made = post(w, "order-3", CHECKOUT, &right).await.expect(201);
    replayed(&made, &post(w, "order-3", CHECKOUT, &right).await);
    // A text that is taken: free later.
    let first = w.code(json!({ "code": "SPRING", "percent_off": 1 })).await;
    let body = json!({ "code": "SPRING", "percent_off": 2 });
    post(w, "make", CODES, &body).await.refused(409, "code_taken", "code");
    w.delete(&format!("{CODES}/{first}")).await.expect(200);
    post(w, "make", CODES, &body).await.expect(201);
    assert_eq!(w.sim.counts().open_sessions, 3);
}

async fn what_no_key_may_be(w: &World) {
    let code = json!({ "code": "SPRING", "percent_off": 1 });
    for key in ["", "a b", "ü", &"k".repeat(256)] {
        for (path, body) in [(CODES, &code), (CHECKOUT, &World::checkout_body(json!({})))] {
            post(w, key, path, body).await.refused(400, "parameter_invalid", "Idempotency-Key");
        }
    }
    let twice = w.ask("POST", CODES).key(&w.key).idempotent("a").idempotent("a").json(&code);
    twice.send().await.refused(400, "parameter_invalid", "Idempotency-Key");
    assert_eq!(w.database.number("SELECT count(*) FROM discount_codes").await, 0);
    post(w, &"!".repeat(255), CODES, &code).await.expect(201);
    // A key belongs to a workspace and a mode.
    let other =
        w.services.create_workspace("other@example.com", "taskpomo", app::domain::mode::Mode::Test).await.unwrap();
    let theirs = w.ask("POST", CODES).key(&other.api_key).idempotent(&"!".repeat(255)).json(&code);
    assert_eq!(theirs.send().await.expect(201).header("idempotent-replayed"), None);
    // A pasted key is not in what is kept for a replay.
    let pasted = json!({ "restricted_key": w.stripe_key });
    let connected = post(w, "connect", CONNECTION, &pasted).await.expect(200);
    replayed(&connected, &post(w, "connect", CONNECTION, &pasted).await);
}

async fn twenty_at_once(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 100 })).await;
    for round in 0..5 {
        let key = format!("order-{round}");
        let body = World::checkout_body(json!({ "discount_code": "SPRING", "user_id": key }));
        let posts = (0..20).map(|_| w.ask("POST", CHECKOUT).key(&w.key).idempotent(&key).json(&body).send());
        let answers = all(posts).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        let in_use = answers.iter().filter(|answer| answer.code() == "idempotency_key_in_use").count();
        assert!(!made.is_empty() && made.len() + in_use == 20, "{answers:#?}");
        assert!(made.iter().all(|answer| answer.text == made[0].text));
        assert_eq!(made.iter().filter(|answer| answer.header("idempotent-replayed").is_none()).count(), 1);
        assert_eq!((w.sim.counts().sessions, w.counts(&id).await), (round + 1, (round as i64 + 1, 0)));
    }
    assert_eq!(w.sim.coupons().len(), 1);
}

async fn a_day_later(w: &World) {
    let body = World::checkout_body(json!({}));
    let made = post(w, "order-1", CHECKOUT, &body).await.expect(201);
    w.advance(24 * 3_600_000 - 1);
    w.sim.forget_idempotency_keys();
    replayed(&made, &post(w, "order-1", CHECKOUT, &body).await);
    assert_eq!(w.sim.counts().sessions, 1);
}
