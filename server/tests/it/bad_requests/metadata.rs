//! The owner's own words.

use super::row::{Row, change, good_but, row};

fn pairs(pairs: &str) -> super::row::Request {
    good_but(&format!("\"metadata\":{pairs}"))
}

/// `{"k0":"x",…}`
fn many(count: usize) -> String {
    let pairs: Vec<String> = (0..count).map(|n| format!("\"k{n}\":\"x\"")).collect();
    format!("{{{}}}", pairs.join(","))
}

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "metadata as a string",
            pairs(r#""team""#),
            "400 invalid_request_error parameter_invalid metadata: metadata must be an object of strings, like {\"team\": \"growth\"}; it is a string.",
        ),
        row(
            "metadata as a list",
            pairs(r#"["team"]"#),
            "400 invalid_request_error parameter_invalid metadata: metadata must be an object of strings, like {\"team\": \"growth\"}; it is a list.",
        ),
        row(
            "metadata as a number",
            pairs("3"),
            "400 invalid_request_error parameter_invalid metadata: metadata must be an object of strings, like {\"team\": \"growth\"}; it is a number.",
        ),
        row(
            "51 keys",
            pairs(&many(51)),
            "400 invalid_request_error parameter_invalid metadata: metadata may have at most 50 keys; it has 51.",
        ),
        row(
            "a key of 41 characters",
            pairs(&format!("{{\"{}\":\"x\"}}", "k".repeat(41))),
            "400 invalid_request_error parameter_invalid metadata: A key in metadata must have 1 to 40 characters and no square brackets.",
        ),
        row(
            "an empty key",
            pairs(r#"{"":"x"}"#),
            "400 invalid_request_error parameter_invalid metadata: A key in metadata must have 1 to 40 characters and no square brackets.",
        ),
        row(
            "a key with brackets",
            pairs(r#"{"a[b]":"x"}"#),
            "400 invalid_request_error parameter_invalid metadata: A key in metadata must have 1 to 40 characters and no square brackets.",
        ),
        row(
            "a key with a line break",
            pairs(r#"{"a\nb":"x"}"#),
            "400 invalid_request_error parameter_invalid metadata: A key in metadata must not have control characters.",
        ),
        row(
            "a value of 501 characters",
            pairs(&format!("{{\"team\":\"{}\"}}", "é".repeat(501))),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team may have at most 500 characters; it has 501.",
        ),
        row(
            "a value that is null",
            pairs(r#"{"team":null}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must be a string; it is null.",
        ),
        row(
            "a value that is a number",
            pairs(r#"{"team":3}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must be a string; it is a number.",
        ),
        row(
            "a value that is a boolean",
            pairs(r#"{"team":true}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must be a string; it is a boolean.",
        ),
        row(
            "a value that is an object",
            pairs(r#"{"team":{"name":"growth"}}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must be a string; it is an object.",
        ),
        row(
            "a value that is a list",
            pairs(r#"{"team":["growth"]}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must be a string; it is a list.",
        ),
        row(
            "a value with a NUL",
            pairs(r#"{"team":"a\u0000b"}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must not have control characters except line breaks and tabs.",
        ),
        row(
            "a value with an escape character",
            pairs(r#"{"team":"\u001b[31mred"}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must not have control characters except line breaks and tabs.",
        ),
        row(
            "a secret key of Stripe's as a value",
            pairs(r#"{"stripe":"sk_live_51PLANTED0123456789"}"#),
            "400 invalid_request_error parameter_invalid metadata.stripe: metadata.stripe must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a webhook's secret as a value",
            pairs(r#"{"stripe":" whsec_51PLANTED0123456789"}"#),
            "400 invalid_request_error parameter_invalid metadata.stripe: metadata.stripe must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a restricted key of Stripe's as a key",
            pairs(r#"{"rk_test_51PLANTED0123456789":"x"}"#),
            "400 invalid_request_error parameter_invalid metadata: metadata must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a change to metadata that is null",
            change(r#""metadata":null"#),
            "400 invalid_request_error parameter_invalid metadata: metadata must be an object of strings, like {\"team\": \"growth\"}; it is null.",
        ),
        row(
            "a change that removes a key of 41 characters",
            change(&format!("\"metadata\":{{\"{}\":null}}", "k".repeat(41))),
            "400 invalid_request_error parameter_invalid metadata: A key in metadata must have 1 to 40 characters and no square brackets.",
        ),
        row(
            "a change to 51 keys in all",
            change(&format!("\"metadata\":{}", many(50))),
            "400 invalid_request_error parameter_invalid metadata: metadata may have at most 50 keys; it has 51.",
        ),
        row(
            "a change to a secret key",
            change(r#""metadata":{"stripe":"rk_live_51PLANTED0123456789"}"#),
            "400 invalid_request_error parameter_invalid metadata.stripe: metadata.stripe must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
    ]
}
