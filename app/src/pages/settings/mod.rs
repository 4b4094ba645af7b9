//! Settings: the connection to Stripe and the API keys, of the mode in view.

mod api_keys;
mod new_key;
mod permissions;
mod stripe;

use super::around::Around;
use super::links;
use super::load::{Asked, Content, load};
use crate::components::ProblemView;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let Around { mode, frame } = expect_context();
    let connection = load(Signal::derive(move || Asked::Connection(mode.get())));
    let keys = load(Signal::derive(move || Asked::Keys(mode.get())));
    // Lives here, so that a refetch of the frame never hides a key that was just made.
    let made = RwSignal::new(None);
    let waiting = || {
        view! {
            <div class="panel waiting" aria-busy="true">
                "Loading…"
            </div>
        }
    };

    view! {
        <Title text="Settings" />
        <header class="page-head">
            <div>
                <h1>"Settings"</h1>
                <p class="third">{move || format!("How Codemint reaches your Stripe account, and your backend reaches Codemint, in {} mode", mode.get())}</p>
            </div>
        </header>
        <Transition fallback=waiting>
            {move || Suspend::new(async move {
                match connection.await.and_then(Content::connection) {
                    Ok(connection) => {
                        view! {
                            <stripe::StripePanel
                                connection
                                mode=mode.get_untracked()
                                changed=Callback::new(move |()| frame.refetch())
                                refused=links::query_once("refused")
                            />
                        }
                            .into_any()
                    }
                    Err(problem) => {
                        view! {
                            <ProblemView problem />
                            <button type="button" class="button" on:click=move |_| connection.refetch()>
                                "Retry"
                            </button>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
        <h2 class="section" id="api-keys">
            "API keys"
        </h2>
        <Transition fallback=waiting>
            {move || Suspend::new(async move {
                match keys.await.and_then(Content::keys) {
                    Ok(rows) => view! { <api_keys::KeyTable rows mode=mode.get_untracked() keys /> }.into_any(),
                    Err(problem) => {
                        view! {
                            <ProblemView problem />
                            <button type="button" class="button" on:click=move |_| keys.refetch()>
                                "Retry"
                            </button>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
        <Transition>
            {move || Suspend::new(async move {
                let apps = frame.await.and_then(Content::frame).map(|frame| frame.apps).unwrap_or_default();
                view! { <new_key::NewKey apps mode keys made /> }
            })}
        </Transition>
    }
    .into_any()
}
