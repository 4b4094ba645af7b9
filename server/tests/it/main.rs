//! The API from outside: a real server over HTTP, a stand-in for Stripe, and each engine.

mod checkout;
mod checkout_refusals;
mod connection;
mod counts;
mod coupon_trouble;
mod discount_codes;
mod edge;
mod faults;
mod hang_up;
mod harness;
mod idempotency;
mod lists;
mod pages;
mod rules;
mod secrets;
mod sign_in;
mod sweep;
mod tenants;
mod validate;
