//! Bodies that are no JSON, or JSON that says two things.

use super::row::{Request, Row, create, good_but, row};
use crate::harness::CODES;

/// `{"a":{"a":…1…}}`, so deep.
fn deep(levels: usize) -> String {
    format!("\"metadata\":{}\"x\"{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "no body",
            create(""),
            "400 invalid_request_error parameter_invalid -: The body is empty: it must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}.",
        ),
        row(
            "white space alone",
            create(" \r\n\t "),
            "400 invalid_request_error parameter_invalid -: The body is empty: it must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}.",
        ),
        row(
            "half an object",
            create(r#"{"code":"FINE""#),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: EOF while parsing an object at line 1 column 14.",
        ),
        row(
            "a list",
            create(r#"[{"code":"FINE","percent_off":50}]"#),
            "400 invalid_request_error parameter_invalid -: The body must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}; it is a list.",
        ),
        row(
            "a string",
            create(r#""FINE""#),
            "400 invalid_request_error parameter_invalid -: The body must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}; it is a string.",
        ),
        row(
            "null",
            create("null"),
            "400 invalid_request_error parameter_invalid -: The body must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}; it is null.",
        ),
        row(
            "two objects",
            create(r#"{"code":"FINE","percent_off":50}{}"#),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: trailing characters at line 1 column 33.",
        ),
        row(
            "a comma too many",
            create(r#"{"code":"FINE","percent_off":50,}"#),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: trailing comma at line 1 column 33.",
        ),
        row(
            "single quotes",
            create("{'code':'FINE'}"),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: key must be a string at line 1 column 2.",
        ),
        row(
            "a comment",
            create(r#"{"code":"FINE" /* x */,"percent_off":50}"#),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: expected `,` or `}` at line 1 column 16.",
        ),
        row(
            "a name without quotes",
            create(r#"{code:"FINE"}"#),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: key must be a string at line 1 column 2.",
        ),
        row(
            "NaN",
            good_but(r#""max_redemptions":NaN"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions is not JSON that can be read: expected value at line 1 column 51.",
        ),
        row(
            "Infinity",
            good_but(r#""max_redemptions":Infinity"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions is not JSON that can be read: expected value at line 1 column 51.",
        ),
        row(
            "a number with a plus",
            good_but(r#""max_redemptions":+1"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions is not JSON that can be read: expected value at line 1 column 51.",
        ),
        row(
            "a number with a zero in front",
            good_but(r#""max_redemptions":01"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions is not JSON that can be read: invalid number at line 1 column 52.",
        ),
        row(
            "a number in hexadecimal",
            good_but(r#""max_redemptions":0x10"#),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: expected `,` or `}` at line 1 column 52.",
        ),
        row(
            "a number beyond all numbers",
            good_but(r#""max_redemptions":1e400"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions is not JSON that can be read: number out of range at line 1 column 55.",
        ),
        row(
            "a byte order mark",
            create("\u{feff}{\"code\":\"FINE\",\"percent_off\":50}"),
            "400 invalid_request_error parameter_invalid -: The body begins with a byte order mark; leave it out.",
        ),
        row(
            "UTF-16",
            create(b"\xff\xfe{\0\"\0c\0o\0d\0e\0\"\0:\0\"\0F\0\"\0}\0"),
            "400 invalid_request_error parameter_invalid -: The body is not UTF-8: byte 0 is wrong.",
        ),
        row(
            "Latin-1",
            create(b"{\"code\":\"FINE\",\"percent_off\":50,\"metadata\":{\"a\":\"Gr\xf6\xdfe\"}}"),
            "400 invalid_request_error parameter_invalid -: The body is not UTF-8: byte 51 is wrong.",
        ),
        row(
            "an overlong NUL",
            create(b"{\"code\":\"FINE\xc0\x80\",\"percent_off\":50}"),
            "400 invalid_request_error parameter_invalid -: The body is not UTF-8: byte 13 is wrong.",
        ),
        row(
            "a surrogate in bytes",
            create(b"{\"code\":\"FINE\xed\xa0\x80\",\"percent_off\":50}"),
            "400 invalid_request_error parameter_invalid -: The body is not UTF-8: byte 13 is wrong.",
        ),
        row(
            "half a surrogate pair, escaped",
            good_but(r#""metadata":{"a":"\ud83d"}"#),
            "400 invalid_request_error parameter_invalid metadata.a: metadata.a is not JSON that can be read: unexpected end of hex escape at line 1 column 56.",
        ),
        row(
            "surrogates the wrong way round",
            good_but(r#""metadata":{"a":"\ude00\ud83d"}"#),
            "400 invalid_request_error parameter_invalid metadata.a: metadata.a is not JSON that can be read: lone leading surrogate in hex escape at line 1 column 55.",
        ),
        row(
            "a NUL byte between fields",
            create(b"{\"code\":\"FINE\",\0\"percent_off\":50}"),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: key must be a string at line 1 column 16.",
        ),
        row(
            "a raw line break in a string",
            good_but("\"metadata\":{\"a\":\"x\ny\"}"),
            "400 invalid_request_error parameter_invalid metadata.a: metadata.a is not JSON that can be read: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0.",
        ),
        row(
            "an escape that is none",
            good_but(r#""metadata":{"a":"\x41"}"#),
            "400 invalid_request_error parameter_invalid metadata.a: metadata.a is not JSON that can be read: invalid escape at line 1 column 51.",
        ),
        row(
            "eight levels deep, where one is taken",
            good_but(&deep(7)),
            "400 invalid_request_error parameter_invalid metadata.a: metadata.a must be a string; it is an object.",
        ),
        row(
            "nine levels deep",
            good_but(&deep(8)),
            "400 invalid_request_error parameter_invalid metadata.a.a.a.a.a.a.a: metadata.a.a.a.a.a.a.a is not JSON that can be read: it is nested deeper than 8 levels at line 1 column 79.",
        ),
        row(
            "ten thousand levels deep",
            good_but(&deep(5000)),
            "400 invalid_request_error parameter_invalid metadata.a.a.a.a.a.a.a: metadata.a.a.a.a.a.a.a is not JSON that can be read: it is nested deeper than 8 levels at line 1 column 79.",
        ),
        row(
            "ten thousand lists deep",
            good_but(&format!("\"code\":{}{}", "[".repeat(10_000), "]".repeat(10_000))),
            "400 invalid_request_error parameter_invalid code: code is not JSON that can be read: it is nested deeper than 8 levels at line 1 column 33.",
        ),
        row(
            "a field twice",
            create(r#"{"code":"FINE","percent_off":50,"percent_off":5}"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off stands twice in the body (line 1, column 45); give it once.",
        ),
        row(
            "a field twice, once escaped",
            create(r#"{"code":"FINE","\u0063ode":"OTHER","percent_off":50}"#),
            "400 invalid_request_error parameter_invalid code: code stands twice in the body (line 1, column 26); give it once.",
        ),
        row(
            "a key of metadata twice",
            good_but(r#""metadata":{"team":"a","team":"b"}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team stands twice in the body (line 1, column 61); give it once.",
        ),
        row(
            "a field of Stripe's",
            good_but(r#""amount_off":500"#),
            "400 invalid_request_error parameter_unknown amount_off: Unknown field: amount_off. Did you mean amount_off_cents?",
        ),
        row(
            "a field in capitals",
            create(r#"{"Code":"FINE","percent_off":50}"#),
            "400 invalid_request_error parameter_unknown Code: Unknown field: Code. Did you mean code?",
        ),
        row(
            "a field in Cyrillic",
            create("{\"с\u{43e}de\":\"FINE\",\"percent_off\":50}"),
            "400 invalid_request_error parameter_unknown соde: Unknown field: соde. This call takes app_id, code, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a field without a name",
            good_but(r#""":1"#),
            "400 invalid_request_error parameter_unknown : Unknown field: one without a name. This call takes app_id, code, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a field of the answer",
            good_but(r#""stripe_coupon":"cm_1""#),
            "400 invalid_request_error parameter_unknown stripe_coupon: Unknown field: stripe_coupon. This call takes app_id, code, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a prototype",
            good_but(r#""__proto__":{"percent_off":100}"#),
            "400 invalid_request_error parameter_unknown __proto__: Unknown field: __proto__. This call takes app_id, code, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a key of Stripe's as a field",
            good_but(r#""sk_live_51PLANTED0123456789":1"#),
            "400 invalid_request_error parameter_unknown (a key): Unknown field: (a key). This call takes app_id, code, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a form as JSON",
            Request::new("POST", CODES).body("code=FINE&percent_off=50"),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: expected value at line 1 column 1.",
        ),
    ]
}
