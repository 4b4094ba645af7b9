//! A heap of work that two processes share: each item is worked on once, by one of them, and both take part.

use super::on_postgres;
use crate::death::full;
use crate::harness::{ALL, CAMPAIGNS, CONNECTION, Process, Shop, all, within};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use stripe_sim::AccountId;

const SOON: Duration = Duration::from_secs(240);

/// The items of which a log says that they were worked on, by the field of this name in lines with these words.
fn worked_on(log: &str, words: &str, name: &str) -> Vec<String> {
    let lines = log.lines().filter(|line| line.contains(words));
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["message"] == words).map(|line| line[name].as_str().unwrap().to_owned()).collect()
}

/// Each item by one of the two, once; and how many by each.
fn shared(logs: [String; 2], words: &str, name: &str, count: usize) -> [usize; 2] {
    let by = logs.map(|log| worked_on(&log, words, name));
    let counts = [by[0].len(), by[1].len()];
    let all: BTreeSet<&String> = by.iter().flatten().collect();
    assert_eq!((all.len(), counts[0] + counts[1]), (count, count), "{words}: not once each");
    assert!(counts.iter().all(|count| *count > 0), "{words}: only one of them took part: {counts:?}");
    counts
}

async fn all_done(shop: &Shop, left: &'static str) {
    within(SOON, async || {
        let left = shop.database.number(left).await;
        (left == 0, left)
    })
    .await;
}

#[test]
fn events() {
    on_postgres(async |shop: &Shop, second: Process| {
        let count = if full() { 20_000 } else { 1_000 };
        shop.kill().await;
        second.kill().await;
        let heap = format!(
            "INSERT INTO webhook_events (endpoint, id, kind, account, livemode, object_id, happened_at, mode, state, attempts, next_attempt_at,
                received_at, deliveries)
             SELECT 'test', 'evt_' || n, 'coupon.updated', 'acct_' || (n % 50), FALSE, 'co_' || n, 0, 'test', 'queued', 0, n, {}, 1
               FROM generate_series(1, {count}) AS n",
            shop.now()
        );
        shop.database.execute(&heap).await;
        let began = Instant::now();
        let ((), second) = tokio::join!(shop.start(None), shop.another(None));
        all_done(shop, "SELECT count(*) FROM webhook_events WHERE state = 'queued'").await;
        let took = began.elapsed();
        assert_eq!(shop.database.number("SELECT count(*) FROM webhook_events WHERE attempts <> 1").await, 0);
        let by = shared([shop.said(), second.said()], "an event was worked out", "event", count);
        eprintln!("{count} events: {by:?} by each, in {took:?}");
        second.kill().await;
    });
}

#[test]
fn mails() {
    on_postgres(async |shop: &Shop, second: Process| {
        let count = if full() { 10_000 } else { 600 };
        shop.kill().await;
        second.kill().await;
        let heap = format!(
            "INSERT INTO outbox (id, kind, recipient, state, attempts, next_attempt_at, created_at, updated_at)
             SELECT 'mail_' || n, 'sign_in', 'ada' || n || '@example.com', 'queued', 0, n, {0}, {0} FROM generate_series(1, {count}) AS n",
            shop.now()
        );
        shop.database.execute(&heap).await;
        let began = Instant::now();
        let ((), second) = tokio::join!(shop.start(None), shop.another(None));
        all_done(shop, "SELECT count(*) FROM outbox WHERE state = 'queued'").await;
        let took = began.elapsed();
        assert_eq!(shop.database.number("SELECT count(*) FROM outbox WHERE state <> 'sent' OR attempts <> 1").await, 0);
        assert_eq!(shop.mails().len(), count, "one file a mail");
        let by = shared([shop.said(), second.said()], "a mail was sent", "mail", count);
        eprintln!("{count} mails: {by:?} by each, in {took:?}");
        second.kill().await;
    });
}

/// Another owner, connected, with a campaign.
async fn owner(shop: &Shop, number: usize) -> (String, String) {
    let (email, app) = (format!("owner{number}@example.com"), format!("app{number}"));
    let create = ["admin", "create-workspace", "--email", &email, "--app", &app, "--mode", "test"];
    let made: Value = serde_json::from_str(&shop.place.run(&create).await).unwrap();
    let key = made["api_key"].as_str().unwrap().to_owned();
    let account = AccountId::new(format!("acct_1Owner{number:02}"));
    shop.sim.add_account(account.clone());
    let restricted = shop.sim.issue_restricted_key(&account, false, &ALL);
    let connect = shop.ask_as(&key, &shop.url(), "POST", CONNECTION).json(&json!({ "restricted_key": restricted }));
    connect.send().await.expect(200);
    let body = json!({ "app_id": app, "name": "Share", "percent_off": 15 });
    let campaign = shop.ask_as(&key, &shop.url(), "POST", CAMPAIGNS).json(&body).send().await.expect(201);
    (key, campaign.id().to_owned())
}

/// One process at a time works on an owner's rewards, under a lease; both work on some owner's.
#[test]
fn rewards() {
    on_postgres(async |shop: &Shop, second: Process| {
        let (owners, each) = if full() { (40, 50) } else { (8, 8) };
        let urls = [shop.url(), second.url.clone()];
        let mut places = Vec::new();
        for number in 0..owners {
            let (key, campaign) = owner(shop, number).await;
            places.push((urls[number % 2].clone(), key, format!("{CAMPAIGNS}/{campaign}/rewards")));
        }
        shop.sim.clear_requests();
        let began = Instant::now();
        // Who hears of an owner's first reward works off that owner's heap; the other one only looks each half second.
        for (url, key, path) in &places {
            let earned = (0..each).map(|n| {
                let body = json!({ "email": format!("ada{n}@example.com"), "reference": format!("order-{n}") });
                shop.ask_as(key, url, "POST", path).json(&body).send()
            });
            for answer in all(earned).await {
                answer.expect(201);
            }
            all_done(shop, "SELECT count(*) FROM rewards WHERE sync <> 'minted'").await;
        }
        let took = began.elapsed();
        let count = owners * each;
        let made = |call: &&stripe_sim::RequestRecord| call.method == "POST" && call.path == "/v1/promotion_codes";
        let made = shop.sim.requests().iter().filter(made).count();
        assert_eq!((made, shop.sim.promotion_codes().len()), (count, count), "one call each");
        assert_eq!(shop.database.number("SELECT count(*) FROM rewards WHERE attempts <> 1").await, 0);
        let by = shared([shop.said(), second.said()], "a reward is in Stripe", "reward", count);
        eprintln!("{count} rewards of {owners} owners: {by:?} by each, in {took:?}");
        second.kill().await;
    });
}
