//! Connecting by a restricted key that the owner makes and pastes.

use super::disconnect;
use super::stripe::{Method, badge, elsewhere, is_connected};
use crate::browser;
use crate::components::{Banner, Call, DialogButton, Icon, Refusal, SubmitButton, TextField, Time, Toasts, Tone};
use crate::domain::connection::check_restricted_key;
use crate::domain::mode::Mode;
use crate::pages::around::Around;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::connection::ConnectRestrictedKey;
use crate::wire::screens::ConnectionView;

const FORM: &str = "connect";
const FIELD: &str = "restricted_key";

/// The row of the restricted key.
#[component]
pub fn ByKey(
    /// How the connection stands.
    now: RwSignal<ConnectionView>,
    /// How it is made.
    by: Memo<Option<Method>>,
    /// The mode in view.
    mode: Mode,
    /// Called when it has changed.
    changed: Callback<()>,
) -> impl IntoView {
    let on = move || by.get() == Some(Method::Key);
    let by_app = Memo::new(move |_| by.get() == Some(Method::App));
    let marked = move || on() || (by.get().is_none() && now.with(|now| now.one_click_url.is_none()));
    let create = move || now.with(|now| now.create_key_url.clone());
    let create_checkout = move || now.with(|now| now.create_checkout_key_url.clone());
    view! {
        <div class="method" class:method-on=on>
            <span class="method-mark" aria-hidden="true"></span>
            <details class="method-words fold" open=move || !by_app.get()>
                <summary>
                    <h2>"Advanced / Manual: a restricted key"</h2>
                </summary>
                <p class="third">"Four permissions are enough: coupons and promotion codes, read and write."</p>
                {move || {
                    by_app
                        .get()
                        .then(|| {
                            view! {
                                <p class="third">
                                    "A key that you paste takes the app's place here: the app's tokens are destroyed, codes and counts are kept."
                                </p>
                            }
                        })
                }}
                {move || on().then(|| now.with(state))}
                <p class="create-keys">
                    <a class="button create-key" href=create target="_blank" rel="external noopener">
                        "Create my restricted key on Stripe"
                        <Icon name="out" />
                    </a>
                    <a class="link" href=create_checkout target="_blank" rel="external noopener">
                        "One with Checkout Sessions, too"
                    </a>
                    <span class="field-help">
                        "Checkout Sessions let your backend make a checkout with a code in one call to Codemint, and show what each reward took off."
                    </span>
                </p>
                <KeyForm now by mode changed />
            </details>
            <div class="method-end">
                {move || marked().then(|| now.with(badge))}
                {move || on().then(|| view! { <DialogButton dialog=disconnect::ASK>"Disconnect"</DialogButton> })}
            </div>
        </div>
    }
    .into_any()
}

/// `rk_test_…4f2a · since 20 Nov 2026, 09:12`, and what is wrong with it.
fn state(now: &ConnectionView) -> AnyView {
    let hint = now.connection.key_hint.clone();
    let since = now.since.clone();
    let account = now.connection.account.clone();
    let trouble = now.trouble.clone();
    view! {
        {hint
            .map(|hint| {
                view! {
                    <p class="key-line">
                        <code>{hint}</code>
                        {account.map(|account| view! { " · " <code>{account}</code> })}
                        {since.map(|when| view! { " · since " <Time when /> })}
                    </p>
                }
            })}
        {elsewhere(now)}
        {trouble
            .map(|trouble| {
                view! { <Banner tone=Tone::Red>{trouble} " Make a new key and paste it below: codes and counts are kept."</Banner> }
            })}
    }
}

/// Pasting a key. Wrong kinds are refused as one types, by the rule that the server holds, too.
#[component]
fn KeyForm(
    now: RwSignal<ConnectionView>,
    by: Memo<Option<Method>>,
    mode: Mode,
    changed: Callback<()>,
) -> impl IntoView {
    let call = Call::of(FORM);
    let toasts: Toasts = expect_context();
    let around: Around = expect_context();
    let wrong = RwSignal::new(None::<String>);
    let typed = move || browser::field(FORM, FIELD).unwrap_or_default();
    let problem_of = move |text: &str| check_restricted_key(text, mode).err().map(|problem| problem.message);
    let input = move |_| {
        let text = typed();
        call.problem.set(None);
        wrong.set(if text.trim().is_empty() || is_beginning(text.trim(), mode) { None } else { problem_of(&text) });
    };
    Effect::new(move |_| {
        // Pasted before the WASM was there.
        let text = typed();
        if !text.trim().is_empty() {
            wrong.set(problem_of(&text));
        }
    });
    Effect::new(move |_| {
        if call.problem.with(Option::is_some) {
            around.own.set_value(false);
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = typed();
        if let Some(problem) = problem_of(&text) {
            wrong.set(Some(problem));
            browser::focus(FIELD);
            return;
        }
        around.own.set_value(true);
        call.start(ask(ConnectRestrictedKey { mode, restricted_key: text.trim().to_owned() }), move |view| {
            // The key is not kept in the page a moment longer than needed.
            browser::reset_form(FORM);
            now.set(view);
            changed.run(());
            toasts.say("Connected.");
        });
    };
    let error = Signal::derive(move || wrong.get().or_else(|| call.field_problem(FIELD)));
    // The one filled button of the page, while pasting a key is the thing to do.
    let class = move || {
        let next = match by.get() {
            None => now.with(|now| now.one_click_url.is_none()),
            Some(Method::Key) => !now.with(is_connected),
            Some(Method::App) => false,
        };
        if next { "button button-filled" } else { "button" }
    };
    let words = move || match by.get() {
        Some(Method::Key) if now.with(is_connected) => "Replace the key",
        _ => "Connect",
    };
    view! {
        <form id=FORM class="line key-form" method="post" novalidate on:submit=submit on:input=input>
            <TextField
                id=FIELD
                name=FIELD
                label="Paste the key"
                placeholder=if mode == Mode::Test { "rk_test_…" } else { "rk_live_…" }
                input_class="mono"
                error
            />
            <SubmitButton form=FORM call class=Signal::derive(class) words=Signal::derive(words) busy="Asking Stripe…" />
        </form>
        <Refusal call fields=&[FIELD] />
    }
    .into_any()
}

/// Whether what is typed may still become a good key: `rk_te` is not wrong yet.
fn is_beginning(text: &str, mode: Mode) -> bool {
    let prefix = format!("rk_{mode}_");
    prefix.starts_with(text)
}
