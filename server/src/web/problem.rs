//! Refusals as answers: Stripe's envelope, the right status, `Retry-After`.

use app::domain::problem::{Code, Problem};
use app::wire::api::ErrorBody;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// What an internal error looks like from outside. Its cause stands in the log, under the request's id.
const INTERNAL: &str = "Something went wrong on our side. It is logged under the id in the header Request-Id.";
/// The last resort when even the envelope could not be written.
const BARE: &str =
    r#"{"error":{"type":"api_error","code":"internal_error","message":"Something went wrong on our side."}}"#;

/// A refusal that is an answer; handlers use it with `?`.
#[derive(Debug)]
pub struct Refused(pub Problem);

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        respond(&self.0)
    }
}

/// The answer for a problem. It logs an internal error's cause, so call it once a problem.
pub fn respond(problem: &Problem) -> Response {
    let mut response = json(problem.code.status(), envelope(problem));
    let headers = response.headers_mut();
    let promised = matches!(problem.code, Code::RateLimited | Code::StripeUnavailable);
    if let Some(seconds) = problem.retry_after.or(promised.then_some(1)) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if matches!(problem.code, Code::ApiKeyMissing | Code::ApiKeyInvalid | Code::StripeKeyPresented) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Codemint\""));
    }
    response
}

/// The envelope's bytes. An internal cause is logged and left out.
pub fn envelope(problem: &Problem) -> Vec<u8> {
    let body = ErrorBody::from(&outward(problem.clone()));
    serde_json::to_vec(&body).unwrap_or_else(|_| BARE.into())
}

/// The problem as it may be shown: an internal cause is logged here and left out.
pub fn outward(problem: Problem) -> Problem {
    if problem.code != Code::Internal {
        return problem;
    }
    tracing::error!(cause = %problem.message, "internal error");
    Problem::new(Code::Internal, INTERNAL)
}

/// An answer in JSON.
pub fn json(status: u16, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    async fn shown(problem: &Problem) -> (StatusCode, axum::http::HeaderMap, String) {
        let response = respond(problem);
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, String::from_utf8(to_bytes(body, 10_000).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_envelope_is_stripes() {
        let (status, headers, body) = shown(&Problem::of(Code::CodeTaken, "code", "Taken.")).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(
            body,
            r#"{"error":{"type":"conflict_error","code":"code_taken","message":"Taken.","param":"code"}}"#
        );
    }

    #[tokio::test]
    async fn causes_stay_inside() {
        let (status, _, body) = shown(&Problem::new(Code::Internal, "database /var/lib/secret is locked")).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!body.contains("secret") && body.contains("internal_error"), "{body}");
    }

    #[tokio::test]
    async fn whoever_shall_wait_is_told_how_long() {
        for code in Code::ALL {
            let (_, headers, _) = shown(&Problem::new(*code, "x")).await;
            let promised = matches!(code.status(), 429 | 503);
            assert_eq!(headers.contains_key(header::RETRY_AFTER), promised, "{code:?}");
        }
        let (_, headers, _) = shown(&Problem { retry_after: Some(7), ..Problem::new(Code::RateLimited, "x") }).await;
        assert_eq!(headers[header::RETRY_AFTER], "7");
    }
}
