//! `codemint keys rotate` beside a running server: the real binary, killed at every step, and run again.

use crate::harness::{ALL, CHECKOUT, CONNECTION, Ended, Engine, Process, Shop, World};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use stripe_sim::AccountId;

const OLD: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "next:HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const RING: &str = "CODEMINT_MASTER_KEYS";
const ROTATE: [&str; 2] = ["keys", "rotate"];
const ROTATE_DATA: [&str; 5] = ["keys", "rotate", "--data", "--grace", "1"];
/// Where nobody reads meanwhile.
const ROTATE_AT_ONCE: [&str; 5] = ["keys", "rotate", "--data", "--grace", "0"];
const KEYS: &str = "SELECT count(*) FROM data_keys";

/// Every step of `keys rotate` at which it may die.
const WRAPPING: [&str; 2] = ["rotate-wrapping", "rotate-wrapped"];
/// Every step of `keys rotate --data`; `:2` dies at the second workspace or batch.
const RESEALING: [&str; 12] = [
    "rotate-giving",
    "rotate-giving:2",
    "rotate-given",
    "rotate-given:2",
    "rotate-resealing",
    "rotate-resealing:2",
    "rotate-batch",
    "rotate-batch:2",
    "rotate-resealed",
    "rotate-deleting",
    "rotate-deleted",
    "rotate-deleted:2",
];

fn run(engine: Engine, story: impl AsyncFnOnce(&Shop)) {
    if !engine.is_there() {
        return;
    }
    // As `main` has it done by the first use of the client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let shop = Shop::open(engine, None).await;
        tokio::time::timeout(Duration::from_secs(240), story(&shop)).await.expect("it does not end");
        shop.close().await;
    });
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                super::run(crate::harness::Engine::Sqlite, super::$name);
            }
            #[test]
            fn postgres() {
                super::run(crate::harness::Engine::Postgres, super::$name);
            }
        }
    )+};
}

on_both!(
    added_promoted_and_retired,
    rotating_the_ring_is_killed_and_resumed,
    rotating_the_data_keys_is_killed_and_resumed,
    the_data_keys_rotate_under_load,
    a_moved_secret_is_refused,
);

/// Another owner's workspace, connected in a mode; its API key.
async fn another(shop: &Shop, owner: &str, mode: &str) -> String {
    let create = ["admin", "create-workspace", "--email", owner, "--app", "taskpomo", "--mode", mode];
    let made: serde_json::Value = serde_json::from_str(&shop.place.run(&create).await).unwrap();
    let key = made["api_key"].as_str().unwrap().to_owned();
    connect(shop, &key, mode == "live").await;
    key
}

async fn connect(shop: &Shop, key: &str, livemode: bool) {
    let stripe_key = shop.sim.issue_restricted_key(&AccountId::default(), livemode, &ALL);
    shop.browse("POST", CONNECTION).key(key).json(&json!({ "restricted_key": stripe_key })).send().await.expect(200);
}

/// The stored secret opens: a checkout is made with it.
async fn sells_at(shop: &Shop, url: &str) {
    shop.ask_at(url, "POST", CHECKOUT).json(&World::checkout_body(json!({}))).send().await.expect(201);
}

async fn sells(shop: &Shop) {
    sells_at(shop, &shop.url()).await;
}

async fn added_promoted_and_retired(shop: &Shop) {
    let (ended, said, _) = shop.place.ends(&ROTATE, &[]).await;
    assert!(ended == Ended::Well && said.contains("Nothing was written") && said.contains(",k"), "{said}");

    // Added: the server that runs has it behind the old one, and nothing needs it.
    let both = format!("{OLD},{NEW}");
    let (ended, said, _) = shop.place.ends(&ROTATE, &[(RING, &both)]).await;
    assert!(ended == Ended::Well && said.contains("0 stored keys were sealed anew"), "{said}");
    assert!(said.contains("No stored key needs next any more"), "{said}");
    shop.kill().await;
    let server = Process::serve(&shop.place, &[(RING, both)]).await;
    sells_at(shop, &server.url).await;

    // Promoted while the server still has the old one first.
    let promoted = format!("{NEW},{OLD}");
    let (ended, said, _) = shop.place.ends(&ROTATE, &[(RING, &promoted)]).await;
    assert!(ended == Ended::Well && said.contains("1 stored keys were sealed anew"), "{said}");
    assert!(said.contains("next: 1 stored") && said.contains("No stored key needs test any more"), "{said}");
    sells_at(shop, &server.url).await;
    let (_, said, _) = shop.place.ends(&ROTATE, &[(RING, &promoted)]).await;
    assert!(said.contains("0 stored keys were sealed anew"), "{said}");
    server.kill().await;

    // Retired: the new ring alone opens everything, the old one alone nothing.
    let server = Process::serve(&shop.place, &[(RING, NEW.to_owned())]).await;
    sells_at(shop, &server.url).await;
    server.kill().await;
    for command in [["serve", ""], ROTATE] {
        let arguments: Vec<&str> = command.into_iter().filter(|word| !word.is_empty()).collect();
        let (ended, _, said) = shop.place.ends(&arguments, &[(RING, OLD), ("CODEMINT_BIND", "127.0.0.1:0")]).await;
        assert_eq!(ended, Ended::Badly);
        assert!(said.contains("does not open what is stored: sealed under the key next"), "{said}");
    }
}

async fn rotating_the_ring_is_killed_and_resumed(shop: &Shop) {
    another(shop, "second@example.com", "live").await;
    let mut ring = [OLD, NEW];
    for step in WRAPPING {
        ring.reverse();
        let promoted = ring.join(",");
        let (ended, _, said) = shop.place.ends(&ROTATE, &[(RING, &promoted), ("CODEMINT_DIE_AT", step)]).await;
        assert_eq!(ended, Ended::Killed, "{step}: {said}");
        let (ended, said, _) = shop.place.ends(&ROTATE, &[(RING, &promoted)]).await;
        let left = if step == "rotate-wrapped" { 0 } else { 2 };
        assert!(
            ended == Ended::Well && said.contains(&format!("{left} stored keys were sealed anew")),
            "{step}: {said}"
        );
    }
    assert_eq!(ring, [OLD, NEW], "it went there and back");
    sells(shop).await;
}

async fn rotating_the_data_keys_is_killed_and_resumed(shop: &Shop) {
    another(shop, "second@example.com", "live").await;
    another(shop, "third@example.com", "test").await;
    for step in RESEALING {
        let before = newest(shop).await;
        let (ended, said, err) = shop.place.ends(&ROTATE_AT_ONCE, &[("CODEMINT_DIE_AT", step)]).await;
        assert_eq!(ended, Ended::Killed, "{step}: {said}{err}");
        // Whatever died: what is stored opens.
        sells(shop).await;
        let given = shop.database.number("SELECT count(*) FROM data_keys WHERE rotation IS NOT NULL").await;
        let midway = newest(shop).await;
        let said = shop.place.run(&ROTATE_AT_ONCE).await;
        // The system's page comes first; the workspaces' is given whole or not at all.
        let went_on = !step.starts_with("rotate-giving") && step != "rotate-given";
        assert_eq!(said.contains("An interrupted rotation was continued"), went_on, "{step}: {said}");
        if went_on {
            assert!(said.contains("0 new data keys"), "{step}: nobody gets another key: {said} {given}");
            assert_eq!(newest(shop).await, midway, "{step}");
        }
        assert_ne!(newest(shop).await, before, "{step}");
        assert_eq!(shop.database.number(KEYS).await, 3, "{step}: the old ones are gone");
        sells(shop).await;
    }
}

/// The moment of the newest data key's rotation.
async fn newest(shop: &Shop) -> i64 {
    shop.database.number("SELECT COALESCE(max(rotation), 0) FROM data_keys").await
}

async fn the_data_keys_rotate_under_load(shop: &Shop) {
    let second = another(shop, "second@example.com", "live").await;
    let over = Arc::new(AtomicBool::new(false));
    let load = async {
        let mut connects = 0;
        while !over.load(Ordering::SeqCst) {
            // One owner pastes new keys while customers of the other one buy.
            connect(shop, &second, true).await;
            sells(shop).await;
            connects += 1;
        }
        connects
    };
    let rotations = async {
        for step in [None, Some("rotate-batch"), None, Some("rotate-deleting"), None] {
            let order: Vec<_> = step.iter().map(|step| ("CODEMINT_DIE_AT", *step)).collect();
            let (ended, said, err) = shop.place.ends(&ROTATE_DATA, &order).await;
            let expected = if step.is_some() { Ended::Killed } else { Ended::Well };
            assert_eq!(ended, expected, "{step:?}: {said}{err}");
        }
        over.store(true, Ordering::SeqCst);
    };
    let (connects, ()) = tokio::join!(load, rotations);
    assert!(connects > 3, "{connects}");
    assert_eq!(shop.database.number(KEYS).await, 2);
    sells(shop).await;
    let answer = shop.browse("POST", CHECKOUT).key(&second).json(&World::checkout_body(json!({}))).send().await;
    assert!(answer.status < 500, "{}", answer.text);
}

/// The status of a sale that is our fault, which the harness' own requests take for a failure of the test.
async fn refused(shop: &Shop) -> u16 {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = http.post(format!("{}{CHECKOUT}", shop.url())).bearer_auth(&shop.key);
    let ask = ask.header("content-type", "application/json").body(World::checkout_body(json!({})).to_string());
    ask.send().await.unwrap().status().as_u16()
}

/// A secret moved in the database: the use refuses, nothing reaches Stripe, and who connects again goes on. Every other place and move is
/// tried beside the code that seals.
async fn a_moved_secret_is_refused(shop: &Shop) {
    another(shop, "second@example.com", "test").await;
    sells(shop).await;
    shop.sim.clear_requests();
    shop.database.execute("UPDATE connections SET generation = generation + 1").await;
    assert_eq!(refused(shop).await, 500, "its own, as of another generation");
    shop.database.execute("UPDATE connections SET generation = generation - 1").await;
    let moved = "UPDATE connections SET secret =
        (SELECT o.secret FROM connections AS o WHERE o.workspace_id <> connections.workspace_id)";
    shop.database.execute(moved).await;
    assert_eq!(refused(shop).await, 500, "another workspace's");
    assert_eq!(shop.sim.request_count("POST", CHECKOUT), 0);
    connect(shop, &shop.key, false).await;
    sells(shop).await;
}
