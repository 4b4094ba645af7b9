//! The token endpoint of Stripe Apps, which Stripe's document does not have: by its page on OAuth 2.0 for Stripe Apps, and by the answers
//! that clients of it have met.

use serde_json::{Value, json};

/// `POST /v1/oauth/token`, as an operation of the document.
pub(crate) fn token() -> Value {
    let text = || json!({ "type": "string", "maxLength": 5000 });
    let json = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    let form = json!({
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": { "type": "string", "enum": ["authorization_code", "refresh_token"] },
            "code": text(),
            "refresh_token": text(),
        },
        "additionalProperties": false,
    });
    // A refresh was seen to name the account `account_id`. There is no `expires_in`.
    let pair = json!({
        "type": "object",
        "required": ["access_token", "livemode", "refresh_token", "scope", "stripe_publishable_key", "token_type"],
        "properties": {
            "access_token": text(),
            "account_id": text(),
            "livemode": { "type": "boolean" },
            "refresh_token": text(),
            "scope": { "type": "string", "enum": ["stripe_apps"] },
            "stripe_publishable_key": text(),
            "stripe_user_id": text(),
            "token_type": { "type": "string", "enum": ["bearer"] },
        },
    });
    // OAuth's refusals are flat; those of the API itself have its envelope.
    let refused = json!({
        "type": "object",
        "required": ["error", "error_description"],
        "properties": { "error": text(), "error_description": text() },
    });
    json!({ "post": {
        "requestBody": { "content": { "application/x-www-form-urlencoded": { "schema": form } } },
        "responses": {
            "200": json(pair), "400": json(refused), "default": json(json!({ "$ref": "#/components/schemas/error" })),
        },
    } })
}
