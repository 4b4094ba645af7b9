//! The description as the page `/docs/api` draws it: nothing on that page is written twice.

use super::document;
use super::print::{Known, printed};
use app::domain::discount_code::MAX_TIME_MS;
use app::wire::reference::{Answer, Call, Field, Group, Object, Reference, Refusal, RefusalCode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use utoipa::openapi::{
    Content, OpenApi, RefOr, Required, Response, Schema,
    path::{Operation, Parameter, ParameterIn, PathItem},
    schema::{ArrayItems, Object as Fields, SchemaType, Type},
};

/// The calls as people read them.
pub fn reference() -> Arc<Reference> {
    static READ: LazyLock<Arc<Reference>> = LazyLock::new(|| Arc::new(read(&document())));
    READ.clone()
}

/// Sorts a document for people.
pub(super) fn read(document: &OpenApi) -> Reference {
    let Some(components) = &document.components else { return Reference::default() };
    let known = Known(components);
    let calls: Vec<(&str, &str, &Operation)> = document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| methods(item).map(move |(m, o)| (m, path.as_str(), o)))
        .collect();
    let everywhere = everywhere(known, &calls);
    let tags = document.tags.iter().flatten();
    let groups = tags.map(|tag| Group {
        name: tag.name.clone(),
        about: tag.description.clone().unwrap_or_default(),
        calls: calls
            .iter()
            .filter(|(_, _, call)| call.tags.iter().flatten().any(|name| *name == tag.name))
            .map(|(method, path, call)| one(known, &everywhere, method, path, call))
            .collect(),
    });
    let groups: Vec<Group> = groups.collect();
    let shown: BTreeSet<&str> = groups
        .iter()
        .flat_map(|group| &group.calls)
        .flat_map(|call| &call.answers)
        .filter_map(|answer| answer.object.as_deref())
        .collect();
    let objects = shown.into_iter().filter_map(|name| object(known, name)).collect();
    Reference { objects, refusals: codes(known, &calls), everywhere: everywhere.into_iter().collect(), groups }
}

fn methods(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PATCH", &item.patch),
        ("PUT", &item.put),
        ("DELETE", &item.delete),
    ];
    all.into_iter().filter_map(|(method, call)| Some((method, call.as_ref()?)))
}

/// Statuses of a call's refusals, with their codes: the names of its examples.
fn refusals<'a>(known: Known<'a>, call: &'a Operation) -> impl Iterator<Item = (&'a str, BTreeSet<String>)> {
    call.responses.responses.iter().filter(|(status, _)| status.as_str() >= "400").map(move |(status, response)| {
        let content = known.response(response).and_then(json);
        (status.as_str(), content.map(|content| content.examples.keys().cloned().collect()).unwrap_or_default())
    })
}

/// Codes that every call may answer with.
fn everywhere<'a>(known: Known<'a>, calls: &[(&str, &str, &'a Operation)]) -> BTreeSet<String> {
    let of = |call: &'a Operation| refusals(known, call).flat_map(|(_, codes)| codes).collect::<BTreeSet<String>>();
    let mut all = calls.iter().map(|(_, _, call)| of(call));
    let first = all.next().unwrap_or_default();
    all.fold(first, |common, codes| common.intersection(&codes).cloned().collect())
}

/// Every code, with the status that it comes with.
fn codes<'a>(known: Known<'a>, calls: &[(&str, &str, &'a Operation)]) -> Vec<RefusalCode> {
    let mut statuses: BTreeMap<String, String> = BTreeMap::new();
    for (status, codes) in calls.iter().flat_map(|(_, _, call)| refusals(known, call)) {
        statuses.extend(codes.into_iter().map(|code| (code, status.to_owned())));
    }
    let mut found: Vec<RefusalCode> = statuses
        .into_iter()
        .filter_map(|(code, status)| {
            let error = known.example(&code)?.get("error")?;
            let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            Some(RefusalCode { code, status, kind: text("type"), example: text("message") })
        })
        .collect();
    found.sort_by(|a, b| (&a.status, &a.code).cmp(&(&b.status, &b.code)));
    found
}

fn json(response: &Response) -> Option<&Content> {
    match response.content.get("application/json")? {
        RefOr::T(content) => Some(content),
        RefOr::Ref(_) => None,
    }
}

fn one<'a>(known: Known<'a>, everywhere: &BTreeSet<String>, method: &str, path: &str, call: &'a Operation) -> Call {
    let parameters: Vec<&Parameter> = call.parameters.iter().flatten().filter_map(|one| known.parameter(one)).collect();
    let body = call.request_body.as_ref().and_then(|body| match body {
        RefOr::T(body) => match body.content.get("application/json")? {
            RefOr::T(content) => Some(content),
            RefOr::Ref(_) => None,
        },
        RefOr::Ref(_) => None,
    });
    let schema = body.and_then(|body| known.schema(body.schema.as_ref()?));
    let mut fields = Vec::new();
    let mut rules = Vec::new();
    if let Some(schema) = schema {
        list(known, schema, "", &mut fields);
        rules = self::rules(schema);
    }
    let example_path = parameters.iter().fold(path.to_owned(), |path, parameter| {
        path.replace(&format!("{{{}}}", parameter.name), &example_of(parameter))
    });
    let example = body.and_then(first).filter(|_| !fields.is_empty());
    let refused = refusals(known, call).map(|(status, codes)| Refusal {
        status: status.to_owned(),
        codes: codes.into_iter().filter(|code| !everywhere.contains(code)).collect(),
    });
    Call {
        id: call.operation_id.clone().unwrap_or_default(),
        method: method.to_owned(),
        path: path.to_owned(),
        title: call.summary.clone().unwrap_or_default(),
        about: call.description.clone().unwrap_or_default(),
        // None of its own: that of the whole document.
        needs_key: call.security.is_none(),
        repeatable: parameters
            .iter()
            .any(|one| one.parameter_in == ParameterIn::Header && one.name == "Idempotency-Key"),
        parameters: parameters.into_iter().map(|one| parameter(known, one)).collect(),
        fields,
        rules,
        example_path,
        example_body: example.map(|value| printed(known, &value, schema)),
        answers: answers(known, call),
        refusals: refused.filter(|refusal| !refusal.codes.is_empty()).collect(),
    }
}

/// What stands in an example's address in the place of a parameter.
fn example_of(parameter: &Parameter) -> String {
    let written = serde_json::to_value(parameter).unwrap_or_default();
    written["example"].as_str().unwrap_or_default().to_owned()
}

/// The first example of a body or an answer.
fn first(content: &Content) -> Option<serde_json::Value> {
    let named = content.examples.values().find_map(|example| match example {
        RefOr::T(example) => example.value.clone(),
        RefOr::Ref(_) => None,
    });
    named.or_else(|| content.example.clone())
}

fn answers<'a>(known: Known<'a>, call: &'a Operation) -> Vec<Answer> {
    let done = call.responses.responses.iter().filter(|(status, _)| status.starts_with('2'));
    done.filter_map(|(status, response)| {
        let response = known.response(response)?;
        let content = json(response);
        let name = content.and_then(|content| Known::name(content.schema.as_ref()?));
        let schema = content.and_then(|content| known.schema(content.schema.as_ref()?));
        Some(Answer {
            status: status.clone(),
            about: response.description.clone(),
            object: name.map(str::to_owned),
            example: content.and_then(first).map(|value| printed(known, &value, schema)),
        })
    })
    .collect()
}

fn parameter<'a>(known: Known<'a>, parameter: &'a Parameter) -> Field {
    let schema = parameter.schema.as_ref();
    Field {
        name: parameter.name.clone(),
        place: match parameter.parameter_in {
            ParameterIn::Path => "path",
            ParameterIn::Header => "header",
            _ => "query",
        }
        .to_owned(),
        kind: schema.map(|schema| kind(known, schema)).unwrap_or_default(),
        required: matches!(parameter.required, Required::True),
        about: parameter.description.clone().unwrap_or_default(),
        limits: schema.and_then(|schema| known.schema(schema)).map(limits).unwrap_or_default(),
    }
}

fn object(known: Known, name: &str) -> Option<Object> {
    let schema = known.named(name)?;
    let mut fields = Vec::new();
    list(known, schema, "", &mut fields);
    Some(Object { name: name.to_owned(), about: about(schema).unwrap_or_default().to_owned(), fields })
}

/// The fields of a schema, those within a field under its name.
fn list<'a>(known: Known<'a>, schema: &'a Schema, within: &str, found: &mut Vec<Field>) {
    match schema {
        Schema::Object(object) => properties(known, object, within, found),
        // The first part has the fields, the others which of them go together.
        Schema::AllOf(all) => {
            if let Some(schema) = all.items.first().and_then(|part| known.schema(part)) {
                list(known, schema, within, found);
            }
        }
        Schema::OneOf(one) => {
            let mut variants = one.items.iter().filter_map(|part| known.schema(part)).map(|part| {
                let mut fields = Vec::new();
                list(known, part, within, &mut fields);
                fields
            });
            let mut merged = variants.next().unwrap_or_default();
            for fields in variants {
                for field in &mut merged {
                    field.required &= fields.iter().any(|other| other.name == field.name);
                }
                for mut field in fields {
                    match merged.iter_mut().find(|have| have.name == field.name) {
                        Some(have) if have.limits != field.limits => have.limits.clear(),
                        Some(_) => {}
                        None => {
                            field.required = false;
                            merged.push(field);
                        }
                    }
                }
            }
            found.extend(merged);
        }
        _ => {}
    }
}

fn properties<'a>(known: Known<'a>, object: &'a Fields, within: &str, found: &mut Vec<Field>) {
    for (name, field) in &object.properties {
        let path = format!("{within}{name}");
        let schema = known.schema(field);
        let described = match field {
            RefOr::Ref(to) if !to.description.is_empty() => Some(to.description.as_str()),
            _ => schema.and_then(about),
        };
        found.push(Field {
            name: path.clone(),
            place: String::new(),
            kind: kind(known, field),
            required: object.required.contains(name),
            about: described.unwrap_or_default().to_owned(),
            limits: schema.map(limits).unwrap_or_default(),
        });
        // What is described by name has its own place.
        if let (RefOr::T(_), Some(schema)) = (field, schema) {
            list(known, schema, &format!("{path}."), found);
        }
    }
}

/// Which fields go together: each way, in the document's words.
fn rules(schema: &Schema) -> Vec<String> {
    let Schema::AllOf(all) = schema else { return Vec::new() };
    let ways = |part: &RefOr<Schema>| {
        let RefOr::T(Schema::OneOf(one)) = part else { return None };
        let ways = one.items.iter().filter_map(|way| match way {
            RefOr::T(Schema::Object(object)) => {
                let said = object.description.as_deref().unwrap_or_default().trim_end_matches('.').to_owned();
                let needs: Vec<String> = object.required.iter().map(|name| format!("`{name}`")).collect();
                Some(if needs.is_empty() { said } else { format!("{said} ({})", needs.join(", ")) })
            }
            _ => None,
        });
        Some(format!("Either way: {}.", ways.collect::<Vec<_>>().join("; ")))
    };
    all.items.iter().filter_map(ways).collect()
}

fn about(schema: &Schema) -> Option<&str> {
    match schema {
        Schema::Object(object) => object.description.as_deref(),
        Schema::Array(array) => array.description.as_deref(),
        Schema::OneOf(one) => one.description.as_deref(),
        Schema::AllOf(all) => all.description.as_deref(),
        _ => None,
    }
}

fn kind<'a>(known: Known<'a>, schema: &'a RefOr<Schema>) -> String {
    if let Some(name) = Known::name(schema) {
        return name.to_owned();
    }
    match known.schema(schema) {
        Some(Schema::Object(object)) => types(&object.schema_type),
        Some(Schema::Array(array)) => match &array.items {
            ArrayItems::RefOrSchema(items) => format!("array of {}", kind(known, items)),
            ArrayItems::False => "array".to_owned(),
        },
        _ => "object".to_owned(),
    }
}

fn types(schema_type: &SchemaType) -> String {
    let word = |kind: &Type| match kind {
        Type::Object => "object",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Array => "array",
        Type::Null => "null",
    };
    match schema_type {
        SchemaType::Type(kind) => word(kind).to_owned(),
        SchemaType::Array(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
        SchemaType::AnyValue => "anything".to_owned(),
    }
}

/// What is allowed, in words.
fn limits(schema: &Schema) -> Vec<String> {
    let Schema::Object(object) = schema else { return Vec::new() };
    let mut found = Vec::new();
    let words: Vec<String> = object.enum_values.iter().flatten().filter(|value| !value.is_null()).map(shown).collect();
    match words.as_slice() {
        [] => {}
        [only] => found.push(format!("always {only}")),
        several => found.push(format!("one of {}", several.join(", "))),
    }
    let most = object.maximum.as_ref().map(number);
    // The year 9999 is the end of the calendar, not of anything that people mean.
    if most != Some(MAX_TIME_MS.to_string()) {
        found.extend(range(object.minimum.as_ref().map(number), most, ""));
    }
    let length = |length: Option<usize>| length.map(|length| length.to_string());
    found.extend(range(length(object.min_length), length(object.max_length), " characters"));
    found.extend(object.max_properties.map(|most| format!("at most {most} entries")));
    // What only keeps control characters out says nothing to people.
    let pattern = object.pattern.as_deref().filter(|pattern| !pattern.contains("\\u0"));
    found.extend(pattern.map(|pattern| format!("`{}`", pattern.replace(r"\s*", ""))));
    found.extend(object.default.as_ref().map(|value| format!("{} by default", shown(value))));
    found
}

fn shown(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) => format!("`{text}`"),
        None => format!("`{value}`"),
    }
}

fn number(number: &utoipa::Number) -> String {
    match number {
        utoipa::Number::Int(number) => number.to_string(),
        utoipa::Number::UInt(number) => number.to_string(),
        utoipa::Number::Float(number) => number.to_string(),
    }
}

fn range(least: Option<String>, most: Option<String>, of: &str) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{of}")),
        (Some(least), None) => Some(format!("at least {least}{of}")),
        (None, Some(most)) => Some(format!("at most {most}{of}")),
        (None, None) => None,
    }
}
