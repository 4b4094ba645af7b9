//! One account in one mode: all that Stripe keeps there, and nothing of its neighbours.

use std::collections::HashMap;

use crate::{
    auth::Caller,
    coupon::Coupon,
    event::{Event, Origin},
    idempotency::Kept,
    payment_intent::PaymentIntent,
    price::Price,
    promotion_code::PromotionCode,
    session::Session,
    shelf::Shelf,
    webhook_endpoint::WebhookEndpoint,
};

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) coupons: Shelf<Coupon>,
    pub(crate) promotion_codes: Shelf<PromotionCode>,
    /// Ids of promotion codes by their text in lower case.
    pub(crate) promotion_codes_by_text: HashMap<String, Vec<String>>,
    pub(crate) prices: Shelf<Price>,
    pub(crate) sessions: Shelf<Session>,
    pub(crate) payment_intents: Shelf<PaymentIntent>,
    pub(crate) events: Shelf<Event>,
    /// Ids of those that nobody has been sent yet.
    pub(crate) fresh_events: Vec<String>,
    pub(crate) webhook_endpoints: Shelf<WebhookEndpoint>,
    pub(crate) kept: Kept,
    /// The second that is being counted, and the calls in it.
    pub(crate) calls: (i64, u32),
}

impl World {
    /// A coupon that was not deleted.
    pub(crate) fn coupon(&self, id: &str) -> Option<&Coupon> {
        self.coupons.get(id).filter(|coupon| !coupon.deleted)
    }

    /// Whether a promotion code can be redeemed: itself, and its coupon.
    pub(crate) fn active(&self, code: &PromotionCode, now: i64) -> bool {
        code.stands_at(now) && self.coupons.get(&code.promotion.coupon).is_some_and(|coupon| coupon.valid_at(now))
    }

    /// The active promotion code with this text, however it is written.
    pub(crate) fn active_by_text(&self, text: &str, now: i64) -> Option<&PromotionCode> {
        let ids = self.promotion_codes_by_text.get(&text.to_lowercase())?;
        ids.iter().filter_map(|id| self.promotion_codes.get(id)).find(|code| self.active(code, now))
    }
}

/// What a call knows besides its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) caller: Caller,
    /// What the account is called.
    pub(crate) account_name: String,
    /// Unix seconds.
    pub(crate) now: i64,
    /// Where the hosted pages are.
    pub(crate) base_url: String,
    /// Whether the id of a deleted coupon is free again.
    pub(crate) reuse_coupon_ids: bool,
    /// The call itself.
    pub(crate) origin: Origin,
}
