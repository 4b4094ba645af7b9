//! A request to the API as handlers read it.

use super::{fields::Fields, problem::Refused, query::Params};
use app::domain::problem::{Code, Problem};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
};

/// Everything of a request but its key.
pub struct Incoming {
    /// Its method.
    pub method: Method,
    /// Its address.
    pub uri: Uri,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, byte for byte.
    pub body: Bytes,
}

impl<S: Sync> FromRequest<S> for Incoming {
    type Rejection = Refused;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        // `limits` has read it already; the limit here only says so again.
        let body = to_bytes(body, super::limits::MAX_BODY)
            .await
            .map_err(|_| Problem::new(Code::BodyTooLarge, "The body is too large."))?;
        Ok(Self { method: parts.method, uri: parts.uri, headers: parts.headers, body })
    }
}

impl Incoming {
    /// The query string.
    pub fn params(&self) -> Result<Params, Problem> {
        Params::parse(self.uri.query().unwrap_or_default())
    }

    /// The body's fields, where the address takes no parameters.
    pub fn fields(&self) -> Result<Fields, Problem> {
        self.params()?.finish()?;
        self.check_content_type()?;
        Fields::parse(&self.body)
    }

    /// Refuses parameters and a body with fields, where there are none to give.
    pub fn nothing(&self) -> Result<(), Problem> {
        if self.body.is_empty() { self.params()?.finish() } else { self.fields()?.finish() }
    }

    fn check_content_type(&self) -> Result<(), Problem> {
        let refuse = |why: &str| {
            Err(Problem::new(Code::ContentTypeInvalid, format!("Content-Type must be application/json; {why}.")))
        };
        let mut values = self.headers.get_all(header::CONTENT_TYPE).iter();
        match (values.next(), values.next()) {
            (None, _) => refuse("it is missing"),
            (Some(_), Some(_)) => refuse("it stands twice"),
            (Some(value), None) => {
                let mut parts = value.to_str().unwrap_or_default().split(';').map(str::trim);
                let essence = parts.next().unwrap_or_default();
                if !essence.eq_ignore_ascii_case("application/json") {
                    return refuse("it is another one");
                }
                let other = |part: &str| {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    name.trim().eq_ignore_ascii_case("charset")
                        && !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
                };
                if parts.any(other) { refuse("its charset can be utf-8 only") } else { Ok(()) }
            }
        }?;
        let encoded = |value: &HeaderValue| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
        if self.headers.get_all(header::CONTENT_ENCODING).iter().any(encoded) {
            return Err(Problem::new(
                Code::ContentTypeInvalid,
                "Content-Encoding must be left out: a body is read as it is, not unpacked.",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(uri: &str, content_types: &[&str], body: &'static str) -> Incoming {
        let mut headers = HeaderMap::new();
        for value in content_types {
            headers.append(header::CONTENT_TYPE, value.parse().unwrap());
        }
        Incoming { method: Method::POST, uri: uri.parse().unwrap(), headers, body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn json_only() {
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=UTF-8"] {
            assert!(incoming("/", &[good], "{}").fields().is_ok(), "{good}");
        }
        for bad in [
            &[][..],
            &[""],
            &["text/plain"],
            &["application/x-www-form-urlencoded"],
            &["multipart/form-data; boundary=x"],
            &["application/jsonp"],
            &["application/json-patch+json"],
            &["text/json"],
            &["application/json; charset=utf-16"],
            &["application/json;charset=\"iso-8859-1\""],
            &["application/json", "application/json"],
        ] {
            assert_eq!(incoming("/", bad, "{}").fields().unwrap_err().code, Code::ContentTypeInvalid, "{bad:?}");
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(incoming("/", &[], "").nothing(), Ok(()));
        assert_eq!(incoming("/", &["application/json"], "{}").nothing(), Ok(()));
        assert_eq!(incoming("/?a=1", &[], "").nothing().unwrap_err().code, Code::ParameterUnknown);
        assert_eq!(
            incoming("/", &["application/json"], r#"{"a":1}"#).nothing().unwrap_err().code,
            Code::ParameterUnknown
        );
        assert_eq!(incoming("/?a=1", &["application/json"], "{}").fields().unwrap_err().param.as_deref(), Some("a"));
    }
}
