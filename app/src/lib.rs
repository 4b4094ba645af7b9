//! Codemint's screens and rules, compiled twice: into the server (feature `ssr`) and into the browser (feature `hydrate`).
//!
//! [`domain`] is pure. [`wire`] is what crosses the network. Screens reach the server through [`server_fns`], which call the trait
//! `backend::Backend`; this crate never names the server.
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
pub mod backend;
mod browser;
mod components;
pub mod domain;
pub mod error;
pub mod given;
mod pages;
mod prelude;
pub mod server_fns;
pub mod shell;
pub mod wire;

pub use pages::{App, document::document, links};
