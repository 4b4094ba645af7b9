//! Server functions: the calls that pages make. Their refusals stand beside a field, so they come as answers of 200.

use super::row::{Request, Row, get, row};

const CODE: &str = "mode=test&app_id=taskpomo&zone=UTC&form[code]=FINE&form[kind]=percent&form[percent_off]=50&form[amount_off]=&\
                    form[currency]=USD&form[duration]=once&form[duration_in_months]=&form[starts_at]=&form[expires_at]=";

pub fn rows() -> Vec<Row> {
    let without = |header: &str| {
        let mut request = Request::form("create-app", "mode=test&name=More&id=more");
        request.headers.retain(|(name, _)| *name != header);
        request
    };
    vec![
        row(
            "a call that does not exist",
            Request::form("create-everything", "mode=test"),
            "404 invalid_request_error resource_missing -: No such address: POST /api/create-everything",
        ),
        row(
            "a call that is read",
            get("/api/create-app"),
            "405 invalid_request_error method_not_allowed -: GET does not go with /api/create-app; the header Allow names what does. [POST]",
        ),
        row(
            "a call without an origin",
            without("origin"),
            "403 permission_error origin_refused -: This can be sent from the pages at {URL} only. Open that address and try again.",
        ),
        row(
            "a call from elsewhere",
            without("origin").header("origin", "https://evil.example"),
            "403 permission_error origin_refused -: This can be sent from the pages at {URL} only. Open that address and try again.",
        ),
        row(
            "a call of nobody",
            without("cookie"),
            "200 {\"Err\":{\"code\":\"sign_in_required\",\"message\":\"You are signed out. Sign in again; what is stored is safe.\"}}",
        ),
        row(
            "a call without a type",
            without("content-type"),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/x-www-form-urlencoded: pages send their calls as forms.",
        ),
        row(
            "a call without fields",
            Request::form("create-app", ""),
            "400 invalid_request_error parameter_invalid -: The form is not whole: a field is missing or cannot be read. Load the page again.",
        ),
        row(
            "a call in a mode that is none",
            Request::form("code-taken", "mode=sideways&app_id=taskpomo&text=MORE"),
            "400 invalid_request_error parameter_invalid -: The form is not whole: a field is missing or cannot be read. Load the page again.",
        ),
        row(
            "a key as the name of an app",
            Request::form("create-app", "name=rk_live_51Abcdefghijkl&id=more"),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_invalid\",\"message\":\"name must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.\",\"param\":\"name\"}]}}}",
        ),
        row(
            "a key as the name of a key",
            Request::form("create-api-key", "mode=test&name=sk_live_51Abcdefghijkl&app_id=&rights=full"),
            "200 {\"Err\":{\"code\":\"parameter_invalid\",\"message\":\"name must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.\",\"param\":\"name\"}}",
        ),
        row(
            "a call in broken UTF-8",
            Request::form("create-app", "mode=test&name=%FF&id="),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_missing\",\"message\":\"Type an id of a-z, 0-9, - and _, like taskpomo.\",\"param\":\"id\"}]}}}",
        ),
        row(
            "an app without a name",
            Request::form("create-app", "mode=test&name=&id="),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_invalid\",\"message\":\"Type a name, 1 to 80 characters, like TaskPomo.\",\"param\":\"name\"},{\"code\":\"parameter_missing\",\"message\":\"Type an id of a-z, 0-9, - and _, like taskpomo.\",\"param\":\"id\"}]}}}",
        ),
        row(
            "an app with a bad id",
            Request::form("create-app", "mode=test&name=More&id=../more"),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_invalid\",\"message\":\"id must be 1 to 40 of a-z, 0-9, - and _, beginning with a letter or digit, like taskpomo.\",\"param\":\"id\"}]}}}",
        ),
        row(
            "an app that is there",
            Request::form("create-app", "mode=test&name=More&id=taskpomo"),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"app_id_taken\",\"message\":\"You have an app with the id taskpomo already. Choose another id.\",\"param\":\"id\"}]}}}",
        ),
        row(
            "a form with a bad code",
            Request::form("create-code", CODE.replace("FINE", "F").as_str()),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_invalid\",\"message\":\"code must have 3 to 64 characters; it has 1.\",\"param\":\"code\"}]}}}",
        ),
        row(
            "a form with a bad percentage",
            Request::form("create-code", CODE.replace("=50", "=fifty").as_str()),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_invalid\",\"message\":\"Type a percentage from 0.01 to 100, like 25.\",\"param\":\"percent_off\"}]}}}",
        ),
        row(
            "a form for somebody's app",
            Request::form("create-code", CODE.replace("taskpomo", "theirs").as_str()),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"No such app: 'theirs'\"}}",
        ),
        row(
            "a form with a bad limit per customer and a bad minimum",
            Request::form(
                "create-code",
                format!(
                    "{CODE}&form[max_redemptions_per_user]=0&form[minimum_amount]=1.5&form[minimum_amount_currency]=jpy"
                )
                .as_str(),
            ),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_invalid\",\"message\":\"JPY has no decimals: type a whole amount.\",\"param\":\"minimum_amount\"},{\"code\":\"parameter_invalid\",\"message\":\"max_redemptions_per_user must be a whole number, 1 to 1000000000000; leave it out for no limit per customer.\",\"param\":\"max_redemptions_per_user\"}]}}}",
        ),
        row(
            "a minimum without its currency on a screen",
            Request::form("create-code", format!("{CODE}&form[minimum_amount]=50").as_str()),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_missing\",\"message\":\"Choose the currency of the minimum.\",\"param\":\"minimum_amount_currency\"}]}}}",
        ),
        row(
            "an edit with a bad limit",
            Request::form("edit-code", format!("{CODE}&id={{ID}}&form[max_redemptions]=some").as_str()),
            "200 {\"Ok\":{\"Refused\":{\"problems\":[{\"code\":\"parameter_invalid\",\"message\":\"Type a whole number, 1 or more, or leave it empty.\",\"param\":\"max_redemptions\"}]}}}",
        ),
        row(
            "other terms for a code that is in Stripe",
            Request::form("edit-code", format!("{CODE}&id={{USED_ID}}").as_str()),
            "200 {\"Err\":{\"code\":\"terms_immutable\",\"message\":\"What this code gives cannot change any more: its coupon is in Stripe or on its way there. Create a new code with the new terms; limits and dates can still change here.\"}}",
        ),
        row(
            "an edit of a code that was put away",
            Request::form("edit-code", format!("{CODE}&id={{ARCHIVED_ID}}").as_str()),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"This discount code is archived: restore it on its page in Codemint before changing it.\"}}",
        ),
        row(
            "an edit of somebody's code",
            Request::form("edit-code", format!("{CODE}&id={{THEIR_ID}}").as_str()),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"No such discount code: '{THEIR_ID}'\"}}",
        ),
        row(
            "the form of somebody's code",
            Request::form("code-edit", "mode=test&app_id=theirs&id={THEIR_ID}"),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"No such discount code: '{THEIR_ID}'\"}}",
        ),
        row(
            "a pause of somebody's code",
            Request::form("set-code-active", "mode=test&id={THEIR_ID}&active=false"),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"No such discount code: '{THEIR_ID}'\"}}",
        ),
        row(
            "the end of somebody's code on a screen",
            Request::form("archive-code", "mode=test&id={THEIR_ID}"),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"No such discount code: '{THEIR_ID}'\"}}",
        ),
        row(
            "a pause that is neither",
            Request::form("set-code-active", "mode=test&id={ID}&active=perhaps"),
            "400 invalid_request_error parameter_invalid -: The form is not whole: a field is missing or cannot be read. Load the page again.",
        ),
        row(
            "a secret key on a screen",
            Request::form("connect-restricted-key", "mode=test&restricted_key=sk_live_51PLANTED0123456789"),
            "200 {\"Err\":{\"code\":\"parameter_invalid\",\"message\":\"This is a full secret key: it can do everything in your account, and Codemint does not need that. Paste a restricted key: it starts with rk_test_.\",\"param\":\"restricted_key\"}}",
        ),
        row(
            "an API key with rights that are none",
            Request::form("create-api-key", "mode=test&name=x&app_id=&rights=all"),
            "400 invalid_request_error parameter_invalid -: The form is not whole: a field is missing or cannot be read. Load the page again.",
        ),
        row(
            "the end of an API key that is none",
            Request::form("revoke-api-key", "mode=test&id=key_0"),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"No such API key: 'key_0'\"}}",
        ),
        row(
            "a sign-in without an address",
            Request::form("request-sign-in", "email="),
            "200 {\"Err\":{\"code\":\"parameter_missing\",\"message\":\"email is needed: an e-mail address, like you@example.com.\",\"param\":\"email\"}}",
        ),
        row(
            "a sign-in with a header",
            Request::form("request-sign-in", "email=a@b.example%0d%0aBcc:c@d.example"),
            "200 {\"Err\":{\"code\":\"parameter_invalid\",\"message\":\"This is not an e-mail address: email must be like you@example.com.\",\"param\":\"email\"}}",
        ),
        row(
            "a checkout of somebody's code",
            Request::form("test-checkout", "app_id=theirs&id={THEIR_ID}&price_id=price_1ABC"),
            "200 {\"Err\":{\"code\":\"resource_missing\",\"message\":\"No such discount code: '{THEIR_ID}'\"}}",
        ),
    ]
}
