//! Checkouts that are refused: nothing is minted, nothing stays held.

use crate::harness::{CHECKOUT, CONNECTION, FOUR, NEW_YEAR, WITHOUT_PRICES, World, on_both_engines};
use serde_json::json;

on_both_engines!(
    every_field_has_its_refusal,
    the_price_is_known_before_the_mint,
    without_looking_at_prices,
    what_stripe_refuses,
    a_key_for_codes_only,
    a_revoked_key,
);

mod unconnected {
    use super::*;
    on_both_engines!(with unconnected; nothing_is_connected);

    async fn nothing_is_connected(w: &World) {
        let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
        let refused = w.checkout(json!({ "discount_code": "SPRING" })).await;
        insta::assert_snapshot!(refused.shown(), @r#"
        409
        {"error":{"type":"conflict_error",
        "code":"stripe_not_connected",
        "message":"Stripe is not connected in test mode. Connect it in Settings, or by POST /v1/admin/connection."}}
        "#);
        assert_eq!(w.counts(&id).await, (0, 0));
    }
}

async fn every_field_has_its_refusal(w: &World) {
    let (missing, invalid) = ("parameter_missing", "parameter_invalid");
    for (fields, code, param) in [
        (json!({ "price_id": null }), missing, "price_id"),
        (json!({ "price_id": "price 1" }), invalid, "price_id"),
        (json!({ "price_id": "../account" }), invalid, "price_id"),
        (json!({ "price_id": "price_none" }), invalid, "price_id"),
        (json!({ "quantity": 0 }), invalid, "quantity"),
        (json!({ "quantity": 1_000_000 }), invalid, "quantity"),
        (json!({ "quantity": "2" }), invalid, "quantity"),
        (json!({ "mode": "setup" }), invalid, "mode"),
        (json!({ "mode": "subscription" }), invalid, "mode"),
        (json!({ "user_id": "" }), invalid, "user_id"),
        (json!({ "user_id": "x".repeat(201) }), invalid, "user_id"),
        (json!({ "success_url": null }), missing, "success_url"),
        (json!({ "success_url": "/thank-you" }), invalid, "success_url"),
        (json!({ "cancel_url": "javascript:alert(1)" }), invalid, "cancel_url"),
        (json!({ "discount_code": "NOBODYS" }), "discount_code_unknown", "discount_code"),
        (json!({ "discount_code": "no code at all" }), "discount_code_unknown", "discount_code"),
        (json!({ "allow_promotion_codes": "yes" }), invalid, "allow_promotion_codes"),
        (json!({ "customer_email": "nobody" }), invalid, "customer_email"),
        (json!({ "expires_in": 1799 }), invalid, "expires_in"),
        (json!({ "expires_in": 86_401 }), invalid, "expires_in"),
        (json!({ "line_items": [] }), "parameter_unknown", "line_items"),
    ] {
        w.checkout(fields).await.refused(400, code, param);
    }
    w.checkout(json!({ "app_id": "nobodys" })).await.refused(404, "resource_missing", "app_id");
    assert_eq!((w.sim.counts().coupons, w.sim.counts().sessions), (0, 0));
    assert_eq!(w.database.number("SELECT count(*) FROM checkouts").await, 0);
}

async fn the_price_is_known_before_the_mint(w: &World) {
    let percent = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let dollars = w.code(json!({ "code": "SAVE5", "amount_off_cents": 500, "currency": "usd" })).await;
    let wrong_mode = json!({ "discount_code": "SPRING", "mode": "subscription" });
    w.checkout(wrong_mode).await.refused(400, "parameter_invalid", "mode");
    let wrong_mode = json!({ "discount_code": "SPRING", "mode": "payment", "price_id": "price_1SUB" });
    w.checkout(wrong_mode).await.refused(400, "parameter_invalid", "mode");
    let in_euros = json!({ "discount_code": "SAVE5", "price_id": "price_1EUR" });
    w.checkout(in_euros).await.refused(400, "discount_code_currency_mismatch", "discount_code");
    let unknown_price = json!({ "discount_code": "SPRING", "price_id": "price_none" });
    w.checkout(unknown_price).await.refused(400, "parameter_invalid", "price_id");
    assert_eq!((w.sim.counts().coupons, w.sim.counts().sessions), (0, 0));
    for id in [percent, dollars] {
        assert_eq!((w.counts(&id).await, w.read(&id).await["stripe_coupon"].clone()), ((0, 0), json!(null)));
    }
}

async fn without_looking_at_prices(w: &World) {
    w.connect(&WITHOUT_PRICES).await;
    let dollars = w.code(json!({ "code": "SAVE5", "amount_off_cents": 500, "currency": "usd" })).await;
    w.checkout(json!({ "discount_code": "SAVE5" })).await.refused(400, "parameter_missing", "mode");
    assert!(w.sim.coupons().is_empty());
    w.checkout(json!({ "discount_code": "SAVE5", "mode": "payment" })).await.expect(201);
    // What cannot be known here, Stripe says; the hold goes back.
    let wrong = w.checkout(json!({ "discount_code": "SAVE5", "mode": "subscription" })).await;
    assert_eq!((wrong.status, wrong.code()), (400, "parameter_invalid"), "{}", wrong.text);
    let in_euros = json!({ "discount_code": "SAVE5", "mode": "payment", "price_id": "price_1EUR" });
    w.checkout(in_euros).await.refused(400, "parameter_invalid", "discount_code");
    let unknown_price = json!({ "discount_code": "SAVE5", "mode": "payment", "price_id": "price_none" });
    w.checkout(unknown_price).await.refused(400, "parameter_invalid", "price_id");
    assert_eq!(w.counts(&dollars).await, (1, 0));
    assert_eq!(w.sim.counts().sessions, 1);
}

async fn what_stripe_refuses(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let almost_free = w.code(json!({ "code": "ALMOST", "percent_off": 99 })).await;
    // Our rules take it; Stripe's do not.
    for (fields, param) in [
        (json!({ "success_url": "https://exa mple.com/".replace(' ', "%") }), "success_url"),
        (json!({ "customer_email": format!("{}@example.com", "x".repeat(600)) }), "customer_email"),
        (json!({ "quantity": 999_999 }), ""),
    ] {
        let mut body = World::checkout_body(fields.clone());
        body["discount_code"] = json!("SPRING");
        let refused = w.post(CHECKOUT, body).await;
        assert_eq!(
            (refused.status, refused.code(), refused.param()),
            (400, "parameter_invalid", param),
            "{}",
            refused.text
        );
        assert!(!refused.message().is_empty());
        assert_eq!(w.counts(&id).await, (0, 0), "{fields}: the hold was not given back");
    }
    let refused = w.checkout(json!({ "discount_code": "ALMOST" })).await;
    insta::assert_snapshot!(refused.shown(), @r#"
    400
    {"error":{"type":"invalid_request_error",
    "code":"parameter_invalid",
    "message":"Stripe refused: The Checkout Session's total amount due must add up to at least $0.50 usd"}}
    "#);
    assert_eq!((w.counts(&almost_free).await, w.sim.counts().sessions), ((0, 0), 0));
    // The one redemption is still there.
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
}

async fn a_key_for_codes_only(w: &World) {
    w.connect(&FOUR).await;
    w.sim.clear_requests();
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let refused = w.checkout(json!({ "discount_code": "SPRING" })).await;
    insta::assert_snapshot!(refused.shown(), @r#"
    403
    {"error":{"type":"permission_error",
    "code":"stripe_permission_missing",
    "message":"The Stripe connection lacks the permission checkout_session_write. Settings has the link that makes a key with it.",
    "missing":["checkout_session_write"]}}
    "#);
    assert_eq!(w.sim.counts().requests, 0, "what is known to be missing is refused first");
    assert_eq!(w.counts(&id).await, (0, 0));
    assert_eq!(w.get(CONNECTION).await.json["status"], "connected");
}

async fn a_revoked_key(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "expires_at": NEW_YEAR })).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    for (revoke, price) in [(true, "price_1ABC"), (false, "price_1EUR")] {
        let key = w.connect(&crate::harness::ALL).await;
        let done = if revoke { w.sim.revoke_key(&key) } else { w.sim.expire_key(&key) };
        assert!(done);
        let body = json!({ "discount_code": "SPRING", "price_id": price });
        let refused = w.checkout(body.clone()).await.refused(409, "needs_reauth", "");
        assert!(!refused.text.contains(&key[12..]));
        let connection = w.get(CONNECTION).await;
        assert_eq!((connection.status, &connection.json["status"]), (200, &json!("needs_reauth")));
        w.sim.clear_requests();
        w.checkout(body).await.refused(409, "needs_reauth", "");
        assert_eq!(w.sim.counts().requests, 0, "a parked connection is not used");
        assert_eq!(w.counts(&id).await, (1, 0));
    }
    w.connect(&crate::harness::ALL).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (1, (2, 0)));
}
