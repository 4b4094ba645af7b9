//! What Stripe told last, and what each event did.

use super::super::around::Around;
use super::super::load::{Asked, Content, load, show_panel, trouble};
use crate::components::{Badge, Time, Tone};
use crate::pages::links;
use crate::prelude::*;
use crate::wire::screens::Delivery;
use leptos_meta::Title;

/// The page.
#[component]
pub fn Deliveries() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let loaded = load(Signal::derive(move || Asked::Deliveries(mode.get())));
    let table = show_panel(loaded, move |content| match content.and_then(Content::deliveries) {
        Ok(rows) => table(rows),
        Err(problem) => trouble(loaded, problem),
    });
    view! {
        <Title text="Deliveries from Stripe" />
        <header class="page-head">
            <div>
                <h1>"Deliveries from Stripe"</h1>
                <p class="third">
                    {move || format!("The last 50 events of {} mode and what each did. They are kept for 30 days.", mode.get())}
                </p>
            </div>
            <button type="button" class="button" on:click=move |_| loaded.refetch()>
                "Refresh"
            </button>
        </header>
        {table}
        <p class="third under">
            "Nothing is lost if none arrive: Codemint also asks Stripe by itself about every open checkout. "
            <a class="link" href=move || links::settings(mode.get())>
                "Back to the settings"
            </a>
        </p>
    }
    .into_any()
}

fn table(rows: Vec<Delivery>) -> AnyView {
    if rows.is_empty() {
        return view! {
            <div class="nothing">
                <p>"No deliveries yet in this mode. Events show up here as soon as Stripe sends one."</p>
            </div>
        }
        .into_any();
    }
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <table class="table table-deliveries">
            <thead>
                <tr>
                    <th scope="col">"Event"</th>
                    <th scope="col">"Came"</th>
                    <th scope="col">"About"</th>
                    <th scope="col">"Endpoint"</th>
                    <th scope="col">"What it did"</th>
                    <th scope="col">"Times"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(delivery: Delivery) -> AnyView {
    let (tone, word) = match delivery.state.as_str() {
        "done" => (Tone::Good, "Done"),
        "ignored" => (Tone::Quiet, "Not needed"),
        "failed" => (Tone::Red, "Given up"),
        _ => (Tone::Amber, "Waiting"),
    };
    let account = delivery.account.map(|account| view! { <code class="third">{account}</code> });
    view! {
        <tr>
            <td class="cell-code">
                <span class="name">{delivery.kind}</span>
                <code class="third">{delivery.id}</code>
            </td>
            <td data-label="Came" class="third">
                <Time when=delivery.at />
            </td>
            <td data-label="About" class="cell-long">
                {match delivery.object {
                    Some(object) => view! { <code>{object}</code> },
                    None => view! { <span class="third">"nothing named"</span> },
                }}
                {account}
            </td>
            <td data-label="Endpoint">{if delivery.own { "your own" } else { "the Stripe app's" }}</td>
            <td data-label="What it did" class="cell-long">
                <Badge tone text=word />
                <p class="second">{delivery.outcome}</p>
            </td>
            <td data-label="Times">{delivery.times}</td>
        </tr>
    }
    .into_any()
}
