//! `GET /v1/account`: only as much as tells one account from another.

use serde_json::{Value, json};

use crate::world::Context;

pub(crate) fn retrieve(context: &Context) -> Value {
    let name = &context.account_name;
    json!({
        "id": context.caller.account, "object": "account", "business_profile": { "name": name },
        "charges_enabled": true, "country": "US", "default_currency": "usd", "details_submitted": true,
        "email": null, "payouts_enabled": true, "settings": {
            "branding": {}, "card_payments": {}, "dashboard": { "display_name": name, "timezone": "Etc/UTC" },
            "payments": {},
        },
        "type": "standard",
    })
}
