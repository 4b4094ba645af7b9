//! A limit for each customer: told apart by `user_id`, else by the address; open checkouts count, and given-back ones do not.

use crate::harness::{Answer, CHECKOUT, CODES, VALIDATE, World, all, on_both_engines, until};
use serde_json::{Value, json};
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(
    who_a_customer_is,
    a_crowd_of_customers,
    one_customer_a_hundred_times,
    both_limits_at_once,
    own_checkouts_and_ours_are_counted_together,
    a_limit_that_changes_counts_at_once,
    nothing_is_left_of_a_refusal,
    an_unknown_outcome_is_resumed_for_its_own_customer,
    a_session_that_came_too_late_for_its_customer_is_ended,
);
on_both_engines!(with working; held_and_redeemed_count_and_released_does_not, a_validation_knows_the_customer);

/// A code of 50 % off that one customer may use so often; its id.
async fn code(w: &World, text: &str, per_user: i64) -> String {
    w.code(json!({ "code": text, "percent_off": 50, "max_redemptions_per_user": per_user })).await
}

async fn buys(w: &World, code: &str, who: Value) -> Answer {
    let mut fields = json!({ "discount_code": code });
    fields.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
    w.checkout(fields).await
}

/// How many were made, and how many refused because the customer has had theirs; nothing else may happen.
fn tally(answers: &[Answer]) -> (usize, usize) {
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.code() == "discount_code_user_limit").count();
    let other = answers.iter().find(|answer| answer.status != 201 && answer.code() != "discount_code_user_limit");
    assert!(other.is_none(), "{other:?}");
    (made, refused)
}

/// Waits for these counts, held and redeemed.
async fn comes_to(w: &World, id: &str, counts: (i64, i64)) {
    until(async || {
        let seen = w.counts(id).await;
        (seen == counts, seen)
    })
    .await;
}

async fn who_a_customer_is(w: &World) {
    let id = code(w, "ONCE", 1).await;
    // Each line is somebody else; whoever comes again as in the second column is the same.
    for (first, again) in [
        (json!({ "user_id": "u-1" }), json!({ "user_id": "u-1", "customer_email": "ada@example.com" })),
        (json!({ "user_id": "U-1" }), json!({ "user_id": "U-1" })),
        (json!({ "customer_email": "Ada@Example.com" }), json!({ "customer_email": " ada@EXAMPLE.com" })),
        (json!({ "customer_email": "bob@example.com" }), json!({ "customer_email": "BOB@example.com" })),
        // An id is an id, even if it looks like somebody's address.
        (json!({ "user_id": "carol@example.com" }), json!({ "user_id": "carol@example.com" })),
        (json!({ "customer_email": "carol@example.com" }), json!({ "customer_email": "carol@example.com" })),
    ] {
        buys(w, "ONCE", first.clone()).await.expect(201);
        let refused = buys(w, "ONCE", again).await.refused(400, "discount_code_user_limit", "discount_code");
        assert!(refused.message().contains("A checkout that is still open counts, too."), "{first}");
    }
    assert_eq!(w.counts(&id).await, (6, 0));
    // Somebody who is nobody cannot be counted.
    let nobody = buys(w, "ONCE", json!({})).await.refused(400, "parameter_missing", "user_id");
    assert!(nobody.message().starts_with("user_id or customer_email is needed"), "{}", nobody.message());
    buys(w, "ONCE", json!({ "user_id": null, "customer_email": null })).await.refused(
        400,
        "parameter_missing",
        "user_id",
    );
    // Another code, and no code, ask for nobody.
    w.code(json!({ "code": "ANYONE", "percent_off": 5 })).await;
    buys(w, "ANYONE", json!({})).await.expect(201);
    w.checkout(json!({})).await.expect(201);
    // Of the people the ledger keeps no more than a hash.
    let named = "SELECT count(*) FROM redemptions WHERE customer LIKE '%example%' OR customer LIKE '%u-1%' OR length(customer) <> 32";
    assert_eq!(w.database.number(named).await, 0);
}

async fn held_and_redeemed_count_and_released_does_not(w: &World) {
    let id = code(w, "TWICE", 2).await;
    let ada = json!({ "user_id": "ada" });
    let first = buys(w, "TWICE", ada.clone()).await.expect(201);
    let second = buys(w, "TWICE", ada.clone()).await.expect(201);
    buys(w, "TWICE", ada.clone()).await.refused(400, "discount_code_user_limit", "discount_code");
    // Paid counts as open did.
    w.sim.complete_session(first.id()).unwrap();
    comes_to(w, &id, (1, 1)).await;
    buys(w, "TWICE", ada.clone()).await.refused(400, "discount_code_user_limit", "discount_code");
    // Left counts no more.
    w.sim.expire_session(second.id()).unwrap();
    comes_to(w, &id, (0, 1)).await;
    buys(w, "TWICE", ada.clone()).await.expect(201);
    buys(w, "TWICE", ada).await.refused(400, "discount_code_user_limit", "discount_code");
    assert_eq!(w.counts(&id).await, (1, 1));
}

fn purchase(w: &World, code: &str, who: &str) -> impl Future<Output = Answer> + Send + 'static + use<> {
    let body = World::checkout_body(json!({ "discount_code": code, "user_id": who }));
    w.ask("POST", CHECKOUT).key(&w.key).json(&body).send()
}

async fn a_crowd_of_customers(w: &World) {
    let id = code(w, "TWICE", 2).await;
    // Fifty customers, four tries each, all at once.
    let answers = all((0..200).map(|n| purchase(w, "TWICE", &format!("user-{}", n % 50)))).await;
    assert_eq!(tally(&answers), (100, 100));
    for customer in 0..50 {
        let of_one: Vec<_> = answers.iter().skip(customer).step_by(50).cloned().collect();
        assert_eq!(tally(&of_one), (2, 2), "user-{customer}");
    }
    assert_eq!((w.counts(&id).await, w.open_discounted()), ((100, 0), 100));
    assert_eq!(w.sim.counts().sessions, 100, "no session at full price instead");
}

async fn one_customer_a_hundred_times(w: &World) {
    let id = code(w, "TWICE", 2).await;
    let answers = all((0..100).map(|_| purchase(w, "TWICE", "ada"))).await;
    assert_eq!(tally(&answers), (2, 98));
    assert_eq!((w.counts(&id).await, w.open_discounted(), w.sim.coupons().len()), ((2, 0), 2, 1));
}

async fn both_limits_at_once(w: &World) {
    let id =
        w.code(json!({ "code": "FEW", "percent_off": 50, "max_redemptions": 5, "max_redemptions_per_user": 1 })).await;
    // A customer who has had theirs takes nobody else's away.
    let answers = all((0..40).map(|n| purchase(w, "FEW", &format!("user-{}", n % 5)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 5);
    for customer in 0..5 {
        let made = answers.iter().skip(customer).step_by(5).filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1, "user-{customer}");
    }
    let refused = |answer: &&Answer| ["discount_code_user_limit", "discount_code_exhausted"].contains(&answer.code());
    assert_eq!(answers.iter().filter(refused).count(), 35);
    assert_eq!(w.counts(&id).await, (5, 0));
}

async fn own_checkouts_and_ours_are_counted_together(w: &World) {
    let id = code(w, "TWICE", 2).await;
    let own = async |who: Value| {
        w.post("/v1/redemptions", json!({ "app_id": "taskpomo", "code": "TWICE", "user_id": who })).await
    };
    buys(w, "TWICE", json!({ "user_id": "ada" })).await.expect(201);
    let held = own(json!("ada")).await.expect(201);
    own(json!("ada")).await.refused(400, "discount_code_user_limit", "code");
    buys(w, "TWICE", json!({ "user_id": "ada" })).await.refused(400, "discount_code_user_limit", "discount_code");
    let nobody = own(json!(null)).await.refused(400, "parameter_missing", "user_id");
    assert!(nobody.message().starts_with("user_id is needed"), "{}", nobody.message());
    // Given back, it makes room; taken again by a late confirmation, it needs it.
    let path = |act: &str| format!("/v1/redemptions/{}/{act}", held.id());
    w.post(&path("release"), json!({})).await.expect(200);
    buys(w, "TWICE", json!({ "user_id": "ada" })).await.expect(201);
    let late = w.post(&path("confirm"), json!({})).await;
    assert_eq!((late.status, late.code()), (400, "discount_code_user_limit"), "{}", late.text);
    w.patch(&format!("{CODES}/{id}"), json!({ "max_redemptions_per_user": 3 })).await.expect(200);
    assert_eq!(w.post(&path("confirm"), json!({})).await.expect(200).json["state"], "redeemed");
    assert_eq!(w.counts(&id).await, (2, 1));
    // Somebody who was nobody before there was a limit stays that.
    let free = w.code(json!({ "code": "FREE", "percent_off": 5 })).await;
    let nameless = w.post("/v1/redemptions", json!({ "app_id": "taskpomo", "code": "FREE" })).await.expect(201);
    let path = |act: &str| format!("/v1/redemptions/{}/{act}", nameless.id());
    w.post(&path("release"), json!({})).await.expect(200);
    w.patch(&format!("{CODES}/{free}"), json!({ "max_redemptions_per_user": 1 })).await.expect(200);
    w.post(&path("confirm"), json!({})).await.expect(200);
}

async fn a_limit_that_changes_counts_at_once(w: &World) {
    let id = w.code(json!({ "code": "FREE", "percent_off": 50 })).await;
    let path = format!("{CODES}/{id}");
    let ada = json!({ "user_id": "ada" });
    for _ in 0..3 {
        buys(w, "FREE", ada.clone()).await.expect(201);
    }
    // What was used before there was a limit counts.
    w.patch(&path, json!({ "max_redemptions_per_user": 3 })).await.expect(200);
    buys(w, "FREE", ada.clone()).await.refused(400, "discount_code_user_limit", "discount_code");
    buys(w, "FREE", json!({})).await.refused(400, "parameter_missing", "user_id");
    let raised = w.patch(&path, json!({ "max_redemptions_per_user": 4 })).await.expect(200);
    assert_eq!((&raised.json["max_redemptions_per_user"], &raised.json["status"]), (&json!(4), &json!("active")));
    buys(w, "FREE", ada.clone()).await.expect(201);
    buys(w, "FREE", ada.clone()).await.refused(400, "discount_code_user_limit", "discount_code");
    w.patch(&path, json!({ "max_redemptions_per_user": null })).await.expect(200);
    buys(w, "FREE", ada).await.expect(201);
    buys(w, "FREE", json!({})).await.expect(201);
    assert_eq!(w.counts(&id).await, (6, 0));
}

async fn a_validation_knows_the_customer(w: &World) {
    let id = code(w, "ONCE", 1).await;
    let asks = async |who: Value| w.post(VALIDATE, json!({ "code": "ONCE", "user_id": who })).await.expect(200).json;
    assert_eq!(asks(json!("ada")).await["valid"], true);
    let session = buys(w, "ONCE", json!({ "user_id": "ada" })).await.expect(201);
    assert_eq!(asks(json!("ada")).await, json!({ "valid": false, "reason": "user_limit" }));
    // Whoever says not who it is, is told of the code alone; and an address is no id.
    for somebody in [json!("bob"), json!(null), json!("Ada")] {
        assert_eq!(asks(somebody.clone()).await["valid"], true, "{somebody}");
    }
    w.sim.expire_session(session.id()).unwrap();
    comes_to(w, &id, (0, 0)).await;
    assert_eq!(asks(json!("ada")).await["valid"], true);
}

async fn nothing_is_left_of_a_refusal(w: &World) {
    code(w, "ONCE", 1).await;
    buys(w, "ONCE", json!({ "user_id": "ada" })).await.expect(201);
    let noted = [("api_keys", "last_used_at")];
    let (before, requests) = (w.database.rows(&noted).await, w.sim.counts().requests);
    buys(w, "ONCE", json!({ "user_id": "ada" })).await.refused(400, "discount_code_user_limit", "discount_code");
    buys(w, "ONCE", json!({})).await.refused(400, "parameter_missing", "user_id");
    assert_eq!(w.database.rows(&noted).await, before);
    assert_eq!(w.sim.counts().requests, requests, "Stripe was asked nothing");
    // Under a key the refusal is an answer like any other, and stays it.
    let body = World::checkout_body(json!({ "discount_code": "ONCE", "user_id": "ada" }));
    let again = || w.ask("POST", CHECKOUT).key(&w.key).idempotent("order").json(&body);
    again().send().await.refused(400, "discount_code_user_limit", "discount_code");
    let replayed = again().send().await.refused(400, "discount_code_user_limit", "discount_code");
    assert_eq!(replayed.header("idempotent-replayed"), Some("true"));
}

fn order(w: &World, key: &str, who: &str) -> crate::harness::Ask {
    let body = World::checkout_body(json!({ "discount_code": "ONCE", "user_id": who }));
    w.ask("POST", CHECKOUT).key(&w.key).idempotent(key).json(&body)
}

/// The answer to the call that makes a session is lost, and the session cannot be looked for: it is not known whether there is one.
async fn unknown_outcome(w: &World, key: &str, who: &str) {
    w.sim.inject(Fault::new(Match::new("POST", "/v1/checkout/sessions"), FaultKind::ApplyThenDrop));
    w.sim.inject(Fault::new(Match::new("GET", "/v1/checkout/sessions"), FaultKind::Status500));
    order(w, key, who).send().await.refused(503, "stripe_unavailable", "");
    w.sim.clear_faults();
    assert_eq!(w.database.number("SELECT count(*) FROM checkouts WHERE step = 'uncertain'").await, 1);
}

async fn an_unknown_outcome_is_resumed_for_its_own_customer(w: &World) {
    let id = code(w, "ONCE", 1).await;
    unknown_outcome(w, "order", "ada").await;
    assert_eq!(w.counts(&id).await, (0, 0), "given back: nobody has the address");
    // The customer's only other use is this very checkout.
    let answer = order(w, "order", "ada").send().await.expect(201);
    assert_eq!((w.counts(&id).await, w.open_discounted()), ((1, 0), 1));
    assert_eq!(order(w, "order", "ada").send().await.expect(201).text, answer.text);
    order(w, "another", "ada").send().await.refused(400, "discount_code_user_limit", "discount_code");
    let released = "SELECT count(*) FROM redemptions WHERE state = 'released'";
    let rows = "SELECT count(*) FROM redemptions";
    assert_eq!((w.database.number(released).await, w.database.number(rows).await), (1, 2));
}

async fn a_session_that_came_too_late_for_its_customer_is_ended(w: &World) {
    let id = code(w, "ONCE", 1).await;
    unknown_outcome(w, "order", "ada").await;
    // Meanwhile the customer gets it by another request.
    order(w, "another", "ada").send().await.expect(201);
    order(w, "order", "ada").send().await.refused(400, "discount_code_user_limit", "discount_code");
    assert_eq!((w.counts(&id).await, w.open_discounted()), ((1, 0), 1), "the one that nobody has is ended");
    order(w, "order", "ada").send().await.refused(400, "discount_code_user_limit", "discount_code");
}
