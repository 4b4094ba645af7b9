//! The form of a code that is there: limits and dates at any time, terms until its coupon is on its way to Stripe.

use super::super::around::Around;
use super::super::forms::{DiscountRow, DurationRow};
use super::super::links;
use super::super::load::{Asked, Content, load, show_panel, trouble};
use super::fields::{LimitFields, MinimumIn};
use super::form::{EDIT, edit_draft, preview};
use super::one::no_such_code;
use super::use_app_id;
use crate::components::{Banner, Call, Refusal, SubmitButton, Toasts, Tone};
use crate::domain::form::{CodeForm, FIELDS};
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::EditCode as Edit;
use crate::wire::screens::{CodeEdit, FormOutcome};
use crate::{browser, given};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};

/// The page of the form.
#[component]
pub fn EditCode() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let app_id = use_app_id();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let edit = load(Signal::derive(move || Asked::CodeEdit(mode.get(), app_id.get(), id.get())));
    view! {
        <Title text="Edit code" />
        {show_panel(edit, move |content| match content.and_then(Content::code_edit) {
            Ok(edit) => {
                view! { <Page edit=*edit app=app_id.get_untracked() id=id.get_untracked() mode=mode.get_untracked() /> }
                    .into_any()
            }
            Err(problem) if problem.code == Code::ResourceMissing => {
                no_such_code(&app_id.get_untracked(), mode.get_untracked())
            }
            Err(problem) => trouble(edit, problem),
        })}
    }
    .into_any()
}

#[component]
fn Page(edit: CodeEdit, app: String, id: String, mode: Mode) -> impl IntoView {
    let title = format!("Edit {}", edit.before.form.code);
    let back = links::code(&app, &id, mode);
    let head = view! {
        <header class="page-head">
            <h1>{title}</h1>
        </header>
    };
    if edit.archived {
        return view! {
            {head}
            <div class="above">
                <Banner tone=Tone::Quiet>
                    "This code is archived. Restore it on " <a class="link" href=back>"its page"</a> " before changing it."
                </Banner>
            </div>
        }
        .into_any();
    }
    let fixed = edit.before.terms_fixed;
    view! {
        {head}
        {fixed
            .then(|| {
                view! {
                    <div class="above">
                        <Banner tone=Tone::Blue>
                            "What it gives cannot change any more: its coupon is in Stripe, or on its way there. Limits and dates can, and count at once."
                        </Banner>
                    </div>
                }
            })}
        <Form edit app id mode back />
    }
    .into_any()
}

#[component]
fn Form(edit: CodeEdit, app: String, id: String, mode: Mode, back: String) -> impl IntoView {
    let around: Around = expect_context();
    let CodeEdit { before, zone, .. } = edit;
    let draft = edit_draft(before.clone(), zone.clone());
    let first = draft.form.get_untracked();
    let call = Call::of(EDIT);
    let navigate = use_navigate();
    let toasts: Toasts = expect_context();
    // What was typed before the WASM was there counts.
    Effect::new(move |_| draft.read());
    let wrong = move || FIELDS.into_iter().find(|field| draft.error(field).is_some());

    let input = move |_| draft.read();
    // Told on the way to another field only: on the way to a button, an error would push the button away from under the pointer, and
    // the click would be lost.
    let leave = move |event: leptos::ev::FocusEvent| {
        if event.related_target().is_some_and(|to| to.is_instance_of::<HtmlInputElement>()) {
            draft.leave(&event_target::<HtmlInputElement>(&event).name());
        }
    };
    let (to, sent_zone) = (back.clone(), zone.clone());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        draft.read();
        draft.tell_all();
        if let Some(wrong) = wrong() {
            browser::focus(wrong);
            return;
        }
        let (navigate, to) = (navigate.clone(), to.clone());
        let (zone, form) = (sent_zone.clone(), draft.form.get_untracked());
        let sent = ask(Edit { mode, app_id: app.clone(), id: id.clone(), form, zone });
        call.start(sent, move |outcome| match outcome {
            FormOutcome::Done { .. } => {
                around.changed();
                toasts.say("Saved.");
                navigate(&to, Default::default());
            }
            FormOutcome::Refused { problems } => {
                draft.refuse(problems);
                if let Some(wrong) = wrong() {
                    browser::focus(wrong);
                }
            }
        });
    };
    let minimum_in = match (before.terms_fixed && first.kind == "amount", before.any_currency()) {
        (true, _) => MinimumIn::Discount,
        (false, true) => MinimumIn::ChosenOrAny,
        (false, false) => MinimumIn::Chosen,
    };
    let fixed = before.terms_fixed;
    let preview = {
        let zone = zone.clone();
        Memo::new(move |_| preview(draft.form.get(), Some(&before), &zone))
    };
    let error = Callback::new(move |field: &'static str| Signal::derive(move || draft.error(field)));
    let limits = first.clone();
    view! {
        <form
            id=EDIT
            class="panel new-code"
            method="post"
            novalidate
            on:submit=submit
            on:input=input
            on:change=input
            on:focusout=leave
        >
            <input type="hidden" name="zone" value=zone.clone() />
            <input type="hidden" name="code" value=first.code.clone() />
            {given::answers(EDIT)
                .then(|| {
                    view! {
                        <Banner tone=Tone::Red>"Nothing was changed yet: look at the fields that are marked. What you typed is all here."</Banner>
                    }
                })}
            {terms(first, fixed, error)}
            <LimitFields first=limits minimum_in zone=Signal::stored(zone) error />
            <p class="preview" aria-live="polite">
                <span class="third">{move || if preview.with(Option::is_some) { "Customers get" } else { "What customers get stands here as you fill in the form." }}</span>
                <output>{move || preview.get().unwrap_or_default()}</output>
            </p>
            <Refusal call fields=&FIELDS />
            <div class="actions">
                <SubmitButton form=EDIT call class="button button-filled" words="Save" busy="Saving…" />
                <a class="button" href=back>
                    "Cancel"
                </a>
            </div>
        </form>
    }
    .into_any()
}

/// What it gives: fields, or where it is fixed what stands in them, unseen.
fn terms(first: CodeForm, fixed: bool, error: Callback<&'static str, Signal<Option<String>>>) -> AnyView {
    let CodeForm { kind, percent_off, amount_off, currency, duration, duration_in_months, .. } = first;
    if !fixed {
        return view! {
            <DiscountRow kind percent_off amount_off currency error />
            <DurationRow duration months=duration_in_months error />
        }
        .into_any();
    }
    [
        ("kind", kind),
        ("percent_off", percent_off),
        ("amount_off", amount_off),
        ("currency", currency),
        ("duration", duration),
        ("duration_in_months", duration_in_months),
    ]
    .into_iter()
    .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
    .collect_view()
    .into_any()
}
