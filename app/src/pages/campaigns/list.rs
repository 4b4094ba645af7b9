//! An app's campaigns.

use super::super::around::Around;
use super::super::links;
use super::super::load::{Asked, Content, load, show, trouble};
use super::super::not_found::answer_not_found;
use super::filters::CampaignFilters;
use super::notices::{At, Notices};
use super::row::CampaignRow;
use super::use_part;
use crate::browser;
use crate::domain::campaign::Status;
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::campaigns::ListCampaigns;
use crate::wire::rewards::{CampaignPage, CampaignQuery};
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// How often it is looked whether the list is still as it is shown: counts grow, and Stripe may go away.
const LOOK_MS: u64 = 10_000;

/// The list of campaigns.
#[component]
pub fn CampaignList() -> impl IntoView {
    let Around { mode, changes, .. } = expect_context();
    let app_id = use_part("app_id");
    let query_map = use_query_map();
    let query = Memo::new(move |_| {
        query_map.with(|map| {
            let cursor = |name| map.get_str(name).filter(|id| !id.is_empty()).map(str::to_owned);
            CampaignQuery {
                status: Status::parse(map.get_str("status").unwrap_or_default()),
                after: cursor("after"),
                before: cursor("before"),
            }
        })
    });
    let page = load(Signal::derive(move || Asked::Campaigns(mode.get(), app_id.get(), query.get())));
    let pending = RwSignal::new(false);
    // Drawn anew only where something is other: whoever is on a row stays there.
    let shown = StoredValue::new(None::<CampaignPage>);
    browser::on_return(move || page.refetch());
    browser::every(LOOK_MS, move || {
        let asked = (mode.try_get_untracked(), app_id.try_get_untracked(), query.try_get_untracked());
        let (Some(mode), Some(app_id), Some(query)) = asked else { return };
        spawn_local(async move {
            if let Ok(fresh) = ask(ListCampaigns { mode, app_id, query }).await
                && shown.try_with_value(|shown| shown.as_ref().is_some_and(|shown| *shown != fresh)) == Some(true)
            {
                page.refetch();
            }
        });
    });
    Effect::new(move |before: Option<()>| {
        changes.track();
        if before.is_some() {
            page.refetch();
        }
    });
    let waiting = move || {
        view! {
            <CampaignFilters app_id mode query />
            <LoadingRows />
        }
        .into_any()
    };
    let rows = show(page, pending, waiting, move |content| match content.and_then(Content::campaigns) {
        Ok(campaigns) => {
            shown.set_value(Some(campaigns.clone()));
            view! { <Rows campaigns app_id mode query /> }.into_any()
        }
        Err(problem) => {
            if problem.code == Code::ResourceMissing {
                answer_not_found();
            }
            view! {
                <CampaignFilters app_id mode query />
                {trouble(page, problem)}
            }
            .into_any()
        }
    });

    view! {
        <Title text="Campaigns" />
        <header class="page-head">
            <h1>"Campaigns"</h1>
            <a class="button button-filled" href=move || app_id.with(|app_id| links::new_campaign(app_id, mode.get()))>
                "Create campaign"
            </a>
        </header>
        <div class="list" aria-busy=move || pending.get().then_some("true")>
            {rows}
        </div>
    }
    .into_any()
}

#[component]
fn Rows(campaigns: CampaignPage, app_id: Memo<String>, mode: Memo<Mode>, query: Memo<CampaignQuery>) -> impl IntoView {
    let CampaignPage { rows, previous, next, notices, .. } = campaigns;
    let asked = query.get_untracked();
    let mode_now = mode.get_untracked();
    let app = app_id.get_untracked();
    let above = view! {
        <Notices notices=Signal::stored(notices) mode=mode_now at=At::List />
        <CampaignFilters app_id mode query />
    };
    if rows.is_empty() {
        let unfiltered = asked == CampaignQuery::default();
        return view! {
            {above}
            <Nothing unfiltered href=links::campaigns(&app, mode_now) new=links::new_campaign(&app, mode_now) />
        }
        .into_any();
    }
    let shown = match rows.len() {
        1 => "1 campaign".to_owned(),
        more => format!("{more} campaigns"),
    };
    let turn = |cursor: Option<String>, words: &'static str, older: bool| {
        cursor.map(|id| {
            let (after, before) = if older { (Some(id), None) } else { (None, Some(id)) };
            let wanted = CampaignQuery { status: asked.status, after, before };
            let rel = if older { "next" } else { "prev" };
            view! {
                <a class="button" rel=rel href=links::campaigns_page(&app, mode_now, &wanted)>
                    {words}
                </a>
            }
        })
    };
    let pages = (turn(previous, "Previous", false), turn(next, "Next", true));
    let body = rows.into_iter().map(|view| view! { <CampaignRow view mode=mode_now /> }).collect_view();
    view! {
        {above}
        <table class="table table-campaigns">
            <Head />
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
fn Head() -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th scope="col">"Campaign"</th>
                <th scope="col">"Status"</th>
                <th scope="col">"Earned"</th>
                <th scope="col">"Used"</th>
                <th scope="col" class="end">
                    "Codes end"
                </th>
            </tr>
        </thead>
    }
    .into_any()
}

/// No rows: because there are no campaigns, or because none fits.
#[component]
fn Nothing(unfiltered: bool, href: String, new: String) -> impl IntoView {
    let (title, text, href, link) = if unfiltered {
        (
            "No campaigns yet",
            "A campaign is an offer that customers earn: your backend names who has earned it, and that person gets a code of \
             their own for one use. The code is mailed at once and made in your Stripe account by itself.",
            new,
            "Create the first one",
        )
    } else {
        ("Nothing found", "No campaign is in the state that is chosen.", href, "Show all campaigns")
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
    let rows = (0..4)
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
                        <span class="ghost"></span>
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
        <table class="table table-campaigns" aria-busy="true">
            <Head />
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
