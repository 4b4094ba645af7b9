//! The search field above a list.

use crate::browser;
use crate::components::Icon;
use crate::domain::mode::Mode;
use crate::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// How long one may pause in a word before it is searched for.
const PAUSE: Duration = Duration::from_millis(200);
const SEARCH_FORM: &str = "search-form";
const SEARCH: &str = "search";

/// The field that searches while one types. What is searched for stands in the address, so the way back works.
#[component]
pub fn Search(
    /// What it says, inside and to screen readers.
    label: &'static str,
    /// What is searched for.
    text: Signal<String>,
    /// The address of what is found by a text.
    to: Callback<String, String>,
    /// Where the form leads without scripts: the address without a query.
    action: Signal<String>,
    /// What else the address says there: its name and its value.
    also: Signal<Option<(&'static str, &'static str)>>,
    /// The mode in view.
    mode: Memo<Mode>,
) -> impl IntoView {
    let navigate = use_navigate();
    let first = text.get_untracked();
    // What the address was last given from here: any other text in it came by a link or by the way back.
    let given = StoredValue::new(first.clone());
    let timer = StoredValue::new(None::<TimeoutHandle>);

    let search = move |wanted: String| {
        let now = text.get_untracked();
        if now == wanted {
            return;
        }
        // The first letter makes a new place in the history, the others move it on: one step back leads to the whole list.
        let replace = !now.is_empty() && !wanted.is_empty();
        given.set_value(wanted.clone());
        navigate(&to.run(wanted), NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    };
    let stop = move || {
        if let Some(handle) = timer.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let type_on = {
        let search = search.clone();
        move |_| {
            stop();
            let search = search.clone();
            let later = move || {
                if let Some(text) = browser::field(SEARCH_FORM, "q") {
                    search(text.trim().to_owned());
                }
            };
            if let Ok(handle) = set_timeout_with_handle(later, PAUSE) {
                timer.set_value(Some(handle));
            }
        }
    };
    let submit = {
        let search = search.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            stop();
            search(browser::field(SEARCH_FORM, "q").unwrap_or_default().trim().to_owned());
        }
    };
    Effect::new(move |hydrated: Option<()>| {
        let text = text.get();
        if hydrated.is_none() {
            // Typed before the WASM was there.
            if let Some(typed) = browser::field(SEARCH_FORM, "q").filter(|typed| typed.trim() != text) {
                search(typed.trim().to_owned());
            }
        } else if given.get_value() != text {
            given.set_value(text.clone());
            browser::set_field(SEARCH, &text);
        }
    });

    view! {
        <form
            id=SEARCH_FORM
            role="search"
            class="search"
            method="get"
            action=action
            on:submit=submit
        >
            <label class="unseen" for=SEARCH>
                {label}
            </label>
            <Icon name="search" />
            <input
                id=SEARCH
                name="q"
                type="search"
                class="input"
                placeholder={label}
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value=first
                on:input=type_on
            />
            {move || (mode.get() == Mode::Live).then(|| view! { <input type="hidden" name="mode" value="live" /> })}
            {move || also.get().map(|(name, value)| view! { <input type="hidden" name=name value=value /> })}
        </form>
    }
    .into_any()
}
