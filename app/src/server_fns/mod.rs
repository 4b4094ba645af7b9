//! The calls from the browser: authenticate, ask the `Backend`, answer. All are POST under `/api`.
//!
//! A form that is posted before the WASM has loaded reaches the same functions: the person is then sent on to the page that
//! shows the outcome, with what they typed in its address.

pub(crate) mod api_keys;
pub(crate) mod apps;
mod ask;
pub(crate) mod codes;
pub(crate) mod connection;
#[cfg(feature = "ssr")]
pub mod context;
pub(crate) mod visit;

pub(crate) use ask::{Answer, ask};
