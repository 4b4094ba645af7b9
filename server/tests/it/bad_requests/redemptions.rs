//! Redemptions of owners' own checkouts.

use super::row::{Request, Row, get, over, row};
use crate::harness::REDEMPTIONS;

/// A hold that is good but for these fields.
fn hold(fields: &str) -> Request {
    Request::new("POST", REDEMPTIONS).body(over(&[("code", "\"USED\"")], fields))
}

fn post(end: &str) -> Request {
    Request::new("POST", format!("{REDEMPTIONS}/{end}"))
}

pub fn rows() -> Vec<Row> {
    holds().into_iter().chain(settled()).chain(lists()).collect()
}

fn holds() -> Vec<Row> {
    let long = |length: usize| "x".repeat(length);
    vec![
        row(
            "an empty redemption",
            Request::new("POST", REDEMPTIONS).body("{}"),
            "400 invalid_request_error parameter_missing code: code is needed: the discount code that the customer typed.",
        ),
        row(
            "a redemption without a body",
            Request::new("POST", REDEMPTIONS),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is missing.",
        ),
        row(
            "a redemption of nothing",
            hold(r#""code":null"#),
            "400 invalid_request_error parameter_missing code: code is needed: the discount code that the customer typed.",
        ),
        row(
            "a redemption of an empty code",
            hold(r#""code":"""#),
            "400 invalid_request_error discount_code_unknown code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a redemption of spaces",
            hold(r#""code":"  ""#),
            "400 invalid_request_error discount_code_unknown code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a redemption of a number",
            hold(r#""code":7"#),
            "400 invalid_request_error parameter_invalid code: code must be a string, like \"BLACKFRIDAY50\"; it is a number.",
        ),
        row(
            "a redemption of a code with a line break",
            hold(r#""code":"US\nED""#),
            "400 invalid_request_error parameter_invalid code: code must not have control characters.",
        ),
        row(
            "a redemption of a secret key",
            hold(r#""code":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error discount_code_unknown code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a redemption of what can be no code",
            hold(r#""code":"10% off""#),
            "400 invalid_request_error discount_code_unknown code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a redemption of a code of nobody's",
            hold(r#""code":"NOBODYS""#),
            "400 invalid_request_error discount_code_unknown code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a redemption of an archived code",
            hold(r#""code":"GONE""#),
            "400 invalid_request_error discount_code_unknown code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a redemption by a code's id",
            hold(r#""code":"{ID}""#),
            "400 invalid_request_error discount_code_unknown code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a redemption under the name that checkouts have",
            hold(r#""discount_code":"USED""#),
            "400 invalid_request_error parameter_unknown discount_code: Unknown field: discount_code. This call takes app_id, code, user_id, expires_in.",
        ),
        row(
            "a redemption with an address",
            hold(r#""customer_email":"ada@example.com""#),
            "400 invalid_request_error parameter_unknown customer_email: Unknown field: customer_email. This call takes app_id, code, user_id, expires_in.",
        ),
        row(
            "a redemption of a price",
            hold(r#""price_id":"price_1ABC""#),
            "400 invalid_request_error parameter_unknown price_id: Unknown field: price_id. This call takes app_id, code, user_id, expires_in.",
        ),
        row(
            "a redemption in a state",
            hold(r#""state":"redeemed""#),
            "400 invalid_request_error parameter_unknown state: Unknown field: state. This call takes app_id, code, user_id, expires_in.",
        ),
        row(
            "a redemption for nobody",
            hold(r#""user_id":"""#),
            "400 invalid_request_error parameter_invalid user_id: user_id must be 1 to 200 characters, without control characters.",
        ),
        row(
            "a redemption for 201 characters",
            hold(&format!("\"user_id\":\"{}\"", long(201))),
            "400 invalid_request_error parameter_invalid user_id: user_id must be 1 to 200 characters, without control characters.",
        ),
        row(
            "a redemption for a line break",
            hold(r#""user_id":"user\n123""#),
            "400 invalid_request_error parameter_invalid user_id: user_id must not have control characters.",
        ),
        row(
            "a redemption for a number",
            hold(r#""user_id":123"#),
            "400 invalid_request_error parameter_invalid user_id: user_id must be a string, like \"user-123\"; it is a number.",
        ),
        row(
            "a redemption for a secret key",
            hold(r#""user_id":"rk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid user_id: user_id must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a redemption for 59 seconds",
            hold(r#""expires_in":59"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be 60 to 86400 seconds.",
        ),
        row(
            "a redemption for more than a day",
            hold(r#""expires_in":86401"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be 60 to 86400 seconds.",
        ),
        row(
            "a redemption for less than nothing",
            hold(r#""expires_in":-60"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be 60 to 86400 seconds.",
        ),
        row(
            "a redemption for ever",
            hold(r#""expires_in":9223372036854775808"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be a whole number of seconds, like 3600; it is too large.",
        ),
        row(
            "a redemption for half a second more",
            hold(r#""expires_in":60.5"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be a whole number of seconds, like 3600; it has a decimal point or an exponent.",
        ),
        row(
            "a redemption for seconds as a string",
            hold(r#""expires_in":"60""#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be a whole number of seconds, like 3600; it is a string.",
        ),
        row(
            "a redemption in another's app",
            hold(r#""app_id":"theirs""#),
            "404 invalid_request_error resource_missing app_id: No such app: 'theirs'",
        ),
        row(
            "a redemption in another app",
            hold(r#""app_id":"taskpomo""#).keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing app_id: No such app: 'taskpomo'",
        ),
        row(
            "a redemption in no app of all",
            hold("").keys(["Bearer {ALL_KEY}"]),
            "400 invalid_request_error parameter_missing app_id: app_id is needed: this API key belongs to all apps of its workspace.",
        ),
        row(
            "a redemption in the other mode",
            hold("").keys(["Bearer {LIVE_KEY}"]),
            "409 conflict_error stripe_not_connected -: Stripe is not connected in live mode. Connect it in Settings, or by POST /v1/admin/connection.",
        ),
        row(
            "a redemption by no key",
            hold("").keys([]),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "a redemption with a parameter",
            Request::new("POST", format!("{REDEMPTIONS}?code=USED")).body("{}"),
            "400 invalid_request_error parameter_unknown code: Unknown query parameter: code. This call takes no query parameters.",
        ),
        row(
            "a redemption under a name that is taken",
            hold("").header("idempotency-key", "taken"),
            "400 idempotency_error idempotency_error Idempotency-Key: This Idempotency-Key came before with another request. Use a new key for a new request, or send the first one again unchanged.",
        ),
    ]
}

fn settled() -> Vec<Row> {
    let nothing = "rd_00000000000000000000000000";
    vec![
        row(
            "a redemption of nothing, read",
            get(format!("{REDEMPTIONS}/{nothing}")),
            "404 invalid_request_error resource_missing -: No such redemption: 'rd_00000000000000000000000000'",
        ),
        row(
            "a redemption by an id of another kind",
            get(format!("{REDEMPTIONS}/{{ID}}")),
            "404 invalid_request_error resource_missing -: No such redemption: '{ID}'",
        ),
        row(
            "a redemption by an id that is too short",
            get(format!("{REDEMPTIONS}/rd_1")),
            "404 invalid_request_error resource_missing -: No such redemption: 'rd_1'",
        ),
        row(
            "a redemption by a secret key",
            get(format!("{REDEMPTIONS}/sk_live_51PLANTED0123456789")),
            "404 invalid_request_error resource_missing -: No such redemption: '(a key)'",
        ),
        row(
            "a redemption of another app",
            get(format!("{REDEMPTIONS}/{{HELD}}")).keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such redemption: '{HELD}'",
        ),
        row(
            "a redemption of the other mode",
            get(format!("{REDEMPTIONS}/{{HELD}}")).keys(["Bearer {LIVE_KEY}"]),
            "404 invalid_request_error resource_missing -: No such redemption: '{HELD}'",
        ),
        row(
            "a redemption of somebody else",
            get(format!("{REDEMPTIONS}/{{HELD}}")).keys(["Bearer {THEIR_KEY}"]),
            "404 invalid_request_error resource_missing -: No such redemption: '{HELD}'",
        ),
        row(
            "a parameter where a redemption is read",
            get(format!("{REDEMPTIONS}/{{HELD}}?expand=x")),
            "400 invalid_request_error parameter_unknown expand: Unknown query parameter: expand. This call takes no query parameters.",
        ),
        row(
            "a change of a redemption",
            Request::new("PATCH", format!("{REDEMPTIONS}/{{HELD}}")).body("{}"),
            "405 invalid_request_error method_not_allowed -: PATCH does not go with /v1/redemptions/{HELD}; the header Allow names what does. [GET,HEAD]",
        ),
        row(
            "the end of a redemption",
            Request::new("DELETE", format!("{REDEMPTIONS}/{{HELD}}")),
            "405 invalid_request_error method_not_allowed -: DELETE does not go with /v1/redemptions/{HELD}; the header Allow names what does. [GET,HEAD]",
        ),
        row(
            "a confirmation that is read",
            get(format!("{REDEMPTIONS}/{{HELD}}/confirm")),
            "405 invalid_request_error method_not_allowed -: GET does not go with /v1/redemptions/{HELD}/confirm; the header Allow names what does. [POST]",
        ),
        row(
            "a confirmation of nothing",
            post(&format!("{nothing}/confirm")),
            "404 invalid_request_error resource_missing -: No such redemption: 'rd_00000000000000000000000000'",
        ),
        row(
            "a confirmation of what can be none",
            post("SPRING/confirm"),
            "404 invalid_request_error resource_missing -: No such redemption: 'SPRING'",
        ),
        row(
            "a confirmation of another's",
            post("{HELD}/confirm").keys(["Bearer {THEIR_KEY}"]),
            "404 invalid_request_error resource_missing -: No such redemption: '{HELD}'",
        ),
        row(
            "a confirmation of another app's",
            post("{HELD}/confirm").keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such redemption: '{HELD}'",
        ),
        row(
            "a confirmation of a checkout's",
            post("{OF_CHECKOUT}/confirm"),
            "409 conflict_error redemption_of_checkout -: This redemption belongs to a Checkout Session of Codemint's: its payment or its end settles it.",
        ),
        row(
            "a confirmation with a field",
            post("{HELD}/confirm").body(r#"{"amount":1}"#),
            "400 invalid_request_error parameter_unknown amount: Unknown field: amount. This call takes no fields.",
        ),
        row(
            "a confirmation with a parameter",
            post("{HELD}/confirm?late=true"),
            "400 invalid_request_error parameter_unknown late: Unknown query parameter: late. This call takes no query parameters.",
        ),
        row(
            "a confirmation of no type",
            post("{HELD}/confirm").bytes("{}"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is missing.",
        ),
        row(
            "a confirmation of broken JSON",
            post("{HELD}/confirm").body("{"),
            "400 invalid_request_error parameter_invalid -: The body is not JSON that can be read: EOF while parsing an object at line 1 column 1.",
        ),
        row(
            "a confirmation by no key",
            post("{HELD}/confirm").keys([]),
            "401 authentication_error api_key_missing -: An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        ),
        row(
            "a release that is read",
            get(format!("{REDEMPTIONS}/{{HELD}}/release")),
            "405 invalid_request_error method_not_allowed -: GET does not go with /v1/redemptions/{HELD}/release; the header Allow names what does. [POST]",
        ),
        row(
            "a release of nothing",
            post(&format!("{nothing}/release")),
            "404 invalid_request_error resource_missing -: No such redemption: 'rd_00000000000000000000000000'",
        ),
        row(
            "a release of another's",
            post("{HELD}/release").keys(["Bearer {THEIR_KEY}"]),
            "404 invalid_request_error resource_missing -: No such redemption: '{HELD}'",
        ),
        row(
            "a release of another app's",
            post("{HELD}/release").keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such redemption: '{HELD}'",
        ),
        row(
            "a release of a checkout's",
            post("{OF_CHECKOUT}/release"),
            "409 conflict_error redemption_of_checkout -: This redemption belongs to a Checkout Session of Codemint's: its payment or its end settles it.",
        ),
        row(
            "a release of what was redeemed",
            post("{REDEEMED}/release"),
            "409 conflict_error redemption_redeemed -: This redemption was redeemed: it cannot be released any more.",
        ),
        row(
            "a release with a field",
            post("{HELD}/release").body(r#"{"reason":"x"}"#),
            "400 invalid_request_error parameter_unknown reason: Unknown field: reason. This call takes no fields.",
        ),
        row(
            "another way to settle a redemption",
            post("{HELD}/expire"),
            "404 invalid_request_error resource_missing -: No such address: POST /v1/redemptions/{HELD}/expire",
        ),
    ]
}

fn lists() -> Vec<Row> {
    let list = |query: &str| get(format!("{REDEMPTIONS}?{query}"));
    vec![
        row(
            "redemptions in no state",
            list("state=open"),
            "400 invalid_request_error parameter_invalid state: state must be one of held, redeemed, released.",
        ),
        row(
            "redemptions in capitals",
            list("state=HELD"),
            "400 invalid_request_error parameter_invalid state: state must be one of held, redeemed, released.",
        ),
        row(
            "redemptions of a code's text",
            list("discount_code=USED"),
            "400 invalid_request_error parameter_invalid discount_code: discount_code must be the id of a discount code, like dc_01k….",
        ),
        row(
            "redemptions of a code of nothing",
            list("discount_code=dc_00000000000000000000000000"),
            "404 invalid_request_error resource_missing discount_code: No such discount code: 'dc_00000000000000000000000000'",
        ),
        row(
            "redemptions of somebody else's code",
            list("discount_code={THEIR_ID}"),
            "404 invalid_request_error resource_missing discount_code: No such discount code: '{THEIR_ID}'",
        ),
        row(
            "redemptions of another's app",
            list("app_id=theirs"),
            "404 invalid_request_error resource_missing app_id: No such app: 'theirs'",
        ),
        row(
            "redemptions of a customer",
            list("user_id=ada"),
            "400 invalid_request_error parameter_unknown user_id: Unknown query parameter: user_id. This call takes app_id, discount_code, state, limit, starting_after, ending_before.",
        ),
        row(
            "no redemptions",
            list("limit=0"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "redemptions after a code",
            list("starting_after={ID}"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a redemption, like rd_01k….",
        ),
        row(
            "redemptions after nothing",
            list("starting_after=rd_00000000000000000000000000"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a redemption of this list.",
        ),
        row(
            "redemptions after and before",
            list("starting_after={HELD}&ending_before={HELD}"),
            "400 invalid_request_error parameters_exclusive ending_before: Give either starting_after or ending_before, not both.",
        ),
        row(
            "a key for checkouts that lists redemptions",
            get(REDEMPTIONS).keys(["Bearer {CHECKOUT_KEY}"]),
            "403 permission_error key_scope -: This API key may validate codes and make checkouts only. Use a key with full access for this call.",
        ),
    ]
}
