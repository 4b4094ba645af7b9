//! A call to the server from a button or a form.

use super::ProblemView;
use crate::domain::problem::Problem;
use crate::given;
use crate::prelude::*;
use crate::server_fns::Answer;
use leptos::task::spawn_local;
use std::pin::Pin;

/// What is left to do with an answer.
type Done = Box<dyn FnOnce()>;

/// One call at a time: whether it runs, and why the last one was refused.
#[derive(Clone, Copy)]
pub struct Call {
    /// Runs now: its button says so and takes no second click.
    pub busy: RwSignal<bool>,
    /// Why the last one was refused.
    pub problem: RwSignal<Option<Problem>>,
}

impl Call {
    /// The calls of a form. None is made yet, but the form may have been posted without the WASM, and refused.
    pub fn of(form: &'static str) -> Self {
        Self { busy: RwSignal::new(false), problem: RwSignal::new(given::problems(form).into_iter().next()) }
    }

    /// Starts the call unless one runs; `done` is given what came of it. Nothing happens if the screen is gone by then.
    pub fn start<T: 'static>(self, call: Answer<T>, done: impl FnOnce(T) + 'static) {
        self.run(Box::pin(async move { call.await.map(|value| Box::new(|| done(value)) as Done) }));
    }

    /// Once in the program, not once for each call.
    fn run(self, call: Pin<Box<dyn Future<Output = Result<Done, Problem>>>>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = call.await;
            // A disposed signal answers `Some` to `try_set`: the screen was left while the call ran.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(done) => done(),
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    /// The refusal of one field.
    pub fn field_problem(self, name: &'static str) -> Option<String> {
        self.problem.with(|problem| {
            problem
                .as_ref()
                .filter(|problem| problem.param.as_deref() == Some(name))
                .map(|problem| problem.message.clone())
        })
    }
}

/// The button of a form that makes a call. Without the WASM, its name and value tell the server which form was posted.
#[component]
pub fn SubmitButton(
    /// The form.
    form: &'static str,
    /// The id of the form, where the button stands outside of it.
    #[prop(optional)]
    form_id: Option<&'static str>,
    /// The call.
    call: Call,
    /// How it looks.
    #[prop(into)]
    class: Signal<&'static str>,
    /// What stands on it.
    #[prop(into)]
    words: Signal<&'static str>,
    /// What stands on it while the call runs; empty: the same, where the screen shows the outcome at once.
    busy: &'static str,
) -> impl IntoView {
    view! {
        <button type="submit" name="do" value=form form=form_id class=class aria-disabled=move || call.busy.get().then_some("true")>
            {move || if call.busy.get() && !busy.is_empty() { busy } else { words.get() }}
        </button>
    }
    .into_any()
}

/// Why a call was refused, unless it is said beside one of the form's fields.
#[component]
pub fn Refusal(
    /// The call.
    call: Call,
    /// Fields that say their own refusals.
    #[prop(default = &[])]
    fields: &'static [&'static str],
) -> impl IntoView {
    move || {
        let problem =
            call.problem.get().filter(|problem| !fields.contains(&problem.param.as_deref().unwrap_or_default()));
        problem.map(|problem| view! { <ProblemView problem /> })
    }
}
