//! The calls from the browser: authenticate, ask the `Backend`, answer. All are POST under `/api`.
//!
//! A form that is posted without the WASM goes to the address of its page instead; the server's edge calls the same `Backend`.

pub(crate) mod api_keys;
pub(crate) mod apps;
mod ask;
pub(crate) mod campaigns;
pub(crate) mod codes;
pub(crate) mod connection;
#[cfg(feature = "ssr")]
pub mod context;
pub(crate) mod ledger;
pub(crate) mod people;
pub(crate) mod reward_mail;
pub(crate) mod rewards;
pub(crate) mod visit;
pub(crate) mod webhooks;

pub(crate) use ask::{Answer, ask, ask_value};
