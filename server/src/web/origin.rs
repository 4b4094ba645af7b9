//! CSRF: what changes something may come from our own pages only.
//!
//! One layer for forms and server functions alike. `/v1` and Stripe's webhooks carry proofs of their own (a key, a signature) and
//! no cookie counts there.

use super::problem;
use app::domain::problem::{Code, Problem};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request pass that reads, or that comes from our own origin (`scheme://host:port`, as browsers write it).
pub async fn check(State(own): State<Arc<str>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || has_own_proof(request.uri().path()) || is_ours(request.headers(), &own) {
        return next.run(request).await;
    }
    problem::respond(&Problem::new(
        Code::OriginRefused,
        format!("This can be sent from the pages at {own} only. Open that address and try again."),
    ))
}

fn has_own_proof(path: &str) -> bool {
    // These read only, whatever the method: their own 405 says so.
    matches!(path, "/healthz" | "/readyz" | "/openapi.json")
        || path == "/v1"
        || path.starts_with("/v1/")
        || path.starts_with("/stripe/webhooks/")
        // A mail program posts there without a page of ours (RFC 8058); whoever knows the address has the mail.
        || path.strip_prefix("/unsubscribe/").is_some_and(|id| !id.is_empty() && !id.contains('/'))
}

/// `Origin` decides; where a browser leaves it out, `Sec-Fetch-Site` does. A browser never lies in either, and never says both
/// "our origin" and "another site".
fn is_ours(headers: &HeaderMap, own: &str) -> bool {
    let (Ok(origin), Ok(site)) = (single(headers, &header::ORIGIN), single(headers, &SEC_FETCH_SITE)) else {
        return false;
    };
    match (origin, site) {
        (Some(b"null"), _) => false,
        (Some(origin), site) => origin == own.as_bytes() && matches!(site, None | Some(b"same-origin" | b"none")),
        (None, site) => site == Some(b"same-origin"),
    }
}

/// A header that may stand once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a [u8]>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (first, None) => Ok(first.map(|value| value.as_bytes())),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, http::StatusCode, middleware, routing::any};
    use tower::ServiceExt;

    const OWN: &str = "https://codemint.example";

    async fn status(method: &str, path: &str, headers: &[(&str, &str)]) -> StatusCode {
        let router = Router::new()
            .fallback(any(|| async { "ok" }))
            .layer(middleware::from_fn_with_state(Arc::<str>::from(OWN), check));
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn only_our_own_pages_write() {
        let good: &[&[(&str, &str)]] = &[
            &[("origin", OWN)],
            &[("origin", OWN), ("sec-fetch-site", "same-origin")],
            &[("origin", OWN), ("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin")],
        ];
        let bad: &[&[(&str, &str)]] = &[
            &[],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "https://evil.example")],
            &[("origin", "http://codemint.example")],
            &[("origin", "https://codemint.example:8443")],
            &[("origin", "https://codemint.example.evil.example")],
            &[("origin", "https://codemint.example/")],
            &[("origin", "HTTPS://CODEMINT.EXAMPLE")],
            &[("origin", OWN), ("origin", "https://evil.example")],
            &[("origin", OWN), ("origin", OWN)],
            &[("origin", OWN), ("sec-fetch-site", "cross-site")],
            &[("origin", OWN), ("sec-fetch-site", "same-site")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("referer", "https://codemint.example/apps")],
        ];
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            for path in [
                "/api/create-code",
                "/sign-in",
                "/sign-out",
                "/apps",
                "/v1x",
                "/V1/a",
                "/stripe/callback",
                "/unsubscribe",
                "/unsubscribe/",
                "/unsubscribe/a/b",
            ] {
                for headers in good {
                    assert_eq!(status(method, path, headers).await, StatusCode::OK, "{method} {path} {headers:?}");
                }
                for headers in bad {
                    assert_eq!(
                        status(method, path, headers).await,
                        StatusCode::FORBIDDEN,
                        "{method} {path} {headers:?}"
                    );
                }
            }
            for path in ["/v1/checkout/sessions", "/v1", "/stripe/webhooks/test", "/healthz", "/unsubscribe/rw_1"] {
                for headers in good.iter().chain(bad) {
                    assert_eq!(status(method, path, headers).await, StatusCode::OK, "{method} {path} {headers:?}");
                }
            }
        }
        for headers in good.iter().chain(bad) {
            assert_eq!(status("GET", "/apps", headers).await, StatusCode::OK);
        }
    }
}
