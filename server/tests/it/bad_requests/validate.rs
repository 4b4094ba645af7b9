//! Questions whether a code can be used.

use super::row::{Request, Row, row, validate};
use crate::harness::VALIDATE;

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "no code to validate",
            Request::new("POST", VALIDATE).body("{}"),
            "400 invalid_request_error parameter_missing code: code is needed: what the customer typed, like BLACKFRIDAY50.",
        ),
        row(
            "null to validate",
            validate(r#""code":null"#),
            "400 invalid_request_error parameter_missing code: code is needed: what the customer typed, like BLACKFRIDAY50.",
        ),
        row(
            "nothing to validate",
            validate(r#""code":"""#),
            "400 invalid_request_error parameter_missing code: code is needed: what the customer typed, like BLACKFRIDAY50.",
        ),
        row(
            "spaces to validate",
            validate("\"code\":\" \u{a0} \""),
            "400 invalid_request_error parameter_missing code: code is needed: what the customer typed, like BLACKFRIDAY50.",
        ),
        row(
            "a number to validate",
            validate(r#""code":50"#),
            "400 invalid_request_error parameter_invalid code: code must be a string, like \"BLACKFRIDAY50\"; it is a number.",
        ),
        row(
            "codes to validate",
            validate(r#""code":["SPRING","SUMMER"]"#),
            "400 invalid_request_error parameter_invalid code: code must be a string, like \"BLACKFRIDAY50\"; it is a list.",
        ),
        row(
            "a NUL to validate",
            validate(r#""code":"SPR\u0000ING""#),
            "400 invalid_request_error parameter_invalid code: code must not have control characters.",
        ),
        row(
            "an empty price to validate for",
            validate(r#""price_id":"""#),
            "400 invalid_request_error parameter_missing price_id: price_id is needed: a price of your Stripe account, like price_1ABC.",
        ),
        row(
            "a bad price to validate for",
            validate(r#""price_id":"price 1""#),
            "400 invalid_request_error parameter_invalid price_id: price_id must be the id of a Stripe price, like price_1ABC.",
        ),
        row(
            "a long price to validate for",
            validate(&format!("\"price_id\":\"{}\"", "p".repeat(256))),
            "400 invalid_request_error parameter_invalid price_id: price_id must be the id of a Stripe price, like price_1ABC.",
        ),
        row(
            "an empty customer to validate for",
            validate(r#""user_id":"""#),
            "400 invalid_request_error parameter_invalid user_id: user_id must be 1 to 200 characters, without control characters.",
        ),
        row(
            "a long customer to validate for",
            validate(&format!("\"user_id\":\"{}\"", "u".repeat(201))),
            "400 invalid_request_error parameter_invalid user_id: user_id must be 1 to 200 characters, without control characters.",
        ),
        row(
            "another app to validate in",
            validate(r#""app_id":"another""#),
            "404 invalid_request_error resource_missing app_id: No such app: 'another'",
        ),
        row(
            "somebody's app to validate in",
            validate(r#""app_id":"theirs""#),
            "404 invalid_request_error resource_missing app_id: No such app: 'theirs'",
        ),
        row(
            "a quantity to validate for",
            validate(r#""quantity":2"#),
            "400 invalid_request_error parameter_unknown quantity: Unknown field: quantity. This call takes app_id, code, price_id, user_id.",
        ),
        row(
            "a customer to validate for as a number",
            validate(r#""user_id":7"#),
            "400 invalid_request_error parameter_invalid user_id: user_id must be a string, like \"user-123\"; it is a number.",
        ),
        row(
            "an amount to validate for",
            validate(r#""amount":500"#),
            "400 invalid_request_error parameter_unknown amount: Unknown field: amount. This call takes app_id, code, price_id, user_id.",
        ),
        row(
            "a price by another name",
            validate(r#""price":"price_1ABC""#),
            "400 invalid_request_error parameter_unknown price: Unknown field: price. Did you mean price_id?",
        ),
    ]
}
