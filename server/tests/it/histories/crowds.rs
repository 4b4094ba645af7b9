//! Crowds at the counter: thousands of connections at once, two processes on PostgreSQL and one on SQLite, with the judge over all of it.

use super::history::{Call, Came};
use super::judge::Verdict;
use super::site::Site;
use crate::harness::{Engine, Process, Shop, all};
use futures::StreamExt;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

/// Runs with as many processes as the engine allows.
fn run(engine: Engine, name: &str, story: impl AsyncFn(&Shop, Site) -> String) {
    if !engine.is_there() {
        return;
    }
    // As `main` has it done by the first use of the client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let shop = Shop::open(engine, None).await;
        let second: Option<Process> = match engine {
            Engine::Postgres => Some(shop.another(None).await),
            Engine::Sqlite => None,
        };
        let urls = [shop.url()].into_iter().chain(second.as_ref().map(|second| second.url.clone())).collect();
        let site = Site::new(&shop.sim, urls, &shop.key, "crowd");
        let said = story(&shop, site).await;
        eprintln!("{engine:?}, {name}: {said}");
        if let Some(second) = second {
            second.kill().await;
        }
        shop.close().await;
    });
}

/// Everybody at once, each with a key and a connection of their own.
async fn rush(site: &Arc<Site>, code: usize, keys: impl Iterator<Item = String>) {
    all(keys.enumerate().map(|(buyer, key)| {
        let site = site.clone();
        async move { site.take(buyer, code, &key).await }
    }))
    .await;
}

/// How many ended in each way.
fn tally(site: &Site, code: usize) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for operation in site.record.operations().into_iter().filter(|operation| operation.code == code) {
        if let Call::Take(_) = operation.call {
            let word = match operation.came {
                Came::Held { .. } => "made".to_owned(),
                Came::Exhausted(_) => "exhausted".to_owned(),
                Came::Refused(why) => why,
                Came::Unknown(why) => format!("unknown: {why}"),
                came => format!("{came:?}"),
            };
            *tally.entry(word).or_default() += 1;
        }
    }
    tally
}

fn of(tally: &[(&str, usize)]) -> BTreeMap<String, usize> {
    tally.iter().filter(|(_, count)| *count > 0).map(|(word, count)| ((*word).to_owned(), *count)).collect()
}

async fn judged(shop: &Shop, site: &Site) -> Verdict {
    let rest = site.rest(&shop.database).await;
    let (verdict, _) = site.verdict(&rest);
    assert!(verdict.wrong.is_empty(), "{}", verdict.wrong.join("\n"));
    verdict
}

/// No oversell.
async fn ten_thousand_for_a_hundred(shop: &Shop, mut site: Site) -> String {
    let (buyers, limit) = if super::full() { (10_000, 100) } else { (600, 60) };
    site.add_code("RUSH", 10, Some(limit)).await;
    let (site, started) = (Arc::new(site), Instant::now());
    rush(&site, 0, (0..buyers).map(|buyer| format!("crowd-{buyer}"))).await;
    let answered = started.elapsed();
    let stock = usize::try_from(limit).unwrap();
    assert_eq!(tally(&site, 0), of(&[("made", stock), ("exhausted", buyers - stock)]));
    assert_eq!((shop.sim.counts().sessions, shop.sim.counts().coupons), (stock, 1));
    judged(shop, &site).await;
    format!(
        "{buyers} checkouts at once, limit {limit}: {stock} sessions, {} exhausted, 0 others, in {:.1} s",
        buyers - stock,
        answered.as_secs_f64()
    )
}

/// No false refusal.
async fn two_hundred_for_two_hundred(shop: &Shop, mut site: Site) -> String {
    site.add_code("ENOUGH", 10, Some(200)).await;
    let (site, started) = (Arc::new(site), Instant::now());
    rush(&site, 0, (0..200).map(|buyer| format!("crowd-{buyer}"))).await;
    let answered = started.elapsed();
    assert_eq!(tally(&site, 0), of(&[("made", 200)]));
    judged(shop, &site).await;
    format!("200 checkouts at once, limit 200: 200 sessions, in {:.1} s", answered.as_secs_f64())
}

/// Exactly one, again and again.
async fn twenty_for_the_last_one(shop: &Shop, mut site: Site) -> String {
    let rounds = if super::full() { 1000 } else { 25 };
    for round in 0..rounds {
        site.add_code(&format!("LAST{round}"), 10, Some(1)).await;
    }
    let (site, started) = (Arc::new(site), Instant::now());
    let round = async |round: usize| {
        rush(&site, round, (0..20).map(|buyer| format!("crowd-{round}-{buyer}"))).await;
    };
    futures::stream::iter(0..rounds).map(round).buffer_unordered(5).collect::<Vec<()>>().await;
    let answered = started.elapsed();
    for round in 0..rounds {
        assert_eq!(tally(&site, round), of(&[("made", 1), ("exhausted", 19)]), "round {round}");
    }
    assert_eq!((shop.sim.counts().sessions, shop.sim.counts().coupons), (rounds, rounds));
    let (searched, of) = judged(shop, &site).await.searched;
    format!(
        "20 for the last one, {rounds} times: one each, in {:.1} s; {searched} of {of} histories searched to the end",
        answered.as_secs_f64()
    )
}

/// One effect a request.
async fn twenty_posts_a_key(shop: &Shop, mut site: Site) -> String {
    let keys = if super::full() { 1000 } else { 30 };
    site.add_code("OPEN", 10, None).await;
    let (site, started) = (Arc::new(site), Instant::now());
    // As many connections as a machine takes at once.
    for first in (0..keys).step_by(250) {
        let keys = (first..keys.min(first + 250)).flat_map(|key| std::iter::repeat_n(key, 20));
        rush(&site, 0, keys.map(|key| format!("crowd-{key}"))).await;
    }
    let answered = started.elapsed();
    let mut tally = tally(&site, 0);
    let (made, in_use) = (tally.remove("made").unwrap_or(0), tally.remove("idempotency_key_in_use").unwrap_or(0));
    assert_eq!((made + in_use, tally), (keys * 20, BTreeMap::new()));
    let operations = site.record.operations();
    let holds: HashSet<&String> = operations
        .iter()
        .filter_map(|operation| match &operation.came {
            Came::Held { hold, .. } => Some(hold),
            _ => None,
        })
        .collect();
    assert_eq!((holds.len(), shop.sim.counts().sessions), (keys, keys));
    // The judge holds the answers of each key against each other.
    judged(shop, &site).await;
    format!(
        "{keys} keys, 20 posts each at once: {keys} sessions, {made} equal answers, {in_use} told to wait, in {:.1} s",
        answered.as_secs_f64()
    )
}

macro_rules! crowds {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                run(Engine::Sqlite, stringify!($name), super::$name);
            }

            #[test]
            fn postgres() {
                run(Engine::Postgres, stringify!($name), super::$name);
            }
        })+
    };
}

crowds!(ten_thousand_for_a_hundred, two_hundred_for_two_hundred, twenty_for_the_last_one, twenty_posts_a_key);
