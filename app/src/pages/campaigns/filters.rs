//! The rows of states above the lists: links, so that each has an address. The one in view is marked at the click, not when its rows
//! have come.

use super::super::links;
use super::words;
use crate::components::campaign_word;
use crate::domain::campaign::Status;
use crate::domain::mode::Mode;
use crate::domain::reward::Filter;
use crate::prelude::*;
use crate::wire::rewards::{CampaignQuery, RewardQuery};

/// In this order; `None` is all but archived.
const STATUSES: [Option<Status>; 6] = [
    None,
    Some(Status::Active),
    Some(Status::Paused),
    Some(Status::Expired),
    Some(Status::Exhausted),
    Some(Status::Archived),
];

fn chip(words: &'static str, href: Signal<String>, current: Signal<bool>) -> AnyView {
    view! {
        <a class="chip" href=href aria-current=move || current.get().then_some("true") data-noscroll="">
            {words}
        </a>
    }
}

/// Above the campaigns.
#[component]
pub fn CampaignFilters(
    /// The app.
    app_id: Memo<String>,
    /// The mode in view.
    mode: Memo<Mode>,
    /// What is asked for.
    query: Memo<CampaignQuery>,
) -> impl IntoView {
    let chips = STATUSES
        .into_iter()
        .map(|status| {
            let wanted = CampaignQuery { status, ..CampaignQuery::default() };
            let href = move || app_id.with(|app_id| links::campaigns_page(app_id, mode.get(), &wanted));
            let current = move || query.with(|query| query.status == status);
            chip(status.map_or("All", campaign_word), Signal::derive(href), Signal::derive(current))
        })
        .collect_view();
    view! {
        <nav class="chips" aria-label="Filter by state">
            {chips}
        </nav>
    }
    .into_any()
}

/// Above the rewards of a campaign.
#[component]
pub fn RewardFilters(
    /// The app.
    app_id: Memo<String>,
    /// The campaign.
    id: Memo<String>,
    /// The mode in view.
    mode: Memo<Mode>,
    /// What is asked for.
    query: Memo<RewardQuery>,
) -> impl IntoView {
    let chips = Filter::ALL
        .iter()
        .copied()
        .map(|filter| {
            let href = move || {
                let wanted = RewardQuery { q: query.with(|query| query.q.clone()), filter, ..RewardQuery::default() };
                links::campaign_page(&app_id.read(), &id.read(), mode.get(), &wanted)
            };
            let current = move || query.with(|query| query.filter == filter);
            chip(words::filter(filter), Signal::derive(href), Signal::derive(current))
        })
        .collect_view();
    view! {
        <nav class="chips" aria-label="Filter the rewards">
            {chips}
        </nav>
    }
    .into_any()
}
