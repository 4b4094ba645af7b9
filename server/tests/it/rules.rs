//! Section 5 of the product, from outside: what is taken, what is refused, and that a refusal writes nothing.

use crate::harness::{CODES, NEW_YEAR, NOW, World, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(every_rule_has_its_refusal, what_keeps_the_rules_is_taken);

const LAST: i64 = 253_402_300_799_999;

async fn every_rule_has_its_refusal(w: &World) {
    let (missing, invalid, exclusive, unknown) =
        ("parameter_missing", "parameter_invalid", "parameters_exclusive", "parameter_unknown");
    // Laid over a good code; null takes a field away.
    let cases: &[(Value, &str, &str)] = &[
        (json!({ "code": null }), missing, "code"),
        (json!({ "code": "" }), missing, "code"),
        (json!({ "code": "  " }), missing, "code"),
        (json!({ "code": "AB" }), invalid, "code"),
        (json!({ "code": "A".repeat(65) }), invalid, "code"),
        (json!({ "code": "BLACK FRIDAY" }), invalid, "code"),
        (json!({ "code": "50%" }), invalid, "code"),
        (json!({ "code": "BLACKFRıDAY" }), invalid, "code"),
        (json!({ "code": "СОDЕ" }), invalid, "code"),
        (json!({ "code": 50 }), invalid, "code"),
        (json!({ "percent_off": null }), missing, "percent_off"),
        (json!({ "percent_off": 0 }), invalid, "percent_off"),
        (json!({ "percent_off": -5 }), invalid, "percent_off"),
        (json!({ "percent_off": 0.001 }), invalid, "percent_off"),
        (json!({ "percent_off": 12.345 }), invalid, "percent_off"),
        (json!({ "percent_off": 100.01 }), invalid, "percent_off"),
        (json!({ "percent_off": "50" }), invalid, "percent_off"),
        (json!({ "percent_off": 1e300 }), invalid, "percent_off"),
        (json!({ "amount_off_cents": 500, "currency": "usd" }), exclusive, "amount_off_cents"),
        (json!({ "currency": "usd" }), exclusive, "currency"),
        (json!({ "percent_off": null, "amount_off_cents": 500 }), missing, "currency"),
        (json!({ "percent_off": null, "amount_off_cents": 500, "currency": "xyz" }), invalid, "currency"),
        (json!({ "percent_off": null, "amount_off_cents": 500, "currency": 978 }), invalid, "currency"),
        (json!({ "percent_off": null, "amount_off_cents": 0, "currency": "usd" }), invalid, "amount_off_cents"),
        (json!({ "percent_off": null, "amount_off_cents": -1, "currency": "usd" }), invalid, "amount_off_cents"),
        (
            json!({ "percent_off": null, "amount_off_cents": 100_000_000, "currency": "usd" }),
            invalid,
            "amount_off_cents",
        ),
        (json!({ "percent_off": null, "amount_off_cents": 5.5, "currency": "usd" }), invalid, "amount_off_cents"),
        (json!({ "max_redemptions": 0 }), invalid, "max_redemptions"),
        (json!({ "max_redemptions": -1 }), invalid, "max_redemptions"),
        (json!({ "max_redemptions": 1.5 }), invalid, "max_redemptions"),
        (json!({ "max_redemptions": "10" }), invalid, "max_redemptions"),
        (json!({ "expires_at": NOW }), invalid, "expires_at"),
        (json!({ "expires_at": NOW - 1 }), invalid, "expires_at"),
        (json!({ "expires_at": 0 }), invalid, "expires_at"),
        (json!({ "expires_at": NEW_YEAR / 1000 }), invalid, "expires_at"),
        (json!({ "expires_at": LAST + 1 }), invalid, "expires_at"),
        (json!({ "expires_at": "2027-01-01" }), invalid, "expires_at"),
        (json!({ "starts_at": NEW_YEAR, "expires_at": NEW_YEAR }), invalid, "starts_at"),
        (json!({ "starts_at": NEW_YEAR + 1, "expires_at": NEW_YEAR }), invalid, "starts_at"),
        (json!({ "starts_at": -1 }), invalid, "starts_at"),
        (json!({ "starts_at": LAST + 1 }), invalid, "starts_at"),
        (json!({ "duration": "weekly" }), invalid, "duration"),
        (json!({ "duration": "repeating" }), missing, "duration_in_months"),
        (json!({ "duration": "repeating", "duration_in_months": 0 }), invalid, "duration_in_months"),
        (json!({ "duration": "forever", "duration_in_months": 3 }), exclusive, "duration_in_months"),
        (json!({ "duration_in_months": 3 }), exclusive, "duration_in_months"),
        (json!({ "metadata": [] }), invalid, "metadata"),
        (json!({ "metadata": { "team": 3 } }), invalid, "metadata.team"),
        (json!({ "metadata": { "team": null } }), invalid, "metadata.team"),
        (json!({ "metadata": { "team": "x".repeat(501) } }), invalid, "metadata.team"),
        (json!({ "metadata": { "x".repeat(41): "a" } }), invalid, "metadata"),
        (json!({ "metadata": { "a[b]": "a" } }), invalid, "metadata"),
        (json!({ "app_id": 7 }), invalid, "app_id"),
        (json!({ "colour": "red" }), unknown, "colour"),
        (json!({ "amount_off": 500 }), unknown, "amount_off"),
        (json!({ "active": true }), unknown, "active"),
    ];
    for (fields, code, param) in cases {
        let answer = w.post(CODES, laid_over(fields)).await;
        assert_eq!((answer.status, answer.code(), answer.param()), (400, *code, *param), "{fields}: {}", answer.text);
        let named = answer.message().contains(param.split('.').next().unwrap());
        assert!(named, "{fields}: the message does not name the field: {}", answer.message());
        assert_eq!(answer.json["error"]["type"], "invalid_request_error");
    }
    assert_eq!(w.database.number("SELECT count(*) FROM discount_codes").await, 0, "a refusal wrote something");
    assert_eq!(w.sim.counts().requests, 0);
}

async fn what_keeps_the_rules_is_taken(w: &World) {
    for (code, fields, shown) in [
        ("lower", json!({ "code": "  lower \n" }), json!({ "code": "LOWER" })),
        ("A-1_", json!({ "percent_off": 0.01 }), json!({ "percent_off": 0.01 })),
        ("ALL", json!({ "percent_off": 100.0 }), json!({ "percent_off": 100 })),
        (&"L".repeat(64), json!({ "percent_off": 12.34 }), json!({ "percent_off": 12.34 })),
        (
            "MOST",
            json!({ "percent_off": null, "amount_off_cents": 99_999_999, "currency": "Jpy" }),
            json!({ "amount_off_cents": 99_999_999, "currency": "jpy", "percent_off": null }),
        ),
        ("ONE", json!({ "max_redemptions": 1, "expires_at": NOW + 1 }), json!({ "max_redemptions": 1 })),
        ("LATE", json!({ "expires_at": LAST, "starts_at": LAST - 1 }), json!({ "status": "scheduled" })),
        ("PAST", json!({ "starts_at": 0 }), json!({ "status": "active", "starts_at": 0 })),
        (
            "MONTHS",
            json!({ "duration": "repeating", "duration_in_months": 12 }),
            json!({ "duration": "repeating", "duration_in_months": 12 }),
        ),
        ("EVER", json!({ "duration": "forever" }), json!({ "duration": "forever", "duration_in_months": null })),
        ("META", json!({ "metadata": { "team": "Größe 🎉" } }), json!({ "metadata": { "team": "Größe 🎉" } })),
    ] {
        let mut body = laid_over(&fields);
        if body["code"] == "GOOD" {
            body["code"] = json!(code);
        }
        let made = w.post(CODES, body).await.expect(201);
        for (name, value) in shown.as_object().unwrap() {
            assert_eq!(&made.json[name], value, "{code}: {name}");
        }
    }
}

/// A good code with these fields instead of its own.
fn laid_over(fields: &Value) -> Value {
    let mut body = json!({ "app_id": "taskpomo", "code": "GOOD", "percent_off": 50 });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}
