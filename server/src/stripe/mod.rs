//! The client for Stripe's API: the one place that names reqwest, and the only one that sends anything to Stripe.
//!
//! It promises its callers two things. Nothing is sent twice unless a second sending cannot do anything a second time;
//! and every error says what may be concluded from it about a write ([`StripeError::outcome`]).

mod account;
mod body;
mod error;
mod http;
mod params;
mod probe;
mod redact;
mod retry;
pub(crate) mod signature;
mod token;
mod types;

pub use account::{Account, Renew};
pub use error::{KeyRefusal, Outcome, StripeError};
pub use http::{Pace, SetupError};
pub use params::{NewCoupon, NewPromotionCode, NewWebhookEndpoint, SessionParams};
pub use probe::{Level, Probe};
pub use token::Unanswered;
pub use types::{
    Coupon, PaymentState, PaymentStatus, Price, PriceType, PromotionCode, Session, SessionEnd, SessionStatus,
    WebhookEndpoint,
};

use secrecy::SecretString;
use std::time::Duration;

/// The version of Stripe's API that every call asks for: without it the account's own would decide the shapes.
pub const VERSION: &str = "2026-10-28.endive";

/// What one call may take in all, with its repetitions.
pub const DEFAULT_BUDGET: Duration = Duration::from_secs(20);

/// A client for every account; it holds connections and no key.
#[derive(Clone, Debug)]
pub struct Stripe {
    http: http::Http,
}

impl Stripe {
    /// A client for the API at `api_url` (`https://api.stripe.com`). `budget` is for one call as a whole, repetitions and
    /// waiting between them included.
    pub fn new(api_url: &str, budget: Duration) -> Result<Self, SetupError> {
        Ok(Self { http: http::Http::new(api_url, budget)? })
    }

    /// The address for the Stripe App's codes and refresh tokens.
    pub fn token_url(&self) -> String {
        self.http.token_url()
    }

    /// Sends a request for tokens, once.
    pub async fn token(&self, request: ::http::Request<Vec<u8>>) -> Result<::http::Response<Vec<u8>>, Unanswered> {
        self.http.token(request, DEFAULT_BUDGET).await
    }

    /// The calls on the account that a key belongs to: a restricted key or the access token of an install.
    pub fn account<'a>(&'a self, key: &'a SecretString) -> Account<'a> {
        Account::new(&self.http, key)
    }
}

#[cfg(test)]
mod tests;
