//! Refusals: who asks, what may they, and is the question well formed, in that order.

use reqwest::Method;
use stripe_sim::AccountId;

use crate::common::{ALL, send, stripe};

fn stars(key: &str) -> String {
    let hidden = key.len() - "rk_test_".len() - 4;
    format!("rk_test_{}{}", "*".repeat(hidden.min(40)), &key[key.len() - 4..])
}

#[tokio::test]
async fn keys_that_open_nothing() {
    let stripe = stripe().await;
    let none = send(stripe.http.get(format!("{}/v1/coupons", stripe.running.url))).await;
    assert_eq!(none.status, 401);
    assert!(none.message().starts_with("You did not provide an API key. You need to provide your API key in the"));
    assert_eq!(none.kind(), "invalid_request_error");

    let stripe = stripe.with_key("rk_test_nonsense".to_owned());
    let unknown = stripe.get("/v1/coupons").await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (401, None));
    assert_eq!(unknown.message(), "Invalid API Key provided: rk_test_********");

    let expired = stripe.issue(false, ALL);
    assert!(stripe.sim.expire_key(&expired));
    let stripe = stripe.with_key(expired.clone());
    let refused = stripe.get("/v1/coupons").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, Some("api_key_expired")));
    assert_eq!(refused.message(), format!("Expired API Key provided: {}", stars(&expired)));
    assert_eq!(refused.body["error"]["doc_url"], "https://stripe.com/docs/error-codes/api-key-expired");

    let revoked = stripe.issue(false, ALL);
    let stripe = stripe.with_key(revoked.clone());
    stripe.get("/v1/coupons").await.ok();
    assert!(stripe.sim.revoke_key(&revoked));
    let refused = stripe.get("/v1/coupons").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, None));
    assert_eq!(refused.message(), format!("Invalid API Key provided: {}", stars(&revoked)));
    assert!(!stripe.sim.revoke_key("rk_test_never"));
}

#[tokio::test]
async fn basic_authentication_is_as_good() {
    let stripe = stripe().await;
    let url = format!("{}/v1/coupons", stripe.running.url);
    assert_eq!(send(stripe.http.get(url).basic_auth(&stripe.key, Some(""))).await.status, 200);
}

#[tokio::test]
async fn permissions_come_before_parameters() {
    let stripe = stripe().await;
    let calls = [
        ("/v1/coupons", "coupon_write", ("duration", "nonsense")),
        ("/v1/promotion_codes", "promotion_code_write", ("nonsense", "1")),
        ("/v1/checkout/sessions", "checkout_session_write", ("mode", "nonsense")),
    ];
    let stripe = {
        let key = stripe.issue(false, &["plan_read"]);
        stripe.with_key(key)
    };
    for (path, permission, (name, value)) in calls {
        let refused = stripe.post(path, &[(name, value)]).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, Some("more_permissions_required")));
        let expected = format!(
            "The provided key '{}' does not have the required permissions for this endpoint on account \
             'acct_1TestCodemint'. Having the 'rak_{permission}' permission would allow this request to continue.",
            stars(&stripe.key)
        );
        assert_eq!(refused.message(), expected);
    }
    stripe.get("/v1/prices").await.ok();
    let stripe = {
        let key = stripe.issue(false, ALL);
        stripe.with_key(key)
    };
    for (path, _, (name, value)) in calls {
        assert_eq!(stripe.post(path, &[(name, value)]).await.status, 400);
    }
}

#[tokio::test]
async fn writing_includes_reading_and_not_the_other_way_round() {
    let stripe = stripe().await;
    let key = stripe.issue(false, &["coupon_read"]);
    stripe.get("/v1/coupons").await.ok();
    let stripe = stripe.with_key(key);
    stripe.get("/v1/coupons").await.ok();
    assert_eq!(stripe.post("/v1/coupons", &[("percent_off", "10")]).await.status, 403);
    let account = stripe.get("/v1/account").await;
    assert_eq!(account.status, 403);
    assert!(account.message().contains("'rak_connected_account_read'"));
}

#[tokio::test]
async fn a_session_with_a_coupon_takes_no_coupon_permission() {
    let stripe = stripe().await;
    stripe.coupon("C25").await;
    let key = stripe.issue(false, &["checkout_session_write"]);
    let stripe = stripe.with_key(key);
    stripe.session("price_1ABC", &[("discounts[0][coupon]", "C25")]).await.ok();
    let expanded = [("discounts[0][coupon]", "C25"), ("expand[]", "discounts.coupon")];
    let refused = stripe.session("price_1ABC", &expanded).await;
    assert_eq!(refused.status, 403);
    assert!(refused.message().contains("'rak_coupon_read'"));
}

#[tokio::test]
async fn what_no_endpoint_is() {
    let stripe = stripe().await;
    let unknown = stripe.get("/v1/customers").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.message().starts_with("Unrecognized request URL (GET: /v1/customers). If you are trying"));
    assert_eq!(stripe.delete("/v1/promotion_codes/promo_1").await.status, 404);
}

#[tokio::test]
async fn the_version_is_the_one_or_none() {
    let stripe = stripe().await;
    let bare = || stripe.http.get(format!("{}/v1/coupons", stripe.running.url)).bearer_auth(&stripe.key);
    assert_eq!(send(bare()).await.status, 200);
    let refused = send(bare().header("stripe-version", "2024-06-20")).await;
    assert_eq!((refused.status.as_u16(), refused.message()), (400, "Invalid Stripe API version: 2024-06-20"));
    let versions: Vec<_> = stripe.sim.requests().into_iter().map(|request| request.stripe_version).collect();
    assert_eq!(versions, [None, Some("2024-06-20".to_owned())]);
}

#[tokio::test]
async fn json_is_refused() {
    let stripe = stripe().await;
    let call = stripe.call(Method::POST, "/v1/coupons").json(&serde_json::json!({ "percent_off": 10 }));
    let refused = send(call).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().starts_with("Invalid request (check that your POST content type is application/x-www"));
}

#[tokio::test]
async fn worlds_do_not_see_each_other() {
    let stripe = stripe().await;
    stripe.coupon("SAME").await;
    let other = stripe.sim.add_account("acct_2");
    let keys = [stripe.issue(true, ALL), stripe.sim.issue_restricted_key(&other, false, ALL)];
    let mut stripe = stripe;
    for key in keys {
        stripe = stripe.with_key(key);
        assert_eq!(stripe.get("/v1/coupons/SAME").await.status, 404);
        assert_eq!(stripe.get("/v1/coupons").await.ok()["data"], serde_json::json!([]));
        stripe.coupon("SAME").await;
    }
    assert_eq!(stripe.sim.coupons().len(), 3);
    assert_eq!(stripe.sim.coupons_in(&AccountId::default(), true).len(), 1);
    let elsewhere = stripe.call(Method::GET, "/v1/coupons").header("stripe-account", "acct_3");
    assert_eq!(send(elsewhere).await.code(), Some("account_invalid"));
}

#[tokio::test]
async fn the_log_has_everything_but_the_key() {
    let stripe = stripe().await;
    stripe.post_with_key("k1", "/v1/coupons", &[("percent_off", "10"), ("metadata[code]", "a b")]).await.ok();
    let requests = stripe.sim.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/coupons"));
    assert_eq!(request.param("metadata[code]"), Some("a b"));
    assert_eq!(request.idempotency_key.as_deref(), Some("k1"));
    assert_eq!(request.account, Some(AccountId::default()));
    assert_eq!((request.status, request.replayed, request.cut), (Some(200), false, false));
    assert_eq!(request.key.as_deref(), Some(stars(&stripe.key).as_str()));
    let secret = &stripe.key["rk_test_".len()..stripe.key.len() - 4];
    assert!(!format!("{request:?}").contains(secret));
}
