//! One of two processes asks Stripe about an owner's open sessions; the other one does when it is gone.

use super::on_postgres;
use crate::harness::{Counted, Process, Shop, until, within};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SESSIONS: &str = "/v1/checkout/sessions";
/// How often open sessions are asked for.
const EVERY: Duration = Duration::from_secs(5);
/// As long as an ended session may stay unseen, and a little for a machine that many share.
const SOON: Duration = Duration::from_secs(20);
/// Of so many those that have ended are listed; they are not asked for one by one.
const OPEN: usize = 5;
/// Lists of one sweep: what is complete, and what has expired.
const LISTS: usize = 2;

fn lists(shop: &Shop) -> usize {
    let lists = |record: &&stripe_sim::RequestRecord| record.method == "GET" && record.path == SESSIONS;
    shop.sim.requests().iter().filter(lists).count()
}

/// Whether this process has asked for the list.
fn has_listed(log: &str) -> bool {
    let calls = log.lines().filter(|line| line.contains("call to Stripe"));
    let mut calls = calls.map(|line| serde_json::from_str::<Value>(line).unwrap());
    calls.any(|call| call["method"] == "GET" && call["path"] == SESSIONS)
}

/// Sells some; the open sessions.
async fn sell(shop: &Shop) -> Vec<String> {
    shop.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let mut sessions = Vec::new();
    for n in 0..OPEN {
        sessions.push(shop.buys(&format!("order-{n}"), "SPRING").await.expect(201).id().to_owned());
    }
    shop.sim.clear_requests();
    sessions
}

#[test]
fn once_for_both() {
    on_postgres(async |shop: &Shop, second: Process| {
        sell(shop).await;
        shop.sim.wait_until(|_| lists(shop) >= 1).await;
        let first = Instant::now();
        shop.sim.wait_until(|_| lists(shop) > 2 * LISTS).await;
        let twice = first.elapsed();
        eprintln!("three sweeps in {twice:?}");
        // Two of them would have asked twice as often.
        assert!(twice > EVERY * 2 - EVERY / 2, "{twice:?}");
        let listed = [shop.said(), second.said()].map(|log| has_listed(&log));
        assert_ne!(listed[0], listed[1], "one of them asks, and always the same");
        second.kill().await;
    });
}

#[test]
fn on_when_one_dies() {
    on_postgres(async |shop: &Shop, second: Process| {
        let sessions = sell(shop).await;
        shop.sim.wait_until(|_| lists(shop) >= 1).await;
        // A line of the log is written when the answer has come.
        let first_asks = until(async || {
            let listed = [shop.said(), second.said()].map(|log| has_listed(&log));
            (listed[0] != listed[1], listed)
        })
        .await[0];
        let left = if first_asks {
            shop.kill().await;
            second
        } else {
            second.kill().await;
            shop.give()
        };
        let died = Instant::now();
        shop.sim.complete_session(&sessions[0]).unwrap();
        within(SOON, async || {
            let rows = shop.in_rows().await;
            (rows == Counted { held: i64::try_from(OPEN).unwrap() - 1, redeemed: 1 }, rows)
        })
        .await;
        eprintln!("the other one saw a payment {:?} after the death", died.elapsed());
        assert!(has_listed(&left.said()));
        left.kill().await;
    });
}
