//! From hold to redeemed or released, with a key that has the four permissions alone.

use super::{HOUR_MS, confirm, hold, release, state};
use crate::harness::{FOUR, REDEMPTIONS, World, on_both_engines};
use serde_json::json;

on_both_engines!(with least; held_and_confirmed, held_and_released, the_one_of_a_checkout_is_read_alone);
on_both_engines!(its_coupon_is_taken_by_a_session_of_the_owners, a_checkouts_redemption_is_stripes_to_settle,);

async fn held_and_confirmed(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 5 })).await;
    let held = hold(w, json!({ "code": " spring ", "user_id": "user-1" })).await.expect(201);
    insta::assert_snapshot!(held.shown(), @r#"
    201
    {"object":"redemption",
    "id":"rd_…",
    "app_id":"taskpomo",
    "livemode":false,
    "discount_code":"dc_…",
    "code":"SPRING",
    "stripe_coupon":"cm_…",
    "state":"held",
    "user_id":"user-1",
    "checkout_session":null,
    "expires_at":1795003600000,
    "created_at":1795000000000,
    "settled_at":null}
    "#);
    let coupon = w.sim.coupons().pop().unwrap();
    assert_eq!((held.json["stripe_coupon"].as_str(), coupon.percent_off), (Some(&*coupon.id), Some(10.0)));
    assert_eq!((&held.json["discount_code"], w.counts(&code).await), (&json!(code), (1, 0)));
    assert_eq!(held.json["expires_at"], w.now() + HOUR_MS);
    assert_eq!(w.get(&format!("{REDEMPTIONS}/{}", held.id())).await.text, held.text);

    w.advance(1000);
    let confirmed = confirm(w, held.id()).await.expect(200);
    let mut redeemed = held.json.clone();
    redeemed["state"] = "redeemed".into();
    redeemed["settled_at"] = w.now().into();
    assert_eq!(confirmed.json, redeemed);
    w.advance(1000);
    assert_eq!(confirm(w, held.id()).await.expect(200).text, confirmed.text, "once more changes nothing");
    release(w, held.id()).await.refused(409, "redemption_redeemed", "");
    assert_eq!(w.get(&format!("{REDEMPTIONS}/{}", held.id())).await.text, confirmed.text);
    assert_eq!(w.counts(&code).await, (0, 1));
    assert_eq!(w.sim.counts().sessions, 0);
}

async fn held_and_released(w: &World) {
    let code =
        w.code(json!({ "code": "SPRING", "amount_off_cents": 500, "currency": "eur", "max_redemptions": 1 })).await;
    let held = hold(w, json!({ "expires_in": 60 })).await.expect(201);
    assert_eq!((&held.json["user_id"], &held.json["expires_at"]), (&json!(null), &json!(w.now() + 60_000)));
    hold(w, json!({})).await.refused(400, "discount_code_exhausted", "code");
    let released = release(w, held.id()).await.expect(200);
    assert_eq!((&released.json["state"], &released.json["settled_at"]), (&json!("released"), &json!(w.now())));
    w.advance(1);
    // A body without fields is as good as none.
    let path = format!("{REDEMPTIONS}/{}/release", held.id());
    assert_eq!(w.post(&path, json!({})).await.expect(200).text, released.text, "once more changes nothing");
    assert_eq!(w.counts(&code).await, (0, 0));
    let next = hold(w, json!({ "expires_in": 86_400 })).await.expect(201);
    assert_eq!(next.json["expires_at"], w.now() + 24 * HOUR_MS);
    assert_eq!((w.counts(&code).await, w.sim.coupons().len()), ((1, 0), 1));
}

/// Its session was made under a key that may; now there is one with the four alone, and the backend reads on.
async fn the_one_of_a_checkout_is_read_alone(w: &World) {
    w.connect(&crate::harness::ALL).await;
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = w.checkout(json!({ "discount_code": "SPRING", "user_id": "user-1" })).await.expect(201);
    w.connect(&FOUR).await;
    let id = session.json["discount"]["redemption"].as_str().unwrap();
    let read = w.get(&format!("{REDEMPTIONS}/{id}")).await.expect(200).json;
    assert_eq!((&read["checkout_session"], &read["expires_at"]), (&session.json["id"], &json!(null)));
    assert_eq!((&read["state"], &read["user_id"]), (&json!("held"), &json!("user-1")));
    assert_eq!(read["stripe_coupon"], session.json["discount"]["stripe_coupon"]);
}

async fn its_coupon_is_taken_by_a_session_of_the_owners(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let held = hold(w, json!({})).await.expect(201);
    let coupon = held.json["stripe_coupon"].as_str().unwrap();
    let form = [
        ("mode", "payment"),
        ("line_items[0][price]", "price_1ABC"),
        ("line_items[0][quantity]", "1"),
        ("discounts[0][coupon]", coupon),
        ("success_url", "https://taskpomo.app/thank-you"),
        ("cancel_url", "https://taskpomo.app/pricing"),
        ("metadata[codemint_redemption]", held.id()),
    ];
    let session = w.stripe_call("/v1/checkout/sessions", &form).await;
    assert_eq!(session["amount_total"], 2610, "as the guide has it");
    assert_eq!(session["metadata"]["codemint_redemption"], held.id());
}

async fn a_checkouts_redemption_is_stripes_to_settle(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let id = session.json["discount"]["redemption"].as_str().unwrap().to_owned();
    confirm(w, &id).await.refused(409, "redemption_of_checkout", "");
    let refused = release(w, &id).await;
    insta::assert_snapshot!(refused.shown(), @r#"
    409
    {"error":{"type":"conflict_error",
    "code":"redemption_of_checkout",
    "message":"This redemption belongs to a Checkout Session of Codemint's: its payment or its end settles it."}}
    "#);
    assert_eq!((state(w, &id).await.as_str(), w.counts(&code).await), ("held", (1, 0)));
}
