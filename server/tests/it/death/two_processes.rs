//! Two processes on one database: one mints, the other waits for it, and takes over when it dies.

use crate::harness::{Answer, CAMPAIGNS, CHECKOUT, Counted, Engine, Process, REDEMPTIONS, Shop, World, all, within};
use serde_json::json;
use std::time::{Duration, Instant};
use stripe_sim::{Fault, FaultKind, Match};

const COUPONS: &str = "/v1/coupons";
const CODES: usize = 15;
const BUYERS: usize = 3;
/// The whole budget of a request, and a little for a machine that many share.
const BUDGET: Duration = Duration::from_secs(22);

/// SQLite has one process.
fn on_postgres(test: impl AsyncFn(&Shop, &Process)) {
    super::run(Engine::Postgres, async {
        let shop = Shop::open(Engine::Postgres, None).await;
        let second = shop.another(None).await;
        test(&shop, &second).await;
        shop.comes_to_rest().await;
        second.kill().await;
        shop.close().await;
    });
}

#[test]
fn first_uses_race() {
    on_postgres(async |shop, second| {
        for code in 0..CODES {
            shop.code(json!({ "code": format!("RACE{code}"), "percent_off": 10 })).await;
        }
        shop.sim.clear_requests();
        let first = shop.url();
        let buyers = (0..CODES).flat_map(|code| (0..BUYERS).map(move |buyer| (code, buyer)));
        let both = buyers.flat_map(|(code, buyer)| {
            [(0, &first), (1, &second.url)].map(|(process, url)| {
                shop.purchase_at(url, &format!("order-{code}-{buyer}-{process}"), &format!("RACE{code}")).send()
            })
        });
        for answer in all(both).await {
            answer.expect(201);
        }
        assert_eq!(shop.sim.coupons().len(), CODES);
        assert_eq!(shop.sim.request_count("POST", COUPONS), CODES, "one of the two mints, the other waits");
        assert_eq!(shop.sim.counts().open_sessions, CODES * BUYERS * 2);
    });
}

/// The first process has begun to mint, and the second one waits for it.
async fn one_mints_and_the_other_waits(
    shop: &Shop,
    second: &Process,
    kind: FaultKind,
) -> [tokio::task::JoinHandle<Result<crate::harness::Answer, reqwest::Error>>; 2] {
    shop.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
    shop.sim.clear_requests();
    shop.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), kind));
    let minting = tokio::spawn(shop.purchase("order-1", "SPRING").try_send());
    shop.sim.wait_until(|sim| sim.fault_met(kind)).await;
    let waiting = tokio::spawn(shop.purchase_at(&second.url, "order-2", "SPRING").try_send());
    within(BUDGET, async || (second.said().contains("another process mints this coupon"), ())).await;
    [minting, waiting]
}

#[test]
fn the_second_waits() {
    on_postgres(async |shop, second| {
        let purchases = one_mints_and_the_other_waits(shop, second, FaultKind::Hold).await;
        shop.sim.release_held();
        for purchase in purchases {
            purchase.await.unwrap().unwrap().expect(201);
        }
        assert_eq!((shop.sim.coupons().len(), shop.sim.request_count("POST", COUPONS)), (1, 1));
    });
}

async fn takes_over(shop: &Shop, second: &Process, kind: FaultKind) {
    let [minting, waiting] = one_mints_and_the_other_waits(shop, second, kind).await;
    shop.kill().await;
    let died = Instant::now();
    assert!(minting.await.unwrap().is_err());
    shop.sim.release_held();
    let answer = waiting.await.unwrap().unwrap().expect(201);
    assert_eq!(answer.header("idempotent-replayed"), None, "it was answered by the one request that waited");
    let after = died.elapsed();
    eprintln!("{kind:?}: taken over and answered {:.1} s after the death", after.as_secs_f64());
    assert!(after < BUDGET);
    // What the dead one had begun goes on at the other, under its key.
    within(BUDGET, async || {
        let answer = shop.purchase_at(&second.url, "order-1", "SPRING").send().await;
        (answer.status == 201, answer)
    })
    .await;
    assert_eq!((shop.sim.coupons().len(), shop.sim.counts().open_sessions), (1, 2));
}

#[test]
fn the_second_takes_over_before_stripe_has_the_coupon() {
    on_postgres(async |shop, second| takes_over(shop, second, FaultKind::Hold).await);
}

#[test]
fn the_second_takes_over_and_adopts_the_coupon() {
    on_postgres(async |shop, second| takes_over(shop, second, FaultKind::HoldAnswer).await);
}

/// A process that was not given any time goes on when another one has answered its request: what was answered stands.
#[test]
fn one_that_was_thought_dead_gives_nothing_back() {
    on_postgres(async |shop, second| {
        let code = shop.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
        let body = json!({ "app_id": "taskpomo", "code": "SPRING", "user_id": "order-1" });
        let order = |url: &str| shop.ask_at(url, "POST", REDEMPTIONS).idempotent("order-1").json(&body);
        shop.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), FaultKind::HoldAnswer));
        let first = tokio::spawn(order(&second.url).try_send());
        shop.sim.wait_until(|sim| sim.coupons().len() == 1).await;
        second.stands_still();
        let answer = shop.answers(|| order(&shop.url())).await.expect(201);
        second.goes_on();
        shop.sim.release_held();
        first.await.unwrap().unwrap().refused(503, "stripe_unavailable", "");
        assert_eq!(shop.told(&code).await, Counted { held: 1, redeemed: 0 }, "it is answered");
        for url in [shop.url(), second.url.clone()] {
            let again = order(&url).send().await;
            assert_eq!((&again.text, again.header("idempotent-replayed")), (&answer.text, Some("true")));
        }
        let path = format!("{REDEMPTIONS}/{}", answer.id());
        assert_eq!(shop.ask("GET", &path).send().await.expect(200).text, answer.text);
        shop.ask("POST", &format!("{path}/release")).send().await.expect(200);
    });
}

/// The rewards of a new campaign, with a place for each process.
async fn campaign_at(shop: &Shop, second: &Process, max_rewards: i64) -> [String; 2] {
    let body = json!({ "app_id": "taskpomo", "name": "Share", "percent_off": 15, "max_rewards": max_rewards });
    let campaign = shop.post(CAMPAIGNS, &body).await.expect(201).id().to_owned();
    [shop.url(), second.url.clone()].map(|url| format!("{url} {CAMPAIGNS}/{campaign}/rewards"))
}

/// `count` posts, each at the other process than the one before.
async fn earn(shop: &Shop, places: &[String; 2], count: usize, reference: fn(usize) -> String) -> Vec<Answer> {
    let posts = (0..count).map(|n| {
        let (url, path) = places[n % 2].split_once(' ').unwrap();
        let body = json!({ "email": format!("ada{n}@example.com"), "reference": reference(n) });
        shop.ask_at(url, "POST", path).json(&body).send()
    });
    all(posts).await
}

#[test]
fn one_reference_has_one_reward() {
    on_postgres(async |shop, second| {
        let places = campaign_at(shop, second, 1).await;
        let answers = earn(shop, &places, 50, |_| "share-1".to_owned()).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 1);
        for answer in &answers {
            assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
            assert_eq!((answer.id(), &answer.json["code"]), (made[0].id(), &made[0].json["code"]));
        }
        assert_eq!(shop.database.number("SELECT count(*) FROM rewards").await, 1);
        assert_eq!(shop.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 1);
        assert_eq!(shop.database.number("SELECT issued FROM campaigns").await, 1);
    });
}

#[test]
fn a_limit_of_rewards_is_never_oversold() {
    on_postgres(async |shop, second| {
        let places = campaign_at(shop, second, 50).await;
        let answers = earn(shop, &places, 200, |n| format!("share-{n}")).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.code() == "campaign_exhausted").count();
        assert_eq!((made, refused), (50, 150));
        assert_eq!(shop.database.number("SELECT count(*) FROM rewards").await, 50);
        assert_eq!(shop.database.number("SELECT issued FROM campaigns").await, 50);
    });
}

/// Each of twenty customers asks five times, at one process and the other: each has one checkout, and nobody is refused for another's.
#[test]
fn a_limit_per_customer_is_kept_by_both() {
    on_postgres(async |shop, second| {
        shop.code(json!({ "code": "EACHONCE", "percent_off": 10, "max_redemptions_per_user": 1 })).await;
        let urls = [shop.url(), second.url.clone()];
        let tries = (0..100).map(|n| {
            let body =
                World::checkout_body(json!({ "discount_code": "EACHONCE", "user_id": format!("customer-{}", n % 20) }));
            shop.ask_at(&urls[n / 20 % 2], "POST", CHECKOUT).json(&body).send()
        });
        let answers = all(tries).await;
        for customer in 0..20 {
            let of_one = || answers.iter().skip(customer).step_by(20);
            assert_eq!(of_one().filter(|answer| answer.status == 201).count(), 1, "customer-{customer}");
            let refused = of_one().filter(|answer| answer.code() == "discount_code_user_limit").count();
            assert_eq!(refused, 4, "customer-{customer}: {answers:?}");
        }
    });
}
