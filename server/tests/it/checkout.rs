//! Sessions that are made: the lazy mint, the reduced price, what Stripe is told.

use crate::harness::{Answer, CHECKOUT, NEW_YEAR, NOW, World, on_both_engines};
use serde_json::{Value, json};
use stripe_sim::Session;

on_both_engines!(
    the_issues_checkout,
    a_fixed_amount,
    without_a_code,
    the_box_for_promotion_codes,
    a_subscription_is_told_by_its_price,
    what_stripe_is_told,
    how_long_a_session_lives,
    everything_off,
);

fn the_issues_body() -> Value {
    json!({"app_id":"taskpomo","price_id":"price_1ABC","user_id":"user-123","success_url":"https://taskpomo.app/thank-you","cancel_url":"https://taskpomo.app/pricing","discount_code":"BLACKFRIDAY50"})
}

fn session(w: &World, answer: &Answer) -> Session {
    assert_eq!(answer.status, 201, "{}", answer.text);
    w.sim.session(answer.id()).unwrap()
}

async fn the_issues_checkout(w: &World) {
    let id = w
        .code(json!({ "code": "BLACKFRIDAY50", "percent_off": 50, "max_redemptions": 1000, "expires_at": NEW_YEAR }))
        .await;
    assert_eq!((w.sim.coupons().len(), w.read(&id).await["stripe_coupon"].clone()), (0, json!(null)));

    let first = w.post(CHECKOUT, the_issues_body()).await;
    insta::assert_snapshot!(first.shown(), @r#"
    201
    {"object":"checkout_session",
    "id":"cs_test_…",
    "url":"http://127.0.0.1:…/c/pay/cs_test_…",
    "expires_at":1795003600000,
    "discount":{"code":"BLACKFRIDAY50","discount_code":"dc_…","stripe_coupon":"cm_…","redemption":"rd_…"},
    "allow_promotion_codes":false,
    "notices":[]}
    "#);
    let coupons = w.sim.coupons();
    assert_eq!(coupons.len(), 1);
    let coupon = &coupons[0];
    assert_eq!((coupon.percent_off, coupon.amount_off, coupon.duration.as_str()), (Some(50.0), None, "once"));
    assert_eq!((coupon.name.as_deref(), coupon.max_redemptions, coupon.redeem_by), (Some("BLACKFRIDAY50"), None, None));
    assert_eq!(coupon.metadata["codemint_discount_code"], id);
    assert_eq!(w.read(&id).await["stripe_coupon"], coupon.id);

    let made = session(w, &first);
    assert_eq!((made.amount_subtotal, made.amount_total), (Some(2900), Some(1450)));
    assert_eq!(made.discounts[0].coupon.as_ref(), Some(&coupon.id));
    assert_eq!(made.client_reference_id.as_deref(), Some("user-123"));
    assert_eq!(made.success_url.as_deref(), Some("https://taskpomo.app/thank-you"));
    assert_eq!(made.cancel_url.as_deref(), Some("https://taskpomo.app/pricing"));
    assert_eq!((first.json["url"].as_str(), made.mode.as_str()), (made.url.as_deref(), "payment"));
    assert!(made.metadata.contains_key("codemint_checkout"));

    w.sim.clear_requests();
    let second = w.post(CHECKOUT, the_issues_body()).await.expect(201);
    assert_ne!(first.id(), second.id());
    assert_eq!(w.sim.coupons().len(), 1, "the second use takes the coupon of the first");
    assert_eq!(w.sim.counts().requests, 1, "and asks Stripe for nothing but the session");
    assert_eq!(w.counts(&id).await, (2, 0));
}

async fn a_fixed_amount(w: &World) {
    let id = w.code(json!({ "code": "SAVE5USD", "amount_off_cents": 500, "currency": "USD" })).await;
    let made = session(w, &w.checkout(json!({ "discount_code": " save5usd ", "quantity": 2 })).await);
    assert_eq!((made.amount_subtotal, made.amount_total), (Some(5800), Some(5300)));
    let coupon = &w.sim.coupons()[0];
    assert_eq!((coupon.amount_off, coupon.currency.as_deref(), coupon.percent_off), (Some(500), Some("usd"), None));
    assert_eq!(w.counts(&id).await, (1, 0));
}

async fn without_a_code(w: &World) {
    let answer = w.checkout(json!({})).await;
    insta::assert_snapshot!(answer.shown(), @r#"
    201
    {"object":"checkout_session",
    "id":"cs_test_…",
    "url":"http://127.0.0.1:…/c/pay/cs_test_…",
    "expires_at":1795086400000,
    "discount":null,
    "allow_promotion_codes":false,
    "notices":[]}
    "#);
    assert_eq!(session(w, &answer).amount_total, Some(2900));
    assert!(w.sim.coupons().is_empty());
}

async fn the_box_for_promotion_codes(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let alone = w.checkout(json!({ "allow_promotion_codes": true })).await;
    assert_eq!((&alone.json["allow_promotion_codes"], &alone.json["notices"]), (&json!(true), &json!([])));
    assert_eq!(session(w, &alone).allow_promotion_codes, Some(true));

    let both = w.checkout(json!({ "allow_promotion_codes": true, "discount_code": "SPRING" })).await;
    assert_eq!(
        (&both.json["allow_promotion_codes"], &both.json["discount"]["code"]),
        (&json!(false), &json!("SPRING"))
    );
    let notices = both.json["notices"].as_array().unwrap();
    assert!(notices.len() == 1 && notices[0].as_str().unwrap().contains("allow_promotion_codes"), "{notices:?}");
    let made = session(w, &both);
    assert_eq!((made.allow_promotion_codes, made.amount_total), (None, Some(2610)));

    let off = w.checkout(json!({ "allow_promotion_codes": false, "discount_code": "SPRING" })).await;
    assert_eq!((&off.json["notices"], session(w, &off).amount_total), (&json!([]), Some(2610)));
    assert_eq!(w.counts(&id).await, (2, 0));
}

async fn a_subscription_is_told_by_its_price(w: &World) {
    w.code(json!({ "code": "MONTHS", "percent_off": 50, "duration": "repeating", "duration_in_months": 3 })).await;
    for mode in [json!(null), json!("subscription")] {
        let answer = w.checkout(json!({ "price_id": "price_1SUB", "mode": mode, "discount_code": "MONTHS" })).await;
        let made = session(w, &answer);
        assert_eq!((made.mode.as_str(), made.amount_total), ("subscription", Some(450)));
    }
    let coupon = &w.sim.coupons()[0];
    assert_eq!((coupon.duration.as_str(), coupon.duration_in_months), ("repeating", Some(3)));
}

async fn what_stripe_is_told(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 12.5 })).await;
    w.checkout(
        json!({ "discount_code": "SPRING", "customer_email": "buyer@example.com", "user_id": "u-1", "quantity": 3 }),
    )
    .await
    .expect(201);
    let calls = w.sim.requests();
    let told: Vec<_> = calls.iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    assert_eq!(told, ["GET /v1/prices/price_1ABC", "POST /v1/coupons", "POST /v1/checkout/sessions"]);
    assert!(calls.iter().all(|call| call.stripe_version.as_deref() == Some("2026-10-28.endive")));
    assert!(calls[1..].iter().all(|call| call.idempotency_key.is_some()));
    let coupon: Vec<_> = calls[1].params.iter().map(|(name, value)| json!([name, value])).collect();
    let session: Vec<_> = calls[2].params.iter().map(|(name, value)| json!([name, value])).collect();
    insta::assert_snapshot!(crate::harness::shown(&json!(coupon)), @r#"
    [["id","cm_…"],
    ["name","SPRING"],
    ["percent_off","12.5"],
    ["duration","once"],
    ["metadata[codemint_discount_code]","dc_…"],
    ["metadata[codemint_terms]","8af6bce4a2b4be5e5076f6fadc25b98e"]]
    "#);
    insta::assert_snapshot!(crate::harness::shown(&json!(session)), @r#"
    [["mode","payment"],
    ["line_items[0][price]","price_1ABC"],
    ["line_items[0][quantity]","3"],
    ["success_url","https://taskpomo.app/thank-you"],
    ["cancel_url","https://taskpomo.app/pricing"],
    ["client_reference_id","u-1"],
    ["customer_email","buyer@example.com"],
    ["discounts[0][coupon]","cm_…"],
    ["metadata[codemint_checkout]","co_…"]]
    "#);
}

async fn how_long_a_session_lives(w: &World) {
    w.code(json!({ "code": "LIMITED", "percent_off": 10, "max_redemptions": 5 })).await;
    w.code(json!({ "code": "FREE", "percent_off": 10 })).await;
    let (minute, hour) = (60_000, 3_600_000);
    for (fields, lives) in [
        (json!({ "discount_code": "LIMITED" }), hour),
        (json!({ "discount_code": "FREE" }), 24 * hour),
        (json!({}), 24 * hour),
        (json!({ "discount_code": "LIMITED", "expires_in": 7200 }), 2 * hour),
        // Two minutes above Stripe's least, so that a request that is sent again is still good.
        (json!({ "expires_in": 1800 }), 32 * minute),
    ] {
        let answer = w.checkout(fields.clone()).await.expect(201);
        assert_eq!(answer.json["expires_at"], NOW + lives, "{fields}");
        assert_eq!(session(w, &answer).expires_at * 1000, NOW + lives);
    }
}

async fn everything_off(w: &World) {
    w.code(json!({ "code": "FREE", "percent_off": 100 })).await;
    assert_eq!(session(w, &w.checkout(json!({ "discount_code": "FREE" })).await).amount_total, Some(0));
}
