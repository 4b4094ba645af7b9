//! Two processes on one database: each hears of the other, no work is done twice, and whoever is left goes on.

mod demo;
mod hears;
mod queues;
mod start;
mod sweeps;

use crate::harness::{Engine, Process, Shop};

/// Two processes of one installation, on PostgreSQL: a SQLite file is one process'.
fn on_postgres(test: impl AsyncFn(&Shop, Process)) {
    crate::death::run(Engine::Postgres, async {
        let shop = Shop::open(Engine::Postgres, None).await;
        let second = shop.another(None).await;
        test(&shop, second).await;
        shop.close().await;
    });
}
