//! The form for a new code.

use super::super::around::Around;
use super::super::links;
use super::super::load::{Content, Loaded, show_panel, trouble};
use super::form::{Draft, FORM};
use super::use_app_id;
use crate::components::{Banner, Call, Choice, Refusal, Segmented, SelectField, SubmitButton, TextField, Toasts, Tone};
use crate::domain::code::CodeText;
use crate::domain::form::FIELDS;
use crate::domain::mode::Mode;
use crate::domain::money::Currency;
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

/// What sets one line of text apart from the others.
#[derive(Default)]
struct Line {
    label: &'static str,
    kind: &'static str,
    inputmode: Option<&'static str>,
    placeholder: &'static str,
    class: &'static str,
    unit: Option<&'static str>,
}

#[component]
fn Form(zone: String, app_id: Memo<String>, mode: Memo<Mode>, frame: Loaded) -> impl IntoView {
    let draft = Draft::new();
    let call = Call::of(FORM);
    let navigate = use_navigate();
    let toasts: Toasts = expect_context();
    let zone = RwSignal::new(zone);
    let first = draft.form.get_untracked();

    // What was typed before the WASM was there counts; and the browser knows its zone better than the server's cookie may.
    Effect::new(move |_| {
        draft.read();
        if let Some(here) = browser::zone() {
            zone.set(here);
        }
    });
    look_up_while_typing(draft, app_id, mode);

    let input = move |_| draft.read();
    // Told on the way to another field only: on the way to a button, an error would push the button away from under the pointer, and
    // the click would be lost.
    let leave = move |event: leptos::ev::FocusEvent| {
        if event.related_target().is_some_and(|to| to.is_instance_of::<HtmlInputElement>()) {
            draft.leave(&event_target::<HtmlInputElement>(&event).name());
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        draft.read();
        if let Some(wrong) = draft.tell_all() {
            browser::focus(wrong);
            return;
        }
        let (app, mode) = (app_id.get_untracked(), mode.get_untracked());
        let navigate = navigate.clone();
        let (zone, form) = (zone.get_untracked(), draft.form.get_untracked());
        let sent = ask(CreateCode { mode, app_id: app.clone(), zone, form });
        call.start(sent, move |outcome| match outcome {
            FormOutcome::Done { id } => {
                frame.refetch();
                toasts.say("Created. Its coupon is made in Stripe at the first checkout.");
                navigate(&links::code(&app, &id, mode), Default::default());
            }
            FormOutcome::Refused { problems } => {
                draft.refuse(problems);
                if let Some(wrong) = draft.tell_all() {
                    browser::focus(wrong);
                }
            }
        });
    };
    let currencies: Vec<Choice> =
        Currency::all().map(|currency| Choice::new(currency.as_str(), currency.upper())).collect();
    let in_zone = move |empty: &'static str| {
        Some(Signal::derive(move || zone.with(|zone| format!("Time in {zone}. Empty: {empty}."))))
    };
    let preview = Memo::new(move |_| zone.with(|zone| draft.preview(zone)));
    let error = move |field: &'static str| Signal::derive(move || draft.error(field));
    // Every field's id is its name, and the name of its problems.
    let line = move |name: &'static str, value: String, help: Option<Signal<String>>, line: Line| {
        let Line { label, kind, inputmode, placeholder, class, unit } = line;
        let kind = if kind.is_empty() { "text" } else { kind };
        let input_class = if name == "code" { "mono upper" } else { "" };
        view! { <TextField id=name name label help error=error(name) value kind inputmode placeholder class input_class unit /> }
    };
    let choose = |pairs: [(&str, &str); 3]| -> Vec<Choice> {
        pairs
            .into_iter()
            .filter(|(value, _)| !value.is_empty())
            .map(|(value, label)| Choice::new(value, label))
            .collect()
    };
    let short =
        |label, placeholder, class| Line { label, placeholder, class, inputmode: Some("numeric"), ..Line::default() };

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
                Line { label: "Code", placeholder: "BLACKFRIDAY50", ..Line::default() },
            )}
            <div class="row">
                <Segmented
                    name="kind"
                    label="Discount"
                    value=first.kind
                    choices=choose([("percent", "Percentage"), ("amount", "Fixed amount"), ("", "")])
                />
                {line(
                    "percent_off",
                    first.percent_off,
                    None,
                    Line { inputmode: Some("decimal"), unit: Some("%"), ..short("Percent off", "25", "only-percent short") },
                )}
                {line(
                    "amount_off",
                    first.amount_off,
                    None,
                    Line { inputmode: Some("decimal"), ..short("Amount off", "5.00", "only-amount short") },
                )}
                <SelectField
                    id="currency"
                    name="currency"
                    label="Currency"
                    class="only-amount short"
                    value=first.currency
                    choices=currencies
                    error=error("currency")
                />
            </div>
            <div class="row">
                <Segmented
                    name="duration"
                    label="On subscriptions it applies"
                    value=first.duration
                    choices=choose([("once", "Once"), ("repeating", "For months"), ("forever", "Forever")])
                />
                {line("duration_in_months", first.duration_in_months, None, short("Months", "3", "only-repeating short"))}
            </div>
            {line(
                "max_redemptions",
                first.max_redemptions,
                Some("How often it can be used in all. Empty: no limit.".into()),
                short("Limit", "No limit", "short"),
            )}
            <div class="row">
                {line(
                    "starts_at",
                    first.starts_at,
                    in_zone("at once"),
                    Line { label: "Starts", kind: "datetime-local", ..Line::default() },
                )}
                {line(
                    "expires_at",
                    first.expires_at,
                    in_zone("never"),
                    Line { label: "Expires", kind: "datetime-local", ..Line::default() },
                )}
            </div>
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
        draft.form.with(|form| CodeText::parse(&form.code, "code").ok().map(|code| code.as_str().to_owned()))
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
