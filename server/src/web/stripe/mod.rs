//! What comes from Stripe, or goes there with a browser: connecting by the Stripe App, and webhooks.

mod webhooks;

use super::Site;
use axum::{Router, routing::post};

/// Their addresses.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/stripe/webhooks/{mode}", post(webhooks::app))
        .route("/stripe/webhooks/{mode}/{endpoint}", post(webhooks::own))
}
