//! Schemas of OpenAPI 3.0 as JSON Schema, and what a value has against one.

use std::collections::BTreeSet;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// How much of a wrong value is quoted.
const QUOTED: usize = 120;
const COMPONENTS: &str = "#/components/schemas/";

/// A schema with all the components that it can reach, and no others.
pub(crate) fn compile(described: &Value, components: &Value) -> Result<Validator, String> {
    let mut reached = BTreeSet::new();
    let mut root = translated(described, &mut reached);
    let mut definitions = Map::new();
    while let Some(name) = reached.iter().find(|name| !definitions.contains_key(*name)).cloned() {
        let component = components.get(&name).ok_or_else(|| format!("the document lacks the schema {name}"))?;
        definitions.insert(name, translated(component, &mut reached));
    }
    if let Value::Object(root) = &mut root {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.build(&root).map_err(|error| format!("the document has a schema that is none: {error}"))
}

/// What there is to say against a value.
pub(crate) fn judge(validator: &Validator, value: &Value) -> Vec<String> {
    // Most are right, and that is told more cheaply.
    if validator.is_valid(value) {
        return Vec::new();
    }
    let said = |error: jsonschema::ValidationError<'_>| {
        let place = error.instance_path().to_string();
        let words: String = error.to_string().chars().take(QUOTED).collect();
        if place.is_empty() { words } else { format!("{place}: {words}") }
    };
    validator.iter_errors(value).map(said).collect()
}

/// The same of a value that is still text.
pub(crate) fn judge_text(validator: &Validator, text: &str) -> Vec<String> {
    match serde_json::from_str(text) {
        Ok(value) => judge(validator, &value),
        Err(error) => vec![format!("not JSON: {error}")],
    }
}

/// A schema in the words of JSON Schema; the components that it names are added to `reached`.
fn translated(described: &Value, reached: &mut BTreeSet<String>) -> Value {
    let Value::Object(described) = described else { return described.clone() };
    if let Some(name) = described.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(COMPONENTS)) {
        reached.insert(name.to_owned());
        return json!({ "$ref": format!("#/$defs/{name}") });
    }
    let mut schema = Map::new();
    for (word, value) in described {
        let value = match (word.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                let each = |(name, one): (&String, &Value)| (name.clone(), translated(one, reached));
                Value::Object(properties.iter().map(each).collect())
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(all)) => {
                all.iter().map(|one| translated(one, reached)).collect()
            }
            ("items" | "additionalProperties", one) => translated(one, reached),
            ("type" | "enum" | "required" | "maxLength" | "pattern" | "minimum" | "maximum", value) => value.clone(),
            // Titles, texts, formats that are no check, and what is Stripe's own.
            _ => continue,
        };
        schema.insert(word.clone(), value);
    }
    closed(described, &mut schema);
    if described.get("nullable") == Some(&Value::Bool(true)) {
        or_null(&mut schema);
    }
    Value::Object(schema)
}

/// An object has the fields that are named, and of those that may be null each is there.
fn closed(described: &Map<String, Value>, schema: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = described.get("properties") else { return };
    schema.entry("additionalProperties").or_insert(Value::Bool(false));
    let may_be_missing = described.get(MAY_BE_MISSING);
    let missing = |name: &String| match may_be_missing {
        Some(Value::Array(names)) => names.iter().any(|one| one == name),
        other => other == Some(&Value::Bool(true)),
    };
    let nullable = |one: &Value| one.get("nullable") == Some(&Value::Bool(true));
    let there = properties.iter().filter(|(name, one)| nullable(one) && !missing(name)).map(|(name, _)| name);
    let mut required: Vec<Value> = there.map(|name| json!(name)).collect();
    if let Some(Value::Array(already)) = schema.get("required") {
        required.extend(already.iter().filter(|name| !required.contains(name)).cloned().collect::<Vec<_>>());
    }
    schema.insert("required".to_owned(), Value::Array(required));
}

/// The fields of an object that may be left out although they may be null: a list of names, or `true` for all.
pub(crate) const MAY_BE_MISSING: &str = "x-may-be-missing";

fn or_null(schema: &mut Map<String, Value>) {
    match schema.remove("anyOf") {
        // Said so, what is wrong with the only alternative is told in full.
        Some(Value::Array(mut alternatives)) if alternatives.len() == 1 => {
            schema.insert("if".to_owned(), json!({ "type": "null" }));
            schema.insert("else".to_owned(), alternatives.swap_remove(0));
        }
        Some(Value::Array(mut alternatives)) => {
            alternatives.push(json!({ "type": "null" }));
            schema.insert("anyOf".to_owned(), Value::Array(alternatives));
        }
        _ => {}
    }
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
}
