//! Webhooks on the dashboard: the endpoints, the events, and what is sent when.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    accounts,
    dashboard::shortened,
    field,
    html::Html,
    mode, not_found,
    table::{Button, Cell, ROWS, Row, hidden, table},
    time,
};
use crate::{AccountId, Attempt, Order, Sim, form};

/// The most copies that a button sends.
const COPIES: usize = 100;

pub(super) fn endpoints(sim: &Sim) -> Html {
    let endpoints = sim.webhook_endpoints();
    let heads = ["Endpoint", "Events", "Account", "Mode", "What happens next"];
    table(("endpoints", "Webhook endpoints"), &heads, (&endpoints, endpoints.len()), new_endpoint(sim), |endpoint| {
        let id = endpoint.id.as_str();
        let button = |action: &'static str, text: &'static str| {
            Button { action, text, of: &format!("of {}", endpoint.url), fields: &[("id", id)] }.html()
        };
        let buttons = Html::new()
            .raw("<div class=\"buttons\">")
            .with(&button("/dashboard/endpoints/roll", "Roll secret"))
            .with(&button("/dashboard/endpoints/delete", "Delete"))
            .raw("</div>");
        let cells = vec![
            endpoint.url.clone().into(),
            endpoint.enabled_events.join(", ").into(),
            endpoint.account.as_str().into(),
            mode(endpoint.livemode).into(),
            Cell::Buttons(buttons),
        ];
        Row { name: endpoint.id.clone(), cells }
    })
}

fn new_endpoint(sim: &Sim) -> Html {
    let html = Html::new()
        .raw("<form method=\"post\" action=\"/dashboard/endpoints/add\" class=\"row\"><div><label for=\"url\">Endpoint URL</label><input type=\"text\" id=\"url\" name=\"url\" inputmode=\"url\" autocomplete=\"off\"></div><div><label for=\"kinds\">Events, * for all</label><input type=\"text\" id=\"kinds\" name=\"events\" value=\"*\" autocomplete=\"off\"></div>")
        .with(&accounts(sim, "endpoint_account"))
        .raw("<div><label for=\"endpoint_mode\">Mode</label><select id=\"endpoint_mode\" name=\"mode\"><option>test</option><option>live</option></select></div><button>Add endpoint</button></form>");
    let rolling = [false, true].into_iter().filter(|livemode| sim.app(*livemode).is_some());
    let html = html.raw("<div class=\"buttons\">").each(rolling, |html, livemode| {
        let of = format!("of the app, {} mode", mode(livemode));
        let fields = [("app", mode(livemode))];
        let button = Button { action: "/dashboard/endpoints/roll", text: "Roll secret", of: &of, fields: &fields };
        html.raw("<span>App, ").raw(mode(livemode)).raw(" mode ").with(&button.html()).raw("</span>")
    });
    html.raw("</div>")
}

pub(super) fn events(sim: &Sim) -> Html {
    let (mut events, all) = sim.newest_deliveries(ROWS);
    events.reverse();
    let (attempts, held) = (sim.attempts(), sim.held());
    let heads = ["Type", "Object", "Account", "Mode", "At", "Delivered", "What happens next"];
    table(("events", "Events"), &heads, (&events, all), holding(sim), |event| {
        let id = event.event_id.as_str();
        let waits = held.iter().any(|one| one.event_id == id);
        let tries: Vec<String> = attempts.iter().filter(|one| one.event_id == id).map(outcome).collect();
        let told = match (waits, tries.len()) {
            (true, 0) => "waits".to_owned(),
            (false, 0) => "to nobody".to_owned(),
            (_, count) if count > 4 => format!("{}, {} in all", tries[count - 1], count),
            _ => tries.join(", "),
        };
        let cells = vec![
            Cell::Link(event.kind.to_owned(), format!("/dashboard/events/{id}")),
            shortened(&event.object_id).into(),
            event.account.as_str().into(),
            mode(event.livemode).into(),
            time(event.created).into(),
            told.into(),
            Cell::Buttons(again(id)),
        ];
        Row { name: id.to_owned(), cells }
    })
}

fn outcome(attempt: &Attempt) -> String {
    attempt.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
}

/// The buttons that send an event once more.
pub(super) fn again(id: &str) -> Html {
    let action = format!("/dashboard/events/{id}/send");
    let button = |text: &'static str, copies: &'static str| {
        Button { action: &action, text, of: id, fields: &[("copies", copies)] }.html()
    };
    let html = Html::new().raw("<div class=\"buttons\">").with(&button("Send again", "1"));
    html.with(&button("Send again 3×", "3")).raw("</div>")
}

/// What happens to all that waits.
fn holding(sim: &Sim) -> Html {
    let button = |action: &'static str, text: &'static str, fields: &[(&'static str, &str)]| {
        Html::new()
            .raw("<form method=\"post\" class=\"inline\" action=\"")
            .raw(action)
            .raw("\">")
            .each(fields, |html, (name, value)| html.with(&hidden(name, value)))
            .raw("<button>")
            .raw(text)
            .raw("</button></form>")
    };
    let html = Html::new().raw("<div id=\"holding\" class=\"buttons\" data-live>");
    let html = if sim.holds_deliveries() {
        html.raw("<span>Deliveries are held: ")
            .text(sim.held().len().to_string())
            .raw(" waiting.</span>")
            .with(&button("/dashboard/events/hold", "Release all", &[("hold", "no")]))
            .with(&button("/dashboard/events/deliver", "Release in reverse order", &[("order", "reverse")]))
            .with(&button("/dashboard/events/deliver", "Release shuffled", &[("order", "shuffled")]))
    } else {
        html.raw("<span>Events are sent as they happen.</span>").with(&button(
            "/dashboard/events/hold",
            "Hold deliveries",
            &[("hold", "yes")],
        ))
    };
    html.raw("</div>")
}

fn to_dashboard() -> Response {
    Redirect::to("/dashboard").into_response()
}

pub(super) async fn hold(State(sim): State<Sim>, body: Bytes) -> Response {
    sim.hold_deliveries(field(&form::pairs(&body), "hold") == "yes");
    to_dashboard()
}

/// Sends what waits in another order, and then holds nothing any more.
pub(super) async fn deliver(State(sim): State<Sim>, body: Bytes) -> Response {
    let order = if field(&form::pairs(&body), "order") == "reverse" { Order::Reverse } else { Order::Shuffled };
    sim.deliver_in(order, 1, 0).await;
    sim.hold_deliveries(false);
    to_dashboard()
}

pub(super) async fn send(State(sim): State<Sim>, Path(id): Path<String>, body: Bytes) -> Response {
    let copies: usize = field(&form::pairs(&body), "copies").parse().unwrap_or(1);
    sim.send_copies(&id, copies.min(COPIES), &[]).await;
    to_dashboard()
}

pub(super) async fn add(State(sim): State<Sim>, body: Bytes) -> Response {
    let form = form::pairs(&body);
    let (url, events) = (field(&form, "url"), field(&form, "events"));
    let kinds: Vec<&str> = events.split([',', ' ']).filter(|kind| !kind.is_empty()).collect();
    let account = AccountId::new(field(&form, "account"));
    if !sim.accounts().contains(&account) {
        return not_found("There is no such account.");
    }
    match sim.add_webhook_endpoint(&account, field(&form, "mode") == "live", &url, &kinds) {
        Ok((_, secret)) => shown("Endpoint added", &secret),
        Err(why) => Html::new()
            .raw("<main><div class=\"panel\"><h1>No endpoint was added</h1><p class=\"error\">")
            .text(why)
            .raw("</p><a href=\"/dashboard\">To the dashboard</a></div></main>")
            .page("No endpoint was added", StatusCode::BAD_REQUEST),
    }
}

fn shown(title: &'static str, secret: &str) -> Response {
    Html::new()
        .raw("<main><div class=\"panel\"><h1>")
        .raw(title)
        .raw("</h1><p>The signing secret: copy it now, it is shown only once.</p><code class=\"key\" id=\"secret\">")
        .text(secret)
        .raw("</code><p></p><a href=\"/dashboard\">To the dashboard</a></div></main>")
        .page(title, StatusCode::OK)
}

pub(super) async fn delete(State(sim): State<Sim>, body: Bytes) -> Response {
    match sim.delete_webhook_endpoint(&field(&form::pairs(&body), "id")) {
        Ok(()) => to_dashboard(),
        Err(_) => not_found("There is no such endpoint."),
    }
}

pub(super) async fn roll(State(sim): State<Sim>, body: Bytes) -> Response {
    let form = form::pairs(&body);
    let rolled = match field(&form, "app").as_str() {
        "" => sim.roll_webhook_secret(&field(&form, "id")),
        mode => Ok(sim.roll_app_webhook_secret(mode == "live")),
    };
    match rolled {
        Ok(secret) => shown("Secret rolled", &secret),
        Err(_) => not_found("There is no such endpoint."),
    }
}
