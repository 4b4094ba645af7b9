//! What comes from Stripe, or goes there with a browser: connecting by the Stripe App, and webhooks.

use super::Site;
use axum::Router;

/// Their addresses.
pub fn router() -> Router<Site> {
    Router::new()
}
