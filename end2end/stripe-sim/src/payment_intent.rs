//! PaymentIntents, as far as a Checkout Session makes them: where its money is.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::{ApiError, ApiResult},
    params::{Expand, Expandable, typed},
    session::Session,
    shelf::Shelved,
    world::{Context, World},
};

const EXPANDABLE: Expandable = &[("latest_charge", Some("charge_read")), ("customer", Some("customer_read"))];

/// Where the money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// On its way, for days perhaps.
    Processing,
    /// There.
    Succeeded,
    /// It came to nothing.
    Failed,
}

/// The money of one session.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PaymentIntent {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) created: i64,
    pub(crate) livemode: bool,
    pub(crate) standing: Standing,
}

impl Shelved for PaymentIntent {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        self.created
    }
}

/// What is `null` of one that a session made.
const NULLS: &[&str] = &[
    "allowed_payment_method_types",
    "application",
    "application_fee_amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "customer",
    "customer_account",
    "description",
    "excluded_payment_method_types",
    "last_payment_error",
    "latest_charge",
    "managed_payments",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "payment_method_configuration_details",
    "payment_record",
    "processing",
    "receipt_email",
    "review",
    "setup_future_usage",
    "shipping",
    "source",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
];

impl PaymentIntent {
    pub(crate) fn of(session: &Session, id: String, standing: Standing, now: i64) -> Self {
        Self {
            id,
            amount: session.amount_total.unwrap_or_default(),
            currency: session.currency.clone().unwrap_or_default(),
            created: now,
            livemode: session.livemode,
            standing,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let Self { id, amount, currency, created, livemode, standing } = self;
        let received = if *standing == Standing::Succeeded { *amount } else { 0 };
        let status = match standing {
            Standing::Processing => "processing",
            Standing::Succeeded => "succeeded",
            Standing::Failed => "requires_payment_method",
        };
        let mut answer = json!({
            "id": id, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_received": received,
            "capture_method": "automatic_async", "client_secret": null, "confirmation_method": "automatic", "created": created,
            "currency": currency, "livemode": livemode, "metadata": {}, "payment_method_options": {},
            "payment_method_types": ["card"], "status": status,
        });
        if let Value::Object(fields) = &mut answer {
            for name in NULLS {
                fields.entry(*name).or_insert(Value::Null);
            }
        }
        if *standing == Standing::Failed {
            answer["last_payment_error"] = json!({
                "type": "invalid_request_error", "code": "payment_intent_payment_attempt_failed", "message": "The payment failed.",
            });
        }
        answer
    }
}

#[derive(Debug, Deserialize)]
struct Read {
    #[serde(default)]
    expand: Expand,
}

pub(crate) fn retrieve(world: &World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let Read { expand } = typed(params)?;
    expand.check(EXPANDABLE, &context.caller)?;
    let found = world.payment_intents.get(id).ok_or_else(|| ApiError::not_found("payment_intent", id, "intent"))?;
    Ok(found.json())
}
