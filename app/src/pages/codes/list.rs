//! An app's codes.

use super::super::around::Around;
use super::super::links;
use super::super::load::{Asked, Content, load, show, trouble};
use super::super::not_found::answer_not_found;
use super::super::search::Search;
use super::filters::{Filters, count_of};
use super::row::CodeRow;
use super::use_app_id;
use super::words::number;
use crate::browser;
use crate::components::zone_name;
use crate::domain::discount_code::Status;
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::prelude::*;
use crate::wire::screens::{CodePage, CodeQuery};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The list of codes.
#[component]
pub fn CodeList() -> impl IntoView {
    browser::arrived();
    let Around { mode, changes, .. } = expect_context();
    let app_id = use_app_id();
    let query_map = use_query_map();
    let query = Memo::new(move |_| {
        query_map.with(|map| {
            let text = |name| map.get_str(name).unwrap_or_default();
            let cursor = |name| map.get_str(name).filter(|id| !id.is_empty()).map(str::to_owned);
            CodeQuery {
                q: text("q").to_owned(),
                status: Status::parse(text("status")),
                after: cursor("after"),
                before: cursor("before"),
            }
        })
    });
    let page = load(Signal::derive(move || Asked::Codes(mode.get(), app_id.get(), query.get())));
    let pending = RwSignal::new(false);
    browser::on_return(move || page.refetch());
    Effect::new(move |before: Option<()>| {
        changes.track();
        if before.is_some() {
            page.refetch();
        }
    });
    let waiting = move || {
        view! {
            <Filters app_id mode query counts=None />
            <LoadingRows />
        }
        .into_any()
    };
    let rows = show(page, pending, waiting, move |content| match content.and_then(Content::codes) {
        Ok(codes) => view! { <Rows codes app_id mode query /> }.into_any(),
        Err(problem) => {
            if problem.code == Code::ResourceMissing {
                answer_not_found();
            }
            view! {
                <Filters app_id mode query counts=None />
                {trouble(page, problem)}
            }
            .into_any()
        }
    });

    let to = Callback::new(move |q| {
        let wanted = CodeQuery { q, status: query.with_untracked(|query| query.status), ..CodeQuery::default() };
        app_id.with_untracked(|app_id| links::codes_page(app_id, mode.get_untracked(), &wanted))
    });

    view! {
        <Title text="Discount codes" />
        <header class="page-head">
            <h1>"Discount codes"</h1>
            <a class="button button-filled" href=move || app_id.with(|app_id| links::new_code(app_id, mode.get()))>
                "Create code"
            </a>
        </header>
        <div class="list" aria-busy=move || pending.get().then_some("true")>
            <Search
                label="Search codes"
                text=Signal::derive(move || query.with(|query| query.q.clone()))
                to=to
                action=Signal::derive(move || app_id.with(|app_id| links::codes(app_id, Mode::Test)))
                also=Signal::derive(move || query.with(|query| query.status).map(|status| ("status", status.as_str())))
                mode
            />
            {rows}
        </div>
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
        (
            "No codes yet",
            "A code lives here alone until a customer first uses it; only then is its coupon made in Stripe.",
            new,
            "Create the first one",
        )
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
