//! The link to Stripe: how it stands, connecting with a restricted key, and taking it back.

use super::permissions::Permissions;
use crate::browser;
use crate::components::{
    Ask, Badge, Banner, Call, DialogButton, Icon, Refusal, SubmitButton, TextField, Time, Toasts, Tone,
};
use crate::domain::connection::check_restricted_key;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::connection::{ConnectRestrictedKey, Disconnect};
use crate::wire::screens::ConnectionView;

const FORM: &str = "connect";
const FIELD: &str = "restricted_key";
const ASK: &str = "disconnect";

/// Everything about the connection. Drawn once; its parts follow `now`, so that a change leaves what is typed alone.
#[component]
pub fn StripePanel(
    /// How it stands.
    connection: ConnectionView,
    /// The mode in view.
    mode: Mode,
    /// Called when it has changed: the header shows it, too.
    changed: Callback<()>,
) -> impl IntoView {
    let now = RwSignal::new(connection);
    let by_key = Signal::derive(move || {
        now.with(|now| {
            now.connection.method.as_deref() == Some("restricted_key") && now.connection.status != "disconnected"
        })
    });
    view! {
        <section class="panel rows" aria-label="Stripe">
            <div class="method">
                <span class="method-mark" aria-hidden="true"></span>
                <div class="method-words">
                    <h2>"Stripe app (one-click)"</h2>
                    <p class="third">"One-click connect is not set up on this server."</p>
                </div>
            </div>
            <div class="method" class:method-on=by_key>
                <span class="method-mark" aria-hidden="true"></span>
                <div class="method-words">
                    <h2>"Advanced / Manual: a restricted key"</h2>
                    <p class="third">"Four permissions, nothing else: coupons and promotion codes, read and write."</p>
                    {move || now.with(|now| state(now, by_key.get()))}
                    <KeyForm now mode changed />
                </div>
                <div class="method-end">
                    {move || {
                        now.with(|now| match now.connection.status.as_str() {
                            "connected" => view! { <Badge tone=Tone::Good text="Connected" /> }.into_any(),
                            "needs_reauth" => view! { <Badge tone=Tone::Red text="Needs you" /> }.into_any(),
                            _ => view! { <Badge tone=Tone::Quiet text="Not connected" /> }.into_any(),
                        })
                    }} <span hidden=move || !by_key.get()>
                        <DialogButton dialog=ASK>"Disconnect"</DialogButton>
                    </span>
                </div>
            </div>
        </section>
        {move || now.with(|now| (now.connection.status == "connected").then(|| view! { <Permissions view=now.clone() /> }))}
        <AskDisconnect now mode changed />
    }
    .into_any()
}

/// `rk_test_…4f2a · since 20 Nov 2026, 09:12`, and what is wrong with it.
fn state(now: &ConnectionView, by_key: bool) -> impl IntoView + use<> {
    let hint = now.connection.key_hint.clone().filter(|_| by_key);
    let since = now.since.clone().filter(|_| by_key);
    let account = now.connection.account.clone().filter(|_| by_key);
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
        {trouble
            .map(|trouble| {
                view! { <Banner tone=Tone::Red>{trouble} " Make a new key and paste it below: codes and counts are kept."</Banner> }
            })}
    }
    .into_any()
}

/// Pasting a key. Wrong kinds are refused as one types, by the rule that the server holds, too.
#[component]
fn KeyForm(now: RwSignal<ConnectionView>, mode: Mode, changed: Callback<()>) -> impl IntoView {
    let call = Call::of(FORM);
    let toasts: Toasts = expect_context();
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
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = typed();
        if let Some(problem) = problem_of(&text) {
            wrong.set(Some(problem));
            browser::focus(FIELD);
            return;
        }
        call.start(ask(ConnectRestrictedKey { mode, restricted_key: text.trim().to_owned() }), move |view| {
            // The key is not kept in the page a moment longer than needed.
            browser::reset_form(FORM);
            now.set(view);
            changed.run(());
            toasts.say("Connected.");
        });
    };
    let error = Signal::derive(move || wrong.get().or_else(|| call.field_problem(FIELD)));
    let connected = move || now.with(|now| now.connection.status == "connected");
    // The one filled button of the page, while connecting is the thing to do.
    let class = move || if connected() { "button" } else { "button button-filled" };
    let words = move || if connected() { "Replace the key" } else { "Connect" };
    let create = move || now.with(|now| now.create_key_url.clone());
    view! {
        <a class="button create-key" href=create target="_blank" rel="external noopener">
            "Create my restricted key on Stripe"
            <Icon name="out" />
        </a>
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

#[component]
fn AskDisconnect(now: RwSignal<ConnectionView>, mode: Mode, changed: Callback<()>) -> impl IntoView {
    let call = Call::of(ASK);
    let toasts: Toasts = expect_context();
    let act = Callback::new(move |()| {
        call.start(ask(Disconnect { mode }), move |view| {
            browser::close_dialog(ASK);
            now.set(view);
            changed.run(());
            toasts.say("Disconnected. The key was deleted here.");
        });
    });
    view! {
        <Ask id=ASK title="Disconnect Stripe?" call act words=["Disconnect", "Disconnecting…", "Stay connected"]>
            <li>"The key is deleted here. To end it in Stripe, too, delete it on Stripe's page for API keys."</li>
            <li>"New checkouts with codes are refused until you connect again."</li>
            <li>"Codes, counts and what is in Stripe already stay as they are."</li>
        </Ask>
    }
    .into_any()
}
