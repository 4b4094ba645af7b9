//! A request to the server, and its answer.

use super::described;
use super::shown::{lines, redact};
use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

/// A request before it is sent.
pub struct Ask(pub(super) RequestBuilder);

impl Ask {
    /// By a client of the test's own.
    pub fn by(http: &reqwest::Client, method: &str, url: String) -> Self {
        Self(http.request(reqwest::Method::from_bytes(method.as_bytes()).unwrap(), url))
    }

    /// An API key as bearer.
    pub fn key(self, key: &str) -> Self {
        Self(self.0.bearer_auth(key))
    }

    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        Self(self.0.header(name, value.as_ref()))
    }

    pub fn idempotent(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    /// A body that says it is JSON, whatever it is.
    pub fn body(self, body: impl Into<String>) -> Self {
        Self(self.0.header("content-type", "application/json").body(body.into()))
    }

    /// A body byte for byte, of no type.
    pub fn bytes(self, body: Vec<u8>) -> Self {
        Self(self.0.body(body))
    }

    /// A form as a browser sends it.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        Self(self.0.form(fields))
    }

    pub async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// An answer that goes on and on.
    pub async fn stream(self) -> reqwest::Response {
        self.0.send().await.unwrap()
    }

    /// Where the connection may break.
    pub async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let (client, request) = self.0.build_split();
        let request = request?;
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let body = request.body().and_then(reqwest::Body::as_bytes).map(<[u8]>::to_vec);
        let response = client.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let json = serde_json::from_str(&text).unwrap_or_default();
        let answer = Answer { status, headers, text, json };
        described::hold(&method, &path, body.as_deref(), &answer);
        Ok(answer)
    }
}

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Null where it is no JSON.
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The object's `id`.
    pub fn id(&self) -> &str {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id: {self:?}"))
    }

    /// The refusal's code; empty where it is none.
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    /// The field that a refusal names; empty where it names none.
    pub fn param(&self) -> &str {
        self.json["error"]["param"].as_str().unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or_default()
    }

    /// Itself, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Itself, if it is this refusal.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str, param: &str) -> Self {
        assert_eq!((self.status, self.code(), self.param()), (status, code, param), "{}", self.text);
        self
    }

    /// Status and body for a snapshot: a field a line, without what is random.
    pub fn shown(&self) -> String {
        format!("{}\n{}", self.status, lines(&redact(&self.text)))
    }
}
