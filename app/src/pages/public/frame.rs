//! What stands around every public page, and how help is named on them.

use super::Foot;
use crate::components::Logo;
use crate::given;
use crate::prelude::*;
use leptos_meta::Title;

/// A public page.
#[component]
pub fn PublicPage(
    /// Its heading, and its name in the browser's tab.
    title: &'static str,
    /// What it is about, in one sentence.
    lead: &'static str,
    /// Which of the links above leads here.
    here: &'static str,
    /// Whether it has more than one column.
    #[prop(optional)]
    wide: bool,
    /// Its sections.
    children: Children,
) -> impl IntoView {
    let links = [("/docs", "Docs"), ("/privacy", "Privacy"), ("/support", "Support")].map(|(href, words)| {
        view! {
            <a href=href aria-current=(href == here).then_some("page")>
                {words}
            </a>
        }
    });
    let (way_in, words) = if given::is_signed_in() { ("/apps", "Open your apps") } else { ("/", "Sign in") };
    view! {
        <Title text=title />
        <a class="skip" href="#main">
            "Skip to the content"
        </a>
        <div class=if wide { "public public-wide" } else { "public" }>
            <header class="public-top">
                <a class="home-link" href="/">
                    <Logo />
                </a>
                <nav class="public-links" aria-label="Main">
                    {links.into_view()} <a href=way_in>{words}</a>
                </nav>
            </header>
            <main id="main" class="prose">
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                {children()}
            </main>
            <Foot />
        </div>
    }
    .into_any()
}

/// The operator's address as a link, or whom to ask where none is set up.
pub fn help() -> AnyView {
    match given::support_email() {
        Some(address) => view! { <a href=format!("mailto:{address}")>{address.clone()}</a> }.into_any(),
        None => "whoever runs this server".into_any(),
    }
}
