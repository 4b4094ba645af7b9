//! Shapes that cross the network: [`api`] is the REST API, [`screens`] and [`rewards`] are what pages are drawn from;
//! [`live`] is what an open page is told.

pub mod api;
pub(crate) mod json;
pub mod live;
pub mod rewards;
pub mod screens;
