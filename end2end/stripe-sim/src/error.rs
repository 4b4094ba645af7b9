//! Stripe's refusals: the envelope, its types and codes, and the texts that are known.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// A refusal, before it is wrapped in the answer of one request.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    kind: &'static str,
    pub(crate) code: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
    /// Headers that go with it.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// Whether Stripe had begun to execute: only then does an idempotency key keep the answer.
    pub(crate) executed: bool,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// Stripe's type of error.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    fn new(status: StatusCode, kind: &'static str, code: Option<&'static str>, message: String) -> Self {
        Self { status, kind, code, message, param: None, headers: Vec::new(), executed: false }
    }

    /// A request that does not stand on its own: refused before anything is looked up.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", None, message.into())
    }

    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The refusal depends on what is stored: execution had begun.
    pub(crate) fn executed(mut self) -> Self {
        self.executed = true;
        self
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}.")).code("parameter_missing").param(param)
    }

    pub(crate) fn exclusive(names: &[&str], param: &str) -> Self {
        Self::invalid(format!("You may only specify one of these parameters: {}.", names.join(", "))).param(param)
    }

    pub(crate) fn past_timestamp(param: &str) -> Self {
        Self::invalid("Invalid timestamp: must be an integer Unix timestamp in the future.").param(param)
    }

    pub(crate) fn distant_timestamp(param: &str) -> Self {
        Self::invalid("Invalid timestamp: can be no more than five years in the future.").param(param)
    }

    /// The object of the URL itself is not there.
    pub(crate) fn not_found(what: &str, id: &str, param: &str) -> Self {
        let mut error = Self::no_such(what, id, param);
        error.status = StatusCode::NOT_FOUND;
        error
    }

    /// An object that a parameter names is not there.
    pub(crate) fn no_such(what: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {what}: '{id}'")).code("resource_missing").param(param).executed()
    }

    pub(crate) fn unrecognized_url(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing \
             slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in \
             your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
        );
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", None, message)
    }

    pub(crate) fn unauthorized(code: Option<&'static str>, message: String) -> Self {
        let mut error = Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", code, message);
        error.headers.push(("www-authenticate", "Basic realm=\"Stripe\""));
        error
    }

    pub(crate) fn forbidden(code: &'static str, message: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, "invalid_request_error", Some(code), message)
    }

    pub(crate) fn too_large() -> Self {
        let message = "Request body is too large.".to_owned();
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error", None, message)
    }

    /// Stripe's own fault. Kept under the idempotency key, for execution had begun.
    pub(crate) fn internal() -> Self {
        let message = "An unknown error occurred. (stand-in: injected fault)".to_owned();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", None, message).executed()
    }

    pub(crate) fn rate_limited() -> Self {
        let message =
            "Request rate limit exceeded. Learn more about rate limits here: https://stripe.com/docs/rate-limits.";
        let mut error =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "invalid_request_error", Some("rate_limit"), message.to_owned());
        error.headers.push(("stripe-rate-limited-reason", "global-rate"));
        error
    }

    pub(crate) fn lock_timeout() -> Self {
        let message = "This object cannot be accessed right now because another API request or Stripe process is \
                       currently accessing it. If you see this error intermittently, retry the request. If you see \
                       this error frequently and are making multiple concurrent requests to a single object, make your \
                       requests serially or at a lower rate.";
        let kind = "invalid_request_error";
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, kind, Some("lock_timeout"), message.to_owned());
        // Stripe's own advice in this case, as the official Node SDK knows it.
        error.headers.push(("stripe-should-retry", "true"));
        error
    }

    pub(crate) fn key_in_use() -> Self {
        let message = "There is currently another in-progress request using this Stripe-Idempotency-Key";
        let code = Some("idempotency_key_in_use");
        Self::new(StatusCode::CONFLICT, "idempotency_error", code, message.to_owned())
    }

    pub(crate) fn key_reused(message: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "idempotency_error", None, message)
    }

    /// The body of the answer; `log_url` is known once the caller is.
    pub(crate) fn body(&self, log_url: Option<String>) -> Value {
        let mut error = Map::new();
        if let Some(code) = self.code {
            error.insert("code".into(), json!(code));
            error.insert(
                "doc_url".into(),
                json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))),
            );
        }
        error.insert("message".into(), json!(self.message));
        if let Some(param) = &self.param {
            error.insert("param".into(), json!(param));
        }
        if let Some(url) = log_url {
            error.insert("request_log_url".into(), json!(url));
        }
        error.insert("type".into(), json!(self.kind));
        json!({ "error": error })
    }
}
