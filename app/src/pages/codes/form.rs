//! What the form for a new code knows while one types.

use super::super::forms::{self, Typed};
use super::words;
use crate::components::zone_name;
use crate::domain::code::CodeText;
use crate::domain::discount_code::{Definition, Minimum};
use crate::domain::form::{Before, CodeForm, FIELDS};
use crate::domain::problem::Problem;
use crate::{browser, given};
use leptos::prelude::*;

/// The form, and its id.
pub const FORM: &str = "create-code";
/// The form of a code that is there, and its id.
pub const EDIT: &str = "edit-code";

impl Typed for CodeForm {
    const FIELDS: &'static [&'static str] = &FIELDS;

    fn from_fields(field: impl FnMut(&'static str) -> String) -> Self {
        Self::read(field)
    }
}

/// The state of the form.
#[derive(Clone, Copy)]
pub struct Draft {
    /// What stands in the fields, and what is wrong with it.
    pub typed: forms::Draft<CodeForm>,
    /// The text that another code has.
    pub taken: RwSignal<Option<String>>,
}

impl Draft {
    /// From what was typed before, if the form was posted without the WASM and refused.
    pub fn new() -> Self {
        let usual = |form: &mut CodeForm| {
            for (field, usual) in [
                (&mut form.kind, "percent"),
                (&mut form.currency, "usd"),
                (&mut form.minimum_amount_currency, "usd"),
                (&mut form.duration, "once"),
            ] {
                if field.is_empty() {
                    *field = usual.into();
                }
            }
        };
        let typed = forms::Draft::new(FORM, CodeForm::default(), usual, |form| problems(form, None));
        Self { typed, taken: RwSignal::new(None) }
    }

    /// One wants to submit: tells every problem; the first field that has one.
    pub fn tell_all(self) -> Option<&'static str> {
        self.typed.tell_all();
        FIELDS.into_iter().find(|field| self.error(field).is_some())
    }

    /// What is told beside a field.
    pub fn error(self, field: &str) -> Option<String> {
        if field == "code"
            && let Some(taken) = self.taken.get()
            && self.typed.form.with(|form| CodeText::normalize(&form.code) == taken)
        {
            return Some(format!(
                "{taken} exists already in this app. Choose another text, or archive that code first."
            ));
        }
        self.typed.error(field)
    }

    /// What customers get, as far as it can be told.
    pub fn preview(self, zone: &str) -> Option<String> {
        preview(self.typed.form.get(), None, zone)
    }
}

/// The state of the form of a code that is there. Its moments are written in `zone`, which a browser elsewhere cannot read: there the
/// server alone judges.
pub fn edit_draft(before: Before, zone: String) -> forms::Draft<CodeForm> {
    let (first, kept) = (before.form.clone(), before.clone());
    let fill = move |form: &mut CodeForm| *form = kept.keep(form);
    forms::Draft::new(EDIT, first, fill, move |form| {
        if browser::zone().is_some_and(|here| here != zone) {
            return Vec::new();
        }
        problems(form, Some(&before))
    })
}

/// `50% off, once · 1,000 uses · 1 for each customer · purchases of $50.00 or more · until 1 Jan 2027, 01:00 Berlin`, as far as it can be
/// told. `before`: the code that is there.
pub fn preview(mut form: CodeForm, before: Option<&Before>, zone: &str) -> Option<String> {
    if before.is_none() && form.code_problem().is_some() {
        form.code = "PREVIEW".into();
    }
    // What is not right yet is left out, so that the rest can be seen.
    for problem in problems(&form, before) {
        match problem.param.as_deref() {
            Some("max_redemptions") => form.max_redemptions.clear(),
            Some("max_redemptions_per_user") => form.max_redemptions_per_user.clear(),
            Some("minimum_amount" | "minimum_amount_currency") => form.minimum_amount.clear(),
            Some("starts_at") => form.starts_at.clear(),
            Some("expires_at") => form.expires_at.clear(),
            _ => return None,
        }
    }
    let definition = checked(&form, before).ok()?;
    let limits = definition.limits;
    let mut text = definition.terms.text(given::locale());
    match limits.max_redemptions {
        Some(1) => text.push_str(" · 1 use"),
        Some(limit) => text.push_str(&format!(" · {} uses", words::number(limit))),
        None => text.push_str(" · no limit"),
    }
    if let Some(limit) = limits.max_redemptions_per_user {
        text.push_str(&format!(" · {} for each customer", words::number(limit)));
    }
    if let Some(Minimum { amount, currency }) = limits.minimum {
        text.push_str(&format!(" · {}", words::minimum(amount, currency)));
    }
    let zone = zone_name(zone);
    for (word, typed) in [("from", &form.starts_at), ("until", &form.expires_at)] {
        if let Some(moment) = words::local(typed.trim()) {
            text.push_str(&format!(" · {word} {moment} {zone}"));
        }
    }
    Some(text)
}

fn checked(form: &CodeForm, before: Option<&Before>) -> Result<Definition, Vec<Problem>> {
    match before {
        Some(before) => form.check_edit(before, browser::now_ms(), browser::local_ms),
        None => form.check(browser::now_ms(), browser::local_ms),
    }
}

fn problems(form: &CodeForm, before: Option<&Before>) -> Vec<Problem> {
    checked(form, before).err().unwrap_or_default()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn form() -> CodeForm {
        CodeForm {
            kind: "percent".into(),
            percent_off: "50".into(),
            duration: "once".into(),
            minimum_amount_currency: "usd".into(),
            ..CodeForm::default()
        }
    }

    fn told(form: CodeForm) -> String {
        preview(form, None, "Europe/Berlin").unwrap_or_default()
    }

    #[test]
    fn the_preview_says_what_customers_get() {
        assert_eq!(told(form()), "50% off, once · no limit");
        let all = CodeForm {
            max_redemptions: "1000".into(),
            max_redemptions_per_user: "1".into(),
            minimum_amount: "50".into(),
            expires_at: "2031-01-01T01:00".into(),
            ..form()
        };
        let text = "50% off, once · 1,000 uses · 1 for each customer · purchases of $50.00 or more · until 1 Jan 2031, 01:00 Berlin";
        assert_eq!(told(all.clone()), text);
        // What is not right yet is left out.
        let wrong = CodeForm { max_redemptions_per_user: "some".into(), minimum_amount: "much".into(), ..all };
        assert_eq!(told(wrong), "50% off, once · 1,000 uses · until 1 Jan 2031, 01:00 Berlin");
        assert_eq!(preview(CodeForm { percent_off: "much".into(), ..form() }, None, "UTC"), None);
    }
}
