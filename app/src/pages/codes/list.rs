//! An app's codes.

use super::super::around::Around;
use super::super::links;
use super::filters::{Filters, count_of};
use super::row::CodeRow;
use super::use_app_id;
use super::words::number;
use crate::browser;
use crate::components::{Icon, ProblemView, zone_name};
use crate::domain::discount_code::Status;
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::error::flat;
use crate::server_fns::codes::list_codes;
use crate::wire::screens::{CodePage, CodeQuery};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::time::Duration;

/// How long one may pause in a word before it is searched for.
const PAUSE: Duration = Duration::from_millis(200);
const SEARCH_FORM: &str = "search-form";
const SEARCH: &str = "search";

/// The list of codes.
#[component]
pub fn CodeList() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let app_id = use_app_id();
    let query_map = use_query_map();
    let query = Memo::new(move |_| {
        query_map.with(|map| {
            let text = |name| map.get_str(name).unwrap_or_default();
            let cursor = |name| map.get_str(name).filter(|id| !id.is_empty()).map(str::to_owned);
            CodeQuery { q: text("q").to_owned(), status: Status::parse(text("status")), after: cursor("after"), before: cursor("before") }
        })
    });
    let page = Resource::new(
        move || (mode.get(), app_id.get(), query.get()),
        |(mode, app_id, query)| async move { flat(list_codes(mode, app_id, query).await) },
    );
    let pending = RwSignal::new(false);
    browser::on_return(move || page.refetch());

    view! {
        <Title text="Discount codes" />
        <header class="page-head">
            <h1>"Discount codes"</h1>
            <a class="button button-filled" href=move || app_id.with(|app_id| links::new_code(app_id, mode.get()))>
                "Create code"
            </a>
        </header>
        <div class="list" aria-busy=move || pending.get().then_some("true")>
            <Search app_id mode query />
            <Transition
                set_pending=pending
                fallback=move || {
                    view! {
                        <Filters app_id mode query counts=None />
                        <LoadingRows />
                    }
                }
            >
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(codes) => view! { <Rows codes app_id mode query /> }.into_any(),
                        Err(problem) => {
                            let lost = problem.code == Code::Internal || problem.code == Code::StripeUnavailable;
                            if problem.code == Code::ResourceMissing {
                                super::super::not_found::answer_not_found();
                            }
                            view! {
                                <Filters app_id mode query counts=None />
                                <ProblemView problem />
                                {lost
                                    .then(|| {
                                        view! {
                                            <button type="button" class="button" on:click=move |_| page.refetch()>
                                                "Retry"
                                            </button>
                                        }
                                    })}
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </div>
    }
    .into_any()
}

/// The field that searches while one types. What is searched for stands in the address, so the way back works.
#[component]
fn Search(app_id: Memo<String>, mode: Memo<Mode>, query: Memo<CodeQuery>) -> impl IntoView {
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

#[component]
fn Rows(codes: CodePage, app_id: Memo<String>, mode: Memo<Mode>, query: Memo<CodeQuery>) -> impl IntoView {
    let CodePage { rows, previous, next, counts, zone } = codes;
    let asked = query.get_untracked();
    let mode_now = mode.get_untracked();
    let app = app_id.get_untracked();
    let filters = view! { <Filters app_id mode query counts=counts.clone() /> };
    if rows.is_empty() {
        let unfiltered = asked == CodeQuery::default();
        return view! {
            {filters}
            <Nothing unfiltered href=links::codes(&app, mode_now) new=links::new_code(&app, mode_now) />
        }
        .into_any();
    }
    let shown = i64::try_from(rows.len()).unwrap_or_default();
    // Cursors know no positions: how many there are is said on the first page, where it is certain.
    let total = count_of(counts.as_deref(), asked.status).filter(|_| asked.q.is_empty());
    let where_one_is = match total {
        Some(total) if previous.is_none() => format!("1–{} of {}", number(shown), number(total.max(shown))),
        _ if shown == 1 => "1 code".to_owned(),
        _ => format!("{} codes", number(shown)),
    };
    let turn = |cursor: Option<String>, words: &'static str, older: bool| {
        cursor.map(|id| {
            let (after, before) = if older { (Some(id), None) } else { (None, Some(id)) };
            let wanted = CodeQuery { q: asked.q.clone(), status: asked.status, after, before };
            let rel = if older { "next" } else { "prev" };
            view! {
                <a class="button" rel=rel href=links::codes_page(&app, mode_now, &wanted)>
                    {words}
                </a>
            }
        })
    };
    let pages = (turn(previous, "Previous", false), turn(next, "Next", true));
    let body = rows.into_iter().map(|view| view! { <CodeRow view mode=mode_now /> }).collect_view();
    view! {
        {filters}
        <table class="table table-codes">
            <thead>
                <tr>
                    <th scope="col">"Code"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Used"</th>
                    <th scope="col">"Stripe"</th>
                    <th scope="col" class="end">
                        {format!("Expires ({})", zone_name(&zone))}
                    </th>
                </tr>
            </thead>
            <tbody>{body}</tbody>
        </table>
        <nav class="pager" aria-label="Pages">
            <span class="third">{where_one_is}</span>
            <span class="pager-turns">{pages.0} {pages.1}</span>
        </nav>
    }
    .into_any()
}

/// No rows: because there are no codes, or because none fits.
#[component]
fn Nothing(unfiltered: bool, href: String, new: String) -> impl IntoView {
    let (title, text, href, link) = if unfiltered {
        ("No codes yet", "A code lives here alone until a customer first uses it; only then is its coupon made in Stripe.", new, "Create the first one")
    } else {
        ("Nothing found", "No code fits what you search for and the state that is chosen.", href, "Show all codes")
    };
    view! {
        <div class="nothing">
            <h2>{title}</h2>
            <p class="third">{text}</p>
            <a class="link" href=href>
                {link}
            </a>
        </div>
    }
    .into_any()
}

/// The table before its rows have come, of the same shape.
#[component]
fn LoadingRows() -> impl IntoView {
    let rows = (0..5)
        .map(|_| {
            view! {
                <tr>
                    <td class="cell-code">
                        <span class="ghost ghost-wide"></span>
                        <span class="ghost"></span>
                    </td>
                    <td>
                        <span class="ghost"></span>
                    </td>
                    <td>
                        <span class="ghost ghost-wide"></span>
                    </td>
                    <td>
                        <span class="ghost"></span>
                    </td>
                    <td class="end">
                        <span class="ghost"></span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table table-codes" aria-busy="true">
            <thead>
                <tr>
                    <th scope="col">"Code"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Used"</th>
                    <th scope="col">"Stripe"</th>
                    <th scope="col" class="end">
                        "Expires"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
