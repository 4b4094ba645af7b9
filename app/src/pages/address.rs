//! The banner that asks an owner whom an install made for an e-mail address.

use crate::components::{Banner, Call, Refusal, SubmitButton, TextField, Tone};
use crate::domain::email;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::visit::AddAddress;
use crate::wire::screens::SignInRequested;
use crate::{browser, given};

const FORM: &str = "add-address";
const FIELD: &str = "address-email";

/// How far the asking is. Made once for the frame, so that it outlives the frame's being drawn anew.
#[derive(Clone, Copy)]
pub struct AskedAddress {
    call: Call,
    sent: RwSignal<Option<SignInRequested>>,
}

impl AskedAddress {
    /// Nothing was asked for yet, unless by a form without scripts.
    pub fn new() -> Self {
        let sent = given::answers(FORM).then(given::sent_link).flatten();
        Self { call: Call::of(FORM), sent: RwSignal::new(sent) }
    }
}

/// The banner.
#[component]
pub fn AddressBanner(
    /// How far it is.
    asked: AskedAddress,
) -> impl IntoView {
    let AskedAddress { call, sent } = asked;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = browser::field(FORM, "email").unwrap_or_default();
        match email::parse(&typed, "email") {
            Err(problem) => {
                call.problem.set(Some(problem));
                browser::focus(FIELD);
            }
            Ok(email) => call.start(ask(AddAddress { email }), move |answer| sent.set(Some(answer))),
        }
    };
    let said = move || {
        sent.get().map(|answer| {
            let words = if answer.mail_leaves {
                format!("It adds the address once, within {} minutes.", answer.minutes)
            } else {
                "The operator of this server has not set up e-mail: the link waits in its queue.".to_owned()
            };
            view! { <p>"We sent a link to " <b>{answer.email}</b> ". " {words}</p> }
        })
    };
    view! {
        <section class="ask-address" aria-label="Your e-mail address">
            <Banner tone=Tone::Amber>
                <p hidden=move || sent.with(Option::is_some)>
                    "Add your e-mail address, so that you can sign in again and we can tell you when Stripe needs you."
                </p>
                {said}
                <form id=FORM class="line" method="post" novalidate on:submit=submit hidden=move || sent.with(Option::is_some)>
                    <TextField
                        id=FIELD
                        name="email"
                        label="E-mail address"
                        kind="email"
                        inputmode=Some("email")
                        autocomplete="email"
                        placeholder="you@example.com"
                        value=given::typed(FORM, "email")
                        error=Signal::derive(move || call.field_problem("email"))
                    />
                    <SubmitButton form=FORM call class="button" words="Send me a link" busy="Sending…" />
                </form>
                <Refusal call fields=&["email"] />
            </Banner>
        </section>
    }
    .into_any()
}
