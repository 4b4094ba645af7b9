//! Pages whose code a browser loads when somebody first goes there, so that the first screen stays small.
//!
//! `cargo xtask build` cuts the browser's part at these functions. Where people arrive (home, apps, the list of codes) is in the main
//! part, and so is what several pages share.

use super::{codes, settings};
use crate::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

macro_rules! lazy {
    ($($(#[$doc:meta])* $name:ident: $page:ident of $module:ident;)*) => {
        $(
            $(#[$doc])*
            pub struct $name;

            #[lazy_route]
            impl LazyRoute for $name {
                fn data() -> Self {
                    Self
                }

                fn view(_page: Self) -> AnyView {
                    $module::$page().into_any()
                }
            }
        )*
    };
}

lazy! {
    /// The form for a new code.
    NewCode: NewCode of codes;
    /// One code.
    OneCode: OneCode of codes;
    /// The settings.
    Settings: Settings of settings;
}
