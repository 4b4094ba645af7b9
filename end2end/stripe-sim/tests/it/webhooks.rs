//! Webhooks: who is sent what, signed how, and how often.

use std::sync::Arc;

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use hmac::{Hmac, KeyInit, Mac};
use parking_lot::Mutex;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use stripe_judge::Judge;
use stripe_sim::{AccountId, AppClient, Attempt};
use tokio::net::TcpListener;

use crate::common::{ALL, NOW, Stripe, send, stripe};

/// What came to an endpoint.
#[derive(Clone)]
struct Post {
    signature: String,
    body: String,
}

impl Post {
    fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap().to_owned()
    }

    fn by(&self, secret: &str, at: i64) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{at}.{}", self.body).as_bytes());
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        self.signature.starts_with(&format!("t={at},")) && self.signature.contains(&format!(",v1={hex}"))
    }
}

/// A server that takes webhooks, and answers as it is told.
#[derive(Clone)]
struct Shop {
    url: String,
    came: Arc<Mutex<Vec<Post>>>,
    /// The answers still to give; then 200.
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn shop() -> Shop {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let shop = Shop { url, came: Arc::default(), answers: Arc::default() };
    let take = |State(shop): State<Shop>, headers: HeaderMap, body: Bytes| async move {
        let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
        assert_eq!(headers["content-type"], "application/json; charset=utf-8");
        shop.came.lock().push(Post { signature, body: String::from_utf8(body.to_vec()).unwrap() });
        let mut answers = shop.answers.lock();
        let status = if answers.is_empty() { 200 } else { answers.remove(0) };
        let status = StatusCode::from_u16(status).unwrap();
        // A redirect that must not be followed.
        (status, [("location", "/hook")])
    };
    let app = Router::new().route("/hook", post(take)).with_state(shop.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    shop
}

impl Shop {
    fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self.came.lock().iter().map(Post::kind).collect();
        kinds.sort();
        kinds
    }

    fn last(&self) -> Post {
        self.came.lock().last().unwrap().clone()
    }

    fn clear(&self) {
        self.came.lock().clear();
    }
}

async fn delivered(stripe: &Stripe) {
    stripe.sim.wait_until(|sim| sim.undelivered() == 0).await;
}

fn account() -> AccountId {
    AccountId::default()
}

const WHOLE: &[&str] = &["coupon_write", "promotion_code_write", "checkout_session_read", "event_read"];

fn app(stripe: &Stripe, livemode: bool, permissions: &[&str], shop: &Shop) -> AppClient {
    stripe.sim.register_app(livemode, &["http://127.0.0.1:9/back"], permissions, Some(&shop.url))
}

/// One event of each kind, in a mode.
async fn everything(stripe: &Stripe, livemode: bool) {
    let key = stripe.issue(livemode, ALL);
    let call = |path: &str| stripe.http.post(format!("{}{path}", stripe.running.url)).bearer_auth(&key);
    let coupon = send(call("/v1/coupons").form(&[("percent_off", "5")])).await.id();
    send(call("/v1/promotion_codes").form(&[("promotion[type]", "coupon"), ("promotion[coupon]", &coupon)])).await.ok();
    let params = [
        ("mode", "payment"),
        ("line_items[0][price]", "price_1ABC"),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://taskpomo.app/thanks"),
    ];
    let session = send(call("/v1/checkout/sessions").form(&params)).await.id();
    stripe.sim.complete_session(&session).unwrap();
}

#[tokio::test]
async fn the_app_is_told_what_it_may_read() {
    let stripe = stripe().await;
    let shop = shop().await;
    let table: [(&[&str], &[&str]); 4] = [
        (WHOLE, &["checkout.session.completed", "coupon.created", "promotion_code.created"]),
        (&["coupon_write", "event_read"], &["coupon.created"]),
        (&["checkout_session_read", "coupon_read"], &[]),
        (&["event_read"], &[]),
    ];
    everything(&stripe, false).await;
    for (permissions, kinds) in table {
        app(&stripe, false, permissions, &shop);
        stripe.sim.install_app(false, &account());
        everything(&stripe, false).await;
        stripe.sim.uninstall_app(false, &account());
        everything(&stripe, false).await;
        delivered(&stripe).await;
        let mut expected = vec!["account.application.authorized", "account.application.deauthorized"];
        expected.extend(kinds);
        assert_eq!(shop.kinds(), expected, "{permissions:?}");
        assert!(shop.came.lock().iter().all(|post| post.event()["account"] == "acct_1TestCodemint"));
        shop.clear();
    }
}

#[tokio::test]
async fn a_signature_is_of_the_endpoint_the_moment_and_the_bytes() {
    let stripe = stripe().await;
    let (shop, live_shop) = (shop().await, shop().await);
    let (test, live) = (app(&stripe, false, WHOLE, &shop), app(&stripe, true, WHOLE, &live_shop));
    stripe.sim.install_app(false, &account());
    delivered(&stripe).await;
    let post = shop.last();
    assert!(post.by(&test.webhook_secret, NOW) && !post.by(&live.webhook_secret, NOW));
    let event = post.event();
    let object = &event["data"]["object"];
    assert_eq!((&object["id"], &object["object"]), (&json!(test.client_id), &json!("application")));
    assert_eq!((&event["livemode"], &event["account"]), (&json!(false), &json!("acct_1TestCodemint")));
    if let Some(judge) = Judge::here() {
        assert_eq!(judge.object("event", &event), Vec::<String>::new());
    }
    // The old secret signs for a day beside the new one.
    stripe.sim.advance(1000);
    let new = stripe.sim.roll_app_webhook_secret(false);
    let id = event["id"].as_str().unwrap();
    stripe.sim.redeliver(id).await;
    let post = shop.last();
    assert_eq!(post.signature.matches("v1=").count(), 2);
    assert!(post.by(&test.webhook_secret, NOW + 1) && post.by(&new, NOW + 1));
    stripe.sim.advance(24 * 3600 * 1000);
    stripe.sim.redeliver(id).await;
    let post = shop.last();
    assert!(!post.by(&test.webhook_secret, NOW + 24 * 3600 + 1) && post.by(&new, NOW + 24 * 3600 + 1));
    for secret in [new, test.webhook_secret] {
        assert!(stripe.sim.secrets().contains(&secret));
    }
    assert_eq!(live_shop.kinds(), Vec::<String>::new());
}

#[tokio::test]
async fn test_events_go_to_both_where_both_are_installed() {
    let stripe = stripe().await;
    let (shop, live_shop) = (shop().await, shop().await);
    app(&stripe, false, WHOLE, &shop);
    let live = app(&stripe, true, WHOLE, &live_shop);
    let count = async |test: usize, of_live: usize, what: &str| {
        shop.clear();
        live_shop.clear();
        stripe.coupon(&format!("C-{what}")).await;
        let key = stripe.issue(true, ALL);
        let call = stripe.http.post(format!("{}/v1/coupons", stripe.running.url)).bearer_auth(key);
        send(call.form(&[("percent_off", "5")])).await.ok();
        delivered(&stripe).await;
        assert_eq!((shop.came.lock().len(), live_shop.came.lock().len()), (test, of_live), "{what}");
    };
    count(0, 0, "none").await;
    stripe.sim.install_app(true, &account());
    delivered(&stripe).await;
    count(0, 1, "live").await;
    stripe.sim.install_app(false, &account());
    delivered(&stripe).await;
    count(1, 2, "both").await;
    let modes: Vec<bool> = live_shop.came.lock().iter().map(|post| post.event()["livemode"] == true).collect();
    assert!(modes.contains(&true) && modes.contains(&false));
    assert!(live_shop.came.lock().iter().all(|post| post.by(&live.webhook_secret, NOW)));
    stripe.sim.uninstall_app(true, &account());
    delivered(&stripe).await;
    count(1, 0, "test").await;
}

#[tokio::test]
async fn what_is_not_taken_comes_again() {
    let stripe = stripe().await;
    let shop = shop().await;
    app(&stripe, false, WHOLE, &shop);
    *shop.answers.lock() = vec![500, 302, 200];
    stripe.sim.install_app(false, &account());
    delivered(&stripe).await;
    let statuses = |attempts: Vec<Attempt>| attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>();
    assert_eq!(statuses(stripe.sim.attempts()), [Some(500), Some(302), Some(200)]);
    assert_eq!(shop.came.lock().len(), 3);
    assert_eq!(
        shop.came.lock().iter().map(|post| post.body.clone()).collect::<std::collections::BTreeSet<_>>().len(),
        1
    );
    // Nobody there, nowhere near: no answer.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    stripe.sim.hold_deliveries(true);
    for url in
        [format!("http://{nobody}/hook"), "http://198.51.100.1/hook".to_owned(), "https://127.0.0.1/hook".to_owned()]
    {
        stripe.sim.register_app(false, &["http://127.0.0.1:9/back"], WHOLE, Some(&url));
        stripe.sim.install_app(false, &account());
        let attempts = stripe.sim.deliver(|_| {}).await;
        assert_eq!(statuses(attempts.clone()), [None], "{url}");
        assert!(attempts[0].error.is_some() && !attempts[0].taken());
    }
}

#[tokio::test]
async fn held_events_come_in_any_order_and_number() {
    let stripe = stripe().await;
    let shop = shop().await;
    app(&stripe, false, WHOLE, &shop);
    stripe.sim.hold_deliveries(true);
    assert!(stripe.sim.holds_deliveries());
    stripe.sim.install_app(false, &account());
    for id in ["A", "B"] {
        stripe.coupon(id).await;
    }
    stripe.sim.uninstall_app(false, &account());
    assert_eq!(stripe.sim.held().len(), 4);
    assert_eq!(shop.kinds(), Vec::<String>::new());
    let attempts = stripe
        .sim
        .deliver(|events| {
            events.reverse();
            events.remove(1);
            let first = events[0].clone();
            events.push(first);
        })
        .await;
    let kinds: Vec<&str> = attempts.iter().map(|attempt| attempt.kind).collect();
    let (authorized, deauthorized) = ("account.application.authorized", "account.application.deauthorized");
    assert_eq!(kinds, [deauthorized, "coupon.created", authorized, deauthorized]);
    assert!(attempts.iter().all(Attempt::taken));
    let came: Vec<String> = shop.came.lock().iter().map(Post::kind).collect();
    assert_eq!(came, kinds);
    assert_eq!(stripe.sim.held(), []);
    // What is released leaves by itself.
    stripe.sim.install_app(false, &account());
    stripe.sim.hold_deliveries(false);
    delivered(&stripe).await;
    assert_eq!(shop.came.lock().len(), 5);
}

#[tokio::test]
async fn one_event_comes_a_hundred_times_at_once() {
    let stripe = stripe().await;
    let (shop, other) = (shop().await, shop().await);
    app(&stripe, false, WHOLE, &shop);
    stripe.sim.install_app(false, &account());
    delivered(&stripe).await;
    let id = shop.last().event()["id"].as_str().unwrap().to_owned();
    let attempts = stripe.sim.send_copies(&id, 100, &[&shop.url, &other.url]).await;
    assert_eq!((attempts.len(), attempts.iter().filter(|attempt| attempt.taken()).count()), (100, 100));
    assert_eq!((shop.came.lock().len(), other.came.lock().len()), (51, 50));
    assert_eq!(stripe.sim.redeliver("evt_nope").await, []);
}

#[tokio::test]
async fn an_account_has_endpoints_of_its_own() {
    let stripe = stripe().await;
    let shop = shop().await;
    let key = stripe.issue(false, &[ALL, &["webhook_write"]].concat());
    let stripe = stripe.with_key(key);
    let params = [
        ("url", shop.url.as_str()),
        ("enabled_events[]", "coupon.created"),
        ("enabled_events[]", "checkout.session.completed"),
        ("api_version", "2026-10-28.endive"),
        ("description", "Codemint"),
        ("metadata[connection]", "con_1"),
    ];
    let made = stripe.post("/v1/webhook_endpoints", &params).await.ok();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(id.starts_with("we_") && secret.starts_with("whsec_"));
    assert_eq!((&made["metadata"]["connection"], &made["status"]), (&json!("con_1"), &json!("enabled")));
    // The secret is shown this once.
    let read = stripe.get(&format!("/v1/webhook_endpoints/{id}")).await.ok();
    let mut without = made.clone();
    without.as_object_mut().unwrap().remove("secret");
    assert_eq!(read, without);
    assert_eq!(stripe.get("/v1/webhook_endpoints").await.ok()["data"], json!([without]));
    assert!(!format!("{:?}", stripe.sim.exchanges()).contains(secret));

    everything(&stripe, false).await;
    everything(&stripe, true).await;
    delivered(&stripe).await;
    assert_eq!(shop.kinds(), ["checkout.session.completed", "coupon.created"]);
    let post = shop.last();
    assert!(post.by(secret, NOW) && post.event().get("account").is_none());
    // Everything, at another endpoint, whose secret is rolled.
    let (all, old) = stripe.sim.add_webhook_endpoint(&account(), false, &shop.url, &["*"]).unwrap();
    let gone = stripe.delete(&format!("/v1/webhook_endpoints/{id}")).await.ok();
    assert_eq!(gone, json!({ "id": id, "object": "webhook_endpoint", "deleted": true }));
    let new = stripe.sim.roll_webhook_secret(&all).unwrap();
    shop.clear();
    everything(&stripe, false).await;
    delivered(&stripe).await;
    assert_eq!(shop.kinds(), ["checkout.session.completed", "coupon.created", "promotion_code.created"]);
    assert!(shop.last().by(&old, NOW) && shop.last().by(&new, NOW));
    stripe.sim.delete_webhook_endpoint(&all).unwrap();
    assert!(stripe.sim.delete_webhook_endpoint(&all).is_err());
    for path in [format!("/v1/webhook_endpoints/{id}"), format!("/v1/webhook_endpoints/{all}")] {
        let answer = stripe.get(&path).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, Some("resource_missing")));
        assert_eq!(stripe.delete(&path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(stripe.sim.webhook_endpoints(), []);
}

#[tokio::test]
async fn endpoints_that_are_refused() {
    let stripe = stripe().await;
    let key = stripe.issue(false, &["webhook_write"]);
    let ours = ("url", "https://codemint.example/hook");
    let wanted = ("enabled_events[]", "*");
    let table: [(&[(&str, &str)], &str); 9] = [
        (&[wanted], "url"),
        (&[ours], "enabled_events"),
        (&[ours, ("enabled_events[]", "coupon.eaten")], "enabled_events[0]"),
        (&[("url", "http://codemint.example/hook"), wanted], "url"),
        (&[("url", "ftp://codemint.example/hook"), wanted], "url"),
        (&[("url", "codemint.example/hook"), wanted], "url"),
        (&[ours, wanted, ("api_version", "2019-01-01")], "api_version"),
        (&[ours, wanted, ("connect", "true")], "connect"),
        (&[ours, wanted, ("secret", "whsec_mine")], "secret"),
    ];
    for (form, param) in table {
        let call = stripe.http.post(format!("{}/v1/webhook_endpoints", stripe.running.url)).bearer_auth(&key);
        let answer = send(call.form(form)).await;
        assert_eq!(
            (answer.status, answer.param()),
            (StatusCode::BAD_REQUEST, Some(param)),
            "{form:?}: {}",
            answer.body
        );
    }
    assert_eq!(stripe.post("/v1/webhook_endpoints", &[ours, wanted]).await.status, StatusCode::FORBIDDEN);
    let reading = stripe.issue(false, &["webhook_read"]);
    let stripe = stripe.with_key(reading);
    assert_eq!(stripe.post("/v1/webhook_endpoints", &[ours, wanted]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(stripe.get("/v1/webhook_endpoints").await.status, StatusCode::OK);
    let stripe = stripe.with_key(key);
    for _ in 0..16 {
        stripe.post("/v1/webhook_endpoints", &[ours, wanted]).await.ok();
    }
    let answer = stripe.post("/v1/webhook_endpoints", &[ours, wanted]).await;
    assert!(answer.message().contains("maximum of 16 test webhook endpoints"), "{}", answer.body);
    assert!(stripe.sim.add_webhook_endpoint(&account(), true, "http://example.com/", &["*"]).is_err());
    assert!(stripe.sim.add_webhook_endpoint(&account(), true, "https://example.com/", &["nonsense"]).is_err());
}

#[tokio::test]
async fn accounts_have_names() {
    let stripe = stripe().await;
    let other = stripe.sim.add_named_account("acct_1Other", "Other & Sons");
    let key = stripe.sim.issue_restricted_key(&other, false, &["connected_account_read"]);
    let own = stripe.issue(false, &["connected_account_read"]);
    for (key, name) in [(key, "Other & Sons"), (own, "TaskPomo")] {
        let call = stripe.http.get(format!("{}/v1/account", stripe.running.url)).bearer_auth(key);
        let account = send(call).await.ok();
        assert_eq!(account["business_profile"]["name"], name);
        assert_eq!(account["settings"]["dashboard"]["display_name"], name);
    }
}
