//! Asking before somebody is erased: what goes, what stays, and their address once more.

use crate::components::{Call, CloseButton, Dialog, Refusal, SubmitButton, TextField};
use crate::domain::email::same_person;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::people::ErasePerson;
use crate::wire::rewards::{Erased, Person};
use crate::{browser, given};

/// The dialog, and the form's name.
pub const DIALOG: &str = "erase-person";
const FORM: &str = "erase-form";
const FIELD: &str = "erase-confirm";

/// What the question is about, and where its answer goes.
#[derive(Clone, Copy)]
struct Erasing {
    call: Call,
    mode: Mode,
    found: RwSignal<Option<Person>>,
    erased: RwSignal<Option<Erased>>,
}

impl Erasing {
    fn new(mode: Mode, found: RwSignal<Option<Person>>, erased: RwSignal<Option<Erased>>) -> Self {
        Self { call: Call::of(DIALOG), mode, found, erased }
    }

    fn submit(self, email: String) {
        let typed = browser::field(FORM, "confirm").unwrap_or_default();
        if let Err(problem) = same_person(&email, &typed) {
            self.call.problem.set(Some(problem));
            browser::focus(FIELD);
            return;
        }
        self.call.start(ask(ErasePerson { mode: self.mode, email }), move |done| {
            browser::close_dialog(DIALOG);
            self.found.set(None);
            self.erased.set(Some(done));
            browser::focus("erased");
        });
    }
}

/// The question over the page.
#[component]
pub fn EraseDialog(
    /// Who it is about.
    person: Person,
    /// The mode in which they were found.
    mode: Mode,
    /// Where they stand on the page.
    found: RwSignal<Option<Person>>,
    /// Where it is said that they were erased.
    erased: RwSignal<Option<Erased>>,
) -> impl IntoView {
    let erasing = Erasing::new(mode, found, erased);
    let title = format!("Erase {}?", person.email);
    view! {
        <Dialog id=DIALOG title>
            <Question person erasing />
            <div class="actions">
                <Button call=erasing.call />
                <CloseButton words="Keep them" />
            </div>
        </Dialog>
    }
    .into_any()
}

/// The question within a page that has no scripts.
#[component]
pub fn EraseHere(
    /// Who it is about.
    person: Person,
    /// The mode in which they were found.
    mode: Mode,
    /// Where they stand on the page.
    found: RwSignal<Option<Person>>,
    /// Where it is said that they were erased.
    erased: RwSignal<Option<Erased>>,
) -> impl IntoView {
    let erasing = Erasing::new(mode, found, erased);
    let title = format!("Erase {}", person.email);
    view! {
        <section class="panel" aria-labelledby="erase-title">
            <h2 id="erase-title">{title}</h2>
            <Question person erasing />
            <div class="actions">
                <Button call=erasing.call />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Button(call: Call) -> impl IntoView {
    view! { <SubmitButton form=DIALOG form_id=FORM call class="button button-red" words="Erase for good" busy="Erasing…" /> }
        .into_any()
}

#[component]
fn Question(person: Person, erasing: Erasing) -> impl IntoView {
    let Person { email, .. } = person;
    let Erasing { call, .. } = erasing;
    let wanted = email.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        erasing.submit(wanted.clone());
    };
    view! {
        <ul class="facts">
            <li>
                <b>"This goes: "</b>
                "their address, the references and the metadata of their rewards; their address on mails, and mails that wait are not sent; what their checkouts were asked with about them; who they are to a limit per customer, which begins anew. Stripe is asked to take their address off their promotion codes."
            </li>
            <li>
                <b>"This stays: "</b>
                "codes, and what they give: one that was mailed can still be used. Counts and amounts. That they want no marketing, as a hash. What Stripe itself knows of payments and customers. Backups, until your operator's are overwritten."
            </li>
            <li>"It cannot be undone."</li>
        </ul>
        <form id=FORM method="post" novalidate on:submit=submit>
            <input type="hidden" name="email" value=email />
            <TextField
                id=FIELD
                name="confirm"
                label="Type the address once more"
                kind="email"
                inputmode=Some("email")
                value=given::typed(DIALOG, "confirm")
                error=Signal::derive(move || call.field_problem("confirm"))
            />
        </form>
        <Refusal call fields=&["confirm"] />
    }
    .into_any()
}
