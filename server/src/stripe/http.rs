//! One call over HTTP: the budget, the repetitions, and what is told to the log.

use super::{
    VERSION,
    error::{Head, StripeError},
    retry::{self, Repeat},
};
use async_trait::async_trait;
use reqwest::{
    Client, Method, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio::time::Instant;
use url::{Host, Url};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections are let go before something on the way forgets them.
const IDLE: Duration = Duration::from_secs(50);
/// A page of a hundred sessions is far below it.
const MAX_BODY: usize = 8 * 1024 * 1024;
const MAX_RETRY_AFTER_S: u64 = 60;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Not an address of an API.
    #[error("the address of Stripe's API must be an http or https URL without user, query or fragment")]
    Address,
    /// Keys would travel in the open.
    #[error("the address of Stripe's API must be https, unless it is on this machine")]
    Plain,
    /// No TLS, or no root certificates.
    #[error("no HTTP client: {0}")]
    Client(String),
}

/// A call to make.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// For the log: with `{id}` in place of ids.
    pub(super) template: &'static str,
    /// What fills `{id}`.
    pub(super) id: Option<&'a str>,
    /// Encoded.
    pub(super) query: String,
    /// Encoded; sent byte for byte.
    pub(super) form: Option<&'a str>,
    pub(super) idempotency_key: Option<&'a str>,
    pub(super) repeat: Repeat,
}

impl<'a> Call<'a> {
    pub(super) fn get(template: &'static str) -> Self {
        let (id, query, form, idempotency_key) = (None, String::new(), None, None);
        Self { method: Method::GET, template, id, query, form, idempotency_key, repeat: Repeat::Read }
    }

    pub(super) fn post(template: &'static str, form: &'a str, repeat: Repeat) -> Self {
        Self { method: Method::POST, form: Some(form), repeat, ..Self::get(template) }
    }

    /// Harmless twice: what is gone is gone.
    pub(super) fn delete(template: &'static str) -> Self {
        Self { method: Method::DELETE, ..Self::get(template) }
    }

    pub(super) fn id(self, id: &'a str) -> Self {
        Self { id: Some(id), ..self }
    }

    pub(super) fn query(self, query: String) -> Self {
        Self { query, ..self }
    }

    pub(super) fn key(self, key: &'a str) -> Self {
        Self { idempotency_key: Some(key), ..self }
    }

    /// What Stripe limits the rate of: the path before the first id.
    fn endpoint(&self) -> &'static str {
        self.template.split_once("/{id}").map_or(self.template, |(endpoint, _)| endpoint)
    }
}

/// The connections.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    base: Url,
    budget: Duration,
}

/// How long somebody waits for a call.
#[derive(Clone, Copy)]
pub(super) struct Patience<'a> {
    /// Earlier than the budget, where the caller has less time.
    pub(super) until: Option<Instant>,
    /// Sendings at most: whoever comes back by themselves needs few.
    pub(super) tries: u32,
    /// Who gives out the turns, where nobody waits.
    pub(super) pace: Option<&'a dyn Pace>,
}

/// Gives out turns to work that nobody waits for: each sending of each call takes one.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Waits for a turn at an endpoint, which is a path without ids: `/v1/coupons`.
    async fn turn(&self, endpoint: &'static str);
}

/// Whoever has waited for a turn has at least so long for the call itself: what was spent on waiting tells nothing about Stripe.
const AFTER_A_TURN: Duration = Duration::from_secs(5);

/// One sending that failed.
struct Failed {
    error: StripeError,
    head: Head,
    status: Option<u16>,
}

impl Failed {
    fn without_answer(error: StripeError) -> Self {
        Self { error, head: Head::default(), status: None }
    }
}

impl Http {
    pub(super) fn new(api_url: &str, budget: Duration) -> Result<Self, SetupError> {
        let base = Url::parse(api_url).map_err(|_| SetupError::Address)?;
        let bare = base.username().is_empty() && base.password().is_none();
        if !bare || base.query().is_some() || base.fragment().is_some() || !matches!(base.scheme(), "http" | "https") {
            return Err(SetupError::Address);
        }
        let local = match base.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(SetupError::Address),
        };
        if base.scheme() == "http" && !local {
            return Err(SetupError::Plain);
        }
        // reqwest panics without one; main has installed it, tests may not have.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Lost to another thread that did the same: just as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut client = Client::builder()
            .user_agent(concat!("codemint/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .referer(false);
        if local {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| SetupError::Client(error.to_string()))?;
        Ok(Self { client, base, budget })
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Makes a call and returns the body of its 2xx answer.
    pub(super) async fn send(
        &self,
        key: &SecretString,
        call: &Call<'_>,
        Patience { until, tries, pace }: Patience<'_>,
    ) -> Result<Vec<u8>, StripeError> {
        let url = self.url(call)?;
        let headers = headers(key, call)?;
        let start = Instant::now();
        let mut deadline = until.map_or(start + self.budget, |until| until.min(start + self.budget));
        let mut attempt = 0;
        let mut doubtful = false;
        let (result, status, request_id) = loop {
            attempt += 1;
            if let Some(pace) = pace {
                pace.turn(call.endpoint()).await;
                deadline = deadline.max(Instant::now() + AFTER_A_TURN);
            }
            let failed = match self.once(&url, &headers, call, deadline).await {
                Ok((body, head, status)) => break (Ok(body), Some(status), head.request_id),
                Err(failed) => failed,
            };
            let wait = retry::wait(attempt).max(Duration::from_secs(failed.head.retry_after_s.unwrap_or(0)));
            let again = call.repeat.after(&failed.error, failed.head.should_retry)
                && attempt < tries
                && Instant::now() + wait < deadline;
            let error = if doubtful { failed.error.after_doubtful_sending() } else { failed.error };
            if !again {
                break (Err(error), failed.status, failed.head.request_id);
            }
            doubtful |= call.method != Method::GET && error.outcome() == super::Outcome::Unknown;
            tokio::time::sleep(wait).await;
        };
        tracing::debug!(
            method = %call.method,
            path = call.template,
            status,
            duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempts = attempt,
            request_id,
            error = result.as_ref().err().map(tracing::field::display),
            "call to Stripe"
        );
        result
    }

    fn url(&self, call: &Call<'_>) -> Result<Url, StripeError> {
        let mut url = self.base.clone();
        {
            let mut path = url.path_segments_mut().map_err(|()| StripeError::Unreachable)?;
            path.pop_if_empty();
            for segment in call.template.split('/').filter(|segment| !segment.is_empty()) {
                match (segment, call.id) {
                    // These would leave the path that is meant: `/v1/coupons/` is the list.
                    ("{id}", None | Some("" | "." | "..")) => return Err(no_such_id()),
                    ("{id}", Some(id)) => path.push(id),
                    (fixed, _) => path.push(fixed),
                };
            }
        }
        if !call.query.is_empty() {
            url.set_query(Some(&call.query));
        }
        Ok(url)
    }

    async fn once(
        &self,
        url: &Url,
        headers: &HeaderMap,
        call: &Call<'_>,
        deadline: Instant,
    ) -> Result<(Vec<u8>, Head, u16), Failed> {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut request = self.client.request(call.method.clone(), url.clone()).headers(headers.clone()).timeout(left);
        if let Some(form) = call.form {
            request = request.body(form.to_owned());
        }
        // Errors of reqwest name the URL, so they go no further than this.
        let response = request.send().await.map_err(|error| {
            let never_left = error.is_connect() || error.is_builder();
            Failed::without_answer(if never_left { StripeError::Unreachable } else { StripeError::Unknown })
        })?;
        let status = response.status();
        let head = head(response.headers());
        match body(response).await {
            Some(body) if status.is_success() => Ok((body, head, status.as_u16())),
            // A 5xx or a 429 needs no body to be understood.
            body => {
                let error = StripeError::from_answer(status.as_u16(), &head, &body.unwrap_or_default());
                let error = if status.is_success() { StripeError::Unknown } else { error };
                Err(Failed { error, head, status: Some(status.as_u16()) })
            }
        }
    }
}

/// The whole body; `None` if it breaks off or has no end.
pub(super) async fn body(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_BODY {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

fn head(headers: &HeaderMap) -> Head {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // A word, not somebody's prose.
    let word = |name: &str| {
        let fits =
            |word: &&str| word.len() <= 64 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        text(name).filter(fits).map(str::to_owned)
    };
    let flag = |name: &str| match text(name)?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    Head {
        request_id: word("request-id"),
        replayed: flag("idempotent-replayed") == Some(true),
        should_retry: flag("stripe-should-retry"),
        limit: word("stripe-rate-limited-reason"),
        retry_after_s: text("retry-after").and_then(|s| s.trim().parse().ok()).filter(|s| *s <= MAX_RETRY_AFTER_S),
    }
}

fn headers(key: &SecretString, call: &Call<'_>) -> Result<HeaderMap, StripeError> {
    let mut headers = HeaderMap::new();
    // What cannot stand in a header is no key that Stripe ever gave out.
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))
        .map_err(|_| StripeError::KeyRefused { reason: super::KeyRefusal::Invalid })?;
    bearer.set_sensitive(true);
    headers.insert(AUTHORIZATION, bearer);
    headers.insert("stripe-version", HeaderValue::from_static(VERSION));
    if call.form.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    }
    if let Some(key) = call.idempotency_key {
        let value = HeaderValue::from_str(key).ok().filter(|_| (1..=255).contains(&key.len()));
        let value = value.ok_or_else(|| StripeError::Invalid {
            message: "the idempotency key must be 1 to 255 printable characters".to_owned(),
            param: Some("Idempotency-Key".to_owned()),
            code: None,
        })?;
        headers.insert("idempotency-key", value);
    }
    Ok(headers)
}

fn no_such_id() -> StripeError {
    StripeError::ResourceMissing { param: Some("id".to_owned()), message: "no object has such an id".to_owned() }
}
