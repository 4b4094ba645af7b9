//! Form parameters as the values that they stand for: everything comes as text, and its schema says what was meant.

use serde_json::{Map, Number, Value};

/// A parameter before its type is known.
enum Node {
    Text(String),
    /// Under each name, in the order sent; the empty name is one more of a list.
    Inner(Vec<(String, Node)>),
}

/// The parameters as an object. What does not fit its schema stays a text, and the schema will say so.
pub(crate) fn read(schema: &Value, pairs: &[(String, String)]) -> Result<Value, String> {
    let mut root = Vec::new();
    for (name, text) in pairs {
        insert(&mut root, &names(name).ok_or_else(|| format!("{name}: its brackets do not fit"))?, text)
            .ok_or_else(|| format!("{name}: it contradicts another parameter, or is there twice"))?;
    }
    Ok(value(schema, &Node::Inner(root)))
}

/// `a[b][]` as `a`, `b` and the empty name.
fn names(name: &str) -> Option<Vec<&str>> {
    let (head, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut names = vec![head];
    let mut rest = rest;
    while !rest.is_empty() {
        let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
        names.push(inner);
        rest = after;
    }
    (!head.is_empty()).then_some(names)
}

fn insert(inner: &mut Vec<(String, Node)>, names: &[&str], text: &str) -> Option<()> {
    let (first, rest) = names.split_first()?;
    let known = inner.iter_mut().find(|(name, _)| !first.is_empty() && name == first);
    match (known, rest.is_empty()) {
        (Some((_, Node::Inner(deeper))), false) => insert(deeper, rest, text),
        (Some(_), _) => None,
        (None, true) => {
            inner.push(((*first).to_owned(), Node::Text(text.to_owned())));
            Some(())
        }
        (None, false) => {
            let mut deeper = Vec::new();
            insert(&mut deeper, rest, text)?;
            inner.push(((*first).to_owned(), Node::Inner(deeper)));
            Some(())
        }
    }
}

fn value(schema: &Value, node: &Node) -> Value {
    if let Some(Value::Array(alternatives)) = schema.get("anyOf") {
        return alternative(alternatives, node);
    }
    let kind = schema["type"].as_str().unwrap_or_default();
    match (kind, node) {
        ("array", Node::Inner(items)) => items.iter().map(|(_, item)| value(&schema["items"], item)).collect(),
        (_, Node::Inner(fields)) => {
            let each = |(name, field): &(String, Node)| {
                let described = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                (name.clone(), value(described, field))
            };
            Value::Object(fields.iter().map(each).collect::<Map<_, _>>())
        }
        (kind, Node::Text(text)) => scalar(kind, text).unwrap_or_else(|| Value::String(text.clone())),
    }
}

/// Of several schemas the first whose type the text can have; a text that is none of them is read as the last.
fn alternative(alternatives: &[Value], node: &Node) -> Value {
    let deep = |schema: &&Value| matches!(schema["type"].as_str(), Some("object" | "array"));
    let fits = |schema: &&Value| match node {
        Node::Inner(_) => deep(schema),
        Node::Text(text) => !deep(schema) && scalar(schema["type"].as_str().unwrap_or_default(), text).is_some(),
    };
    let chosen = alternatives.iter().find(fits).or(alternatives.last());
    chosen.map_or(Value::Null, |schema| value(schema, node))
}

fn scalar(kind: &str, text: &str) -> Option<Value> {
    match kind {
        "integer" => text.parse::<i64>().ok().map(Value::from),
        "number" => text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number),
        "boolean" => text.parse::<bool>().ok().map(Value::Bool),
        "string" => Some(Value::String(text.to_owned())),
        _ => None,
    }
}
