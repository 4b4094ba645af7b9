//! What the form for a new code knows while one types.

use super::words;
use crate::components::zone_name;
use crate::domain::code::CodeText;
use crate::domain::form::{CodeForm, FIELDS};
use crate::domain::problem::Problem;
use crate::{browser, given};
use leptos::prelude::*;

/// The form, and its id.
pub const FORM: &str = "create-code";

/// The state of the form.
#[derive(Clone, Copy)]
pub struct Draft {
    /// What stands in the fields.
    pub form: RwSignal<CodeForm>,
    /// Everything that is wrong with it, by the same rules as on the server.
    problems: Memo<Vec<Problem>>,
    /// What the server refused, and with which form: its refusals stand until that form is another.
    refused: RwSignal<Option<(CodeForm, Vec<Problem>)>>,
    /// The fields that one has left, whose problems may be told.
    left: RwSignal<Vec<&'static str>>,
    /// The text that another code has.
    pub taken: RwSignal<Option<String>>,
}

impl Draft {
    /// From what was typed before, if the form was posted without the WASM and refused.
    pub fn new() -> Self {
        let mut first = CodeForm::read(|field| given::typed(FORM, field));
        for (field, usual) in
            [(&mut first.kind, "percent"), (&mut first.currency, "usd"), (&mut first.duration, "once")]
        {
            if field.is_empty() {
                *field = usual.into();
            }
        }
        let refused = given::answers(FORM).then(|| (first.clone(), given::problems(FORM)));
        let form = RwSignal::new(first);
        Self {
            form,
            problems: Memo::new(move |_| {
                form.with(|form| form.check(browser::now_ms(), browser::local_ms).err().unwrap_or_default())
            }),
            refused: RwSignal::new(refused),
            left: RwSignal::new(Vec::new()),
            taken: RwSignal::new(None),
        }
    }

    /// Reads the fields of the document.
    pub fn read(self) {
        if browser::field(FORM, "kind").is_none() {
            return;
        }
        let now = CodeForm::read(|field| browser::field(FORM, field).unwrap_or_default());
        if self.form.with_untracked(|form| *form != now) {
            self.form.set(now);
        }
    }

    /// One has left a field: from now on its problem is told. An empty field that one only passed by says nothing before submitting.
    pub fn leave(self, name: &str) {
        let typed = browser::field(FORM, name).is_some_and(|text| !text.trim().is_empty());
        if let Some(field) = FIELDS.into_iter().find(|field| *field == name && typed)
            && self.left.with_untracked(|left| !left.contains(&field))
        {
            self.left.update(|left| left.push(field));
        }
    }

    /// One wants to submit: tells every problem; the first field that has one.
    pub fn tell_all(self) -> Option<&'static str> {
        self.left.set(FIELDS.to_vec());
        FIELDS.into_iter().find(|field| self.error(field).is_some())
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
