//! What an owner makes by hand, what a shop without Codemint sells, and what becomes of a promotion code that way.

use reqwest::{Response, StatusCode};
use serde_json::json;
use stripe_sim::{AccountId, Refused};

use crate::common::{NOW, Stripe, stripe};

const HERE: [(&str, &str); 2] = [("account", "acct_1TestCodemint"), ("mode", "test")];

async fn press(stripe: &Stripe, action: &str, form: &[(&str, &str)]) -> Response {
    let form = [form, &HERE].concat();
    stripe.http.post(format!("{}/dashboard/{action}", stripe.running.url)).form(&form).send().await.unwrap()
}

async fn done(stripe: &Stripe, action: &str, form: &[(&str, &str)]) {
    let answer = press(stripe, action, form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    assert_eq!(answer.headers()["location"], "/dashboard");
}

async fn refused(stripe: &Stripe, action: &str, form: &[(&str, &str)], why: &str) {
    let answer = press(stripe, action, form).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let page = answer.text().await.unwrap();
    assert!(page.contains(why), "{page}");
}

#[tokio::test]
async fn a_coupon_and_a_promotion_code() {
    let stripe = stripe().await;
    let terms = [("name", "Friends"), ("amount_off", "5.00"), ("currency", "usd"), ("duration", "once")];
    done(&stripe, "coupons", &[&terms[..], &[("id", "OWN"), ("redeem_by", "2027-01-31 23:59")]].concat()).await;
    let made = stripe.get("/v1/coupons/OWN").await.ok();
    assert_eq!((&made["amount_off"], &made["name"]), (&500.into(), &"Friends".into()));
    assert_eq!((&made["redeem_by"], &made["duration"]), (&1_801_439_940.into(), &"once".into()));
    let code = [("code", "SHARE-AB12-CD34"), ("coupon", "OWN"), ("max_redemptions", "1"), ("expires_at", "")];
    done(&stripe, "promotion_codes", &code).await;
    let found = stripe.get("/v1/promotion_codes?code=share-ab12-cd34&active=true&coupon=OWN").await.ok();
    assert_eq!((&found["data"][0]["max_redemptions"], &found["data"][0]["metadata"]), (&1.into(), &json!({})));
    let page = stripe.http.get(format!("{}/dashboard", stripe.running.url)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("$5.00 off, once") && page.contains("0 of 1") && page.contains("2027-01-31 23:59:00 UTC"));
    let kinds: Vec<&str> = stripe.sim.deliveries().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["coupon.created", "promotion_code.created"]);
}

#[tokio::test]
async fn what_the_api_refuses_is_refused() {
    let stripe = stripe().await;
    refused(&stripe, "coupons", &[("duration", "once")], "Must provide percent_off or amount_off.").await;
    refused(&stripe, "coupons", &[("percent_off", "5"), ("redeem_by", "soon")], "soon is no time").await;
    refused(&stripe, "coupons", &[("amount_off", "5.001"), ("currency", "usd")], "5.001 is no amount").await;
    let distant = (NOW + 5 * 365 * 86400 + 1).to_string();
    let five_years = "no more than five years in the future";
    refused(&stripe, "coupons", &[("percent_off", "5"), ("redeem_by", &distant)], five_years).await;
    let end = (NOW + 86400).to_string();
    done(&stripe, "coupons", &[("percent_off", "20"), ("id", "C"), ("redeem_by", &end)]).await;
    let late = (NOW + 86401).to_string();
    let after = "expires_at cannot be later than the coupon&#39;s redeem_by";
    refused(&stripe, "promotion_codes", &[("code", "LATE"), ("coupon", "C"), ("expires_at", &late)], after).await;
    refused(&stripe, "promotion_codes", &[("code", "NO"), ("coupon", "NOPE")], "No such coupon").await;
    done(&stripe, "promotion_codes", &[("code", "Mine"), ("coupon", "C")]).await;
    refused(&stripe, "promotion_codes", &[("code", "MINE"), ("coupon", "C")], "already exists").await;
    let nobody = stripe.sim.make_coupon(&AccountId::new("acct_1Nobody"), false, &[("percent_off", "5")]);
    assert_eq!(nobody, Err("There is no such account.".to_owned()));
    let params = [("promotion[type]", "coupon"), ("promotion[coupon]", "C"), ("code", "FAR"), ("expires_at", &distant)];
    assert!(stripe.post("/v1/promotion_codes", &params).await.message().contains(five_years));
    assert_eq!(stripe.sim.counts().promotion_codes, 1);
}

#[tokio::test]
async fn a_switched_off_code_leaves_its_text() {
    let stripe = stripe().await;
    stripe.coupon("C").await;
    done(&stripe, "promotion_codes", &[("code", "MINE"), ("coupon", "C")]).await;
    let first = stripe.sim.promotion_codes()[0].id.clone();
    done(&stripe, "promotion_codes/switch", &[("id", &first), ("active", "no")]).await;
    assert_eq!(stripe.get("/v1/promotion_codes?active=true").await.ok()["data"], json!([]));
    done(&stripe, "promotion_codes", &[("code", "mine"), ("coupon", "C")]).await;
    refused(&stripe, "promotion_codes/switch", &[("id", &first), ("active", "yes")], "already exists").await;
    assert_eq!(stripe.sim.set_promotion_code_active(&first, true), Err(Refused::Taken));
    let missing = press(&stripe, "promotion_codes/switch", &[("id", "promo_no"), ("active", "yes")]).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}

/// The whole way of a code in a shop that does without Codemint, and all that can be read of it afterwards.
#[tokio::test]
async fn a_customer_buys_with_a_code() {
    let stripe = stripe().await;
    let end = (NOW + 86400).to_string();
    stripe.post("/v1/coupons", &[("id", "C"), ("percent_off", "25"), ("redeem_by", &end)]).await.ok();
    let params = [
        ("promotion[type]", "coupon"),
        ("promotion[coupon]", "C"),
        ("code", "SHARE-AB12-CD34"),
        ("max_redemptions", "1"),
        ("expires_at", &end),
        ("metadata[email]", "customer@example.com"),
        ("metadata[reward]", "rw_1"),
    ];
    let code = stripe.post("/v1/promotion_codes", &params).await.id();
    let opened = press(&stripe, "buy", &[("price", "acct_1TestCodemint test price_1ABC")]).await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let path = opened.headers()["location"].to_str().unwrap().to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let enter = format!("{}{path}/promotion_code", stripe.running.url);
    let typed = stripe.http.post(enter).form(&[("code", "share-ab12-cd34")]).send().await.unwrap();
    assert_eq!(typed.status(), StatusCode::SEE_OTHER);
    let of = |status: &str| format!("/v1/checkout/sessions?status={status}");
    assert_eq!(stripe.get(&of("open")).await.ok()["data"][0]["discounts"][0]["promotion_code"], code.as_str());
    assert_eq!(stripe.get(&of("complete")).await.ok()["data"], json!([]));
    assert_eq!(stripe.sim.promotion_codes()[0].times_redeemed, 0, "an open session counts for nothing");
    stripe.sim.complete_session(&id).unwrap();
    let sold = stripe.get(&of("complete")).await.ok()["data"][0].clone();
    assert_eq!((&sold["id"], &sold["total_details"]["amount_discount"]), (&id.as_str().into(), &725.into()));
    assert_eq!(sold["discounts"], json!([{ "coupon": null, "promotion_code": code }]));
    assert_eq!((&sold["client_reference_id"], &sold["metadata"]), (&json!(null), &json!({})));
    for status in ["open", "expired"] {
        assert_eq!(stripe.get(&of(status)).await.ok()["data"], json!([]), "{status}");
    }
    assert_eq!(stripe.get(&of("paid")).await.status, 400);
    let event = stripe.sim.deliveries().pop().unwrap();
    assert_eq!((event.kind, event.object_id.as_str()), ("checkout.session.completed", id.as_str()));
    assert_eq!(stripe.get("/v1/coupons/C").await.ok()["times_redeemed"], 1);
    let used = stripe.get(&format!("/v1/promotion_codes/{code}")).await.ok();
    assert_eq!((&used["times_redeemed"], &used["active"]), (&1.into(), &false.into()));

    let again = stripe.sim.open_shop_checkout(&AccountId::default(), false, "price_1SUB").unwrap();
    assert_eq!(again.mode, "subscription");
    assert_eq!(stripe.sim.enter_promotion_code(&again.id, "SHARE-AB12-CD34"), Err(Refused::CodeInvalid));
    refused(&stripe, "buy", &[("price", "acct_1TestCodemint test price_no")], "No such price").await;
    assert_eq!(press(&stripe, "buy", &[("price", "")]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn promotion_codes_page_and_lose_their_metadata() {
    let stripe = stripe().await;
    for coupon in ["A", "B"] {
        stripe.coupon(coupon).await;
    }
    for number in 0..12 {
        let (text, coupon) = (format!("CODE-{number:02}"), if number % 4 == 3 { "B" } else { "A" });
        let params = [("promotion[type]", "coupon"), ("promotion[coupon]", coupon), ("code", &text)];
        stripe
            .post("/v1/promotion_codes", &[&params[..], &[("metadata[email]", "a@b.c"), ("metadata[k]", "v")]].concat())
            .await
            .ok();
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = stripe.get(&format!("/v1/promotion_codes?coupon=A&limit=4{after}")).await.ok();
        let data = page["data"].as_array().unwrap();
        seen.extend(data.iter().map(|code| code["code"].as_str().unwrap().to_owned()));
        if page["has_more"] == false {
            break;
        }
        after = format!("&starting_after={}", data.last().unwrap()["id"].as_str().unwrap());
    }
    let expected: Vec<String> = (0..12).rev().filter(|n| n % 4 != 3).map(|n| format!("CODE-{n:02}")).collect();
    assert_eq!(seen, expected);
    let path = format!("/v1/promotion_codes/{}", stripe.sim.promotion_codes()[0].id);
    let erased = stripe.post(&path, &[("metadata[email]", ""), ("active", "false")]).await.ok();
    assert_eq!((&erased["metadata"], &erased["active"]), (&json!({ "k": "v" }), &false.into()));
    assert_eq!(stripe.post(&path, &[("metadata", "")]).await.ok()["metadata"], json!({}));
    assert_eq!(stripe.get("/v1/promotion_codes?active=false").await.ok()["data"].as_array().unwrap().len(), 1);
    assert_eq!(stripe.post(&path, &[("max_redemptions", "5")]).await.code(), Some("parameter_unknown"));
}

#[tokio::test]
async fn the_network_has_its_button() {
    let stripe = stripe().await;
    done(&stripe, "away", &[("away", "yes")]).await;
    let page = stripe.http.get(format!("{}/dashboard", stripe.running.url)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Stripe is away") && page.contains("Stripe is back"));
    done(&stripe, "coupons", &[("percent_off", "20"), ("id", "C")]).await;
    done(&stripe, "away", &[("away", "no")]).await;
    assert_eq!(stripe.get("/v1/coupons/C").await.ok()["percent_off"], 20.0);
}

#[tokio::test]
async fn the_addresses_of_coupons_lead_to_the_forms() {
    let stripe = stripe().await;
    for path in ["/test/coupons/create", "/coupons/C", "/test/promotion_codes/promo_1"] {
        let answer = stripe.http.get(format!("{}{path}", stripe.running.url)).send().await.unwrap();
        assert_eq!(answer.headers()["location"], "/dashboard?by_hand", "{path}");
    }
    let page = stripe.http.get(format!("{}/dashboard?by_hand", stripe.running.url)).send().await.unwrap();
    assert_eq!(page.text().await.unwrap().matches("<details open>").count(), 2);
}
