//! Idempotency keys: one effect, one answer, and all the ways in which that ends.

use reqwest::Method;
use stripe_sim::{Fault, FaultKind, Match};

use crate::common::{ALL, send, stripe};

const COUPONS: &str = "/v1/coupons";
const TEN: &[(&str, &str)] = &[("id", "TEN"), ("percent_off", "10")];

#[tokio::test]
async fn the_same_request_has_the_same_answer() {
    let stripe = stripe().await;
    let first = stripe.post_with_key("k", COUPONS, TEN).await;
    let again = stripe.post_with_key("k", COUPONS, &[TEN[1], TEN[0]]).await;
    assert!(!first.replayed() && again.replayed());
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(again.headers["original-request"], first.headers["request-id"]);
    assert_eq!(stripe.sim.coupons().len(), 1);
    assert_eq!(stripe.sim.requests().iter().map(|request| request.replayed).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn another_request_is_refused() {
    let stripe = stripe().await;
    stripe.post_with_key("k", COUPONS, TEN).await.ok();
    let other = stripe.post_with_key("k", COUPONS, &[("id", "TEN"), ("percent_off", "11")]).await;
    assert_eq!((other.status.as_u16(), other.kind(), other.code()), (400, "idempotency_error", None));
    assert_eq!(
        other.message(),
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
         key other than 'k' if you meant to execute a different request."
    );
    let elsewhere = stripe.post_with_key("k", "/v1/promotion_codes", TEN).await;
    assert_eq!((elsewhere.status.as_u16(), elsewhere.kind()), (400, "idempotency_error"));
    assert_eq!(stripe.post_with_key(&"k".repeat(256), COUPONS, TEN).await.status, 400);
    assert_eq!(stripe.post_with_key(&"k".repeat(255), COUPONS, &[("percent_off", "1")]).await.status, 200);
}

#[tokio::test]
async fn while_the_first_is_under_way_the_second_conflicts() {
    let stripe = stripe().await;
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::Hold));
    let held = tokio::spawn(send(stripe.call(Method::POST, COUPONS).form(TEN).header("idempotency-key", "k")));
    stripe.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;

    let conflict = stripe.post_with_key("k", COUPONS, TEN).await;
    assert_eq!((conflict.status.as_u16(), conflict.code()), (409, Some("idempotency_key_in_use")));
    assert_eq!(conflict.kind(), "idempotency_error");
    assert_eq!(conflict.message(), "There is currently another in-progress request using this Stripe-Idempotency-Key");
    assert_eq!(stripe.sim.coupons().len(), 0);

    stripe.sim.release_held();
    let first = held.await.unwrap();
    assert!(!first.replayed());
    let again = stripe.post_with_key("k", COUPONS, TEN).await;
    assert!(again.replayed());
    assert_eq!(first.ok(), again.ok());
}

#[tokio::test]
async fn a_call_goes_on_when_its_client_has_left() {
    let stripe = stripe().await;
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS), FaultKind::Hold));
    let held = tokio::spawn(send(stripe.call(Method::POST, COUPONS).form(TEN).header("idempotency-key", "k")));
    stripe.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;
    held.abort();
    assert!(held.await.unwrap_err().is_cancelled());
    stripe.sim.clear_faults();
    stripe.sim.wait_until(|sim| !sim.coupons().is_empty()).await;
    assert!(stripe.post_with_key("k", COUPONS, TEN).await.replayed());
}

#[tokio::test]
async fn a_500_is_kept_until_the_key_is_forgotten() {
    let stripe = stripe().await;
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::Status500));
    let first = stripe.post_with_key("k", COUPONS, TEN).await;
    assert_eq!((first.status.as_u16(), first.kind()), (500, "api_error"));
    let again = stripe.post_with_key("k", COUPONS, TEN).await;
    assert_eq!((again.status.as_u16(), again.replayed()), (500, true));
    assert_eq!(stripe.sim.coupons().len(), 0);
    stripe.sim.forget_idempotency_keys();
    assert!(!stripe.post_with_key("k", COUPONS, TEN).await.replayed());
    assert_eq!(stripe.sim.coupons().len(), 1);
}

#[tokio::test]
async fn a_500_may_have_been_applied() {
    let stripe = stripe().await;
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::ApplyThen500));
    assert_eq!(stripe.post_with_key("k", COUPONS, TEN).await.status, 500);
    let again = stripe.post_with_key("k", COUPONS, TEN).await;
    assert_eq!((again.status.as_u16(), again.replayed()), (500, true));
    stripe.get("/v1/coupons/TEN").await.ok();
    stripe.sim.forget_idempotency_keys();
    assert_eq!(stripe.post_with_key("k", COUPONS, TEN).await.message(), "Coupon already exists.");
}

#[tokio::test]
async fn what_was_never_executed_is_not_kept() {
    let stripe = stripe().await;
    assert_eq!(stripe.post_with_key("k", COUPONS, &[("percent_off", "x")]).await.status, 400);
    assert_eq!(stripe.post_with_key("k", COUPONS, &[("percent_off", "0")]).await.status, 400);
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::RateLimited429));
    assert_eq!(stripe.post_with_key("k", COUPONS, TEN).await.code(), Some("rate_limit"));
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::LockTimeout429));
    assert_eq!(stripe.post_with_key("k", COUPONS, TEN).await.code(), Some("lock_timeout"));
    let key = stripe.issue(false, &[]);
    let url = format!("{}{COUPONS}", stripe.running.url);
    let refused = stripe.http.post(url).bearer_auth(key).form(TEN).header("idempotency-key", "k");
    assert_eq!(send(refused).await.status, 403);
    assert_eq!(stripe.post_with_key("k", COUPONS, TEN).await.ok()["id"], "TEN");
}

#[tokio::test]
async fn a_refusal_by_what_is_stored_is_kept() {
    let stripe = stripe().await;
    stripe.coupon("TEN").await;
    assert_eq!(stripe.post_with_key("k", COUPONS, TEN).await.message(), "Coupon already exists.");
    let again = stripe.post_with_key("k", COUPONS, TEN).await;
    assert_eq!((again.replayed(), again.status.as_u16()), (true, 400));
}

#[tokio::test]
async fn a_key_lives_a_day_in_its_own_world() {
    let stripe = stripe().await;
    let params = &[("percent_off", "10")];
    let first = stripe.post_with_key("k", COUPONS, params).await.id();
    stripe.sim.advance(24 * 3600 * 1000 - 1);
    assert_eq!(stripe.post_with_key("k", COUPONS, params).await.id(), first);
    stripe.sim.advance(1);
    assert_ne!(stripe.post_with_key("k", COUPONS, params).await.id(), first);
    let live = stripe.issue(true, ALL);
    let stripe = stripe.with_key(live);
    assert!(!stripe.post_with_key("k", COUPONS, &[("percent_off", "99")]).await.replayed());
}
