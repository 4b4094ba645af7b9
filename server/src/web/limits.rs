//! How large a request may be, and how long it may take to arrive.
//!
//! hyper has wider limits of its own (100 headers, 400 KiB) and answers beyond them with a bare 431 or 414.

use super::problem;
use app::domain::problem::{Code, Problem};
use axum::{body::Body, extract::Request, http::header, middleware::Next, response::Response};
use futures::StreamExt;
use std::time::Duration;

/// Most bytes of a body.
pub const MAX_BODY: usize = 64 * 1024;
/// Most bytes of one of Stripe's events, which hold a whole object of the owner's.
pub const MAX_EVENT: usize = 1024 * 1024;
/// Most bytes of a form with a file of rewards: 1 MB of it, of which a form writes some bytes as three.
pub const MAX_IMPORT: usize = 3 * 1024 * 1024 + MAX_BODY;
/// So much of a body that is too large is read and dropped before the refusal: a connection that is closed while its client still
/// sends is reset, and the answer is lost with it.
const MAX_DROPPED: usize = 2 * 1024 * 1024;
/// Most bytes of path and query.
const MAX_TARGET: usize = 8 * 1024;
/// Most bytes of all headers.
const MAX_HEADERS: usize = 32 * 1024;
/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(15);

/// Refuses what is too large, and reads the body whole before anything is done with it: whoever hangs up halfway has asked nothing.
pub async fn check(request: Request, next: Next) -> Response {
    match arrive(request, ARRIVAL).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem::respond(&problem),
    }
}

/// Most bytes of a body at an address.
pub fn most_at(path: &str) -> usize {
    let page = || path.starts_with("/apps/") && path.contains("/campaigns/") && path.ends_with("/import");
    if path.starts_with("/stripe/webhooks/") {
        MAX_EVENT
    } else if path == "/api/import-rewards" || page() {
        MAX_IMPORT
    } else {
        MAX_BODY
    }
}

async fn arrive(request: Request, within: Duration) -> Result<Request, Problem> {
    let most = most_at(request.uri().path());
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_TARGET {
        return Err(Problem::new(Code::HeadersTooLarge, format!("The address is longer than {MAX_TARGET} bytes.")));
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers > MAX_HEADERS {
        return Err(Problem::new(Code::HeadersTooLarge, format!("The headers are larger than {MAX_HEADERS} bytes.")));
    }
    let too_large = || Problem::new(Code::BodyTooLarge, format!("The body is larger than {most} bytes."));
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let dropped = MAX_DROPPED.max(2 * most);
    // One that waits for `100 Continue` has sent nothing yet.
    let waits = request.headers().contains_key(header::EXPECT);
    if announced.is_some_and(|length| length > dropped || (length > most && waits)) {
        return Err(too_large());
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(within, read(body, most, dropped)).await {
        Ok(Ok(Some(bytes))) if announced.is_none_or(|length| length <= most) => {
            Ok(Request::from_parts(parts, Body::from(bytes)))
        }
        Ok(Ok(_)) => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(Code::ParameterInvalid, "The body did not arrive whole.")),
        Err(_) => Err(Problem::new(
            Code::RequestTimeout,
            format!("The body did not arrive within {} seconds.", within.as_secs()),
        )),
    }
}

/// The whole body; `None` if it has more than `most` bytes. Of one that has, `dropped` bytes are waited for.
async fn read(body: Body, most: usize, dropped: usize) -> Result<Option<Vec<u8>>, axum::Error> {
    let mut parts = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(part) = parts.next().await {
        let part = part?;
        length += part.len();
        if length <= most {
            bytes.extend_from_slice(&part);
        } else if length > dropped {
            break;
        }
    }
    Ok((length <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::post};
    use futures::stream;
    use tower::ServiceExt;

    async fn status(request: Request) -> StatusCode {
        let say = post(|body: String| async move { body.len().to_string() });
        let import = "/apps/a/campaigns/cmp_1/import";
        let routes = Router::new().route("/", say.clone()).route("/stripe/webhooks/test", say.clone());
        let routes =
            routes.route(import, say.clone()).route("/api/import-rewards", say).layer(DefaultBodyLimit::disable());
        routes.layer(middleware::from_fn(check)).oneshot(request).await.unwrap().status()
    }

    fn in_chunks(count: usize) -> Body {
        Body::from_stream(stream::iter((0..count).map(|_| Ok::<_, std::convert::Infallible>("x".repeat(1024)))))
    }

    #[tokio::test]
    async fn sizes() {
        assert_eq!(status(Request::post("/").body(Body::from("x".repeat(MAX_BODY))).unwrap()).await, StatusCode::OK);
        let large = Body::from("x".repeat(MAX_BODY + 1));
        assert_eq!(status(Request::post("/").body(large).unwrap()).await, StatusCode::PAYLOAD_TOO_LARGE);
        let announced = Request::post("/").header("content-length", "70000").body(Body::empty()).unwrap();
        assert_eq!(status(announced).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(status(Request::post("/").body(in_chunks(64)).unwrap()).await, StatusCode::OK);
        assert_eq!(status(Request::post("/").body(in_chunks(65)).unwrap()).await, StatusCode::PAYLOAD_TOO_LARGE);
        let event = |bytes| Request::post("/stripe/webhooks/test").body(Body::from("x".repeat(bytes))).unwrap();
        assert_eq!(status(event(MAX_EVENT)).await, StatusCode::OK);
        assert_eq!(status(event(MAX_EVENT + 1)).await, StatusCode::PAYLOAD_TOO_LARGE);
        for path in ["/apps/a/campaigns/cmp_1/import", "/api/import-rewards"] {
            let import = |bytes| Request::post(path).body(Body::from("x".repeat(bytes))).unwrap();
            assert_eq!(status(import(MAX_IMPORT)).await, StatusCode::OK);
            assert_eq!(status(import(MAX_IMPORT + 1)).await, StatusCode::PAYLOAD_TOO_LARGE);
        }
        let address = Request::post(format!("/?{}", "x".repeat(MAX_TARGET))).body(Body::empty()).unwrap();
        assert_eq!(status(address).await, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        let header = Request::post("/").header("x-large", "x".repeat(MAX_HEADERS)).body(Body::empty()).unwrap();
        assert_eq!(status(header).await, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }

    #[tokio::test]
    async fn a_body_that_never_ends() {
        let body =
            Body::from_stream(stream::once(async { Ok::<_, std::convert::Infallible>("x") }).chain(stream::pending()));
        let refused = arrive(Request::post("/").body(body).unwrap(), Duration::from_millis(10)).await.unwrap_err();
        assert_eq!(refused.code, Code::RequestTimeout);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off() {
        let broken = stream::iter([Ok("x"), Err(std::io::Error::other("gone"))]);
        assert_eq!(status(Request::post("/").body(Body::from_stream(broken)).unwrap()).await, StatusCode::BAD_REQUEST);
    }
}
