//! Pages whose code a browser loads when somebody first goes there, so that the first screen stays small.
//!
//! `cargo xtask build` cuts the browser's part at these functions. Where people arrive (home, apps, the list of codes) is in the main
//! part, and so is what several pages share.

use super::{codes, reward_mail, settings};
use crate::browser;
use crate::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::{LazyRoute, lazy_route};

macro_rules! lazy {
    ($($(#[$doc:meta])* $name:ident: $page:ident of $module:ident, at $is_at:expr;)*) => {
        $(
            $(#[$doc])*
            pub struct $name;

            #[lazy_route]
            impl LazyRoute for $name {
                /// Begins while the code is fetched.
                fn data() -> Self {
                    browser::going();
                    Self
                }

                fn view(_page: Self) -> AnyView {
                    let is_at: fn(&str) -> bool = $is_at;
                    // Whoever goes on twice before the code is there gets it all the same from the router (0.8.17): one page under
                    // another's address. The server knows which page it is.
                    let place = use_location();
                    let path = place.pathname.get_untracked();
                    if !is_at(&path) {
                        let query = place.search.get_untracked();
                        browser::load(&if query.is_empty() { path } else { format!("{path}?{query}") });
                        return ().into_any();
                    }
                    browser::arrived();
                    $module::$page().into_any()
                }
            }
        )*
    };
}

lazy! {
    /// The form for a new code.
    NewCode: NewCode of codes, at |path| path.ends_with("/discounts/new");
    /// One code.
    OneCode: OneCode of codes, at |path| path.contains("/discounts/") && !path.ends_with("/discounts/new");
    /// What the mail of a campaign says.
    RewardMail: RewardMail of reward_mail, at |path| path.contains("/campaigns/") && path.ends_with("/mail");
    /// The settings.
    Settings: Settings of settings, at |path| path == "/settings";
    /// What Stripe told.
    Deliveries: Deliveries of settings, at |path| path == "/settings/webhooks";
}
