//! The campaign that is there: read, changed, archived.

use super::row::{Request, Row, get, row};
use crate::harness::CAMPAIGNS;

/// The campaign that is there.
fn one() -> String {
    format!("{CAMPAIGNS}/{{CAMPAIGN}}")
}

fn change(fields: &str) -> Request {
    Request::new("PATCH", one()).body(format!("{{{fields}}}"))
}

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "a change of a campaign's app",
            change(r#""app_id":"another""#),
            "400 invalid_request_error parameter_unknown app_id: Unknown field: app_id. This call takes active, name, percent_off, amount_off_cents, currency, duration, duration_in_months, code_prefix, expires_at, expires_in_days, time_zone, max_rewards, metadata.",
        ),
        row(
            "a change of a campaign's name to nothing",
            change(r#""name":null"#),
            "400 invalid_request_error parameter_invalid name: name must be a string, like \"Share with friends\"; it is null.",
        ),
        row(
            "a change of a campaign's name to spaces",
            change(r#""name":" ""#),
            "400 invalid_request_error parameter_missing name: name is needed: 1 to 80 characters, like Share with friends.",
        ),
        row(
            "a change of a campaign's name to a key",
            change(r#""name":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid name: name must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a campaign neither paused nor not",
            change(r#""active":null"#),
            "400 invalid_request_error parameter_invalid active: active must be true or false; it is null.",
        ),
        row(
            "a campaign paused by a word",
            change(r#""active":"false""#),
            "400 invalid_request_error parameter_invalid active: active must be true or false; it is a string.",
        ),
        row(
            "a change to no prefix",
            change(r#""code_prefix":null"#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must be a string, like \"SHARE\"; it is null.",
        ),
        row(
            "a change to a prefix of one letter",
            change(r#""code_prefix":"X""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "a change of a campaign to an end in the past",
            change(r#""expires_at":1794999999999"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "a change of a campaign to an end in six years",
            change(r#""expires_at":1984302000000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be within five years: Stripe takes no end that is further ahead.",
        ),
        row(
            "a change to both ends",
            change(r#""expires_at":1798761600000,"expires_in_days":3"#),
            "400 invalid_request_error parameters_exclusive expires_in_days: Give either expires_at or expires_in_days, not both.",
        ),
        row(
            "a change to no days",
            change(r#""expires_in_days":0"#),
            "400 invalid_request_error parameter_invalid expires_in_days: expires_in_days must be a whole number of days, 1 to 1820.",
        ),
        row(
            "a change to a zone that is none",
            change(r#""time_zone":"Berlin""#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must be the name of a time zone, like Europe/Berlin.",
        ),
        row(
            "a change to a campaign for nobody",
            change(r#""max_rewards":0"#),
            "400 invalid_request_error parameter_invalid max_rewards: max_rewards must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "a change to a campaign that gives nothing",
            change(r#""percent_off":null"#),
            "400 invalid_request_error parameter_missing percent_off: Either percent_off or amount_off_cents with currency is needed.",
        ),
        row(
            "a change to a campaign that gives both",
            change(r#""percent_off":5,"amount_off_cents":5,"currency":"usd""#),
            "400 invalid_request_error parameters_exclusive amount_off_cents: Give either percent_off or amount_off_cents, not both.",
        ),
        row(
            "a change to an amount of no currency",
            change(r#""amount_off_cents":500"#),
            "400 invalid_request_error parameter_missing currency: currency is needed with a fixed amount: a currency of Stripe's, like usd.",
        ),
        row(
            "a change of a campaign's version",
            change(r#""terms_version":2"#),
            "400 invalid_request_error parameter_unknown terms_version: Unknown field: terms_version. This call takes active, name, percent_off, amount_off_cents, currency, duration, duration_in_months, code_prefix, expires_at, expires_in_days, time_zone, max_rewards, metadata.",
        ),
        row(
            "a change of a campaign's status",
            change(r#""status":"active""#),
            "400 invalid_request_error parameter_unknown status: Unknown field: status. This call takes active, name, percent_off, amount_off_cents, currency, duration, duration_in_months, code_prefix, expires_at, expires_in_days, time_zone, max_rewards, metadata.",
        ),
        row(
            "a change of a campaign's metadata to nothing",
            change(r#""metadata":null"#),
            "400 invalid_request_error parameter_invalid metadata: metadata must be an object of strings, like {\"team\": \"growth\"}; it is null.",
        ),
        row(
            "a change of a campaign's metadata to a list",
            change(r#""metadata":{"a":["b"]}"#),
            "400 invalid_request_error parameter_invalid metadata.a: metadata.a must be a string; it is a list.",
        ),
        row(
            "a campaign of the other mode",
            get(one()).keys(["Bearer {LIVE_KEY}"]),
            "404 invalid_request_error resource_missing -: No such campaign: '{CAMPAIGN}'",
        ),
        row(
            "a campaign of another app",
            get(one()).keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such campaign: '{CAMPAIGN}'",
        ),
        row(
            "a campaign with a parameter that it has not",
            get(format!("{}?expand=rewards", one())),
            "400 invalid_request_error parameter_unknown expand: Unknown query parameter: expand. This call takes no query parameters.",
        ),
        row(
            "the end of another app's campaign",
            Request::new("DELETE", one()).keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such campaign: '{CAMPAIGN}'",
        ),
        row(
            "the end of a campaign with a field",
            Request::new("DELETE", one()).body(r#"{"force":true}"#),
            "400 invalid_request_error parameter_unknown force: Unknown field: force. This call takes no fields.",
        ),
        row(
            "a campaign that is put",
            Request::new("PUT", one()).body("{}"),
            "405 invalid_request_error method_not_allowed -: PUT does not go with /v1/campaigns/{CAMPAIGN}; the header Allow names what does. [DELETE,GET,HEAD,PATCH]",
        ),
    ]
}
