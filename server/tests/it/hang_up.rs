//! Customers whose connection breaks: whatever was begun is finished, nothing stays half done.

use crate::harness::{CHECKOUT, CODES, Engine, Setup, VALIDATE, World, on_both_engines, on_within, until, within};
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

on_both_engines!(a_hundred_cut_connections);

mod thousands_against_two_connections {
    use super::*;
    /// The full number takes minutes.
    const PATIENCE: Duration = Duration::from_secs(900);

    #[test]
    fn sqlite() {
        on_within(PATIENCE, Engine::Sqlite, Setup::narrow(), super::thousands_against_two_connections);
    }

    #[test]
    fn postgres() {
        on_within(PATIENCE, Engine::Postgres, Setup::narrow(), super::thousands_against_two_connections);
    }
}

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

/// Requests that are cut in one wave. What is begun is finished although nobody listens; with more of them the last would wait longer for one
/// of two connections than anybody does.
const WAVE: usize = 250;

/// A request of some kind, whole.
fn any_request(w: &World, address: &str, n: usize) -> String {
    let json = |method: &str, path: &str, body: &Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            w.key,
            body.len()
        )
    };
    let app = "taskpomo";
    match n % 6 {
        0 | 1 => json("POST", CHECKOUT, &body(n)),
        2 => json("POST", CODES, &json!({ "app_id": app, "code": format!("CODE{n}"), "percent_off": 10 })),
        3 => json("POST", VALIDATE, &json!({ "app_id": app, "code": "SPRING" })),
        4 => json("GET", CODES, &Value::Null),
        _ => json("GET", "/v1/admin/connection", &Value::Null),
    }
}

/// Cut 0 to 50 ms after it was sent: before it is read, in a transaction, or while Stripe is asked.
async fn cut_after(address: String, request: String, after: Duration, politely: bool) {
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(after).await;
    if !politely {
        stream.set_zero_linger().unwrap();
    }
}

async fn thousands_against_two_connections(w: &World) {
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let address = w.url.trim_start_matches("http://").to_owned();
    let waves = if crate::full() { 5_000 / WAVE } else { 1 };
    for wave in 0..waves {
        // So many at the same time that all of them wait for the two connections.
        let cut = (wave * WAVE..(wave + 1) * WAVE).map(|n| {
            let after = Duration::from_millis(u64::try_from(n * 7 % 51).unwrap());
            tokio::spawn(cut_after(address.clone(), any_request(w, &address, n), after, n.is_multiple_of(2)))
        });
        futures::stream::iter(cut).buffer_unordered(100).for_each(async |ended| ended.unwrap()).await;
        at_rest(w, wave).await;
    }
    assert_eq!(w.database.number("SELECT count(*) FROM redemptions WHERE state = 'held'").await, w.open_discounted());
    w.close().await;
    let sessions = w.open_discounted();
    eprintln!(
        "{} requests were cut against two connections: {sessions} sessions, none idle in a transaction",
        waves * WAVE
    );
}

/// The service answers, nothing is half done, and no connection is left in a transaction.
async fn at_rest(w: &World, wave: usize) {
    let answers = crate::harness::all((0..20).map(|n| {
        let user = format!("after-{wave}-{n}");
        let body = World::checkout_body(json!({ "discount_code": "SPRING", "user_id": user }));
        w.ask("POST", CHECKOUT).key(&w.key).idempotent(&user).json(&body).send()
    }))
    .await;
    for answer in answers {
        answer.expect(201);
    }
    w.get(CODES).await.expect(200);
    // All that was begun is finished.
    within(Duration::from_secs(60), async || {
        let left = w.database.number("SELECT count(*) FROM checkouts WHERE step IN ('intent', 'uncertain')").await;
        (left == 0, left)
    })
    .await;
    until(async || {
        let idle = w.database.idle_in_transaction().await;
        (idle == 0, idle)
    })
    .await;
    let connections = w.database.connections().await;
    assert!(connections <= 2, "{connections} connections");
}
