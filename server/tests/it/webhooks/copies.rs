//! One event, a hundred times at once, on as many processes as there may be.

use super::{OWN_SECRET, session_event, signature};
use crate::harness::{Counted, Engine, Process, Shop, all, within};
use serde_json::{Value, json};
use std::time::Duration;

const COPIES: usize = 100;
const SOON: Duration = Duration::from_secs(60);

fn run(engine: Engine, test: impl Future<Output = ()>) {
    if engine.is_there() {
        // As `main` has it done by the first use of the client.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(test);
    }
}

async fn copies(shop: &Shop, urls: &[String]) {
    let cookie = shop.sign_in().await;
    let form = [("mode", "test"), ("webhook_secret", OWN_SECRET)];
    let ask = shop.browse("POST", "/api/set-webhook-secret").header("cookie", &cookie).form(&form);
    let setup: Value = ask.send().await.expect(200).json;
    let path = setup["Ok"]["url"].as_str().unwrap().split_once("/stripe/").unwrap().1.to_owned();
    shop.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = shop.buys("order-1", "SPRING").await.expect(201).id().to_owned();
    shop.sim.complete_session(&session).unwrap();
    shop.sim.clear_requests();

    let body = session_event("evt_1Copied", "checkout.session.completed", &session);
    let header = signature(OWN_SECRET, shop.now() / 1000, &body);
    let asks = (0..COPIES).map(|copy| {
        let ask = shop.ask_at(&urls[copy % urls.len()], "POST", &format!("/stripe/{path}"));
        ask.header("stripe-signature", &header).bytes(body.clone()).send()
    });
    for answer in all(asks).await {
        answer.expect(200);
    }
    within(SOON, async || {
        let done = shop.database.number("SELECT count(*) FROM webhook_events WHERE state = 'done'").await;
        (done == 1, done)
    })
    .await;
    let number = async |sql| shop.database.number(sql).await;
    assert_eq!(number("SELECT count(*) FROM webhook_events").await, 1);
    assert_eq!(number("SELECT deliveries FROM webhook_events").await, i64::try_from(COPIES).unwrap());
    assert_eq!(number("SELECT attempts FROM webhook_events").await, 1, "one of them worked it out");
    shop.comes_to_rest().await;
    assert_eq!(shop.in_rows().await, Counted { held: 0, redeemed: 1 });
}

#[test]
fn on_one_process_of_sqlite() {
    run(Engine::Sqlite, async {
        let shop = Shop::open(Engine::Sqlite, None).await;
        copies(&shop, &[shop.url()]).await;
        shop.close().await;
    });
}

#[test]
fn on_two_processes_of_postgres() {
    run(Engine::Postgres, async {
        let shop = Shop::open(Engine::Postgres, None).await;
        let second: Process = shop.another(None).await;
        copies(&shop, &[shop.url(), second.url.clone()]).await;
        second.kill().await;
        shop.close().await;
    });
}
