//! How a row is written.

use crate::harness::{CHECKOUT, CODES, CONNECTION, VALIDATE};

/// A request and its answer.
pub struct Row {
    pub name: &'static str,
    pub request: Request,
    pub answer: &'static str,
}

pub fn row(name: &'static str, request: Request, answer: &'static str) -> Row {
    Row { name, request, answer }
}

/// What is sent. `{ID}` and the like stand for what `Places` has; see there.
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
    /// Bytes on the wire, where no client would send such a thing.
    pub wire: Option<String>,
}

impl Request {
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: vec![("authorization", b"Bearer {KEY}".into())],
            body: None,
            wire: None,
        }
    }

    pub fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    /// These headers `Authorization` instead of the good one.
    pub fn keys<const N: usize>(mut self, values: [&str; N]) -> Self {
        self.headers.retain(|(name, _)| *name != "authorization");
        values.into_iter().fold(self, |request, value| request.header("authorization", value))
    }

    /// A body without a type.
    pub fn bytes(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = Some(body.as_ref().to_vec());
        self
    }

    /// A body that says it is JSON.
    pub fn body(self, body: impl AsRef<[u8]>) -> Self {
        self.header("content-type", "application/json").bytes(body)
    }

    /// A form of a page of ours, with the owner's session.
    pub fn form(name: &str, fields: &str) -> Self {
        let mut request = Self::new("POST", format!("/api/{name}"));
        request.headers = vec![
            ("origin", b"{URL}".into()),
            ("cookie", b"{COOKIE}".into()),
            ("content-type", b"application/x-www-form-urlencoded".into()),
        ];
        request.bytes(fields)
    }

    pub fn wire(text: impl Into<String>) -> Self {
        Self { wire: Some(text.into()), ..Self::new("GET", "/") }
    }
}

pub fn get(path: impl Into<String>) -> Request {
    Request::new("GET", path)
}

/// Creates a code with this body.
pub fn create(body: impl AsRef<[u8]>) -> Request {
    Request::new("POST", CODES).body(body)
}

/// Creates a code that is good but for these fields.
pub fn good_but(fields: &str) -> Request {
    create(over(&[("code", "\"FINE\""), ("percent_off", "50")], fields))
}

/// Creates a code with these terms.
pub fn terms(fields: &str) -> Request {
    create(over(&[("code", "\"FINE\"")], fields))
}

/// Changes the code that is there.
pub fn change(fields: &str) -> Request {
    Request::new("PATCH", format!("{CODES}/{{ID}}")).body(format!("{{{fields}}}"))
}

/// Asks whether a code can be used.
pub fn validate(fields: &str) -> Request {
    Request::new("POST", VALIDATE).body(over(&[("code", "\"SPRING\"")], fields))
}

/// A checkout that is good but for these fields.
pub fn checkout(fields: &str) -> Request {
    let good = [
        ("price_id", "\"price_1ABC\""),
        ("success_url", "\"https://taskpomo.app/thank-you\""),
        ("cancel_url", "\"https://taskpomo.app/pricing\""),
    ];
    Request::new("POST", CHECKOUT).body(over(&good, fields))
}

/// Connects Stripe.
pub fn connect(fields: &str) -> Request {
    Request::new("POST", CONNECTION).body(format!("{{{fields}}}"))
}

/// An object of these fields, and of those of the good ones that they do not name.
pub fn over(good: &[(&str, &str)], fields: &str) -> String {
    let mut all: Vec<String> = good
        .iter()
        .filter(|(name, _)| !fields.contains(&format!("\"{name}\":")))
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    all.extend((!fields.is_empty()).then(|| fields.to_owned()));
    format!("{{{}}}", all.join(","))
}
