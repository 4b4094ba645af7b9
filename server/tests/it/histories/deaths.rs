//! The same stories while processes are killed: the only one on SQLite, one of two on PostgreSQL.

use super::dice::{Dice, seeds};
use super::site::Site;
use super::stories::{judged, tell};
use crate::harness::{Engine, Shop};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn run(engine: Engine, story: impl AsyncFn(u64) -> String) {
    if !engine.is_there() {
        return;
    }
    // As `main` has it done by the first use of the client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for seed in seeds(if super::full() { 20 } else { 1 }) {
        eprintln!("{engine:?}, {}", runtime.block_on(story(seed)));
    }
}

async fn site(shop: &Shop, urls: Vec<String>, seed: u64) -> Arc<Site> {
    let mut site = Site::new(&shop.sim, urls, &shop.key, seed);
    for (place, limit) in [Some(2), Some(4)].into_iter().enumerate() {
        site.add_code(&format!("CODE{place}-{seed}"), 10, limit).await;
    }
    Arc::new(site)
}

/// Some time after the story has begun.
async fn any_moment(dice: &mut Dice) {
    tokio::time::sleep(Duration::from_millis(u64::try_from(dice.below(400)).unwrap())).await;
}

#[test]
fn sqlite() {
    run(Engine::Sqlite, async |seed| {
        let (started, mut dice) = (Instant::now(), Dice::new(seed));
        let shop = Shop::open(Engine::Sqlite, None).await;
        let site = site(&shop, vec![shop.url()], seed).await;
        let mut moments = dice.split();
        tell(&site, &mut dice, async {
            any_moment(&mut moments).await;
            shop.kill().await;
            shop.start(None).await;
            *site.urls.lock() = vec![shop.url()];
        })
        .await;
        let said = judged(&site, &shop.database, seed, started).await.unwrap_or_else(|wrong| panic!("{wrong}"));
        shop.obeys();
        shop.close().await;
        said
    });
}

#[test]
fn one_of_two_on_postgres() {
    run(Engine::Postgres, async |seed| {
        let (started, mut dice) = (Instant::now(), Dice::new(seed));
        let shop = Shop::open(Engine::Postgres, None).await;
        let (first, second) = (shop.url(), shop.another(None).await);
        let site = site(&shop, vec![first.clone(), second.url.clone()], seed).await;
        let mut moments = dice.split();
        tell(&site, &mut dice, async {
            any_moment(&mut moments).await;
            second.kill().await;
            any_moment(&mut moments).await;
            *site.urls.lock() = vec![first];
        })
        .await;
        let said = judged(&site, &shop.database, seed, started).await.unwrap_or_else(|wrong| panic!("{wrong}"));
        shop.obeys();
        shop.close().await;
        said
    });
}
