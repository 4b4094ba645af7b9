//! Codemint's screens and rules, compiled twice: into the server (feature `ssr`) and into the browser (feature `hydrate`).
//!
//! [`domain`] is pure. [`wire`] is what crosses the network. Screens reach the server through [`server_fns`], which call the trait
//! [`backend::Backend`]; this crate never names the server.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod backend;
pub mod domain;
pub mod wire;
