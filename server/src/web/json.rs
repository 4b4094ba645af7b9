//! Strict JSON: no key twice at any depth, no deep nesting, UTF-8 only, and every refusal says where.

use app::domain::problem::{Code, Problem};
use app::domain::secret::shown;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// Deepest nesting that is read. Our objects need two.
const MAX_DEPTH: usize = 8;

/// A value as it came. What is inside a list is checked, not kept: no field of the API takes one.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number written without fraction and exponent, within 64 bits.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(String),
    /// A list.
    List,
    /// An object, in the order in which it was written.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// What it is, for a refusal. Never its content: that may be a secret.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads a body that must be one JSON object.
pub fn parse_object(body: &[u8]) -> Result<Vec<(String, Value)>, Problem> {
    let broken = |why: String| Problem::new(Code::ParameterInvalid, why);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(broken("The body is empty: it must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}.".into()));
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| broken(format!("The body is not UTF-8: byte {} is wrong.", error.valid_up_to())))?;
    if text.starts_with('\u{feff}') {
        return Err(broken("The body begins with a byte order mark; leave it out.".into()));
    }
    let (twice, inside) = (Cell::new(None), Cell::new(None));
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let node = Node { depth: 0, path: None, twice: &twice, inside: &inside };
    let value = node.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(Value::Object(entries)) => Ok(entries),
        Ok(other) => Err(broken(format!(
            "The body must be a JSON object, like {{\"code\": \"BLACKFRIDAY50\"}}; it is {}.",
            other.kind()
        ))),
        Err(error) => Err(match twice.take() {
            Some(name) => {
                let message = format!(
                    "{name} stands twice in the body (line {}, column {}); give it once.",
                    error.line(),
                    error.column()
                );
                Problem::invalid(name, message)
            }
            None => match inside.take() {
                Some(name) => {
                    let message = format!("{name} is not JSON that can be read: {error}.");
                    Problem::invalid(name, message)
                }
                None => broken(format!("The body is not JSON that can be read: {error}.")),
            },
        }),
    }
}

/// Where a value stands; written out only for a refusal.
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    key: &'a str,
}

impl Path<'_> {
    fn join(&self, parts: &mut Vec<String>) {
        if let Some(parent) = self.parent {
            parent.join(parts);
        }
        parts.push(shown(self.key, 80));
    }

    /// `metadata.team`
    fn text(&self) -> String {
        let mut parts = Vec::new();
        self.join(&mut parts);
        parts.join(".")
    }
}

#[derive(Clone, Copy)]
struct Node<'a> {
    depth: usize,
    path: Option<&'a Path<'a>>,
    /// The key that stands twice.
    twice: &'a Cell<Option<String>>,
    /// The field whose value cannot be read.
    inside: &'a Cell<Option<String>>,
}

impl Node<'_> {
    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format_args!("it is nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "beyond 64 bits with sign it is refused wherever a whole number is needed"
        )]
        Ok(i64::try_from(value).map_or(Value::Number(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        while items.next_element_seed(Node { depth, ..self })?.is_some() {}
        Ok(Value::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        while let Some(key) = items.next_key::<String>()? {
            let path = Path { parent: self.path, key: &key };
            if !seen.insert(key.clone()) {
                self.twice.set(Some(path.text()));
                return Err(A::Error::custom("the same key twice"));
            }
            let value = items.next_value_seed(Node { depth, path: Some(&path), ..self }).inspect_err(|_| {
                // The innermost one: those around it find it named.
                let named = self.inside.take();
                self.inside.set(named.or_else(|| Some(path.text())));
            })?;
            entries.push((key, value));
        }
        Ok(Value::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_as_they_are() {
        let entries =
            parse_object(br#" {"a":1,"b":-2.5,"c":"x","d":null,"e":{"f":true},"g":[1,{"h":2}],"i":1e2} "#).unwrap();
        let kinds: Vec<_> = entries.iter().map(|(key, value)| (key.as_str(), value.kind())).collect();
        assert_eq!(kinds[0], ("a", "a number"));
        assert_eq!(entries[0].1, Value::Integer(1));
        assert_eq!(entries[1].1, Value::Number(-2.5));
        assert_eq!(entries[4].1, Value::Object(vec![("f".into(), Value::Bool(true))]));
        assert_eq!(entries[5].1, Value::List);
        assert_eq!(entries[6].1, Value::Number(100.0));
    }

    #[test]
    fn a_key_twice_is_named_at_any_depth() {
        for (body, param) in [
            (r#"{"code":"A","code":"A"}"#, "code"),
            (r#"{"metadata":{"a":"1","a":"2"}}"#, "metadata.a"),
            (r#"{"x":[{"y":{"z":1,"z":2}}]}"#, "x.y.z"),
            ("{\"code\":1,\"\\u0063ode\":2}", "code"),
        ] {
            let problem = parse_object(body.as_bytes()).unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{body}");
            assert!(problem.message.contains("line 1"), "{}", problem.message);
        }
    }

    #[test]
    fn broken_json_says_where() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100));
        let very_deep = "[".repeat(60_000);
        for body in [
            "",
            "  ",
            "\n",
            "{",
            "}",
            "{]",
            "nul",
            "{\"a\":}",
            "{\"a\" 1}",
            "{\"a\":1,}",
            "{'a':1}",
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":+1}",
            "{\"a\":.5}",
            "{\"a\":1.}",
            "{\"a\":NaN}",
            "{\"a\":Infinity}",
            "{\"a\":1e999}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"unended}",
            "{\"a\":1}{\"b\":2}",
            "{\"a\":1} x",
            "\u{feff}{\"a\":1}",
            "{\"a\":1 /* c */}",
            "[]",
            "[{\"a\":1}]",
            "\"text\"",
            "1",
            "null",
            "true",
            &deep,
            &very_deep,
        ] {
            let problem = parse_object(body.as_bytes()).unwrap_err();
            assert!(problem.param.as_deref().is_none_or(|param| param.starts_with('a')), "{body}: {:?}", problem.param);
            assert_eq!(problem.code.as_str(), "parameter_invalid");
            let placed =
                ["column", "must be a JSON object", "byte order"].iter().any(|word| problem.message.contains(word));
            assert!(placed, "{body}: {}", problem.message);
        }
        for (body, param) in [(r#"{"a":1e999}"#, Some("a")), (r#"{"a":{"b":NaN}}"#, Some("a.b")), (r#"{"a":1,}"#, None)]
        {
            assert_eq!(parse_object(body.as_bytes()).unwrap_err().param.as_deref(), param, "{body}");
        }
        let problem = parse_object(b"{\"a\":\"\xff\"}").unwrap_err();
        assert!(problem.message.contains("byte 6"), "{}", problem.message);
    }
}
