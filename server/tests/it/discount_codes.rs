//! Making, reading, changing and archiving a code.

use crate::harness::{CODES, NEW_YEAR, NOW, World, all, on_both_engines};
use app::backend::{Backend, Viewer};
use app::domain::mode::Mode;
use app::domain::problem::Code;
use serde_json::json;

on_both_engines!(
    the_issues_first_code,
    the_issues_second_code,
    a_text_is_taken_once,
    limits_and_dates_change,
    terms_change_until_the_mint,
    an_archived_text_is_free_again,
    an_archived_code_is_restored_as_it_was,
    two_of_the_same_text_are_restored_at_once,
    what_cannot_be_changed,
);

async fn the_issues_first_code(w: &World) {
    let body = json!({"app_id":"taskpomo","code":"BLACKFRIDAY50","percent_off":50,"max_redemptions":1000,"expires_at":NEW_YEAR});
    let made = w.post(CODES, body).await;
    insta::assert_snapshot!(made.shown(), @r#"
    201
    {"object":"discount_code",
    "id":"dc_…",
    "app_id":"taskpomo",
    "livemode":false,
    "code":"BLACKFRIDAY50",
    "percent_off":50,
    "amount_off_cents":null,
    "currency":null,
    "duration":"once",
    "duration_in_months":null,
    "max_redemptions":1000,
    "max_redemptions_per_user":null,
    "minimum_amount_cents":null,
    "minimum_amount_currency":null,
    "redemptions":{"count":0,"held":0,"redeemed":0},
    "starts_at":null,
    "expires_at":1798761600000,
    "active":true,
    "status":"active",
    "stripe_coupon":null,
    "metadata":{},
    "created_at":1795000000000}
    "#);
    let read = w.get(&format!("{CODES}/{}", made.id())).await;
    assert_eq!((read.status, &read.text), (200, &made.text));
    assert_eq!(w.sim.counts().requests, 0, "nothing is made in Stripe before the first use");
}

async fn the_issues_second_code(w: &World) {
    let made = w.post(CODES, json!({"code":"SAVE5USD","amount_off_cents":500,"currency":"USD"})).await;
    insta::assert_snapshot!(made.shown(), @r#"
    201
    {"object":"discount_code",
    "id":"dc_…",
    "app_id":"taskpomo",
    "livemode":false,
    "code":"SAVE5USD",
    "percent_off":null,
    "amount_off_cents":500,
    "currency":"usd",
    "duration":"once",
    "duration_in_months":null,
    "max_redemptions":null,
    "max_redemptions_per_user":null,
    "minimum_amount_cents":null,
    "minimum_amount_currency":null,
    "redemptions":{"count":0,"held":0,"redeemed":0},
    "starts_at":null,
    "expires_at":null,
    "active":true,
    "status":"active",
    "stripe_coupon":null,
    "metadata":{},
    "created_at":1795000000000}
    "#);
}

async fn a_text_is_taken_once(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let again = w.post(CODES, json!({ "code": " spring ", "percent_off": 20 })).await;
    insta::assert_snapshot!(again.shown(), @r#"
    409
    {"error":{"type":"conflict_error",
    "code":"code_taken",
    "message":"This app has a code SPRING already. Choose another text, or archive that one first.",
    "param":"code"}}
    "#);
    // Twenty at once: one.
    let posts =
        (0..20).map(|_| w.ask("POST", CODES).key(&w.key).json(&json!({ "code": "SUMMER", "percent_off": 10 })).send());
    let answers = crate::harness::all(posts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.code() == "code_taken").count(), 19);
    assert_eq!(w.database.number("SELECT count(*) FROM discount_codes").await, 2);
}

async fn limits_and_dates_change(w: &World) {
    let fields = json!({ "code": "SPRING", "percent_off": 12.5, "metadata": { "team": "growth", "old": "1" } });
    let path = format!("{CODES}/{}", w.code(fields).await);
    let patch = json!({
        "active": false, "max_redemptions": 3, "starts_at": NOW + 10, "expires_at": NEW_YEAR,
        "metadata": { "old": null, "new": "2" },
    });
    insta::assert_snapshot!(w.patch(&path, patch).await.shown(), @r#"
    200
    {"object":"discount_code",
    "id":"dc_…",
    "app_id":"taskpomo",
    "livemode":false,
    "code":"SPRING",
    "percent_off":12.5,
    "amount_off_cents":null,
    "currency":null,
    "duration":"once",
    "duration_in_months":null,
    "max_redemptions":3,
    "max_redemptions_per_user":null,
    "minimum_amount_cents":null,
    "minimum_amount_currency":null,
    "redemptions":{"count":0,"held":0,"redeemed":0},
    "starts_at":1795000000010,
    "expires_at":1798761600000,
    "active":false,
    "status":"paused",
    "stripe_coupon":null,
    "metadata":{"new":"2","team":"growth"},
    "created_at":1795000000000}
    "#);
    let cleared = json!({ "active": true, "max_redemptions": null, "starts_at": null, "expires_at": null });
    let cleared = w.patch(&path, cleared).await.expect(200).json;
    assert_eq!((&cleared["status"], &cleared["expires_at"]), (&json!("active"), &json!(null)));
    assert_eq!(cleared["metadata"], json!({ "team": "growth", "new": "2" }));
    let untouched = w.patch(&path, json!({})).await.expect(200).json;
    assert_eq!(untouched, cleared);
}

async fn terms_change_until_the_mint(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let path = format!("{CODES}/{id}");
    let terms = json!({ "amount_off_cents": 500, "currency": "USD", "duration": "repeating", "duration_in_months": 3 });
    let changed = w.patch(&path, terms).await.expect(200).json;
    assert_eq!((&changed["percent_off"], &changed["amount_off_cents"]), (&json!(null), &json!(500)));
    assert_eq!((&changed["duration"], &changed["duration_in_months"]), (&json!("repeating"), &json!(3)));
    w.patch(&path, json!({ "percent_off": 20, "duration": "once" })).await.expect(200);

    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let minted = w.read(&id).await;
    assert_eq!(w.sim.coupons()[0].percent_off, Some(20.0));
    for patch in [
        json!({ "percent_off": 30 }),
        json!({ "duration": "forever" }),
        json!({ "amount_off_cents": 500, "currency": "usd" }),
        json!({ "percent_off": 30, "max_redemptions": 7 }),
    ] {
        w.patch(&path, patch).await.refused(409, "terms_immutable", "");
    }
    assert_eq!(w.read(&id).await, minted, "a refused patch changes nothing");
    w.patch(&path, json!({ "percent_off": 20 })).await.expect(200);
    assert_eq!(w.patch(&path, json!({ "max_redemptions": 7 })).await.expect(200).json["max_redemptions"], 7);
}

async fn an_archived_text_is_free_again(w: &World) {
    let first = w.code(json!({ "code": "SPRING", "percent_off": 50 })).await;
    let session = w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201).id().to_owned();
    let archived = w.delete(&format!("{CODES}/{first}")).await;
    assert_eq!((archived.status, &archived.json["status"]), (200, &json!("archived")));
    assert_eq!(w.delete(&format!("{CODES}/{first}")).await.text, archived.text, "again changes nothing");

    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_unknown", "discount_code");
    let second = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    assert_ne!(first, second);
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!(w.sim.coupons().len(), 2);
    // The session that was open keeps its price and its hold.
    assert_eq!(w.sim.session(&session).unwrap().amount_total, Some(1450));
    assert_eq!((w.counts(&first).await, w.counts(&second).await), ((1, 0), (1, 0)));
    w.patch(&format!("{CODES}/{first}"), json!({ "active": false })).await.refused(404, "resource_missing", "");
}

async fn what_cannot_be_changed(w: &World) {
    let path = format!("{CODES}/{}", w.code(json!({ "code": "SPRING", "percent_off": 10 })).await);
    let before = w.get(&path).await.text;
    for (patch, code, param) in [
        (json!({ "code": "OTHER" }), "parameter_unknown", "code"),
        (json!({ "app_id": "other" }), "parameter_unknown", "app_id"),
        (json!({ "active": null }), "parameter_invalid", "active"),
        (json!({ "metadata": null }), "parameter_invalid", "metadata"),
        (json!({ "max_redemptions": 0 }), "parameter_invalid", "max_redemptions"),
        (json!({ "expires_at": NOW }), "parameter_invalid", "expires_at"),
        (json!({ "starts_at": NEW_YEAR, "expires_at": NEW_YEAR }), "parameter_invalid", "starts_at"),
        (json!({ "percent_off": 101 }), "parameter_invalid", "percent_off"),
        (json!({ "percent_off": null }), "parameter_missing", "percent_off"),
        (json!({ "amount_off_cents": 500 }), "parameter_missing", "currency"),
        (json!({ "percent_off": 5, "amount_off_cents": 5 }), "parameters_exclusive", "amount_off_cents"),
        (json!({ "duration": "repeating" }), "parameter_missing", "duration_in_months"),
    ] {
        let refused = w.patch(&path, patch.clone()).await.refused(400, code, param);
        assert!(refused.message().contains(param), "{patch}: {}", refused.message());
    }
    assert_eq!(w.get(&path).await.text, before);
    for id in ["dc_1", "dc_00000000000000000000000000", "x", "%00", "dc_%2e%2e"] {
        for method in ["GET", "PATCH", "DELETE"] {
            let ask = w.ask(method, &format!("{CODES}/{id}")).key(&w.key);
            let ask = if method == "PATCH" { ask.body("{}") } else { ask };
            ask.send().await.refused(404, "resource_missing", "");
        }
    }
}

async fn an_archived_code_is_restored_as_it_was(w: &World) {
    let restore = async |id: &str| Backend::restore_code(&w.services, &w.owner(), Mode::Test, id).await;
    let id =
        w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 5, "metadata": { "a": "b" } })).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let before = w.read(&id).await;
    w.delete(&format!("{CODES}/{id}")).await.expect(200);
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_unknown", "discount_code");

    restore(&id).await.unwrap();
    assert_eq!(w.read(&id).await, before, "counts, coupon, limits and metadata are what they were");
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!((w.counts(&id).await, w.sim.counts().coupons), ((2, 0), 1), "the same coupon goes on");
    let again = w.read(&id).await;
    restore(&id).await.unwrap();
    assert_eq!(w.read(&id).await, again, "restoring again changes nothing");

    // Its text is another's by now: the refusal says whose.
    w.delete(&format!("{CODES}/{id}")).await.expect(200);
    let other = w.code(json!({ "code": "SPRING", "amount_off_cents": 500, "currency": "usd" })).await;
    let refused = restore(&id).await.unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.code.status(), refused.param.as_deref()),
        ("code_taken", 409, Some("code"))
    );
    assert!(refused.message.contains(&other) && refused.message.contains("$5.00 off, once"), "{}", refused.message);
    assert_eq!(w.read(&id).await["status"], "archived");
    assert_eq!(w.read(&other).await["status"], "active");

    // Somebody else's, or in the other mode: there is no such code.
    for (mode, workspace) in [(Mode::Live, w.workspace.as_str()), (Mode::Test, "ws_another")] {
        let viewer = Viewer { workspace_id: workspace.to_owned(), ..w.owner() };
        let missing = Backend::restore_code(&w.services, &viewer, mode, &id).await.unwrap_err();
        assert_eq!(missing.code.status(), 404);
    }
}

async fn two_of_the_same_text_are_restored_at_once(w: &World) {
    for round in 0..10 {
        let text = format!("ROUND-{round}");
        let mut ids = Vec::new();
        for percent in [10, 20] {
            let id = w.code(json!({ "code": text, "percent_off": percent })).await;
            w.delete(&format!("{CODES}/{id}")).await.expect(200);
            ids.push(id);
        }
        let racers =
            ids.iter().map(|id| {
                let (services, owner, id) = (w.services.clone(), w.owner(), id.clone());
                async move {
                    Backend::restore_code(&services, &owner, Mode::Test, &id).await.map_err(|problem| problem.code)
                }
            });
        let outcomes = all(racers).await;
        let codes: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
        assert_eq!(codes, [&Code::CodeTaken], "exactly one is restored: {outcomes:?}");
        let winner = usize::from(outcomes[0].is_err());
        assert_eq!(w.read(&ids[winner]).await["status"], "active");
        assert_eq!(w.read(&ids[1 - winner]).await["status"], "archived");
    }
}
