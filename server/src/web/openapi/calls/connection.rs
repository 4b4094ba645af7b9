//! `/v1/admin/connection`.

use super::{CONNECTION, Methods, answer, body, call, no_fields, repeatable, stored};
use crate::web::openapi::examples;
use crate::web::openapi::refusals::{self, ANY, KEYED, WITH_BODY, WRITE};
use app::domain::problem::Code;
use utoipa::openapi::{HttpMethod, ResponsesBuilder, path::Operation};

/// Its address.
pub fn all() -> Vec<(&'static str, Methods)> {
    let methods = vec![(HttpMethod::Get, read()), (HttpMethod::Post, connect()), (HttpMethod::Delete, disconnect())];
    vec![("/v1/admin/connection", methods)]
}

const SCOPE: &[Code] = &[Code::KeyScope];

fn read() -> Operation {
    let answers =
        ResponsesBuilder::new().response("200", answer("The connection.", "connection", examples::connections()));
    call(CONNECTION, "readConnection", "Read the connection", "Also where there is none: `status` says so.")
        .responses(refusals::with(answers, &[KEYED, SCOPE, ANY]))
        .build()
}

fn connect() -> Operation {
    let connected = examples::connections().into_iter().take(1).collect();
    let answers = ResponsesBuilder::new()
        .response("200", stored(answer("The connection, which works.", "connection", connected)));
    let own = &[Code::ParameterMissing, Code::StripePermissionMissing, Code::StripeUnavailable];
    repeatable(call(
        CONNECTION,
        "connectStripe",
        "Connect Stripe by a restricted key",
        "The key is checked against Stripe without leaving anything in the account. If it is refused, nothing is stored and an earlier connection stays.",
    ))
    .request_body(Some(body("new_connection", vec![("a restricted key", examples::new_connection())])))
    .responses(refusals::with(answers, &[KEYED, own, SCOPE, WITH_BODY, WRITE, ANY]))
    .build()
}

fn disconnect() -> Operation {
    let gone = vec![("disconnected", examples::disconnected())];
    let answers =
        ResponsesBuilder::new().response("200", stored(answer("The connection, forgotten.", "connection", gone)));
    repeatable(call(
        CONNECTION,
        "disconnectStripe",
        "Disconnect Stripe",
        "The stored key is removed. Codes stay, and open sessions keep their price.",
    ))
    .request_body(Some(no_fields()))
    .responses(refusals::with(answers, &[KEYED, SCOPE, WITH_BODY, WRITE, ANY]))
    .build()
}
