//! What the form for a new code knows while one types.

use super::super::forms::{self, Typed};
use super::words;
use crate::components::zone_name;
use crate::domain::code::CodeText;
use crate::domain::form::{CodeForm, FIELDS};
use crate::domain::problem::Problem;
use crate::{browser, given};
use leptos::prelude::*;

/// The form, and its id.
pub const FORM: &str = "create-code";

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
            for (field, usual) in
                [(&mut form.kind, "percent"), (&mut form.currency, "usd"), (&mut form.duration, "once")]
            {
                if field.is_empty() {
                    *field = usual.into();
                }
            }
        };
        let typed = forms::Draft::new(FORM, CodeForm::default(), usual, check);
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

    /// `50% off, once · 1,000 uses · until 1 Jan 2027, 01:00 Berlin`, as far as it can be told.
    pub fn preview(self, zone: &str) -> Option<String> {
        let mut form = self.typed.form.get();
        if form.code_problem().is_some() {
            form.code = "PREVIEW".into();
        }
        // What is not right yet is left out, so that the rest can be seen.
        for problem in check(&form) {
            match problem.param.as_deref() {
                Some("max_redemptions") => form.max_redemptions.clear(),
                Some("starts_at") => form.starts_at.clear(),
                Some("expires_at") => form.expires_at.clear(),
                _ => return None,
            }
        }
        let definition = form.check(browser::now_ms(), browser::local_ms).ok()?;
        let mut text = definition.terms.text(given::locale());
        match definition.limits.max_redemptions {
            Some(1) => text.push_str(" · 1 use"),
            Some(limit) => text.push_str(&format!(" · {} uses", words::number(limit))),
            None => text.push_str(" · no limit"),
        }
        let zone = zone_name(zone);
        for (word, typed) in [("from", &form.starts_at), ("until", &form.expires_at)] {
            if let Some(moment) = words::local(typed.trim()) {
                text.push_str(&format!(" · {word} {moment} {zone}"));
            }
        }
        Some(text)
    }
}

fn check(form: &CodeForm) -> Vec<Problem> {
    form.check(browser::now_ms(), browser::local_ms).err().unwrap_or_default()
}
