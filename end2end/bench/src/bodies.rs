//! What is asked of the server, and the same asked of Stripe directly.

use crate::stand_in::PRICE;

/// Every workspace's app.
pub(crate) const APP: &str = "bench";
/// Every workspace's code.
pub(crate) const CODE: &str = "BENCH";

/// The definition of the code: no limit, so that no count ends the load.
pub(crate) fn definition() -> String {
    format!(r#"{{"app_id":"{APP}","code":"{CODE}","percent_off":10}}"#)
}

/// A checkout with it.
pub(crate) fn checkout(number: u64) -> String {
    format!(
        r#"{{"app_id":"{APP}","price_id":"{PRICE}","user_id":"user-{number}","discount_code":"{CODE}","success_url":"https://shop.example/thanks","cancel_url":"https://shop.example/cart"}}"#
    )
}

/// The form that such a checkout becomes.
pub(crate) fn session(number: u64, coupon: &str) -> String {
    format!(
        "mode=payment&line_items[0][price]={PRICE}&line_items[0][quantity]=1&success_url=https%3A%2F%2Fshop.example%2Fthanks\
         &cancel_url=https%3A%2F%2Fshop.example%2Fcart&client_reference_id=user-{number}&discounts[0][coupon]={coupon}\
         &metadata[codemint_checkout]=co_{number:026}"
    )
}

/// A question about a code.
pub(crate) fn validation(code: &str) -> String {
    format!(r#"{{"app_id":"{APP}","code":"{code}"}}"#)
}

/// A redemption, without Stripe's session.
pub(crate) fn redemption() -> String {
    format!(r#"{{"app_id":"{APP}","code":"{CODE}"}}"#)
}
