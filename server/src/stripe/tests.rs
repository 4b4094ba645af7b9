//! The client against the stand-in for Stripe, and against servers that Stripe would never be.

use super::*;
use std::collections::BTreeMap;
use stripe_judge::{Side, Watch};
use stripe_sim::{AccountId, Fault, FaultKind, Match, Running, Sim};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::Instant,
};

const BUDGET: Duration = Duration::from_secs(10);
const ALL: [&str; 4] = ["coupon_write", "promotion_code_write", "checkout_session_write", "plan_read"];

struct World {
    _judged: Watch,
    running: Running,
    stripe: Stripe,
    key: SecretString,
}

impl World {
    async fn new(permissions: &[&str]) -> Self {
        Self::with_budget(permissions, BUDGET).await
    }

    async fn with_budget(permissions: &[&str], budget: Duration) -> Self {
        let running = Sim::start().await.unwrap();
        let _judged = Watch::over(&running.sim, Side::Client);
        stripe_sim::seed_demo(&running.sim);
        let key = running.sim.issue_restricted_key(&AccountId::default(), false, permissions);
        let stripe = Stripe::new(&running.url, budget).unwrap();
        Self { _judged, running, stripe, key: SecretString::from(key) }
    }

    fn sim(&self) -> &Sim {
        &self.running.sim
    }

    fn account(&self) -> Account<'_> {
        self.stripe.account(&self.key)
    }

    fn inject(&self, method: &str, path: &str, times: usize, kind: FaultKind) {
        self.sim().inject(Fault::new(Match::new(method, path).times(times), kind));
    }

    fn form(&self) -> String {
        let params = SessionParams {
            mode: "payment".into(),
            price: "price_1ABC".into(),
            quantity: Some(1),
            success_url: "https://shop.example/ok?s={CHECKOUT_SESSION_ID}".into(),
            cancel_url: "https://shop.example/".into(),
            client_reference_id: Some("user 1".into()),
            customer_email: Some("ada@example.com".into()),
            coupon: Some("cm_1".into()),
            allow_promotion_codes: true,
            expires_at: Some(self.sim().now_ms() / 1000 + 1920),
            metadata: BTreeMap::from([("codemint_redemption".into(), "rd_1".into())]),
        };
        params.encode()
    }
}

fn coupon() -> NewCoupon {
    NewCoupon {
        id: "cm_1".into(),
        name: Some("SPRING".into()),
        percent_off: Some(1250),
        duration: "once".into(),
        metadata: BTreeMap::from([("codemint_code".into(), "dc_1".into())]),
        ..NewCoupon::default()
    }
}

#[tokio::test]
async fn a_coupon_and_a_session_from_birth_to_end() {
    let world = World::new(&ALL).await;
    let account = world.account();
    assert_eq!(account.coupon("cm_1").await.unwrap(), None);
    let made = account.create_coupon(&coupon(), "k1").await.unwrap();
    assert!(made.differences(&coupon()).is_empty(), "{made:?}");
    assert_eq!(account.coupon("cm_1").await.unwrap(), Some(made.clone()));
    assert_eq!(account.create_coupon(&coupon(), "k1").await.unwrap(), made);

    let session = account.create_session(&world.form(), "k2").await.unwrap();
    assert_eq!((session.status, session.payment_status), (SessionStatus::Open, PaymentStatus::Unpaid));
    assert_eq!((session.amount_subtotal, session.amount_total), (Some(2900), Some(2537)));
    assert!(session.url.as_deref().unwrap().starts_with("http"));
    assert_eq!(session.metadata["codemint_redemption"], "rd_1");
    assert_eq!(session.client_reference_id.as_deref(), Some("user 1"));
    assert_eq!(account.session(&session.id).await.unwrap().unwrap(), session);
    let page = account.list_sessions(session.created, None, 10).await.unwrap();
    assert_eq!((page.data.len(), page.has_more), (1, false));
    let page = account.list_sessions(session.created, Some(&session.id), 10).await.unwrap();
    assert!(page.data.is_empty());
    assert!(account.list_sessions(session.created + 60, None, 10).await.unwrap().data.is_empty());
    let ended = async |end| account.ended_sessions(end, session.created, None).await.unwrap().data;
    assert!(ended(SessionEnd::Complete).await.is_empty() && ended(SessionEnd::Expired).await.is_empty(), "it is open");
    let expired = account.expire_session(&session.id).await.unwrap();
    assert_eq!((ended(SessionEnd::Complete).await, ended(SessionEnd::Expired).await), (vec![], vec![expired.clone()]));
    assert_eq!((expired.status, expired.url), (SessionStatus::Expired, None));
    assert!(matches!(account.expire_session(&session.id).await.unwrap_err(), StripeError::Invalid { .. }));
    assert_eq!(account.session("cs_test_none").await.unwrap(), None);

    world.sim().delete_coupon("cm_1").unwrap();
    assert_eq!(account.coupon("cm_1").await.unwrap(), None);
    assert!(world.sim().requests().iter().all(|call| call.stripe_version.as_deref() == Some(VERSION)));
}

#[tokio::test]
async fn prices_are_read() {
    let world = World::new(&ALL).await;
    let price = world.account().price("price_1SUB").await.unwrap().unwrap();
    assert_eq!((price.kind, price.unit_amount, price.currency.as_str()), (PriceType::Recurring, Some(900), "usd"));
    assert_eq!(
        price.recurring.unwrap(),
        crate::stripe::types::Recurring { interval: "month".into(), interval_count: 1 }
    );
    let price = world.account().price("price_1ABC").await.unwrap().unwrap();
    assert_eq!((price.kind, price.recurring, price.active), (PriceType::OneTime, None, true));
    assert!(price.product.is_some());
    assert_eq!(world.account().price("price_none").await.unwrap(), None);
    assert_eq!(world.account().prices(100).await.unwrap().len(), 4);
    assert_eq!(world.account().prices(2).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_id_cannot_leave_its_path() {
    let world = World::new(&ALL).await;
    for id in ["", ".", "..", "../prices", "a/b", "a?limit=1", "a#b", "%2e%2e"] {
        assert_eq!(world.account().coupon(id).await.unwrap(), None, "{id}");
    }
    let calls = world.sim().requests();
    assert!(calls.iter().all(|call| call.path.starts_with("/v1/coupons/") && call.params.is_empty()), "{calls:?}");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let world = World::new(&["coupon_read"]).await;
    let account = world.account();
    assert_eq!(
        account.create_coupon(&coupon(), "k").await.unwrap_err(),
        StripeError::PermissionMissing {
            missing: vec!["coupon_write".into()],
            account: Some(AccountId::default().as_str().into())
        }
    );
    let refused = |reason| StripeError::KeyRefused { reason };
    let unknown = SecretString::from("rk_test_never");
    assert_eq!(world.stripe.account(&unknown).coupon("a").await.unwrap_err(), refused(KeyRefusal::Invalid));
    let unsendable = SecretString::from("rk_test_\n");
    assert_eq!(world.stripe.account(&unsendable).coupon("a").await.unwrap_err(), refused(KeyRefusal::Invalid));
    world.sim().expire_key(secrecy::ExposeSecret::expose_secret(&world.key));
    assert_eq!(account.coupon("a").await.unwrap_err(), refused(KeyRefusal::Expired));

    let world = World::new(&ALL).await;
    let account = world.account();
    account.create_coupon(&coupon(), "k1").await.unwrap();
    assert_eq!(account.create_coupon(&coupon(), "k2").await.unwrap_err(), StripeError::AlreadyExists);
    let other = NewCoupon { percent_off: Some(2000), ..coupon() };
    assert_eq!(account.create_coupon(&other, "k1").await.unwrap_err(), StripeError::IdempotencyMismatch);
    let neither = NewCoupon { id: "cm_2".into(), percent_off: None, ..coupon() };
    assert!(
        matches!(account.create_coupon(&neither, "k3").await.unwrap_err(), StripeError::Invalid { code: Some(code), .. } if code == "parameter_missing")
    );
    let form = world.form().replace("cm_1", "cm_none");
    assert!(matches!(account.create_session(&form, "k4").await.unwrap_err(), StripeError::ResourceMissing { .. }));
    for key in ["", "two\nlines", "x".repeat(256).as_str()] {
        assert!(matches!(account.create_coupon(&coupon(), key).await.unwrap_err(), StripeError::Invalid { .. }));
    }
}

#[tokio::test]
async fn a_lost_connection_is_mended_by_the_same_request() {
    for kind in [FaultKind::Drop, FaultKind::ApplyThenDrop, FaultKind::RateLimited429, FaultKind::LockTimeout429] {
        let world = World::new(&ALL).await;
        world.inject("POST", "/v1/coupons", 2, kind);
        world.account().create_coupon(&coupon(), "k1").await.unwrap();
        let calls = world.sim().requests();
        assert_eq!(calls.len(), 3, "{kind:?}");
        assert!(
            calls.iter().all(|call| call.idempotency_key.as_deref() == Some("k1") && call.params == calls[0].params)
        );
        assert_eq!(world.sim().coupons().len(), 1);
    }
    for kind in [FaultKind::Drop, FaultKind::Status500, FaultKind::RateLimited429, FaultKind::LockTimeout429] {
        let world = World::new(&ALL).await;
        world.inject("GET", "/v1/coupons", 2, kind);
        assert_eq!(world.account().coupon("a").await.unwrap(), None);
        assert_eq!(world.sim().requests().len(), 3, "{kind:?}");
    }
}

#[tokio::test]
async fn a_500_to_a_write_is_final_and_known_when_it_comes_back() {
    for (kind, made) in [(FaultKind::Status500, 0), (FaultKind::ApplyThen500, 1)] {
        let world = World::new(&ALL).await;
        world.inject("POST", "/v1/coupons", 1, kind);
        let error = world.account().create_coupon(&coupon(), "k1").await.unwrap_err();
        assert_eq!(error, StripeError::Server { status: 500, replayed: false });
        assert_eq!((error.outcome(), error.is_outage()), (Outcome::Unknown, true));
        assert_eq!(world.sim().requests().len(), 1);
        let error = world.account().create_coupon(&coupon(), "k1").await.unwrap_err();
        assert_eq!(error, StripeError::Server { status: 500, replayed: true });
        assert!(!error.is_outage());
        assert_eq!(world.sim().coupons().len(), made);
    }
}

#[tokio::test]
async fn what_does_not_end_is_given_up() {
    let world = World::new(&ALL).await;
    world.inject("POST", "/v1/coupons", 100, FaultKind::LockTimeout429);
    assert_eq!(world.account().create_coupon(&coupon(), "k").await.unwrap_err(), StripeError::Locked);
    assert_eq!(world.sim().requests().len(), 6);
    let world = World::with_budget(&ALL, Duration::from_millis(400)).await;
    world.inject("POST", "/v1/coupons", 100, FaultKind::RateLimited429);
    let error = world.account().create_coupon(&coupon(), "k").await.unwrap_err();
    assert_eq!(error, StripeError::RateLimited { reason: Some("global-rate".into()) });
    world.sim().clear_faults();
    world.sim().set_down(true);
    assert_eq!(world.account().create_coupon(&coupon(), "k").await.unwrap_err(), StripeError::Unknown);
    assert_eq!(world.account().coupon("a").await.unwrap_err(), StripeError::Unknown);
}

#[tokio::test]
async fn the_budget_is_for_the_whole_call() {
    let budget = Duration::from_millis(700);
    let world = World::with_budget(&ALL, budget).await;
    for kind in [FaultKind::Hold, FaultKind::Drop] {
        world.inject("POST", "/v1/coupons", 100, kind);
        let start = Instant::now();
        assert_eq!(world.account().create_coupon(&coupon(), "k").await.unwrap_err(), StripeError::Unknown);
        assert!(start.elapsed() < budget + Duration::from_millis(300), "{kind:?} {:?}", start.elapsed());
        world.sim().clear_faults();
    }
}

#[tokio::test]
async fn a_key_in_use_is_waited_for() {
    let world = World::new(&ALL).await;
    world.inject("POST", "/v1/coupons", 1, FaultKind::Stall(Duration::from_millis(400)));
    let wanted = coupon();
    let account = world.account();
    let first = account.create_coupon(&wanted, "k");
    let second = async {
        world.sim().wait_until(|sim| sim.request_count("POST", "/v1/coupons") == 1).await;
        account.create_coupon(&wanted, "k").await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(world.sim().coupons().len(), 1);

    let short = Stripe::new(&world.running.url, Duration::from_millis(500)).unwrap();
    world.inject("POST", "/v1/coupons", 1, FaultKind::Hold);
    let (hasty, wanted) = (short.account(&world.key), NewCoupon { id: "cm_2".into(), ..coupon() });
    assert_eq!(hasty.create_coupon(&wanted, "k2").await.unwrap_err(), StripeError::Unknown);
    // Where its time runs out in the middle of a call it knows less.
    let mut told = StripeError::Unknown;
    for _ in 0..10 {
        if told == StripeError::Unknown {
            told = hasty.create_coupon(&wanted, "k2").await.unwrap_err();
            assert_eq!(told.outcome(), Outcome::Unknown);
        }
    }
    assert_eq!(told, StripeError::IdempotencyInUse);
    world.sim().release_held();
    assert_eq!(account.create_coupon(&wanted, "k2").await.unwrap().id, "cm_2");
}

#[tokio::test]
async fn a_refusal_after_a_doubtful_sending_proves_nothing() {
    let world = World::with_budget(&ALL, Duration::from_millis(800)).await;
    world.inject("POST", "/v1/coupons", 1, FaultKind::ApplyThenDrop);
    world.inject("POST", "/v1/coupons", 100, FaultKind::RateLimited429);
    let error = world.account().create_coupon(&coupon(), "k").await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(world.sim().coupons().len(), 1);
}

#[tokio::test]
async fn a_write_without_a_key_is_not_sent_again_in_doubt() {
    let world = World::new(&ALL).await;
    let form = world.form().replace("&discounts%5B0%5D%5Bcoupon%5D=cm_1", "");
    let session = world.account().create_session(&form, "k").await.unwrap();
    world.sim().clear_requests();
    world.inject("POST", "/v1/checkout/sessions/", 1, FaultKind::ApplyThenDrop);
    assert_eq!(world.account().expire_session(&session.id).await.unwrap_err(), StripeError::Unknown);
    assert_eq!(world.sim().requests().len(), 1);
    assert_eq!(world.account().session(&session.id).await.unwrap().unwrap().status, SessionStatus::Expired);
}

#[tokio::test]
async fn nobody_there_is_certainly_not_sent() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let stripe = Stripe::new(&format!("http://{address}"), Duration::from_secs(1)).unwrap();
    let key = SecretString::from("rk_test_1");
    let error = stripe.account(&key).create_coupon(&coupon(), "k").await.unwrap_err();
    assert_eq!(
        (error.clone(), error.outcome(), error.is_outage()),
        (StripeError::Unreachable, Outcome::NotApplied, true)
    );
}

#[tokio::test]
async fn a_probe_tells_the_permissions_and_leaves_nothing() {
    use Level::{None as No, Read, Write};
    for (permissions, coupons, promotion_codes, checkout_sessions, prices) in [
        (&[][..], No, No, No, No),
        (&ALL[..], Write, Write, Write, Read),
        (&["coupon_read", "promotion_code_read", "checkout_session_read"], Read, Read, Read, No),
        (&["coupon_write", "coupon_read", "promotion_code_write", "promotion_code_read"], Write, Write, No, No),
        (&["connected_account_read", "plan_read"], No, No, No, Read),
        (&["webhook_write"], No, No, No, No),
        (&["webhook_read", "coupon_read"], Read, No, No, No),
        (
            &["coupon_write", "promotion_code_write", "checkout_session_write", "plan_read", "connected_account_read"],
            Write,
            Write,
            Write,
            Read,
        ),
    ] {
        let world = World::new(permissions).await;
        let told = world.account().probe().await.unwrap();
        let account = Some(AccountId::default().as_str().to_owned());
        let webhooks = if permissions.contains(&"webhook_write") { Write } else { No };
        let expected = Probe { coupons, promotion_codes, checkout_sessions, prices, webhooks, account };
        assert_eq!(told, expected, "{permissions:?}");
        assert!(
            world.sim().coupons().is_empty()
                && world.sim().promotion_codes().is_empty()
                && world.sim().sessions().is_empty()
        );
        assert_eq!(world.sim().requests().len(), 9);
    }
}

#[tokio::test]
async fn a_probe_fails_where_it_cannot_tell() {
    let world = World::new(&ALL).await;
    world.inject("POST", "/v1/coupons", 1, FaultKind::RateLimited429);
    assert!(matches!(world.account().probe().await.unwrap_err(), StripeError::RateLimited { .. }));
    assert_eq!(world.sim().requests().len(), 9);
    world.inject("GET", "/v1/coupons", 1, FaultKind::Status500);
    assert_eq!(world.account().probe().await.unwrap().coupons, Level::Write);
    world.sim().revoke_key(secrecy::ExposeSecret::expose_secret(&world.key));
    assert_eq!(world.account().probe().await.unwrap_err(), StripeError::KeyRefused { reason: KeyRefusal::Invalid });
}

/// A server that gives these answers, one a connection, and counts them.
async fn stranger(budget: Duration, answers: Vec<String>) -> (Stripe, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stripe = Stripe::new(&format!("http://{}", listener.local_addr().unwrap()), budget).unwrap();
    let server = tokio::spawn(async move {
        let mut given = 0;
        for answer in answers {
            let accepted = tokio::time::timeout(Duration::from_secs(1), listener.accept()).await;
            let Ok(Ok((mut stream, _))) = accepted else { break };
            let mut request = Vec::new();
            // The end of the coupon's form: a socket closed on unread bytes would be reset, and the answer lost.
            while !request.ends_with(b"dc_1") {
                assert!(stream.read_buf(&mut request).await.unwrap() > 0);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            given += 1;
        }
        given
    });
    (stripe, server)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn an_unreadable_answer_is_none() {
    let key = SecretString::from("rk_test_1");
    for (bad, status) in [("<html>", "200 OK"), ("{}", "200 OK"), ("gone", "404 Not Found"), ("", "302 Found")] {
        let headers = "location: http://127.0.0.1:9/\r\n";
        let (stripe, server) = stranger(Duration::from_millis(500), vec![answer(status, headers, bad); 9]).await;
        let error = stripe.account(&key).create_coupon(&coupon(), "k").await.unwrap_err();
        assert_eq!(error, StripeError::Unknown, "{bad} {status}");
        server.abort();
    }
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n{\"id\":".to_owned();
    let good = answer("200 OK", "", r#"{"id":"cm_1","duration":"once"}"#);
    let (stripe, server) = stranger(BUDGET, vec![cut, good]).await;
    assert_eq!(stripe.account(&key).create_coupon(&coupon(), "k").await.unwrap().id, "cm_1");
    assert_eq!(server.await.unwrap(), 2);
}

#[tokio::test]
async fn stripes_word_about_repeating_is_kept() {
    let key = SecretString::from("rk_test_1");
    let good = answer("200 OK", "", r#"{"id":"cm_1","duration":"once"}"#);
    let no = answer("429 Too Many Requests", "stripe-should-retry: false\r\n", "{}");
    let (stripe, server) = stranger(BUDGET, vec![no, good.clone()]).await;
    let error = stripe.account(&key).create_coupon(&coupon(), "k").await.unwrap_err();
    assert!(matches!(error, StripeError::RateLimited { .. }));
    server.abort();
    let yes = answer("503 Service Unavailable", "stripe-should-retry: true\r\n", "{}");
    let (stripe, server) = stranger(BUDGET, vec![yes, good]).await;
    assert_eq!(stripe.account(&key).create_coupon(&coupon(), "k").await.unwrap().id, "cm_1");
    assert_eq!(server.await.unwrap(), 2);
}

#[test]
fn addresses_that_are_none() {
    for url in
        ["", "api.stripe.com", "ftp://api.stripe.com", "https://u:p@api.stripe.com", "https://api.stripe.com/?a=1"]
    {
        assert!(matches!(Stripe::new(url, BUDGET), Err(SetupError::Address)), "{url}");
    }
    assert!(matches!(Stripe::new("http://api.stripe.com", BUDGET), Err(SetupError::Plain)));
    for url in ["https://api.stripe.com", "http://127.0.0.1:12111", "http://[::1]:1/", "http://localhost:1"] {
        assert!(Stripe::new(url, BUDGET).is_ok(), "{url}");
    }
}

#[tokio::test]
async fn nothing_shows_the_key() {
    let world = World::new(&[]).await;
    let shown = format!("{:?} {:?} {:?}", world.stripe, world.account(), world.account().coupon("a").await);
    let key: &str = secrecy::ExposeSecret::expose_secret(&world.key);
    assert!(!shown.contains(key) && !shown.contains(&key[key.len() - 4..]), "{shown}");
}
