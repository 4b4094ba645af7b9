//! Asking before something is done.

use crate::browser;
use crate::prelude::*;

/// A `<dialog>` over the page.
#[component]
pub fn Dialog(
    /// Its id, for the button that opens it.
    id: &'static str,
    /// What it asks.
    #[prop(into)]
    title: Signal<String>,
    /// What it says, and its buttons.
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    view! {
        <dialog id=id class="dialog" aria-labelledby=labelled_by closedby="any">
            <h2 id=heading>{title}</h2>
            {children()}
        </dialog>
    }
    .into_any()
}

/// A button that opens a dialog: by the browser's own `command` where it has that, so that it works before the WASM is there.
#[component]
pub fn DialogButton(
    /// The dialog's id.
    dialog: &'static str,
    /// How it looks.
    #[prop(default = "button")]
    class: &'static str,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    let open = move |_| {
        if !browser::has_commands() {
            browser::open_dialog(dialog);
        }
    };
    view! {
        <button type="button" class=class command="show-modal" commandfor=dialog on:click=open>
            {children()}
        </button>
    }
    .into_any()
}

/// A button within a dialog that closes it and does nothing else.
#[component]
pub fn CloseButton(
    /// The dialog's id.
    dialog: &'static str,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    let close = move |_| {
        if !browser::has_commands() {
            browser::close_dialog(dialog);
        }
    };
    view! {
        <button type="button" class="button" command="close" commandfor=dialog on:click=close>
            {children()}
        </button>
    }
    .into_any()
}
