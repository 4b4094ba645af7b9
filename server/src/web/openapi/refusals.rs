//! The refusals that a call can answer with, a status at a time.

use super::schema::named;
use super::shared;
use app::domain::problem::Code;
use std::collections::BTreeMap;
use utoipa::openapi::{
    AllOfBuilder, ContentBuilder, ObjectBuilder, Ref, RefOr, ResponseBuilder, Responses, ResponsesBuilder, Schema,
    example::Example,
    schema::{SchemaType, Type},
};

/// What any call can be refused for.
pub const ANY: &[Code] = &[Code::RequestTimeout, Code::BodyTooLarge, Code::HeadersTooLarge, Code::Internal];
/// What any call under `/v1` can be refused for.
pub const KEYED: &[Code] = &[
    Code::ParameterInvalid,
    Code::ParameterUnknown,
    Code::ApiKeyMissing,
    Code::ApiKeyInvalid,
    Code::StripeKeyPresented,
];
/// What a call with a body can be refused for.
pub const WITH_BODY: &[Code] = &[Code::ContentTypeInvalid];
/// What a call that takes an idempotency key can be refused for.
pub const WRITE: &[Code] = &[Code::IdempotencyKeyReused, Code::IdempotencyKeyInUse];
/// Why a discount code cannot be used.
pub const UNUSABLE: &[Code] = &[
    Code::DiscountCodeUnknown,
    Code::DiscountCodePaused,
    Code::DiscountCodeNotStarted,
    Code::DiscountCodeExpired,
    Code::DiscountCodeExhausted,
    Code::DiscountCodeCurrencyMismatch,
    Code::DiscountCodeMinimumNotMet,
    Code::DiscountCodeUserLimit,
];
/// Why a campaign gives no reward.
pub const GIVES_NONE: &[Code] =
    &[Code::CampaignPaused, Code::CampaignExpired, Code::CampaignExhausted, Code::CampaignArchived];
/// What stands between a call and Stripe.
pub const STRIPE: &[Code] =
    &[Code::StripePermissionMissing, Code::StripeNotConnected, Code::NeedsReauth, Code::StripeUnavailable];

/// The answers of a call: what it gives, and its refusals.
pub fn with(answers: ResponsesBuilder, groups: &[&[Code]]) -> Responses {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in groups.iter().copied().flatten() {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(code) {
            codes.push(*code);
        }
    }
    let answers = by_status
        .into_iter()
        .fold(answers, |answers, (status, codes)| answers.response(status.to_string(), refusal(status, &codes)));
    answers.build()
}

/// The answer of one status with one of these codes.
pub fn refusal(status: u16, codes: &[Code]) -> ResponseBuilder {
    let code = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .enum_values(Some(codes.iter().map(|code| code.as_str())));
    let object = || ObjectBuilder::new().schema_type(SchemaType::new(Type::Object));
    let narrowed = object().property("error", object().property("code", code));
    let schema = Schema::AllOf(AllOfBuilder::new().item(named("error")).item(narrowed).build());
    let examples = codes.iter().map(|code| {
        let place = format!("#/components/examples/{}", code.as_str());
        (code.as_str(), RefOr::<Example>::Ref(Ref::new(place)))
    });
    let content = ContentBuilder::new().schema(Some(schema)).examples_from_iter(examples).build();
    let names: Vec<String> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
    let response = ResponseBuilder::new()
        .description(format!("{}: {}.", reason(status), names.join(", ")))
        .content("application/json", content)
        .header_ref(shared::REQUEST_ID, shared::header(shared::REQUEST_ID));
    // Refusals of a code are stored under an idempotency key.
    let kept = codes.iter().any(|code| code.as_str().starts_with("discount_code_"));
    let response =
        if kept { response.header_ref(shared::REPLAYED, shared::header(shared::REPLAYED)) } else { response };
    match status {
        401 => response.header_ref(shared::AUTHENTICATE, shared::header(shared::AUTHENTICATE)),
        405 => response.header_ref(shared::ALLOW, shared::header(shared::ALLOW)),
        429 | 503 => response.header_ref(shared::RETRY_AFTER, shared::header(shared::RETRY_AFTER)),
        _ => response,
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be carried out as it is",
        401 => "Who asks is not known",
        403 => "Known, but not allowed",
        404 => "It does not exist, or belongs to somebody else",
        405 => "The address knows other methods",
        408 => "The request took too long",
        409 => "It contradicts what is stored",
        413 => "The body is too large",
        415 => "The body is not JSON",
        429 => "Too many",
        431 => "Address or headers are too large",
        503 => "Stripe could not be asked; a repeat makes sense",
        _ => "A fault of ours, in the log under the request's id",
    }
}
