//! The Stripe App on the dashboard: who installed it in which mode, and what can happen to it.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    accounts, field,
    html::Html,
    mode, not_found,
    table::{Button, Cell, Row, hidden, table},
};
use crate::{AccountId, Sim, form, install_link::Link};

const MODES: [bool; 2] = [false, true];

/// Where the forms of the dashboard lead: back to the product.
pub(super) fn origins(sim: &Sim) -> String {
    let state = sim.lock();
    let links = MODES.into_iter().filter_map(|livemode| Link::of_app(&state, livemode));
    links.map(|link| link.redirect_uri.origin().ascii_serialization()).collect::<Vec<_>>().join(" ")
}

/// An install: its mode, account, name, and how often its tokens were rolled.
struct Installed {
    livemode: bool,
    account: AccountId,
    refreshed: usize,
}

pub(super) fn section(sim: &Sim) -> Html {
    let each = |livemode: bool| {
        let of = move |account: AccountId| {
            let refreshed = sim.refreshes(livemode, &account);
            Installed { livemode, account, refreshed }
        };
        sim.installs(livemode).into_iter().map(of)
    };
    let installs: Vec<Installed> = MODES.into_iter().flat_map(each).collect();
    let heads = ["Account", "Mode", "Refreshed", "What happens next"];
    table(("installs", "Stripe App"), &heads, (&installs, installs.len()), clients(sim), |install| {
        let (account, mode) = (install.account.as_str(), mode(install.livemode));
        let buttons = [
            ("/dashboard/app/uninstall", "Uninstall"),
            ("/dashboard/app/expire", "Expire access token"),
            ("/dashboard/app/revoke", "Revoke refresh token"),
        ];
        let buttons = Html::new().each(buttons, |html, (action, text)| {
            let of = format!("of {account}, {mode} mode");
            let button = Button { action, text, of: &of, fields: &[("account", account), ("mode", mode)] };
            html.with(&button.html())
        });
        let cells = vec![
            account.into(),
            mode.into(),
            install.refreshed.to_string().into(),
            Cell::Buttons(Html::new().raw("<div class=\"buttons\">").with(&buttons).raw("</div>")),
        ];
        Row { name: format!("{account} {mode}"), cells }
    })
}

/// The clients, each with the way in that begins in the Marketplace.
fn clients(sim: &Sim) -> Html {
    let registered = MODES.into_iter().filter_map(|livemode| sim.app(livemode).map(|app| (livemode, app)));
    let registered: Vec<_> = registered.collect();
    if registered.is_empty() {
        return Html::new()
            .raw("<p class=\"second\">No app is registered. A program does that: <code>POST /sim/app</code>.</p>");
    }
    Html::new().each(registered, |html, (livemode, app)| {
        let (name, id) = if livemode { ("Live", "install_live") } else { ("Test", "install_test") };
        html.raw("<form method=\"post\" action=\"/dashboard/app/install\" class=\"row\">")
            .with(&hidden("mode", mode(livemode)))
            .with(&accounts(sim, id))
            .raw("<button>Install from the Marketplace, ")
            .raw(mode(livemode))
            .raw("</button></form><p class=\"second\">")
            .raw(name)
            .raw(" mode: <code>")
            .text(&app.client_id)
            .raw("</code>. <a href=\"")
            .text(&app.authorize_url)
            .raw("\">Install link, ")
            .raw(mode(livemode))
            .raw("</a></p>")
    })
}

/// A button was pressed.
pub(super) async fn act(State(sim): State<Sim>, Path(what): Path<String>, body: Bytes) -> Response {
    let form = form::pairs(&body);
    let (account, livemode) = (AccountId::new(field(&form, "account")), field(&form, "mode") == "live");
    let done = match what.as_str() {
        "install" => {
            let link = Link::of_app(&sim.lock(), livemode);
            let Some(link) = link.filter(|_| sim.accounts().contains(&account)) else {
                return not_found("There is no such app, or no such account.");
            };
            // As it was seen of published apps: a code, and no state of anybody's.
            return Redirect::to(link.installed(&sim.install_app(livemode, &account), &account).as_str())
                .into_response();
        }
        "uninstall" => sim.uninstall_app(livemode, &account),
        "expire" => sim.expire_access_token(livemode, &account),
        "revoke" => sim.revoke_refresh_token(livemode, &account),
        _ => false,
    };
    if done {
        Redirect::to("/dashboard").into_response()
    } else {
        not_found("There is nothing that this could happen to.")
    }
}
