//! The row of states above the list.

use super::super::links;
use super::words::number;
use crate::components::status_word;
use crate::domain::discount_code::Status;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::screens::CodeQuery;

/// In this order; `None` is all but archived.
const SHOWN: [Option<Status>; 7] = [
    None,
    Some(Status::Active),
    Some(Status::Scheduled),
    Some(Status::Exhausted),
    Some(Status::Paused),
    Some(Status::Expired),
    Some(Status::Archived),
];

/// How many codes a filter shows, if that is counted.
pub fn count_of(counts: Option<&[(Status, i64)]>, status: Option<Status>) -> Option<i64> {
    let counts = counts?;
    Some(match status {
        Some(wanted) => counts.iter().find(|(status, _)| *status == wanted).map_or(0, |(_, count)| *count),
        None => counts.iter().filter(|(status, _)| *status != Status::Archived).map(|(_, count)| count).sum(),
    })
}

/// Links, so that each state has an address. The one in view is marked at the click, not when its codes have come.
#[component]
pub fn Filters(
    /// The app.
    app_id: Memo<String>,
    /// The mode in view.
    mode: Memo<Mode>,
    /// What is asked for.
    query: Memo<CodeQuery>,
    /// How many codes each state has.
    counts: Option<Vec<(Status, i64)>>,
) -> impl IntoView {
    let links = SHOWN
        .into_iter()
        .map(|status| {
            let href = move || {
                let wanted = CodeQuery { q: query.with(|query| query.q.clone()), status, ..CodeQuery::default() };
                app_id.with(|app_id| links::codes_page(app_id, mode.get(), &wanted))
            };
            let current = move || query.with(|query| query.status == status);
            let count = count_of(counts.as_deref(), status);
            let class = match (status, count) {
                // A state that no code is in stays out of the way.
                (Some(_), Some(0)) => "chip chip-none",
                _ => "chip",
            };
            view! {
                <a class=class href=href aria-current=move || current().then_some("true") data-noscroll="">
                    {status.map_or("All", status_word)}
                    {count.map(|count| view! { <span class="chip-count">{number(count)}</span> })}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="chips" aria-label="Filter by state">
            {links}
        </nav>
    }
    .into_any()
}
