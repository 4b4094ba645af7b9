//! What nothing answers to.

use super::problem;
use app::domain::problem::{Code, Problem, clip};
use app::domain::secret;
use axum::{
    http::{HeaderValue, Method, Uri, header},
    response::Response,
};

/// No such address under `/v1` or `/api`.
pub fn missing(method: &Method, uri: &Uri) -> Response {
    problem::respond(&Problem::new(
        Code::ResourceMissing,
        format!("No such address: {} {}", clip(method.as_str(), 20), path_shown(uri)),
    ))
}

/// The path as a refusal repeats it.
fn path_shown(uri: &Uri) -> String {
    let parts: Vec<String> = clip(uri.path(), 200).split('/').map(|part| secret::shown(part, 200)).collect();
    parts.join("/")
}

/// Another method than the address knows; axum adds `Allow` with those that it does.
pub async fn method_not_allowed(method: Method, uri: Uri) -> Response {
    problem::respond(&Problem::new(
        Code::MethodNotAllowed,
        format!(
            "{} does not go with {}; the header Allow names what does.",
            clip(method.as_str(), 20),
            path_shown(&uri)
        ),
    ))
}

/// The same for pages, which share one fallback that axum knows no methods of.
pub async fn read_only(method: Method, uri: Uri) -> Response {
    let mut response = method_not_allowed(method, uri).await;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
    response
}

/// Whether an address belongs to programs, whose errors come as JSON.
pub fn is_for_programs(path: &str) -> bool {
    ["/v1", "/api"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}
