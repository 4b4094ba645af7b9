//! What comes from Stripe, or goes there with a browser: connecting by the Stripe App, and webhooks.

pub mod connect;
mod webhooks;

use super::Site;
use super::pages;
use axum::{
    Router,
    routing::{get, post},
};

/// Their addresses.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/stripe/start", get(connect::start))
        .route("/stripe/callback", get(connect::way_back))
        .route("/stripe/confirm", get(pages::page).post(connect::decide))
        .route("/stripe/webhooks/{mode}", post(webhooks::app))
        .route("/stripe/webhooks/{mode}/{endpoint}", post(webhooks::own))
}
