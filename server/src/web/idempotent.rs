//! `Idempotency-Key`: a write that is sent again is answered again, not done again.

use super::{answer::Answer, incoming::Incoming, problem, problem::Refused};
use crate::crash;
use crate::services::{Begin, Caller, Services, Ticket};
use app::domain::{app_id::AppId, problem::Problem};
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use sha2::{Digest, Sha256};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The header's name in refusals, as it is documented.
const PARAM: &str = "Idempotency-Key";
/// Most characters of a key.
pub const MAX_KEY: usize = 255;

/// Does the work, once for each key. Read the body before: what is no request at all must not take a key.
///
/// Stored are 2xx and the refusals of a code; everything else frees the key again. If the process dies in between, the key stays
/// taken and the services free it by its age.
pub async fn once<W, F>(services: &Services, caller: &Caller, incoming: &Incoming, work: W) -> Result<Response, Refused>
where
    W: FnOnce(Option<Ticket>) -> F,
    F: Future<Output = Result<Answer, Problem>>,
{
    let Some(key) = key_of(&incoming.headers)? else { return Ok(work(None).await?.into_response()) };
    let ticket = match services.begin(&caller.scope, &key, fingerprint(caller, incoming)).await? {
        Begin::Fresh(ticket) => ticket,
        Begin::Replay { status, body } => {
            let mut response = problem::json(status, body);
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            return Ok(response);
        }
    };
    match work(Some(ticket.clone())).await {
        Ok(answer) => {
            finish(services, ticket, &answer).await;
            crash::here!("answer-stored");
            Ok(answer.into_response())
        }
        Err(refusal) if refusal.code.as_str().starts_with("discount_code_") => {
            let answer = Answer::refusal(&refusal);
            finish(services, ticket, &answer).await;
            Ok(answer.into_response())
        }
        Err(refusal) => {
            crash::here!("before-key-freed");
            if let Err(problem) = services.abandon(ticket).await {
                tracing::error!(cause = %problem.message, "an idempotency key could not be freed");
            }
            Err(refusal.into())
        }
    }
}

/// What was done is answered even if the answer could not be stored: it is true, and a failure would say that it is not.
async fn finish(services: &Services, ticket: Ticket, answer: &Answer) {
    if let Err(problem) = services.finish(ticket, answer.status, &answer.body).await {
        tracing::error!(cause = %problem.message, "an answer could not be stored under its idempotency key");
    }
}

/// The key, if there is one.
fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::invalid(PARAM, format!("The header {PARAM} stands twice; send it once.")));
    }
    match value.to_str() {
        Ok(key) if (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        _ => Err(Problem::invalid(
            PARAM,
            format!(
                "The header {PARAM} must have 1 to {MAX_KEY} visible ASCII characters without spaces, like a UUID."
            ),
        )),
    }
}

/// What makes two requests the same: the API key's app, method, path and body, each with its length before it. Keys of two apps share the
/// names of their workspace, but never each other's answers.
fn fingerprint(caller: &Caller, incoming: &Incoming) -> [u8; 32] {
    let mut hash = Sha256::new();
    let app = caller.app.as_ref().map_or("", AppId::as_str);
    for part in [app.as_bytes(), incoming.method.as_str().as_bytes(), incoming.uri.path().as_bytes(), &incoming.body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;
    use app::domain::ids::{ApiKeyId, WorkspaceId};
    use app::domain::mode::Mode;
    use app::wire::screens::KeyRights;
    use axum::{body::Bytes, http::Method};

    fn key(values: &[&str]) -> Result<Option<String>, Option<String>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(KEY, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        key_of(&headers).map_err(|problem| problem.param)
    }

    #[test]
    fn keys() {
        assert_eq!(key(&[]), Ok(None));
        for good in ["a", "3f2a-…".trim_end_matches('…'), "!~", &"k".repeat(255)] {
            assert_eq!(key(&[good]), Ok(Some(good.to_owned())));
        }
        for bad in [&[""][..], &["a b"], &["a\tb"], &["é"], &[&"k".repeat(256)], &["a", "a"], &["a", "b"]] {
            assert_eq!(key(bad), Err(Some(PARAM.to_owned())), "{bad:?}");
        }
    }

    #[test]
    fn fingerprints_tell_requests_apart() {
        let caller = |app: Option<&str>| Caller {
            scope: Scope { workspace: WorkspaceId::new(1, [0; 10]), mode: Mode::Test },
            key_id: ApiKeyId::new(1, [0; 10]),
            app: app.map(|app| AppId::trusted(app.to_owned())),
            rights: KeyRights::Full,
            hint: String::new(),
        };
        let by = |app: Option<&str>, method: Method, uri: &'static str, body: &'static str| {
            let incoming = Incoming {
                method,
                uri: uri.parse().unwrap(),
                headers: HeaderMap::new(),
                body: Bytes::from_static(body.as_bytes()),
            };
            fingerprint(&caller(app), &incoming)
        };
        let of = |method, uri, body| by(None, method, uri, body);
        let one = of(Method::POST, "/v1/a", "{}");
        assert_eq!(one, of(Method::POST, "/v1/a", "{}"));
        for other in [
            by(Some("taskpomo"), Method::POST, "/v1/a", "{}"),
            of(Method::PATCH, "/v1/a", "{}"),
            of(Method::POST, "/v1/b", "{}"),
            of(Method::POST, "/v1/a", "{ }"),
            of(Method::POST, "/v1/a{}", ""),
            of(Method::POST, "/v1/", "a{}"),
        ] {
            assert_ne!(one, other);
        }
    }
}
