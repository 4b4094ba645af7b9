//! What a shop's backend calls while a customer buys.

use super::{CUSTOMERS, Methods, answer, body, call, repeatable, stored};
use crate::web::openapi::examples;
use crate::web::openapi::refusals::{self, ANY, KEYED, STRIPE, UNUSABLE, WITH_BODY, WRITE};
use app::domain::problem::Code;
use utoipa::openapi::{HttpMethod, ResponsesBuilder, path::Operation};

/// Their addresses.
pub fn all() -> Vec<(&'static str, Methods)> {
    vec![
        ("/v1/discount-codes/validate", vec![(HttpMethod::Post, validate())]),
        ("/v1/checkout/sessions", vec![(HttpMethod::Post, check_out())]),
    ]
}

const OWN: &[Code] = &[Code::ParameterMissing, Code::ResourceMissing, Code::RateLimited];

fn validate() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("200", answer("Whether it can be used, and why not.", "validation", examples::validations()));
    call(
        CUSTOMERS,
        "validateDiscountCode",
        "Ask whether a code can be used",
        "It reserves nothing and writes nothing. With `price_id`, a fixed amount in another currency is told, and a minimum that one piece does not come to (`quantity` is 1 here), where prices can be read. With `user_id`, it is told when that customer has used it as often as one may; a customer who is known by `customer_email` alone is not looked up here. Unknown codes are limited to 600 a minute and key; known ones never are.",
    )
    .request_body(Some(body("question", vec![("a question", examples::question())])))
    .responses(refusals::with(answers, &[KEYED, OWN, WITH_BODY, STRIPE, ANY]))
    .build()
}

fn check_out() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("201", stored(answer("Send the customer to `url`.", "checkout_session", examples::checkouts())));
    repeatable(call(
        CUSTOMERS,
        "createCheckoutSession",
        "Make a Checkout Session",
        "With a discount code, one redemption is held for it; the coupon is made in Stripe at the code's first use. A session that ends unpaid gives its redemption back. Nothing is ever sold at full price in the place of a discount. Where a code has a limit per customer, `user_id`, else `customer_email`, tells customers apart, and one of them is needed.",
    ))
    .request_body(Some(body("new_checkout_session", examples::new_checkouts())))
    .responses(refusals::with(
        answers,
        &[KEYED, OWN, UNUSABLE, &[Code::DiscountCodeBlocked], WITH_BODY, WRITE, STRIPE, ANY],
    ))
    .build()
}
