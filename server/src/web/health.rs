//! `/healthz`: the process answers. `/readyz`: it can do its work.

use super::Site;
use axum::{extract::State, http::StatusCode};
use std::time::Duration;

/// Whoever asks wants to know now.
const PATIENCE: Duration = Duration::from_secs(2);

/// Always.
pub async fn alive() -> &'static str {
    "ok"
}

/// Once migrations are done and the database answers.
pub async fn ready(State(site): State<Site>) -> (StatusCode, &'static str) {
    let ready = tokio::time::timeout(PATIENCE, site.services.ready()).await.unwrap_or(false);
    if ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") }
}
