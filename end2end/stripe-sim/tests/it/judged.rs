//! What is kept for the judge, and that the judge would say so.

use reqwest::Method;
use stripe_judge::{Judge, Side, complaints};
use stripe_sim::{Exchange, Fault, FaultKind, Match};

use crate::common::stripe;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn an_exchange_is_kept_whole_and_without_the_key() {
    let stripe = stripe().await;
    stripe.sim.record_exchanges();
    let made = stripe.post("/v1/coupons", &[("id", "C"), ("percent_off", "25")]).await.ok();
    stripe.get("/v1/coupons?limit=3").await.ok();
    stripe.sim.inject(Fault::new(Match::path("/v1/").times(1), FaultKind::ApplyThenDrop));
    assert!(stripe.call(Method::DELETE, "/v1/coupons/C").send().await.is_err());
    stripe.get("/v1/coupons/C").await;
    let all = stripe.sim.exchanges();
    let shape = |one: &Exchange| (one.method.clone(), one.path.clone(), one.status);
    let (coupons, coupon) = ("/v1/coupons".to_owned(), "/v1/coupons/C".to_owned());
    let expected = [
        ("POST".to_owned(), coupons.clone(), Some(200)),
        ("GET".to_owned(), coupons, Some(200)),
        ("DELETE".to_owned(), coupon.clone(), None),
        ("GET".to_owned(), coupon, Some(404)),
    ];
    assert_eq!(all.iter().map(shape).collect::<Vec<_>>(), expected);
    assert_eq!((&all[0].form, &all[0].query), (&pairs(&[("id", "C"), ("percent_off", "25")]), &pairs(&[])));
    assert_eq!((&all[1].form, &all[1].query), (&pairs(&[]), &pairs(&[("limit", "3")])));
    assert_eq!(all[0].body, made.to_string());
    assert!(!format!("{all:?}").contains(&stripe.key));
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    if Judge::here().is_none() {
        return;
    }
    let stripe = stripe().await;
    stripe.post("/v1/coupons", &[("id", "C"), ("percent_off", "25")]).await.ok();
    let right = stripe.sim.exchanges().remove(0);
    let both = |exchange: Exchange| {
        [Side::Client, Side::StandIn].map(|side| complaints(side, std::slice::from_ref(&exchange)).len())
    };
    assert_eq!(both(right.clone()), [0, 0]);
    let body = right.body.replace("\"valid\":true", "\"valid\":\"true\"");
    assert_ne!(body, right.body);
    assert_eq!(both(Exchange { body, ..right.clone() }), [1, 1], "a wrong answer");
    let form = pairs(&[("id", "C"), ("percent", "25")]);
    assert_eq!(both(Exchange { form: form.clone(), ..right.clone() }), [1, 1], "something wrong was taken");
    let refused = r#"{"error":{"type":"invalid_request_error"}}"#.to_owned();
    let wrong = Exchange { form, status: Some(400), body: refused.clone(), ..right.clone() };
    assert_eq!(both(wrong.clone()), [1, 0], "only the client may not even ask");
    assert_eq!(both(Exchange { status: None, ..wrong }), [1, 0], "whatever became of it");
    let question = Exchange { form: pairs(&[("duration", "nonsense")]), status: Some(400), body: refused, ..right };
    assert_eq!(both(question.clone()), [0, 0], "how one asks for permissions");
    assert_eq!(both(Exchange { form: pairs(&[("duration", "weekly")]), ..question }), [1, 0], "but no other way");
}

/// The judge looks at all of it when the test ends: every endpoint, with everything that it can expand.
#[tokio::test]
async fn every_endpoint_with_everything_expanded() {
    let stripe = stripe().await;
    let every = ["coupon_write", "promotion_code_write", "checkout_session_write"];
    let reading = ["plan_read", "product_read", "event_read", "connected_account_read", "customer_read"];
    let key = stripe.issue(false, &[&every[..], &reading[..]].concat());
    let stripe = stripe.with_key(key);
    let get = async |path: &str| stripe.get(path).await.ok();

    let terms = [("id", "C"), ("amount_off", "500"), ("currency", "usd"), ("currency_options[eur][amount_off]", "400")];
    let more = [("applies_to[products][0]", "prod_1ABC"), ("expand[]", "applies_to"), ("expand[]", "currency_options")];
    stripe.post("/v1/coupons", &[&terms[..], &more[..]].concat()).await.ok();
    stripe.post("/v1/coupons/C", &[("name", "Launch"), ("metadata[a]", "b"), ("expand[0]", "applies_to")]).await.ok();
    get("/v1/coupons/C?expand[]=applies_to&expand[]=currency_options").await;
    get("/v1/coupons?expand[]=data.applies_to&expand[]=data.currency_options").await;

    let params = [
        ("promotion[type]", "coupon"),
        ("promotion[coupon]", "C"),
        ("restrictions[minimum_amount]", "1000"),
        ("restrictions[minimum_amount_currency]", "usd"),
        ("restrictions[currency_options][eur][minimum_amount]", "900"),
        ("expand[]", "promotion.coupon"),
        ("expand[]", "restrictions.currency_options"),
    ];
    let code = stripe.post("/v1/promotion_codes", &params).await.id();
    stripe.post(&format!("/v1/promotion_codes/{code}"), &[("metadata[a]", "b")]).await.ok();
    get(&format!("/v1/promotion_codes/{code}?expand[]=promotion.coupon&expand[]=customer")).await;
    get("/v1/promotion_codes?active=true&coupon=C&expand[]=data.promotion.coupon").await;

    get("/v1/prices?expand[]=data.product&active=true&type=recurring&recurring[interval]=month").await;
    get("/v1/prices/price_1SUB?expand[]=product").await;
    get("/v1/account").await;

    let expand = [
        ("expand[]", "line_items"),
        ("expand[]", "discounts.coupon"),
        ("expand[]", "discounts.promotion_code"),
        ("expand[]", "total_details.breakdown"),
    ];
    let query = "expand[]=line_items&expand[]=discounts.coupon&expand[]=discounts.promotion_code&expand[]=total_details.breakdown";
    let by = |what: &'static str, id: &str| -> Vec<(&'static str, String)> { vec![(what, id.to_owned())] };
    for (price, mode, discount) in [
        ("price_1ABC", "payment", by("discounts[0][coupon]", "C")),
        ("price_1ABC", "payment", by("discounts[0][promotion_code]", &code)),
        ("price_1SUB", "subscription", Vec::new()),
        ("price_1EUR", "payment", by("allow_promotion_codes", "true")),
    ] {
        let discount = discount.iter().map(|(name, value)| (*name, value.as_str()));
        let params: Vec<_> = [("mode", mode)].into_iter().chain(discount).chain(expand).collect();
        let id = stripe.session(price, &params).await.id();
        get(&format!("/v1/checkout/sessions/{id}?{query}")).await;
        get(&format!("/v1/checkout/sessions/{id}/line_items?limit=3")).await;
        stripe.sim.complete_session(&id).unwrap();
        get(&format!("/v1/checkout/sessions/{id}?{query}")).await;
    }
    let open = stripe.session("price_1ABC", &[]).await.id();
    stripe.post(&format!("/v1/checkout/sessions/{open}/expire"), &[("expand[]", "line_items")]).await.ok();
    let setup = [("mode", "setup"), ("success_url", "https://taskpomo.app/"), ("currency", "usd")];
    stripe.post("/v1/checkout/sessions", &setup).await.ok();
    get("/v1/checkout/sessions?limit=100&expand[]=data.line_items&expand[]=data.total_details.breakdown").await;
    let events = get("/v1/events?limit=100").await;
    get(&format!("/v1/events/{}", events["data"][0]["id"].as_str().unwrap())).await;
    stripe.delete("/v1/coupons/C").await.ok();
}
