//! The owner's own webhook endpoint, for a restricted key. It makes counts come true within a second; without it Codemint asks Stripe.

use super::super::load::{Content, Loaded, show_panel, trouble};
use crate::browser;
use crate::components::{
    Ask, Badge, Banner, Call, CodeBlock, DialogButton, Icon, Refusal, SubmitButton, TextField, Time, Toasts, Tone,
};
use crate::domain::mode::Mode;
use crate::domain::webhook::check_webhook_secret;
use crate::pages::links;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::webhooks::{MakeWebhook, RemoveWebhook, SetWebhookSecret};
use crate::wire::screens::WebhookSetup;

const MAKE: &str = "make-webhook";
const FORM: &str = "webhook-secret";
const FIELD: &str = "webhook_secret";
const ASK: &str = "remove-webhook";

/// The panel, once it is loaded; a link to the deliveries alone where the connection needs no endpoint of the owner's.
pub fn panel(loaded: Loaded, mode: Memo<Mode>) -> AnyView {
    show_panel(loaded, move |content| match content.and_then(Content::webhook) {
        Ok(Some(setup)) => view! { <Webhook setup=*setup mode=mode.get_untracked() /> }.into_any(),
        Ok(None) => deliveries_link(mode.get_untracked()),
        Err(problem) => trouble(loaded, problem),
    })
}

fn deliveries_link(mode: Mode) -> AnyView {
    view! {
        <p class="under">
            <a class="link link-alone" href=links::deliveries(mode)>
                "Deliveries from Stripe"
            </a>
        </p>
    }
    .into_any()
}

/// The endpoint. Drawn once; its parts follow `now`.
#[component]
fn Webhook(
    /// How it stands.
    setup: WebhookSetup,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let now = RwSignal::new(setup);
    let has_secret = move || now.with(|now| now.has_secret);
    let badge = move || {
        if has_secret() {
            view! { <Badge tone=Tone::Good text="Set up" /> }.into_any()
        } else {
            view! { <Badge tone=Tone::Quiet text="Not set up" /> }.into_any()
        }
    };
    let by_hand = now.with_untracked(|now| view! { <ByHand setup=now.clone() /> });
    view! {
        <h2 class="section" id="webhook">
            "Webhook endpoint"
        </h2>
        <section class="panel" aria-labelledby="webhook">
            <p class="third">
                "Optional. With it a payment is counted here within a second. Without it nothing is lost: Codemint asks Stripe every few seconds while a checkout is open."
            </p>
            <p class="key-line">{badge} {move || now.with(state)}</p>
            {move || now.with(|now| now.trouble.clone()).map(|words| view! { <Banner tone=Tone::Amber>{words}</Banner> })}
            <Make now mode />
            {by_hand}
            <SecretForm now mode />
            <div class="actions">
                <span hidden=move || !has_secret()>
                    <DialogButton dialog=ASK>"Remove the endpoint"</DialogButton>
                </span>
                {deliveries_link(mode)}
            </div>
        </section>
        <AskRemove now mode />
    }
    .into_any()
}

/// Since when, and when something last came.
fn state(now: &WebhookSetup) -> AnyView {
    let since = now.since.clone().map(|when| view! { " since " <Time when /> });
    let made = now.stripe_id.clone().map(|id| view! { " · " <code>{id}</code> });
    let last = match now.last.clone() {
        Some(when) => view! { " · last delivery " <Time when /> }.into_any(),
        None if now.has_secret => " · nothing has come yet".into_any(),
        None => ().into_any(),
    };
    view! {
        {since}
        {made}
        {last}
    }
    .into_any()
}

/// The button that makes it with the key, where the key may.
#[component]
fn Make(now: RwSignal<WebhookSetup>, mode: Mode) -> impl IntoView {
    let call = Call::of(MAKE);
    let toasts: Toasts = expect_context();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call.start(ask(MakeWebhook { mode }), move |setup| {
            now.set(setup);
            toasts.say("The endpoint is made.");
        });
    };
    let words =
        move || now.with(|now| if now.has_secret { "Make it anew with the key" } else { "Make it with the key" });
    if now.with_untracked(|now| now.may_create) {
        view! {
            <form id=MAKE method="post" on:submit=submit>
                <SubmitButton form=MAKE call class="button" words=Signal::derive(words) busy="Asking Stripe…" />
            </form>
            <Refusal call />
        }
        .into_any()
    } else {
        view! {
            <p class="field-help">
                "Your key may not make endpoints, and it does not have to: make one by hand, as said below. A key with the permission "
                <code>"webhook_write"</code> " lets Codemint do it."
            </p>
            <Refusal call />
        }
        .into_any()
    }
}

/// What to copy where, for an endpoint that is made in Stripe's dashboard.
#[component]
fn ByHand(setup: WebhookSetup) -> impl IntoView {
    let events = setup.events.join("\n");
    view! {
        <details class="fold by-hand" open=!setup.has_secret && !setup.may_create>
            <summary class="link-alone">"Make it by hand in Stripe"</summary>
            <ol class="facts">
                <li>
                    <a class="link" href=setup.stripe_page target="_blank" rel="external noopener">
                        "Open Stripe's page for webhooks"
                        <Icon name="out" />
                    </a>
                    " and add an endpoint for events on your account, with this address:"
                    <CodeBlock text=setup.url what="the address of the endpoint" />
                </li>
                <li>"Select these events:" <CodeBlock text=events what="the events to select" /></li>
                <li>"Copy the endpoint's signing secret and paste it here."</li>
            </ol>
        </details>
    }
    .into_any()
}

/// Pasting the signing secret. Wrong kinds are refused as one types, by the rule that the server holds, too.
#[component]
fn SecretForm(now: RwSignal<WebhookSetup>, mode: Mode) -> impl IntoView {
    let call = Call::of(FORM);
    let toasts: Toasts = expect_context();
    let wrong = RwSignal::new(None::<String>);
    let typed = move || browser::field(FORM, FIELD).unwrap_or_default();
    let problem_of = |text: &str| check_webhook_secret(text).err().map(|problem| problem.message);
    let input = move |_| {
        let text = typed();
        call.problem.set(None);
        wrong.set(if "whsec_".starts_with(text.trim()) { None } else { problem_of(&text) });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = typed();
        if let Some(problem) = problem_of(&text) {
            wrong.set(Some(problem));
            browser::focus(FIELD);
            return;
        }
        call.start(ask(SetWebhookSecret { mode, webhook_secret: text.trim().to_owned() }), move |setup| {
            // The secret is not kept in the page a moment longer than needed.
            browser::reset_form(FORM);
            now.set(setup);
            toasts.say("The signing secret is kept.");
        });
    };
    let error = Signal::derive(move || wrong.get().or_else(|| call.field_problem(FIELD)));
    let words = move || now.with(|now| if now.has_secret { "Replace the secret" } else { "Keep the secret" });
    view! {
        <form id=FORM class="line key-form" method="post" novalidate on:submit=submit on:input=input>
            <TextField id=FIELD name=FIELD label="Signing secret" placeholder="whsec_…" input_class="mono" error />
            <SubmitButton form=FORM call class="button" words=Signal::derive(words) busy="Keeping…" />
        </form>
        <Refusal call fields=&[FIELD] />
    }
    .into_any()
}

#[component]
fn AskRemove(now: RwSignal<WebhookSetup>, mode: Mode) -> impl IntoView {
    let call = Call::of(ASK);
    let toasts: Toasts = expect_context();
    let act = Callback::new(move |()| {
        call.start(ask(RemoveWebhook { mode }), move |setup| {
            browser::close_dialog(ASK);
            now.set(setup);
            toasts.say("The endpoint is removed.");
        });
    });
    let at_stripe = move || {
        if now.with(|now| now.stripe_id.is_some() && now.may_create) {
            "The endpoint that Codemint made is deleted in Stripe, too."
        } else {
            "In Stripe the endpoint stays: delete it on Stripe's page for webhooks."
        }
    };
    view! {
        <Ask id=ASK title="Remove the webhook endpoint?" call act words=["Remove", "Removing…", "Keep it"]>
            <li>"Its signing secret is deleted here, and what comes to its address is refused."</li>
            <li>{at_stripe}</li>
            <li>"Counts stay right: Codemint asks Stripe about open checkouts by itself."</li>
        </Ask>
    }
    .into_any()
}
