//! The way to Stripe's consent page from outside of the settings, and what comes back from there. These pages have no scripts: nothing
//! but a click is asked of anybody, and what came back stands in their address.

#[cfg(feature = "ssr")]
mod confirm;
#[cfg(feature = "ssr")]
mod offer;
#[cfg(feature = "ssr")]
mod trouble;

#[cfg(feature = "ssr")]
pub use {confirm::Confirm, offer::Install, trouble::WayBack};

#[cfg(not(feature = "ssr"))]
pub use place::{Confirm, Install, WayBack};

/// Their places among the routes of a browser, which asks the server for the page.
#[cfg(not(feature = "ssr"))]
mod place {
    use crate::browser;
    use crate::prelude::*;
    use leptos_router::hooks::use_location;

    macro_rules! places {
        ($($name:ident),*) => {
            $(
                #[component]
                pub fn $name() -> impl IntoView {
                    let place = use_location();
                    let (path, query) = (place.pathname.get_untracked(), place.search.get_untracked());
                    browser::load(&if query.is_empty() { path } else { format!("{path}?{query}") });
                }
            )*
        };
    }

    places!(Install, WayBack, Confirm);
}
