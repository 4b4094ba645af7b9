//! Small words in which schemas are written.

use utoipa::openapi::{
    ObjectBuilder, Ref, RefOr, Schema, SchemaFormat,
    schema::{AdditionalProperties, KnownFormat, SchemaType, Type},
};

/// White space that is trimmed away.
const SPACE: &str = r"\s*";

/// Control characters, inside brackets of a regular expression.
pub const CONTROLS: &str = r"\u0000-\u001f\u007f-\u009f";

fn of(kind: Type, about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(kind)).description(Some(about))
}

/// A string.
pub fn text(about: &str) -> ObjectBuilder {
    of(Type::String, about)
}

/// A whole number of 64 bits.
pub fn whole(about: &str) -> ObjectBuilder {
    of(Type::Integer, about).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

/// A number.
pub fn number(about: &str) -> ObjectBuilder {
    of(Type::Number, about)
}

/// `true` or `false`.
pub fn flag(about: &str) -> ObjectBuilder {
    of(Type::Boolean, about)
}

/// An object that has these fields and no others.
pub fn object(about: &str) -> ObjectBuilder {
    of(Type::Object, about).additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

/// The same, or null.
pub fn or_null(field: ObjectBuilder) -> ObjectBuilder {
    let mut field = field.build();
    if let SchemaType::Type(kind) = field.schema_type {
        field.schema_type = [kind, Type::Null].into_iter().collect();
    }
    if let Some(values) = &mut field.enum_values {
        values.push(serde_json::Value::Null);
    }
    field.into()
}

/// One of these words.
pub fn one_of<'a>(about: &str, words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    text(about).enum_values(Some(words))
}

/// A string that matches, once what stands around it is trimmed.
pub fn trimmed(about: &str, pattern: &str) -> ObjectBuilder {
    text(about).pattern(Some(format!("^{SPACE}{pattern}{SPACE}$")))
}

/// A moment.
pub fn moment(about: &str) -> ObjectBuilder {
    whole(&format!("{about} Milliseconds since 1970 (UTC)."))
        .minimum(Some(0_i64))
        .maximum(Some(app::domain::discount_code::MAX_TIME_MS))
}

/// A described object, by its name.
pub fn named(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

/// The fields of an answer: all of them are always there.
pub fn all_required<const N: usize>(object: ObjectBuilder, fields: [(&str, RefOr<Schema>); N]) -> ObjectBuilder {
    fields.into_iter().fold(object, |object, (name, schema)| object.property(name, schema).required(name))
}
