//! Settings: the connection to Stripe and the API keys, of the mode in view.

mod api_keys;
mod new_key;
mod permissions;
mod stripe;

use super::around::Around;
use super::links;
use crate::components::ProblemView;
use crate::error::flat;
use crate::server_fns::api_keys::list_api_keys;
use crate::server_fns::connection::read_connection;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let Around { mode, frame } = expect_context();
    let connection = Resource::new(move || mode.get(), |mode| async move { flat(read_connection(mode).await) });
    let keys = Resource::new(move || mode.get(), |mode| async move { flat(list_api_keys(mode).await) });
    // Names of apps for the keys; once is enough, so that a refetch of the frame leaves a half-filled form alone.
    let apps = Resource::new(|| (), move |()| async move { frame.await.map(|frame| frame.apps).unwrap_or_default() });
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
                match connection.await {
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
                match keys.await {
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
                let apps = apps.await;
                view! { <new_key::NewKey apps mode keys /> }
            })}
        </Transition>
    }
    .into_any()
}
