//! What calls share: headers, parameters, schemas, examples, the key.

use super::schema::{text, whole};
use super::{BEARER, examples, objects, refusals, requests};
use crate::web::idempotent;
use app::domain::ids::{CampaignId, DiscountCodeId, RedemptionId, RequestId, RewardId};
use app::domain::problem::Code;
use utoipa::openapi::{
    Components, ComponentsBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, Required,
    example::ExampleBuilder,
    path::{Parameter, ParameterBuilder, ParameterIn},
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// On every answer.
pub const REQUEST_ID: &str = "Request-Id";
/// On an answer that was stored before.
pub const REPLAYED: &str = "Idempotent-Replayed";
/// With 429 and 503.
pub const RETRY_AFTER: &str = "Retry-After";
/// With 401.
pub const AUTHENTICATE: &str = "WWW-Authenticate";
/// With 405.
pub const ALLOW: &str = "Allow";

/// A header, by its name.
pub fn header(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

/// A parameter, by its name.
pub fn parameter(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{name}"))
}

/// Everything under `components`.
pub fn components() -> Components {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("cm_test_… or cm_live_…")
        .description(Some("A Codemint API key, made under Settings. It has one workspace and one mode, and one app or all. Never a key of Stripe's."));
    let components = ComponentsBuilder::new()
        .security_scheme(BEARER, SecurityScheme::Http(bearer.build()))
        .parameter("idempotency_key", idempotency_key())
        .parameter("discount_code_id", id("id", "discount code", &DiscountCodeId::pattern(), examples::CODE_ID))
        .parameter("redemption_id", id("id", "redemption", &RedemptionId::pattern(), examples::REDEMPTION_ID))
        .parameter("campaign_id", id("id", "campaign", &CampaignId::pattern(), examples::CAMPAIGN_ID))
        .parameter("reward_id", id("reward_id", "reward", &RewardId::pattern(), examples::REWARD_ID))
        .response("method_not_allowed", refusals::refusal(405, &[Code::MethodNotAllowed]).build());
    let components = headers().into_iter().fold(components, |all, (name, header)| all.header(name, header));
    let components = requests::all()
        .into_iter()
        .chain(objects::all())
        .fold(components, |all, (name, schema)| all.schema(name, schema));
    let components = examples::refusals()
        .into_iter()
        .fold(components, |all, (name, value)| all.example(name, ExampleBuilder::new().value(Some(value)).build()));
    components.build()
}

fn headers() -> [(&'static str, Header); 5] {
    let header =
        |about: &str, schema: ObjectBuilder| HeaderBuilder::new().description(Some(about)).schema(Some(schema)).build();
    let seconds = whole("Seconds.").minimum(Some(1));
    let yes = text("Always true.").enum_values(Some(["true"]));
    [
        (REQUEST_ID, header("The request's id, as in our log.", text("An id.").pattern(Some(RequestId::pattern())))),
        (REPLAYED, header("This answer was given before, under the same `Idempotency-Key`.", yes)),
        (RETRY_AFTER, header("After so many seconds a repeat makes sense.", seconds)),
        (AUTHENTICATE, header("How to prove who asks.", text("A scheme."))),
        (ALLOW, header("The methods that the address knows.", text("Methods, separated by commas."))),
    ]
}

fn idempotency_key() -> Parameter {
    let schema = text("Visible ASCII characters, like a UUID.")
        .min_length(Some(1))
        .max_length(Some(idempotent::MAX_KEY))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names this request, so that it can be sent again without being done again. Kept for at least 24 hours.",
        ))
        .schema(Some(schema))
        .build()
}

fn id(name: &str, of: &str, pattern: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(format!("The id of a {of}.")))
        .schema(Some(text("An id.").pattern(Some(pattern))))
        .example(Some(example.into()))
        .build()
}
