//! Screens and rules.
pub mod domain;
pub mod wire;
