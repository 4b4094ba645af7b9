//! Customers whose connection breaks: whatever was begun is finished, nothing stays half done.

use crate::harness::{CHECKOUT, World, on_both_engines, until};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

on_both_engines!(a_hundred_cut_connections);

const COUNT: usize = 100;

fn body(n: usize) -> Value {
    World::checkout_body(json!({ "discount_code": "SPRING", "user_id": format!("user-{n}") }))
}

/// Sends a whole request and goes away a moment later, politely or not.
async fn cut(address: String, key: String, n: usize) {
    let body = body(n).to_string();
    let request = format!(
        "POST {CHECKOUT} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\nidempotency-key: order-{n}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_micros(200 * u64::try_from(n).unwrap())).await;
    if n.is_multiple_of(2) {
        stream.set_zero_linger().unwrap();
    }
}

async fn a_hundred_cut_connections(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": COUNT })).await;
    let address = w.url.trim_start_matches("http://").to_owned();
    crate::harness::all((0..COUNT).map(|n| cut(address.clone(), w.key.clone(), n))).await;
    // Each asks again under its key, and gets the one session that is its own, whether it had been begun or not.
    for n in 0..COUNT {
        until(async || {
            let again =
                w.ask("POST", CHECKOUT).key(&w.key).idempotent(&format!("order-{n}")).json(&body(n)).send().await;
            assert!(again.status == 201 || again.code() == "idempotency_key_in_use", "{}", again.text);
            (again.status == 201, again.text)
        })
        .await;
    }
    let mut users: Vec<_> = w.sim.sessions().into_iter().map(|session| session.client_reference_id).collect();
    users.sort();
    users.dedup();
    assert_eq!((users.len(), w.sim.counts().open_sessions), (COUNT, COUNT), "a session for each, and one only");
    assert_eq!(w.counts(&id).await, (100, 0));
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_exhausted", "discount_code");
    w.close().await;
    assert_eq!(w.database.number("SELECT count(*) FROM checkouts WHERE step <> 'open'").await, 0);
    assert_eq!(w.database.number("SELECT count(*) FROM idempotency_keys WHERE status IS NULL").await, 0);
    assert_eq!(w.sim.coupons().len(), 1);
}
