//! Whether a code can be used now: every reason, and that asking reserves nothing.

use crate::harness::{ALL, CODES, NEW_YEAR, VALIDATE, World, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(every_reason, a_valid_code, what_a_validation_does_not_take);

mod unconnected {
    use super::*;
    on_both_engines!(with unconnected; a_validation_needs_no_stripe);

    async fn a_validation_needs_no_stripe(w: &World) {
        w.code(json!({ "code": "SAVE5", "amount_off_cents": 500, "currency": "usd" })).await;
        for price in [json!(null), json!("price_1EUR")] {
            assert_eq!(validate(w, json!({ "code": "SAVE5", "price_id": price })).await["valid"], true);
        }
    }
}

async fn validate(w: &World, fields: Value) -> Value {
    w.post(VALIDATE, fields).await.expect(200).json
}

async fn every_reason(w: &World) {
    let soon = w.now() + 1000;
    w.code(json!({ "code": "SAVE5", "amount_off_cents": 500, "currency": "usd" })).await;
    w.code(json!({ "code": "LATER", "percent_off": 1, "starts_at": NEW_YEAR })).await;
    w.code(json!({ "code": "OVER", "percent_off": 1, "expires_at": soon })).await;
    w.code(json!({ "code": "LAST", "percent_off": 1, "max_redemptions": 1 })).await;
    let paused = w.code(json!({ "code": "PAUSED", "percent_off": 1 })).await;
    w.patch(&format!("{CODES}/{paused}"), json!({ "active": false })).await.expect(200);
    let gone = w.code(json!({ "code": "GONE", "percent_off": 1 })).await;
    w.delete(&format!("{CODES}/{gone}")).await.expect(200);
    assert_eq!(validate(w, json!({ "code": "OVER" })).await["valid"], true);
    w.checkout(json!({ "discount_code": "LAST" })).await.expect(201);
    w.advance(1000);

    for (fields, reason) in [
        (json!({ "code": "NOBODYS" }), "unknown"),
        (json!({ "code": "é" }), "unknown"),
        (json!({ "code": "GONE" }), "unknown"),
        (json!({ "code": "PAUSED" }), "paused"),
        (json!({ "code": "LATER" }), "not_started"),
        (json!({ "code": "OVER" }), "expired"),
        (json!({ "code": "LAST" }), "exhausted"),
        (json!({ "code": "SAVE5", "price_id": "price_1EUR" }), "currency_mismatch"),
    ] {
        assert_eq!(validate(w, fields.clone()).await, json!({ "valid": false, "reason": reason }), "{fields}");
        // A checkout is refused for the same reason, under the code that ends with it.
        let text = fields["code"].clone();
        let price = fields.get("price_id").cloned().unwrap_or(json!("price_1ABC"));
        let refused = w.checkout(json!({ "discount_code": text, "price_id": price })).await;
        refused.refused(400, &format!("discount_code_{reason}"), "discount_code");
    }
    assert_eq!(w.sim.coupons().len(), 1, "only the one that was used has a coupon");
}

async fn a_valid_code(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let body = json!({ "app_id": "taskpomo", "code": " spring ", "price_id": "price_1ABC", "user_id": "user-123" });
    let answer = w.post(VALIDATE, body).await;
    insta::assert_snapshot!(answer.shown(), @r#"
    200
    {"valid":true,
    "discount_code":{"object":"discount_code","id":"dc_…","app_id":"taskpomo","livemode":false,"code":"SPRING","percent_off":10,"amount_off_cents":null,"currency":null,"duration":"once","duration_in_months":null,"max_redemptions":1,"max_redemptions_per_user":null,"minimum_amount_cents":null,"minimum_amount_currency":null,"redemptions":{"count":0,"held":0,"redeemed":0},"starts_at":null,"expires_at":null,"active":true,"status":"active","stripe_coupon":null,"metadata":{},"created_at":1795000000000}}
    "#);
    assert_eq!(answer.json["discount_code"], w.read(&id).await);
    for _ in 0..5 {
        assert_eq!(validate(w, json!({ "code": "SPRING" })).await["valid"], true);
    }
    assert_eq!(w.counts(&id).await, (0, 0));
    assert_eq!(w.sim.counts().requests, 0, "a percentage fits every price: nobody is asked");
}

async fn what_a_validation_does_not_take(w: &World) {
    w.code(json!({ "code": "SAVE5", "amount_off_cents": 500, "currency": "usd" })).await;
    for (body, code, param) in [
        (json!({}), "parameter_missing", "code"),
        (json!({ "code": " " }), "parameter_missing", "code"),
        (json!({ "code": 5 }), "parameter_invalid", "code"),
        (json!({ "code": "SAVE5", "user_id": "" }), "parameter_invalid", "user_id"),
        (json!({ "code": "SAVE5", "user_id": "x".repeat(201) }), "parameter_invalid", "user_id"),
        (json!({ "code": "SAVE5", "price_id": "price_none" }), "parameter_invalid", "price_id"),
        (json!({ "code": "SAVE5", "price": "price_1ABC" }), "parameter_unknown", "price"),
    ] {
        w.post(VALIDATE, body).await.refused(400, code, param);
    }
    w.post(VALIDATE, json!({ "app_id": "nobodys", "code": "SAVE5" })).await.refused(404, "resource_missing", "app_id");
    // Stripe away: a mismatch cannot be told, so that is said.
    w.sim.set_down(true);
    let answer = w.post(VALIDATE, json!({ "code": "SAVE5", "price_id": "price_1ABC" })).await;
    assert_eq!((answer.refused(503, "stripe_unavailable", "").header("retry-after")), Some("5"));
    w.sim.set_down(false);
    w.connect(&ALL).await;
    assert_eq!(validate(w, json!({ "code": "SAVE5", "price_id": "price_1ABC" })).await["valid"], true);
}
