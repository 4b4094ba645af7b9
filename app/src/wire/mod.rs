//! Shapes that cross the network: [`api`] is the REST API, [`screens`], [`rewards`] and [`ledger`] are what pages are drawn from;
//! [`live`] is what an open page is told. On the server alone, `reference` is what the page about the API is drawn from.

pub mod api;
pub(crate) mod json;
pub mod ledger;
pub mod live;
#[cfg(feature = "ssr")]
pub mod reference;
pub mod rewards;
pub mod screens;
