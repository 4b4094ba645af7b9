//! What a form knows while one types.

use super::super::codes::words;
use crate::domain::problem::Problem;
use crate::{browser, given};
use leptos::prelude::*;

/// The fields of a form, as text.
pub trait Typed: Clone + PartialEq + Send + Sync + 'static {
    /// By name, in the order in which they stand.
    const FIELDS: &'static [&'static str];

    /// The form, field by field in the order of [`Typed::FIELDS`].
    fn from_fields(field: impl FnMut(&'static str) -> String) -> Self;
}

/// The state of a form.
pub struct Draft<F: Typed> {
    id: &'static str,
    /// What stands in the fields.
    pub form: RwSignal<F>,
    /// Everything that is wrong with it, by the same rules as on the server.
    problems: Memo<Vec<Problem>>,
    /// What the server refused, and with which form: its refusals stand until that form is another.
    refused: RwSignal<Option<(F, Vec<Problem>)>>,
    /// The fields that one has left, whose problems may be told.
    left: RwSignal<Vec<&'static str>>,
}

impl<F: Typed> Clone for Draft<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Typed> Copy for Draft<F> {}

impl<F: Typed> Draft<F> {
    /// Of the form with this id: what was typed before, if it was posted without the WASM and refused, else `first`. `fill` puts what is
    /// usual into what is empty; `check` tells everything that is wrong.
    pub fn new(
        id: &'static str,
        first: F,
        fill: impl FnOnce(&mut F),
        check: impl Fn(&F) -> Vec<Problem> + Send + Sync + 'static,
    ) -> Self {
        let posted = given::answers(id);
        let mut first = if posted { F::from_fields(|field| given::typed(id, field)) } else { first };
        fill(&mut first);
        let refused = posted.then(|| (first.clone(), given::problems(id)));
        let form = RwSignal::new(first);
        Self {
            id,
            form,
            problems: Memo::new(move |_| form.with(|form| check(form))),
            refused: RwSignal::new(refused),
            left: RwSignal::new(Vec::new()),
        }
    }

    /// Reads the fields of the document.
    pub fn read(self) {
        if F::FIELDS.first().is_none_or(|field| browser::field(self.id, field).is_none()) {
            return;
        }
        let now = F::from_fields(|field| browser::field(self.id, field).unwrap_or_default());
        if self.form.with_untracked(|form| *form != now) {
            self.form.set(now);
        }
    }

    /// One has left a field: from now on its problem is told. An empty field that one only passed by says nothing before submitting.
    pub fn leave(self, name: &str) {
        let typed = browser::field(self.id, name).is_some_and(|text| !text.trim().is_empty());
        if let Some(field) = F::FIELDS.iter().copied().find(|field| *field == name && typed)
            && self.left.with_untracked(|left| !left.contains(&field))
        {
            self.left.update(|left| left.push(field));
        }
    }

    /// One wants to submit: tells every problem.
    pub fn tell_all(self) {
        self.left.set(F::FIELDS.to_vec());
    }

    /// The server's refusals of what was just sent.
    pub fn refuse(self, problems: Vec<Problem>) {
        self.refused.set(Some((self.form.get_untracked(), problems)));
    }

    /// What is told beside a field.
    pub fn error(self, field: &str) -> Option<String> {
        let named = |problem: &&Problem| problem.param.as_deref() == Some(field);
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
}
