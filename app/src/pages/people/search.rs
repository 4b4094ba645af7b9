//! Looking for somebody. The address goes to the server in a request's body alone: what stands in a URL ends in logs and histories.

use super::super::around::Around;
use super::found::{Done, Found};
use crate::components::{Call, Refusal, SubmitButton, TextField};
use crate::domain::email;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::people::ReadPerson;
use crate::{browser, given};
use leptos_meta::Title;

const FORM: &str = "find-person";
const FIELD: &str = "person-email";

/// The page that looks for a person.
#[component]
pub fn People() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let call = Call::of(FORM);
    let found = RwSignal::new(given::person());
    let erased = RwSignal::new(given::erased());
    // Somebody is known in one mode, or in both, as two.
    Effect::new(move |before: Option<Mode>| {
        let now = mode.get();
        if before.is_some_and(|before| before != now) {
            found.set(None);
            erased.set(None);
        }
        now
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = browser::field(FORM, "email").unwrap_or_default();
        match email::parse(&typed, "email") {
            Err(problem) => {
                call.problem.set(Some(problem));
                browser::focus(FIELD);
            }
            Ok(email) => call.start(ask(ReadPerson { mode: mode.get_untracked(), email }), move |person| {
                erased.set(None);
                found.set(Some(person));
            }),
        }
    };
    let typed = given::person().map_or_else(|| given::typed(FORM, "email"), |person| person.email);
    view! {
        <Title text="People" />
        <header class="page-head">
            <h1>"People"</h1>
        </header>
        <section class="panel" aria-label="Search">
            <p class="third">
                "What is kept here about one of your customers, in the mode in view. You can take a copy along, and erase them."
            </p>
            <form id=FORM class="line" method="post" novalidate on:submit=submit>
                <TextField
                    id=FIELD
                    name="email"
                    label="E-mail address"
                    kind="email"
                    inputmode=Some("email")
                    placeholder="ada@example.com"
                    value=typed
                    error=Signal::derive(move || call.field_problem("email"))
                />
                <SubmitButton form=FORM call class="button" words="Search" busy="Searching…" />
            </form>
            <Refusal call fields=&["email"] />
        </section>
        <div class="found">
            {move || erased.get().map(|erased| view! { <Done erased /> })}
            {move || found.get().map(|person| view! { <Found person mode=mode.get_untracked() found erased /> })}
        </div>
    }
    .into_any()
}
