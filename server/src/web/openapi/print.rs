//! What the description refers to by name, and its examples as people write JSON: fields in the order in which they are described.

use serde_json::Value;
use utoipa::openapi::{Components, Ref, RefOr, Response, Schema, path::Parameter, schema::ArrayItems};

/// What stands under `components`.
#[derive(Clone, Copy)]
pub(super) struct Known<'a>(pub(super) &'a Components);

/// The last part of `#/components/schemas/discount_code`.
fn last(reference: &Ref) -> &str {
    reference.ref_location.rsplit('/').next().unwrap_or_default()
}

impl<'a> Known<'a> {
    /// The name under which a schema is described.
    pub(super) fn name(schema: &RefOr<Schema>) -> Option<&str> {
        match schema {
            RefOr::Ref(reference) => Some(last(reference)),
            RefOr::T(_) => None,
        }
    }

    /// The schema of a name.
    pub(super) fn named(self, name: &str) -> Option<&'a Schema> {
        match self.0.schemas.get(name)? {
            RefOr::T(schema) => Some(schema),
            RefOr::Ref(reference) => self.named(last(reference)),
        }
    }

    pub(super) fn schema(self, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
        match schema {
            RefOr::T(schema) => Some(schema),
            RefOr::Ref(reference) => self.named(last(reference)),
        }
    }

    pub(super) fn parameter(self, parameter: &'a RefOr<Parameter>) -> Option<&'a Parameter> {
        match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(reference) => match self.0.parameters.get(last(reference))? {
                RefOr::T(parameter) => Some(parameter),
                RefOr::Ref(_) => None,
            },
        }
    }

    pub(super) fn response(self, response: &'a RefOr<Response>) -> Option<&'a Response> {
        match response {
            RefOr::T(response) => Some(response),
            RefOr::Ref(reference) => match self.0.responses.get(last(reference))? {
                RefOr::T(response) => Some(response),
                RefOr::Ref(_) => None,
            },
        }
    }

    /// An example that stands under a name.
    pub(super) fn example(self, name: &str) -> Option<&'a Value> {
        match self.0.examples.get(name)? {
            RefOr::T(example) => example.value.as_ref(),
            RefOr::Ref(_) => None,
        }
    }
}

/// An example of a schema over several lines.
pub(super) fn printed<'a>(known: Known<'a>, value: &Value, schema: Option<&'a Schema>) -> String {
    let mut text = String::new();
    write(known, value, schema, 0, &mut text);
    text
}

fn write<'a>(known: Known<'a>, value: &Value, schema: Option<&'a Schema>, depth: usize, text: &mut String) {
    let indent = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let names = schema.map(|schema| names(known, schema)).unwrap_or_default();
            let place = |name: &str| names.iter().position(|known| *known == name).unwrap_or(names.len());
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| place(name));
            text.push('{');
            for (at, (name, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                indent(text, depth + 1);
                text.push_str(&format!("{}: ", Value::from(name.as_str())));
                let schema = schema.and_then(|schema| property(known, schema, name));
                write(known, value, schema, depth + 1, text);
            }
            indent(text, depth);
            text.push('}');
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let schema = schema.and_then(|schema| match schema {
                Schema::Array(array) => match &array.items {
                    ArrayItems::RefOrSchema(items) => known.schema(items),
                    ArrayItems::False => None,
                },
                _ => None,
            });
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                indent(text, depth + 1);
                write(known, item, schema, depth + 1, text);
            }
            indent(text, depth);
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// The parts of a schema that is put together of several.
fn parts(schema: &Schema) -> &[RefOr<Schema>] {
    match schema {
        Schema::AllOf(all) => &all.items,
        Schema::OneOf(one) => &one.items,
        _ => &[],
    }
}

/// The names of the fields in the order in which they are described.
fn names<'a>(known: Known<'a>, schema: &'a Schema) -> Vec<&'a str> {
    match schema {
        Schema::Object(object) => object.properties.keys().map(String::as_str).collect(),
        other => {
            parts(other).iter().filter_map(|part| known.schema(part)).flat_map(|part| names(known, part)).collect()
        }
    }
}

fn property<'a>(known: Known<'a>, schema: &'a Schema, name: &str) -> Option<&'a Schema> {
    match schema {
        Schema::Object(object) => known.schema(object.properties.get(name)?),
        other => parts(other).iter().filter_map(|part| known.schema(part)).find_map(|part| property(known, part, name)),
    }
}
