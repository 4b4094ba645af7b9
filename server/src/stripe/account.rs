//! The calls that the product makes, on the account of one key.

use super::{
    body::{read, read_if_there},
    error::{KeyRefusal, StripeError},
    http::{Call, Http, Pace, Patience},
    params::{Form, NewCoupon, NewPromotionCode, NewWebhookEndpoint},
    probe::{self, Probe},
    retry::{MAX_ATTEMPTS, Repeat},
    types::{Coupon, Named, Page, PaymentIntent, Price, PromotionCode, Session, SessionEnd, WebhookEndpoint},
};
use async_trait::async_trait;
use secrecy::SecretString;
use std::collections::BTreeMap;
use tokio::time::Instant;

/// Stripe's most for one page.
const MAX_PAGE: u8 = 100;

/// How often another key is asked for: a sibling's newer one may have been retired, too; after that it is one of one's own.
const RENEWALS: u32 = 2;

/// The account that a key opens.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    http: &'a Http,
    key: &'a SecretString,
    patience: Patience<'a>,
    renew: Option<&'a dyn Renew>,
}

/// Another key for one that Stripe refuses: the Stripe App's access tokens come and go.
#[async_trait]
pub trait Renew: Send + Sync {
    /// A key to try once more with; an error is what the call ends with.
    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, StripeError>;
}

/// Without the key.
impl std::fmt::Debug for Account<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl<'a> Account<'a> {
    pub(super) fn new(http: &'a Http, key: &'a SecretString) -> Self {
        Self { http, key, patience: Patience { until: None, tries: MAX_ATTEMPTS, pace: None }, renew: None }
    }

    /// The same account for somebody who has time until then only: all calls together.
    #[must_use]
    pub fn until(self, deadline: Instant) -> Self {
        Self { patience: Patience { until: Some(deadline), ..self.patience }, ..self }
    }

    /// The same account for somebody who comes back later by themselves: a call is sent so often at most.
    #[must_use]
    pub fn tries(self, tries: u32) -> Self {
        Self { patience: Patience { tries, ..self.patience }, ..self }
    }

    /// The same account for work that nobody waits for: each sending takes a turn.
    #[must_use]
    pub fn paced(self, pace: &'a dyn Pace) -> Self {
        Self { patience: Patience { pace: Some(pace), ..self.patience }, ..self }
    }

    /// The same account with somebody who has another key where this one is refused.
    #[must_use]
    pub fn renewing(self, renew: &'a dyn Renew) -> Self {
        Self { renew: Some(renew), ..self }
    }

    pub(super) async fn send(&self, call: Call<'_>) -> Result<Vec<u8>, StripeError> {
        let mut newer = None;
        for _ in 0..RENEWALS {
            let key = newer.as_ref().unwrap_or(self.key);
            // On the heap, as a call is large and many are joined in places.
            let answer = Box::pin(self.http.send(key, &call, self.patience)).await;
            newer = match (answer, self.renew) {
                (Err(StripeError::KeyRefused { reason: KeyRefusal::Invalid | KeyRefusal::Expired }), Some(renew)) => {
                    Some(renew.renewed(key).await?)
                }
                (answer, _) => return answer,
            };
        }
        Box::pin(self.http.send(newer.as_ref().unwrap_or(self.key), &call, self.patience)).await
    }

    /// Creates a coupon; with the same key and parameters a second call brings the same one.
    pub async fn create_coupon(&self, coupon: &NewCoupon, idempotency_key: &str) -> Result<Coupon, StripeError> {
        let form = coupon.form();
        read(&self.send(Call::post("/v1/coupons", &form, Repeat::Keyed).key(idempotency_key)).await?)
    }

    /// A coupon; `None` where there is none, or none any more.
    pub async fn coupon(&self, id: &str) -> Result<Option<Coupon>, StripeError> {
        read_if_there(self.send(Call::get("/v1/coupons/{id}").id(id)).await)
    }

    /// Creates a promotion code; with the same key and parameters a second call brings the same one.
    pub async fn create_promotion_code(
        &self,
        code: &NewPromotionCode,
        idempotency_key: &str,
    ) -> Result<PromotionCode, StripeError> {
        let form = code.form();
        read(&self.send(Call::post("/v1/promotion_codes", &form, Repeat::Keyed).key(idempotency_key)).await?)
    }

    /// The promotion codes with this text, in any case, active or not: the newest hundred.
    pub async fn promotion_codes_of_text(&self, text: &str) -> Result<Vec<PromotionCode>, StripeError> {
        let mut query = Form::default();
        query.add("code", text);
        query.add("limit", MAX_PAGE);
        let page: Page<PromotionCode> =
            read(&self.send(Call::get("/v1/promotion_codes").query(query.finish())).await?)?;
        Ok(page.data)
    }

    /// The promotion codes of a coupon, newest first; `starting_after` is the last id of the page before.
    pub async fn promotion_codes_of_coupon(
        &self,
        coupon: &str,
        starting_after: Option<&str>,
    ) -> Result<Page<PromotionCode>, StripeError> {
        let mut query = Form::default();
        query.add("coupon", coupon);
        query.add_if("starting_after", starting_after);
        query.add("limit", MAX_PAGE);
        read(&self.send(Call::get("/v1/promotion_codes").query(query.finish())).await?)
    }

    /// Changes the notes on a promotion code; an empty value takes its key away. Harmless twice.
    pub async fn annotate_promotion_code(
        &self,
        id: &str,
        metadata: &BTreeMap<String, String>,
    ) -> Result<PromotionCode, StripeError> {
        let mut form = Form::default();
        form.add_metadata(metadata);
        let form = form.finish();
        read(&self.send(Call::post("/v1/promotion_codes/{id}", &form, Repeat::Once).id(id)).await?)
    }

    /// Switches a promotion code off for good. Harmless twice.
    pub async fn deactivate_promotion_code(&self, id: &str) -> Result<PromotionCode, StripeError> {
        read(&self.send(Call::post("/v1/promotion_codes/{id}", "active=false", Repeat::Once).id(id)).await?)
    }

    /// A price; `None` where there is none.
    pub async fn price(&self, id: &str) -> Result<Option<Price>, StripeError> {
        read_if_there(self.send(Call::get("/v1/prices/{id}").id(id)).await)
    }

    /// The newest active prices.
    pub async fn prices(&self, limit: u8) -> Result<Vec<Price>, StripeError> {
        let mut query = Form::default();
        query.add("active", true);
        query.add("limit", limit.clamp(1, MAX_PAGE));
        let page: Page<Price> = read(&self.send(Call::get("/v1/prices").query(query.finish())).await?)?;
        Ok(page.data)
    }

    /// Creates a session from [`super::SessionParams::encode`], sent byte for byte as given.
    pub async fn create_session(&self, encoded_form: &str, idempotency_key: &str) -> Result<Session, StripeError> {
        read(&self.send(Call::post("/v1/checkout/sessions", encoded_form, Repeat::Keyed).key(idempotency_key)).await?)
    }

    /// A session; `None` where there is none.
    pub async fn session(&self, id: &str) -> Result<Option<Session>, StripeError> {
        read_if_there(self.send(Call::get("/v1/checkout/sessions/{id}").id(id)).await)
    }

    /// Where the money of a session is; `None` where there is no such PaymentIntent. Asked for by itself, as expanding it takes a permission
    /// more of an app.
    pub async fn payment_intent(&self, id: &str) -> Result<Option<PaymentIntent>, StripeError> {
        read_if_there(self.send(Call::get("/v1/payment_intents/{id}").id(id)).await)
    }

    /// Ends a session that is open. One that is not is refused as [`StripeError::Invalid`]: ask for it to learn why.
    pub async fn expire_session(&self, id: &str) -> Result<Session, StripeError> {
        // Without an idempotency key: it is harmless twice, and a stored 500 would bar it for a day.
        read(&self.send(Call::post("/v1/checkout/sessions/{id}/expire", "", Repeat::Once).id(id)).await?)
    }

    /// Sessions that were made at or after a moment (Unix seconds), newest first; `starting_after` is the last id of the
    /// page before.
    pub async fn list_sessions(
        &self,
        created_gte_s: i64,
        starting_after: Option<&str>,
        limit: u8,
    ) -> Result<Page<Session>, StripeError> {
        let mut query = Form::default();
        query.add("created[gte]", created_gte_s);
        query.add_if("starting_after", starting_after);
        query.add("limit", limit.clamp(1, MAX_PAGE));
        read(&self.send(Call::get("/v1/checkout/sessions").query(query.finish())).await?)
    }

    /// A hundred sessions that were made at or after a moment (Unix seconds) and ended in this way, newest first.
    pub async fn ended_sessions(
        &self,
        end: SessionEnd,
        created_gte_s: i64,
        starting_after: Option<&str>,
    ) -> Result<Page<Session>, StripeError> {
        let mut query = Form::default();
        query.add("created[gte]", created_gte_s);
        query.add("status", end.as_str());
        query.add_if("starting_after", starting_after);
        query.add("limit", MAX_PAGE);
        read(&self.send(Call::get("/v1/checkout/sessions").query(query.finish())).await?)
    }

    /// What the account calls itself; `None` where it may not be asked or has no name.
    pub async fn name(&self) -> Result<Option<String>, StripeError> {
        match self.send(Call::get("/v1/account")).await {
            Ok(body) => Ok(read::<Named>(&body)?.name()),
            Err(StripeError::PermissionMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a webhook endpoint; this answer alone has its secret, also when it is asked again under the same key.
    pub async fn create_webhook_endpoint(
        &self,
        endpoint: &NewWebhookEndpoint,
        idempotency_key: &str,
    ) -> Result<WebhookEndpoint, StripeError> {
        let form = endpoint.form();
        read(&self.send(Call::post("/v1/webhook_endpoints", &form, Repeat::Keyed).key(idempotency_key)).await?)
    }

    /// The webhook endpoints, without their secrets, newest first; `starting_after` is the last id of the page before.
    pub async fn webhook_endpoints(
        &self,
        starting_after: Option<&str>,
        limit: u8,
    ) -> Result<Page<WebhookEndpoint>, StripeError> {
        let mut query = Form::default();
        query.add_if("starting_after", starting_after);
        query.add("limit", limit.clamp(1, MAX_PAGE));
        read(&self.send(Call::get("/v1/webhook_endpoints").query(query.finish())).await?)
    }

    /// Deletes a webhook endpoint. One that is gone already is deleted, too.
    pub async fn delete_webhook_endpoint(&self, id: &str) -> Result<(), StripeError> {
        match self.send(Call::delete("/v1/webhook_endpoints/{id}").id(id)).await {
            Ok(_) | Err(StripeError::ResourceMissing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What the key may do, told by what it is refused. Nothing is left in the account.
    pub async fn probe(&self) -> Result<Probe, StripeError> {
        probe::run(self).await
    }
}
