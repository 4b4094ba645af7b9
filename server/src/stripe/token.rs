//! The one address of Stripe's that speaks OAuth: `POST /v1/oauth/token`. What is said there is `oauth`'s; this sends it.

use super::http::{Http, body};
use http::{Request, Response};
use reqwest::Url;
use std::time::Duration;

/// Why there is no answer that says anything about the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// It never left: nothing was used up.
    #[error("Stripe cannot be reached")]
    NotSent,
    /// Too many calls: nothing was used up.
    #[error("Stripe's rate limit")]
    RateLimited,
    /// Stripe does not take our own key: nothing was used up, and the operator has to mend it.
    #[error("Stripe does not accept the app developer's secret key (status {0})")]
    OwnKeyRefused(u16),
    /// It may have been carried out: a timeout, a reset, a 5xx, an answer that cannot be read.
    #[error("Stripe gave no usable answer")]
    Unknown,
}

impl Http {
    /// The address for codes and refresh tokens.
    pub(super) fn token_url(&self) -> String {
        format!("{}/v1/oauth/token", self.base().as_str().trim_end_matches('/'))
    }

    /// Sends it once. Status 200 and 400 are answers; everything else is none.
    pub(super) async fn token(
        &self,
        request: Request<Vec<u8>>,
        within: Duration,
    ) -> Result<Response<Vec<u8>>, Unanswered> {
        let (parts, form) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| Unanswered::NotSent)?;
        let mut headers = parts.headers;
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        let sent = self.client().request(parts.method, url).headers(headers).body(form).timeout(within).send().await;
        let response = sent.map_err(|error| {
            if error.is_connect() || error.is_builder() { Unanswered::NotSent } else { Unanswered::Unknown }
        })?;
        let status = response.status();
        tracing::debug!(status = status.as_u16(), "call of Stripe's token endpoint");
        match status.as_u16() {
            200 | 400 => {}
            401 | 403 => return Err(Unanswered::OwnKeyRefused(status.as_u16())),
            429 => return Err(Unanswered::RateLimited),
            _ => return Err(Unanswered::Unknown),
        }
        let mut answer = Response::builder().status(status);
        if let Some(kind) = response.headers().get(reqwest::header::CONTENT_TYPE) {
            answer = answer.header(reqwest::header::CONTENT_TYPE, kind);
        }
        let body = body(response).await.ok_or(Unanswered::Unknown)?;
        answer.body(body).map_err(|_| Unanswered::Unknown)
    }
}
