//! Connecting by a restricted key: checked at once, nothing left in the account, nothing kept of what is refused.

use crate::harness::{ALL, CHECKOUT, CONNECTION, FOUR, WITHOUT_PRICES, World, on_both_engines};
use serde_json::{Value, json};
use stripe_sim::{AccountId, Fault, FaultKind, Match};

on_both_engines!(with unconnected; connecting_leaves_nothing, wrong_kinds_of_keys, missing_permissions, stripe_away);

mod connected {
    use super::*;
    on_both_engines!(a_refused_key_leaves_the_old_one, disconnecting, the_modes_are_apart);
}

async fn paste(w: &World, key: &str) -> crate::harness::Answer {
    let answer = w.post(CONNECTION, json!({ "restricted_key": key })).await;
    let secret = key.rsplit('_').next().unwrap();
    assert!(secret.len() < 8 || !answer.text.contains(secret), "the key is in the answer: {}", answer.text);
    answer
}

fn key(w: &World, permissions: &[&str]) -> String {
    w.sim.issue_restricted_key(&AccountId::default(), false, permissions)
}

/// The connection without the end of its key, which is random.
fn without_hint(connection: &Value, key: &str) -> Value {
    let mut shown = connection.clone();
    assert_eq!(shown["key_hint"], format!("rk_test_…{}", &key[key.len() - 4..]));
    shown["key_hint"] = json!("rk_test_…1234");
    shown
}

async fn connecting_leaves_nothing(w: &World) {
    insta::assert_snapshot!(w.get(CONNECTION).await.shown(), @r#"
    200
    {"object":"connection",
    "method":null,
    "livemode":false,
    "status":"disconnected",
    "account":null,
    "key_hint":null,
    "permissions":{"coupons":"none","promotion_codes":"none","checkout_sessions":"none","prices":"none"}}
    "#);
    let all = key(w, &ALL);
    let connected = paste(w, &format!("  {all}\n")).await.expect(200);
    insta::assert_snapshot!(crate::harness::shown(&without_hint(&connected.json, &all)), @r#"
    {"account":"acct_1TestCodemint",
    "key_hint":"rk_test_…1234",
    "livemode":false,
    "method":"restricted_key",
    "object":"connection",
    "permissions":{"checkout_sessions":"write","coupons":"write","prices":"read","promotion_codes":"write"},
    "status":"connected"}
    "#);
    assert_eq!(w.get(CONNECTION).await.text, connected.text);
    let counts = w.sim.counts();
    assert_eq!((counts.coupons, counts.promotion_codes, counts.sessions), (0, 0, 0));

    let four = key(w, &FOUR);
    let connected = without_hint(&paste(w, &four).await.expect(200).json, &four);
    assert_eq!(connected["permissions"]["checkout_sessions"], "none");
    assert_eq!(connected["permissions"]["coupons"], "write");
    let some = key(w, &WITHOUT_PRICES);
    let connected = without_hint(&paste(w, &some).await.expect(200).json, &some);
    assert_eq!(connected["permissions"]["prices"], "none");
    let counts = w.sim.counts();
    assert_eq!((counts.coupons, counts.promotion_codes, counts.sessions), (0, 0, 0));
    w.checkout(json!({ "mode": "payment" })).await.expect(201);
}

async fn wrong_kinds_of_keys(w: &World) {
    let revoked = key(w, &ALL);
    w.sim.revoke_key(&revoked);
    let expired = key(w, &ALL);
    w.sim.expire_key(&expired);
    let live = w.sim.issue_restricted_key(&AccountId::default(), true, &ALL);
    for (pasted, says) in [
        ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", "full secret key"),
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "full secret key"),
        ("pk_test_TYooMQauvdEDq54NiTphI7jx", "publishable"),
        ("whsec_4eC39HqLyjWDarjtT1zdp7dc", "webhook"),
        (&w.key, "Codemint API key"),
        (&live, "live-mode key"),
        ("rk_test_", "not whole"),
        ("rk_test_51AbC dEf", "not whole"),
        ("rk_test_51AbC\u{e9}", "not whole"),
        ("hello", "rk_test_"),
        ("rk_test_51NobodyEverIssuedThisOne", "does not accept"),
        (&revoked, "does not accept"),
        (&expired, "does not accept"),
    ] {
        let refused = paste(w, pasted).await.refused(400, "parameter_invalid", "restricted_key");
        assert!(refused.message().contains(says), "{says}: {}", refused.message());
    }
    w.post(CONNECTION, json!({})).await.refused(400, "parameter_missing", "restricted_key");
    w.post(CONNECTION, json!({ "restricted_key": " " })).await.refused(400, "parameter_missing", "restricted_key");
    w.post(CONNECTION, json!({ "restricted_key": [1] })).await.refused(400, "parameter_invalid", "restricted_key");
    w.post(CONNECTION, json!({ "key": "rk" })).await.refused(400, "parameter_unknown", "key");
    nothing_is_stored(w).await;
}

async fn nothing_is_stored(w: &World) {
    assert_eq!(w.get(CONNECTION).await.json["status"], "disconnected");
    assert_eq!(w.database.number("SELECT count(*) FROM connections").await, 0);
    let counts = w.sim.counts();
    assert_eq!((counts.coupons, counts.promotion_codes, counts.sessions), (0, 0, 0));
}

async fn missing_permissions(w: &World) {
    for (permissions, missing) in [
        (&[][..], json!(FOUR)),
        (&["checkout_session_write", "plan_read"][..], json!(FOUR)),
        (&["coupon_read", "promotion_code_read"][..], json!(["coupon_write", "promotion_code_write"])),
        (&["coupon_write"][..], json!(["promotion_code_read", "promotion_code_write"])),
        (&["promotion_code_write", "coupon_read"][..], json!(["coupon_write"])),
    ] {
        let refused = paste(w, &key(w, permissions)).await.refused(403, "stripe_permission_missing", "restricted_key");
        assert_eq!(refused.json["error"]["missing"], missing, "{permissions:?}");
        assert_eq!(refused.json["error"]["type"], "permission_error");
    }
    nothing_is_stored(w).await;
}

async fn stripe_away(w: &World) {
    let good = key(w, &ALL);
    for kind in [FaultKind::Drop, FaultKind::Status500, FaultKind::RateLimited429] {
        w.sim.inject(Fault::new(Match::path("/v1/coupons"), kind));
        let refused = paste(w, &good).await;
        assert_eq!((refused.status, refused.code()), (503, "stripe_unavailable"), "{kind:?}: {}", refused.text);
        assert!(refused.header("retry-after").is_some());
        w.sim.clear_faults();
    }
    nothing_is_stored(w).await;
    paste(w, &good).await.expect(200);
}

async fn a_refused_key_leaves_the_old_one(w: &World) {
    let before = w.get(CONNECTION).await.text;
    paste(w, &key(w, &["coupon_read"])).await.refused(403, "stripe_permission_missing", "restricted_key");
    paste(w, "sk_test_4eC39HqLyjWDarjtT1zdp7dc").await.refused(400, "parameter_invalid", "restricted_key");
    assert_eq!(w.get(CONNECTION).await.text, before);
    w.checkout(json!({})).await.expect(201);
}

async fn disconnecting(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let gone = w.delete(CONNECTION).await;
    insta::assert_snapshot!(gone.shown(), @r#"
    200
    {"object":"connection",
    "method":null,
    "livemode":false,
    "status":"disconnected",
    "account":null,
    "key_hint":null,
    "permissions":{"coupons":"none","promotion_codes":"none","checkout_sessions":"none","prices":"none"}}
    "#);
    assert_eq!((w.delete(CONNECTION).await.text, w.get(CONNECTION).await.text), (gone.text.clone(), gone.text));
    assert_eq!(w.database.number("SELECT count(*) FROM connections WHERE secret IS NOT NULL").await, 0);
    w.checkout(json!({})).await.refused(409, "stripe_not_connected", "");
    // Codes, counts and open sessions stay as they are.
    assert_eq!((w.counts(&id).await, w.sim.counts().open_sessions), ((1, 0), 1));
    w.connect(&ALL).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (1, (2, 0)));
    assert_eq!(w.sim.session(session.id()).unwrap().amount_total, Some(2610));
}

async fn the_modes_are_apart(w: &World) {
    let mode = app::domain::mode::Mode::Live;
    let (_, live_key) = w.api_key(mode, "taskpomo", app::wire::screens::KeyRights::Full).await;
    let ask = |method, path| w.ask(method, path).key(&live_key);
    let none = ask("GET", CONNECTION).send().await.expect(200);
    assert_eq!((&none.json["status"], &none.json["livemode"]), (&json!("disconnected"), &json!(true)));
    ask("POST", CHECKOUT).json(&World::checkout_body(json!({}))).send().await.refused(409, "stripe_not_connected", "");
    let pasted = json!({ "restricted_key": key(w, &ALL) });
    ask("POST", CONNECTION).json(&pasted).send().await.refused(400, "parameter_invalid", "restricted_key");
    let live = w.sim.issue_restricted_key(&AccountId::default(), true, &ALL);
    ask("POST", CONNECTION).json(&json!({ "restricted_key": live })).send().await.expect(200);
    let made = ask("POST", CHECKOUT).json(&World::checkout_body(json!({}))).send().await.expect(201);
    assert!(made.id().starts_with("cs_live_"));
    // Stripe's own rule, in its own words.
    let plain = json!({ "success_url": "http://taskpomo.app/thank-you" });
    let refused = ask("POST", CHECKOUT).json(&World::checkout_body(plain)).send().await;
    refused.refused(400, "parameter_invalid", "success_url");
    ask("DELETE", CONNECTION).send().await.expect(200);
    assert_eq!(w.get(CONNECTION).await.json["status"], "connected", "the other mode's is not touched");
}
