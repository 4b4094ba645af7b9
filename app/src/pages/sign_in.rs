//! Where the link in the e-mail leads. Opening it does nothing yet: mail scanners open links, too.
//!
//! The page has no scripts, since a token stands in its address; the browser's part of the application has only its place.

use crate::prelude::*;

/// One button, a plain form: the server sets the cookie and leads on. It names whom it signs in: whoever was sent somebody else's link
/// would otherwise work in that person's account without noticing.
#[cfg(feature = "ssr")]
#[component]
pub fn SignIn() -> impl IntoView {
    use crate::components::{Banner, Logo, Tone};
    use crate::given;
    use leptos_meta::Title;
    use leptos_router::hooks::use_params_map;

    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    let content = match given::sign_in() {
        None => view! {
            <h1>"This link leads nowhere any more"</h1>
            <p>"It has expired, or it was used already. Ask for a new one; nothing was lost."</p>
            <a class="button button-filled" href="/">
                "Ask for a new link"
            </a>
        }
        .into_any(),
        Some(offer) => {
            let button = if offer.adds_to.is_some() { "Add this address" } else { "Sign in" };
            view! {
            {match offer.adds_to {
                None => view! {
                    <h1>"Sign in to Codemint"</h1>
                    <p>"This link signs you in as " <b>{offer.address}</b> ". One more click, so that only a person can use it."</p>
                }
                .into_any(),
                Some(workspace) => view! {
                    <h1>"Add your e-mail address"</h1>
                    <p>
                        "This adds " <b>{offer.address}</b> " to the workspace "
                        <b>{if workspace.is_empty() { "that asked for it".to_owned() } else { workspace }}</b>
                        " and opens it here. Go on only if you asked for this yourself: whoever works in that workspace now stays signed in to it."
                    </p>
                }
                .into_any(),
            }}
            {offer
                .other
                .map(|other| {
                    view! {
                        <Banner tone=Tone::Amber>
                            <p>
                                "In this browser " <b>{other}</b>
                                " is signed in now. Go on only if you asked for this link yourself: what you do afterwards is done in the other account."
                            </p>
                        </Banner>
                    }
                })}
            <form method="post" action="/sign-in">
                <input type="hidden" name="token" value=token />
                <button type="submit" class="button button-filled">
                    {button}
                </button>
            </form>
        }
        .into_any()
        }
    };
    view! {
        <Title text="Sign in" />
        <main class="lone" id="main">
            <Logo />
            {content}
        </main>
    }
    .into_any()
}

/// Its place among the routes.
#[cfg(not(feature = "ssr"))]
#[component]
pub fn SignIn() -> impl IntoView {}
