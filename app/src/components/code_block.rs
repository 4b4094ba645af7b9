//! Something to copy.

use super::Icon;
use crate::browser;
use crate::prelude::*;
use std::time::Duration;

/// A button that copies and says so.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What it copies, for screen readers: "the call".
    what: &'static str,
    /// One of many: its word is seen only once it has something to say.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    // 0: not yet, 1: copied, 2: the browser refused.
    let said = RwSignal::new(0u8);
    let copy = move |_| {
        browser::copy(&text.get_untracked(), move |worked| {
            said.try_set(if worked { 1 } else { 2 });
            set_timeout(
                move || {
                    said.try_set(0);
                },
                Duration::from_secs(2),
            );
        });
    };
    let class = if quiet { "button button-small copy copy-quiet" } else { "button button-small copy" };
    let unseen = move || (quiet && said.get() == 0).then_some("unseen");
    view! {
        <button type="button" class=class on:click=copy>
            <Icon name="copy" />
            <span aria-live="polite" class=unseen>
                {move || match said.get() {
                    0 => "Copy",
                    1 => "Copied",
                    _ => "Select and copy it",
                }}
            </span>
            <span class="unseen">{what}</span>
        </button>
    }
    .into_any()
}

/// Text for a terminal, with its copy button.
#[component]
pub fn CodeBlock(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// What it is, for screen readers: "the call".
    what: &'static str,
) -> impl IntoView {
    view! {
        <div class="code-block">
            // It scrolls sideways on a phone: the keyboard must reach it, too.
            <pre tabindex="0" role="region" aria-label=what>
                <code>{text}</code>
            </pre>
            <CopyButton text what />
        </div>
    }
    .into_any()
}
