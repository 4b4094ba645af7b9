//! One call: what may be sent, and what may be answered.

use std::{collections::HashMap, sync::Arc};

use jsonschema::Validator;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use stripe_sim::Exchange;

use crate::{coerce, schema};

const FORM: [&str; 4] = ["requestBody", "content", "application/x-www-form-urlencoded", "schema"];

/// A call, its schemas compiled when they are first needed.
pub(crate) struct Operation {
    /// What the query and the form may hold, as the document has it.
    query: Value,
    form: Value,
    responses: Value,
    components: Arc<Value>,
    compiled: Mutex<HashMap<String, Arc<Result<Validator, String>>>>,
}

impl Operation {
    pub(crate) fn new(described: &Value, components: Arc<Value>) -> Self {
        let form = FORM.iter().try_fold(described, |at, key| at.get(key)).cloned();
        let nothing = || json!({ "type": "object", "properties": {}, "additionalProperties": false });
        Self {
            query: query(described),
            form: form.unwrap_or_else(nothing),
            responses: described["responses"].clone(),
            components,
            compiled: Mutex::default(),
        }
    }

    pub(crate) fn judge_request(&self, exchange: &Exchange) -> Vec<String> {
        let mut wrong = Vec::new();
        for (place, described, pairs) in [("query", &self.query, &exchange.query), ("form", &self.form, &exchange.form)]
        {
            match coerce::read(described, pairs) {
                Err(problem) => wrong.push(format!("{place}: {problem}")),
                Ok(params) => {
                    let complaints = self.with(place, described, |validator| schema::judge(validator, &params));
                    wrong.extend(complaints.into_iter().map(|complaint| format!("{place}: {complaint}")));
                }
            }
        }
        wrong
    }

    pub(crate) fn judge_answer(&self, exchange: &Exchange) -> Vec<String> {
        let Some(status) = exchange.status else { return Vec::new() };
        let named = status.to_string();
        let name = if self.responses.get(&named).is_some() { named.as_str() } else { "default" };
        if status < 300 && name == "default" {
            return vec![format!("{status} is no success that Stripe names")];
        }
        let described = &self.responses[name]["content"]["application/json"]["schema"];
        self.with(name, described, |validator| schema::judge_text(validator, &exchange.body))
    }

    fn with(&self, name: &str, described: &Value, judge: impl FnOnce(&Validator) -> Vec<String>) -> Vec<String> {
        let make = || Arc::new(schema::compile(described, &self.components));
        let compiled = self.compiled.lock().entry(name.to_owned()).or_insert_with(make).clone();
        match &*compiled {
            Ok(validator) => judge(validator),
            Err(problem) => vec![problem.clone()],
        }
    }
}

/// The parameters of the query as one object.
fn query(described: &Value) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in described["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query") {
        let Some(name) = parameter["name"].as_str() else { continue };
        properties.insert(name.to_owned(), parameter["schema"].clone());
        if parameter["required"] == true {
            required.push(name);
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
