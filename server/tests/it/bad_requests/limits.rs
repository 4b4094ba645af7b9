//! How often, and from when until when.

use super::row::{Row, change, good_but, row, terms};

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "a limit of nothing",
            good_but(r#""max_redemptions":0"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "a negative limit",
            good_but(r#""max_redemptions":-1"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "minus zero as a limit",
            good_but(r#""max_redemptions":-0"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it has a decimal point or an exponent.",
        ),
        row(
            "a limit with a decimal point",
            good_but(r#""max_redemptions":1.0"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it has a decimal point or an exponent.",
        ),
        row(
            "a limit with an exponent",
            good_but(r#""max_redemptions":1e3"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it has a decimal point or an exponent.",
        ),
        row(
            "a limit beyond all counting",
            good_but(r#""max_redemptions":1000000000001"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "a limit of 2 to the 63rd",
            good_but(r#""max_redemptions":9223372036854775808"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it is too large.",
        ),
        row(
            "a limit of a hundred digits",
            good_but(&format!("\"max_redemptions\":{}", "9".repeat(100))),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it is too large.",
        ),
        row(
            "a limit as a string",
            good_but(r#""max_redemptions":"1000""#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it is a string.",
        ),
        row(
            "an empty string as a limit",
            good_but(r#""max_redemptions":"""#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it is a string.",
        ),
        row(
            "a limit as a boolean",
            good_but(r#""max_redemptions":false"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, like 1000, or null for no limit; it is a boolean.",
        ),
        row(
            "an end that is now",
            good_but(r#""expires_at":1795000000000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "an end in the past",
            good_but(r#""expires_at":1700000000000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "an end in seconds",
            good_but(r#""expires_at":1798761600"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future. It looks like seconds: this is in milliseconds.",
        ),
        row(
            "an end in microseconds",
            good_but(r#""expires_at":1798761600000000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be milliseconds since 1970, at most 253402300799999.",
        ),
        row(
            "an end at the beginning of time",
            good_but(r#""expires_at":0"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "an end before the beginning of time",
            good_but(r#""expires_at":-1"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "an end in the year 10000",
            good_but(r#""expires_at":253402300800000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be milliseconds since 1970, at most 253402300799999.",
        ),
        row(
            "an end as a date",
            good_but(r#""expires_at":"2027-01-01T00:00:00Z""#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be a whole number of milliseconds since 1970, like 1798761600000; it is a string.",
        ),
        row(
            "an end as a string of digits",
            good_but(r#""expires_at":"1798761600000""#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be a whole number of milliseconds since 1970, like 1798761600000; it is a string.",
        ),
        row(
            "an end with a fraction",
            good_but(r#""expires_at":1798761600000.5"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be a whole number of milliseconds since 1970, like 1798761600000; it has a decimal point or an exponent.",
        ),
        row(
            "a start before the beginning of time",
            good_but(r#""starts_at":-1"#),
            "400 invalid_request_error parameter_invalid starts_at: starts_at must be milliseconds since 1970, 0 to 253402300799999.",
        ),
        row(
            "a start in the year 10000",
            good_but(r#""starts_at":253402300800000"#),
            "400 invalid_request_error parameter_invalid starts_at: starts_at must be milliseconds since 1970, 0 to 253402300799999.",
        ),
        row(
            "a start as a list",
            good_but(r#""starts_at":[1798761600000]"#),
            "400 invalid_request_error parameter_invalid starts_at: starts_at must be a whole number of milliseconds since 1970, like 1798761600000; it is a list.",
        ),
        row(
            "a start at the end",
            good_but(r#""starts_at":1798761600000,"expires_at":1798761600000"#),
            "400 invalid_request_error parameter_invalid starts_at: starts_at must be before expires_at.",
        ),
        row(
            "a start after the end",
            good_but(r#""starts_at":1798761600001,"expires_at":1798761600000"#),
            "400 invalid_request_error parameter_invalid starts_at: starts_at must be before expires_at.",
        ),
        row(
            "a limit per customer of nothing",
            good_but(r#""max_redemptions_per_user":0"#),
            "400 invalid_request_error parameter_invalid max_redemptions_per_user: max_redemptions_per_user must be a whole number, 1 to 1000000000000; leave it out for no limit per customer.",
        ),
        row(
            "a limit per customer beyond all counting",
            good_but(r#""max_redemptions_per_user":1000000000001"#),
            "400 invalid_request_error parameter_invalid max_redemptions_per_user: max_redemptions_per_user must be a whole number, 1 to 1000000000000; leave it out for no limit per customer.",
        ),
        row(
            "a limit per customer as a string",
            good_but(r#""max_redemptions_per_user":"1""#),
            "400 invalid_request_error parameter_invalid max_redemptions_per_user: max_redemptions_per_user must be a whole number, like 1, or null for no limit per customer; it is a string.",
        ),
        row(
            "a limit per customer with a decimal point",
            good_but(r#""max_redemptions_per_user":1.0"#),
            "400 invalid_request_error parameter_invalid max_redemptions_per_user: max_redemptions_per_user must be a whole number, like 1, or null for no limit per customer; it has a decimal point or an exponent.",
        ),
        row(
            "a minimum of nothing",
            good_but(r#""minimum_amount_cents":0"#),
            "400 invalid_request_error parameter_invalid minimum_amount_cents: minimum_amount_cents must be 1 to 99999999, in the currency's smallest unit; it is 0.",
        ),
        row(
            "a minimum of more than Stripe takes",
            good_but(r#""minimum_amount_cents":100000000"#),
            "400 invalid_request_error parameter_invalid minimum_amount_cents: minimum_amount_cents must be 1 to 99999999, in the currency's smallest unit; it is 100000000.",
        ),
        row(
            "a minimum in the main unit",
            good_but(r#""minimum_amount_cents":50.00"#),
            "400 invalid_request_error parameter_invalid minimum_amount_cents: minimum_amount_cents must be a whole number in the currency's smallest unit, like 5000, or null for any amount; it has a decimal point or an exponent.",
        ),
        row(
            "a minimum with its sign",
            good_but(r#""minimum_amount_cents":"$50""#),
            "400 invalid_request_error parameter_invalid minimum_amount_cents: minimum_amount_cents must be a whole number in the currency's smallest unit, like 5000, or null for any amount; it is a string.",
        ),
        row(
            "a minimum that has no coin",
            good_but(r#""minimum_amount_cents":550,"minimum_amount_currency":"isk""#),
            "400 invalid_request_error parameter_invalid minimum_amount_cents: minimum_amount_cents in ISK must be a multiple of 100: Stripe counts it in hundredths, but it has no smaller coin.",
        ),
        row(
            "a currency of no minimum",
            good_but(r#""minimum_amount_currency":"usd""#),
            "400 invalid_request_error parameter_invalid minimum_amount_currency: minimum_amount_currency belongs to minimum_amount_cents: give both, or neither.",
        ),
        row(
            "a minimum in no currency of Stripe",
            good_but(r#""minimum_amount_cents":5000,"minimum_amount_currency":"xxx""#),
            "400 invalid_request_error parameter_invalid minimum_amount_currency: minimum_amount_currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "a currency of a minimum as a number",
            good_but(r#""minimum_amount_cents":5000,"minimum_amount_currency":840"#),
            "400 invalid_request_error parameter_invalid minimum_amount_currency: minimum_amount_currency must be a string, like \"usd\"; it is a number.",
        ),
        row(
            "a minimum in another currency than the discount",
            terms(
                r#""amount_off_cents":500,"currency":"usd","minimum_amount_cents":5000,"minimum_amount_currency":"eur""#,
            ),
            "400 invalid_request_error parameter_invalid minimum_amount_currency: minimum_amount_currency must be usd here, the currency of the discount; leave it out.",
        ),
        row(
            "a change to a limit per customer of nothing",
            change(r#""max_redemptions_per_user":0"#),
            "400 invalid_request_error parameter_invalid max_redemptions_per_user: max_redemptions_per_user must be a whole number, 1 to 1000000000000; leave it out for no limit per customer.",
        ),
        row(
            "a change to a minimum of nothing",
            change(r#""minimum_amount_cents":-1"#),
            "400 invalid_request_error parameter_invalid minimum_amount_cents: minimum_amount_cents must be 1 to 99999999, in the currency's smallest unit; it is -1.",
        ),
        row(
            "a change to the currency of no minimum",
            change(r#""minimum_amount_currency":"usd""#),
            "400 invalid_request_error parameter_invalid minimum_amount_currency: minimum_amount_currency belongs to minimum_amount_cents: give both, or neither.",
        ),
        row(
            "a change to a limit of nothing",
            change(r#""max_redemptions":0"#),
            "400 invalid_request_error parameter_invalid max_redemptions: max_redemptions must be a whole number, 1 to 1000000000000; leave it out for no limit.",
        ),
        row(
            "a change to an end in the past",
            change(r#""expires_at":1700000000000"#),
            "400 invalid_request_error parameter_invalid expires_at: expires_at must be in the future.",
        ),
        row(
            "a change to a start after the end",
            change(r#""starts_at":1798761600001,"expires_at":1798761600000"#),
            "400 invalid_request_error parameter_invalid starts_at: starts_at must be before expires_at.",
        ),
        row(
            "a pause that is null",
            change(r#""active":null"#),
            "400 invalid_request_error parameter_invalid active: active must be true or false; it is null.",
        ),
        row(
            "a pause as a string",
            change(r#""active":"false""#),
            "400 invalid_request_error parameter_invalid active: active must be true or false; it is a string.",
        ),
        row(
            "a pause as a number",
            change(r#""active":0"#),
            "400 invalid_request_error parameter_invalid active: active must be true or false; it is a number.",
        ),
        row(
            "a pause of a new code",
            good_but(r#""active":false"#),
            "400 invalid_request_error parameter_unknown active: Unknown field: active. This call takes app_id, code, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a change of the counts",
            change(r#""redemptions":{"held":0,"redeemed":0}"#),
            "400 invalid_request_error parameter_unknown redemptions: Unknown field: redemptions. This call takes active, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a change of the status",
            change(r#""status":"active""#),
            "400 invalid_request_error parameter_unknown status: Unknown field: status. This call takes active, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
    ]
}
