//! Transaction 1 of a checkout: the hold, its row, and the intent with everything that Stripe will be sent.

use super::checkout::{Attempt, META_CHECKOUT, NAMED_BY};
use super::idempotency::in_use;
use super::lease::LEASE_MS;
use super::{customers, error};
use crate::crash;
use crate::scope::Scope;
use crate::store::{CodeRow, Hold, NewCheckout, NewRedemption, NextAttempt, Row, Tx};
use crate::stripe::SessionParams;
use app::domain::checkout::{Checkout, SessionMode};
use app::domain::problem::Problem;
use std::collections::BTreeMap;

/// Which row an attempt is written to.
#[derive(Clone)]
pub(super) enum To {
    /// One of its own.
    New {
        /// The idempotency key that the caller sent.
        key: Option<String>,
    },
    /// That of an attempt before it.
    After {
        /// Its number.
        attempt: i64,
    },
}

/// A code with the coupon that it gets, if it has none yet.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) code: CodeRow,
    pub(super) coupon: String,
}

/// Transaction 1, with all that it needs: it may run together with others.
#[derive(Clone)]
pub(super) struct Begin {
    pub(super) scope: Scope,
    pub(super) request: Checkout,
    pub(super) mode: SessionMode,
    pub(super) generation: i64,
    pub(super) account: Option<String>,
    pub(super) wanted: Option<Wanted>,
    pub(super) checkout_id: String,
    pub(super) redemption: Option<String>,
    pub(super) customer: Option<String>,
    pub(super) to: To,
    pub(super) now: i64,
}

impl Begin {
    /// The row that it locks.
    pub(super) fn row(&self) -> Row<'_> {
        match (&self.to, &self.wanted) {
            (To::New { .. }, Some(wanted)) => Row::Code(&wanted.code.id),
            (To::New { .. }, None) => Row::Checkout(&self.checkout_id),
            (To::After { .. }, _) => Row::Several(&self.checkout_id),
        }
    }

    /// Whether nothing has to be looked at between the hold and the rows, so that all of it is one call of the database.
    pub(super) fn is_plain(&self) -> bool {
        let counts_customers = |wanted: &Wanted| wanted.code.max_redemptions_per_user.is_some();
        matches!(self.to, To::New { .. }) && !self.wanted.as_ref().is_some_and(counts_customers)
    }

    /// None: the code changed between reading and taking.
    pub(super) async fn write(self, tx: &mut Tx) -> Result<Option<Attempt>, Problem> {
        let begun = if self.is_plain() { self.write_plain(tx).await? } else { self.write_in_steps(tx).await? };
        if begun.is_some() {
            crash::here!("before-intent");
        }
        Ok(begun)
    }

    async fn write_plain(self, tx: &mut Tx) -> Result<Option<Attempt>, Problem> {
        let expected = self.wanted.as_ref().map(Wanted::as_held);
        let params = self.params(expected.as_ref());
        let json = self.request_json()?;
        let new = self.new_checkout(&json, &params);
        let held = match (&expected, &self.redemption) {
            (Some(code), Some(id)) => {
                let hold = Hold { code, now: self.now };
                let redemption = self.new_redemption(id, &code.id);
                let Some(held) = tx.at(&self.scope).begin_checkout(&hold, &redemption, &new).await? else {
                    return Ok(None);
                };
                Some(held)
            }
            _ => {
                tx.at(&self.scope).insert_checkout(&new).await?;
                None
            }
        };
        Ok(Some(self.attempt(1, params, held)))
    }

    async fn write_in_steps(self, tx: &mut Tx) -> Result<Option<Attempt>, Problem> {
        let (scope, now) = (&self.scope, self.now);
        let held = match &self.wanted {
            Some(Wanted { code, coupon }) => {
                let Some(held) = tx.at(scope).hold(&code.id, code.terms_version, coupon, now).await? else {
                    return Ok(None);
                };
                Some(held)
            }
            None => None,
        };
        if let (Some(code), Some(id)) = (&held, &self.redemption) {
            customers::check_first(tx, scope, code, self.customer.as_deref(), "discount_code", NAMED_BY).await?;
            tx.at(scope).insert_redemption(&self.new_redemption(id, &code.id)).await?;
        }
        let params = self.params(held.as_ref());
        let number = match self.to {
            To::New { .. } => {
                let json = self.request_json()?;
                tx.at(scope).insert_checkout(&self.new_checkout(&json, &params)).await?;
                1
            }
            To::After { attempt } => {
                let next = NextAttempt {
                    stripe_params: &params,
                    discount_code_id: held.as_ref().map(|code| code.id.as_str()),
                    redemption_id: self.redemption.as_deref(),
                    generation: self.generation,
                    account: self.account.as_deref(),
                    now,
                    busy_until: now + LEASE_MS,
                };
                if !tx.at(scope).next_attempt(&self.checkout_id, attempt, &next).await? {
                    return Err(in_use());
                }
                attempt + 1
            }
        };
        Ok(Some(self.attempt(number, params, held)))
    }

    fn attempt(self, number: i64, params: String, code: Option<CodeRow>) -> Attempt {
        Attempt {
            checkout_id: self.checkout_id,
            number,
            params,
            request: self.request,
            code,
            redemption: self.redemption,
            began_at: self.now,
            repeated: false,
        }
    }

    fn request_json(&self) -> Result<String, Problem> {
        serde_json::to_string(&self.request).map_err(|error| error::internal("a checkout could not be written", &error))
    }

    fn new_redemption<'a>(&'a self, id: &'a str, code_id: &'a str) -> NewRedemption<'a> {
        NewRedemption {
            id,
            discount_code_id: code_id,
            checkout_id: Some(&self.checkout_id),
            user_id: self.request.user_id.as_deref(),
            customer: self.customer.as_deref(),
            expires_at: None,
            idempotency_key: None,
            now: self.now,
        }
    }

    fn new_checkout<'a>(&'a self, request: &'a str, params: &'a str) -> NewCheckout<'a> {
        NewCheckout {
            id: &self.checkout_id,
            app_id: self.request.app_id.as_str(),
            idempotency_key: match &self.to {
                To::New { key } => key.as_deref(),
                To::After { .. } => None,
            },
            request,
            email_key: self.request.names(),
            discount_code_id: self.wanted.as_ref().map(|wanted| wanted.code.id.as_str()),
            redemption_id: self.redemption.as_deref(),
            generation: self.generation,
            account: self.account.as_deref(),
            stripe_params: params,
            now: self.now,
            busy_until: self.now + LEASE_MS,
        }
    }

    /// What Stripe will be sent, byte for byte.
    fn params(&self, code: Option<&CodeRow>) -> String {
        let request = &self.request;
        // A customer who has left a checkout shall not wait a day for their own redemption, either.
        let limited = code.is_some_and(CodeRow::is_limited);
        let params = SessionParams {
            mode: self.mode.as_str().to_owned(),
            price: request.price_id.clone(),
            quantity: Some(request.quantity),
            success_url: request.success_url.clone(),
            cancel_url: request.cancel_url.clone(),
            client_reference_id: request.user_id.clone(),
            customer_email: request.customer_email.clone(),
            coupon: code.and_then(|code| code.coupon_id.clone()),
            // Stripe refuses the box together with a discount, even when it is switched off: left out then.
            allow_promotion_codes: request.allow_promotion_codes && code.is_none(),
            expires_at: request.life_s(limited).map(|life| self.now / 1000 + life),
            metadata: BTreeMap::from([(META_CHECKOUT.to_owned(), self.checkout_id.clone())]),
        };
        params.encode()
    }
}

impl Wanted {
    /// The row as the hold leaves it: with a coupon.
    fn as_held(&self) -> CodeRow {
        let coupon_id = Some(self.code.coupon_id.clone().unwrap_or_else(|| self.coupon.clone()));
        CodeRow { coupon_id, ..self.code.clone() }
    }
}
