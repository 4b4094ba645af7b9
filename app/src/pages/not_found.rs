//! What is not there.

use super::links;
use crate::prelude::*;
use leptos_meta::Title;

/// An address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    answer_not_found();
    let mode = links::use_mode();
    view! {
        <Title text="Not found" />
        <main class="lone" id="main">
            <h1>"There is no page here"</h1>
            <p>"The address may be mistyped, or what it led to may be gone."</p>
            <a class="button button-filled" href=move || links::apps(mode.get())>
                "Go to your apps"
            </a>
        </main>
    }
    .into_any()
}

/// Sets the status of the page that is being rendered; in the browser there is none.
pub fn answer_not_found() {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
}
