//! Settings: the connection to Stripe and the API keys, of the mode in view.

mod api_keys;
mod by_key;
mod deliveries;
mod disconnect;
mod new_key;
mod one_click;
mod permissions;
mod stripe;
mod webhook;

pub use deliveries::Deliveries;

use super::around::Around;
use super::load::{Asked, Content, load, show_panel, trouble};
use crate::given;
use crate::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let Around { mode, frame, .. } = expect_context();
    let connection = load(Signal::derive(move || Asked::Connection(mode.get())));
    let keys = load(Signal::derive(move || Asked::Keys(mode.get())));
    let endpoint = load(Signal::derive(move || Asked::Webhook(mode.get())));
    // Lives here, so that a refetch of the frame never hides a key that was just made.
    let made = RwSignal::new(given::new_key());
    let stripe = show_panel(connection, move |content| match content.and_then(Content::connection) {
        Ok(view) => {
            let changed = Callback::new(move |()| {
                frame.refetch();
                endpoint.refetch();
            });
            view! { <stripe::StripePanel connection=view mode=mode.get_untracked() changed /> }.into_any()
        }
        Err(problem) => trouble(connection, problem),
    });
    let table = show_panel(keys, move |content| match content.and_then(Content::keys) {
        Ok(rows) => view! { <api_keys::KeyTable rows mode=mode.get_untracked() keys /> }.into_any(),
        Err(problem) => trouble(keys, problem),
    });
    let new_key = show_panel(frame, move |content| {
        let apps = content.and_then(Content::frame).map(|frame| frame.apps).unwrap_or_default();
        view! { <new_key::NewKey apps mode keys made /> }.into_any()
    });

    view! {
        <Title text="Settings" />
        <header class="page-head">
            <div>
                <h1>"Settings"</h1>
                <p class="third">{move || format!("How Codemint reaches your Stripe account, and your backend reaches Codemint, in {} mode", mode.get())}</p>
            </div>
        </header>
        {stripe}
        {webhook::panel(endpoint, mode)}
        <h2 class="section" id="api-keys">
            "API keys"
        </h2>
        {table}
        {new_key}
    }
    .into_any()
}
