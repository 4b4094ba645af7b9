//! A way back from Stripe that bound nothing: why, and what to do.

use crate::components::Logo;
use crate::domain::install::InstallTrouble;
use crate::given;
use crate::pages::links;
use crate::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn WayBack() -> impl IntoView {
    // Whoever typed the address has no install under way.
    let trouble = given::install_trouble().unwrap_or(InstallTrouble::Unknown);
    let (headline, text) = trouble.words();
    let signed_in = given::is_signed_in();
    let again = if trouble == InstallTrouble::SignInFirst {
        "/".to_owned()
    } else if signed_in {
        links::settings(given::mode())
    } else {
        links::install(given::mode())
    };
    let words = match trouble {
        InstallTrouble::Declined => "Try again",
        InstallTrouble::SignInFirst => "Sign in",
        InstallTrouble::NotSetUp if signed_in => "Open the settings",
        _ => "Start again",
    };
    let later = (trouble == InstallTrouble::Declined).then(|| {
        let there = if signed_in { links::apps(given::mode()) } else { "/".to_owned() };
        view! {
            <a class="button" href=there rel="external">
                "Connect later"
            </a>
        }
    });
    // Whoever declined has no trouble.
    let help = given::support_email().filter(|_| trouble != InstallTrouble::Declined).map(|address| {
        view! {
            <p class="second">
                "If this comes again, write to "
                <a class="link" href=format!("mailto:{address}") rel="external">
                    {address.clone()}
                </a> "."
            </p>
        }
    });
    view! {
        <Title text=headline />
        <main class="lone" id="main">
            <Logo />
            <h1>{headline}</h1>
            <p>{text}</p>
            <div class="actions">
                <a class="button button-filled" href=again rel="external">
                    {words}
                </a>
                {later}
            </div>
            {help}
        </main>
    }
    .into_any()
}
