//! Ids in addresses.

use super::row::{Request, Row, get, row};
use crate::harness::CODES;

/// A request line as no client would send it.
fn wire(target: &str) -> Request {
    Request::wire(format!(
        "GET {target} HTTP/1.1\r\nHost: codemint\r\nAuthorization: Bearer {{KEY}}\r\nConnection: close\r\n\r\n"
    ))
}

pub fn rows() -> Vec<Row> {
    let one = |id: &str| get(format!("{CODES}/{id}"));
    let patch = |id: &str| Request::new("PATCH", format!("{CODES}/{id}")).body(r#"{"active":false}"#);
    let delete = |id: &str| Request::new("DELETE", format!("{CODES}/{id}"));
    vec![
        row(
            "an id of nothing",
            one("dc_00000000000000000000000000"),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_00000000000000000000000000'",
        ),
        row(
            "an id without its prefix",
            one("00000000000000000000000000"),
            "404 invalid_request_error resource_missing -: No such discount code: '00000000000000000000000000'",
        ),
        row(
            "an id of another kind",
            one("rd_00000000000000000000000000"),
            "404 invalid_request_error resource_missing -: No such discount code: 'rd_00000000000000000000000000'",
        ),
        row(
            "an id that is too short",
            one("dc_0"),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_0'",
        ),
        row(
            "an id in capitals",
            one("DC_00000000000000000000000000"),
            "404 invalid_request_error resource_missing -: No such discount code: 'DC_00000000000000000000000000'",
        ),
        row(
            "an id with a letter that ids have not",
            one("dc_0000000000000000000000000u"),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_0000000000000000000000000u'",
        ),
        row(
            "an id of a thousand characters",
            one(&format!("dc_{}", "0".repeat(1000))),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_00000000000000000000000000000000000000000000000000000000000000000000000000000…'",
        ),
        row("a number as an id", one("1"), "404 invalid_request_error resource_missing -: No such discount code: '1'"),
        row(
            "an id with a NUL",
            one("dc_0%00"),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_0␀'",
        ),
        row(
            "an id of broken UTF-8",
            one("%FF%FE"),
            "404 invalid_request_error resource_missing -: No such discount code: ''",
        ),
        row(
            "an id with a line break",
            one("dc_%0d%0aSet-Cookie:a=b"),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_␍␊Set-Cookie:a=b'",
        ),
        row(
            "an id of quotes",
            one("dc_'%20OR%201=1--"),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_' OR 1=1--'",
        ),
        row(
            "an id with an encoded path",
            one("..%2f..%2fadmin%2fconnection"),
            "404 invalid_request_error resource_missing -: No such discount code: '../../admin/connection'",
        ),
        row(
            "an id with a double encoding",
            one("%252e%252e"),
            "404 invalid_request_error resource_missing -: No such discount code: '%2e%2e'",
        ),
        row(
            "a code's text as an id",
            one("SPRING"),
            "404 invalid_request_error resource_missing -: No such discount code: 'SPRING'",
        ),
        row(
            "a secret key as an id",
            one("sk_live_51PLANTED0123456789"),
            "404 invalid_request_error resource_missing -: No such discount code: '(a key)'",
        ),
        row(
            "a path that goes up",
            wire("/v1/admin/discount-codes/../connection"),
            "404 invalid_request_error resource_missing -: No such address: GET /v1/admin/discount-codes/../connection",
        ),
        row(
            "a path that goes up, encoded",
            wire("/v1/admin/discount-codes/%2e%2e/connection"),
            "404 invalid_request_error resource_missing -: No such address: GET /v1/admin/discount-codes/%2e%2e/connection",
        ),
        row(
            "a slash too many",
            get(format!("{CODES}/")),
            "404 invalid_request_error resource_missing -: No such address: GET /v1/admin/discount-codes/",
        ),
        row(
            "two slashes",
            wire("/v1//admin/discount-codes"),
            "404 invalid_request_error resource_missing -: No such address: GET /v1//admin/discount-codes",
        ),
        row(
            "an address below a code",
            get(format!("{CODES}/{{ID}}/redemptions")),
            "404 invalid_request_error resource_missing -: No such address: GET /v1/admin/discount-codes/{ID}/redemptions",
        ),
        row(
            "a code of somebody else",
            one("{THEIR_ID}"),
            "404 invalid_request_error resource_missing -: No such discount code: '{THEIR_ID}'",
        ),
        row(
            "a code of another app",
            one("{ID}").keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such discount code: '{ID}'",
        ),
        row(
            "a code of the other mode",
            one("{ID}").keys(["Bearer {LIVE_KEY}"]),
            "404 invalid_request_error resource_missing -: No such discount code: '{ID}'",
        ),
        row(
            "a change of somebody else's code",
            patch("{THEIR_ID}"),
            "404 invalid_request_error resource_missing -: No such discount code: '{THEIR_ID}'",
        ),
        row(
            "a change of nothing",
            patch("dc_00000000000000000000000000"),
            "404 invalid_request_error resource_missing -: No such discount code: 'dc_00000000000000000000000000'",
        ),
        row(
            "a change of an archived code",
            patch("{ARCHIVED_ID}"),
            "404 invalid_request_error resource_missing -: This discount code is archived: restore it on its page in Codemint before changing it.",
        ),
        row(
            "the end of somebody else's code",
            delete("{THEIR_ID}"),
            "404 invalid_request_error resource_missing -: No such discount code: '{THEIR_ID}'",
        ),
        row(
            "the end of another app's code",
            delete("{ID}").keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such discount code: '{ID}'",
        ),
        row(
            "the end of nothing",
            delete("x"),
            "404 invalid_request_error resource_missing -: No such discount code: 'x'",
        ),
        row(
            "a body where none is taken",
            delete("{ID}").body(r#"{"reason":"x"}"#),
            "400 invalid_request_error parameter_unknown reason: Unknown field: reason. This call takes no fields.",
        ),
        row(
            "a parameter where a code is read",
            get(format!("{CODES}/{{ID}}?expand=x")),
            "400 invalid_request_error parameter_unknown expand: Unknown query parameter: expand. This call takes no query parameters.",
        ),
        row(
            "a parameter where a code ends",
            Request::new("DELETE", format!("{CODES}/{{ID}}?force=true")),
            "400 invalid_request_error parameter_unknown force: Unknown query parameter: force. This call takes no query parameters.",
        ),
        row(
            "an address that is nobody's",
            get("/v1/coupons"),
            "404 invalid_request_error resource_missing -: No such address: GET /v1/coupons",
        ),
        row(
            "a secret key in an address that is nobody's",
            get("/v1/sk_live_51PLANTED0123456789"),
            "404 invalid_request_error resource_missing -: No such address: GET /v1/(a key)",
        ),
    ]
}
