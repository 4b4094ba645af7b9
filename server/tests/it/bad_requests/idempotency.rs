//! Names for requests.

use super::row::{Request, Row, create, row};

fn named(keys: &[&[u8]]) -> Request {
    let request = create(r#"{"code":"FINE","percent_off":50}"#);
    keys.iter().fold(request, |request, key| request.header("idempotency-key", key))
}

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "an empty name",
            named(&[b""]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key must have 1 to 255 visible ASCII characters without spaces, like a UUID.",
        ),
        row(
            "a name with a space",
            named(&[b"order 1"]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key must have 1 to 255 visible ASCII characters without spaces, like a UUID.",
        ),
        row(
            "a name with a tab",
            named(&[b"order\t1"]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key must have 1 to 255 visible ASCII characters without spaces, like a UUID.",
        ),
        row(
            "a name that is not ASCII",
            named(&["örder".as_bytes()]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key must have 1 to 255 visible ASCII characters without spaces, like a UUID.",
        ),
        row(
            "a name of bytes that are no text",
            named(&[b"\xff"]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key must have 1 to 255 visible ASCII characters without spaces, like a UUID.",
        ),
        row(
            "a name of 256 characters",
            named(&[&[b'k'; 256]]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key must have 1 to 255 visible ASCII characters without spaces, like a UUID.",
        ),
        row(
            "two names",
            named(&[b"one", b"two"]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key stands twice; send it once.",
        ),
        row(
            "one name twice",
            named(&[b"one", b"one"]),
            "400 invalid_request_error parameter_invalid Idempotency-Key: The header Idempotency-Key stands twice; send it once.",
        ),
        row(
            "a name that is taken, for another body",
            named(&[b"taken"]),
            "400 idempotency_error idempotency_error Idempotency-Key: This Idempotency-Key came before with another request. Use a new key for a new request, or send the first one again unchanged.",
        ),
        row(
            "a name that is taken, for another call",
            Request::new("DELETE", "/v1/admin/connection").header("idempotency-key", "taken"),
            "400 idempotency_error idempotency_error Idempotency-Key: This Idempotency-Key came before with another request. Use a new key for a new request, or send the first one again unchanged.",
        ),
        row(
            "a good name for a bad request",
            create(r#"{"code":"FINE","percent_off":500}"#).header("idempotency-key", "fresh"),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
    ]
}
