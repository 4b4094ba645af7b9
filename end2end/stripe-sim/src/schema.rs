//! Reads a form by the parameters that an endpoint knows: what comes out is typed JSON, or what Stripe would say.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};

use crate::{
    error::{ApiError, ApiResult},
    form::Node,
    parameters,
};

/// What a parameter may be.
#[derive(Debug, Default, Clone)]
pub(crate) struct Schema {
    pub(crate) kind: Kind,
    /// Of an object.
    pub(crate) properties: BTreeMap<&'static str, Schema>,
    /// Of an object: those that must be there.
    pub(crate) required: &'static [&'static str],
    /// Of an object with free names: what stands under each.
    pub(crate) each: Option<Box<Schema>>,
    /// Of an array.
    pub(crate) items: Option<Box<Schema>>,
    /// Instead of all the rest: one of these.
    pub(crate) either: Vec<Schema>,
    /// Of a text: the only words; an empty one means that it can be unset.
    pub(crate) words: &'static [&'static str],
    /// Of a text, in characters.
    pub(crate) max_length: Option<usize>,
}

/// The kinds of values.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Text,
    Currency,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

static SCHEMAS: LazyLock<BTreeMap<&'static str, Schema>> = LazyLock::new(parameters::all);

/// Reads the parameters of `endpoint` (`POST /v1/coupons`), or says what Stripe would.
pub(crate) fn read(endpoint: &str, tree: &Node) -> ApiResult<Value> {
    let Some(schema) = SCHEMAS.get(endpoint) else { return Ok(json!({})) };
    // Stripe names what it does not know before it looks at what it does.
    let mut unknown = Vec::new();
    schema.unknown(tree, "", &mut unknown);
    match unknown.as_slice() {
        [] => schema.value(tree, ""),
        [only] => {
            Err(ApiError::invalid(format!("Received unknown parameter: {only}")).code("parameter_unknown").param(only))
        }
        [first, ..] => {
            let message = format!("Received unknown parameters: {}", unknown.join(", "));
            Err(ApiError::invalid(message).code("parameter_unknown").param(first))
        }
    }
}

fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}[{name}]") }
}

impl Schema {
    fn property(&self, name: &str) -> Option<&Self> {
        self.properties.get(name).or(self.each.as_deref())
    }

    /// The alternative that a node of this shape can only mean.
    fn alternative(&self, node: &Node) -> &Self {
        let fits = |schema: &&Self| match node {
            Node::Map(_) => matches!(schema.kind, Kind::Object | Kind::Array),
            Node::List(_) => schema.kind == Kind::Array,
            Node::Text(_) => !matches!(schema.kind, Kind::Object | Kind::Array),
        };
        self.either.iter().find(fits).or_else(|| self.either.first()).unwrap_or(self)
    }

    fn unknown(&self, node: &Node, path: &str, found: &mut Vec<String>) {
        let schema = self.alternative(node);
        match (node, schema.kind) {
            (Node::Map(entries), Kind::Object) => {
                for (name, value) in entries {
                    let full = within(path, name);
                    match schema.property(name) {
                        Some(property) => property.unknown(value, &full, found),
                        None => found.push(full),
                    }
                }
            }
            (Node::Map(entries), Kind::Array) => {
                for (name, value) in entries {
                    if let Some(items) = &schema.items {
                        items.unknown(value, &within(path, name), found);
                    }
                }
            }
            _ => {}
        }
    }

    fn value(&self, node: &Node, path: &str) -> ApiResult<Value> {
        let schema = self.alternative(node);
        match (schema.kind, node) {
            (Kind::Object, Node::Map(entries)) => schema.object(entries, path),
            (Kind::Object, _) => Err(ApiError::invalid("Invalid object").param(path)),
            (Kind::Array, node) => schema.array(node, path),
            (_, Node::Text(text)) => schema.scalar(text, path),
            (Kind::Integer, _) => Err(invalid_integer("{}", path)),
            (_, _) => Err(ApiError::invalid("Invalid string: {}").param(path)),
        }
    }

    fn object(&self, entries: &[(String, Node)], path: &str) -> ApiResult<Value> {
        let mut object = Map::new();
        for (name, node) in entries {
            if let Some(property) = self.property(name) {
                object.insert(name.clone(), property.value(node, &within(path, name))?);
            }
        }
        if let Some(name) = self.required.iter().find(|name| !object.contains_key(**name)) {
            return Err(ApiError::missing(&within(path, name)));
        }
        Ok(Value::Object(object))
    }

    fn array(&self, node: &Node, path: &str) -> ApiResult<Value> {
        let Some(items) = &self.items else { return Ok(json!([])) };
        let mut values = Vec::new();
        match node {
            Node::List(nodes) => {
                for (at, node) in nodes.iter().enumerate() {
                    values.push(items.value(node, &within(path, &at.to_string()))?);
                }
            }
            Node::Map(entries) => {
                let mut numbered = Vec::new();
                for (name, node) in entries {
                    let at: u32 = name.parse().map_err(|_| ApiError::invalid("Invalid array").param(path))?;
                    numbered.push((at, name, node));
                }
                numbered.sort_by_key(|(at, ..)| *at);
                for (_, name, node) in numbered {
                    values.push(items.value(node, &within(path, name))?);
                }
            }
            Node::Text(text) if text.is_empty() => {}
            Node::Text(_) => return Err(ApiError::invalid("Invalid array").param(path)),
        }
        Ok(Value::Array(values))
    }

    fn scalar(&self, text: &str, path: &str) -> ApiResult<Value> {
        // `metadata=""` unsets, and a metadata value of "" removes its key.
        let unsettable = self.words.contains(&"") || path.contains("metadata[");
        if text.is_empty() && !unsettable {
            return Err(empty(path));
        }
        let refuse = |message: String| Err(ApiError::invalid(message).param(path));
        match self.kind {
            Kind::Integer => match text.parse::<i64>() {
                Ok(number) => Ok(json!(number)),
                Err(_) => Err(invalid_integer(text, path)),
            },
            Kind::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(json!(number)),
                _ => refuse(format!("Invalid decimal: {text}")),
            },
            Kind::Boolean => match text {
                "true" => Ok(json!(true)),
                "false" => Ok(json!(false)),
                _ => refuse(format!("Invalid boolean: {text}")),
            },
            _ => {
                if !text.is_empty() && self.words == [""] {
                    return refuse("Invalid object".to_owned());
                }
                if !self.words.is_empty() && !self.words.contains(&text) {
                    return refuse(format!("Invalid {path}: must be one of {}", choices(self.words)));
                }
                if self.max_length.is_some_and(|most| text.chars().count() > most) {
                    let most = self.max_length.unwrap_or_default();
                    return refuse(format!("Invalid string: {}; must be at most {most} characters", shortened(text)));
                }
                if self.kind == Kind::Currency {
                    let currency = text.to_ascii_lowercase();
                    if !crate::money::is_currency(&currency) {
                        let list = crate::money::CURRENCIES.join(", ");
                        return refuse(format!(
                            "Invalid currency: {text}. Stripe currently supports these currencies: {list}"
                        ));
                    }
                    return Ok(json!(currency));
                }
                Ok(json!(text))
            }
        }
    }
}

fn invalid_integer(text: &str, path: &str) -> ApiError {
    ApiError::invalid(format!("Invalid integer: {text}")).code("parameter_invalid_integer").param(path)
}

fn empty(path: &str) -> ApiError {
    ApiError::invalid(format!(
        "You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; however \
         '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value."
    ))
    .code("parameter_invalid_empty")
    .param(path)
}

/// `a, b, or c`
fn choices(names: &[&str]) -> String {
    let names: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [one, other] => format!("{one} or {other}"),
        [most @ .., last] => format!("{}, or {last}", most.join(", ")),
    }
}

/// Long values are quoted by their ends only.
fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= 20 {
        return text.to_owned();
    }
    let start: String = text.chars().take(10).collect();
    let end: String = text.chars().skip(count - 5).collect();
    format!("{start}...{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form;

    fn read_form(endpoint: &str, encoded: &str) -> ApiResult<Value> {
        read(endpoint, &form::tree(&form::pairs(encoded.as_bytes()))?)
    }

    #[test]
    fn every_endpoint_has_its_parameters() {
        for (_, endpoint) in crate::route::ROUTES {
            assert!(SCHEMAS.contains_key(*endpoint), "{endpoint}");
        }
    }

    #[test]
    fn types_come_out() {
        let read =
            read_form("POST /v1/coupons", "percent_off=12.5&max_redemptions=3&metadata[a]=&currency=USD").unwrap();
        assert_eq!(read, json!({"percent_off": 12.5, "max_redemptions": 3, "metadata": {"a": ""}, "currency": "usd"}));
    }

    #[test]
    fn texts_are_stripes() {
        let cases = [
            ("coupon=1&duration=x", "Received unknown parameter: coupon"),
            ("foo=1&bar[a]=2", "Received unknown parameters: foo, bar"),
            ("amount_off=abc", "Invalid integer: abc"),
            ("duration=weekly", "Invalid duration: must be one of forever, once, or repeating"),
            (
                "name=aaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbcccccX",
                "Invalid string: aaaaaaaaaa...ccccX; must be at most 40 characters",
            ),
            ("metadata=x", "Invalid object"),
        ];
        for (encoded, message) in cases {
            let refused = read_form("POST /v1/coupons", encoded).unwrap_err();
            assert_eq!(refused.message, message);
        }
        assert_eq!(
            read_form("POST /v1/promotion_codes", "").unwrap_err().message,
            "Missing required param: promotion."
        );
    }

    #[test]
    fn endive_is_laid_over() {
        let read = |encoded| read_form("POST /v1/checkout/sessions", encoded);
        assert!(read("ui_mode=hosted_page").is_ok());
        assert!(read("ui_mode=hosted").is_err());
        assert_eq!(read("payment_method_types[0]=card").unwrap_err().code, Some("parameter_unknown"));
        let removed = read("line_items[0][dynamic_tax_rates][0]=txr_1").unwrap_err();
        assert_eq!(removed.param.as_deref(), Some("line_items[0][dynamic_tax_rates]"));
    }
}
