//! Stripe's own words as judge: what the client sends, and what the stand-in answers, against the OpenAPI document of Stripe.
//!
//! The document is not part of the project. [`Judge::here`] looks for it where `CODEMINT_STRIPE_OPENAPI` says, and beside the workspace;
//! without it nothing is judged, and the tests say so. What has changed since the document was written stands in `differences`.
//!
//! The document is read strictly: a parameter or a field that it does not name is wrong, and so is a field that may be `null` and is
//! left out, since Stripe answers `null`.

mod coerce;
mod differences;
mod document;
mod oauth;
mod operation;
mod schema;
mod watch;

#[cfg(test)]
mod tests;

pub use document::{Judge, PATH};
pub use watch::{Side, Watch, complaints};

use serde_json::Value;
use stripe_sim::Exchange;

/// What there is to say against an exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Against what was sent.
    pub request: Vec<String>,
    /// Against what was answered.
    pub answer: Vec<String>,
}

impl Judge {
    /// Holds one exchange against the document.
    pub fn verdict(&self, exchange: &Exchange) -> Verdict {
        let Some(operation) = self.operation(&exchange.method, &exchange.path) else {
            let request = vec!["Stripe's document has no such call".to_owned()];
            let answer = self.answer_of_nothing(exchange);
            return Verdict { request, answer };
        };
        Verdict { request: operation.judge_request(exchange), answer: operation.judge_answer(exchange) }
    }

    /// Holds an object against the schema of its kind: `event`, `coupon`, `checkout.session` and so on.
    pub fn object(&self, kind: &str, object: &Value) -> Vec<String> {
        self.of_kind(kind, |validator| schema::judge(validator, object))
    }
}
