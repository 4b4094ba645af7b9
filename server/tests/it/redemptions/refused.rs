//! Codes that cannot be held, and who may do what.

use super::{body, confirm, hold, release, state};
use crate::harness::{CODES, NEW_YEAR, REDEMPTIONS, World, on_both_engines};
use app::backend::Backend;
use app::domain::mode::Mode;
use app::wire::screens::KeyRights;
use serde_json::json;

on_both_engines!(
    with least;
    why_a_code_is_refused,
    what_is_bought_is_not_known,
    one_customer_may_so_often,
    a_key_for_checkouts_may_do_all_but_list,
    the_redemption_of_another_is_none,
    unknown_codes_alone_are_limited,
);

async fn why_a_code_is_refused(w: &World) {
    let soon = w.now() + 1000;
    w.code(json!({ "code": "EXPIRED", "percent_off": 10, "expires_at": soon })).await;
    w.code(json!({ "code": "LATER", "percent_off": 10, "starts_at": NEW_YEAR })).await;
    let paused = w.code(json!({ "code": "PAUSED", "percent_off": 10 })).await;
    w.patch(&format!("{CODES}/{paused}"), json!({ "active": false })).await.expect(200);
    let archived = w.code(json!({ "code": "ARCHIVED", "percent_off": 10 })).await;
    w.delete(&format!("{CODES}/{archived}")).await.expect(200);
    w.code(json!({ "code": "LAST", "percent_off": 10, "max_redemptions": 1 })).await;
    hold(w, json!({ "code": "LAST" })).await.expect(201);
    w.advance(2000);
    w.sim.clear_requests();
    for (code, why) in [
        ("NOBODYS", "unknown"),
        ("what?", "unknown"),
        ("ARCHIVED", "unknown"),
        ("EXPIRED", "expired"),
        ("LATER", "not_started"),
        ("PAUSED", "paused"),
        ("LAST", "exhausted"),
    ] {
        hold(w, json!({ "code": code })).await.refused(400, &format!("discount_code_{why}"), "code");
    }
    assert_eq!(w.sim.counts().requests, 0, "a refused code is not minted");
    assert_eq!(w.database.number("SELECT count(*) FROM redemptions").await, 1);
    w.advance(NEW_YEAR - w.now());
    hold(w, json!({ "code": "LATER" })).await.expect(201);
}

/// A currency and an amount are compared by who knows them.
async fn what_is_bought_is_not_known(w: &World) {
    let fields =
        json!({ "code": "SPRING", "amount_off_cents": 500, "currency": "eur", "minimum_amount_cents": 99_999 });
    w.code(fields).await;
    hold(w, json!({})).await.expect(201);
    let coupon = w.sim.coupons().pop().unwrap();
    assert_eq!((coupon.amount_off, coupon.currency.as_deref()), (Some(500), Some("eur")));
}

async fn one_customer_may_so_often(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions_per_user": 2 })).await;
    let refused = hold(w, json!({})).await;
    insta::assert_snapshot!(refused.shown(), @r#"
    400
    {"error":{"type":"invalid_request_error",
    "code":"parameter_missing",
    "message":"user_id is needed: this discount code may be used so often by one customer, so Codemint must know who it is.",
    "param":"user_id"}}
    "#);
    let held = hold(w, json!({ "user_id": "ada" })).await.expect(201);
    let redeemed = hold(w, json!({ "user_id": "ada" })).await.expect(201);
    confirm(w, redeemed.id()).await.expect(200);
    hold(w, json!({ "user_id": "ada" })).await.refused(400, "discount_code_user_limit", "code");
    hold(w, json!({ "user_id": "bob" })).await.expect(201);
    assert_eq!(w.counts(&code).await, (2, 1), "a refusal leaves nothing");
    release(w, held.id()).await.expect(200);
    hold(w, json!({ "user_id": "ada" })).await.expect(201);
    assert_eq!(w.counts(&code).await, (2, 1));
}

async fn a_key_for_checkouts_may_do_all_but_list(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let (_, key) = w.api_key(Mode::Test, "taskpomo", KeyRights::Checkout).await;
    let held = w.ask("POST", REDEMPTIONS).key(&key).json(&json!({ "code": "SPRING" })).send().await.expect(201);
    let one = format!("{REDEMPTIONS}/{}", held.id());
    assert_eq!(w.ask("GET", &one).key(&key).send().await.expect(200).text, held.text);
    w.ask("POST", &format!("{one}/release")).key(&key).send().await.expect(200);
    w.ask("POST", &format!("{one}/confirm")).key(&key).send().await.expect(200);
    w.ask("GET", REDEMPTIONS).key(&key).send().await.refused(403, "key_scope", "");
}

async fn the_redemption_of_another_is_none(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let held = hold(w, json!({})).await.expect(201);
    Backend::create_app(&w.services, &w.owner(), "Another", "another").await.unwrap();
    let (_, other_app) = w.api_key(Mode::Test, "another", KeyRights::Full).await;
    let (_, live) = w.api_key(Mode::Live, "taskpomo", KeyRights::Full).await;
    let theirs = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    let nothing = "rd_00000000000000000000000000";
    for key in [&other_app, &live, &theirs.api_key] {
        for (method, end) in [("GET", ""), ("POST", "/confirm"), ("POST", "/release")] {
            let ask = |id: &str| w.ask(method, &format!("{REDEMPTIONS}/{id}{end}")).key(key).send();
            let refused = ask(held.id()).await.refused(404, "resource_missing", "");
            let missing = ask(nothing).await.refused(404, "resource_missing", "");
            assert_eq!(refused.text.replace(held.id(), nothing), missing.text, "{method} {end}");
        }
    }
    w.ask("POST", REDEMPTIONS).key(&other_app).json(&body(json!({}))).send().await.refused(
        404,
        "resource_missing",
        "app_id",
    );
    assert_eq!((state(w, held.id()).await.as_str(), w.counts(&code).await), ("held", (1, 0)));
    // A key of all apps says which.
    let (_, all) = w.api_key(Mode::Test, "", KeyRights::Full).await;
    let nameless = w.ask("POST", REDEMPTIONS).key(&all).json(&json!({ "code": "SPRING" })).send().await;
    nameless.refused(400, "parameter_missing", "app_id");
    w.ask("POST", REDEMPTIONS).key(&all).json(&body(json!({}))).send().await.expect(201);
}

async fn unknown_codes_alone_are_limited(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let mut guesses = 0;
    loop {
        let guessed = hold(w, json!({ "code": "GUESS" })).await;
        guesses += 1;
        if guessed.status == 429 {
            guessed.refused(429, "rate_limited", "");
            break;
        }
        guessed.refused(400, "discount_code_unknown", "code");
        assert!(guesses < 2000);
    }
    assert!(guesses > 500, "{guesses}");
    hold(w, json!({})).await.expect(201);
}
