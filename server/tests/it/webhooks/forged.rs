//! Whatever is not signed by Stripe for this very endpoint, now: refused, in the same words, and nothing is written.

use super::{APP, OWN_SECRET, deliver, endpoint_of, event, hmac, own_endpoint, session_event, signature};
use crate::harness::{World, on_both_engines};
use app::backend::{Backend, Viewer};
use app::domain::mode::Mode;
use serde_json::{Value, json};

on_both_engines!(
    every_forged_delivery,
    what_is_signed_but_no_event,
    other_methods_and_places,
    what_stripe_signs_is_taken
);

/// A delivery that Stripe never made.
struct Forged {
    what: &'static str,
    path: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

async fn forgeries(w: &World) -> Vec<Forged> {
    let now = w.now() / 1000;
    let body = session_event("evt_1Forged", "checkout.session.completed", "cs_test_1");
    let test = w.sim.webhook_secret(false);
    let live = w.sim.webhook_secret(true);
    let own = own_endpoint(w).await;
    let other = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    let stripe_key = w.sim.issue_restricted_key(&w.sim.add_account("acct_1Other"), false, &crate::harness::FOUR);
    let connect = json!({ "restricted_key": stripe_key });
    w.ask("POST", crate::harness::CONNECTION).key(&other.api_key).json(&connect).send().await.expect(200);
    let viewer = Viewer { workspace_id: other.workspace.as_str().to_owned(), ..w.owner() };
    let others = endpoint_of(w, &viewer, "whsec_TheOthersSecret").await;
    let empty = Backend::webhook_setup(&w.services, &w.owner(), Mode::Live).await.unwrap();
    assert!(empty.is_none(), "live is not connected");

    let digits = |secret: &str, text: String| hmac(secret, text.as_bytes());
    let text = String::from_utf8(body.clone()).unwrap();
    let good = digits(&test, format!("{now}.{text}"));
    let header = format!("t={now},v1={good}");
    let at = |t: &str| format!("t={t},v1={}", digits(&test, format!("{t}.{text}")));
    let mut all = Vec::new();
    let mut one = |what: &'static str, headers: &[&str]| {
        let headers = headers.iter().map(|value| ("stripe-signature", value.as_bytes().to_vec())).collect();
        all.push(Forged { what, path: APP.to_owned(), headers, body: body.clone() });
    };

    one("no header", &[]);
    one("an empty header", &[""]);
    one("words", &["hello"]);
    one("an API key", &["sk_test_4eC39HqLyjWDarjtT1zdp7dc"]);
    one("a moment alone", &[&format!("t={now}")]);
    one("a signature alone", &[&format!("v1={good}")]);
    one("bare values", &[&format!("{now},{good}")]);
    one("v0 alone", &[&format!("t={now},v0={good}")]);
    one("v2 alone", &[&format!("t={now},v2={good}")]);
    one("V1", &[&format!("t={now},V1={good}")]);
    one("T", &[&format!("T={now},v1={good}")]);
    one("another secret", &[&signature("whsec_nobodys", now, text.as_bytes())]);
    one("the other mode's secret", &[&signature(&live, now, text.as_bytes())]);
    one("an owner's secret", &[&signature(OWN_SECRET, now, text.as_bytes())]);
    one("the secret without its beginning", &[&signature(test.trim_start_matches("whsec_"), now, text.as_bytes())]);
    one(
        "both secrets as they stand in the variable",
        &[&signature(&format!("whsec_before,{test}"), now, text.as_bytes())],
    );
    one("no secret", &[&signature("", now, text.as_bytes())]);
    one("signed without the moment", &[&format!("t={now},v1={}", digits(&test, text.clone()))]);
    one("signed without the full stop", &[&format!("t={now},v1={}", digits(&test, format!("{now}{text}")))]);
    one("signed over nothing", &[&format!("t={now},v1={}", digits(&test, format!("{now}.")))]);
    one("signed over another body", &[&format!("t={now},v1={}", digits(&test, format!("{now}.{{}}")))]);
    one("another moment than the signed one", &[&format!("t={},v1={good}", now + 1)]);
    one("301 seconds old", &[&at(&(now - 301).to_string())]);
    one("301 seconds ahead", &[&at(&(now + 301).to_string())]);
    one("of 1970", &[&at("0")]);
    one("in milliseconds", &[&at(&w.now().to_string())]);
    one("a negative moment", &[&at(&format!("-{now}"))]);
    one("a moment with a plus", &[&at(&format!("+{now}"))]);
    one("a moment with a fraction", &[&at(&format!("{now}.0"))]);
    one("a moment with an exponent", &[&at("1.795e9")]);
    one("a moment in hexadecimal", &[&at(&format!("{now:#x}"))]);
    one("a huge moment", &[&at("99999999999999999999999999")]);
    one("a moment of words", &[&at("now")]);
    one("an empty moment", &[&at("")]);
    one("a moment with a space", &[&at(&format!(" {now}"))]);
    one("two moments", &[&format!("t={now},t={now},v1={good}")]);
    one("an old moment before the good one", &[&format!("t=1,t={now},v1={good}")]);
    one("digits in upper case", &[&format!("t={now},v1={}", good.to_uppercase())]);
    one("a digit short", &[&format!("t={now},v1={}", &good[..63])]);
    one("a byte short", &[&format!("t={now},v1={}", &good[..62])]);
    one("a byte long", &[&format!("t={now},v1={good}00")]);
    one("a digit other", &[&format!("t={now},v1={}{}", &good[..63], if good.ends_with('0') { '1' } else { '0' })]);
    one("0x", &[&format!("t={now},v1=0x{}", &good[2..])]);
    one("no digits", &[&format!("t={now},v1={}", "g".repeat(64))]);
    one("an empty signature", &[&format!("t={now},v1=")]);
    one("zeros", &[&format!("t={now},v1={}", "0".repeat(64))]);
    one("quoted", &[&format!("t=\"{now}\",v1=\"{good}\"")]);
    one("a space after the comma", &[&format!("t={now}, v1={good}")]);
    one("spaces around the sign", &[&format!("t = {now},v1 = {good}")]);
    one("a tab", &[&format!("t={now},\tv1={good}")]);
    one("a semicolon", &[&format!("t={now};v1={good}")]);
    one("two commas", &[&format!("t={now},,v1={good}")]);
    one("a comma at the end", &[&format!("{header},")]);
    one("signatures behind one name", &[&format!("t={now},v1={};{good}", "0".repeat(64))]);
    one("the header twice", &[&header, &header]);
    one("a forged header before the good one", &["t=1,v1=00", &header]);
    one("the good header before a forged one", &[&header, "t=1,v1=00"]);

    let mut other_body = |what: &'static str, body: Vec<u8>| {
        all.push(Forged {
            what,
            path: APP.to_owned(),
            headers: vec![("stripe-signature", header.clone().into())],
            body,
        });
    };
    let mut bent = body.clone();
    bent[20] ^= 1;
    other_body("one byte of the body changed", bent);
    other_body("the body printed anew", serde_json::from_slice::<Value>(&body).unwrap().to_string().into_bytes());
    other_body("a line break more", [&body[..], b"\n"].concat());
    other_body("a byte-order mark before it", [b"\xef\xbb\xbf", &body[..]].concat());
    other_body("a byte less", body[..body.len() - 1].to_vec());
    other_body("no body", Vec::new());
    other_body("another event", session_event("evt_1Other", "checkout.session.completed", "cs_test_1"));

    let mut elsewhere = |what: &'static str, path: &str, secret: &str| {
        let headers = vec![("stripe-signature", signature(secret, now, &body).into())];
        all.push(Forged { what, path: path.to_owned(), headers, body: body.clone() });
    };
    elsewhere("for test, at live", "/stripe/webhooks/live", &test);
    elsewhere("a mode that is none", "/stripe/webhooks/sandbox", &test);
    elsewhere("a mode in upper case", "/stripe/webhooks/TEST", &test);
    elsewhere("a mode that is no text", "/stripe/webhooks/%FF", &test);
    elsewhere("the app's secret at an owner's", &own, &test);
    elsewhere("an owner's secret at another's", &others, OWN_SECRET);
    elsewhere("another's secret at an owner's", &own, "whsec_TheOthersSecret");
    elsewhere("an endpoint in the other mode", &own.replace("/test/", "/live/"), OWN_SECRET);
    elsewhere("an endpoint that is not there", &format!("{APP}/whk_00000000000000000000000000"), OWN_SECRET);
    elsewhere("an endpoint that cannot be", &format!("{APP}/whk_1"), OWN_SECRET);
    elsewhere("a workspace's id", &format!("{APP}/{}", w.workspace), OWN_SECRET);
    elsewhere("an endpoint that is no text", &format!("{APP}/%ff%fe"), OWN_SECRET);
    elsewhere(
        "an endpoint in upper case",
        &format!("{APP}/{}", own.rsplit('/').next().unwrap().to_uppercase()),
        OWN_SECRET,
    );

    let mut named = |what: &'static str, path: String, headers: Vec<(&'static str, Vec<u8>)>| {
        all.push(Forged { what, path, headers, body: body.clone() });
    };
    named("the signature in the address", format!("{APP}?stripe-signature={header}"), vec![]);
    named("under another name", APP.to_owned(), vec![("x-stripe-signature", header.clone().into())]);
    named("as a bearer", APP.to_owned(), vec![("authorization", format!("Bearer {header}").into())]);
    named(
        "bytes that are no text",
        APP.to_owned(),
        vec![("stripe-signature", [header.as_bytes(), b",v1=\xff"].concat())],
    );
    all
}

async fn every_forged_delivery(w: &World) {
    let all = forgeries(w).await;
    assert!(all.len() >= 40, "{}", all.len());
    let before = w.database.rows(&[]).await;
    let secrets = [w.sim.webhook_secret(false), w.sim.webhook_secret(true), OWN_SECRET.to_owned()];
    let mut answers = std::collections::HashSet::new();
    for forged in &all {
        let mut ask = w.ask("POST", &forged.path);
        for (name, value) in &forged.headers {
            ask = ask.header(name, value);
        }
        let answer = ask.bytes(forged.body.clone()).send().await;
        assert_eq!((answer.status, answer.code()), (400, "parameter_invalid"), "{}: {}", forged.what, answer.text);
        assert!(!secrets.iter().any(|secret| answer.text.contains(secret)), "{}", forged.what);
        assert!(!answer.text.contains("v1=") && !answer.text.contains("evt_"), "{}: {}", forged.what, answer.text);
        assert_eq!(w.database.rows(&[]).await, before, "{}: something was written", forged.what);
        answers.insert(answer.text);
    }
    assert_eq!(answers.len(), 1, "whoever forges learns nothing: {answers:?}");
    eprintln!("{} forged deliveries were refused", all.len());
    // Once more after the owner has disconnected: the endpoint is there, its secret is not.
    let own = own_endpoint(w).await;
    w.delete(crate::harness::CONNECTION).await.expect(200);
    let body = session_event("evt_1Late", "checkout.session.completed", "cs_test_1");
    let refused = deliver(w, &own, OWN_SECRET, body).await;
    assert_eq!((refused.status, answers.contains(&refused.text)), (400, true), "{}", refused.text);
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_events").await, 0);
    assert_eq!(
        w.database.number("SELECT count(*) FROM webhook_endpoints WHERE secret IS NOT NULL").await,
        1,
        "the other's"
    );
}

async fn what_is_signed_but_no_event(w: &World) {
    let secret = w.sim.webhook_secret(false);
    let before = w.database.rows(&[]).await;
    let good: Value = serde_json::from_slice(&event("evt_1", "a.b", &Value::Null, &json!({ "id": "x_1" }))).unwrap();
    let without = |field: &str| {
        let mut event = good.clone();
        event.as_object_mut().unwrap().remove(field);
        event.to_string().into_bytes()
    };
    let with = |field: &str, value: Value| {
        let mut event = good.clone();
        event[field] = value;
        event.to_string().into_bytes()
    };
    let mut bodies =
        vec![Vec::new(), b"hello".to_vec(), b"null".to_vec(), b"[]".to_vec(), b"{}".to_vec(), b"\xff".to_vec()];
    bodies.extend(["id", "object", "type", "livemode", "created", "data"].map(without));
    bodies.extend([
        with("id", json!("")),
        with("id", json!("evt 1")),
        with("id", json!("x".repeat(256))),
        with("object", json!("coupon")),
        with("created", json!("today")),
        with("created", json!(i64::MAX)),
        with("livemode", json!(1)),
        with("data", json!({ "object": [] })),
        with("account", json!("")),
    ]);
    for body in bodies {
        let what = String::from_utf8_lossy(&body).into_owned();
        let refused = deliver(w, APP, &secret, body).await;
        assert_eq!((refused.status, refused.code()), (400, "parameter_invalid"), "{what}");
    }
    assert_eq!(w.database.rows(&[]).await, before);
}

async fn other_methods_and_places(w: &World) {
    let secret = w.sim.webhook_secret(false);
    let body = session_event("evt_1", "checkout.session.completed", "cs_test_1");
    let signed = signature(&secret, w.now() / 1000, &body);
    let own = own_endpoint(w).await;
    let before = w.database.rows(&[]).await;
    for path in [APP, &own] {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
            let ask = w.ask(method, path).header("stripe-signature", &signed).bytes(body.clone());
            let refused = ask.send().await;
            assert_eq!((refused.status, refused.header("allow")), (405, Some("POST")), "{method} {path}");
        }
    }
    for path in ["/stripe/webhooks", "/stripe/webhooks/", "/stripe/webhooks/test/", "/stripe/webhooks/test/a/b"] {
        let refused = w.ask("POST", path).header("stripe-signature", &signed).bytes(body.clone()).send().await;
        assert!(matches!(refused.status, 400 | 403 | 404 | 405), "{path}: {}", refused.status);
    }
    let large = w.ask("POST", APP).header("stripe-signature", &signed).bytes(vec![b' '; 1024 * 1024 + 1]).send().await;
    assert_eq!((large.status, large.code()), (413, "body_too_large"));
    assert_eq!(w.database.rows(&[]).await, before);
}

async fn what_stripe_signs_is_taken(w: &World) {
    let secret = w.sim.webhook_secret(false);
    let now = w.now() / 1000;
    let large = json!({ "id": "x_1", "description": "x".repeat(500_000) });
    let body = event("evt_1Large", "customer.updated", &Value::Null, &large);
    let good = hmac(&secret, &[format!("{now}.").as_bytes(), &body].concat());
    let bad = "0".repeat(64);
    let headers = [
        format!("t={now},v1={good}"),
        format!("v1={good},t={now}"),
        format!("t={now},v1={bad},v1={good}"),
        format!("t={now},v1={good},v1={bad},v0={bad}"),
        signature(&secret, now - 300, &body),
        signature(&secret, now + 300, &body),
        signature("whsec_before", now, &body),
    ];
    for header in &headers {
        let taken = w.ask("POST", APP).header("stripe-signature", header).bytes(body.clone()).send().await.expect(200);
        assert_eq!(
            (taken.text.as_str(), taken.header("content-type")),
            (r#"{"received":true}"#, Some("application/json"))
        );
    }
    let times = w.database.number("SELECT deliveries FROM webhook_events WHERE id = 'evt_1Large'").await;
    assert_eq!(times, i64::try_from(headers.len()).unwrap());
    super::all_ended(w).await;
}
