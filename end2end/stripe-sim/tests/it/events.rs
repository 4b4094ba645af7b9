//! Events, their signatures, and the control surface for programs.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stripe_judge::Judge;

use crate::common::{NOW, Stripe, send, stripe};

/// The events as the API lists them, oldest first, by a key that may read them.
async fn events(stripe: &Stripe, query: &str) -> Vec<Value> {
    let key = stripe.issue(false, &["event_read"]);
    let call = stripe.http.get(format!("{}/v1/events?limit=100{query}", stripe.running.url)).bearer_auth(key);
    let mut events = send(call).await.ok()["data"].as_array().unwrap().clone();
    events.reverse();
    events
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// An event, and what it is about, are as Stripe's document has them.
fn judged(event: &Value) {
    let Some(judge) = Judge::here() else { return };
    let object = &event["data"]["object"];
    assert_eq!(judge.object("event", event), Vec::<String>::new());
    assert_eq!(judge.object(object["object"].as_str().unwrap(), object), Vec::<String>::new());
}

#[tokio::test]
async fn what_happens_is_an_event() {
    let stripe = stripe().await;
    stripe.post_with_key("k1", "/v1/coupons", &[("id", "C"), ("percent_off", "25")]).await.ok();
    stripe.post_with_key("k1", "/v1/coupons", &[("id", "C"), ("percent_off", "25")]).await.ok();
    stripe.post("/v1/coupons/C", &[("name", "Launch")]).await.ok();
    let code =
        stripe.post("/v1/promotion_codes", &[("promotion[type]", "coupon"), ("promotion[coupon]", "C")]).await.id();
    stripe.post(&format!("/v1/promotion_codes/{code}"), &[("active", "false")]).await.ok();
    let paid = stripe.session("price_1ABC", &[("discounts[0][coupon]", "C")]).await.id();
    let ended = stripe.session("price_1ABC", &[]).await.id();
    let late = stripe.session("price_1ABC", &[]).await.id();
    stripe.sim.complete_session(&paid).unwrap();
    stripe.post(&format!("/v1/checkout/sessions/{ended}/expire"), &[]).await.ok();
    stripe.delete("/v1/coupons/C").await.ok();
    stripe.sim.advance(2 * 24 * 3600 * 1000);
    let all = events(&stripe, "").await;
    let expected = [
        "coupon.created",
        "coupon.updated",
        "promotion_code.created",
        "promotion_code.updated",
        "checkout.session.completed",
        "checkout.session.expired",
        "coupon.deleted",
        "checkout.session.expired",
    ];
    assert_eq!(kinds(&all), expected);
    all.iter().for_each(judged);
    assert_eq!(all[0]["request"]["idempotency_key"], "k1");
    assert_eq!(all[1]["data"]["previous_attributes"], json!({ "name": null }));
    assert_eq!(all[3]["data"]["previous_attributes"], json!({ "active": true }));
    let session = &all[4]["data"]["object"];
    assert_eq!(
        (&session["id"], &session["status"], &session["payment_status"]),
        (&json!(paid), &json!("complete"), &json!("paid"))
    );
    assert_eq!(all[4]["request"], json!({ "id": null, "idempotency_key": null }));
    assert_eq!((&all[7]["data"]["object"]["id"], &all[7]["created"]), (&json!(late), &json!(NOW + 24 * 3600)));
    assert_eq!(events(&stripe, "&type=checkout.session.completed").await, [all[4].clone()]);
    assert_eq!(events(&stripe, "&types[]=coupon.deleted&types[]=coupon.created").await.len(), 2);
    assert_eq!(stripe.get("/v1/events").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn people_make_events_too() {
    let stripe = stripe().await;
    stripe.coupon("C").await;
    let code =
        stripe.post("/v1/promotion_codes", &[("promotion[type]", "coupon"), ("promotion[coupon]", "C")]).await.id();
    stripe.sim.edit_coupon("C", Some("Launch"), &[]).unwrap();
    stripe.sim.set_promotion_code_active(&code, false).unwrap();
    stripe.sim.delete_coupon("C").unwrap();
    let all = events(&stripe, "").await;
    assert_eq!(kinds(&all)[2..], ["coupon.updated", "promotion_code.updated", "coupon.deleted"]);
    assert_eq!(all[3]["data"]["object"]["active"], false);
}

#[tokio::test]
async fn a_delivery_is_signed_over_its_bytes() {
    let stripe = stripe().await;
    let id = stripe.session("price_1ABC", &[]).await.id();
    stripe.sim.complete_session(&id).unwrap();
    let delivery = stripe.sim.deliveries().remove(0);
    assert_eq!((delivery.kind, delivery.account.as_str()), ("checkout.session.completed", "acct_1TestCodemint"));
    assert!(delivery.signature.starts_with(&format!("t={NOW},v1=")));
    let body: Value = serde_json::from_str(&delivery.body).unwrap();
    judged(&body);
    assert_eq!((&body["account"], &body["livemode"]), (&json!("acct_1TestCodemint"), &json!(false)));
    assert_eq!((&body["api_version"], &body["data"]["object"]["id"]), (&json!("2026-10-28.endive"), &json!(id)));
    assert_ne!(stripe.sim.webhook_secret(false), stripe.sim.webhook_secret(true));
    // Each delivery has a signature of its own moment.
    stripe.sim.advance(1000);
    let again = stripe.sim.deliveries().remove(0);
    assert_eq!(again.body, delivery.body);
    assert_ne!(again.signature, delivery.signature);

    let page = stripe.http.get(format!("{}/dashboard/events/{}", stripe.running.url, delivery.event_id));
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&again.signature) && page.contains("&quot;account&quot;: &quot;acct_1TestCodemint&quot;"));
}

#[tokio::test]
async fn programs_have_faults_on_order() {
    let stripe = stripe().await;
    let control =
        |method: Method, path: &str| stripe.http.request(method, format!("{}/sim/{path}", stripe.running.url));
    let order = json!({ "kind": "status_500", "method": "GET", "path": "/v1/coupons", "times": 1 });
    let ordered = |order: &Value| {
        control(Method::POST, "faults").header("content-type", "application/json").body(order.to_string())
    };
    assert_eq!(ordered(&order).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(stripe.get("/v1/coupons").await.status, 500);
    assert_eq!(stripe.get("/v1/coupons").await.status, 200);
    assert_eq!(ordered(&json!({ "kind": "meteor" })).send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);

    ordered(&json!({ "kind": "rate_limited_429" })).send().await.unwrap();
    assert_eq!(stripe.get("/v1/coupons").await.status, 429);
    control(Method::DELETE, "faults").send().await.unwrap();
    assert_eq!(stripe.get("/v1/coupons").await.status, 200);

    let key = json!({ "key": stripe.key }).to_string();
    let expired = control(Method::POST, "keys/expire").header("content-type", "application/json").body(key);
    assert_eq!(expired.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(stripe.get("/v1/coupons").await.code(), Some("api_key_expired"));
}

#[tokio::test]
async fn a_page_in_a_browser_is_no_program() {
    let stripe = stripe().await;
    let ask = |name: &'static str, value: &'static str| {
        stripe.http.delete(format!("{}/sim/faults", stripe.running.url)).header(name, value).send()
    };
    assert_eq!(ask("origin", "https://evil.example").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(ask("host", "evil.example").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(ask("accept", "*/*").await.unwrap().status(), StatusCode::NO_CONTENT);
}
