//! The form for a new code.

use super::super::around::Around;
use super::super::forms::{DiscountRow, DurationRow, Line, line};
use super::super::links;
use super::super::load::{Content, Loaded, show_panel, trouble};
use super::fields::{LimitFields, MinimumIn};
use super::form::{Draft, FORM};
use super::use_app_id;
use crate::components::{Banner, Call, Refusal, SubmitButton, Toasts, Tone};
use crate::domain::code::CodeText;
use crate::domain::form::FIELDS;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::{CodeTaken, CreateCode};
use crate::wire::screens::FormOutcome;
use crate::{browser, given};
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// How long one may pause in a code before it is looked up.
const PAUSE: Duration = Duration::from_millis(300);

/// The page of the form. The zone is awaited first: dates are typed in it.
#[component]
pub fn NewCode() -> impl IntoView {
    let Around { mode, frame, .. } = expect_context();
    let app_id = use_app_id();
    view! {
        <Title text="New code" />
        <header class="page-head">
            <h1>"New code"</h1>
        </header>
        {show_panel(frame, move |content| match content.and_then(Content::frame) {
            Ok(around) => view! { <Form zone=around.zone app_id mode frame /> }.into_any(),
            Err(problem) => trouble(frame, problem),
        })}
    }
    .into_any()
}

#[component]
fn Form(zone: String, app_id: Memo<String>, mode: Memo<Mode>, frame: Loaded) -> impl IntoView {
    let draft = Draft::new();
    let call = Call::of(FORM);
    let navigate = use_navigate();
    let toasts: Toasts = expect_context();
    let zone = RwSignal::new(zone);
    let first = draft.typed.form.get_untracked();
    let limits = first.clone();

    // What was typed before the WASM was there counts; and the browser knows its zone better than the server's cookie may.
    Effect::new(move |_| {
        draft.typed.read();
        if let Some(here) = browser::zone() {
            zone.set(here);
        }
    });
    look_up_while_typing(draft, app_id, mode);

    let input = move |_| draft.typed.read();
    // Told on the way to another field only: on the way to a button, an error would push the button away from under the pointer, and
    // the click would be lost.
    let leave = move |event: leptos::ev::FocusEvent| {
        if event.related_target().is_some_and(|to| to.is_instance_of::<HtmlInputElement>()) {
            draft.typed.leave(&event_target::<HtmlInputElement>(&event).name());
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        draft.typed.read();
        if let Some(wrong) = draft.tell_all() {
            browser::focus(wrong);
            return;
        }
        let (app, mode) = (app_id.get_untracked(), mode.get_untracked());
        let navigate = navigate.clone();
        let (zone, form) = (zone.get_untracked(), draft.typed.form.get_untracked());
        let sent = ask(CreateCode { mode, app_id: app.clone(), zone, form });
        call.start(sent, move |outcome| match outcome {
            FormOutcome::Done { id } => {
                frame.refetch();
                toasts.say("Created. Its coupon is made in Stripe at the first checkout.");
                navigate(&links::code(&app, &id, mode), Default::default());
            }
            FormOutcome::Refused { problems } => {
                draft.typed.refuse(problems);
                if let Some(wrong) = draft.tell_all() {
                    browser::focus(wrong);
                }
            }
        });
    };
    let preview = Memo::new(move |_| zone.with(|zone| draft.preview(zone)));
    let error = Callback::new(move |field: &'static str| Signal::derive(move || draft.error(field)));
    view! {
        <form
            id=FORM
            class="panel new-code"
            method="post"
            novalidate
            on:submit=submit
            on:input=input
            on:change=input
            on:focusout=leave
        >
            <input type="hidden" name="zone" value=zone />
            {given::answers(FORM)
                .then(|| {
                    view! {
                        <Banner tone=Tone::Red>"Nothing was created yet: look at the fields that are marked. What you typed is all here."</Banner>
                    }
                })}
            {line(
                "code",
                first.code,
                Some("What customers type. Letters A to Z, digits, - and _; small letters count as capitals.".into()),
                error.run("code"),
                Line { label: "Code", placeholder: "BLACKFRIDAY50", input_class: "mono upper", ..Line::default() },
            )}
            <DiscountRow
                kind=first.kind
                percent_off=first.percent_off
                amount_off=first.amount_off
                currency=first.currency
                error
            />
            <DurationRow duration=first.duration months=first.duration_in_months error />
            <LimitFields first=limits minimum_in=MinimumIn::Chosen zone=zone.into() error />
            <p class="preview" aria-live="polite">
                <span class="third">{move || if preview.with(Option::is_some) { "Customers get" } else { "What customers get stands here as you fill in the form." }}</span>
                <output>{move || preview.get().unwrap_or_default()}</output>
            </p>
            <Refusal call fields=&FIELDS />
            <div class="actions">
                <SubmitButton form=FORM call class="button button-filled" words="Create code" busy="Creating…" />
                <a class="button" href=move || app_id.with(|app_id| links::codes(app_id, mode.get()))>
                    "Cancel"
                </a>
            </div>
        </form>
    }
    .into_any()
}

/// Says that a code is taken before one submits it.
fn look_up_while_typing(draft: Draft, app_id: Memo<String>, mode: Memo<Mode>) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = timer.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let text = Memo::new(move |_| {
        draft.typed.form.with(|form| CodeText::parse(&form.code, "code").ok().map(|code| code.as_str().to_owned()))
    });
    Effect::new(move |_| {
        let found = text.get();
        stop();
        let Some(text) = found else { return };
        let (app, mode) = (app_id.get_untracked(), mode.get());
        let later = move || {
            spawn_local(async move {
                if ask(CodeTaken { mode, app_id: app, text: text.clone() }).await == Ok(true) {
                    draft.taken.try_set(Some(text));
                }
            });
        };
        if let Ok(handle) = set_timeout_with_handle(later, PAUSE) {
            timer.set_value(Some(handle));
        }
    });
}
