//! The Stripe App's grants: a code for a first pair of tokens, a refresh token for the next.
//!
//! Stripe's token endpoint wants the app developer's secret key as the user of Basic authentication and an empty password, and answers
//! without `expires_in` (<https://docs.stripe.com/stripe-apps/api-authentication/oauth>). Errors echo codes and tokens: their texts go no
//! further than this file.

use crate::stripe::{Stripe, Unanswered};
use futures::future::BoxFuture;
use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenType};
use oauth2::{
    AsyncHttpClient, AuthorizationCode, Client, ClientId, ClientSecret, EmptyExtraTokenFields, ExtraTokenFields,
    HttpRequest, HttpResponse, RefreshToken, RequestTokenError, StandardRevocableToken,
    StandardTokenIntrospectionResponse, StandardTokenResponse, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// What an access token lives, in milliseconds. Stripe says so in its documentation alone, not in the answer.
pub const ACCESS_LIFE_MS: i64 = 60 * 60 * 1000;

/// A pair of tokens, and whose they are.
#[derive(Clone)]
pub struct Grant {
    /// For calls, an hour long.
    pub access: SecretString,
    /// For the next pair; once.
    pub refresh: SecretString,
    /// `acct_…`; none where the answer names none.
    pub account: Option<String>,
    /// As the answer says it.
    pub livemode: Option<bool>,
}

/// Without the tokens.
impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant")
            .field("account", &self.account)
            .field("livemode", &self.livemode)
            .finish_non_exhaustive()
    }
}

/// Why there is no grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// `invalid_grant`: the code or the refresh token is spent, too old, revoked, or another app's or mode's.
    #[error("Stripe does not accept the code or token")]
    Refused,
    /// No answer to go by.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
}

/// What Stripe adds to the standard answer.
#[derive(Debug, Deserialize, Serialize)]
struct StripeFields {
    livemode: Option<bool>,
    stripe_user_id: Option<String>,
    account_id: Option<String>,
}

impl ExtraTokenFields for StripeFields {}

type Tokens = StandardTokenResponse<StripeFields, BasicTokenType>;
type TokenClient = Client<
    BasicErrorResponse,
    Tokens,
    StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

fn client(stripe: &Stripe, secret_key: &SecretString) -> Result<TokenClient, GrantError> {
    let url = TokenUrl::new(stripe.token_url()).map_err(|_| GrantError::Unanswered(Unanswered::NotSent))?;
    // Without a secret, even an empty one, the key would travel in the form.
    Ok(Client::new(ClientId::new(secret_key.expose_secret().to_owned()))
        .set_client_secret(ClientSecret::new(String::new()))
        .set_token_uri(url))
}

/// A grant on its way. It borrows nothing, so that whoever waits for it may leave.
pub type Asked = BoxFuture<'static, Result<Grant, GrantError>>;

/// The first pair for a code.
pub fn exchange(stripe: &Stripe, secret_key: &SecretString, code: &SecretString) -> Asked {
    let (http, client) = (Http(stripe.clone()), client(stripe, secret_key));
    let code = AuthorizationCode::new(code.expose_secret().to_owned());
    Box::pin(async move {
        let client = client?;
        let asked: BoxFuture<'_, Answer> = Box::pin(client.exchange_code(code).request_async(&http));
        read(asked.await, None)
    })
}

/// The next pair for a refresh token.
pub fn refresh(stripe: &Stripe, secret_key: &SecretString, token: &SecretString) -> Asked {
    let (http, client, token) = (Http(stripe.clone()), client(stripe, secret_key), token.clone());
    let before = RefreshToken::new(token.expose_secret().to_owned());
    Box::pin(async move {
        let client = client?;
        let asked: BoxFuture<'_, Answer> = Box::pin(client.exchange_refresh_token(&before).request_async(&http));
        read(asked.await, Some(&token))
    })
}

/// Our own HTTP client, as the library wants one.
struct Http(Stripe);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unanswered;
    type Future = BoxFuture<'c, Result<HttpResponse, Unanswered>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.token(request))
    }
}

type Answer = Result<Tokens, RequestTokenError<Unanswered, BasicErrorResponse>>;

fn read(answer: Answer, before: Option<&SecretString>) -> Result<Grant, GrantError> {
    match answer {
        Ok(tokens) => {
            // RFC 6749, section 6: a refresh may leave the token as it is.
            let refresh = tokens.refresh_token().map(|token| SecretString::from(token.secret().as_str()));
            let fields = tokens.extra_fields();
            Ok(Grant {
                access: SecretString::from(tokens.access_token().secret().as_str()),
                refresh: refresh.or_else(|| before.cloned()).ok_or(GrantError::Unanswered(Unanswered::Unknown))?,
                account: fields.stripe_user_id.clone().or_else(|| fields.account_id.clone()),
                livemode: fields.livemode,
            })
        }
        Err(RequestTokenError::ServerResponse(refused)) => match refused.error() {
            BasicErrorResponseType::InvalidGrant => Err(GrantError::Refused),
            // Nothing that the owner could mend.
            other => {
                tracing::error!(
                    error = other.as_ref(),
                    "Stripe's token endpoint does not accept the app's own request"
                );
                Err(GrantError::Unanswered(Unanswered::OwnKeyRefused(400)))
            }
        },
        Err(RequestTokenError::Request(unanswered)) => Err(unanswered.into()),
        Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
            Err(GrantError::Unanswered(Unanswered::Unknown))
        }
    }
}
