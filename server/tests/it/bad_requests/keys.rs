//! Who asks.

use super::row::{Request, Row, connect, create, get, row, validate};
use crate::harness::{CODES, CONNECTION};

pub fn rows() -> Vec<Row> {
    let list = |value: &str| get(CODES).keys([value]);
    vec![
        row(
            "no key",
            get(CODES).keys([]),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "an empty header",
            list(""),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "a scheme alone as a header",
            list("Bearer"),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "a scheme and a space",
            list("Bearer "),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "a key without a scheme",
            list("{KEY}"),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "another scheme",
            list("Digest username=x"),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "a scheme that Stripe's own clients do not send",
            list("Token {KEY}"),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "Basic that is no base64",
            list("Basic !!!"),
            "401 authentication_error api_key_invalid -: The header Authorization: Basic cannot be read; send Authorization: Bearer cm_test_… instead.",
        ),
        row(
            "Basic without a user",
            list("Basic Og=="),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "Basic of nobody",
            list("Basic aGVsbG86"),
            "401 authentication_error api_key_invalid -: This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
        ),
        row(
            "two headers",
            get(CODES).keys(["Bearer {KEY}", "Bearer {KEY}"]),
            "401 authentication_error api_key_invalid -: The header Authorization stands twice; send it once.",
        ),
        row(
            "two keys in one header",
            list("Bearer {KEY} {KEY}"),
            "401 authentication_error api_key_invalid -: This is no API key: it must look like cm_test_… or cm_live_….",
        ),
        row(
            "two keys with a comma",
            list("Bearer {KEY}, Bearer {KEY}"),
            "401 authentication_error api_key_invalid -: This is no API key: it must look like cm_test_… or cm_live_….",
        ),
        row(
            "a key in quotes",
            list("Bearer \"{KEY}\""),
            "401 authentication_error api_key_invalid -: This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
        ),
        row(
            "a key in an address",
            get(format!("{CODES}?api_key={{KEY}}")).keys([]),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "a word as a key",
            list("Bearer hello"),
            "401 authentication_error api_key_invalid -: This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
        ),
        row(
            "a prefix as a key",
            list("Bearer cm_test_"),
            "401 authentication_error api_key_invalid -: This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
        ),
        row(
            "a mistyped key",
            list("Bearer {MISTYPED_KEY}"),
            "401 authentication_error api_key_invalid -: This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
        ),
        row(
            "a test key that says live",
            list("Bearer {TURNED_KEY}"),
            "401 authentication_error api_key_invalid -: This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
        ),
        row(
            "a revoked key",
            list("Bearer {REVOKED_KEY}"),
            "401 authentication_error api_key_invalid -: This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
        ),
        row(
            "a key of a thousand characters",
            list(&format!("Bearer cm_test_{}", "0".repeat(1000))),
            "401 authentication_error api_key_invalid -: This is no API key: it must look like cm_test_… or cm_live_….",
        ),
        row(
            "a key in Cyrillic",
            get(CODES).keys([]).header("authorization", "Bearer сm_test_0"),
            "401 authentication_error api_key_invalid -: The header Authorization has characters that no API key has.",
        ),
        row(
            "a key of bytes that are no text",
            get(CODES).keys([]).header("authorization", b"Bearer \xff\xfe"),
            "401 authentication_error api_key_invalid -: The header Authorization has characters that no API key has.",
        ),
        row(
            "a secret key of Stripe's",
            list("Bearer sk_test_51PLANTED0123456789"),
            "401 authentication_error stripe_key_presented -: This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one. If the Stripe key went over an insecure line, roll it in Stripe's dashboard.",
        ),
        row(
            "a live secret key of Stripe's",
            list("Bearer sk_live_51PLANTED0123456789"),
            "401 authentication_error stripe_key_presented -: This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one. If the Stripe key went over an insecure line, roll it in Stripe's dashboard.",
        ),
        row(
            "a restricted key of Stripe's",
            list("Bearer rk_live_51PLANTED0123456789"),
            "401 authentication_error stripe_key_presented -: This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one. If the Stripe key went over an insecure line, roll it in Stripe's dashboard.",
        ),
        row(
            "a publishable key of Stripe's",
            list("Bearer pk_test_51PLANTED0123456789"),
            "401 authentication_error stripe_key_presented -: This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one. If the Stripe key went over an insecure line, roll it in Stripe's dashboard.",
        ),
        row(
            "a webhook's secret",
            list("Bearer whsec_51PLANTED0123456789"),
            "401 authentication_error stripe_key_presented -: This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one. If the Stripe key went over an insecure line, roll it in Stripe's dashboard.",
        ),
        row(
            "a secret key of Stripe's, as with Stripe",
            list("Basic c2tfdGVzdF81MVBMQU5URUQwMTIzNDU2Nzg5Og=="),
            "401 authentication_error stripe_key_presented -: This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one. If the Stripe key went over an insecure line, roll it in Stripe's dashboard.",
        ),
        row(
            "a key for checkouts that lists",
            list("Bearer {CHECKOUT_KEY}"),
            "403 permission_error key_scope -: This API key may validate codes and make checkouts only. Use a key with full access for this call.",
        ),
        row(
            "a key for checkouts that creates",
            create(r#"{"code":"FINE","percent_off":50}"#).keys(["Bearer {CHECKOUT_KEY}"]),
            "403 permission_error key_scope -: This API key may validate codes and make checkouts only. Use a key with full access for this call.",
        ),
        row(
            "a key for checkouts that connects",
            connect("").keys(["Bearer {CHECKOUT_KEY}"]),
            "403 permission_error key_scope -: This API key may validate codes and make checkouts only. Use a key with full access for this call.",
        ),
        row(
            "a key for checkouts that disconnects",
            Request::new("DELETE", CONNECTION).keys(["Bearer {CHECKOUT_KEY}"]),
            "403 permission_error key_scope -: This API key may validate codes and make checkouts only. Use a key with full access for this call.",
        ),
        row(
            "a key of another app",
            create(r#"{"app_id":"taskpomo","code":"FINE","percent_off":50}"#).keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing app_id: No such app: 'taskpomo'",
        ),
        row(
            "a key of another workspace",
            validate(r#""app_id":"taskpomo""#).keys(["Bearer {THEIR_KEY}"]),
            "404 invalid_request_error resource_missing app_id: No such app: 'taskpomo'",
        ),
        row(
            "a key of all apps and an app of somebody else",
            create(r#"{"app_id":"theirs","code":"FINE","percent_off":50}"#).keys(["Bearer {ALL_KEY}"]),
            "404 invalid_request_error resource_missing app_id: No such app: 'theirs'",
        ),
        row(
            "a session in the place of a key",
            get(CODES).keys([]).header("cookie", "{COOKIE}"),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
    ]
}
