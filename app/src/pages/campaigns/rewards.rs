//! The rewards of a campaign, on its page.

use super::super::links;
use super::super::load::{Content, Loaded, show, trouble};
use super::super::search::Search;
use super::filters::RewardFilters;
use super::reward_row::RewardRow;
use super::words;
use crate::browser;
use crate::components::zone_name;
use crate::domain::mode::Mode;
use crate::domain::reward::{Filter, MailState, SyncState};
use crate::prelude::*;
use crate::wire::rewards::{CampaignDetail, RewardFigures, RewardPage, RewardQuery, RewardView};
use leptos_router::hooks::use_query_map;

/// How often the rows are looked at while one of them is on its way.
const LOOK_MS: u64 = 3_000;

/// What the address asks for.
pub fn use_reward_query() -> Memo<RewardQuery> {
    let query_map = use_query_map();
    Memo::new(move |_| {
        query_map.with(|map| {
            let text = |name| map.get_str(name).unwrap_or_default();
            let cursor = |name| map.get_str(name).filter(|id| !id.is_empty()).map(str::to_owned);
            RewardQuery {
                q: text("q").to_owned(),
                filter: Filter::parse(text("filter")).unwrap_or(Filter::All),
                after: cursor("after"),
                before: cursor("before"),
            }
        })
    })
}

/// Whether a reward changes by itself within seconds.
fn is_moving(view: &RewardView) -> bool {
    view.reward.sync.state == SyncState::Pending || view.reward.email_delivery.state == MailState::Queued
}

/// The list, with its search and its filters.
#[component]
pub fn Rewards(
    /// The campaign's page as it is now.
    now: RwSignal<CampaignDetail>,
    /// The rewards that are asked for.
    page: Loaded,
    /// The app.
    app_id: Memo<String>,
    /// The campaign.
    id: Memo<String>,
    /// The mode in view.
    mode: Memo<Mode>,
    /// What is asked for.
    query: Memo<RewardQuery>,
) -> impl IntoView {
    let pending = RwSignal::new(false);
    let moving = StoredValue::new(false);
    browser::every(LOOK_MS, move || {
        if moving.try_get_value() == Some(true) {
            page.refetch();
        }
    });
    // Whatever changes a figure changes a row.
    let figures = Memo::new(move |_| now.with(|now| now.figures.clone()));
    Effect::new(move |before: Option<RewardFigures>| {
        let now = figures.get();
        if before.is_some_and(|before| before != now) {
            page.refetch();
        }
        now
    });
    let waiting = move || {
        view! {
            <RewardFilters app_id id mode query />
            <LoadingRows />
        }
        .into_any()
    };
    let rows = show(page, pending, waiting, move |content| match content.and_then(Content::rewards) {
        Ok(rewards) => {
            moving.set_value(rewards.rows.iter().any(is_moving));
            view! { <Rows rewards app_id id mode query /> }.into_any()
        }
        Err(problem) => view! {
            <RewardFilters app_id id mode query />
            {trouble(page, problem)}
        }
        .into_any(),
    });
    let to = Callback::new(move |q| {
        let filter = query.with_untracked(|query| query.filter);
        let wanted = RewardQuery { q, filter, ..RewardQuery::default() };
        links::campaign_page(&app_id.read_untracked(), &id.read_untracked(), mode.get_untracked(), &wanted)
    });
    let also = move || {
        let filter = query.with(|query| query.filter);
        (filter != Filter::All).then(|| ("filter", filter.as_str()))
    };
    view! {
        <h2 class="section" id="rewards-title">
            "All rewards"
        </h2>
        <section class="list list-wide" aria-labelledby="rewards-title" aria-busy=move || pending.get().then_some("true")>
            <Search
                label="Code, address or reference"
                text=Signal::derive(move || query.with(|query| query.q.clone()))
                to
                action=Signal::derive(move || links::campaign(&app_id.read(), &id.read(), Mode::Test))
                also=Signal::derive(also)
                mode
            />
            {rows}
        </section>
    }
    .into_any()
}

#[component]
fn Rows(
    rewards: RewardPage,
    app_id: Memo<String>,
    id: Memo<String>,
    mode: Memo<Mode>,
    query: Memo<RewardQuery>,
) -> impl IntoView {
    let RewardPage { rows, previous, next, zone } = rewards;
    let asked = query.get_untracked();
    let mode_now = mode.get_untracked();
    let (app, campaign) = (app_id.get_untracked(), id.get_untracked());
    let filters = view! { <RewardFilters app_id id mode query /> };
    if rows.is_empty() {
        let unfiltered = asked == RewardQuery::default();
        return view! {
            {filters}
            <Nothing unfiltered href=links::campaign(&app, &campaign, mode_now) />
        }
        .into_any();
    }
    let shown = words::rewards(i64::try_from(rows.len()).unwrap_or_default());
    let turn = |cursor: Option<String>, words: &'static str, older: bool| {
        cursor.map(|cursor| {
            let (after, before) = if older { (Some(cursor), None) } else { (None, Some(cursor)) };
            let wanted = RewardQuery { q: asked.q.clone(), filter: asked.filter, after, before };
            let rel = if older { "next" } else { "prev" };
            view! {
                <a class="button" rel=rel href=links::campaign_page(&app, &campaign, mode_now, &wanted) data-noscroll="">
                    {words}
                </a>
            }
        })
    };
    let pages = (turn(previous, "Previous", false), turn(next, "Next", true));
    let body = rows.into_iter().map(|view| view! { <RewardRow view mode=mode_now /> }).collect_view();
    view! {
        {filters}
        <table class="table table-rewards">
            <Head zone />
            <tbody>{body}</tbody>
        </table>
        <nav class="pager" aria-label="Pages">
            <span class="third">{shown}</span>
            <span class="pager-turns">{pages.0} {pages.1}</span>
        </nav>
    }
    .into_any()
}

#[component]
fn Head(zone: String) -> impl IntoView {
    let earned = if zone.is_empty() { "Earned".to_owned() } else { format!("Earned ({})", zone_name(&zone)) };
    view! {
        <thead>
            <tr>
                <th scope="col">"Code"</th>
                <th scope="col">"Earned by"</th>
                <th scope="col">"Stripe"</th>
                <th scope="col">"Mail"</th>
                <th scope="col">"Used"</th>
                <th scope="col" class="end">
                    {earned}
                </th>
            </tr>
        </thead>
    }
    .into_any()
}

/// No rows: because nobody has earned one, or because none fits.
#[component]
fn Nothing(unfiltered: bool, href: String) -> impl IntoView {
    if unfiltered {
        return view! {
            <div class="nothing">
                <h3>"Nobody has earned one yet"</h3>
                <p class="third">"Issue the first with the call above: it shows here at once, with its code."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="nothing">
            <h3>"Nothing found"</h3>
            <p class="third">"No reward fits what you search for and the filter that is chosen."</p>
            <a class="link" href=href data-noscroll="">
                "Show all rewards"
            </a>
        </div>
    }
    .into_any()
}

/// The table before its rows have come, of the same shape.
#[component]
fn LoadingRows() -> impl IntoView {
    let cell = || {
        view! {
            <td>
                <span class="ghost"></span>
            </td>
        }
    };
    let rows = (0..4)
        .map(|_| {
            view! {
                <tr>
                    <td class="cell-code">
                        <span class="ghost ghost-wide"></span>
                    </td>
                    {cell()}
                    {cell()}
                    {cell()}
                    {cell()}
                    <td class="end">
                        <span class="ghost"></span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table table-rewards" aria-busy="true">
            <Head zone=String::new() />
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
