//! Asking before something is done.
//!
//! Without the WASM, a dialog's button asks for its page once more, and there the dialog stands open.

use super::call::{Call, Refusal, SubmitButton};
use crate::prelude::*;
use crate::{browser, given};
use leptos_router::hooks::use_query_map;

/// A `<dialog>` over the page.
#[component]
pub fn Dialog(
    /// Its id, for the button that opens it; and the form's in it.
    id: &'static str,
    /// What it asks.
    #[prop(into)]
    title: Signal<String>,
    /// What it says, and its buttons.
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    let open = given::answers(id) || use_query_map().with_untracked(|query| query.get_str("ask") == Some(id));
    view! {
        <dialog id=id class="dialog" aria-labelledby=labelled_by closedby="any" open=open>
            <h2 id=heading>{title}</h2>
            {children()}
        </dialog>
    }
    .into_any()
}

/// A button that opens a dialog.
#[component]
pub fn DialogButton(
    /// The dialog's id.
    dialog: &'static str,
    /// How it looks.
    #[prop(default = "button")]
    class: &'static str,
    /// What it is about, where the page has several; told to the server as `about`.
    #[prop(optional)]
    about: String,
    /// What it says to screen readers, where that is more than what stands on it.
    #[prop(optional, into)]
    label: Option<String>,
    /// Called before it opens.
    #[prop(optional)]
    before: Option<Callback<()>>,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    let mode = use_query_map().with_untracked(|query| query.get("mode"));
    let open = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(before) = before {
            before.run(());
        }
        browser::open_dialog(dialog);
    };
    let hidden = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value /> })
    };
    view! {
        <form method="get" on:submit=open>
            {hidden("mode", mode)}
            {hidden("about", Some(about).filter(|about| !about.is_empty()))}
            <button name="ask" value=dialog class=class aria-haspopup="dialog" aria-label=label>
                {children()}
            </button>
        </form>
    }
    .into_any()
}

/// Closes the dialog that it stands in and does nothing else: the browser's own form for that.
#[component]
pub fn CloseButton(
    /// What stands on it.
    words: &'static str,
) -> impl IntoView {
    view! {
        <form method="dialog">
            <button class="button">{words}</button>
        </form>
    }
    .into_any()
}

/// Asks whether something shall be done that is hard to take back: what it does, and two buttons.
#[component]
pub fn Ask(
    /// The dialog's id, and the form's.
    id: &'static str,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What it is done to, where the address does not say.
    #[prop(optional, into)]
    about: Signal<String>,
    /// The call.
    call: Call,
    /// Makes the call.
    act: Callback<()>,
    /// What stands on the button that does it, and while it does; and on the one that does not.
    words: [&'static str; 3],
    /// The consequences, as the items of a list.
    children: Children,
) -> impl IntoView {
    let [yes, busy, no] = words;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        act.run(());
    };
    view! {
        <Dialog id title>
            <ul class="facts">{children()}</ul>
            <Refusal call />
            <div class="actions">
                <form method="post" on:submit=submit>
                    <input type="hidden" name="about" value=about />
                    <SubmitButton form=id call class="button button-red" words=yes busy />
                </form>
                <CloseButton words=no />
            </div>
        </Dialog>
    }
    .into_any()
}
