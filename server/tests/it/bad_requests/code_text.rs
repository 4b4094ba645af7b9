//! The text of a code: look-alikes, and what nobody sees.

use super::row::{Row, good_but, row};

fn text(text: &str) -> super::row::Request {
    good_but(&format!("\"code\":\"{text}\""))
}

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "no code",
            good_but(r#""code":null"#),
            "400 invalid_request_error parameter_missing code: code is needed: 3 to 64 characters, like BLACKFRIDAY50.",
        ),
        row(
            "an empty code",
            text(""),
            "400 invalid_request_error parameter_missing code: code is needed: 3 to 64 characters, like BLACKFRIDAY50.",
        ),
        row(
            "a code of spaces",
            text("   "),
            "400 invalid_request_error parameter_missing code: code is needed: 3 to 64 characters, like BLACKFRIDAY50.",
        ),
        row(
            "a code of no-break spaces",
            text("\u{a0}\u{2007}\u{3000}"),
            "400 invalid_request_error parameter_missing code: code is needed: 3 to 64 characters, like BLACKFRIDAY50.",
        ),
        row(
            "two characters",
            text("AB"),
            "400 invalid_request_error parameter_invalid code: code must have 3 to 64 characters; it has 2.",
        ),
        row(
            "65 characters",
            text(&"A".repeat(65)),
            "400 invalid_request_error parameter_invalid code: code must have 3 to 64 characters; it has 65.",
        ),
        row(
            "a code as a number",
            good_but(r#""code":50"#),
            "400 invalid_request_error parameter_invalid code: code must be a string, like \"BLACKFRIDAY50\"; it is a number.",
        ),
        row(
            "a code as a boolean",
            good_but(r#""code":true"#),
            "400 invalid_request_error parameter_invalid code: code must be a string, like \"BLACKFRIDAY50\"; it is a boolean.",
        ),
        row(
            "a code in a list",
            good_but(r#""code":["FINE"]"#),
            "400 invalid_request_error parameter_invalid code: code must be a string, like \"BLACKFRIDAY50\"; it is a list.",
        ),
        row(
            "a space inside",
            text("BLACK FRIDAY"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has a space or control character.",
        ),
        row(
            "a percent sign",
            text("50%OFF"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '%'.",
        ),
        row(
            "a slash",
            text("A/../B"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '/'.",
        ),
        row(
            "a quote",
            text("A';DROP"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '''.",
        ),
        row(
            "markup",
            text("<b>FINE</b>"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '<'.",
        ),
        row(
            "a Cyrillic A",
            text("SАLE"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has 'А' (U+0410).",
        ),
        row(
            "a Greek O",
            text("BLACKFRIDAY5Ο"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has 'Ο' (U+039F).",
        ),
        row(
            "full-width digits",
            text("SALE５０"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '５' (U+FF15).",
        ),
        row(
            "Arabic digits",
            text("SALE٥٠"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '٥' (U+0665).",
        ),
        row(
            "a Turkish capital i",
            text("FİNE"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has 'İ' (U+0130).",
        ),
        row(
            "a Turkish small i",
            text("fıne"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has 'ı' (U+0131).",
        ),
        row(
            "a long s",
            text("ſale"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has 'ſ' (U+017F).",
        ),
        row(
            "a sharp s",
            text("spaß"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has 'ß' (U+00DF).",
        ),
        row(
            "a combining accent",
            text("SALE\u{301}"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '́' (U+0301).",
        ),
        row(
            "a zero-width space",
            text("SA\u{200b}LE"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has the hidden character U+200B.",
        ),
        row(
            "a zero-width joiner at the end",
            text("SALE\u{200d}"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has the hidden character U+200D.",
        ),
        row(
            "a turn to the left",
            text("\u{202e}ELAS"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has the hidden character U+202E.",
        ),
        row(
            "a soft hyphen",
            text("SA\u{ad}LE"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has the hidden character U+00AD.",
        ),
        row(
            "a typographic dash",
            text("SALE–50"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '–' (U+2013).",
        ),
        row(
            "an emoji",
            text("SALE🎉"),
            "400 invalid_request_error parameter_invalid code: code may have the letters A to Z, digits, - and _ only; it has '🎉' (U+1F389).",
        ),
        row(
            "a NUL, escaped",
            text(r"SALE\u0000"),
            "400 invalid_request_error parameter_invalid code: code must not have control characters.",
        ),
        row(
            "a tab inside",
            text(r"SA\tLE"),
            "400 invalid_request_error parameter_invalid code: code must not have control characters.",
        ),
        row(
            "a delete character",
            text("SALE\u{7f}X"),
            "400 invalid_request_error parameter_invalid code: code must not have control characters.",
        ),
        row(
            "a secret key of Stripe's as a code",
            text("sk_live_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid code: code must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a restricted key of Stripe's as a code",
            text("rk_test_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid code: code must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a publishable key of Stripe's as a code",
            text("pk_live_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid code: code must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a webhook's secret as a code",
            text("whsec_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid code: code must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a text that is taken",
            text("SPRING"),
            "409 conflict_error code_taken code: This app has a code SPRING already. Choose another text, or archive that one first.",
        ),
        row(
            "a text that is taken, in small letters",
            text(" spring "),
            "409 conflict_error code_taken code: This app has a code SPRING already. Choose another text, or archive that one first.",
        ),
    ]
}
