//! `/healthz`: the process answers. `/readyz`: it can do its work.

use super::Site;
use axum::{extract::State, http::StatusCode};

/// Always.
pub async fn alive() -> &'static str {
    "ok"
}

/// Once migrations are done and the database answers.
pub async fn ready(State(site): State<Site>) -> (StatusCode, &'static str) {
    if site.services.ready().await { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") }
}
