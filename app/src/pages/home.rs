//! What Codemint is, and signing in.

use super::links;
use super::load::{Asked, load, show};
use super::public::Foot;
use crate::components::{Banner, Call, Logo, Refusal, SubmitButton, TextField, Tone};
use crate::domain::email;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::visit::RequestSignIn;
use crate::{browser, given};
use leptos_meta::Title;

/// The first page.
#[component]
pub fn Home() -> impl IntoView {
    // The frame is refused to those whom nobody knows.
    let known = load(Signal::derive(|| Asked::Frame(Mode::Test)));
    view! {
        <Title text="" />
        <div class="home">
            <header class="home-top">
                <Logo />
                {show(known, RwSignal::new(false), || ().into_any(), |content| {
                    content
                        .is_ok()
                        .then(|| {
                            view! {
                                <a class="button" href=links::apps(Mode::Test)>
                                    "Open your apps"
                                </a>
                            }
                        })
                        .into_any()
                })}
            </header>
            <main id="main" class="home-main">
                <section class="home-words">
                    <h1>"Discount codes on your own Stripe account"</h1>
                    <p class="lead">
                        "Create codes here. The coupon is minted in Stripe when a customer first uses one, and not a moment before: no clutter, no oversold limits, no sale lost."
                    </p>
                    <ul class="points">
                        <li>
                            <b>"Exact limits"</b>
                            <span>"A limit of 100 is 100, however many people check out at once. Abandoned checkouts give their use back."</span>
                        </li>
                        <li>
                            <b>"Least access"</b>
                            <span>"Only what it uses: coupons, promotion codes, and checkouts if you want it to make them. Keys are encrypted, and you can take them back at any time."</span>
                        </li>
                        <li>
                            <b>"One call"</b>
                            <span>"Your backend makes a checkout with a code in one request. The answer has the address to send the customer to."</span>
                        </li>
                    </ul>
                </section>
                <SignInPanel />
            </main>
            <Foot />
        </div>
    }
    .into_any()
}

const FORM: &str = "send-link";

/// Asking for a link.
#[component]
fn SignInPanel() -> impl IntoView {
    let call = Call::of(FORM);
    let sent = RwSignal::new(given::sent_link());
    let typed_wrong = RwSignal::new(None::<String>);
    let trouble = match links::query_once("problem").as_str() {
        "expired" => Some("This link has expired or was used already. Ask for a new one; nothing was lost."),
        "address" => Some("That workspace has another address by now, and nothing was changed. Sign in with that one."),
        _ => None,
    };
    // The sign-in is a step on the way to something else.
    let waits = links::query_once("waiting") == "install";

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = browser::field(FORM, "email").unwrap_or_default();
        match email::parse(&typed, "email") {
            Err(problem) => {
                typed_wrong.set(Some(problem.message));
                browser::focus("email");
            }
            Ok(address) => {
                typed_wrong.set(None);
                call.start(ask(RequestSignIn { email: address }), move |answer| sent.set(Some(answer)));
            }
        }
    };
    // While one corrects a wrong address, its error goes as soon as it is right.
    let correct = move |_| {
        if typed_wrong.with_untracked(Option::is_some) {
            let typed = browser::field(FORM, "email").unwrap_or_default();
            typed_wrong.set(email::parse(&typed, "email").err().map(|problem| problem.message));
        }
    };
    let error = Signal::derive(move || typed_wrong.get().or_else(|| call.field_problem("email")));

    view! {
        <section class="panel sign-in" aria-labelledby="sign-in-title">
            <h2 id="sign-in-title">"Sign in or start"</h2>
            {trouble.map(|words| view! { <Banner tone=Tone::Amber>{words}</Banner> })}
            {waits.then(|| view! { <Banner tone=Tone::Blue>"Sign in within five minutes to finish connecting your Stripe account."</Banner> })}
            <div hidden=move || sent.with(Option::is_some)>
                <p class="second">"We send you a link. There is no password to keep."</p>
                <form id=FORM class="stack" method="post" action="/" novalidate on:submit=submit on:input=correct>
                    <TextField
                        id="email"
                        name="email"
                        label="E-mail address"
                        kind="email"
                        inputmode=Some("email")
                        autocomplete="email"
                        placeholder="you@example.com"
                        value=given::typed(FORM, "email")
                        error
                    />
                    <Refusal call fields=&["email"] />
                    <SubmitButton form=FORM call class="button button-filled button-wide" words="Send me a link" busy="Sending…" />
                </form>
            </div>
            <div role="status">
                {move || {
                    sent.get()
                        .map(|answer| {
                            view! {
                                <div class="stack">
                                    <p>"We sent a link to " <b>{answer.email}</b> "."</p>
                                    <p class="second">{format!("It signs you in once, within {} minutes.", answer.minutes)}</p>
                                    {(!answer.mail_leaves)
                                        .then(|| {
                                            view! {
                                                <Banner tone=Tone::Amber>
                                                    "The operator of this server has not set up e-mail: the link waits in its queue."
                                                </Banner>
                                            }
                                        })}
                                    <a class="link" href="/" on:click=move |_| sent.set(None)>
                                        "Use another address"
                                    </a>
                                </div>
                            }
                        })
                }}
            </div>
        </section>
    }
    .into_any()
}
