//! What an owner makes by hand in the Dashboard, and what a shop of the owner's own opens: refused as by the API.

use axum::http::Method;
use serde_json::Value;

use crate::{
    AccountId, Sim, api, auth::Caller, event::Origin, form, price::Price, route, schema, session::Session,
    world::Context,
};

/// Where a customer of such a shop comes back to.
const SHOP: &str = "https://shop.example/thanks?session_id={CHECKOUT_SESSION_ID}";

impl Sim {
    /// A coupon with the API's parameters: its id, or what Stripe would say where it refuses.
    pub fn make_coupon(&self, account: &AccountId, livemode: bool, params: &[(&str, &str)]) -> Result<String, String> {
        self.make(account, livemode, "/v1/coupons", params)
    }

    /// A promotion code in the same way.
    pub fn make_promotion_code(
        &self,
        account: &AccountId,
        livemode: bool,
        params: &[(&str, &str)],
    ) -> Result<String, String> {
        self.make(account, livemode, "/v1/promotion_codes", params)
    }

    /// A customer buys one of this price in a shop that does without Codemint: a Checkout Session with the box for
    /// promotion codes.
    pub fn open_shop_checkout(&self, account: &AccountId, livemode: bool, price: &str) -> Result<Session, String> {
        let recurring = self.prices().into_iter().any(|(_, known)| known.id == price && known.recurring.is_some());
        let params = [
            ("mode", if recurring { "subscription" } else { "payment" }),
            ("line_items[0][price]", price),
            ("line_items[0][quantity]", "1"),
            ("allow_promotion_codes", "true"),
            ("success_url", SHOP),
        ];
        let id = self.make(account, livemode, "/v1/checkout/sessions", &params)?;
        self.session(&id).ok_or_else(|| "The session is gone.".to_owned())
    }

    /// The prices of every account in both modes, newest first within each.
    pub fn prices(&self) -> Vec<(AccountId, Price)> {
        let state = self.lock();
        let of = |((account, _), world): (&(AccountId, bool), &crate::world::World)| {
            let prices: Vec<Price> = world.prices.iter().rev().filter(|price| price.active).cloned().collect();
            let account = account.clone();
            prices.into_iter().map(move |price| (account.clone(), price))
        };
        state.worlds.iter().flat_map(of).collect()
    }

    fn make(&self, account: &AccountId, livemode: bool, path: &str, params: &[(&str, &str)]) -> Result<String, String> {
        let params: Vec<(String, String)> =
            params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let made = self.execute_by_hand(account, livemode, path, &params);
        self.tell();
        made.map(|object| object["id"].as_str().unwrap_or_default().to_owned())
    }

    fn execute_by_hand(
        &self,
        account: &AccountId,
        livemode: bool,
        path: &str,
        params: &[(String, String)],
    ) -> Result<Value, String> {
        let mut state = self.lock();
        if !state.accounts.contains(account) {
            return Err("There is no such account.".to_owned());
        }
        let context = Context {
            caller: Caller::in_dashboard(account.clone(), livemode),
            account_name: state.name_of(account).to_owned(),
            now: state.clock.now(),
            base_url: state.base_url.clone().unwrap_or_default(),
            reuse_coupon_ids: state.reuse_coupon_ids,
            origin: Origin::default(),
        };
        let route = route::find(&Method::POST, path).ok_or_else(|| "There is no such thing to make.".to_owned())?;
        let read = form::tree(params).and_then(|tree| schema::read(route.name, &tree));
        let world = state.world(account, livemode);
        read.and_then(|params| api::execute(world, &route, &params, &context)).map_err(|error| error.message)
    }
}
