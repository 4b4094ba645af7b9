//! What the Marketplace leads to: what Codemint does and may do, and one button.

use crate::components::{Banner, Logo, Tone};
use crate::domain::mode::Mode;
use crate::given;
use crate::pages::links;
use crate::prelude::*;
use crate::wire::screens::InstallOffer;
use leptos_meta::Title;

/// What is asked for, and what for.
const ASKED: [(&str, &str); 5] = [
    ("Coupons, read and write", "A discount code becomes a coupon when a customer first uses it."),
    ("Promotion codes, read and write", "Rewards and codes that customers type on Stripe's own page."),
    (
        "Checkout Sessions, read and write",
        "Your backend makes a checkout with a code in one call; ended ones give their use back.",
    ),
    ("Prices, read", "So that a code in another currency is refused before anything is made."),
    ("Events, read", "So that Codemint hears of payments at once, and when you uninstall it."),
];

/// The page.
#[component]
pub fn Install() -> impl IntoView {
    let offer = given::install_offer();
    let mode = offer.as_ref().map(|offer| offer.mode).unwrap_or_default();
    let asked = ASKED.map(|(what, why)| view! { <li><b>{what}</b> <span>{why}</span></li> }).collect_view();
    view! {
        <Title text="Install with Stripe" />
        <div class="home install">
            <header class="home-top">
                <a class="home-link" href="/" aria-label="Codemint, start page">
                    <Logo />
                </a>
            </header>
            <main id="main" class="home-main">
                <section class="home-words">
                    <h1>"Connect Codemint to your Stripe account"</h1>
                    <p class="lead">
                        "Create discount codes here. The coupon is made in your Stripe account when a customer first uses a code: until then nothing is created there."
                    </p>
                    <div class="asked">
                        <h2>"What it may do"</h2>
                        <ul class="points">{asked}</ul>
                        <p class="second">
                            "It makes no charges, refunds or payouts. You can disconnect here or uninstall it in Stripe at any time; codes and counts are kept."
                        </p>
                    </div>
                </section>
                <section class="panel sign-in" aria-labelledby="install-title">
                    <h2 id="install-title">{if mode == Mode::Test { "Install in test mode" } else { "Install" }}</h2>
                    {match offer {
                        Some(InstallOffer { start_url: Some(url), email, other_mode, .. }) => begin(url, mode, other_mode, email),
                        offer => not_set_up(mode, offer),
                    }}
                </section>
            </main>
        </div>
    }
    .into_any()
}

fn begin(url: String, mode: Mode, other_mode: bool, email: Option<String>) -> AnyView {
    let who = match email {
        Some(email) => view! { <p class="second">"It connects the workspace in view, of " <b>{email}</b> "."</p> },
        None if given::is_signed_in() => view! { <p class="second">"It connects the workspace in view."</p> },
        None => view! {
            <p class="second">"Two clicks, no form and no password: it makes your workspace and signs you in in this browser."</p>
        },
    };
    let other = other_mode.then(|| {
        let words = if mode == Mode::Test { "Install in live mode instead" } else { "Try it in test mode" };
        view! {
            <a class="link" href=links::install(mode.other()) rel="external">
                {words}
            </a>
        }
    });
    view! {
        {who}
        {(mode == Mode::Test)
            .then(|| {
                view! { <Banner tone=Tone::Amber>"Test mode: no real money, and nothing of your live account is touched."</Banner> }
            })}
        <a class="button button-filled button-wide" href=url rel="external">
            "Install with Stripe"
        </a>
        <p class="third">"Stripe asks you for your consent on its own page."</p>
        {other}
    }
}

fn not_set_up(mode: Mode, offer: Option<InstallOffer>) -> AnyView {
    let other = offer.is_some_and(|offer| offer.other_mode).then(|| {
        view! {
            <a class="link" href=links::install(mode.other()) rel="external">
                {format!("It is set up for {} mode", mode.other())}
            </a>
        }
    });
    let way = if given::is_signed_in() {
        view! {
            <p class="second">"Connect with a restricted key in the settings; it does the same."</p>
            <a class="button button-filled button-wide" href=links::settings(mode) rel="external">
                "Open the settings"
            </a>
        }
    } else {
        view! {
            <p class="second">"Sign in by e-mail and connect with a restricted key: it does the same and takes two minutes."</p>
            <a class="button button-filled button-wide" href="/" rel="external">
                "Sign in by e-mail"
            </a>
        }
    };
    view! {
        <Banner tone=Tone::Amber>{format!("One-click connect is not set up on this server in {mode} mode.")}</Banner>
        {way}
        {other}
    }
}
