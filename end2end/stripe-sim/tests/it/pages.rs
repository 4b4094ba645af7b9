//! The pages: what a buyer and an owner see.

use reqwest::{Response, StatusCode};

use crate::common::{Stripe, stripe};

async fn get(stripe: &Stripe, path: &str) -> String {
    text(stripe.http.get(format!("{}{path}", stripe.running.url)).send().await.unwrap()).await
}

async fn post(stripe: &Stripe, path: &str, params: &[(&str, &str)]) -> Response {
    stripe.http.post(format!("{}{path}", stripe.running.url)).form(params).send().await.unwrap()
}

async fn text(response: Response) -> String {
    let page = response.text().await.unwrap();
    assert!(page.contains("Stripe stand-in"));
    page
}

#[tokio::test]
async fn a_buyer_pays() {
    let stripe = stripe().await;
    let params = [("id", "C"), ("percent_off", "25"), ("name", "<b>Launch</b>")];
    stripe.post("/v1/coupons", &params).await.ok();
    let more = [("discounts[0][coupon]", "C"), ("cancel_url", "https://taskpomo.app/\"><script>")];
    let id = stripe.session("price_1ABC", &more).await.id();
    let path = format!("/c/pay/{id}");
    let page = get(&stripe, &path).await;
    for part in ["TaskPomo Pro", "<s>$29.00</s>", "&lt;b&gt;Launch&lt;/b&gt;", "-$7.25", "Pay $21.75"] {
        assert!(page.contains(part), "{part}");
    }
    let left = get(&stripe, &format!("{path}/leave")).await;
    assert!(left.contains("Back to taskpomo.app") && !left.contains("<script>"));
    assert_eq!(stripe.sim.counts().open_sessions, 1);

    let answer = post(&stripe, &format!("{path}/pay"), &[]).await;
    assert_eq!((answer.status(), &answer.headers()["location"]), (StatusCode::SEE_OTHER, &path.parse().unwrap()));
    let paid = get(&stripe, &path).await;
    assert!(paid.contains("Payment complete") && paid.contains("$21.75"));
    assert!(paid.contains(&format!("href=\"https://taskpomo.app/thanks?session_id={id}\"")));
    assert_eq!(stripe.sim.counts().complete_sessions, 1);
    post(&stripe, &format!("{path}/pay"), &[]).await;
    assert_eq!(stripe.sim.coupons()[0].times_redeemed, 1);
}

#[tokio::test]
async fn a_buyer_types_a_code() {
    let stripe = stripe().await;
    stripe.coupon("C").await;
    let params = [("promotion[type]", "coupon"), ("promotion[coupon]", "C"), ("code", "SAVE25")];
    stripe.post("/v1/promotion_codes", &params).await.ok();
    let id = stripe.session("price_1ABC", &[("allow_promotion_codes", "true")]).await.id();
    let (path, enter) = (format!("/c/pay/{id}"), format!("/c/pay/{id}/promotion_code"));
    let wrong = text(post(&stripe, &enter, &[("code", "<nope>")]).await).await;
    assert!(wrong.contains("This code is invalid.") && wrong.contains("value=\"&lt;nope&gt;\""));
    assert_eq!(post(&stripe, &enter, &[("code", "save25")]).await.status(), StatusCode::SEE_OTHER);
    assert!(get(&stripe, &path).await.contains("Pay $21.75"));
    stripe.sim.advance(24 * 3600 * 1000);
    assert!(get(&stripe, &path).await.contains("This checkout has expired"));

    let without = stripe.session("price_1ABC", &[]).await.id();
    assert!(!get(&stripe, &format!("/c/pay/{without}")).await.contains("Promotion code"));
    let refused = post(&stripe, &format!("/c/pay/{without}/promotion_code"), &[("code", "SAVE25")]).await;
    assert_eq!(refused.status(), StatusCode::OK);
    assert_eq!(stripe.sim.session(&without).unwrap().amount_total, Some(2900));
}

#[tokio::test]
async fn an_owner_makes_a_key() {
    let stripe = stripe().await;
    let query = "name=Codemint&permissions%5B%5D=rak_coupon_write&permissions%5B%5D=rak_nonsense_write";
    let page = get(&stripe, &format!("/test/apikeys/create?{query}")).await;
    assert!(page.contains("value=\"rak_coupon_write\" aria-label=\"Coupons, write\" checked"));
    assert!(page.contains("value=\"rak_plan_read\" aria-label=\"Prices, read\"></td>"));
    assert!(!page.contains("nonsense"));
    let form = [("name", "Codemint"), ("permissions[]", "rak_coupon_write"), ("permissions[]", "rak_nonsense_write")];
    let made = text(post(&stripe, "/test/apikeys/create", &form).await).await;
    let key = made.split("id=\"key\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(key.starts_with("rk_test_"));
    let live = text(post(&stripe, "/apikeys/create", &form).await).await;
    assert!(live.contains("rk_live_"));
    let stripe = stripe.with_key(key);
    stripe.coupon("C").await;
    assert_eq!(stripe.get("/v1/prices").await.status, 403);
}

#[tokio::test]
async fn the_dashboard_shows_what_there_is() {
    let stripe = stripe().await;
    assert!(get(&stripe, "/dashboard").await.contains("None yet"));
    stripe.post("/v1/coupons", &[("id", "C"), ("percent_off", "25"), ("name", "<i>")]).await.ok();
    let page = get(&stripe, "/dashboard").await;
    assert!(page.contains("25 % off") && page.contains("&lt;i&gt;") && page.contains("POST /v1/coupons"));
    assert!(!page.contains(&stripe.key));
    let missing = stripe.http.get(format!("{}/nothing", stripe.running.url)).send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}
