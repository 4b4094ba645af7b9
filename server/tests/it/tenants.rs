//! Who may ask: keys that are none, and keys of somebody else, over every route.

use crate::harness::{
    CAMPAIGNS, CHECKOUT, CODES, CONNECTION, REDEMPTIONS, VALIDATE, World, described, on_both_engines,
};
use crate::rewards;
use app::backend::Backend;
use app::domain::mode::Mode;
use app::wire::screens::KeyRights;
use serde_json::{Value, json};

on_both_engines!(
    without_a_good_key_nothing_is_told,
    a_foreign_code_is_one_that_does_not_exist,
    a_foreign_campaign_is_one_that_does_not_exist,
    a_foreign_redemption_is_one_that_does_not_exist,
    every_described_route_is_in_the_matrix,
    the_same_text_elsewhere_is_another_code,
    a_key_of_one_app_and_a_key_of_all,
    a_key_for_checkouts_only,
);

/// Every route, with a body that would be taken.
fn routes(id: &str) -> Vec<(&'static str, String, Option<Value>)> {
    let one = format!("{CODES}/{id}");
    [
        ("GET", CODES.into(), None),
        ("POST", CODES.into(), Some(json!({ "app_id": "taskpomo", "code": "STOLEN", "percent_off": 100 }))),
        ("GET", one.clone(), None),
        ("PATCH", one.clone(), Some(json!({ "active": false }))),
        ("DELETE", one, None),
        ("POST", VALIDATE.into(), Some(json!({ "app_id": "taskpomo", "code": "SPRING" }))),
        ("POST", CHECKOUT.into(), Some(World::checkout_body(json!({ "discount_code": "SPRING" })))),
        ("GET", CONNECTION.into(), None),
        ("POST", CONNECTION.into(), Some(json!({ "restricted_key": "rk_test_51Nobodys" }))),
        ("DELETE", CONNECTION.into(), None),
        ("GET", REDEMPTIONS.into(), None),
        ("POST", REDEMPTIONS.into(), Some(json!({ "app_id": "taskpomo", "code": "SPRING" }))),
        ("GET", CAMPAIGNS.into(), None),
        ("POST", CAMPAIGNS.into(), Some(json!({ "app_id": "taskpomo", "name": "Stolen", "percent_off": 100 }))),
    ]
    .into_iter()
    .chain(routes_of_redemption("rd_00000000000000000000000000"))
    .chain(routes_of_campaign("cmp_00000000000000000000000000", "rw_00000000000000000000000000"))
    .collect()
}

/// Every route to one redemption.
fn routes_of_redemption(id: &str) -> Vec<(&'static str, String, Option<Value>)> {
    let one = format!("{REDEMPTIONS}/{id}");
    vec![
        ("GET", one.clone(), None),
        ("POST", format!("{one}/confirm"), None),
        ("POST", format!("{one}/release"), Some(json!({}))),
    ]
}

/// Every route to a campaign and its rewards.
fn routes_of_campaign(campaign: &str, reward: &str) -> Vec<(&'static str, String, Option<Value>)> {
    let one = format!("{CAMPAIGNS}/{campaign}");
    let rewards = format!("{one}/rewards");
    vec![
        ("GET", one.clone(), None),
        ("PATCH", one.clone(), Some(json!({ "active": false }))),
        ("DELETE", one, None),
        ("GET", rewards.clone(), None),
        ("POST", rewards.clone(), Some(json!({ "email": "thief@example.com", "reference": "share-1" }))),
        ("GET", format!("{rewards}/{reward}"), None),
    ]
}

async fn without_a_good_key_nothing_is_told(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let before = (w.get(CODES).await.text, w.get(CONNECTION).await.text);
    let (revoked_id, revoked) = w.api_key(Mode::Test, "taskpomo", KeyRights::Full).await;
    Backend::revoke_api_key(&w.services, &w.owner(), Mode::Test, &revoked_id).await.unwrap();
    let mistyped = format!("{}{}", &w.key[..w.key.len() - 1], if w.key.ends_with('a') { 'b' } else { 'a' });
    let (secret, restricted) = ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", "rk_live_4eC39HqLyjWDarjtT1zdp7dc");
    let cases = [
        (None, "api_key_missing", ""),
        (Some("Bearer".to_owned()), "api_key_missing", ""),
        (Some(w.key.clone()), "api_key_missing", &*w.key),
        (Some(format!("Bearer {revoked}")), "api_key_invalid", &revoked),
        (Some(format!("Bearer {mistyped}")), "api_key_invalid", &mistyped),
        (Some("Bearer hello".into()), "api_key_invalid", ""),
        (Some("Bearer cm_test_".into()), "api_key_invalid", ""),
        (Some(format!("Bearer {secret}")), "stripe_key_presented", secret),
        (Some(format!("Bearer {restricted}")), "stripe_key_presented", restricted),
    ];
    for (authorization, code, key) in cases {
        for (method, path, body) in routes(&id) {
            let mut ask = w.ask(method, &path);
            if let Some(value) = &authorization {
                ask = ask.header("authorization", value);
            }
            if let Some(body) = &body {
                ask = ask.json(body);
            }
            let refused = ask.send().await;
            assert_eq!((refused.status, refused.code()), (401, code), "{method} {path}: {}", refused.text);
            assert_eq!(refused.json["error"]["type"], "authentication_error");
            assert!(refused.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
            assert!(key.is_empty() || !refused.text.contains(&key[10..]), "{method} {path}: the key is repeated");
        }
    }
    assert_eq!((w.get(CODES).await.text, w.get(CONNECTION).await.text), before, "something was written");
    assert_eq!(w.sim.counts().requests, 0);
}

async fn a_foreign_code_is_one_that_does_not_exist(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let before = w.get(CODES).await.text;
    let theirs = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    let (_, live) = w.api_key(Mode::Live, "taskpomo", KeyRights::Full).await;
    Backend::create_app(&w.services, &w.owner(), "Another", "another").await.unwrap();
    let (_, other_app) = w.api_key(Mode::Test, "another", KeyRights::Full).await;
    let nobodys = "dc_00000000000000000000000000";
    for (whose, key) in [("another workspace", &theirs.api_key), ("the other mode", &live), ("another app", &other_app)]
    {
        for (method, path, body) in routes(&id) {
            if !path.contains(&id) {
                continue;
            }
            let send = |path: &str| {
                let ask = w.ask(method, path).key(key);
                body.as_ref().map_or_else(|| w.ask(method, path).key(key), |body| ask.json(body)).send()
            };
            let refused = send(&path).await.refused(404, "resource_missing", "");
            let missing = send(&path.replace(&id, nobodys)).await.refused(404, "resource_missing", "");
            assert_eq!(refused.text.replace(&id, nobodys), missing.text, "{whose}: {method}");
        }
        let list = w.ask("GET", CODES).key(key).send().await.expect(200);
        assert_eq!((&list.json["data"], &list.json["has_more"]), (&json!([]), &json!(false)), "{whose}");
        let cursor = format!("{CODES}?starting_after={id}");
        w.ask("GET", &cursor).key(key).send().await.refused(400, "parameter_invalid", "starting_after");
    }
    // The app of another, by its name: as one that does not exist.
    for (whose, key) in [("another workspace", &theirs.api_key), ("another app", &other_app)] {
        for (method, path, body) in routes(&id) {
            let Some(body) = body.filter(|body| body["app_id"] == "taskpomo") else { continue };
            let send = |body: &Value| w.ask(method, &path).key(key).json(body).send();
            let refused = send(&body).await.refused(404, "resource_missing", "app_id");
            let nobodys_app: Value = serde_json::from_str(&body.to_string().replace("taskpomo", "nobodys")).unwrap();
            let missing = send(&nobodys_app).await.refused(404, "resource_missing", "app_id");
            assert_eq!(refused.text.replace("taskpomo", "nobodys"), missing.text, "{whose}: {path}");
        }
        w.ask("GET", &format!("{CODES}?app_id=taskpomo")).key(key).send().await.refused(
            404,
            "resource_missing",
            "app_id",
        );
    }
    assert_eq!(w.get(CODES).await.text, before);
    assert_eq!(w.sim.counts().requests, 0);
}

async fn a_foreign_campaign_is_one_that_does_not_exist(w: &World) {
    let id = rewards::campaign(w, json!({})).await;
    let earned = json!({ "email": "ada@example.com", "reference": "share-1", "send_email": false });
    let earned = w.post(&format!("{CAMPAIGNS}/{id}/rewards"), earned).await.expect(201).json;
    let reward = earned["id"].as_str().unwrap();
    rewards::becomes(w, &earned, "minted").await;
    w.sim.clear_requests();
    let all_of_it = async || (w.get(CAMPAIGNS).await.text, w.get(&format!("{CAMPAIGNS}/{id}/rewards")).await.text);
    let before = all_of_it().await;
    let theirs = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    let (_, live) = w.api_key(Mode::Live, "taskpomo", KeyRights::Full).await;
    Backend::create_app(&w.services, &w.owner(), "Another", "another").await.unwrap();
    let (_, other_app) = w.api_key(Mode::Test, "another", KeyRights::Full).await;
    let (nobodys, none) = ("cmp_00000000000000000000000000", "rw_00000000000000000000000000");
    for (whose, key) in [("another workspace", &theirs.api_key), ("the other mode", &live), ("another app", &other_app)]
    {
        let send = |method: &str, path: &str, body: &Option<Value>| {
            let ask = w.ask(method, path).key(key);
            if let Some(body) = body { ask.json(body) } else { ask }.send()
        };
        for (method, path, body) in routes_of_campaign(&id, reward) {
            let refused = send(method, &path, &body).await.refused(404, "resource_missing", "");
            let nothing = path.replace(&id, nobodys);
            let missing = send(method, &nothing, &body).await.refused(404, "resource_missing", "");
            assert_eq!(refused.text.replace(&id, nobodys), missing.text, "{whose}: {method} {path}");
        }
        let list = send("GET", CAMPAIGNS, &None).await.expect(200);
        assert_eq!((&list.json["data"], &list.json["has_more"]), (&json!([]), &json!(false)), "{whose}");
        let cursor = format!("{CAMPAIGNS}?starting_after={id}");
        send("GET", &cursor, &None).await.refused(400, "parameter_invalid", "starting_after");
        // In a campaign of their own our reward is as unknown as one of nobody's, and its reference is free.
        let app = json!({ "name": "Own", "percent_off": 5 });
        let own = send("POST", CAMPAIGNS, &Some(app)).await.expect(201).id().to_owned();
        let rewards = format!("{CAMPAIGNS}/{own}/rewards");
        let refused = send("GET", &format!("{rewards}/{reward}"), &None).await.refused(404, "resource_missing", "");
        let missing = send("GET", &format!("{rewards}/{none}"), &None).await.refused(404, "resource_missing", "");
        assert_eq!(refused.text.replace(reward, none), missing.text, "{whose}");
        let cursor = format!("{rewards}?ending_before={reward}");
        send("GET", &cursor, &None).await.refused(400, "parameter_invalid", "ending_before");
        let body = json!({ "email": "ada@example.com", "reference": "share-1", "send_email": false });
        let other = send("POST", &rewards, &Some(body)).await.expect(201);
        assert!(other.id() != reward && other.json["code"] != earned["code"]);
        for query in ["email=ada%40example.com", "reference=share-1"] {
            let found = send("GET", &format!("{rewards}?{query}"), &None).await.expect(200);
            assert_eq!(found.json["data"].as_array().map(Vec::len), Some(1), "{whose}: {query}");
        }
        let ours = format!("{rewards}?code={}", earned["code"].as_str().unwrap());
        assert_eq!(send("GET", &ours, &None).await.expect(200).json["data"], json!([]));
    }
    assert_eq!(all_of_it().await, before);
}

/// A route that is described and in no matrix would be one that nobody tried as somebody else.
async fn a_foreign_redemption_is_one_that_does_not_exist(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let ours = w.post(REDEMPTIONS, json!({ "code": "SPRING" })).await.expect(201);
    let before = w.get(REDEMPTIONS).await.text;
    w.sim.clear_requests();
    let theirs = w.services.create_workspace("other@example.com", "taskpomo", Mode::Test).await.unwrap();
    let (_, live) = w.api_key(Mode::Live, "taskpomo", KeyRights::Full).await;
    Backend::create_app(&w.services, &w.owner(), "Another", "another").await.unwrap();
    let (_, other_app) = w.api_key(Mode::Test, "another", KeyRights::Full).await;
    let nothing = "rd_00000000000000000000000000";
    for (whose, key) in [("another workspace", &theirs.api_key), ("the other mode", &live), ("another app", &other_app)]
    {
        for (method, path, body) in routes_of_redemption(ours.id()) {
            let send = |path: &str| {
                let ask = w.ask(method, path).key(key);
                if let Some(body) = &body { ask.json(body) } else { ask }.send()
            };
            let refused = send(&path).await.refused(404, "resource_missing", "");
            let missing = send(&path.replace(ours.id(), nothing)).await.refused(404, "resource_missing", "");
            assert_eq!(refused.text.replace(ours.id(), nothing), missing.text, "{whose}: {method} {path}");
        }
        let list = |query: String| w.ask("GET", &format!("{REDEMPTIONS}?{query}")).key(key).send();
        assert_eq!(list(String::new()).await.expect(200).json["data"], json!([]), "{whose}");
        let cursor = list(format!("starting_after={}", ours.id())).await;
        cursor.refused(400, "parameter_invalid", "starting_after");
        let refused = list(format!("discount_code={code}")).await.refused(404, "resource_missing", "discount_code");
        let nobodys = "dc_00000000000000000000000000";
        let missing = list(format!("discount_code={nobodys}")).await.refused(404, "resource_missing", "discount_code");
        assert_eq!(refused.text.replace(&code, nobodys), missing.text, "{whose}");
    }
    assert_eq!((w.get(REDEMPTIONS).await.text, w.sim.counts().requests), (before, 0));
}

async fn every_described_route_is_in_the_matrix(_: &World) {
    let (code, campaign, reward) = ("{id}", "{id}", "{reward_id}");
    let mut tried: Vec<(String, String)> = routes(code)
        .into_iter()
        .filter(|(_, path, _)| !path.contains("cmp_") && !path.contains("rd_"))
        .chain(routes_of_redemption("{id}"))
        .chain(routes_of_campaign(campaign, reward))
        .map(|(method, path, _)| (path, method.to_lowercase()))
        .collect();
    tried.sort();
    let paths = described::document()["paths"].as_object().unwrap();
    let mut described: Vec<(String, String)> = paths
        .iter()
        .filter(|(path, _)| path.starts_with("/v1/"))
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())))
        .collect();
    described.sort();
    assert_eq!(tried, described);
}

async fn the_same_text_elsewhere_is_another_code(w: &World) {
    let ours = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let theirs = w.services.create_workspace("other@example.com", "taskpomo", Mode::Test).await.unwrap();
    let ask = |method, path: &str| w.ask(method, path).key(&theirs.api_key);
    let unknown = ask("POST", VALIDATE).json(&json!({ "code": "SPRING" })).send().await.expect(200);
    assert_eq!(unknown.json, json!({ "valid": false, "reason": "unknown" }));
    let body = json!({ "code": "SPRING", "percent_off": 90 });
    let made = ask("POST", CODES).json(&body).send().await.expect(201);
    assert_eq!(ask("GET", CONNECTION).send().await.json["status"], "disconnected");
    ask("DELETE", CONNECTION).send().await.expect(200);
    let body = World::checkout_body(json!({ "discount_code": "SPRING" }));
    ask("POST", CHECKOUT).json(&body).send().await.refused(409, "stripe_not_connected", "");
    let session = w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!(w.sim.session(session.id()).unwrap().amount_total, Some(2610));
    assert_eq!(w.counts(&ours).await, (1, 0));
    let untouched = ask("GET", &format!("{CODES}/{}", made.id())).send().await.expect(200);
    assert_eq!(untouched.text, made.text);
}

async fn a_key_of_one_app_and_a_key_of_all(w: &World) {
    Backend::create_app(&w.services, &w.owner(), "Another", "another").await.unwrap();
    let (_, all) = w.api_key(Mode::Test, "", KeyRights::Full).await;
    let make = |app_id: Value, code: &str| {
        let mut body = json!({ "code": code, "percent_off": 10 });
        if !app_id.is_null() {
            body["app_id"] = app_id;
        }
        w.ask("POST", CODES).key(&all).json(&body).send()
    };
    make(json!(null), "SPRING").await.refused(400, "parameter_missing", "app_id");
    let ours = make(json!("taskpomo"), "SPRING").await.expect(201);
    w.advance(1);
    let other = make(json!("another"), "SPRING").await.expect(201);
    let list = w.ask("GET", CODES).key(&all).send().await.expect(200);
    assert_eq!(list.json["data"], json!([other.json, ours.json]));
    let list = w.ask("GET", &format!("{CODES}?app_id=another")).key(&all).send().await.expect(200);
    assert_eq!(list.json["data"], json!([other.json]));
    assert_eq!(w.get(CODES).await.json["data"], json!([ours.json]), "a key of one app sees that app");
    let body = World::checkout_body(json!({ "app_id": "another", "discount_code": "SPRING" }));
    let made = w.ask("POST", CHECKOUT).key(&all).json(&body).send().await.expect(201);
    assert_eq!(made.json["discount"]["discount_code"], other.id());
    assert_eq!(w.counts(ours.id()).await, (0, 0));
    // As with Stripe the key may come as the user of Basic authentication.
    let basic = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{all}:"));
    w.ask("GET", CODES).header("authorization", format!("Basic {basic}")).send().await.expect(200);
}

async fn a_key_for_checkouts_only(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let (_, key) = w.api_key(Mode::Test, "taskpomo", KeyRights::Checkout).await;
    for (method, path, body) in routes(&id) {
        let ask = w.ask(method, &path).key(&key);
        let answer = if let Some(body) = &body { ask.json(body) } else { ask }.send().await;
        if path.starts_with(&format!("{REDEMPTIONS}/")) {
            answer.refused(404, "resource_missing", "");
        } else if path.starts_with("/v1/admin")
            || path.starts_with(CAMPAIGNS)
            || (method, &*path) == ("GET", REDEMPTIONS)
        {
            assert_eq!(answer.refused(403, "key_scope", "").json["error"]["type"], "permission_error");
        } else {
            assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.text);
        }
    }
    assert_eq!(w.counts(&id).await, (2, 0));
}
