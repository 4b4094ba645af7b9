//! The API's own description, as OpenAPI 3.1: `GET /openapi.json`, `codemint openapi`, and `docs/openapi.json`, which a test keeps equal.
//!
//! It is written in terms of what the handlers and the rules are written in: limits are the domain's constants, codes are
//! `Code::ALL`. What a type cannot hold, tests do: every route is here and nothing else is, and real answers keep their schemas.

mod calls;
mod examples;
mod objects;
mod print;
mod reference;
mod refusals;
mod requests;
mod schema;
mod shared;

pub use reference::reference;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use std::sync::LazyLock;
use utoipa::openapi::{
    InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, SecurityRequirement, ServerBuilder, tag::TagBuilder,
};

/// The name of the security scheme.
const BEARER: &str = "api_key";

const ABOUT: &str = "Discount codes and earned rewards on your own Stripe account. You define a code here; the coupon in Stripe is made when a \
customer first uses it. A code that a customer earns is theirs at once, and made in Stripe as soon as it can be.

JSON in and out. Times are integer milliseconds since 1970 (UTC), amounts integers in the currency's smallest unit. Fields and query \
parameters that are not described are refused, as are those that stand twice; whole numbers are written without a decimal point or exponent. \
White space around texts is trimmed where a pattern allows it. Another method than those described here is answered 405, with `Allow`.

A write takes an `Idempotency-Key`: sent again with the same body it is answered again, byte for byte, with `Idempotent-Replayed: true`, \
and not done again. Kept are 2xx answers and refusals of a discount code, for at least 24 hours.

Every refusal has one envelope: a `type`, a `code` for programs, a `message` for people, and the `param` that is wrong. What belongs to \
another workspace, app or mode is answered like what does not exist.";

/// The whole description.
fn document() -> OpenApi {
    let tag = |name: &str, about: &str| TagBuilder::new().name(name).description(Some(about)).build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Codemint")
                .version("1")
                .description(Some(ABOUT))
                .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url("/").description(Some("The server that this comes from.")).build()]))
        .security(Some([SecurityRequirement::new(BEARER, Vec::<String>::new())]))
        .tags(Some([
            tag(calls::CODES, "The canonical definitions. These calls need a key with full access."),
            tag(calls::CUSTOMERS, "What a shop's backend calls while a customer buys. Any key will do."),
            tag(
                calls::REDEMPTIONS,
                "For Checkout Sessions, invoices and subscriptions that you create yourself: a code's coupon, and the count. Any key will do, but for the list.",
            ),
            tag(
                calls::REWARDS,
                "Campaigns, and the codes that customers earn by them. These calls need a key with full access.",
            ),
            tag(calls::CONNECTION, "The workspace's link to Stripe, in the mode of the key."),
            tag(calls::SERVER, "The server itself. No key is needed."),
        ]))
        .paths(calls::paths())
        .components(Some(shared::components()))
        .build()
}

/// The document as text, as it is printed and checked in.
///
/// # Errors
/// If it is no JSON, which would be a mistake in this module.
pub fn printed() -> Result<String, serde_json::Error> {
    document().to_pretty_json()
}

/// `GET /openapi.json`.
pub async fn serve() -> Response {
    static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(document);
    Json(&*DOCUMENT).into_response()
}

#[cfg(test)]
mod tests;
