//! The description against the router, against its own examples, and against the file that is checked in.

use super::*;
use crate::web;
use app::domain::problem::{Code, Kind};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Addresses that belong to the screens.
const SCREENS: [&str; 8] = [
    "/api/{*name}",
    "/apps/{app_id}/campaigns/{id}/rewards.csv",
    "/assets/{file}",
    "/favicon.ico",
    "/live",
    "/people/export",
    "/sign-in",
    "/sign-out",
];
/// Addresses that belong to Stripe.
const STRIPES: [&str; 5] = [
    "/stripe/callback",
    "/stripe/confirm",
    "/stripe/start",
    "/stripe/webhooks/{mode}",
    "/stripe/webhooks/{mode}/{endpoint}",
];

fn described() -> Value {
    serde_json::to_value(document()).unwrap()
}

/// The addresses of a router: axum tells them in its `Debug` form alone, each as `RouteId(n): "/…"`.
fn addresses() -> BTreeSet<String> {
    let shown = format!("{:?}", web::routes());
    shown
        .split("RouteId(")
        .filter_map(|part| part.split_once("): \"")?.1.split('"').next().map(str::to_owned))
        // axum's own, for what no route answers to.
        .filter(|path| path != "/" && !path.contains("axum_fallback"))
        .collect()
}

#[test]
fn every_address_is_described_and_no_other() {
    let routed = addresses();
    assert!(routed.contains("/healthz"), "axum shows its routes in another form: read them here as it does now");
    let described: BTreeSet<String> = described()["paths"].as_object().unwrap().keys().cloned().collect();
    let screens = SCREENS.into_iter().chain(STRIPES).map(str::to_owned).collect();
    let programs: BTreeSet<_> = routed.difference(&screens).cloned().collect();
    assert_eq!(programs, described, "left: what the router answers to; right: what openapi/calls describes");
}

#[test]
fn the_file_is_the_description() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    let now = printed().unwrap() + "\n";
    assert!(
        kept == now,
        "docs/openapi.json is not what the code says. Look at the change, then renew the file:\n\n    \
         cargo run -p server -- openapi > docs/openapi.json\n"
    );
}

/// A schema of the document, with everything that it may point to.
fn validator(document: &Value, schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&whole).unwrap()
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(place) => {
            document.pointer(place.trim_start_matches('#')).unwrap_or_else(|| panic!("{place}: nothing there"))
        }
        None => value,
    }
}

/// Every part of the document that has a schema and examples, with where it stands.
fn shown_parts<'a>(at: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("schema") {
                found.push((at.to_owned(), value));
            }
            fields.iter().for_each(|(name, value)| shown_parts(&format!("{at}/{name}"), value, found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| shown_parts(&format!("{at}/{n}"), item, found));
        }
        _ => {}
    }
}

#[test]
fn examples_keep_their_schemas() {
    let document = described();
    let mut parts = Vec::new();
    shown_parts("", &document, &mut parts);
    let mut held = 0;
    for (at, part) in parts {
        let schema = validator(&document, &part["schema"]);
        let named = part["examples"].as_object().into_iter().flatten();
        let values = named.map(|(_, example)| &resolved(&document, example)["value"]).chain(part.get("example"));
        for value in values {
            let wrong: Vec<_> = schema.iter_errors(value).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{at}: {value}: {wrong:?}");
            held += 1;
        }
    }
    assert!(held > 100, "{held} examples");
}

/// Each call under `paths`: its method and path, and itself.
fn calls(document: &Value) -> Vec<(String, &Value)> {
    let mut calls = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            calls.push((format!("{} {path}", method.to_uppercase()), call));
        }
    }
    calls
}

#[test]
fn every_call_says_what_there_is_to_say() {
    let document = described();
    let mut ids = BTreeSet::new();
    for (what, call) in calls(&document) {
        assert!(ids.insert(call["operationId"].as_str().unwrap()), "{what}");
        for name in ["summary", "description", "tags"] {
            assert!(!call[name].is_null(), "{what}: no {name}");
        }
        let keyed = what.contains(" /v1/");
        let responses = call["responses"].as_object().unwrap();
        for (status, response) in responses {
            assert!(response["headers"]["Request-Id"].is_object(), "{what} {status}");
            let content = response["content"].as_object().unwrap().values().next().unwrap();
            assert!(content["examples"].is_object() || !content["example"].is_null(), "{what} {status}: no example");
            let waits = matches!(status.as_str(), "429" | "503") && keyed;
            assert_eq!(response["headers"]["Retry-After"].is_object(), waits, "{what} {status}");
        }
        for status in ["408", "413", "431", "500"].into_iter().chain(keyed.then_some("401")) {
            assert!(responses.contains_key(status), "{what}: {status}");
        }
        if let Some(body) = call.get("requestBody") {
            assert!(responses.contains_key("415"), "{what}");
            let content = &body["content"]["application/json"];
            assert!(content["examples"].is_object() || !content["example"].is_null(), "{what}: no example");
        }
        let repeatable = call["parameters"].as_array().is_some_and(|all| {
            all.iter().any(|parameter| parameter["$ref"] == "#/components/parameters/idempotency_key")
        });
        let in_use = responses.get("409").is_some_and(|answer| answer.to_string().contains("idempotency_key_in_use"));
        assert_eq!(repeatable, in_use, "{what}");
        assert_eq!(call["security"], if keyed { Value::Null } else { json!([{}]) }, "{what}");
    }
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn every_object_refuses_what_it_does_not_know_and_every_field_is_explained() {
    fn walk(at: &str, schema: &Value, inside_rule: bool) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            let explained = inside_rule || !field["description"].is_null() || !field["$ref"].is_null();
            assert!(explained, "{at}: no description");
            walk(&at, field, inside_rule);
        }
        let is_object = schema["type"] == "object" || schema["type"] == json!(["object", "null"]);
        if is_object && !inside_rule {
            assert!(!schema["additionalProperties"].is_null(), "{at}: takes any field");
        }
        for way in ["oneOf", "allOf"] {
            for (n, part) in schema[way].as_array().into_iter().flatten().enumerate() {
                // The first part of an `allOf` has the fields, the others are rules between them.
                walk(&format!("{at}/{way}/{n}"), part, inside_rule || (way == "allOf" && n > 0));
            }
        }
    }
    let document = described();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        walk(name, schema, false);
    }
}

#[test]
fn every_code_stands_under_its_status() {
    let document = described();
    let known: BTreeMap<&str, Code> = Code::ALL.iter().map(|code| (code.as_str(), *code)).collect();
    let mut told = BTreeSet::from(["method_not_allowed"]);
    for (what, call) in calls(&document) {
        for (status, response) in call["responses"].as_object().unwrap() {
            let schema = &response["content"]["application/json"]["schema"];
            let codes = &schema["allOf"][1]["properties"]["error"]["properties"]["code"]["enum"];
            for code in codes.as_array().into_iter().flatten() {
                let code = known[code.as_str().unwrap()];
                assert_eq!(code.status().to_string(), *status, "{what}: {}", code.as_str());
                assert!(!Kind::as_str(code.kind()).is_empty());
                told.insert(code.as_str());
            }
        }
    }
    let screens = ["sign_in_required", "origin_refused", "app_id_taken"];
    let missing: Vec<_> = known.keys().filter(|code| !told.contains(**code) && !screens.contains(code)).collect();
    assert!(missing.is_empty(), "codes that no call is said to answer with: {missing:?}");
}
