//! Shapes that cross the network: [`api`] is the REST API, [`screens`] is what pages are drawn from.

pub mod api;
pub(crate) mod json;
pub mod screens;
