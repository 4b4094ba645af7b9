//! The stand-in as its clients meet it: over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod apps;
mod by_hand;
mod common;
mod errors;
mod events;
mod faults;
mod idempotency;
mod judged;
mod lists;
mod oauth;
mod objects;
mod pages;
mod sessions;
mod steered;
mod webhooks;
