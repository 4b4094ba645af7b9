//! The search field above the list.

use super::super::links;
use crate::browser;
use crate::components::Icon;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::screens::CodeQuery;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// How long one may pause in a word before it is searched for.
const PAUSE: Duration = Duration::from_millis(200);
const SEARCH_FORM: &str = "search-form";
const SEARCH: &str = "search";

/// The field that searches while one types. What is searched for stands in the address, so the way back works.
#[component]
pub fn Search(app_id: Memo<String>, mode: Memo<Mode>, query: Memo<CodeQuery>) -> impl IntoView {
    let navigate = use_navigate();
    let first = query.with_untracked(|query| query.q.clone());
    // What the address was last given from here: any other text in it came by a link or by the way back.
    let given = StoredValue::new(first.clone());
    let timer = StoredValue::new(None::<TimeoutHandle>);

    let search = move |text: String| {
        let now = query.get_untracked();
        if now.q == text {
            return;
        }
        // The first letter makes a new place in the history, the others move it on: one step back leads to the whole list.
        let replace = !now.q.is_empty() && !text.is_empty();
        given.set_value(text.clone());
        let wanted = CodeQuery { q: text, status: now.status, ..CodeQuery::default() };
        let address = app_id.with_untracked(|app_id| links::codes_page(app_id, mode.get_untracked(), &wanted));
        navigate(&address, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
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
        let text = query.with(|query| query.q.clone());
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
            action=move || app_id.with(|app_id| links::codes(app_id, Mode::Test))
            on:submit=submit
        >
            <label class="unseen" for=SEARCH>
                "Search codes"
            </label>
            <Icon name="search" />
            <input
                id=SEARCH
                name="q"
                type="search"
                class="input"
                placeholder="Search codes"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value=first
                on:input=type_on
            />
            {move || (mode.get() == Mode::Live).then(|| view! { <input type="hidden" name="mode" value="live" /> })}
            {move || {
                query
                    .with(|query| query.status)
                    .map(|status| view! { <input type="hidden" name="status" value=status.as_str() /> })
            }}
        </form>
    }
    .into_any()
}
