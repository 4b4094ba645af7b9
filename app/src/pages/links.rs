//! Addresses. Every one carries the mode in view, and everything from outside is percent-encoded.

use crate::domain::discount_code::Status;
use crate::domain::form::CodeForm;
use crate::domain::mode::Mode;
use crate::wire::screens::CodeQuery;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The mode that the address says; test where it says none.
pub fn use_mode() -> Memo<Mode> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get_str("mode").and_then(Mode::parse)).unwrap_or_default())
}

/// A field of the address' query; empty where there is none. For what is read once, when a page is made.
pub fn query_once(name: &str) -> String {
    use_query_map().with_untracked(|query| query.get_str(name).map(str::to_owned)).unwrap_or_default()
}

/// An address under construction.
struct Address {
    text: String,
    joint: char,
}

impl Address {
    fn new(path: String, mode: Mode) -> Self {
        let mut address = Self { text: path, joint: '?' };
        if mode == Mode::Live {
            address.push("mode", mode.as_str());
        }
        address
    }

    fn push(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text.push(self.joint);
            self.joint = '&';
            self.text.push_str(name);
            self.text.push('=');
            self.text.push_str(&escape(value));
        }
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters: the same on both sides, which the router's own function is not.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    out.push(char::from_digit(u32::from(half), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
    }
    out
}

/// The list of apps.
pub fn apps(mode: Mode) -> String {
    Address::new("/apps".into(), mode).text
}

/// The settings.
pub fn settings(mode: Mode) -> String {
    Address::new("/settings".into(), mode).text
}

/// An app's codes.
pub fn codes(app_id: &str, mode: Mode) -> String {
    codes_page(app_id, mode, &CodeQuery::default())
}

/// One page of an app's codes.
pub fn codes_page(app_id: &str, mode: Mode, query: &CodeQuery) -> String {
    let mut address = Address::new(format!("/apps/{}/discounts", escape(app_id)), mode);
    address.push("q", &query.q);
    address.push("status", query.status.map(Status::as_str).unwrap_or_default());
    address.push("after", query.after.as_deref().unwrap_or_default());
    address.push("before", query.before.as_deref().unwrap_or_default());
    address.text
}

/// The form for a new code.
pub fn new_code(app_id: &str, mode: Mode) -> String {
    Address::new(format!("/apps/{}/discounts/new", escape(app_id)), mode).text
}

/// One code.
pub fn code(app_id: &str, id: &str, mode: Mode) -> String {
    Address::new(format!("/apps/{}/discounts/{}", escape(app_id), escape(id)), mode).text
}

/// The same place in a mode. A code's page exists in one mode only: its list stands for it in the other.
pub fn in_mode(path: &str, mode: Mode) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["", "apps", app, "discounts", id] if *id != "new" => Address::new(format!("/apps/{app}/discounts"), mode).text,
        _ => Address::new(path.to_owned(), mode).text,
    }
}

/// The names of the form's fields in an address, and in `form[…]` of the posted form.
pub const CODE_FIELDS: [&str; 10] = [
    "code",
    "kind",
    "percent_off",
    "amount_off",
    "currency",
    "duration",
    "duration_in_months",
    "max_redemptions",
    "starts_at",
    "expires_at",
];

/// A code's form, field by field in the order of [`CODE_FIELDS`].
pub fn code_form(mut field: impl FnMut(&'static str) -> String) -> CodeForm {
    let [
        code,
        kind,
        percent_off,
        amount_off,
        currency,
        duration,
        duration_in_months,
        max_redemptions,
        starts_at,
        expires_at,
    ] = CODE_FIELDS.map(&mut field);
    CodeForm {
        code,
        kind,
        percent_off,
        amount_off,
        currency,
        duration,
        duration_in_months,
        max_redemptions,
        starts_at,
        expires_at,
    }
}

#[cfg(feature = "ssr")]
mod after_plain_forms {
    use super::*;
    use crate::domain::problem::{Code, Problem};
    use crate::wire::screens::{FormOutcome, SignInRequested};

    /// Where a plain form for a sign-in link leads: what was typed comes back only where it was refused.
    pub fn home_after(outcome: &Result<SignInRequested, Problem>, email: &str) -> String {
        let mut address = Address::new("/".into(), Mode::Test);
        match outcome {
            Ok(_) => address.push("sent", "1"),
            Err(problem) => {
                address.push("problem", if problem.code == Code::RateLimited { "slow" } else { "email" });
                address.push("email", email);
            }
        }
        address.text
    }

    /// Where a refused plain form for an app leads.
    pub fn apps_refused(mode: Mode, name: &str, id: &str) -> String {
        let mut address = Address::new("/apps".into(), mode);
        address.push("refused", "1");
        address.push("name", name);
        address.push("id", id);
        address.text
    }

    /// Where a refused plain form for a code leads: the same form with all that was typed.
    pub fn new_code_refused(
        app_id: &str,
        mode: Mode,
        form: &CodeForm,
        outcome: &Result<FormOutcome, Problem>,
    ) -> String {
        let mut address = Address::new(format!("/apps/{}/discounts/new", escape(app_id)), mode);
        address.push("refused", "1");
        let taken = match outcome {
            Ok(FormOutcome::Refused { problems }) => problems.iter().any(|problem| problem.code == Code::CodeTaken),
            _ => false,
        };
        address.push("taken", if taken { "1" } else { "" });
        let typed = [
            &form.code,
            &form.kind,
            &form.percent_off,
            &form.amount_off,
            &form.currency,
            &form.duration,
            &form.duration_in_months,
            &form.max_redemptions,
            &form.starts_at,
            &form.expires_at,
        ];
        for (name, value) in CODE_FIELDS.into_iter().zip(typed) {
            address.push(name, value);
        }
        address.text
    }

    /// Where a plain form for a restricted key leads. The key itself never stands in an address.
    pub fn settings_after(mode: Mode, problem: Option<&Problem>) -> String {
        let mut address = Address::new("/settings".into(), mode);
        address.push("refused", problem.map(|problem| problem.code.as_str()).unwrap_or_default());
        address.text
    }
}
#[cfg(feature = "ssr")]
pub use after_plain_forms::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_mode_and_are_encoded() {
        assert_eq!(code("task-pomo", "dc_1", Mode::Test), "/apps/task-pomo/discounts/dc_1");
        let query = CodeQuery { q: "a&b=ü %".into(), status: Some(Status::Paused), ..CodeQuery::default() };
        assert_eq!(
            codes_page("a/b", Mode::Live, &query),
            "/apps/a%2Fb/discounts?mode=live&q=a%26b%3D%C3%BC%20%25&status=paused"
        );
    }

    #[test]
    fn a_code_exists_in_one_mode_only() {
        assert_eq!(in_mode("/apps/a/discounts/dc_1", Mode::Live), "/apps/a/discounts?mode=live");
        assert_eq!(in_mode("/apps/a/discounts/new", Mode::Live), "/apps/a/discounts/new?mode=live");
        assert_eq!(in_mode("/settings", Mode::Test), "/settings");
    }
}
