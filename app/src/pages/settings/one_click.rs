//! Connecting by the Stripe App: two clicks and no key.

use super::disconnect;
use super::stripe::{Method, badge, elsewhere, is_connected};
use crate::browser;
use crate::components::{Banner, DialogButton, Time, Tone};
use crate::prelude::*;
use crate::wire::screens::ConnectionView;

/// The row of the Stripe App.
#[component]
pub fn OneClick(
    /// How the connection stands.
    now: RwSignal<ConnectionView>,
    /// How it is made.
    by: Memo<Option<Method>>,
) -> impl IntoView {
    let on = move || by.get() == Some(Method::App);
    // Where nothing is connected, the word stands at the way that is offered first.
    let marked = move || on() || (by.get().is_none() && now.with(|now| now.one_click_url.is_some()));
    view! {
        <div class="method" class:method-on=on>
            <span class="method-mark" aria-hidden="true"></span>
            <div class="method-words">
                <h2>"Stripe app (one-click)"</h2>
                {move || now.with(|now| state(now, by.get()))}
            </div>
            <div class="method-end">
                {move || marked().then(|| now.with(badge))}
                {move || on().then(|| view! { <DialogButton dialog=disconnect::ASK>"Disconnect"</DialogButton> })}
            </div>
        </div>
    }
    .into_any()
}

/// What the row says, and its one button.
fn state(now: &ConnectionView, by: Option<Method>) -> AnyView {
    let link = |words: &'static str, filled: bool| {
        now.one_click_url.clone().map(|href| view! { <ToStripe href words filled /> })
    };
    let not_set_up = now.one_click_url.is_none().then(|| {
        view! { <p class="third">"One-click connect is not set up on this server."</p> }
    });
    match by {
        Some(Method::App) => {
            let account = now.connection.account.clone();
            let since = now.since.clone();
            let parked = (!is_connected(now)).then(|| {
                let trouble = now.trouble.clone();
                view! {
                    <Banner tone=Tone::Red>
                        <p>{trouble} " Connect again: codes and counts are kept."</p>
                    </Banner>
                    {link("Connect again", true)}
                    {not_set_up}
                }
            });
            view! {
                <p class="third">"No keys to copy; disconnect here or inside Stripe at any time."</p>
                <p class="key-line">
                    {account.map(|account| view! { <code>{account}</code> })}
                    {since.map(|when| view! { " · since " <Time when /> })}
                </p>
                {elsewhere(now)}
                {parked}
            }
        }
        _ if now.one_click_url.is_none() => not_set_up.into_any(),
        Some(Method::Key) => view! {
            <p class="third">"No key to copy or replace. The app takes the key's place; codes and counts are kept."</p>
            {link("Change to the Stripe app", false)}
        },
        None => view! {
            <p class="third">"Install Codemint in your Stripe account: two clicks, and no keys to copy."</p>
            {link(if now.trouble.is_some() { "Connect again" } else { "Connect with Stripe" }, true)}
        },
    }
}

/// A link that leaves for Stripe's consent page, and says so at once.
#[component]
fn ToStripe(href: String, words: &'static str, filled: bool) -> impl IntoView {
    let leaving = RwSignal::new(false);
    // Whoever comes back by the browser's own button finds the page as it was.
    browser::on_return(move || {
        leaving.try_set(false);
    });
    view! {
        <a
            class=if filled { "button button-filled to-stripe" } else { "button to-stripe" }
            rel="external"
            href=href
            on:click=move |_| leaving.set(true)
        >
            {move || if leaving.get() { "Opening Stripe…" } else { words }}
        </a>
    }
    .into_any()
}
