//! Pages for everybody: the guide, privacy, support. They have no scripts: one reads them and follows their links.

#[cfg(feature = "ssr")]
mod api;
#[cfg(feature = "ssr")]
mod api_parts;
#[cfg(feature = "ssr")]
mod code_limits;
#[cfg(feature = "ssr")]
mod connect_stripe;
#[cfg(feature = "ssr")]
mod discount_codes;
#[cfg(feature = "ssr")]
mod docs;
#[cfg(feature = "ssr")]
mod frame;
#[cfg(feature = "ssr")]
mod own_checkouts;
#[cfg(feature = "ssr")]
mod picture;
#[cfg(feature = "ssr")]
mod privacy;
#[cfg(feature = "ssr")]
mod rewards;
#[cfg(feature = "ssr")]
mod stores;
#[cfg(feature = "ssr")]
mod support;
#[cfg(feature = "ssr")]
mod unsubscribe;

#[cfg(feature = "ssr")]
pub use {
    api::ApiReference, connect_stripe::ConnectStripe, discount_codes::CodesGuide, docs::Docs, privacy::Privacy,
    rewards::RewardsGuide, support::Support, unsubscribe::Unsubscribe,
};

/// Their places among the routes of a browser, which asks the server for the page.
#[cfg(not(feature = "ssr"))]
pub use super::install::{
    Install as ApiReference, Install as CodesGuide, Install as ConnectStripe, Install as Docs, Install as Privacy,
    Install as RewardsGuide, Install as Support, Install as Unsubscribe,
};

use crate::prelude::*;

/// The links at the foot of pages that have no side bar.
#[component]
pub fn Foot() -> impl IntoView {
    view! {
        <footer class="foot">
            <nav aria-label="About Codemint">
                <a href="/docs" rel="external">
                    "Docs"
                </a>
                <a href="/privacy" rel="external">
                    "Privacy"
                </a>
                <a href="/support" rel="external">
                    "Support"
                </a>
            </nav>
        </footer>
    }
    .into_any()
}
