//! New campaigns, and lists of them.

use super::row::{Request, Row, get, over, row};
use crate::harness::CAMPAIGNS;

/// A campaign that is good but for these fields.
fn new(fields: &str) -> Request {
    Request::new("POST", CAMPAIGNS).body(over(&[("name", "\"Share\""), ("percent_off", "15")], fields))
}

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "a campaign without a name",
            new(r#""name":null"#),
            "400 invalid_request_error parameter_missing name: name is needed: 1 to 80 characters, like Share with friends.",
        ),
        row(
            "a campaign with an empty name",
            new(r#""name":"""#),
            "400 invalid_request_error parameter_missing name: name is needed: 1 to 80 characters, like Share with friends.",
        ),
        row(
            "a campaign with a name of spaces",
            new(r#""name":"   ""#),
            "400 invalid_request_error parameter_missing name: name is needed: 1 to 80 characters, like Share with friends.",
        ),
        row(
            "a campaign with a name as a number",
            new(r#""name":7"#),
            "400 invalid_request_error parameter_invalid name: name must be a string, like \"Share with friends\"; it is a number.",
        ),
        row(
            "a campaign with a name in a list",
            new(r#""name":["Share"]"#),
            "400 invalid_request_error parameter_invalid name: name must be a string, like \"Share with friends\"; it is a list.",
        ),
        row(
            "a campaign with a name of two lines",
            new(r#""name":"Share\nnow""#),
            "400 invalid_request_error parameter_invalid name: name must not have control characters.",
        ),
        row(
            "a campaign with a NUL in its name",
            new(r#""name":"Share\u0000""#),
            "400 invalid_request_error parameter_invalid name: name must not have control characters.",
        ),
        row(
            "a campaign with a hidden character in its name",
            new(r#""name":"Sha\u200bre""#),
            "400 invalid_request_error parameter_invalid name: name must have 1 to 80 characters, all of which are seen.",
        ),
        row(
            "a campaign with a turn to the left in its name",
            new(r#""name":"\u202eerahS""#),
            "400 invalid_request_error parameter_invalid name: name must have 1 to 80 characters, all of which are seen.",
        ),
        row(
            "a campaign with a key as its name",
            new(r#""name":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid name: name must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a campaign with a restricted key as its name",
            new(r#""name":"rk_test_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid name: name must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a campaign that gives nothing",
            new(r#""percent_off":null"#),
            "400 invalid_request_error parameter_missing percent_off: Either percent_off or amount_off_cents with currency is needed.",
        ),
        row(
            "a campaign that gives zero percent",
            new(r#""percent_off":0"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a campaign that gives more than all",
            new(r#""percent_off":100.01"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a campaign that gives three decimals",
            new(r#""percent_off":33.333"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a campaign that gives words",
            new(r#""percent_off":"15""#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be a number, like 50; it is a string.",
        ),
        row(
            "a campaign that gives both",
            new(r#""percent_off":15,"amount_off_cents":500,"currency":"usd""#),
            "400 invalid_request_error parameters_exclusive amount_off_cents: Give either percent_off or amount_off_cents, not both.",
        ),
        row(
            "a campaign that gives an amount of no currency",
            new(r#""percent_off":null,"amount_off_cents":500"#),
            "400 invalid_request_error parameter_missing currency: currency is needed with a fixed amount: a currency of Stripe's, like usd.",
        ),
        row(
            "a campaign that gives an amount of half",
            new(r#""percent_off":null,"amount_off_cents":0.5,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be a whole number in the currency's smallest unit, like 500; it has a decimal point or an exponent.",
        ),
        row(
            "a campaign that gives nothing at all of it",
            new(r#""percent_off":null,"amount_off_cents":0,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be 1 to 99999999, in the currency's smallest unit; it is 0.",
        ),
        row(
            "a campaign in a currency that is none",
            new(r#""percent_off":null,"amount_off_cents":500,"currency":"xyz""#),
            "400 invalid_request_error parameter_invalid currency: currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "a campaign of percent in a currency",
            new(r#""percent_off":15,"currency":"usd""#),
            "400 invalid_request_error parameters_exclusive currency: currency goes with amount_off_cents only; a percentage works in every currency.",
        ),
        row(
            "a campaign for a while",
            new(r#""duration":"sometimes""#),
            "400 invalid_request_error parameter_invalid duration: duration must be once, repeating or forever.",
        ),
        row(
            "a campaign for months that are not said",
            new(r#""duration":"repeating""#),
            "400 invalid_request_error parameter_missing duration_in_months: duration_in_months is needed when duration is repeating: 1 to 1200.",
        ),
        row(
            "a campaign once for three months",
            new(r#""duration_in_months":3"#),
            "400 invalid_request_error parameters_exclusive duration_in_months: duration_in_months goes with duration repeating only; leave it out otherwise.",
        ),
        row(
            "a prefix of one letter",
            new(r#""code_prefix":"A""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "a prefix of 21 letters",
            new(r#""code_prefix":"ABCDEFGHIJKLMNOPQRSTU""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "an empty prefix",
            new(r#""code_prefix":"""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "a prefix with a hyphen",
            new(r#""code_prefix":"SHARE-NOW""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "a prefix with a space",
            new(r#""code_prefix":"SHARE NOW""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "a prefix with a Cyrillic letter",
            new(r#""code_prefix":"SHАRE""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "a prefix of full-width digits",
            new(r#""code_prefix":"SALE５０""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must have 2 to 20 letters A to Z and digits, like SHARE.",
        ),
        row(
            "a prefix as a number",
            new(r#""code_prefix":15"#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must be a string, like \"SHARE\"; it is a number.",
        ),
        row(
            "a prefix with a tab",
            new(r#""code_prefix":"SHA\tRE""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must not have control characters.",
        ),
        row(
            "a key as a prefix",
            new(r#""code_prefix":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid code_prefix: code_prefix must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "an end of a campaign in the past",
            new(r#""expires_at":1794999999999"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "an end of a campaign at this moment",
            new(r#""expires_at":1795000000000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "an end of a campaign in seconds",
            new(r#""expires_at":1798761600"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future. It looks like seconds: this is in milliseconds.",
        ),
        row(
            "an end of a campaign in six years",
            new(r#""expires_at":1984302000000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be within five years: Stripe takes no end that is further ahead.",
        ),
        row(
            "an end of a campaign after the year 9999",
            new(r#""expires_at":253402300800000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be milliseconds since 1970, at most 253402300799999.",
        ),
        row(
            "an end of a campaign as a date",
            new(r#""expires_at":"2027-01-01""#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be a whole number of milliseconds since 1970, like 1798761600000; it is a string.",
        ),
        row(
            "an end of a campaign of a fraction",
            new(r#""expires_at":1798761600000.5"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be a whole number of milliseconds since 1970, like 1798761600000; it has a decimal point or an exponent.",
        ),
        row(
            "an end of a campaign beyond 64 bits",
            new(r#""expires_at":9223372036854775808"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be a whole number of milliseconds since 1970, like 1798761600000; it is too large.",
        ),
        row(
            "no days",
            new(r#""expires_in_days":0"#),
            "400 invalid_request_error parameter_invalid expires_in_days: expires_in_days must be a whole number of days, 1 to 1820.",
        ),
        row(
            "days that run backwards",
            new(r#""expires_in_days":-1"#),
            "400 invalid_request_error parameter_invalid expires_in_days: expires_in_days must be a whole number of days, 1 to 1820.",
        ),
        row(
            "days for more than five years",
            new(r#""expires_in_days":1821"#),
            "400 invalid_request_error parameter_invalid expires_in_days: expires_in_days must be a whole number of days, 1 to 1820.",
        ),
        row(
            "days as a string",
            new(r#""expires_in_days":"30""#),
            "400 invalid_request_error parameter_invalid expires_in_days: expires_in_days must be a whole number of days, like 30; it is a string.",
        ),
        row(
            "days of half",
            new(r#""expires_in_days":1.5"#),
            "400 invalid_request_error parameter_invalid expires_in_days: expires_in_days must be a whole number of days, like 30; it has a decimal point or an exponent.",
        ),
        row(
            "days of an exponent",
            new(r#""expires_in_days":3e1"#),
            "400 invalid_request_error parameter_invalid expires_in_days: expires_in_days must be a whole number of days, like 30; it has a decimal point or an exponent.",
        ),
        row(
            "both ends at once",
            new(r#""expires_at":1798761600000,"expires_in_days":30"#),
            "400 invalid_request_error parameters_exclusive expires_in_days: Give either expires_at or expires_in_days, not both.",
        ),
        row(
            "a zone that is none",
            new(r#""expires_in_days":30,"time_zone":"Nowhere/Else""#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must be the name of a time zone, like Europe/Berlin.",
        ),
        row(
            "a zone that goes up",
            new(r#""expires_in_days":30,"time_zone":"../../etc/passwd""#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must be the name of a time zone, like Europe/Berlin.",
        ),
        row(
            "an empty zone",
            new(r#""expires_in_days":30,"time_zone":"""#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must be the name of a time zone, like Europe/Berlin.",
        ),
        row(
            "a zone as a number",
            new(r#""expires_in_days":30,"time_zone":1"#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must be a string, like \"Europe/Berlin\"; it is a number.",
        ),
        row(
            "a zone with a line break",
            new(r#""expires_in_days":30,"time_zone":"Europe/\nBerlin""#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must not have control characters.",
        ),
        row(
            "a zone that is none, without days",
            new(r#""time_zone":"Mars""#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must be the name of a time zone, like Europe/Berlin.",
        ),
        row(
            "a key as a zone",
            new(r#""time_zone":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid time_zone: time_zone must be the name of a time zone, like Europe/Berlin.",
        ),
        row(
            "a campaign for nobody",
            new(r#""max_rewards":0"#),
            "400 invalid_request_error parameter_invalid max_rewards: max_rewards must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "a campaign for fewer than nobody",
            new(r#""max_rewards":-1"#),
            "400 invalid_request_error parameter_invalid max_rewards: max_rewards must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "a campaign for a trillion and one",
            new(r#""max_rewards":1000000000001"#),
            "400 invalid_request_error parameter_invalid max_rewards: max_rewards must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "a campaign for half of one",
            new(r#""max_rewards":0.5"#),
            "400 invalid_request_error parameter_invalid max_rewards: max_rewards must be a whole number, like 1000, or null for no limit; it has a decimal point or an exponent.",
        ),
        row(
            "a campaign for many",
            new(r#""max_rewards":"many""#),
            "400 invalid_request_error parameter_invalid max_rewards: max_rewards must be a whole number, like 1000, or null for no limit; it is a string.",
        ),
        row(
            "a campaign's metadata as a string",
            new(r#""metadata":"team""#),
            "400 invalid_request_error parameter_invalid metadata: metadata must be an object of strings, like {\"team\": \"growth\"}; it is a string.",
        ),
        row(
            "a campaign's metadata with null",
            new(r#""metadata":{"team":null}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must be a string; it is null.",
        ),
        row(
            "a campaign's metadata with a number",
            new(r#""metadata":{"team":1}"#),
            "400 invalid_request_error parameter_invalid metadata.team: metadata.team must be a string; it is a number.",
        ),
        row(
            "a new campaign that is paused",
            new(r#""active":false"#),
            "400 invalid_request_error parameter_unknown active: Unknown field: active. This call takes app_id, name, percent_off, amount_off_cents, currency, duration, duration_in_months, code_prefix, expires_at, expires_in_days, time_zone, max_rewards, metadata.",
        ),
        row(
            "a new campaign with an id",
            new(r#""id":"cmp_00000000000000000000000000""#),
            "400 invalid_request_error parameter_unknown id: Unknown field: id. This call takes app_id, name, percent_off, amount_off_cents, currency, duration, duration_in_months, code_prefix, expires_at, expires_in_days, time_zone, max_rewards, metadata.",
        ),
        row(
            "a new campaign with a code",
            new(r#""code":"SHARE""#),
            "400 invalid_request_error parameter_unknown code: Unknown field: code. Did you mean code_prefix?",
        ),
        row(
            "a new campaign with a limit of codes",
            new(r#""max_redemptions":3"#),
            "400 invalid_request_error parameter_unknown max_redemptions: Unknown field: max_redemptions. This call takes app_id, name, percent_off, amount_off_cents, currency, duration, duration_in_months, code_prefix, expires_at, expires_in_days, time_zone, max_rewards, metadata.",
        ),
        row(
            "a campaign of a foreign app",
            new(r#""app_id":"theirs""#),
            "404 invalid_request_error resource_missing app_id: No such app: 'theirs'",
        ),
        row(
            "a campaign of no app",
            new(r#""app_id":"nobodys""#),
            "404 invalid_request_error resource_missing app_id: No such app: 'nobodys'",
        ),
        row(
            "a campaign of an app as a number",
            new(r#""app_id":7"#),
            "400 invalid_request_error parameter_invalid app_id: app_id must be a string, like \"taskpomo\"; it is a number.",
        ),
        row(
            "a campaign of an app that a key for all does not name",
            new("").keys(["Bearer {ALL_KEY}"]),
            "400 invalid_request_error parameter_missing app_id: app_id is needed: this API key belongs to all apps of its workspace.",
        ),
        row(
            "a campaign in a list",
            Request::new("POST", CAMPAIGNS).body("[]"),
            "400 invalid_request_error parameter_invalid -: The body must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}; it is a list.",
        ),
        row(
            "a campaign without a body",
            Request::new("POST", CAMPAIGNS),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is missing.",
        ),
        row(
            "a campaign with a parameter",
            Request::new("POST", format!("{CAMPAIGNS}?name=Share")).body("{}"),
            "400 invalid_request_error parameter_unknown name: Unknown query parameter: name. This call takes no query parameters.",
        ),
        row(
            "a campaign by a key for checkouts",
            new("").keys(["Bearer {CHECKOUT_KEY}"]),
            "403 permission_error key_scope -: This API key may validate codes and make checkouts only. Use a key with full access for this call.",
        ),
        row(
            "a campaign of nothing",
            get(format!("{CAMPAIGNS}/cmp_00000000000000000000000000")),
            "404 invalid_request_error resource_missing -: No such campaign: 'cmp_00000000000000000000000000'",
        ),
        row(
            "a code's id as a campaign's",
            get(format!("{CAMPAIGNS}/{{ID}}")),
            "404 invalid_request_error resource_missing -: No such campaign: '{ID}'",
        ),
        row(
            "a reward's id as a campaign's",
            get(format!("{CAMPAIGNS}/{{REWARD_ID}}")),
            "404 invalid_request_error resource_missing -: No such campaign: '{REWARD_ID}'",
        ),
        row(
            "a campaign's id without its prefix",
            get(format!("{CAMPAIGNS}/00000000000000000000000000")),
            "404 invalid_request_error resource_missing -: No such campaign: '00000000000000000000000000'",
        ),
        row(
            "a campaign's id with a NUL",
            get(format!("{CAMPAIGNS}/cmp_0%00")),
            "404 invalid_request_error resource_missing -: No such campaign: 'cmp_0␀'",
        ),
        row(
            "a campaign's id in capitals",
            get(format!("{CAMPAIGNS}/CMP_00000000000000000000000000")),
            "404 invalid_request_error resource_missing -: No such campaign: 'CMP_00000000000000000000000000'",
        ),
        row(
            "a key as a campaign's id",
            get(format!("{CAMPAIGNS}/sk_live_51PLANTED0123456789")),
            "404 invalid_request_error resource_missing -: No such campaign: '(a key)'",
        ),
        row(
            "somebody else's campaign",
            get(format!("{CAMPAIGNS}/{{THEIR_CAMPAIGN}}")),
            "404 invalid_request_error resource_missing -: No such campaign: '{THEIR_CAMPAIGN}'",
        ),
        row(
            "a change of somebody else's campaign",
            Request::new("PATCH", format!("{CAMPAIGNS}/{{THEIR_CAMPAIGN}}")).body(r#"{"active":false}"#),
            "404 invalid_request_error resource_missing -: No such campaign: '{THEIR_CAMPAIGN}'",
        ),
        row(
            "a change of an archived campaign",
            Request::new("PATCH", format!("{CAMPAIGNS}/{{ARCHIVED_CAMPAIGN}}")).body(r#"{"active":false}"#),
            "404 invalid_request_error resource_missing -: This campaign is archived: restore it on its page in Codemint before changing it.",
        ),
        row(
            "the end of somebody else's campaign",
            Request::new("DELETE", format!("{CAMPAIGNS}/{{THEIR_CAMPAIGN}}")),
            "404 invalid_request_error resource_missing -: No such campaign: '{THEIR_CAMPAIGN}'",
        ),
        row(
            "campaigns in a state of codes",
            get("/v1/campaigns?status=scheduled"),
            "400 invalid_request_error parameter_invalid status: status must be one of archived, paused, expired, exhausted, active.",
        ),
        row(
            "campaigns by their text",
            get("/v1/campaigns?q=share"),
            "400 invalid_request_error parameter_unknown q: Unknown query parameter: q. This call takes app_id, status, limit, starting_after, ending_before.",
        ),
        row(
            "a page of campaigns of nothing",
            get("/v1/campaigns?limit=0"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of 101 campaigns",
            get("/v1/campaigns?limit=101"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a code as a cursor of campaigns",
            get("/v1/campaigns?starting_after={ID}"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a campaign, like cmp_01k….",
        ),
        row(
            "somebody else's campaign as a cursor",
            get("/v1/campaigns?starting_after={THEIR_CAMPAIGN}"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a campaign of this list.",
        ),
        row(
            "both cursors of campaigns",
            get("/v1/campaigns?starting_after={CAMPAIGN}&ending_before={CAMPAIGN}"),
            "400 invalid_request_error parameters_exclusive ending_before: Give either starting_after or ending_before, not both.",
        ),
        row(
            "campaigns of no app",
            get("/v1/campaigns?app_id=nobodys"),
            "404 invalid_request_error resource_missing app_id: No such app: 'nobodys'",
        ),
        row(
            "campaigns of a foreign app",
            get("/v1/campaigns?app_id=theirs"),
            "404 invalid_request_error resource_missing app_id: No such app: 'theirs'",
        ),
        row(
            "campaigns in two states",
            get("/v1/campaigns?status=active&status=paused"),
            "400 invalid_request_error parameter_invalid status: status stands twice in the address; give it once.",
        ),
    ]
}
