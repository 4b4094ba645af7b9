//! What the form for a new code knows while one types.

use super::super::links;
use super::words;
use crate::browser;
use crate::components::zone_name;
use crate::domain::code::CodeText;
use crate::domain::form::CodeForm;
use crate::domain::problem::Problem;
use leptos::prelude::*;

/// The form's id.
pub const FORM: &str = "new-code";

/// Names in the posted form: a server function's argument `form` and its fields.
pub const NAMES: [(&str, &str); 10] = [
    ("code", "form[code]"),
    ("kind", "form[kind]"),
    ("percent_off", "form[percent_off]"),
    ("amount_off", "form[amount_off]"),
    ("currency", "form[currency]"),
    ("duration", "form[duration]"),
    ("duration_in_months", "form[duration_in_months]"),
    ("max_redemptions", "form[max_redemptions]"),
    ("starts_at", "form[starts_at]"),
    ("expires_at", "form[expires_at]"),
];

/// A field's name in the posted form.
pub fn posted(field: &str) -> &'static str {
    NAMES.iter().find(|(name, _)| *name == field).map_or("", |(_, posted)| posted)
}

/// A field by its name in the posted form.
pub fn field_of(posted: &str) -> Option<&'static str> {
    NAMES.iter().find(|(_, name)| *name == posted).map(|(field, _)| *field)
}

/// The state of the form.
#[derive(Clone, Copy)]
pub struct Draft {
    /// What stands in the fields.
    pub form: RwSignal<CodeForm>,
    /// Everything that is wrong with it, by the same rules as on the server.
    problems: Memo<Vec<Problem>>,
    /// What the server refused, and with which form: its refusals stand until that field is another.
    refused: RwSignal<Option<(CodeForm, Vec<Problem>)>>,
    /// The fields that one has left, whose problems may be told.
    left: RwSignal<Vec<&'static str>>,
    /// The text that another code has.
    pub taken: RwSignal<Option<String>>,
}

impl Draft {
    /// From what was typed before, if a plain form was refused.
    pub fn new() -> Self {
        let refused = !links::query_once("refused").is_empty();
        let mut form = links::code_form(links::query_once);
        if form.kind.is_empty() {
            form.kind = "percent".into();
        }
        if form.currency.is_empty() {
            form.currency = "usd".into();
        }
        if form.duration.is_empty() {
            form.duration = "once".into();
        }
        let taken = (!links::query_once("taken").is_empty()).then(|| CodeText::normalize(&form.code));
        let form = RwSignal::new(form);
        Self {
            form,
            problems: Memo::new(move |_| {
                form.with(|form| form.check(browser::now_ms(), browser::local_ms).err().unwrap_or_default())
            }),
            refused: RwSignal::new(None),
            left: RwSignal::new(if refused { links::CODE_FIELDS.to_vec() } else { Vec::new() }),
            taken: RwSignal::new(taken),
        }
    }

    /// Reads the fields of the document.
    pub fn read(self) {
        if browser::field(FORM, posted("kind")).is_none() {
            return;
        }
        let now = links::code_form(|field| browser::field(FORM, posted(field)).unwrap_or_default());
        if self.form.with_untracked(|form| *form != now) {
            self.form.set(now);
        }
    }

    /// One has left a field: from now on its problem is told. An empty field that one only passed by says nothing before submitting.
    pub fn leave(self, field: &'static str) {
        let typed = browser::field(FORM, posted(field)).is_some_and(|text| !text.trim().is_empty());
        if typed && self.left.with_untracked(|left| !left.contains(&field)) {
            self.left.update(|left| left.push(field));
        }
    }

    /// One wants to submit: tells every problem; the first field that has one.
    pub fn tell_all(self) -> Option<String> {
        self.left.set(links::CODE_FIELDS.to_vec());
        links::CODE_FIELDS.into_iter().find(|field| self.error(field).is_some()).map(str::to_owned)
    }

    /// The server's refusals of what was just sent.
    pub fn refuse(self, problems: Vec<Problem>) {
        self.refused.set(Some((self.form.get_untracked(), problems)));
    }

    /// What is told beside a field.
    pub fn error(self, field: &str) -> Option<String> {
        let named = |problem: &&Problem| problem.param.as_deref() == Some(field);
        if field == "code"
            && let Some(taken) = self.taken.get()
            && self.form.with(|form| CodeText::normalize(&form.code) == taken)
        {
            return Some(format!(
                "{taken} exists already in this app. Choose another text, or archive that code first."
            ));
        }
        if self.left.with(|left| left.contains(&field))
            && let Some(told) = self.problems.with(|problems| problems.iter().find(named).map(words::for_the_form))
        {
            return Some(told);
        }
        self.refused.with(|refused| {
            let (sent, problems) = refused.as_ref()?;
            let unchanged = self.form.with(|form| *form == *sent);
            problems.iter().filter(|_| unchanged).find(named).map(words::for_the_form)
        })
    }

    /// The same as a signal.
    pub fn error_of(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.error(field))
    }

    /// `50% off, once · 1,000 uses · until 1 Jan 2027, 01:00 Berlin`, as far as it can be told.
    pub fn preview(self, zone: &str) -> Option<String> {
        let mut form = self.form.get();
        if form.code_problem().is_some() {
            form.code = "PREVIEW".into();
        }
        let now = browser::now_ms();
        // What is not right yet is left out, so that the rest can be seen.
        for problem in form.check(now, browser::local_ms).err().unwrap_or_default() {
            match problem.param.as_deref() {
                Some("max_redemptions") => form.max_redemptions.clear(),
                Some("starts_at") => form.starts_at.clear(),
                Some("expires_at") => form.expires_at.clear(),
                _ => return None,
            }
        }
        let definition = form.check(now, browser::local_ms).ok()?;
        let mut text = definition.terms.to_string();
        match definition.limits.max_redemptions {
            Some(1) => text.push_str(" · 1 use"),
            Some(limit) => text.push_str(&format!(" · {} uses", words::number(limit))),
            None => text.push_str(" · no limit"),
        }
        let zone = zone_name(zone);
        if let Some(start) = words::local(form.starts_at.trim()) {
            text.push_str(&format!(" · from {start} {zone}"));
        }
        if let Some(end) = words::local(form.expires_at.trim()) {
            text.push_str(&format!(" · until {end} {zone}"));
        }
        Some(text)
    }
}
