//! Methods, types, sizes, and what is wrong before anything is read.

use super::row::{Request, Row, create, get, row};
use crate::harness::{CHECKOUT, CODES, CONNECTION, VALIDATE};

const GOOD: &str = r#"{"code":"FINE","percent_off":50}"#;

fn post() -> Request {
    Request::new("POST", CODES)
}

/// A request's head as no client would send it.
fn wire(head: &str, body: &str) -> Request {
    Request::wire(format!("{head}\r\nAuthorization: Bearer {{KEY}}\r\nConnection: close\r\n\r\n{body}"))
}

pub fn rows() -> Vec<Row> {
    let of_type = |kind: &str| post().header("content-type", kind).bytes(GOOD);
    let many: String = (0..150).map(|n| format!("\r\nX-{n}: x")).collect();
    vec![
        row(
            "a list that is deleted",
            Request::new("DELETE", CODES),
            "405 invalid_request_error method_not_allowed -: DELETE does not go with /v1/admin/discount-codes; the header Allow names what does. [GET,HEAD,POST]",
        ),
        row(
            "a list that is put",
            Request::new("PUT", CODES).body(GOOD),
            "405 invalid_request_error method_not_allowed -: PUT does not go with /v1/admin/discount-codes; the header Allow names what does. [GET,HEAD,POST]",
        ),
        row(
            "a code that is posted",
            Request::new("POST", format!("{CODES}/{{ID}}")).body(GOOD),
            "405 invalid_request_error method_not_allowed -: POST does not go with /v1/admin/discount-codes/{ID}; the header Allow names what does. [DELETE,GET,HEAD,PATCH]",
        ),
        row(
            "a checkout that is read",
            get(CHECKOUT),
            "405 invalid_request_error method_not_allowed -: GET does not go with /v1/checkout/sessions; the header Allow names what does. [POST]",
        ),
        row(
            "a checkout that is looked at",
            Request::new("OPTIONS", CHECKOUT).header("origin", "https://evil.example"),
            "405 invalid_request_error method_not_allowed -: OPTIONS does not go with /v1/checkout/sessions; the header Allow names what does. [POST]",
        ),
        row(
            "a validation that is read",
            get(VALIDATE),
            "405 invalid_request_error method_not_allowed -: GET does not go with /v1/discount-codes/validate; the header Allow names what does. [POST]",
        ),
        row(
            "a connection that is patched",
            Request::new("PATCH", CONNECTION).body("{}"),
            "405 invalid_request_error method_not_allowed -: PATCH does not go with /v1/admin/connection; the header Allow names what does. [DELETE,GET,HEAD,POST]",
        ),
        row(
            "a trace",
            Request::new("TRACE", CONNECTION),
            "405 invalid_request_error method_not_allowed -: TRACE does not go with /v1/admin/connection; the header Allow names what does. [DELETE,GET,HEAD,POST]",
        ),
        row(
            "a method that is none",
            Request::new("BREW", CODES),
            "405 invalid_request_error method_not_allowed -: BREW does not go with /v1/admin/discount-codes; the header Allow names what does. [GET,HEAD,POST]",
        ),
        row(
            "a method in small letters",
            Request::new("post", CODES).body(GOOD),
            "405 invalid_request_error method_not_allowed -: post does not go with /v1/admin/discount-codes; the header Allow names what does. [GET,HEAD,POST]",
        ),
        row(
            "a health that is posted",
            Request::new("POST", "/healthz"),
            "405 invalid_request_error method_not_allowed -: POST does not go with /healthz; the header Allow names what does. [GET,HEAD]",
        ),
        row(
            "a description that is put",
            Request::new("PUT", "/openapi.json"),
            "405 invalid_request_error method_not_allowed -: PUT does not go with /openapi.json; the header Allow names what does. [GET,HEAD]",
        ),
        row(
            "no type",
            post().bytes(GOOD),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is missing.",
        ),
        row(
            "an empty type",
            of_type(""),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "a text",
            of_type("text/plain"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "a form",
            of_type("application/x-www-form-urlencoded"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "a form in parts",
            of_type("multipart/form-data; boundary=x"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "XML",
            of_type("application/xml"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "JSON by another name",
            of_type("text/json"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "JSON of a patch",
            of_type("application/json-patch+json"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "JSON in UTF-16",
            of_type("application/json; charset=utf-16"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; its charset can be utf-8 only.",
        ),
        row(
            "two types",
            of_type("application/json").header("content-type", "application/json"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it stands twice.",
        ),
        row(
            "a type of bytes that are no text",
            post().header("content-type", b"\xff").bytes(GOOD),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is another one.",
        ),
        row(
            "a packed body",
            create(b"\x1f\x8b\x08\x00\x00\x00\x00\x00").header("content-encoding", "gzip"),
            "415 invalid_request_error content_type_invalid -: Content-Encoding must be left out: a body is read as it is, not unpacked.",
        ),
        row(
            "a body that says it is packed",
            create(GOOD).header("content-encoding", "br"),
            "415 invalid_request_error content_type_invalid -: Content-Encoding must be left out: a body is read as it is, not unpacked.",
        ),
        row(
            "a body of 64 KiB and a byte",
            create(format!("{{\"code\":\"{}\"}}", "x".repeat(65_526))),
            "413 invalid_request_error body_too_large -: The body is larger than 65536 bytes.",
        ),
        row(
            "a body of a megabyte and more",
            create(format!("{{\"code\":\"{}\"}}", "x".repeat(1_100_000))),
            "413 invalid_request_error body_too_large -: The body is larger than 65536 bytes.",
        ),
        row(
            "a long address",
            get(format!("{CODES}?q={}", "x".repeat(8200))),
            "431 invalid_request_error headers_too_large -: The address is longer than 8192 bytes.",
        ),
        row(
            "a large header",
            get(CODES).header("x-large", "x".repeat(33_000)),
            "431 invalid_request_error headers_too_large -: The headers are larger than 32768 bytes.",
        ),
        // hyper's own limit, before anything of ours: without a body.
        row("150 headers", wire(&format!("GET {CODES} HTTP/1.1\r\nHost: codemint{many}"), ""), "431"),
        row("a header without a name", wire(&format!("GET {CODES} HTTP/1.1\r\nHost: codemint\r\n: x"), ""), "400"),
        row("a header with a NUL", wire(&format!("GET {CODES} HTTP/1.1\r\nHost: codemint\r\nX-Nul: a\0b"), ""), "400"),
        row(
            "a header over two lines",
            wire(&format!("GET {CODES} HTTP/1.1\r\nHost: codemint\r\nX-Folded: a\r\n b"), ""),
            "400",
        ),
        row(
            "a length that is none",
            wire(
                &format!(
                    "POST {CODES} HTTP/1.1\r\nHost: codemint\r\nContent-Type: application/json\r\nContent-Length: many"
                ),
                GOOD,
            ),
            "400",
        ),
        row(
            "two lengths",
            wire(
                &format!(
                    "POST {CODES} HTTP/1.1\r\nHost: codemint\r\nContent-Type: application/json\r\nContent-Length: 1\r\nContent-Length: 32"
                ),
                GOOD,
            ),
            "400",
        ),
        row(
            "a negative length",
            wire(
                &format!(
                    "POST {CODES} HTTP/1.1\r\nHost: codemint\r\nContent-Type: application/json\r\nContent-Length: -1"
                ),
                GOOD,
            ),
            "400",
        ),
        row(
            "chunks that are none",
            wire(
                &format!(
                    "POST {CODES} HTTP/1.1\r\nHost: codemint\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
                ),
                "xyz\r\n",
            ),
            "400 invalid_request_error parameter_invalid -: The body did not arrive whole.",
        ),
        row(
            "an encoding that is none",
            wire(
                &format!(
                    "POST {CODES} HTTP/1.1\r\nHost: codemint\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip"
                ),
                GOOD,
            ),
            "400",
        ),
        row("a protocol of the future", wire(&format!("GET {CODES} HTTP/9.9\r\nHost: codemint"), ""), "400"),
        row("a NUL in an address", wire("GET /v1/\0 HTTP/1.1\r\nHost: codemint", ""), "400"),
        row("no protocol at all", Request::wire("hello\r\n\r\n"), "400"),
    ]
}
