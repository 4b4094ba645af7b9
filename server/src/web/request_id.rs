//! `Request-Id` on every answer, and one line in the log for every request.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// The header.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// Makes `req_…`.
pub type NewId = Arc<dyn Fn() -> String + Send + Sync>;

/// Gives the request an id, runs it in a span of that id, and logs how it ended: method, route, status, time; never an address as
/// it came (it may hold a sign-in token), a header or a body.
pub async fn tag(State(new_id): State<NewId>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = new_id();
    let route = route_of(&request);
    let span = tracing::info_span!("request", id = %id, method = %request.method(), route = %route);
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let ms = started.elapsed().as_millis();
    span.in_scope(|| match route.as_str() {
        "/healthz" | "/readyz" | "/assets/{file}" | "/favicon.ico" => tracing::debug!(status, ms, "answered"),
        _ => tracing::info!(status, ms, "answered"),
    });
    response
}

/// The route's pattern; of a page (they share one fallback) only the first part, where it is one of ours.
fn route_of(request: &Request) -> String {
    if let Some(matched) = request.extensions().get::<MatchedPath>() {
        return matched.as_str().to_owned();
    }
    let path = request.uri().path();
    let first = path.split('/').nth(1).unwrap_or_default();
    match first {
        "" if path == "/" => "/".to_owned(),
        "apps" | "settings" | "sign-in" | "activity" | "docs" | "privacy" | "support" | "install" | "v1" => {
            format!("/{first}/…")
        }
        _ => "(none)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_log_has_no_addresses() {
        let route = |path: &str| route_of(&Request::get(path).body(Body::empty()).unwrap());
        assert_eq!(route("/sign-in/SECRET?token=SECRET"), "/sign-in/…");
        assert_eq!(route("/apps/taskpomo/discounts"), "/apps/…");
        assert_eq!(route("/"), "/");
        assert_eq!(route("/SECRET"), "(none)");
    }
}
