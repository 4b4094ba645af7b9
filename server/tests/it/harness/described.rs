//! Every answer that a test sees is held against the API's own description, and every request that was taken, too.

use super::ask::Answer;
use jsonschema::Validator;
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// The file that the code's own tests keep equal to what the server tells.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
});
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The described address that a path is one of.
fn template(path: &str) -> Option<&'static str> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let fits = |template: &&String| {
        let (ours, theirs): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(a, b)| a == b || (a.starts_with('{') && !b.is_empty()))
    };
    paths.keys().find(fits).map(String::as_str)
}

/// A described call: its id and itself.
pub fn call(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    // Methods are told apart by case.
    let name = method.to_lowercase();
    let call = DOCUMENT["paths"][template(path)?].get(&name).filter(|_| method != name)?;
    Some((call["operationId"].as_str().unwrap(), call))
}

fn validator(schema: &Value) -> Arc<Validator> {
    let mut known = VALIDATORS.lock();
    let made = known.entry(schema.to_string()).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["components"] = DOCUMENT["components"].clone();
        Arc::new(jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&whole).unwrap())
    });
    made.clone()
}

fn hold_to(schema: &Value, value: &Value, what: &str) {
    let wrong: Vec<String> =
        validator(schema).iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(wrong.is_empty(), "{what} is not as docs/openapi.json describes it: {value:#}\n{}", wrong.join("\n"));
}

/// Holds an answer, and the body of a request that was taken.
pub fn hold(method: &str, path: &str, body: Option<&[u8]>, answer: &Answer) {
    // HEAD has no body; what belongs to no described call has the envelope alone.
    let Some((id, call)) = call(method, path) else {
        if answer.status >= 400 && method != "HEAD" && path.starts_with("/v1/") {
            hold_to(&serde_json::json!({ "$ref": "#/components/schemas/error" }), &answer.json, "the refusal");
        }
        return;
    };
    let what = format!("the answer {} of {id}", answer.status);
    assert_ne!(answer.status, 500, "{what}: nothing that a test does is a fault of ours");
    let response = &call["responses"][answer.status.to_string()];
    assert!(!response.is_null(), "{what} is not described in docs/openapi.json: {}", answer.text);
    let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
    let content = &response["content"][&kind];
    assert!(!content.is_null(), "{what}: {kind} is not described");
    let value = if kind == "application/json" { answer.json.clone() } else { Value::from(answer.text.clone()) };
    hold_to(&content["schema"], &value, &what);
    for name in ["retry-after", "idempotent-replayed", "www-authenticate", "request-id"] {
        let described = response["headers"].as_object().unwrap().keys().any(|known| known.eq_ignore_ascii_case(name));
        assert!(described || answer.header(name).is_none(), "{what}: the header {name} is not described");
    }
    let taken = (200..300).contains(&answer.status);
    if let (true, Some(body), false) = (taken, body, call["requestBody"].is_null()) {
        let body = serde_json::from_slice(body).unwrap();
        hold_to(
            &call["requestBody"]["content"]["application/json"]["schema"],
            &body,
            &format!("a body that {id} took"),
        );
    }
}
