//! What happened in the workspace, and whether its counts are right.

mod check;
mod list;

use super::around::Around;
use super::links;
use super::load::{Asked, Content, load, show, trouble};
use crate::browser;
use crate::prelude::*;
use crate::wire::ledger::{ActivityQuery, Topic};
use check::LedgerPanel;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// How often a page that is seen looks whether something happened.
const LOOK_MS: u64 = 15_000;

/// In this order.
const TOPICS: [(Option<Topic>, &str); 5] = [
    (None, "All"),
    (Some(Topic::Codes), "Codes"),
    (Some(Topic::Rewards), "Rewards"),
    (Some(Topic::Connection), "Connection"),
    (Some(Topic::Ledger), "Counts"),
];

/// What the address asks for.
fn use_activity_query() -> Memo<ActivityQuery> {
    let query_map = use_query_map();
    Memo::new(move |_| {
        query_map.with(|map| {
            let cursor = |name| map.get_str(name).filter(|id| !id.is_empty()).map(str::to_owned);
            ActivityQuery {
                topic: map.get_str("topic").and_then(Topic::parse),
                after: cursor("after"),
                before: cursor("before"),
            }
        })
    })
}

/// The page.
#[component]
pub fn Activity() -> impl IntoView {
    let around: Around = expect_context();
    let mode = around.mode;
    let query = use_activity_query();
    let page = load(Signal::derive(move || Asked::Activity(mode.get(), query.get())));
    let pending = RwSignal::new(false);
    let check = check::Check::new();
    browser::on_return(move || page.refetch());
    browser::every(LOOK_MS, move || page.refetch());
    let drawn = show(
        page,
        pending,
        move || view! { <p class="third" aria-busy="true">"Loading…"</p> },
        move |content| match content.and_then(Content::activity) {
            Ok(content) => {
                check.set_known(content.ledger.clone());
                view! {
                    <LedgerPanel check mode page />
                    {topics(mode, query)}
                    {list::list(content, &query.get_untracked(), mode.get_untracked())}
                }
            }
            Err(problem) => trouble(page, problem),
        },
    );
    view! {
        <Title text="Activity" />
        <header class="page-head">
            <div>
                <h1>"Activity"</h1>
                <p class="third">{move || format!("What happened in this workspace, in {} mode", mode.get())}</p>
            </div>
        </header>
        <div class="activity" aria-busy=move || pending.get().then_some("true")>
            {drawn}
        </div>
    }
    .into_any()
}

/// Links, so that each topic has an address. The one in view is marked at the click, not when its rows have come.
fn topics(mode: Memo<crate::domain::mode::Mode>, query: Memo<ActivityQuery>) -> AnyView {
    let links = TOPICS
        .into_iter()
        .map(|(topic, word)| {
            let wanted = ActivityQuery { topic, ..ActivityQuery::default() };
            let href = move || links::activity_page(mode.get(), &wanted);
            let current = move || query.with(|query| query.topic == topic);
            view! {
                <a class="segment" href=href aria-current=move || current().then_some("true") data-noscroll="">
                    {word}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="segments" aria-label="Topics">
            {links}
        </nav>
    }
}
