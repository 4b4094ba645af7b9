//! The least that a purchase comes to, and times: where the price tells the amount, in its currency, before anything is minted or held.

use crate::harness::{CODES, FOUR, NEW_YEAR, VALIDATE, WITHOUT_PRICES, World, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    price_times_quantity,
    in_the_currency_of_the_minimum,
    in_whatever_the_price_is_in,
    where_the_price_does_not_tell,
    a_validation_is_for_one_piece,
    a_minimum_is_changed_and_cleared,
    a_minimum_and_new_terms,
    a_code_that_starts_later,
);

mod unconnected {
    use super::*;
    on_both_engines!(with unconnected; a_validation_without_stripe_knows_no_price);

    async fn a_validation_without_stripe_knows_no_price(w: &World) {
        w.code(json!({ "code": "BIG", "percent_off": 10, "minimum_amount_cents": 99_999 })).await;
        assert_eq!(validate(w, "BIG", json!("price_1ABC")).await["valid"], true);
    }
}

async fn validate(w: &World, code: &str, price: Value) -> Value {
    w.post(VALIDATE, json!({ "code": code, "price_id": price })).await.expect(200).json
}

fn buys(code: &str, price: &str, quantity: i64) -> Value {
    json!({ "discount_code": code, "price_id": price, "quantity": quantity })
}

/// The price costs $29.00.
async fn price_times_quantity(w: &World) {
    for (code, minimum, pieces) in [("ONE", 2900, 1), ("TWO", 2901, 2), ("TEN", 29_000, 10)] {
        let id = w.code(json!({ "code": code, "percent_off": 10, "minimum_amount_cents": minimum, "minimum_amount_currency": "USD" })).await;
        let told = w.read(&id).await;
        assert_eq!((&told["minimum_amount_cents"], &told["minimum_amount_currency"]), (&json!(minimum), &json!("usd")));
        w.sim.clear_requests();
        let coupons = w.sim.coupons().len();
        if pieces > 1 {
            let refused = w.checkout(buys(code, "price_1ABC", pieces - 1)).await;
            refused.refused(400, "discount_code_minimum_not_met", "discount_code");
        }
        assert_eq!(
            (w.sim.coupons().len(), w.counts(&id).await),
            (coupons, (0, 0)),
            "{code}: nothing minted, nothing held"
        );
        assert_eq!(w.database.number("SELECT count(*) FROM discount_codes WHERE mint_intent_at IS NULL").await, 1);
        assert_eq!(w.sim.request_count("POST", "/v1/checkout/sessions"), 0);
        w.checkout(buys(code, "price_1ABC", pieces)).await.expect(201);
        assert_eq!(w.counts(&id).await, (1, 0));
    }
}

async fn in_the_currency_of_the_minimum(w: &World) {
    let percent =
        json!({ "code": "EUROS", "percent_off": 10, "minimum_amount_cents": 1, "minimum_amount_currency": "eur" });
    let id = w.code(percent).await;
    w.checkout(buys("EUROS", "price_1ABC", 1)).await.refused(400, "discount_code_currency_mismatch", "discount_code");
    assert_eq!(validate(w, "EUROS", json!("price_1ABC")).await["reason"], "currency_mismatch");
    w.checkout(buys("EUROS", "price_1EUR", 1)).await.expect(201);
    assert_eq!(w.counts(&id).await, (1, 0));
    // With a fixed amount it is in the discount's, said or not.
    let fixed = json!({ "code": "OFF5", "amount_off_cents": 500, "currency": "usd", "minimum_amount_cents": 5800 });
    let id = w.code(fixed).await;
    assert_eq!(w.read(&id).await["minimum_amount_currency"], "usd");
    w.checkout(buys("OFF5", "price_1EUR", 9)).await.refused(400, "discount_code_currency_mismatch", "discount_code");
    w.checkout(buys("OFF5", "price_1ABC", 1)).await.refused(400, "discount_code_minimum_not_met", "discount_code");
    w.checkout(buys("OFF5", "price_1ABC", 2)).await.expect(201);
}

async fn in_whatever_the_price_is_in(w: &World) {
    let id = w.code(json!({ "code": "ANY", "percent_off": 10, "minimum_amount_cents": 3000 })).await;
    assert_eq!(w.read(&id).await["minimum_amount_currency"], json!(null));
    for price in ["price_1ABC", "price_1EUR"] {
        w.checkout(buys("ANY", price, 1)).await.refused(400, "discount_code_minimum_not_met", "discount_code");
        w.checkout(buys("ANY", price, 2)).await.expect(201);
    }
    assert_eq!(w.counts(&id).await, (2, 0));
}

async fn where_the_price_does_not_tell(w: &World) {
    let minimum =
        json!({ "code": "BIG", "percent_off": 10, "minimum_amount_cents": 99_999, "minimum_amount_currency": "usd" });
    let id = w.code(minimum).await;
    w.checkout(buys("BIG", "price_1ABC", 1)).await.refused(400, "discount_code_minimum_not_met", "discount_code");
    // In tiers, as Stripe tells it: a currency and no amount.
    w.database.execute("UPDATE prices SET unit_amount = NULL").await;
    w.checkout(buys("BIG", "price_1ABC", 1)).await.expect(201);
    assert_eq!(validate(w, "BIG", json!("price_1ABC")).await["valid"], true);
    w.checkout(buys("BIG", "price_1EUR", 1)).await.refused(400, "discount_code_currency_mismatch", "discount_code");
    // Prices may not be read.
    w.connect(&WITHOUT_PRICES).await;
    let blind = json!({ "discount_code": "BIG", "price_id": "price_1EUR", "mode": "payment" });
    w.checkout(blind).await.expect(201);
    assert_eq!(w.counts(&id).await, (2, 0));
    w.connect(&FOUR).await;
    assert_eq!(validate(w, "BIG", json!("price_1ABC")).await["valid"], true);
}

async fn a_validation_is_for_one_piece(w: &World) {
    w.code(json!({ "code": "ONE", "percent_off": 10, "minimum_amount_cents": 2900 })).await;
    w.code(json!({ "code": "TWO", "percent_off": 10, "minimum_amount_cents": 2901 })).await;
    w.sim.clear_requests();
    for (code, price, answer) in [
        ("ONE", json!("price_1ABC"), json!(null)),
        ("TWO", json!("price_1ABC"), json!("minimum_not_met")),
        ("TWO", json!(null), json!(null)),
    ] {
        let told = validate(w, code, price.clone()).await;
        assert_eq!((&told["reason"], told["valid"].as_bool()), (&answer, Some(answer.is_null())), "{code} {price}");
    }
    assert_eq!(w.sim.counts().requests, 1, "a price is learned once");
    assert_eq!(w.sim.coupons().len(), 0);
}

async fn a_minimum_is_changed_and_cleared(w: &World) {
    let id = w
        .code(
            json!({ "code": "BIG", "percent_off": 10, "minimum_amount_cents": 5000, "minimum_amount_currency": "usd" }),
        )
        .await;
    let path = format!("{CODES}/{id}");
    w.checkout(buys("BIG", "price_1ABC", 1)).await.refused(400, "discount_code_minimum_not_met", "discount_code");
    let lowered = w.patch(&path, json!({ "minimum_amount_cents": 2900 })).await.expect(200);
    assert_eq!(lowered.json["minimum_amount_currency"], "usd");
    w.checkout(buys("BIG", "price_1ABC", 1)).await.expect(201);
    // Also after it was minted: limits are kept here, not in Stripe.
    w.patch(&path, json!({ "minimum_amount_cents": 2901 })).await.expect(200);
    w.checkout(buys("BIG", "price_1ABC", 1)).await.refused(400, "discount_code_minimum_not_met", "discount_code");
    let lonely = w.patch(&path, json!({ "minimum_amount_cents": null, "minimum_amount_currency": "usd" })).await;
    lonely.refused(400, "parameter_invalid", "minimum_amount_currency");
    let cleared = w.patch(&path, json!({ "minimum_amount_cents": null })).await.expect(200);
    assert_eq!(
        (&cleared.json["minimum_amount_cents"], &cleared.json["minimum_amount_currency"]),
        (&json!(null), &json!(null))
    );
    w.checkout(buys("BIG", "price_1ABC", 1)).await.expect(201);
    assert_eq!(w.counts(&id).await, (2, 0));
}

async fn a_minimum_and_new_terms(w: &World) {
    let id = w
        .code(json!({ "code": "BIG", "amount_off_cents": 500, "currency": "usd", "minimum_amount_cents": 5000 }))
        .await;
    let path = format!("{CODES}/{id}");
    let euros = |minimum: Value| {
        let mut patch = json!({ "amount_off_cents": 400, "currency": "eur" });
        if !minimum.is_null() {
            patch["minimum_amount_cents"] = minimum;
        }
        patch
    };
    let refused = w.patch(&path, euros(json!(null))).await.refused(400, "parameter_invalid", "minimum_amount_cents");
    assert!(refused.message().contains("in usd and the discount would be in eur"), "{}", refused.message());
    assert_eq!(w.read(&id).await["currency"], "usd", "nothing of it was changed");
    let changed = w.patch(&path, euros(json!(4000))).await.expect(200).json;
    assert_eq!((&changed["currency"], &changed["minimum_amount_currency"]), (&json!("eur"), &json!("eur")));
    // A percentage leaves the minimum in its currency.
    let percent = w.patch(&path, json!({ "percent_off": 20 })).await.expect(200).json;
    assert_eq!((&percent["minimum_amount_cents"], &percent["minimum_amount_currency"]), (&json!(4000), &json!("eur")));
}

async fn a_code_that_starts_later(w: &World) {
    let id = w.code(json!({ "code": "LATER", "percent_off": 10, "starts_at": NEW_YEAR })).await;
    let path = format!("{CODES}/{id}");
    let status = async || w.read(&id).await["status"].clone();
    assert_eq!(status().await, "scheduled");
    let listed = w.get(&format!("{CODES}?status=scheduled")).await.expect(200).json;
    assert_eq!((listed["data"].as_array().unwrap().len(), &listed["data"][0]["id"]), (1, &json!(id)));
    assert_eq!(validate(w, "LATER", json!(null)).await, json!({ "valid": false, "reason": "not_started" }));
    w.checkout(buys("LATER", "price_1ABC", 1)).await.refused(400, "discount_code_not_started", "discount_code");
    let own = json!({ "app_id": "taskpomo", "code": "LATER" });
    w.post("/v1/redemptions", own).await.refused(400, "discount_code_not_started", "code");
    // To the millisecond, and as it is changed.
    w.patch(&path, json!({ "starts_at": w.now() + 1 })).await.expect(200);
    w.checkout(buys("LATER", "price_1ABC", 1)).await.refused(400, "discount_code_not_started", "discount_code");
    w.advance(1);
    assert_eq!(
        (status().await, validate(w, "LATER", json!(null)).await["valid"].clone()),
        (json!("active"), json!(true))
    );
    w.checkout(buys("LATER", "price_1ABC", 1)).await.expect(201);
    w.patch(&path, json!({ "starts_at": NEW_YEAR, "expires_at": NEW_YEAR })).await.refused(
        400,
        "parameter_invalid",
        "starts_at",
    );
    w.patch(&path, json!({ "starts_at": NEW_YEAR })).await.expect(200);
    w.checkout(buys("LATER", "price_1ABC", 1)).await.refused(400, "discount_code_not_started", "discount_code");
    w.patch(&path, json!({ "starts_at": null })).await.expect(200);
    w.checkout(buys("LATER", "price_1ABC", 1)).await.expect(201);
    assert_eq!(w.counts(&id).await, (2, 0));
}
