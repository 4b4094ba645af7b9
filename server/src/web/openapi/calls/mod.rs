//! Every call: a file a tag.

mod campaigns;
mod connection;
mod customers;
mod discount_codes;
mod queries;
mod redemptions;
mod rewards;
mod server;

use super::schema::named;
use super::shared::{self, REPLAYED, REQUEST_ID};
use serde_json::Value;
use utoipa::openapi::{
    ContentBuilder, HttpMethod, Paths, PathsBuilder, RefOr, Required, ResponseBuilder, Schema,
    example::{Example, ExampleBuilder},
    path::{Operation, OperationBuilder, PathItemBuilder},
    request_body::{RequestBody, RequestBodyBuilder},
};

/// Tags.
pub const CODES: &str = "Discount codes";
/// Tags.
pub const CUSTOMERS: &str = "Checkout";
/// Tags.
pub const REDEMPTIONS: &str = "Redemptions";
/// Tags.
pub const REWARDS: &str = "Rewards";
/// Tags.
pub const CONNECTION: &str = "Connection";
/// Tags.
pub const SERVER: &str = "Server";

/// Methods of an address.
type Methods = Vec<(HttpMethod, Operation)>;

/// Every address.
pub fn paths() -> Paths {
    let all = [
        discount_codes::all(),
        customers::all(),
        redemptions::all(),
        campaigns::all(),
        rewards::all(),
        connection::all(),
        server::all(),
    ];
    all.into_iter()
        .flatten()
        .fold(PathsBuilder::new(), |paths, (path, methods)| {
            let item =
                methods.into_iter().fold(PathItemBuilder::new(), |item, (method, call)| item.operation(method, call));
            paths.path(path, item.build())
        })
        .build()
}

/// A call as it begins.
fn call(tag: &str, id: &str, summary: &str, about: &str) -> OperationBuilder {
    OperationBuilder::new().tag(tag).operation_id(Some(id)).summary(Some(summary)).description(Some(about))
}

/// Takes an idempotency key.
fn repeatable(call: OperationBuilder) -> OperationBuilder {
    call.parameter_ref(shared::parameter("idempotency_key"))
}

fn examples(values: Vec<(&'static str, Value)>) -> impl Iterator<Item = (String, RefOr<Example>)> {
    values.into_iter().map(|(summary, value)| {
        let example = ExampleBuilder::new().summary(summary).value(Some(value)).build();
        (summary.replace([' ', ','], "_"), RefOr::T(example))
    })
}

/// A JSON body.
fn body(schema: &str, values: Vec<(&'static str, Value)>) -> RequestBody {
    let content = ContentBuilder::new().schema(Some(named(schema))).examples_from_iter(examples(values)).build();
    RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content).build()
}

/// A body that may be left out, since it says nothing.
fn no_fields() -> RequestBody {
    let content = ContentBuilder::new().schema(Some(named("nothing"))).example(Some(serde_json::json!({}))).build();
    RequestBodyBuilder::new().required(Some(Required::False)).content("application/json", content).build()
}

/// A JSON answer.
fn answer(about: &str, schema: &str, values: Vec<(&'static str, Value)>) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(named(schema))).examples_from_iter(examples(values)).build();
    ResponseBuilder::new()
        .description(about)
        .content("application/json", content)
        .header_ref(REQUEST_ID, shared::header(REQUEST_ID))
}

/// An answer that is stored under an idempotency key.
fn stored(answer: ResponseBuilder) -> ResponseBuilder {
    answer.header_ref(REPLAYED, shared::header(REPLAYED))
}

/// A text.
fn plain(about: &str, schema: impl Into<RefOr<Schema>>, value: &str) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(schema)).example(Some(value.into())).build();
    ResponseBuilder::new()
        .description(about)
        .content("text/plain", content)
        .header_ref(REQUEST_ID, shared::header(REQUEST_ID))
}
