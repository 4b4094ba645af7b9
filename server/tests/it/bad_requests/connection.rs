//! Keys of Stripe's that are pasted.

use super::row::{Row, connect, row};

pub fn rows() -> Vec<Row> {
    let key = |key: &str| connect(&format!("\"restricted_key\":\"{key}\""));
    vec![
        row(
            "no restricted key",
            connect(""),
            "400 invalid_request_error parameter_missing restricted_key: restricted_key is needed: a restricted key of your Stripe account.",
        ),
        row(
            "null as a restricted key",
            connect(r#""restricted_key":null"#),
            "400 invalid_request_error parameter_missing restricted_key: restricted_key is needed: a restricted key of your Stripe account.",
        ),
        row(
            "an empty restricted key",
            key(""),
            "400 invalid_request_error parameter_missing restricted_key: Paste a restricted key: it starts with rk_test_.",
        ),
        row(
            "a number as a restricted key",
            connect(r#""restricted_key":1"#),
            "400 invalid_request_error parameter_invalid restricted_key: restricted_key must be a string that starts with rk_; it is a number.",
        ),
        row(
            "a list of restricted keys",
            connect(r#""restricted_key":["rk_test_51PLANTED0123456789"]"#),
            "400 invalid_request_error parameter_invalid restricted_key: restricted_key must be a string that starts with rk_; it is a list.",
        ),
        row(
            "a secret key to connect",
            key("sk_test_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This is a full secret key: it can do everything in your account, and Codemint does not need that. Paste a restricted key: it starts with rk_test_.",
        ),
        row(
            "a live secret key to connect",
            key("sk_live_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This is a full secret key: it can do everything in your account, and Codemint does not need that. Paste a restricted key: it starts with rk_test_.",
        ),
        row(
            "a publishable key to connect",
            key("pk_test_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This is a publishable key, which cannot create coupons. Paste a restricted key: it starts with rk_test_.",
        ),
        row(
            "a webhook's secret to connect",
            key("whsec_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This is a webhook's signing secret. Paste a restricted key: it starts with rk_test_.",
        ),
        row(
            "a live key in test mode",
            key("rk_live_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This is a live-mode key and you are in test mode. Paste a key that starts with rk_test_, or switch to live mode.",
        ),
        row(
            "a Codemint key to connect",
            key("cm_test_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This is a Codemint API key. Paste a restricted key of Stripe's: it starts with rk_test_.",
        ),
        row(
            "a word to connect",
            key("hello"),
            "400 invalid_request_error parameter_invalid restricted_key: This is not a restricted key of Stripe's: those start with rk_test_.",
        ),
        row(
            "a prefix to connect",
            key("rk_test_"),
            "400 invalid_request_error parameter_invalid restricted_key: This key is not whole: copy it again from Stripe, without spaces or line breaks.",
        ),
        row(
            "a key that Stripe hides",
            key("rk_test_…4f2a"),
            "400 invalid_request_error parameter_invalid restricted_key: This key is not whole: copy it again from Stripe, without spaces or line breaks.",
        ),
        row(
            "a key with a space",
            key("rk_test_51PLANTED 0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This key is not whole: copy it again from Stripe, without spaces or line breaks.",
        ),
        row(
            "a key with a line break inside",
            key(r"rk_test_51PLANTED\n0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: restricted_key must not have control characters.",
        ),
        row(
            "a key with a zero-width space",
            key("rk_test_51PLANTED\u{200b}0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This key is not whole: copy it again from Stripe, without spaces or line breaks.",
        ),
        row(
            "a key with a Cyrillic letter",
            key("rk_test_51PLANTEDА0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: This key is not whole: copy it again from Stripe, without spaces or line breaks.",
        ),
        row(
            "a key of 513 characters",
            key(&format!("rk_test_{}", "a".repeat(505))),
            "400 invalid_request_error parameter_invalid restricted_key: This key is not whole: copy it again from Stripe, without spaces or line breaks.",
        ),
        row(
            "a key that Stripe does not know",
            key("rk_test_51PLANTED0123456789"),
            "400 invalid_request_error parameter_invalid restricted_key: Stripe does not accept this key: no such key. Create a new one on Stripe and paste it here. Nothing was stored.",
        ),
        row(
            "a restricted key by another name",
            connect(r#""api_key":"rk_test_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_unknown api_key: Unknown field: api_key. This call takes restricted_key.",
        ),
        row(
            "a restricted key and more",
            connect(r#""restricted_key":"rk_test_51PLANTED0123456789","livemode":true"#),
            "400 invalid_request_error parameter_unknown livemode: Unknown field: livemode. This call takes restricted_key.",
        ),
        row(
            "a restricted key twice",
            connect(r#""restricted_key":"rk_test_51PLANTED0123456789","restricted_key":"rk_test_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid restricted_key: restricted_key stands twice in the body (line 1, column 64); give it once.",
        ),
        row(
            "a restricted key in broken JSON",
            connect(r#""restricted_key":rk_test_51PLANTED0123456789"#),
            "400 invalid_request_error parameter_invalid restricted_key: restricted_key is not JSON that can be read: expected value at line 1 column 19.",
        ),
    ]
}
