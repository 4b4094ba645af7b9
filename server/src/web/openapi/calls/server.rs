//! The server itself: health and this description.

use super::{Methods, SERVER, call, plain};
use crate::web::openapi::refusals::{self, ANY};
use crate::web::openapi::schema::one_of;
use crate::web::openapi::shared::{self, REQUEST_ID};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, ObjectBuilder, ResponseBuilder, ResponsesBuilder, SecurityRequirement,
    path::{Operation, OperationBuilder},
};

/// Their addresses.
pub fn all() -> Vec<(&'static str, Methods)> {
    vec![
        ("/openapi.json", vec![(HttpMethod::Get, description())]),
        ("/healthz", vec![(HttpMethod::Get, alive())]),
        ("/readyz", vec![(HttpMethod::Get, ready())]),
    ]
}

/// A call without a key.
fn open(id: &str, summary: &str, about: &str) -> OperationBuilder {
    call(SERVER, id, summary, about).securities(Some([SecurityRequirement::default()]))
}

fn description() -> Operation {
    let content = ContentBuilder::new()
        .schema(Some(ObjectBuilder::new().description(Some("OpenAPI 3.1.")).required("openapi").required("paths")))
        .example(Some(serde_json::json!({ "openapi": "3.1.0", "paths": {} })))
        .build();
    let answer = ResponseBuilder::new()
        .description("This document.")
        .content("application/json", content)
        .header_ref(REQUEST_ID, shared::header(REQUEST_ID));
    open("readDescription", "Read this description", "As `codemint openapi` prints it.")
        .responses(refusals::with(ResponsesBuilder::new().response("200", answer), &[ANY]))
        .build()
}

fn alive() -> Operation {
    let answers =
        ResponsesBuilder::new().response("200", plain("The process answers.", one_of("Always this.", ["ok"]), "ok"));
    open("alive", "Is it alive?", "The process answers; nothing else is asked.")
        .responses(refusals::with(answers, &[ANY]))
        .build()
}

fn ready() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("200", plain("It can do its work.", one_of("Always this.", ["ready"]), "ready"))
        .response("503", plain("It cannot.", one_of("Always this.", ["not ready"]), "not ready"));
    open("ready", "Can it do its work?", "Migrations are done, and the database answers.")
        .responses(refusals::with(answers, &[ANY]))
        .build()
}
