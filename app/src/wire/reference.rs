//! The page about the API, as it is drawn: what the OpenAPI document says, sorted for people.
//!
//! Texts may have words in backticks, as the document writes what stands in code.

/// Every call, what they share, and what they answer with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Calls that belong together, in the document's order.
    pub groups: Vec<Group>,
    /// What calls answer with, each described once.
    pub objects: Vec<Object>,
    /// Every refusal that a call may answer with.
    pub refusals: Vec<RefusalCode>,
    /// Codes that any call may answer with; they are not repeated at each.
    pub everywhere: Vec<String>,
}

/// Calls that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub name: String,
    /// Who calls them.
    pub about: String,
    /// In the document's order.
    pub calls: Vec<Call>,
}

/// One call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Its id in the document, and its place on the page.
    pub id: String,
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: String,
    /// With the names of what is put in: `/v1/admin/discount-codes/{id}`.
    pub path: String,
    /// What it does, in a few words.
    pub title: String,
    /// What else is to be known.
    pub about: String,
    /// Whether a key comes with it.
    pub needs_key: bool,
    /// In path, query and headers.
    pub parameters: Vec<Field>,
    /// Of the body.
    pub fields: Vec<Field>,
    /// Which fields go together.
    pub rules: Vec<String>,
    /// The path of the example.
    pub example_path: String,
    /// The body of the example, as it is typed.
    pub example_body: Option<String>,
    /// Whether the call takes an idempotency key.
    pub repeatable: bool,
    /// What comes of it.
    pub answers: Vec<Answer>,
    /// What may be refused, but for what any call refuses.
    pub refusals: Vec<Refusal>,
}

/// A field or parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// With the name of what it stands in: `redemptions.held`.
    pub name: String,
    /// `path`, `query` or `header`; empty in a body.
    pub place: String,
    /// `string`, `integer or null`, `array of string`.
    pub kind: String,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means.
    pub about: String,
    /// What is allowed in it.
    pub limits: Vec<String>,
}

/// An answer that is no refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// 200 or 201.
    pub status: String,
    /// What it is.
    pub about: String,
    /// The object that is described under this name.
    pub object: Option<String>,
    /// How one looks.
    pub example: Option<String>,
}

/// Refusals with one status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// 400 and so on.
    pub status: String,
    /// `parameter_missing` and so on.
    pub codes: Vec<String>,
}

/// What a code of a refusal means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusalCode {
    /// `parameter_missing` and so on.
    pub code: String,
    /// The status that it comes with.
    pub status: String,
    /// `invalid_request_error` and so on.
    pub kind: String,
    /// A message as people read it.
    pub example: String,
}

/// What calls answer with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Its name in the document.
    pub name: String,
    /// What it is.
    pub about: String,
    /// All of them.
    pub fields: Vec<Field>,
}
