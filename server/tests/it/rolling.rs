//! The keys change while tokens roll, and a database from yesterday: what the Stripe App's connections make of it.

use crate::harness::{CHECKOUT, CODES, CONNECTION, MASTER_KEYS, World, all, on_both_engines};
use crate::install::Browser;
use secrecy::SecretString;
use serde_json::json;
use server::clock::Clock;
use server::services::Services;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use stripe_sim::{AccountId, Price};

on_both_engines!(with unconnected; tokens_roll_while_the_keys_rotate, a_restored_pair_is_dead);

const ACCOUNT: &str = "acct_1One";
/// Past the life of an access token.
const HOUR: i64 = 3_600_000;

/// Connected by one click, with something to sell.
async fn connected(w: &World) -> Browser {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", ACCOUNT).await.expect(303);
    w.sim.add_price(&AccountId::new(ACCOUNT), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.checkout(json!({})).await.expect(201);
    browser
}

async fn tokens_roll_while_the_keys_rotate(w: &World) {
    // Fewer than the hours that a session lives: an ended one is told by an event, whose work would meet the jumps of the clock.
    const REFRESHES: i64 = 20;
    connected(w).await;
    let ring = server::config::master_keys(&|_| Some(MASTER_KEYS.to_owned())).unwrap();
    let beside = Services::for_keys(&SecretString::from(w.database.url()), ring, Clock::system()).await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let rotations = async {
        let (mut values, mut rotations) = (0, 0);
        while !over.load(Ordering::SeqCst) || rotations < 3 {
            let done = beside.reseal_values(Duration::from_millis(300), |_| ()).await.unwrap();
            assert_eq!((done.broken, done.keys_kept), (Vec::<String>::new(), 0));
            values += done.values;
            rotations += 1;
        }
        values
    };
    let load = async {
        for _ in 0..REFRESHES {
            w.advance(HOUR);
            // Many at once: one of them refreshes. Then others, until a rotation may have come between.
            for _ in 0..3 {
                let many = (0..4)
                    .map(|_| w.ask("POST", CHECKOUT).key(&w.key).json(&World::checkout_body(json!({}))).send())
                    .collect::<Vec<_>>();
                for answer in all(many).await {
                    answer.expect(201);
                }
            }
        }
        over.store(true, Ordering::SeqCst);
    };
    let (values, ()) = tokio::join!(rotations, load);
    beside.close().await;
    assert!(values >= 6, "{values} values sealed again");
    let newest = w.database.number("SELECT max(generation) FROM app_tokens").await;
    assert_eq!(newest, REFRESHES + 1, "each pair once, and none lost");
    w.advance(HOUR);
    w.checkout(json!({})).await.expect(201);
    assert_eq!(w.get(CONNECTION).await.json["status"], "connected");
    assert_eq!(w.database.number("SELECT count(*) FROM data_keys").await, 1);
}

async fn a_restored_pair_is_dead(w: &World) {
    let mut browser = connected(w).await;
    w.database.execute("CREATE TABLE backup AS SELECT * FROM app_tokens").await;
    for _ in 0..2 {
        w.advance(HOUR);
        w.checkout(json!({})).await.expect(201);
    }
    // Back to the backup: the pair in it was used twice since.
    w.database.execute("DELETE FROM app_tokens").await;
    w.database.execute("INSERT INTO app_tokens SELECT * FROM backup").await;
    w.database.execute("DROP TABLE backup").await;
    w.advance(HOUR);
    w.checkout(json!({})).await.refused(409, "needs_reauth", "");
    assert_eq!(w.get(CONNECTION).await.json["status"], "needs_reauth");
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    assert_eq!(w.get(CODES).await.expect(200).json["data"].as_array().unwrap().len(), 1);
    // The owner's two clicks.
    browser.connect(w, "test", "settings", ACCOUNT).await.expect(303);
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
}
