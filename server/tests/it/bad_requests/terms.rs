//! What a code gives.

use super::row::{Row, change, row, terms};
use crate::harness::CODES;

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "nothing is given",
            terms(""),
            "400 invalid_request_error parameter_missing percent_off: Either percent_off or amount_off_cents with currency is needed.",
        ),
        row(
            "no percentage",
            terms(r#""percent_off":null"#),
            "400 invalid_request_error parameter_missing percent_off: Either percent_off or amount_off_cents with currency is needed.",
        ),
        row(
            "zero percent",
            terms(r#""percent_off":0"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "minus zero percent",
            terms(r#""percent_off":-0"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a negative percentage",
            terms(r#""percent_off":-50"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "less than the least",
            terms(r#""percent_off":0.001"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "more than all",
            terms(r#""percent_off":100.01"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "three decimals",
            terms(r#""percent_off":33.333"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "many decimals",
            terms(r#""percent_off":33.3300000001"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a sum of floats",
            terms(r#""percent_off":0.30000000000000004"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a huge percentage",
            terms(r#""percent_off":1e308"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a tiny percentage",
            terms(r#""percent_off":5e-324"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be 0.01 to 100, with at most two decimals.",
        ),
        row(
            "a percentage as a string",
            terms(r#""percent_off":"50""#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be a number, like 50; it is a string.",
        ),
        row(
            "a percentage with its sign",
            terms(r#""percent_off":"50%""#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be a number, like 50; it is a string.",
        ),
        row(
            "a percentage as a boolean",
            terms(r#""percent_off":true"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be a number, like 50; it is a boolean.",
        ),
        row(
            "a list of percentages",
            terms(r#""percent_off":[50]"#),
            "400 invalid_request_error parameter_invalid percent_off: percent_off must be a number, like 50; it is a list.",
        ),
        row(
            "both kinds",
            terms(r#""percent_off":50,"amount_off_cents":500,"currency":"usd""#),
            "400 invalid_request_error parameters_exclusive amount_off_cents: Give either percent_off or amount_off_cents, not both.",
        ),
        row(
            "a percentage in a currency",
            terms(r#""percent_off":50,"currency":"usd""#),
            "400 invalid_request_error parameters_exclusive currency: currency goes with amount_off_cents only; a percentage works in every currency.",
        ),
        row(
            "a percentage in an empty currency",
            terms(r#""percent_off":50,"currency":"""#),
            "400 invalid_request_error parameters_exclusive currency: currency goes with amount_off_cents only; a percentage works in every currency.",
        ),
        row(
            "an amount without a currency",
            terms(r#""amount_off_cents":500"#),
            "400 invalid_request_error parameter_missing currency: currency is needed with a fixed amount: a currency of Stripe's, like usd.",
        ),
        row(
            "an amount in an empty currency",
            terms(r#""amount_off_cents":500,"currency":" ""#),
            "400 invalid_request_error parameter_missing currency: currency is needed with a fixed amount: a currency of Stripe's, like usd.",
        ),
        row(
            "an amount of nothing",
            terms(r#""amount_off_cents":0,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be 1 to 99999999, in the currency's smallest unit; it is 0.",
        ),
        row(
            "a negative amount",
            terms(r#""amount_off_cents":-1,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be 1 to 99999999, in the currency's smallest unit; it is -1.",
        ),
        row(
            "an amount of nine digits",
            terms(r#""amount_off_cents":100000000,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be 1 to 99999999, in the currency's smallest unit; it is 100000000.",
        ),
        row(
            "an amount with a decimal point",
            terms(r#""amount_off_cents":5.00,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be a whole number in the currency's smallest unit, like 500; it has a decimal point or an exponent.",
        ),
        row(
            "an amount with an exponent",
            terms(r#""amount_off_cents":5e2,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be a whole number in the currency's smallest unit, like 500; it has a decimal point or an exponent.",
        ),
        row(
            "an amount beyond 64 bits",
            terms(r#""amount_off_cents":18446744073709551616,"currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be a whole number in the currency's smallest unit, like 500; it is too large.",
        ),
        row(
            "an amount as a string",
            terms(r#""amount_off_cents":"500","currency":"usd""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be a whole number in the currency's smallest unit, like 500; it is a string.",
        ),
        row(
            "an amount as an object",
            terms(r#""amount_off_cents":{"usd":500}"#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents must be a whole number in the currency's smallest unit, like 500; it is an object.",
        ),
        row(
            "a currency that is none",
            terms(r#""amount_off_cents":500,"currency":"xyz""#),
            "400 invalid_request_error parameter_invalid currency: currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "a currency that Stripe does not charge in",
            terms(r#""amount_off_cents":500,"currency":"kpw""#),
            "400 invalid_request_error parameter_invalid currency: currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "a currency by its sign",
            terms(r#""amount_off_cents":500,"currency":"$""#),
            "400 invalid_request_error parameter_invalid currency: currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "a currency by its number",
            terms(r#""amount_off_cents":500,"currency":840"#),
            "400 invalid_request_error parameter_invalid currency: currency must be a string, like \"usd\"; it is a number.",
        ),
        row(
            "a currency in Cyrillic",
            terms("\"amount_off_cents\":500,\"currency\":\"еur\""),
            "400 invalid_request_error parameter_invalid currency: currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "a currency with a Turkish i",
            terms("\"amount_off_cents\":500,\"currency\":\"İNR\""),
            "400 invalid_request_error parameter_invalid currency: currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "a currency in full width",
            terms("\"amount_off_cents\":500,\"currency\":\"ｕｓｄ\""),
            "400 invalid_request_error parameter_invalid currency: currency must be a currency that Stripe charges in, like usd or eur.",
        ),
        row(
            "half a coin",
            terms(r#""amount_off_cents":550,"currency":"isk""#),
            "400 invalid_request_error parameter_invalid amount_off_cents: amount_off_cents in ISK must be a multiple of 100: Stripe counts it in hundredths, but it has no smaller coin.",
        ),
        row(
            "a duration that is none",
            terms(r#""percent_off":50,"duration":"weekly""#),
            "400 invalid_request_error parameter_invalid duration: duration must be once, repeating or forever.",
        ),
        row(
            "a duration in capitals",
            terms(r#""percent_off":50,"duration":"ONCE""#),
            "400 invalid_request_error parameter_invalid duration: duration must be once, repeating or forever.",
        ),
        row(
            "a duration with a space",
            terms(r#""percent_off":50,"duration":"once ""#),
            "400 invalid_request_error parameter_invalid duration: duration must be once, repeating or forever.",
        ),
        row(
            "an empty duration",
            terms(r#""percent_off":50,"duration":"""#),
            "400 invalid_request_error parameter_invalid duration: duration must be once, repeating or forever.",
        ),
        row(
            "a duration as a number",
            terms(r#""percent_off":50,"duration":3"#),
            "400 invalid_request_error parameter_invalid duration: duration must be a string: \"once\", \"repeating\" or \"forever\"; it is a number.",
        ),
        row(
            "repeating without months",
            terms(r#""percent_off":50,"duration":"repeating""#),
            "400 invalid_request_error parameter_missing duration_in_months: duration_in_months is needed when duration is repeating: 1 to 1200.",
        ),
        row(
            "no months",
            terms(r#""percent_off":50,"duration":"repeating","duration_in_months":0"#),
            "400 invalid_request_error parameter_invalid duration_in_months: duration_in_months must be 1 to 1200.",
        ),
        row(
            "negative months",
            terms(r#""percent_off":50,"duration":"repeating","duration_in_months":-3"#),
            "400 invalid_request_error parameter_invalid duration_in_months: duration_in_months must be 1 to 1200.",
        ),
        row(
            "more months than a century has",
            terms(r#""percent_off":50,"duration":"repeating","duration_in_months":1201"#),
            "400 invalid_request_error parameter_invalid duration_in_months: duration_in_months must be 1 to 1200.",
        ),
        row(
            "one and a half months",
            terms(r#""percent_off":50,"duration":"repeating","duration_in_months":1.5"#),
            "400 invalid_request_error parameter_invalid duration_in_months: duration_in_months must be a whole number, like 3; it has a decimal point or an exponent.",
        ),
        row(
            "months as a string",
            terms(r#""percent_off":50,"duration":"repeating","duration_in_months":"3""#),
            "400 invalid_request_error parameter_invalid duration_in_months: duration_in_months must be a whole number, like 3; it is a string.",
        ),
        row(
            "months for ever",
            terms(r#""percent_off":50,"duration":"forever","duration_in_months":3"#),
            "400 invalid_request_error parameters_exclusive duration_in_months: duration_in_months goes with duration repeating only; leave it out otherwise.",
        ),
        row(
            "months of once",
            terms(r#""percent_off":50,"duration_in_months":3"#),
            "400 invalid_request_error parameters_exclusive duration_in_months: duration_in_months goes with duration repeating only; leave it out otherwise.",
        ),
        row(
            "a change to both kinds",
            change(r#""percent_off":50,"amount_off_cents":500,"currency":"usd""#),
            "400 invalid_request_error parameters_exclusive amount_off_cents: Give either percent_off or amount_off_cents, not both.",
        ),
        row(
            "a change to neither kind",
            change(r#""percent_off":null"#),
            "400 invalid_request_error parameter_missing percent_off: Either percent_off or amount_off_cents with currency is needed.",
        ),
        row(
            "a change to an amount without a currency",
            change(r#""amount_off_cents":500"#),
            "400 invalid_request_error parameter_missing currency: currency is needed with a fixed amount: a currency of Stripe's, like usd.",
        ),
        row(
            "a change of the code's text",
            change(r#""code":"OTHER""#),
            "400 invalid_request_error parameter_unknown code: Unknown field: code. This call takes active, percent_off, amount_off_cents, currency, duration, duration_in_months, max_redemptions, max_redemptions_per_user, minimum_amount_cents, minimum_amount_currency, starts_at, expires_at, metadata.",
        ),
        row(
            "a change of terms after the first use",
            super::row::Request::new("PATCH", format!("{CODES}/{{USED_ID}}")).body(r#"{"percent_off":20}"#),
            "409 conflict_error terms_immutable -: What this code gives cannot change any more: its coupon is in Stripe or on its way there. Create a new code with the new terms; limits and dates can still change here.",
        ),
    ]
}
