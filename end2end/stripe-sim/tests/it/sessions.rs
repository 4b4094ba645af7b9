//! Checkout Sessions: sums, ends, and what is refused.

use stripe_sim::{Price, SessionStatus};

use crate::common::{ALL, NOW, Stripe, stripe};

/// Parameters, and the `param` and the message that refuse them.
type Refusal<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>, &'a str);

async fn coupon(stripe: &Stripe, id: &str, terms: &[(&str, &str)]) {
    let mut params = vec![("id", id)];
    params.extend_from_slice(terms);
    stripe.post("/v1/coupons", &params).await.ok();
}

#[tokio::test]
async fn sums() {
    let stripe = stripe().await;
    coupon(&stripe, "P15", &[("percent_off", "15")]).await;
    coupon(&stripe, "P12_5", &[("percent_off", "12.5")]).await;
    coupon(&stripe, "ALL", &[("percent_off", "100")]).await;
    coupon(
        &stripe,
        "USD10",
        &[("amount_off", "1000"), ("currency", "usd"), ("currency_options[eur][amount_off]", "900")],
    )
    .await;
    coupon(&stripe, "JPY500", &[("amount_off", "500"), ("currency", "jpy")]).await;
    coupon(&stripe, "USD99", &[("amount_off", "9900"), ("currency", "usd")]).await;
    // price, quantity, coupon; subtotal, discount
    let cases = [
        ("price_1ABC", "1", "P15", 2900, 435),
        ("price_1ABC", "3", "P12_5", 8700, 1088), // 1087.5
        ("price_1ABC", "1", "ALL", 2900, 2900),
        ("price_1ABC", "2", "USD10", 5800, 1000),
        ("price_1EUR", "1", "USD10", 2000, 900),
        ("price_1JPY", "1", "P15", 3000, 450),
        ("price_1JPY", "1", "JPY500", 3000, 500),
        ("price_1ABC", "1", "USD99", 2900, 2900),
    ];
    for (price, quantity, coupon, subtotal, discount) in cases {
        let more = [("line_items[0][quantity]", quantity), ("discounts[0][coupon]", coupon)];
        let session = stripe.session(price, &more).await.ok();
        assert_eq!(session["amount_subtotal"], subtotal, "{coupon}");
        assert_eq!(session["total_details"]["amount_discount"], discount, "{coupon}");
        assert_eq!(session["amount_total"], subtotal - discount, "{coupon}");
        assert_eq!(session["discounts"], serde_json::json!([{ "coupon": coupon, "promotion_code": null }]));
        let expected = if subtotal == discount { "no_payment_required" } else { "unpaid" };
        assert_eq!(session["payment_status"], expected);
    }
}

#[tokio::test]
async fn lines_share_the_discount() {
    let stripe = stripe().await;
    coupon(&stripe, "PRO", &[("percent_off", "50"), ("applies_to[products][0]", "prod_1ABC")]).await;
    let account = stripe_sim::AccountId::default();
    stripe.sim.add_price(&account, false, Price::one_time("price_2", "usd", 1100, "Stickers"));
    let more = [
        ("line_items[1][price]", "price_2"),
        ("line_items[1][quantity]", "2"),
        ("discounts[0][coupon]", "PRO"),
        ("expand[0]", "line_items"),
        ("expand[1]", "total_details.breakdown"),
    ];
    let session = stripe.session("price_1ABC", &more).await.ok();
    assert_eq!((&session["amount_subtotal"], &session["amount_total"]), (&5100.into(), &3650.into()));
    let discounts: Vec<_> =
        session["line_items"]["data"].as_array().unwrap().iter().map(|line| line["amount_discount"].as_i64()).collect();
    assert_eq!(discounts, [Some(1450), Some(0)]);
    assert_eq!(session["total_details"]["breakdown"]["discounts"][0]["amount"], 1450);
    assert_eq!(session["total_details"]["breakdown"]["discounts"][0]["discount"]["source"]["coupon"], "PRO");

    let path = format!("/v1/checkout/sessions/{}/line_items?limit=1", session["id"].as_str().unwrap());
    let first = stripe.get(&path).await.ok();
    assert_eq!((&first["data"][0]["price"]["id"], &first["has_more"]), (&"price_1ABC".into(), &true.into()));
    let after = format!("{path}&starting_after={}", first["data"][0]["id"].as_str().unwrap());
    assert_eq!(stripe.get(&after).await.ok()["data"][0]["description"], "Stickers");
    let nothing = stripe.session("price_2", &[("discounts[0][coupon]", "PRO")]).await;
    assert_eq!(nothing.status, 400);
}

#[tokio::test]
async fn what_is_refused() {
    let stripe = stripe().await;
    stripe.coupon("C").await;
    coupon(&stripe, "EUR5", &[("amount_off", "500"), ("currency", "eur")]).await;
    coupon(&stripe, "ALMOST", &[("amount_off", "2851"), ("currency", "usd")]).await;
    let (early, late) = ((NOW + 30 * 60 - 1).to_string(), (NOW + 86401).to_string());
    let long = "r".repeat(201);
    let exclusive = "You may only specify one of these parameters: allow_promotion_codes, discounts.";
    let recurring = "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.";
    let no_recurring = "You must provide at least one recurring price in `subscription` mode when using prices.";
    let mixed = "The price specified only supports `eur`. This doesn't match the expected currency: `usd`.";
    let wrong_currency = "The coupon `EUR5` only supports `eur`. This doesn't match the expected currency: `usd`.";
    let small = "The Checkout Session's total amount due must add up to at least $0.50 usd";
    let soon = "The expires_at timestamp must be at least 30 minutes from Checkout Session creation.";
    let far = "The expires_at timestamp must be less than 24 hours from Checkout Session creation.";
    let cases: &[Refusal] = &[
        (&[("discounts[0][coupon]", "C"), ("allow_promotion_codes", "true")], Some("allow_promotion_codes"), exclusive),
        (
            &[("discounts[0][coupon]", "C"), ("allow_promotion_codes", "false")],
            Some("allow_promotion_codes"),
            exclusive,
        ),
        (&[("discounts[0][coupon]", "NO")], Some("discounts[0][coupon]"), "No such coupon: 'NO'"),
        (&[("discounts[0][coupon]", "EUR5")], Some("discounts[0][coupon]"), wrong_currency),
        (&[("discounts[0][coupon]", "ALMOST")], None, small),
        (&[("line_items[0][price]", "price_no")], Some("line_items[0][price]"), "No such price: 'price_no'"),
        (&[("line_items[0][price]", "price_1SUB")], Some("mode"), recurring),
        (&[("mode", "subscription")], Some("line_items"), no_recurring),
        (&[("mode", "nonsense")], Some("mode"), "Invalid mode: must be one of payment, setup, or subscription"),
        (
            &[("line_items[1][price]", "price_1EUR"), ("line_items[1][quantity]", "1")],
            Some("line_items[1][price]"),
            mixed,
        ),
        (&[("expires_at", &early)], Some("expires_at"), soon),
        (&[("expires_at", &late)], Some("expires_at"), far),
        (&[("success_url", "nonsense")], Some("success_url"), "Not a valid URL"),
        (&[("success_url", "javascript:alert(1)")], Some("success_url"), "Not a valid URL"),
        (&[("customer_email", "nonsense")], Some("customer_email"), "Invalid email address: nonsense"),
        (&[("customer", "cus_1")], Some("customer"), "No such customer: 'cus_1'"),
        (
            &[("client_reference_id", &long)],
            Some("client_reference_id"),
            "Invalid string: rrrrrrrrrr...rrrrr; must be at most 200 characters",
        ),
        (
            &[("payment_method_types[0]", "card")],
            Some("payment_method_types"),
            "Received unknown parameter: payment_method_types",
        ),
        (
            &[("line_items[0][quantity]", "0")],
            Some("line_items[0][quantity]"),
            "This value must be greater than or equal to 1 (it currently is '0').",
        ),
    ];
    for (more, param, message) in cases {
        let price =
            more.iter().find(|(name, _)| *name == "line_items[0][price]").map_or("price_1ABC", |(_, price)| price);
        let refused = stripe.session(price, more).await;
        assert_eq!((refused.status.as_u16(), refused.param(), refused.message()), (400, *param, *message), "{more:?}");
    }
    let bare = stripe.post("/v1/checkout/sessions", &[("mode", "payment")]).await;
    assert_eq!((bare.code(), bare.message()), (Some("parameter_missing"), "Missing required param: success_url."));
    assert_eq!(stripe.sim.sessions().len(), 0);
}

#[tokio::test]
async fn the_least_total_is_allowed() {
    let stripe = stripe().await;
    coupon(&stripe, "LEAST", &[("amount_off", "2850"), ("currency", "usd")]).await;
    assert_eq!(stripe.session("price_1ABC", &[("discounts[0][coupon]", "LEAST")]).await.ok()["amount_total"], 50);
}

#[tokio::test]
async fn live_mode_redirects_by_https_only() {
    let stripe = stripe().await;
    let http = [("success_url", "http://localhost:3000/thanks")];
    let session = stripe.session("price_1ABC", &http).await.ok();
    assert!(session["id"].as_str().unwrap().starts_with("cs_test_"));
    let live = stripe.issue(true, ALL);
    let stripe = stripe.with_key(live);
    assert_eq!(
        stripe.session("price_1ABC", &http).await.message(),
        "Livemode requests must always be redirected via HTTPS."
    );
    assert!(stripe.session("price_1ABC", &[]).await.ok()["id"].as_str().unwrap().starts_with("cs_live_"));
}

#[tokio::test]
async fn the_clock_ends_a_session() {
    let stripe = stripe().await;
    let end = NOW + 32 * 60;
    let session = stripe.session("price_1ABC", &[("expires_at", &end.to_string())]).await.ok();
    let id = session["id"].as_str().unwrap();
    let path = format!("/v1/checkout/sessions/{id}");
    assert_eq!(session["url"], format!("{}/c/pay/{id}", stripe.running.url));
    stripe.sim.set_clock((end - 1) * 1000);
    assert_eq!(stripe.get(&path).await.ok()["status"], "open");
    stripe.sim.set_clock(end * 1000);
    let seen = stripe.get(&path).await.ok();
    assert_eq!((&seen["status"], &seen["url"]), (&"expired".into(), &serde_json::Value::Null));
    assert_eq!(stripe.sim.complete_session(id), Err(stripe_sim::Refused::NotOpen));
    assert_eq!(stripe.post(&format!("{path}/expire"), &[]).await.status, 400);
    let found = stripe.get("/v1/checkout/sessions?status=expired").await.ok();
    assert_eq!(found["data"][0]["id"], id);
    assert_eq!(stripe.sim.counts().expired_sessions, 1);
}

#[tokio::test]
async fn a_session_is_expired_once() {
    let stripe = stripe().await;
    let id = stripe.session("price_1ABC", &[]).await.id();
    let path = format!("/v1/checkout/sessions/{id}/expire");
    assert_eq!(stripe.post(&path, &[]).await.ok()["status"], "expired");
    assert!(stripe.post(&path, &[]).await.message().ends_with("This Checkout Session has a status of expired"));
    assert_eq!(stripe.sim.session(&id).unwrap().status, SessionStatus::Expired);
}

#[tokio::test]
async fn paying_counts_the_redemption() {
    let stripe = stripe().await;
    coupon(&stripe, "ONCE", &[("percent_off", "25"), ("max_redemptions", "1")]).await;
    let params = [("promotion[type]", "coupon"), ("promotion[coupon]", "ONCE"), ("code", "HELLO")];
    let code = stripe.post("/v1/promotion_codes", &params).await.id();
    let session = stripe
        .session("price_1ABC", &[("discounts[0][promotion_code]", &code), ("customer_email", "a@b.example")])
        .await;
    let session = session.ok();
    assert_eq!(session["discounts"], serde_json::json!([{ "coupon": null, "promotion_code": code }]));
    assert_eq!(session["amount_total"], 2175);
    let paid = stripe.sim.complete_session(session["id"].as_str().unwrap()).unwrap();
    assert_eq!((paid.status, paid.url), (SessionStatus::Complete, None));
    assert_eq!(paid.customer_details.unwrap().email.as_deref(), Some("a@b.example"));
    let coupon = stripe.get("/v1/coupons/ONCE").await.ok();
    assert_eq!((&coupon["times_redeemed"], &coupon["valid"]), (&1.into(), &false.into()));
    let code_seen = stripe.get(&format!("/v1/promotion_codes/{code}")).await.ok();
    assert_eq!((&code_seen["times_redeemed"], &code_seen["active"]), (&1.into(), &false.into()));
    let refused = stripe.session("price_1ABC", &[("discounts[0][coupon]", "ONCE")]).await;
    assert_eq!((refused.code(), refused.message()), (Some("coupon_expired"), "Coupon expired: ONCE"));
    assert_eq!(stripe.session("price_1ABC", &[("discounts[0][promotion_code]", &code)]).await.status, 400);
    let list = stripe.get("/v1/checkout/sessions?customer_details[email]=a@b.example").await.ok();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn subscriptions() {
    let stripe = stripe().await;
    stripe.coupon("C").await;
    let more = [("mode", "subscription"), ("discounts[0][coupon]", "C")];
    let session = stripe.session("price_1SUB", &more).await.ok();
    assert_eq!((&session["amount_total"], &session["ui_mode"]), (&675.into(), &"hosted_page".into()));
    let paid = stripe.sim.complete_session(session["id"].as_str().unwrap()).unwrap();
    assert!(paid.subscription.unwrap().starts_with("sub_"));
}
