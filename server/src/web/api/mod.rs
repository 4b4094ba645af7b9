//! The REST API, version 1: a file a resource. Handlers read the request, call a service, write the answer; rules live further in.

mod campaigns;
mod checkout;
mod connection;
mod discount_codes;
mod metadata;
mod paging;
mod redemptions;
mod rewards;
mod terms;
mod validate;

pub use paging::{DEFAULT_LIMIT, MAX_LIMIT};

use super::Site;
use axum::{
    Router,
    routing::{get, post},
};

/// Every address of the API.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/v1/admin/discount-codes", get(discount_codes::list).post(discount_codes::create))
        .route(
            "/v1/admin/discount-codes/{id}",
            get(discount_codes::read).patch(discount_codes::change).delete(discount_codes::archive),
        )
        .route("/v1/discount-codes/validate", post(validate::validate))
        .route("/v1/checkout/sessions", post(checkout::create))
        .route("/v1/redemptions", get(redemptions::list).post(redemptions::create))
        .route("/v1/redemptions/{id}", get(redemptions::read))
        .route("/v1/redemptions/{id}/confirm", post(redemptions::confirm))
        .route("/v1/redemptions/{id}/release", post(redemptions::release))
        .route("/v1/campaigns", get(campaigns::list).post(campaigns::create))
        .route("/v1/campaigns/{id}", get(campaigns::read).patch(campaigns::change).delete(campaigns::archive))
        .route("/v1/campaigns/{id}/rewards", get(rewards::list).post(rewards::earn))
        .route("/v1/campaigns/{id}/rewards/{reward_id}", get(rewards::read))
        .route("/v1/admin/connection", get(connection::read).post(connection::connect).delete(connection::disconnect))
}
