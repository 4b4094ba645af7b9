//! Pages whose code a browser loads when somebody first goes there, so that the first screen stays small.
//!
//! `cargo xtask build` cuts the browser's part at these functions. Where people arrive (home, apps, the list of codes) is in the main
//! part, and so is what several pages share.
//!
//! They are ordinary routes that wait for their own code: the router's lazy routes (0.8.17) lose track when somebody goes on before the
//! code is there, and then show one page under another's address.

use super::load::panel_waiting;
use super::{codes, settings};
use crate::prelude::*;
use leptos::lazy;
use std::pin::Pin;

macro_rules! lazy {
    ($($(#[$doc:meta])* $name:ident, $part:ident: $page:ident of $module:ident;)*) => {
        $(
            $(#[$doc])*
            #[component]
            pub fn $name() -> impl IntoView {
                once_there(|| Box::pin($part()))
            }

            #[lazy]
            fn $part() -> AnyView {
                $module::$page().into_any()
            }
        )*
    };
}

lazy! {
    /// The form for a new code.
    NewCode, new_code: NewCode of codes;
    /// One code.
    OneCode, one_code: OneCode of codes;
    /// The settings.
    Settings, settings_page: Settings of settings;
}

type Part = Pin<Box<dyn Future<Output = AnyView>>>;

fn once_there(part: fn() -> Part) -> AnyView {
    view! {
        <Suspense fallback=panel_waiting>{move || Suspend::new(leptos::__reexports::send_wrapper::SendWrapper::new(part()))}</Suspense>
    }
}
