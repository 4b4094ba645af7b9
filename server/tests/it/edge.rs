//! What every address has in common: the envelope, ids, sizes, strict bodies.

use crate::harness::{CHECKOUT, CODES, CONNECTION, VALIDATE, World, on_both_engines};
use serde_json::json;
use std::collections::HashSet;

on_both_engines!(
    every_refusal_is_in_the_envelope,
    large_bodies_are_answered,
    bodies_are_read_strictly,
    every_answer_has_an_id,
    health,
    guessing_ends
);

async fn every_refusal_is_in_the_envelope(w: &World) {
    let large = format!(r#"{{"code":"{}"}}"#, "x".repeat(70_000));
    let keyed = |method, path: &str| w.ask(method, path).key(&w.key);
    for (what, ask, status, code) in [
        ("no such address", keyed("GET", "/v1/nothing"), 404, "resource_missing"),
        ("no such address at all", keyed("POST", "/v1"), 404, "resource_missing"),
        ("a slash too many", keyed("GET", &format!("{CODES}/")), 404, "resource_missing"),
        ("a list is not deleted", keyed("DELETE", CODES), 405, "method_not_allowed"),
        ("a code is not put", keyed("PUT", &format!("{CODES}/dc_1")), 405, "method_not_allowed"),
        ("a checkout is not read", keyed("GET", CHECKOUT), 405, "method_not_allowed"),
        ("no CORS", keyed("OPTIONS", VALIDATE), 405, "method_not_allowed"),
        ("a large body", keyed("POST", CODES).body(large), 413, "body_too_large"),
        ("a form", keyed("POST", CODES).form(&[("code", "A")]), 415, "content_type_invalid"),
        ("no type", keyed("POST", CHECKOUT), 415, "content_type_invalid"),
        ("large headers", keyed("GET", CODES).header("x-large", "y".repeat(40_000)), 431, "headers_too_large"),
        ("a long address", keyed("GET", &format!("{CODES}?q={}", "x".repeat(9_000))), 431, "headers_too_large"),
        ("a parameter where none is", keyed("GET", &format!("{CONNECTION}?a=1")), 400, "parameter_unknown"),
        ("a body where none is", keyed("DELETE", CONNECTION).body(r#"{"a":1}"#), 400, "parameter_unknown"),
    ] {
        let refused = ask.send().await;
        assert_eq!((refused.status, refused.code()), (status, code), "{what}: {}", refused.text);
        assert_eq!(refused.json["error"]["type"], "invalid_request_error", "{what}");
        assert!(!refused.message().is_empty(), "{what}");
        assert_eq!(refused.header("content-type"), Some("application/json"), "{what}");
        assert_eq!(refused.header("cache-control"), Some("no-store"), "{what}");
        assert_eq!(refused.header("allow").is_some(), status == 405, "{what}");
        assert!(
            refused.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'"))
        );
        assert_eq!(refused.header("x-content-type-options"), Some("nosniff"), "{what}");
    }
    assert_eq!(w.get(CONNECTION).await.json["status"], "connected");
}

/// The refusal must arrive, though the client still sends when it is known.
async fn large_bodies_are_answered(w: &World) {
    let asks = (0..50).map(|n| {
        let large = format!(r#"{{"code":"{}"}}"#, "x".repeat(66_000 + n * 19_000));
        w.ask("POST", CODES).key(&w.key).body(large).send()
    });
    for answer in crate::harness::all(asks).await {
        answer.refused(413, "body_too_large", "");
    }
}

async fn bodies_are_read_strictly(w: &World) {
    let deep = format!(r#"{{"metadata":{}1{}}}"#, r#"{"a":"#.repeat(40), "}".repeat(40));
    let (unknown, invalid) = ("parameter_unknown", "parameter_invalid");
    for (body, code, param) in [
        ("", invalid, ""),
        ("   ", invalid, ""),
        ("{", invalid, ""),
        ("[]", invalid, ""),
        ("null", invalid, ""),
        (r#""code""#, invalid, ""),
        (r#"{"code":"A"} {}"#, invalid, ""),
        (r#"{"code":"A",}"#, invalid, ""),
        (r#"{'code':'A'}"#, invalid, ""),
        (r#"{"code":NaN}"#, invalid, "code"),
        (r#"{"code":"\ud800"}"#, invalid, "code"),
        (&deep, invalid, "metadata.a.a.a.a.a.a.a"),
        (r#"{"code":"ABC","code":"DEF","percent_off":1}"#, invalid, "code"),
        (r#"{"metadata":{"a":"1","a":"2"}}"#, invalid, "metadata.a"),
        (r#"{"percentoff":50}"#, unknown, "percentoff"),
        (r#"{"Code":"ABC"}"#, unknown, "Code"),
        (r#"{"__proto__":{}}"#, unknown, "__proto__"),
        (r#"{"code":"ABC\u0000","percent_off":1}"#, invalid, "code"),
        (r#"{"code":"ABC","percent_off":1,"max_redemptions":99999999999999999999}"#, invalid, "max_redemptions"),
        (r#"{"code":"ABC","percent_off":1,"max_redemptions":1e3}"#, invalid, "max_redemptions"),
    ] {
        let refused = w.ask("POST", CODES).key(&w.key).body(body).send().await;
        assert_eq!((refused.status, refused.code(), refused.param()), (400, code, param), "{body}: {}", refused.text);
    }
    let meant = w.post(CODES, json!({ "code": "ABC", "percentoff": 50 })).await;
    insta::assert_snapshot!(meant.shown(), @r#"
    400
    {"error":{"type":"invalid_request_error",
    "code":"parameter_unknown",
    "message":"Unknown field: percentoff. Did you mean percent_off?",
    "param":"percentoff"}}
    "#);
    let typed = w.ask("POST", CODES).key(&w.key).header("content-type", "application/json; charset=utf-8");
    assert_eq!(typed.send().await.status, 400, "an empty body of the right type");
    assert_eq!(w.database.number("SELECT count(*) FROM discount_codes").await, 0);
}

async fn every_answer_has_an_id(w: &World) {
    let mut ids = HashSet::new();
    for (method, path) in [("GET", CODES), ("GET", "/v1/nothing"), ("POST", CODES), ("GET", "/"), ("GET", "/healthz")] {
        for key in [w.key.as_str(), "hello"] {
            // What the caller calls an id is not taken over.
            let answer = w.ask(method, path).key(key).header("request-id", "req_mine").send().await;
            let id = answer.header("request-id").unwrap().to_owned();
            assert!(id.starts_with("req_") && id.len() > 20, "{id}");
            assert!(ids.insert(id), "an id came twice");
        }
    }
}

async fn health(w: &World) {
    for path in ["/healthz", "/readyz"] {
        let answer = w.ask("GET", path).send().await;
        assert_eq!(answer.status, 200, "{path}");
    }
    assert_eq!(w.ask("HEAD", "/healthz").send().await.text, "");
}

async fn guessing_ends(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let guess = |n: usize| w.ask("POST", VALIDATE).key(&w.key).json(&json!({ "code": format!("GUESS{n}") })).send();
    let mut limited = None;
    for n in 0..1000 {
        let answer = guess(n).await;
        if answer.status != 200 {
            limited = Some((n, answer));
            break;
        }
    }
    let (n, limited) = limited.expect("a thousand guesses");
    assert!(n >= 600, "refused too early, at {n}");
    assert_eq!(limited.code(), "rate_limited");
    assert!(limited.header("retry-after").is_some());
    // Customers with a known code never pay for it.
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    w.checkout(json!({})).await.expect(201);
    assert_eq!(w.counts(&id).await, (2, 0));
}
