//! A stand-in on a port of its own, and a client that knows its key.

use std::sync::Once;

use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::Value;
use stripe_judge::{Side, Watch};
use stripe_sim::{AccountId, Running, Sim, seed_demo};

/// 2026-11-21T00:00:00Z
pub(crate) const NOW: i64 = 1_795_219_200;
pub(crate) const ALL: &[&str] = &["coupon_write", "promotion_code_write", "checkout_session_write", "plan_read"];

pub(crate) struct Stripe {
    pub(crate) judged: Watch,
    pub(crate) running: Running,
    pub(crate) sim: Sim,
    pub(crate) key: String,
    pub(crate) http: reqwest::Client,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.body["error"]["code"].as_str()
    }

    pub(crate) fn param(&self) -> Option<&str> {
        self.body["error"]["param"].as_str()
    }

    pub(crate) fn kind(&self) -> &str {
        self.body["error"]["type"].as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap().to_owned()
    }

    /// The object, where that is what was answered.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    pub(crate) fn replayed(&self) -> bool {
        self.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
    }
}

/// Seeded, at a standing time, with a key that may do everything.
pub(crate) async fn stripe() -> Stripe {
    static RING: Once = Once::new();
    RING.call_once(|| {
        // The stand-in installs one itself when it sends its first webhook.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let sim = Sim::with_clock(NOW * 1000);
    let judged = Watch::over(&sim, Side::StandIn);
    seed_demo(&sim);
    let key = sim.issue_restricted_key(&AccountId::default(), false, ALL);
    let running = sim.listen("127.0.0.1:0").await.unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    Stripe { judged, running, sim, key, http }
}

impl Stripe {
    /// A call with this key and version, not yet sent.
    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.running.url))
            .bearer_auth(&self.key)
            .header("stripe-version", "2026-10-28.endive")
    }

    pub(crate) async fn post(&self, path: &str, params: &[(&str, &str)]) -> Answer {
        send(self.call(Method::POST, path).form(params)).await
    }

    pub(crate) async fn post_with_key(&self, key: &str, path: &str, params: &[(&str, &str)]) -> Answer {
        send(self.call(Method::POST, path).form(params).header("idempotency-key", key)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.call(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.call(Method::DELETE, path)).await
    }

    /// A coupon of 25 %.
    pub(crate) async fn coupon(&self, id: &str) -> Value {
        self.post("/v1/coupons", &[("id", id), ("percent_off", "25")]).await.ok()
    }

    /// A session of one price, with what comes besides.
    pub(crate) async fn session(&self, price: &str, more: &[(&str, &str)]) -> Answer {
        let mut params = vec![
            ("mode", "payment"),
            ("line_items[0][price]", price),
            ("success_url", "https://taskpomo.app/thanks?session_id={CHECKOUT_SESSION_ID}"),
        ];
        // What comes besides takes the place of what is usual.
        params.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        if more.iter().all(|(name, _)| *name != "line_items[0][quantity]") {
            params.push(("line_items[0][quantity]", "1"));
        }
        params.extend_from_slice(more);
        self.post("/v1/checkout/sessions", &params).await
    }

    /// The same stand-in, with another key.
    pub(crate) fn with_key(mut self, key: String) -> Self {
        self.key = key;
        self
    }

    pub(crate) fn issue(&self, livemode: bool, permissions: &[&str]) -> String {
        self.sim.issue_restricted_key(&AccountId::default(), livemode, permissions)
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    assert!(headers.contains_key("request-id"));
    Answer { status, headers, body: response.json().await.unwrap() }
}
