//! The form for a new code.

use super::super::around::Around;
use super::super::links;
use super::super::load::{Content, Loaded, show_panel, trouble};
use super::form::{Draft, FORM, field_of, posted};
use super::use_app_id;
use crate::browser;
use crate::components::{Banner, Call, Choice, Refusal, Segmented, SelectField, SubmitButton, TextField, Toasts, Tone};
use crate::domain::code::CodeText;
use crate::domain::mode::Mode;
use crate::domain::money::Currency;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::{CodeTaken, CreateCode};
use crate::wire::screens::FormOutcome;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// How long one may pause in a code before it is looked up.
const PAUSE: Duration = Duration::from_millis(300);

/// The page of the form. The zone is awaited first: dates are typed in it.
#[component]
pub fn NewCode() -> impl IntoView {
    let Around { mode, frame } = expect_context();
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
    let call = Call::new();
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
    let leave = move |event: leptos::ev::FocusEvent| {
        let name = event_target::<leptos::web_sys::HtmlInputElement>(&event).name();
        if let Some(field) = field_of(&name) {
            draft.leave(field);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        draft.read();
        if let Some(wrong) = draft.tell_all() {
            browser::focus(&wrong);
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
                    browser::focus(&wrong);
                }
            }
        });
    };
    let currencies = Currency::all().map(|currency| Choice::new(currency.as_str(), currency.upper())).collect();
    let zone_help = Signal::derive(move || zone.with(|zone| format!("Time in {zone}")));
    let preview = Memo::new(move |_| zone.with(|zone| draft.preview(zone)));

    view! {
        <form
            id=FORM
            class="panel new-code"
            method="post"
            action=CreateCode::url()
            novalidate
            on:submit=submit
            on:input=input
            on:change=input
            on:focusout=leave
        >
            <input type="hidden" name="mode" value=move || mode.get().as_str() />
            <input type="hidden" name="app_id" value=app_id />
            <input type="hidden" name="zone" value=zone />
            {(!links::query_once("refused").is_empty())
                .then(|| {
                    view! {
                        <Banner tone=Tone::Red>"Nothing was created yet: look at the fields that are marked. What you typed is all here."</Banner>
                    }
                })}
            <TextField
                id="code"
                name=posted("code")
                label="Code"
                help="What customers type. Letters A to Z, digits, - and _; small letters count as capitals."
                placeholder="BLACKFRIDAY50"
                input_class="mono upper"
                value=first.code
                error=draft.error_of("code")
            />
            <div class="row">
                <Segmented
                    name=posted("kind")
                    label="Discount"
                    value=first.kind
                    choices=vec![Choice::new("percent", "Percentage"), Choice::new("amount", "Fixed amount")]
                />
                <TextField
                    id="percent_off"
                    name=posted("percent_off")
                    label="Percent off"
                    inputmode="decimal"
                    placeholder="25"
                    unit="%"
                    class="only-percent short"
                    value=first.percent_off
                    error=draft.error_of("percent_off")
                />
                <TextField
                    id="amount_off"
                    name=posted("amount_off")
                    label="Amount off"
                    inputmode="decimal"
                    placeholder="5.00"
                    class="only-amount short"
                    value=first.amount_off
                    error=draft.error_of("amount_off")
                />
                <SelectField
                    id="currency"
                    name=posted("currency")
                    label="Currency"
                    class="only-amount short"
                    value=first.currency
                    choices=currencies
                    error=draft.error_of("currency")
                />
            </div>
            <div class="row">
                <Segmented
                    name=posted("duration")
                    label="On subscriptions it applies"
                    value=first.duration
                    choices=vec![Choice::new("once", "Once"), Choice::new("repeating", "For months"), Choice::new("forever", "Forever")]
                />
                <TextField
                    id="duration_in_months"
                    name=posted("duration_in_months")
                    label="Months"
                    inputmode="numeric"
                    placeholder="3"
                    class="only-repeating short"
                    value=first.duration_in_months
                    error=draft.error_of("duration_in_months")
                />
            </div>
            <TextField
                id="max_redemptions"
                name=posted("max_redemptions")
                label="Limit"
                help="How often it can be used in all. Empty: no limit."
                inputmode="numeric"
                placeholder="No limit"
                class="short"
                value=first.max_redemptions
                error=draft.error_of("max_redemptions")
            />
            <div class="row">
                <TextField
                    id="starts_at"
                    name=posted("starts_at")
                    label="Starts"
                    kind="datetime-local"
                    help=Signal::derive(move || format!("{}. Empty: at once.", zone_help.get()))
                    value=first.starts_at
                    error=draft.error_of("starts_at")
                />
                <TextField
                    id="expires_at"
                    name=posted("expires_at")
                    label="Expires"
                    kind="datetime-local"
                    help=Signal::derive(move || format!("{}. Empty: never.", zone_help.get()))
                    value=first.expires_at
                    error=draft.error_of("expires_at")
                />
            </div>
            <p class="preview" aria-live="polite">
                <span class="third">{move || if preview.with(Option::is_some) { "Customers get" } else { "What customers get stands here as you fill in the form." }}</span>
                <output>{move || preview.get().unwrap_or_default()}</output>
            </p>
            <Refusal call />
            <div class="actions">
                <SubmitButton call class="button button-filled" words="Create code" busy="Creating…" />
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
