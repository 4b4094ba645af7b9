//! The fields of a JSON body, read one by one. Each refusal names the field, what came, and what would be right.

use super::json::{self, Value};
use super::unknown;
use app::domain::patch::Change;
use app::domain::problem::Problem;
use std::collections::BTreeMap;

/// Beyond it a number cannot be a whole number that we store.
const INTEGER_END: f64 = 9.2e18;

/// A body that is being read. Whatever was not asked for when [`Fields::finish`] is called is refused.
#[derive(Debug)]
pub struct Fields {
    entries: Vec<(String, Value)>,
    known: Vec<&'static str>,
}

impl Fields {
    /// Reads a body that must be one JSON object.
    pub fn parse(body: &[u8]) -> Result<Self, Problem> {
        Ok(Self { entries: json::parse_object(body)?, known: Vec::new() })
    }

    /// A string without control characters; white space around it may be any, since it is trimmed further in.
    pub fn string(&mut self, name: &'static str) -> Result<Change<String>, Problem> {
        self.read(name, |value| match value {
            Value::Text(text) => no_control(name, text).map(Ok),
            other => Ok(Err(other)),
        })
    }

    /// A whole number. `1.0` and `1e3` are refused: a program that sends them computes in floats, and will send `0.1 + 0.2` one day.
    pub fn integer(&mut self, name: &'static str) -> Result<Change<i64>, Problem> {
        self.read(name, |value| match value {
            Value::Integer(number) => Ok(Ok(number)),
            Value::Number(number) if number.abs() >= INTEGER_END => Err(Problem::invalid(
                name,
                format!("{name} must be {}; it is too large.", wanted(name, "a whole number")),
            )),
            Value::Number(_) => Err(Problem::invalid(
                name,
                format!("{name} must be {}; it has a decimal point or an exponent.", wanted(name, "a whole number")),
            )),
            other => Ok(Err(other)),
        })
    }

    /// Any number.
    pub fn number(&mut self, name: &'static str) -> Result<Change<f64>, Problem> {
        self.read(name, |value| match value {
            #[expect(
                clippy::cast_precision_loss,
                reason = "percentages; what is out of their range is refused further in"
            )]
            Value::Integer(number) => Ok(Ok(number as f64)),
            Value::Number(number) => Ok(Ok(number)),
            other => Ok(Err(other)),
        })
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &'static str) -> Result<Change<bool>, Problem> {
        self.read(name, |value| match value {
            Value::Bool(flag) => Ok(Ok(flag)),
            other => Ok(Err(other)),
        })
    }

    /// An object of strings, or null to remove a key.
    pub fn string_map(&mut self, name: &'static str) -> Result<Change<BTreeMap<String, Option<String>>>, Problem> {
        self.read(name, |value| match value {
            Value::Object(entries) => {
                entries.into_iter().map(|(key, value)| map_entry(name, key, value)).collect::<Result<_, _>>().map(Ok)
            }
            other => Ok(Err(other)),
        })
    }

    /// Refuses the first field that nobody asked for.
    pub fn finish(self) -> Result<(), Problem> {
        match self.entries.first() {
            Some((name, _)) => Err(unknown::refuse("field", name, &self.known)),
            None => Ok(()),
        }
    }

    /// Takes a field out. `convert` gives back what is of another type, which is then refused here.
    fn read<T>(
        &mut self,
        name: &'static str,
        convert: impl FnOnce(Value) -> Result<Result<T, Value>, Problem>,
    ) -> Result<Change<T>, Problem> {
        self.known.push(name);
        let Some(place) = self.entries.iter().position(|(key, _)| key == name) else { return Ok(None) };
        match self.entries.remove(place).1 {
            Value::Null => Ok(Some(None)),
            value => match convert(value)? {
                Ok(value) => Ok(Some(Some(value))),
                Err(other) => Err(wrong_type(name, &other)),
            },
        }
    }
}

/// For a field that cannot be emptied: null is refused, not taken for absent.
pub fn not_null<T>(name: &'static str, change: Change<T>) -> Result<Option<T>, Problem> {
    match change {
        Some(None) => Err(wrong_type(name, &Value::Null)),
        Some(Some(value)) => Ok(Some(value)),
        None => Ok(None),
    }
}

fn wrong_type(name: &str, value: &Value) -> Problem {
    Problem::invalid(name, format!("{name} must be {}; it is {}.", wanted(name, "a string"), value.kind()))
}

/// What a field takes, with an example; `otherwise` for a field without one.
fn wanted(name: &str, otherwise: &'static str) -> &'static str {
    match name {
        "percent_off" => "a number, like 50",
        "amount_off_cents" => "a whole number in the currency's smallest unit, like 500",
        "max_redemptions" => "a whole number, like 1000, or null for no limit",
        "max_redemptions_per_user" => "a whole number, like 1, or null for no limit per customer",
        "minimum_amount_cents" => "a whole number in the currency's smallest unit, like 5000, or null for any amount",
        "max_rewards" => "a whole number, like 1000, or null for no limit",
        "expires_in_days" => "a whole number of days, like 30",
        "starts_at" | "expires_at" => "a whole number of milliseconds since 1970, like 1798761600000",
        "duration_in_months" => "a whole number, like 3",
        "quantity" => "a whole number, like 1",
        "expires_in" => "a whole number of seconds, like 3600",
        "active" | "allow_promotion_codes" | "send_email" => "true or false",
        "metadata" => "an object of strings, like {\"team\": \"growth\"}",
        "code" | "discount_code" => "a string, like \"BLACKFRIDAY50\"",
        "app_id" => "a string, like \"taskpomo\"",
        "name" => "a string, like \"Share with friends\"",
        "code_prefix" => "a string, like \"SHARE\"",
        "time_zone" => "a string, like \"Europe/Berlin\"",
        "reference" => "a string, like \"share-4711\"",
        "currency" | "minimum_amount_currency" => "a string, like \"usd\"",
        "duration" => "a string: \"once\", \"repeating\" or \"forever\"",
        "user_id" => "a string, like \"user-123\"",
        "success_url" | "cancel_url" => "a string, like \"https://example.com/thank-you\"",
        "customer_email" | "email" => "a string, like \"you@example.com\"",
        "mode" => "a string: \"payment\" or \"subscription\"",
        "price_id" => "a string, like \"price_1ABC\"",
        "restricted_key" => "a string that starts with rk_",
        _ => otherwise,
    }
}

fn no_control(param: &str, text: String) -> Result<String, Problem> {
    if text.trim().chars().any(char::is_control) {
        return Err(Problem::invalid(param, format!("{param} must not have control characters.")));
    }
    Ok(text)
}

/// One pair of a map. Its value may be of several lines; NUL and other control characters are refused (PostgreSQL cannot store NUL).
fn map_entry(name: &str, key: String, value: Value) -> Result<(String, Option<String>), Problem> {
    if key.chars().any(char::is_control) {
        return Err(Problem::invalid(name, format!("A key in {name} must not have control characters.")));
    }
    let param = || format!("{name}.{}", app::domain::problem::clip(&key, 80));
    match value {
        Value::Text(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => {
            Err(Problem::invalid(
                param(),
                format!("{} must not have control characters except line breaks and tabs.", param()),
            ))
        }
        Value::Text(text) => Ok((key, Some(text))),
        Value::Null => Ok((key, None)),
        other => Err(Problem::invalid(param(), format!("{} must be a string; it is {}.", param(), other.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a body as a new discount code is read.
    fn read(body: &str) -> Result<(), Problem> {
        let mut fields = Fields::parse(body.as_bytes())?;
        fields.string("app_id")?;
        fields.string("code")?;
        fields.number("percent_off")?;
        fields.integer("max_redemptions")?;
        not_null("active", fields.boolean("active")?)?;
        fields.string_map("metadata")?;
        fields.string("restricted_key")?;
        fields.finish()
    }

    #[test]
    fn good_bodies() {
        for body in [
            "{}",
            r#"{"code":" black\n","percent_off":12.5,"max_redemptions":1000,"active":false}"#,
            r#"{"code":null,"percent_off":50,"max_redemptions":null,"metadata":{}}"#,
            r#"{"metadata":{"a":"two\nlines\tand a tab","b":null,"c":""}}"#,
            r#"{"percent_off":1e1,"max_redemptions":-9223372036854775808}"#,
            r#"{"code":"Ünïcode 🎉"}"#,
        ] {
            assert_eq!(read(body), Ok(()), "{body}");
        }
    }

    #[test]
    fn bad_bodies_name_their_field() {
        for (body, param) in [
            (r#"{"code":1}"#, "code"),
            (r#"{"code":true}"#, "code"),
            (r#"{"code":["A"]}"#, "code"),
            (r#"{"code":{"a":1}}"#, "code"),
            (r#"{"code":"A\u0000B"}"#, "code"),
            (r#"{"code":"A\u001bB"}"#, "code"),
            (r#"{"code":"A\nB"}"#, "code"),
            (r#"{"code":"A\u0085B"}"#, "code"),
            (r#"{"app_id":7}"#, "app_id"),
            (r#"{"percent_off":"50"}"#, "percent_off"),
            (r#"{"percent_off":true}"#, "percent_off"),
            (r#"{"percent_off":[50]}"#, "percent_off"),
            (r#"{"max_redemptions":"1000"}"#, "max_redemptions"),
            (r#"{"max_redemptions":1.5}"#, "max_redemptions"),
            (r#"{"max_redemptions":1.0}"#, "max_redemptions"),
            (r#"{"max_redemptions":1e3}"#, "max_redemptions"),
            (r#"{"max_redemptions":-0}"#, "max_redemptions"),
            (r#"{"max_redemptions":9223372036854775808}"#, "max_redemptions"),
            (r#"{"max_redemptions":99999999999999999999999}"#, "max_redemptions"),
            (r#"{"max_redemptions":{}}"#, "max_redemptions"),
            (r#"{"max_redemptions":false}"#, "max_redemptions"),
            (r#"{"active":"true"}"#, "active"),
            (r#"{"active":1}"#, "active"),
            (r#"{"active":null}"#, "active"),
            (r#"{"metadata":"a"}"#, "metadata"),
            (r#"{"metadata":[]}"#, "metadata"),
            (r#"{"metadata":3}"#, "metadata"),
            (r#"{"metadata":{"a":1}}"#, "metadata.a"),
            (r#"{"metadata":{"a":{"b":"c"}}}"#, "metadata.a"),
            (r#"{"metadata":{"a":["b"]}}"#, "metadata.a"),
            (r#"{"metadata":{"a":true}}"#, "metadata.a"),
            (r#"{"metadata":{"a":"x\u0000"}}"#, "metadata.a"),
            (r#"{"metadata":{"a":"x\u0007"}}"#, "metadata.a"),
            (r#"{"metadata":{"a\u0000":"x"}}"#, "metadata"),
            (r#"{"metadata":{"a\n":"x"}}"#, "metadata"),
            (r#"{"colour":"red"}"#, "colour"),
            (r#"{"code":"ABC","percent":50}"#, "percent"),
            (r#"{"":1}"#, ""),
            (r#"{"Code":"ABC"}"#, "Code"),
            (r#"{"__proto__":{}}"#, "__proto__"),
            (r#"{"code":"A","code":"B"}"#, "code"),
            (r#"{"metadata":{"a":"1","a":"1"}}"#, "metadata.a"),
        ] {
            let problem = read(body).unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{body}: {}", problem.message);
            assert_eq!(problem.code.status(), 400, "{body}");
        }
    }

    #[test]
    fn refusals_say_what_came_and_what_would_be_right() {
        let message = |body| read(body).unwrap_err().message;
        assert_eq!(message(r#"{"percent_off":"50"}"#), "percent_off must be a number, like 50; it is a string.");
        assert_eq!(message(r#"{"active":null}"#), "active must be true or false; it is null.");
        assert_eq!(message(r#"{"percentoff":50}"#), "Unknown field: percentoff. Did you mean percent_off?");
    }

    #[test]
    fn a_secret_is_never_repeated() {
        for body in [
            r#"{"restricted_key":["rk_test_SECRET"]}"#,
            r#"{"restricted_key":{"rk_test_SECRET":1}}"#,
            r#"{"restricted_key":"rk_test_SECRET\u0000x"}"#,
            r#"{"restricted_key":"rk_test_SECRET"#,
            r#"{"restricted_key":rk_test_SECRET}"#,
            r#"{"restricted_key":"rk_test_SECRET","restricted_key":"rk_test_SECRET"}"#,
        ] {
            assert!(!format!("{:?}", read(body).unwrap_err()).contains("SECRET"), "{body}");
        }
    }

    #[test]
    fn absent_is_not_null() {
        let mut fields = Fields::parse(br#"{"expires_at":null}"#).unwrap();
        assert_eq!(fields.integer("expires_at"), Ok(Some(None)));
        assert_eq!(fields.integer("starts_at"), Ok(None));
    }
}
