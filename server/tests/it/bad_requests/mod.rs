//! The table of bad requests. Each row is one request and its whole answer, word for word; after each, no row of any table is another
//! one, and Stripe was asked to write nothing. A file is a theme.
//!
//! A line of an answer: status, type, code, field (`-`: none), then the sentence. `Allow` stands behind in brackets.

mod ask;
mod campaign_changes;
mod campaigns;
mod checkout;
mod code_text;
mod connection;
mod idempotency;
mod ids;
mod json;
mod keys;
mod limits;
mod lists;
mod metadata;
mod places;
mod redemptions;
mod rewards;
mod row;
mod screens;
mod terms;
mod transport;
mod validate;

use crate::harness::{World, on_both_engines};
use places::Places;
use row::Row;

on_both_engines!(
    in_json,
    in_terms,
    in_code_texts,
    in_limits,
    in_metadata,
    in_checkouts,
    in_validations,
    in_lists,
    in_ids,
    in_keys,
    in_idempotency_keys,
    in_connections,
    in_campaigns,
    in_rewards,
    in_redemptions,
    on_the_way,
    on_screens,
);

/// Noted with every call, whatever becomes of it: when a key was used, and when a browser was seen.
const NOTED: [(&str, &str); 3] = [("api_keys", "last_used_at"), ("sessions", "seen_at"), ("sessions", "idle_until")];

async fn in_json(w: &World) {
    hold(w, json::rows()).await;
}

async fn in_terms(w: &World) {
    hold(w, terms::rows()).await;
}

async fn in_code_texts(w: &World) {
    hold(w, code_text::rows()).await;
}

async fn in_limits(w: &World) {
    hold(w, limits::rows()).await;
}

async fn in_metadata(w: &World) {
    hold(w, metadata::rows()).await;
}

async fn in_checkouts(w: &World) {
    hold(w, checkout::rows()).await;
}

async fn in_validations(w: &World) {
    hold(w, validate::rows()).await;
}

async fn in_lists(w: &World) {
    hold(w, lists::rows()).await;
}

async fn in_ids(w: &World) {
    hold(w, ids::rows()).await;
}

async fn in_keys(w: &World) {
    hold(w, keys::rows()).await;
}

async fn in_idempotency_keys(w: &World) {
    hold(w, idempotency::rows()).await;
}

async fn in_connections(w: &World) {
    hold(w, connection::rows()).await;
}

async fn in_campaigns(w: &World) {
    hold(w, campaigns::rows().into_iter().chain(campaign_changes::rows()).collect()).await;
}

async fn in_rewards(w: &World) {
    hold(w, rewards::rows()).await;
}

async fn in_redemptions(w: &World) {
    hold(w, redemptions::rows()).await;
}

async fn on_the_way(w: &World) {
    hold(w, transport::rows()).await;
}

async fn on_screens(w: &World) {
    hold(w, screens::rows()).await;
}

/// Asks each row's request, and compares its answer and everything that is kept.
async fn hold(w: &World, rows: Vec<Row>) {
    let places = Places::make(w).await;
    let mut wrong = Vec::new();
    for row in &rows {
        let before = w.database.rows(&NOTED).await;
        w.sim.clear_requests();
        let answer = ask::answer(w, &places, row).await;
        if answer != row.answer {
            wrong.push(format!("{}\n    expected {}\n    answered {answer}", row.name, row.answer));
        }
        assert_eq!(w.database.rows(&NOTED).await, before, "{}: something was written", row.name);
        // A pasted key is tried with a write that Stripe must refuse.
        let written = |record: &&stripe_sim::RequestRecord| {
            record.method != "GET" && record.status.is_none_or(|status| status < 400)
        };
        let writes: Vec<_> = w.sim.requests();
        assert_eq!(writes.iter().find(written), None, "{}: Stripe was asked to write", row.name);
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n\n{}\n", wrong.len(), rows.len(), wrong.join("\n\n"));
}

#[test]
fn the_table_is_long_enough_and_no_row_stands_twice() {
    let all: Vec<Row> = [
        json::rows(),
        terms::rows(),
        code_text::rows(),
        limits::rows(),
        metadata::rows(),
        checkout::rows(),
        validate::rows(),
        lists::rows(),
        ids::rows(),
        keys::rows(),
        idempotency::rows(),
        connection::rows(),
        campaigns::rows(),
        campaign_changes::rows(),
        rewards::rows(),
        redemptions::rows(),
        transport::rows(),
        screens::rows(),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(all.len() >= 120, "{} rows", all.len());
    let mut names: Vec<&str> = all.iter().map(|row| row.name).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}
