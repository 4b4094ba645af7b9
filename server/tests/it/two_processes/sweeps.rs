//! One of two processes asks Stripe about an owner's open sessions; the other one does when it is gone.

use super::on_postgres;
use crate::harness::{Counted, Process, Shop, within};
use serde_json::json;
use std::time::{Duration, Instant};

const SESSIONS: &str = "/v1/checkout/sessions";
/// How often open sessions are asked for.
const EVERY: Duration = Duration::from_secs(5);
/// As long as an ended session may stay unseen, and a little for a machine that many share.
const SOON: Duration = Duration::from_secs(20);
/// So many are listed, not asked for one by one.
const OPEN: usize = 5;

fn lists(shop: &Shop) -> usize {
    let lists = |record: &&stripe_sim::RequestRecord| record.method == "GET" && record.path == SESSIONS;
    shop.sim.requests().iter().filter(lists).count()
}

/// Whether this process has asked for the list.
fn has_listed(log: &str) -> bool {
    let list = format!("method=GET path=\"{SESSIONS}\"");
    log.lines().any(|line| line.contains("call to Stripe") && line.contains(&list))
}

#[test]
fn once_for_both_and_on_when_one_dies() {
    on_postgres(async |shop: &Shop, second: Process| {
        shop.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
        let mut sessions = Vec::new();
        for n in 0..OPEN {
            sessions.push(shop.buys(&format!("order-{n}"), "SPRING").await.expect(201).id().to_owned());
        }
        shop.sim.clear_requests();
        shop.sim.wait_until(|_| lists(shop) >= 1).await;
        let first = Instant::now();
        shop.sim.wait_until(|_| lists(shop) >= 3).await;
        let twice = first.elapsed();
        eprintln!("three lists in {twice:?}");
        // Two of them would have asked twice as often.
        assert!(twice > EVERY * 2 - EVERY / 2, "{twice:?}");
        let log = [shop.said(), second.said()].map(|log| has_listed(&log));
        assert_ne!(log[0], log[1], "one of them asks, and always the same");
        // It dies; the other one asks then.
        let kept = if log[0] {
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
        assert!(has_listed(&kept.said()));
        kept.kill().await;
    });
}
