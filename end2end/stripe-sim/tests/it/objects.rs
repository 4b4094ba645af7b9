//! Coupons and promotion codes: what can be made, and what is refused in which words.

use crate::common::{NOW, stripe};

const COUPONS: &str = "/v1/coupons";
const CODES: &str = "/v1/promotion_codes";

type Refusal<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>, Option<&'a str>, &'a str);

#[tokio::test]
async fn coupons_that_are_refused() {
    let stripe = stripe().await;
    let past = (NOW - 1).to_string();
    let distant = (NOW + 6 * 366 * 86400).to_string();
    let long = "n".repeat(41);
    let key = "k".repeat(41);
    let (long_key, long_value) = (format!("metadata[{key}]"), "v".repeat(501));
    let long_name = format!("Invalid string: {}...{}; must be at most 40 characters", "n".repeat(10), "n".repeat(5));
    let cases: &[Refusal] = &[
        (&[], Some("parameter_missing"), None, "Must provide percent_off or amount_off."),
        (
            &[("percent_off", "10"), ("amount_off", "5"), ("currency", "usd")],
            None,
            None,
            "Received both percent_off and amount_off parameters. Please pass in only one.",
        ),
        (
            &[("percent_off", "0")],
            None,
            Some("percent_off"),
            "This value must be greater than or equal to 0.01 (it currently is '0.0').",
        ),
        (
            &[("percent_off", "100.5")],
            None,
            Some("percent_off"),
            "This value must be less than or equal to 100 (it currently is '100.5').",
        ),
        (
            &[("amount_off", "500")],
            Some("parameter_missing"),
            Some("currency"),
            "You must pass currency when passing amount_off",
        ),
        (&[("amount_off", "abc")], Some("parameter_invalid_integer"), Some("amount_off"), "Invalid integer: abc"),
        (
            &[("percent_off", "10"), ("coupon", "x")],
            Some("parameter_unknown"),
            Some("coupon"),
            "Received unknown parameter: coupon",
        ),
        (
            &[("percent_off", "10"), ("duration", "repeating")],
            None,
            Some("duration"),
            "The duration_in_months param must be set when creating a coupon with a repeating duration",
        ),
        (
            &[("percent_off", "10"), ("currency_options[eur][amount_off]", "5")],
            None,
            Some("currency_options"),
            "You may only specify one of these parameters: currency_options, percent_off.",
        ),
        (&[("percent_off", "10"), ("name", &long)], None, Some("name"), &long_name),
        (
            &[("percent_off", "10"), ("redeem_by", &past)],
            None,
            Some("redeem_by"),
            "Invalid timestamp: must be an integer Unix timestamp in the future.",
        ),
        (
            &[("percent_off", "10"), ("redeem_by", &distant)],
            None,
            Some("redeem_by"),
            "Invalid timestamp: can be no more than five years in the future.",
        ),
    ];
    for (params, code, param, message) in cases {
        let refused = stripe.post(COUPONS, params).await;
        assert_eq!(refused.status, 400, "{params:?}");
        assert_eq!((refused.code(), refused.param(), refused.message()), (*code, *param, *message));
    }
    for (name, value) in [(long_key.as_str(), "v"), ("metadata[k]", long_value.as_str()), ("name", "")] {
        assert_eq!(stripe.post(COUPONS, &[("percent_off", "10"), (name, value)]).await.status, 400, "{name}");
    }
    assert_eq!(stripe.post(COUPONS, &[("percent_off", "10"), ("id", "a b")]).await.status, 400);
    assert_eq!(stripe.sim.coupons().len(), 0);
}

#[tokio::test]
async fn a_coupon_lives_and_dies() {
    let stripe = stripe().await;
    let made = stripe.post(COUPONS, &[("id", "ONE"), ("percent_off", "12.5"), ("metadata[a]", "1")]).await.ok();
    assert_eq!((&made["object"], &made["valid"]), (&"coupon".into(), &true.into()));
    assert_eq!(
        (&made["percent_off"], &made["duration"], &made["created"]),
        (&12.5.into(), &"once".into(), &NOW.into())
    );
    assert!(made.get("currency_options").is_none());

    let taken = stripe.post(COUPONS, &[("id", "ONE"), ("percent_off", "50")]).await;
    let expected = (Some("resource_already_exists"), None, "Coupon already exists.");
    assert_eq!((taken.code(), taken.param(), taken.message()), expected);

    let changed =
        stripe.post("/v1/coupons/ONE", &[("name", "Launch"), ("metadata[a]", ""), ("metadata[b]", "2")]).await.ok();
    assert_eq!((&changed["name"], &changed["metadata"]), (&"Launch".into(), &serde_json::json!({ "b": "2" })));
    let immutable = stripe.post("/v1/coupons/ONE", &[("percent_off", "99")]).await;
    assert_eq!(immutable.code(), Some("parameter_unknown"));

    let code =
        stripe.post(CODES, &[("promotion[type]", "coupon"), ("promotion[coupon]", "ONE"), ("code", "HI")]).await.ok();
    assert_eq!(code["active"], true);
    let gone = stripe.delete("/v1/coupons/ONE").await.ok();
    assert_eq!(gone, serde_json::json!({ "id": "ONE", "object": "coupon", "deleted": true }));
    let missing = stripe.get("/v1/coupons/ONE").await;
    assert_eq!(
        (missing.status.as_u16(), missing.code(), missing.param()),
        (404, Some("resource_missing"), Some("coupon"))
    );
    assert_eq!(missing.message(), "No such coupon: 'ONE'");
    let code = stripe.get(&format!("/v1/promotion_codes/{}", code["id"].as_str().unwrap())).await.ok();
    assert_eq!(code["active"], false, "a promotion code is only active with its coupon");

    assert_eq!(stripe.post(COUPONS, &[("id", "ONE"), ("percent_off", "50")]).await.message(), "Coupon already exists.");
    stripe.sim.set_reuse_coupon_ids(true);
    assert_eq!(stripe.post(COUPONS, &[("id", "ONE"), ("percent_off", "50")]).await.ok()["percent_off"], 50.0);
}

#[tokio::test]
async fn a_generated_id_has_eight_letters() {
    let id = stripe().await.post(COUPONS, &[("percent_off", "10")]).await.id();
    assert!(id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
}

#[tokio::test]
async fn promotion_codes_that_are_refused() {
    let stripe = stripe().await;
    let end = (NOW + 86400).to_string();
    let after = (NOW + 86401).to_string();
    let limits = [("id", "C"), ("percent_off", "10"), ("redeem_by", &end), ("max_redemptions", "5")];
    stripe.post(COUPONS, &limits).await.ok();
    let of = |more: &[(&'static str, &str)]| -> Vec<(String, String)> {
        let mut params = vec![("promotion[type]".to_owned(), "coupon".to_owned())];
        params.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        params
    };
    let cases = [
        (vec![], Some("promotion"), "Missing required param: promotion."),
        (vec![("coupon".to_owned(), "C".to_owned())], Some("coupon"), "Received unknown parameter: coupon"),
        (of(&[]), Some("promotion.coupon"), "You must pass promotion.coupon when passing promotion"),
        (of(&[("promotion[coupon]", "NO")]), Some("promotion[coupon]"), "No such coupon: 'NO'"),
        (
            of(&[("promotion[coupon]", "C"), ("code", "has spaces!")]),
            Some("code"),
            r"This value must match the regex pattern. (/\A[a-zA-Z0-9\-_]+\z/ does not match for the value has spaces!).",
        ),
    ];
    for (params, param, message) in cases {
        let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let refused = stripe.post(CODES, &params).await;
        assert_eq!((refused.status.as_u16(), refused.param(), refused.message()), (400, param, message));
    }
    for more in [("expires_at", after.as_str()), ("max_redemptions", "6"), ("restrictions[minimum_amount]", "5")] {
        let params = [("promotion[type]", "coupon"), ("promotion[coupon]", "C"), more];
        assert_eq!(stripe.post(CODES, &params).await.status, 400, "{more:?}");
    }
}

#[tokio::test]
async fn one_active_code_for_a_text_however_it_is_written() {
    let stripe = stripe().await;
    stripe.coupon("C").await;
    let taken1 = [("promotion[type]", "coupon"), ("promotion[coupon]", "C"), ("code", "TAKEN1")];
    let first = stripe.post(CODES, &taken1).await.id();
    let other_case = [("promotion[type]", "coupon"), ("promotion[coupon]", "C"), ("code", "taken1")];
    let refused = stripe.post(CODES, &other_case).await;
    assert_eq!((refused.status.as_u16(), refused.code(), refused.param()), (400, None, None));
    assert_eq!(refused.message(), "An active promotion code with `code: taken1` already exists.");

    let path = format!("{CODES}/{first}");
    assert_eq!(stripe.post(&path, &[("active", "false")]).await.ok()["active"], false);
    let second = stripe.post(CODES, &other_case).await.id();
    let refused = stripe.post(&path, &[("active", "true")]).await;
    assert_eq!(refused.message(), "An active promotion code with `code: TAKEN1` already exists.");

    let found = stripe.get(&format!("{CODES}?code=Taken1&active=true")).await.ok();
    let ids: Vec<_> = found["data"].as_array().unwrap().iter().map(|code| code["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [second]);
    let missing = stripe.get(&format!("{CODES}/promo_nope")).await;
    let expected = ("No such promotion code: 'promo_nope'", Some("promotion_code"));
    assert_eq!((missing.message(), missing.param()), expected);
}

#[tokio::test]
async fn what_the_owner_does_in_the_dashboard() {
    let stripe = stripe().await;
    stripe.coupon("C").await;
    stripe.sim.edit_coupon("C", Some("Renamed"), &[("note", "mine")]).unwrap();
    let seen = stripe.get("/v1/coupons/C").await.ok();
    assert_eq!((&seen["name"], &seen["metadata"]["note"]), (&"Renamed".into(), &"mine".into()));
    stripe.sim.replace_coupon_terms("C", |coupon| coupon.percent_off = Some(80.0)).unwrap();
    assert_eq!(stripe.get("/v1/coupons/C").await.ok()["percent_off"], 80.0);
    stripe.sim.delete_coupon("C").unwrap();
    assert_eq!(stripe.get("/v1/coupons/C").await.status, 404);
    assert_eq!(stripe.sim.delete_coupon("C"), Err(stripe_sim::Refused::NotFound));
}
