//! Pages and their calls: only from our own origin, each with a policy of its own, as little as possible without a session.

use crate::harness::{World, on_both_engines};
use std::collections::HashSet;

on_both_engines!(only_our_own_pages_write, a_policy_for_each_page, private_pages, forms_that_are_not_whole);

/// Every server function.
const CALLS: [&str; 18] = [
    "create-app",
    "codes",
    "code-taken",
    "create-code",
    "code",
    "set-code-active",
    "archive-code",
    "mint-again",
    "test-checkout",
    "connection",
    "connect-restricted-key",
    "disconnect",
    "is-signed-in",
    "request-sign-in",
    "frame",
    "api-keys",
    "create-api-key",
    "revoke-api-key",
];

async fn only_our_own_pages_write(w: &World) {
    let cookie = w.sign_in().await;
    let (own, port) = (w.url.as_str(), w.url.rsplit(':').next().unwrap());
    let localhost = format!("http://localhost:{port}");
    let foreign: [&[(&str, &str)]; 8] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", &localhost)],
        &[("origin", own), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("referer", own)],
    ];
    let calls = CALLS.iter().map(|name| format!("/api/{name}")).chain(["/sign-in".into(), "/sign-out".into()]);
    for path in calls {
        for headers in foreign {
            let mut ask = w.ask("POST", &path).header("cookie", &cookie);
            for (name, value) in headers {
                ask = ask.header(name, value);
            }
            let form =
                [("mode", "test"), ("email", "victim@example.com"), ("name", "Evil"), ("id", "evil"), ("token", "x")];
            let refused = ask.form(&form).send().await;
            assert_eq!(
                (refused.status, refused.code()),
                (403, "origin_refused"),
                "{path} {headers:?}: {}",
                refused.text
            );
            assert!(refused.header("set-cookie").is_none());
        }
    }
    assert_eq!(w.database.number("SELECT count(*) FROM outbox").await, 0, "a mail was queued");
    assert_eq!(w.database.number("SELECT count(*) FROM apps").await, 1, "an app was made");
    assert_eq!(w.database.number("SELECT count(*) FROM sessions").await, 1, "somebody was signed in or out");
    // The same from a page of ours is taken.
    let form = [("mode", "test"), ("name", "Another"), ("id", "another")];
    let made = w.browser("POST", "/api/create-app").header("cookie", &cookie).form(&form).send().await;
    assert_eq!((made.status, w.database.number("SELECT count(*) FROM apps").await), (200, 2), "{}", made.text);
}

async fn a_policy_for_each_page(w: &World) {
    let mut nonces = HashSet::new();
    for path in ["/", "/", "/no-such-page", "/sign-in/hello"] {
        let page = w.ask("GET", path).send().await;
        let policy = page.header("content-security-policy").unwrap();
        let nonce = policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(
            nonce.len() >= 16 && !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        for tag in page.text.split("<script").skip(1) {
            let tag = tag.split('>').next().unwrap();
            assert!(tag.contains(&nonce), "{path}: a script without the page's nonce: {tag}");
        }
        assert!(nonces.insert(nonce), "a nonce came twice");
    }
    let missing = w.ask("GET", "/no-such-page").send().await;
    assert_eq!((missing.status, missing.header("content-type").unwrap().starts_with("text/html")), (404, true));
    assert_eq!(w.browser("POST", "/apps").send().await.status, 405);
}

async fn private_pages(w: &World) {
    let cookie = w.sign_in().await;
    for path in ["/apps", "/apps/taskpomo/discounts", "/apps/taskpomo/discounts/new", "/settings"] {
        for forged in ["", "cm_session=hello", "cm_session="] {
            let turned_away = w.ask("GET", path).header("cookie", forged).send().await;
            assert_eq!((turned_away.status, turned_away.header("location")), (303, Some("/")), "{path} {forged}");
        }
        let page = w.ask("GET", path).header("cookie", &cookie).send().await;
        assert_eq!(page.status, 200, "{path}");
    }
    // A call without a session is told so and learns nothing.
    for name in CALLS {
        if matches!(name, "is-signed-in" | "request-sign-in") {
            continue;
        }
        let form = [
            ("mode", "test"),
            ("app_id", "taskpomo"),
            ("id", "dc_1"),
            ("text", "A"),
            ("active", "true"),
            ("name", "A"),
            ("rights", "full"),
            ("query[q]", "A"),
            ("form[code]", "A"),
            ("restricted_key", "rk_test_1"),
            ("price_id", "price_1ABC"),
            ("zone", "UTC"),
        ];
        let answer = w.browser("POST", &format!("/api/{name}")).form(&form).send().await;
        assert!(answer.text.contains("sign_in_required"), "{name}: {} {}", answer.status, answer.text);
        assert!(
            !answer.text.contains("owner@example.com") && !answer.text.contains("cm_test_"),
            "{name}: {}",
            answer.text
        );
    }
    assert_eq!(w.database.number("SELECT count(*) FROM apps").await, 1);
}

async fn forms_that_are_not_whole(w: &World) {
    let cookie = w.sign_in().await;
    for name in CALLS.iter().filter(|name| **name != "is-signed-in") {
        for form in [&[][..], &[("mode", "sideways"), ("active", "perhaps"), ("form", "1"), ("query", "1")]] {
            let answer = w.browser("POST", &format!("/api/{name}")).header("cookie", &cookie).form(form).send().await;
            assert!(answer.status < 500, "{name} {form:?}: {} {}", answer.status, answer.text);
        }
    }
    assert_eq!(w.database.number("SELECT count(*) FROM apps").await, 1);
}
