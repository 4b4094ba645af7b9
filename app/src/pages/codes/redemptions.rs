//! The redemptions of a code, on its page.

use super::super::links;
use super::super::load::{Content, Loaded, show, trouble};
use super::redemption_row::{Asked, RedemptionRow};
use crate::browser;
use crate::components::{Ask, Call, Toasts, zone_name};
use crate::domain::mode::Mode;
use crate::domain::redemption::State;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::ledger::EndCheckout;
use crate::wire::ledger::{RedemptionPage, RedemptionQuery};
use leptos_router::hooks::use_query_map;
use std::collections::HashSet;

/// The dialog that asks before a checkout is ended, and its form.
pub const END: &str = "end-checkout";

/// In this order.
const SHOWN: [(Option<State>, &str); 4] = [
    (None, "All"),
    (Some(State::Held), "Open"),
    (Some(State::Redeemed), "Redeemed"),
    (Some(State::Released), "Released"),
];

/// What the address asks for.
pub fn use_redemption_query() -> Memo<RedemptionQuery> {
    let query_map = use_query_map();
    Memo::new(move |_| {
        query_map.with(|map| {
            let cursor = |name| map.get_str(name).filter(|id| !id.is_empty()).map(str::to_owned);
            RedemptionQuery {
                state: map.get_str("state").and_then(State::parse),
                after: cursor("after"),
                before: cursor("before"),
            }
        })
    })
}

/// What outlives a look at the rows: they are drawn anew whenever one of them changes.
#[derive(Clone, Copy)]
struct Kept {
    app_id: Memo<String>,
    id: Memo<String>,
    mode: Memo<Mode>,
    query: Memo<RedemptionQuery>,
    /// The checkout that is asked about.
    asked: RwSignal<Option<Asked>>,
    /// Whose ways are unfolded, by id.
    unfolded: RwSignal<HashSet<String>>,
    call: Call,
    ended: Callback<()>,
}

/// The list, with its filters.
#[component]
pub fn Redemptions(
    /// The redemptions that are asked for.
    page: Loaded,
    /// The app.
    app_id: Memo<String>,
    /// The code.
    id: Memo<String>,
    /// The mode in view.
    mode: Memo<Mode>,
    /// What is asked for.
    query: Memo<RedemptionQuery>,
    /// Called once a checkout was ended: the counts have changed.
    ended: Callback<()>,
) -> impl IntoView {
    // Without the WASM the address says which one is asked about.
    let about = links::query_once("about");
    let asked = RwSignal::new((!about.is_empty()).then(|| Asked { id: about, who: String::new(), own: false }));
    let unfolded = RwSignal::new(HashSet::new());
    let kept = Kept { app_id, id, mode, query, asked, unfolded, call: Call::of(END), ended };
    let pending = RwSignal::new(false);
    let waiting = move || {
        view! {
            {filters(kept)}
            <LoadingRows />
        }
        .into_any()
    };
    let rows = show(page, pending, waiting, move |content| match content.and_then(Content::redemptions) {
        Ok(redemptions) => rows(redemptions, kept),
        Err(problem) => view! {
            {filters(kept)}
            {trouble(page, problem)}
        }
        .into_any(),
    });
    view! {
        <h2 class="section" id="redemptions-title">
            "Redemptions"
        </h2>
        <section class="list" aria-labelledby="redemptions-title" aria-busy=move || pending.get().then_some("true")>
            {rows}
        </section>
    }
    .into_any()
}

/// Links, so that each state has an address. The one in view is marked at the click, not when its rows have come.
fn filters(Kept { app_id, id, mode, query, .. }: Kept) -> AnyView {
    let chips = SHOWN
        .into_iter()
        .map(|(state, word)| {
            let wanted = RedemptionQuery { state, ..RedemptionQuery::default() };
            let href = move || links::code_page(&app_id.read(), &id.read(), mode.get(), &wanted);
            let current = move || query.with(|query| query.state == state);
            view! {
                <a class="chip" href=href aria-current=move || current().then_some("true") data-noscroll="">
                    {word}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="chips" aria-label="Filter the redemptions">
            {chips}
        </nav>
    }
}

fn rows(redemptions: RedemptionPage, kept: Kept) -> AnyView {
    let RedemptionPage { rows, previous, next, zone, .. } = redemptions;
    let (app, id, mode) = (kept.app_id.get_untracked(), kept.id.get_untracked(), kept.mode.get_untracked());
    let asked = kept.query.get_untracked();
    if rows.is_empty() {
        return view! {
            {filters(kept)}
            {nothing(&asked, links::code(&app, &id, mode))}
        };
    }
    let shown = match rows.len() {
        1 => "1 redemption".to_owned(),
        count => format!("{count} redemptions"),
    };
    let turn = |cursor: Option<String>, words: &'static str, older: bool| {
        cursor.map(|cursor| {
            let (after, before) = if older { (Some(cursor), None) } else { (None, Some(cursor)) };
            let wanted = RedemptionQuery { state: asked.state, after, before };
            let rel = if older { "next" } else { "prev" };
            view! {
                <a class="button" rel=rel href=links::code_page(&app, &id, mode, &wanted) data-noscroll="">
                    {words}
                </a>
            }
        })
    };
    let pages = (turn(previous, "Previous", false), turn(next, "Next", true));
    let (asking, unfolded) = (kept.asked, kept.unfolded);
    let body = rows.into_iter().map(|view| view! { <RedemptionRow view asked=asking unfolded /> }).collect_view();
    view! {
        {filters(kept)}
        <table class="table table-redemptions">
            {head(&zone)}
            <tbody>{body}</tbody>
        </table>
        <nav class="pager" aria-label="Pages">
            <span class="third">{shown}</span>
            <span class="pager-turns">{pages.0} {pages.1}</span>
        </nav>
        {ask_end(kept)}
    }
}

fn head(zone: &str) -> AnyView {
    let taken = if zone.is_empty() { "Taken".to_owned() } else { format!("Taken ({})", zone_name(zone)) };
    view! {
        <thead>
            <tr>
                <th scope="col">"State"</th>
                <th scope="col">"Customer"</th>
                <th scope="col">"What happened"</th>
                <th scope="col" class="end">
                    {taken}
                </th>
                <th scope="col">
                    <span class="unseen">"Actions"</span>
                </th>
            </tr>
        </thead>
    }
}

/// No rows: because nobody has used the code, or because none fits.
fn nothing(asked: &RedemptionQuery, href: String) -> AnyView {
    if *asked == RedemptionQuery::default() {
        return view! {
            <div class="nothing">
                <h3>"Nobody has used it yet"</h3>
                <p class="third">
                    "The first checkout with this code shows here at once, and how it goes on: paid, or given back."
                </p>
            </div>
        };
    }
    let words = match asked.state {
        Some(State::Held) => "No checkout with this code is open now.",
        Some(State::Redeemed) => "No checkout with this code was paid yet.",
        Some(State::Released) => "No redemption of this code was given back.",
        None => "There is nothing on this page.",
    };
    view! {
        <div class="nothing">
            <h3>"Nothing here"</h3>
            <p class="third">{words}</p>
            <a class="link" href=href data-noscroll="">
                "Show all redemptions"
            </a>
        </div>
    }
}

/// Asks before a checkout is ended, and says what it means for the customer.
fn ask_end(Kept { mode, asked, call, ended, .. }: Kept) -> AnyView {
    let toasts: Toasts = expect_context();
    let id = move || asked.with(|asked| asked.as_ref().map(|asked| asked.id.clone()).unwrap_or_default());
    let who = move || asked.with(|asked| asked.as_ref().map(|asked| asked.who.clone()).unwrap_or_default());
    let own = move || asked.with(|asked| asked.as_ref().is_some_and(|asked| asked.own));
    let act = Callback::new(move |()| {
        let (mode, redemption) =
            (mode.get_untracked(), asked.with_untracked(|asked| asked.as_ref().map(|it| it.id.clone())));
        let Some(redemption) = redemption else { return };
        call.start(ask(EndCheckout { mode, redemption }), move |view| {
            browser::close_dialog(END);
            toasts.say(match view.redemption.state {
                State::Released => "Ended. One redemption is back.",
                State::Redeemed => "It was paid meanwhile: counted as redeemed.",
                State::Held => "It is paid by a method that takes days: the bank decides, and the redemption stays held until then.",
            });
            ended.run(());
        });
    });
    view! {
        <Ask
            id=END
            title=Signal::derive(move || if own() { "Give this redemption back?" } else { "End this checkout?" }.to_owned())
            about=Signal::derive(id)
            call
            act
            words=["End it", "Ending…", "Leave it open"]
        >
            <li hidden=move || who().is_empty()>{who}</li>
            <li>
                {move || {
                    if own() {
                        "Your backend holds it for a checkout of its own. If that is paid all the same, its confirmation takes another one, where one is left."
                    } else {
                        "The customer can no longer pay it: Stripe’s page says that the checkout has expired."
                    }
                }}
            </li>
            <li>"Its redemption is back at once, for whoever comes next."</li>
            <li hidden=own>"If it is paid at this very moment, it stays paid and counts as redeemed."</li>
        </Ask>
    }
}

/// The table before its rows have come, of the same shape.
#[component]
fn LoadingRows() -> impl IntoView {
    let cell = |class: &'static str| {
        view! {
            <td class=class>
                <span class="ghost"></span>
            </td>
        }
    };
    let rows = (0..3)
        .map(|_| {
            view! {
                <tr>
                    {cell("")} {cell("")} {cell("")} {cell("end")} {cell("end")}
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table table-redemptions" aria-busy="true">
            {head("")}
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
