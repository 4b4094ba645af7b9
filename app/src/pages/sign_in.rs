//! Where the link in the e-mail leads. Opening it does nothing yet: mail scanners open links, too.

use crate::components::Logo;
use crate::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// One button, a plain form: the server sets the cookie and leads on.
#[component]
pub fn SignIn() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    view! {
        <Title text="Sign in" />
        <main class="lone" id="main">
            <Logo />
            <h1>"Sign in to Codemint"</h1>
            <p>"One more click, so that only a person can use this link."</p>
            <form method="post" action="/sign-in">
                <input type="hidden" name="token" value=token />
                <button type="submit" class="button button-filled">
                    "Sign in"
                </button>
            </form>
        </main>
    }
    .into_any()
}
