//! Codemint's server.
//!
//! `web` is the edge, `services` the use cases, `store` the database, `stripe` the client, `jobs` what runs by itself; `crypto` and
//! `mailer` are what their names say. Arrows go from the edge inward: see `docs/ARCHITECTURE.md`.
#![recursion_limit = "512"]

pub mod cli;
pub mod clock;
pub mod config;
mod crash;
mod crypto;
pub mod jobs;
mod mailer;
mod oauth;
mod scope;
pub mod serve;
pub mod services;
mod store;
mod stripe;
mod telemetry;
mod turn;
mod web;
