//! `/v1/redemptions`.

use super::queries::{paged, query, without_controls};
use super::{Methods, REDEMPTIONS, answer, body, call, no_fields, repeatable, stored};
use crate::web::openapi::refusals::{self, ANY, KEYED, STRIPE, WITH_BODY, WRITE};
use crate::web::openapi::schema::{one_of, text};
use crate::web::openapi::{examples, shared};
use app::domain::ids::{DiscountCodeId, RedemptionId};
use app::domain::problem::Code;
use app::domain::redemption::State;
use serde_json::Value;
use utoipa::openapi::{HttpMethod, ResponseBuilder, ResponsesBuilder, path::Operation};

/// Its addresses.
pub fn all() -> Vec<(&'static str, Methods)> {
    vec![
        ("/v1/redemptions", vec![(HttpMethod::Post, create()), (HttpMethod::Get, list())]),
        ("/v1/redemptions/{id}", vec![(HttpMethod::Get, read())]),
        ("/v1/redemptions/{id}/confirm", vec![(HttpMethod::Post, confirm())]),
        ("/v1/redemptions/{id}/release", vec![(HttpMethod::Post, release())]),
    ]
}

/// Why a code gives no redemption: what is bought is not known here, so neither a currency nor an amount is compared.
const UNUSABLE: &[Code] = &[
    Code::DiscountCodeUnknown,
    Code::DiscountCodePaused,
    Code::DiscountCodeNotStarted,
    Code::DiscountCodeExpired,
    Code::DiscountCodeExhausted,
    Code::DiscountCodeUserLimit,
    Code::DiscountCodeBlocked,
];
const MISSING: &[Code] = &[Code::ResourceMissing];

fn one(about: &str, name: &'static str, example: Value) -> ResponseBuilder {
    answer(about, "redemption", vec![(name, example)])
}

fn create() -> Operation {
    let held = one("Held: give Stripe the coupon in `stripe_coupon`.", "held", examples::redemption());
    let answers = ResponsesBuilder::new().response("201", stored(held));
    let own = &[Code::ParameterMissing, Code::ResourceMissing, Code::RateLimited];
    repeatable(call(
        REDEMPTIONS,
        "createRedemption",
        "Hold a code for your own checkout",
        "For a Checkout Session, invoice or subscription that you create yourself: one redemption of the code is held, and `stripe_coupon` is in your \
         Stripe account when this is answered. Confirm it once it is paid, release it once it came to nothing; a hold with neither lapses at \
         `expires_at`, on Codemint's clock. What is bought is not known here: Stripe compares the currency of a fixed amount, and a minimum \
         amount is yours to compare. The connection needs the permissions for coupons alone. A repeat under its `Idempotency-Key` goes on with \
         the same redemption; if its hold was given back before it was answered, it takes another one or is refused as a new one would be.",
    ))
    .request_body(Some(body("new_redemption", examples::new_redemptions())))
    .responses(refusals::with(answers, &[KEYED, own, UNUSABLE, WITH_BODY, WRITE, STRIPE, ANY]))
    .build()
}

fn list() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("200", answer("A page.", "redemption_list", vec![("a page", examples::redemptions())]));
    call(
        REDEMPTIONS,
        "listRedemptions",
        "List redemptions",
        "Newest first, those of Codemint's own Checkout Sessions among them. This call needs a key with full access.",
    )
    .parameters(Some(paged(
        [
            query("app_id", without_controls("One app, by its id; all that the key may see where it is not said.")),
            query("discount_code", text("One discount code, by its id.").pattern(Some(DiscountCodeId::pattern()))),
            query("state", one_of("Redemptions in this state.", State::ALL.map(State::as_str))),
        ],
        &RedemptionId::pattern(),
    )))
    .responses(refusals::with(
        answers,
        &[KEYED, &[Code::ParameterMissing, Code::ParametersExclusive, Code::KeyScope], MISSING, ANY],
    ))
    .build()
}

fn read() -> Operation {
    let answers = ResponsesBuilder::new().response("200", one("The redemption.", "held", examples::redemption()));
    call(
        REDEMPTIONS,
        "readRedemption",
        "Read a redemption",
        "Its state as it is now; also one of a Checkout Session that Codemint made.",
    )
    .parameter_ref(shared::parameter("redemption_id"))
    .responses(refusals::with(answers, &[KEYED, MISSING, ANY]))
    .build()
}

fn confirm() -> Operation {
    let redeemed = one("Redeemed.", "redeemed", examples::confirmed_redemption());
    let answers = ResponsesBuilder::new().response("200", stored(redeemed));
    let own = &[Code::DiscountCodeExhausted, Code::DiscountCodeUserLimit, Code::RedemptionOfCheckout];
    repeatable(call(
        REDEMPTIONS,
        "confirmRedemption",
        "Confirm a redemption",
        "It was paid: redeemed for good. To confirm it again changes nothing. A hold that still stands is redeemed, however late; one that was \
         given back takes another one if any is left, whatever else has become of the code, and is refused as exhausted if none is.",
    ))
    .parameter_ref(shared::parameter("redemption_id"))
    .request_body(Some(no_fields()))
    .responses(refusals::with(answers, &[KEYED, own, MISSING, WITH_BODY, WRITE, ANY]))
    .build()
}

fn release() -> Operation {
    let released = one("Released.", "released", examples::released_redemption());
    let answers = ResponsesBuilder::new().response("200", stored(released));
    let own = &[Code::RedemptionRedeemed, Code::RedemptionOfCheckout];
    repeatable(call(
        REDEMPTIONS,
        "releaseRedemption",
        "Release a redemption",
        "It came to nothing: the hold goes back at once, and somebody else can have it. To release it again changes nothing; one that was \
         redeemed stays redeemed.",
    ))
    .parameter_ref(shared::parameter("redemption_id"))
    .request_body(Some(no_fields()))
    .responses(refusals::with(answers, &[KEYED, own, MISSING, WITH_BODY, WRITE, ANY]))
    .build()
}
