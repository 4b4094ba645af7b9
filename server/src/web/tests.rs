//! The layers together, around routes that need no services.

use super::{around, fallback, fields::not_null, incoming::Incoming, problem::Refused};
use crate::config::Edge;
use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, Uri},
    routing::{get, post},
};
use leptos::nonce::Nonce;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

const OWN: &str = "https://codemint.example";

fn site(public_url: &str) -> Router {
    async fn echo(incoming: Incoming) -> Result<&'static str, Refused> {
        let mut fields = incoming.fields()?;
        not_null("active", fields.boolean("active")?)?;
        fields.finish()?;
        Ok("fine")
    }
    async fn panics() -> &'static str {
        panic!("on purpose")
    }
    let edge = Edge { public_url: public_url.parse().unwrap(), trust_forwarded: false, tasks: TaskTracker::new() };
    let count = AtomicU32::new(0);
    let routes = Router::new()
        .route("/v1/things", get(|| async { "things" }).post(echo))
        .route("/v1/panic", get(panics))
        .route("/api/{*name}", post(|| async { "called" }))
        .route("/page", get(|Extension(nonce): Extension<Nonce>| async move { nonce.to_string() }))
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .fallback(|method: Method, uri: Uri| async move { fallback::missing(&method, &uri) });
    around(routes, &edge, Arc::new(move || format!("req_{}", count.fetch_add(1, Ordering::Relaxed))))
}

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, 1_000_000).await.unwrap();
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}

fn bare(method: &str, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

fn json(body: impl Into<Body>) -> Request<Body> {
    Request::post("/v1/things").header("content-type", "application/json").body(body.into()).unwrap()
}

#[tokio::test]
async fn every_refusal_is_in_the_envelope() {
    let router = site(OWN);
    let too_many_headers = Request::get("/v1/things").header("x", "y".repeat(40_000)).body(Body::empty()).unwrap();
    let wrong_type = Request::post("/v1/things").header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    for (request, status, code) in [
        (bare("GET", "/v1/nothing"), 404, "resource_missing"),
        (bare("GET", "/v1"), 404, "resource_missing"),
        (bare("GET", "/v1/%ff"), 404, "resource_missing"),
        (bare("DELETE", "/v1/things"), 405, "method_not_allowed"),
        (bare("OPTIONS", "/v1/things"), 405, "method_not_allowed"),
        (bare("BREW", "/v1/things"), 405, "method_not_allowed"),
        (bare("GET", "/api/create-code"), 405, "method_not_allowed"),
        (bare("POST", "/api/create-code"), 403, "origin_refused"),
        (json("x".repeat(70_000)), 413, "body_too_large"),
        (wrong_type, 415, "content_type_invalid"),
        (bare("POST", "/v1/things"), 415, "content_type_invalid"),
        (too_many_headers, 431, "headers_too_large"),
        (bare("GET", &format!("/v1/things?q={}", "x".repeat(9_000))), 431, "headers_too_large"),
        (json("{"), 400, "parameter_invalid"),
        (json(r#"{"actve":true}"#), 400, "parameter_unknown"),
        (bare("GET", "/v1/panic"), 500, "internal_error"),
    ] {
        let what = format!("{} {}", request.method(), request.uri().path());
        let (answered, headers, body) = ask(&router, request).await;
        assert_eq!(answered.as_u16(), status, "{what}: {body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["error"]["code"], code, "{what}");
        assert!(!body["error"]["message"].as_str().unwrap().is_empty());
        assert_eq!(headers["content-type"], "application/json", "{what}");
        assert_eq!(headers["cache-control"], "no-store", "{what}");
        assert!(headers["request-id"].to_str().unwrap().starts_with("req_"), "{what}");
        assert!(headers.contains_key("content-security-policy"), "{what}");
        assert_eq!(headers.contains_key("allow"), status == 405, "{what}");
    }
    let (_, headers, _) = ask(&router, bare("DELETE", "/v1/things")).await;
    let mut allowed: Vec<_> = headers["allow"].to_str().unwrap().split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    assert_eq!(ask(&router, json(r#"{"active":true}"#)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn each_answer_has_a_nonce_of_its_own_that_the_page_knows() {
    let router = site(OWN);
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let (_, headers, nonce) = ask(&router, bare("GET", "/page")).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
                 img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'; object-src 'none'"
            )
        );
        assert!(nonce.len() >= 22 && seen.insert(nonce));
    }
}

#[tokio::test]
async fn browsers_are_told_what_never_to_do() {
    let (_, headers, _) = ask(&site(OWN), bare("GET", "/page")).await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=63072000"),
    ] {
        assert_eq!(headers[name], value);
    }
    assert!(headers.contains_key("permissions-policy"));
    let (_, headers, _) = ask(&site("http://127.0.0.1:8080"), bare("GET", "/page")).await;
    assert!(!headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn forms_come_from_our_origin_with_its_port() {
    let router = site("http://127.0.0.1:8080/");
    let post = |origin: &str| Request::post("/api/x").header("origin", origin).body(Body::empty()).unwrap();
    assert_eq!(ask(&router, post("http://127.0.0.1:8080")).await.0, StatusCode::OK);
    assert_eq!(ask(&router, post("http://127.0.0.1:8081")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask(&router, post("http://localhost:8080")).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn head_has_no_body() {
    let (status, _, body) = ask(&site(OWN), bare("HEAD", "/v1/things")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
}
