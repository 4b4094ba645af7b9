//! The rules of Codemint, pure: no database, no network, no clock, no randomness, no environment.
//!
//! Everything here is compiled twice, for the server and for the browser, so that a REST call, a server function and a
//! form while one types are answered by the same code. Time comes in as a parameter (milliseconds since 1970, UTC).

pub mod activity;
pub mod app_id;
pub mod campaign;
pub mod campaign_form;
pub mod checkout;
pub mod code;
pub mod connection;
pub mod discount_code;
pub mod email;
pub mod form;
pub mod ids;
pub mod install;
pub mod ledger;
pub mod locale;
pub mod metadata;
pub mod mode;
pub mod money;
pub mod patch;
pub mod problem;
pub mod redemption;
pub mod reward;
pub mod reward_code;
pub mod reward_mail;
pub mod reward_words;
pub mod secret;
pub mod terms;
mod typed;
pub mod unseen;
pub mod webhook;
