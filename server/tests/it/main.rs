//! The API from outside: a real server over HTTP, a stand-in for Stripe, and each engine.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod address;
mod bad_requests;
mod browser;
mod campaigns;
mod checkout;
mod checkout_refusals;
mod code_edit;
mod connection;
mod counts;
mod coupon_trouble;
// Only a debug build dies on order.
#[cfg(all(unix, debug_assertions))]
mod death;
mod description;
mod discount_codes;
mod edge;
mod faults;
mod hang_up;
mod harness;
mod histories;
mod idempotency;
mod import;
mod install;
mod judged;
mod ledger;
mod lists;
mod live;
#[cfg(all(unix, debug_assertions))]
mod lost_power;
mod manifest;
mod minimum;
#[cfg(all(unix, debug_assertions))]
mod neighbour;
mod people;
mod per_customer;
mod public;
mod redemption_pages;
mod redemptions;
mod reward_mail;
mod reward_pages;
mod rewards;
mod rewards_api;
mod rolling;
#[cfg(all(unix, debug_assertions))]
mod rotation;
mod rules;
mod secrets;
mod sign_in;
mod sweep;
mod tenants;
mod tokens;
mod trouble;
#[cfg(all(unix, debug_assertions))]
mod two_processes;
mod validate;
mod webhooks;
mod workspaces;

/// Whether every test is as large as it is promised: `CODEMINT_FULL=1`.
fn full() -> bool {
    std::env::var("CODEMINT_FULL").is_ok_and(|value| value == "1")
}
