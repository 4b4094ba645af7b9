//! `GET /v1/account`: only as much as tells one account from another.

use serde_json::{Value, json};

use crate::world::Context;

pub(crate) fn retrieve(context: &Context) -> Value {
    json!({
        "id": context.caller.account, "object": "account", "business_profile": { "name": "TaskPomo" },
        "charges_enabled": true, "country": "US", "default_currency": "usd", "details_submitted": true,
        "email": null, "payouts_enabled": true, "type": "standard",
    })
}
