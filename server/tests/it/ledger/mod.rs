//! The ledger: what the check finds and what it never says, ending a checkout, and what happened.

mod activity;
#[cfg(all(unix, debug_assertions))]
mod command;
mod end;
mod planted;
mod quiet;
mod stripe;
mod swept;

use crate::harness::World;
use app::backend::LedgerBackend;
use app::domain::mode::Mode;
use app::wire::ledger::{ActivityPage, ActivityQuery, Topic};
use serde_json::json;
use server::services::{Caller, Checked, Patience};
use std::time::Duration;

/// Nobody waits long in a test; what heals is told apart all the same.
const SOON: Patience = Patience { listing: Duration::from_secs(20), settling: Duration::from_millis(200) };

/// A purchase with SPRING: its session, its redemption.
async fn buy(w: &World) -> (String, String) {
    let made = w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    (made.id().to_owned(), made.json["discount"]["redemption"].as_str().unwrap().to_owned())
}

/// A code SPRING; its id.
async fn spring(w: &World) -> String {
    w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1000 })).await
}

/// Who calls by the key, in the owner's workspace in test mode.
async fn caller(w: &World) -> Caller {
    w.services.authenticate(&w.key).await.unwrap()
}

async fn check(w: &World) -> Checked {
    w.services.check_of(&caller(w).await.scope, SOON).await.unwrap()
}

/// What a check says.
async fn found(w: &World) -> Vec<String> {
    check(w).await.found.into_iter().map(|found| found.words).collect()
}

async fn page(w: &World, topic: Option<Topic>) -> ActivityPage {
    let query = ActivityQuery { topic, ..ActivityQuery::default() };
    LedgerBackend::activity(&w.services, &w.owner(), Mode::Test, query).await.unwrap()
}

/// What the page says, newest first.
async fn told(w: &World, topic: Option<Topic>) -> Vec<String> {
    page(w, topic).await.rows.into_iter().map(|row| row.words).collect()
}
