//! A healthy shop: the check never says a word, however many buy at the same moment.

use super::{check, spring};
use crate::harness::{CHECKOUT, World, all, on_both_engines};
use serde_json::json;
use server::services::Patience;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

on_both_engines!(with working; fifty_checks_under_load_say_nothing);

const ROUNDS: usize = 5;
const AT_ONCE: usize = 10;
const BUYERS: usize = 6;
const PURCHASES: usize = 200;
/// Sessions that all checks together have to have seen: the first ones may be over before anybody has bought.
const SESSIONS: i64 = 200;

async fn fifty_checks_under_load_say_nothing(w: &World) {
    let id = spring(w).await;
    w.code(json!({ "code": "RARE", "percent_off": 10, "max_redemptions": 2 })).await;
    let (over, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let buyers: Vec<_> = (0..BUYERS)
        .map(|buyer| {
            let (over, count, key) = (over.clone(), count.clone(), w.key.clone());
            let (sim, ask) = (w.sim.clone(), w.url.clone());
            tokio::spawn(async move {
                let http = reqwest::Client::builder().no_proxy().build().unwrap();
                let mut bought = 0;
                while !over.load(Ordering::SeqCst) {
                    let code = if buyer % 3 == 0 { "RARE" } else { "SPRING" };
                    let body = World::checkout_body(json!({ "discount_code": code }));
                    let made = crate::harness::Ask::by(&http, "POST", format!("{ask}{CHECKOUT}")).key(&key).json(&body);
                    let made = made.send().await;
                    if made.status == 201 {
                        bought += 1;
                        count.fetch_add(1, Ordering::SeqCst);
                        // Some pay, some leave, some stay.
                        match bought % 3 {
                            0 => drop(sim.complete_session(made.id())),
                            1 => drop(sim.expire_session(made.id())),
                            _ => {}
                        }
                    } else {
                        assert_eq!(made.code(), "discount_code_exhausted", "{}", made.text);
                    }
                }
            })
        })
        .collect();
    let scope = super::caller(w).await.scope;
    let patience = Patience { listing: Duration::from_secs(20), settling: Duration::from_secs(4) };
    let (mut sessions, mut said, mut rounds) = (0, Vec::new(), 0);
    while rounds < ROUNDS || count.load(Ordering::SeqCst) < PURCHASES || sessions <= SESSIONS {
        rounds += 1;
        let checks = (0..AT_ONCE).map(|_| {
            let (services, scope) = (w.services.clone(), scope.clone());
            async move { services.check_of(&scope, patience).await.unwrap() }
        });
        for checked in all(checks).await {
            assert_eq!(checked.unasked, None);
            sessions += checked.sessions;
            said.extend(checked.found.into_iter().map(|found| found.words));
        }
    }
    over.store(true, Ordering::SeqCst);
    for buyer in buyers {
        buyer.await.unwrap();
    }
    let bought = count.load(Ordering::SeqCst);
    eprintln!("{} checks, {bought} purchases, {sessions} sessions compared", rounds * AT_ONCE);
    assert_eq!(said, Vec::<String>::new());
    assert!(w.counts(&id).await.1 > 0);
    assert_eq!(check(w).await.codes, 2);
}
