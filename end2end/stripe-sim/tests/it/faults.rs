//! Faults: connections that are really cut, and limits.

use std::io;

use reqwest::Method;
use stripe_sim::{Fault, FaultKind, Match};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::common::{Stripe, stripe};

const COUPONS: &str = "/v1/coupons";
const TEN: &[(&str, &str)] = &[("id", "TEN"), ("percent_off", "10")];

/// What a connection says to a call, down to the last byte.
async fn bytes(stripe: &Stripe, key: &str) -> io::Result<Vec<u8>> {
    let address = stripe.running.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let body = "id=TEN&percent_off=10";
    let request = format!(
        "POST /v1/coupons HTTP/1.1\r\nHost: stripe\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {key}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        stripe.key,
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.map(|_| answer)
}

#[tokio::test]
async fn drop_resets_the_connection_and_does_nothing() {
    let stripe = stripe().await;
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::Drop));
    assert_eq!(bytes(&stripe, "k").await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(stripe.sim.coupons().len(), 0);
    let record = stripe.sim.requests().remove(0);
    assert_eq!((record.cut, record.status, record.fault), (true, None, Some(FaultKind::Drop)));
    assert!(bytes(&stripe, "k").await.unwrap().starts_with(b"HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn apply_then_drop_resets_the_connection_and_has_done_it() {
    let stripe = stripe().await;
    stripe.sim.inject(Fault::new(Match::new("POST", COUPONS).times(2), FaultKind::ApplyThenDrop));
    for _ in 0..2 {
        assert_eq!(bytes(&stripe, "k").await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(stripe.sim.coupons().len(), 1);
    }
    let replayed = stripe.post_with_key("k", COUPONS, TEN).await;
    assert!(replayed.replayed());
    assert_eq!(replayed.id(), "TEN");
}

#[tokio::test]
async fn a_client_sees_an_error_too() {
    let stripe = stripe().await;
    stripe.get(COUPONS).await.ok();
    stripe.sim.inject(Fault::new(Match::path("/v1/").nth(1), FaultKind::Drop));
    let error = stripe.call(Method::POST, COUPONS).form(TEN).send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(stripe.sim.request_count("POST", COUPONS), 1, "nobody retried it");
}

#[tokio::test]
async fn only_the_nth_call_is_hit() {
    let stripe = stripe().await;
    stripe.sim.inject(Fault::new(Match::new("GET", COUPONS).nth(2), FaultKind::Status500));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        stripe.get("/v1/prices").await.ok();
        statuses.push(stripe.get(COUPONS).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 500, 200]);
}

#[tokio::test]
async fn down_is_down_but_for_the_dashboard() {
    let stripe = stripe().await;
    let get = |path: &str| stripe.http.get(format!("{}{path}", stripe.running.url)).send();
    stripe.sim.set_down(true);
    assert!(stripe.call(Method::GET, COUPONS).send().await.is_err());
    assert!(get("/test/apikeys/create").await.is_err());
    assert_eq!(get("/dashboard").await.unwrap().status(), 200);
    stripe.sim.set_down(false);
    stripe.get(COUPONS).await.ok();
}

#[tokio::test]
async fn away_the_api_is_gone_and_people_go_on() {
    let stripe = stripe().await;
    let id = stripe.session("price_1ABC", &[]).await.id();
    let other = stripe.sim.issue_restricted_key(&"acct_1Other".into(), true, crate::common::ALL);
    let control = |away: bool| {
        let call = stripe.http.post(format!("{}/sim/away", stripe.running.url));
        call.header("content-type", "application/json").body(format!("{{\"away\":{away}}}")).send()
    };
    assert_eq!(control(true).await.unwrap().status(), 204);
    assert!(stripe.sim.is_away());
    assert!(stripe.call(Method::GET, COUPONS).send().await.is_err());
    assert!(stripe.call(Method::POST, COUPONS).bearer_auth(&other).form(TEN).send().await.is_err());
    for path in ["/dashboard".to_owned(), format!("/c/pay/{id}"), "/test/apikeys/create".to_owned()] {
        let page = stripe.http.get(format!("{}{path}", stripe.running.url)).send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
    }
    stripe.sim.complete_session(&id).unwrap();
    assert_eq!(control(false).await.unwrap().status(), 204);
    stripe.get(COUPONS).await.ok();
    assert_eq!(stripe.sim.coupons().len(), 0, "nothing was made meanwhile");
}

#[tokio::test]
async fn stopped_is_gone_and_can_come_back() {
    let stripe = stripe().await;
    stripe.get(COUPONS).await.ok();
    let Stripe { judged, running, sim, key, http } = stripe;
    let address = running.url.strip_prefix("http://").unwrap().to_owned();
    running.stop().await;
    assert!(http.get(format!("http://{address}{COUPONS}")).bearer_auth(&key).send().await.is_err());
    let running = sim.listen(&address).await.unwrap();
    Stripe { judged, running, sim, key, http }.get(COUPONS).await.ok();
}

#[tokio::test]
async fn too_many_in_a_second() {
    let stripe = stripe().await;
    stripe.sim.set_rate_limit(Some(2));
    stripe.get(COUPONS).await.ok();
    stripe.get(COUPONS).await.ok();
    let refused = stripe.get(COUPONS).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, Some("rate_limit")));
    assert_eq!(refused.headers["stripe-rate-limited-reason"], "global-rate");
    stripe.sim.advance(1000);
    stripe.get(COUPONS).await.ok();
}
