//! The install link of the Stripe App: what an administrator agrees to, and the way back.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::html::Html;
use crate::{
    AccountId, Sim, app,
    auth::PERMISSIONS,
    form, id,
    install_link::{self, Link},
};

/// The choice in the list of accounts that makes one.
const NEW: &str = "new";

pub(super) async fn ask(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Response {
    let pairs = form::pairs(query.unwrap_or_default().as_bytes());
    let link = install_link::read(&sim.lock(), &pairs);
    link.map_or_else(invalid, |link| page(&sim, &link))
}

/// Links for external tests have the channel in their path.
pub(super) async fn ask_channel(channel: Path<String>, sim: State<Sim>, query: RawQuery) -> Response {
    if is_channel(&channel) { ask(sim, query).await } else { invalid() }
}

pub(super) async fn answer_channel(channel: Path<String>, sim: State<Sim>, body: Bytes) -> Response {
    if is_channel(&channel) { answer(sim, body).await } else { invalid() }
}

fn is_channel(name: &str) -> bool {
    let id = name.strip_prefix("chnlink_").unwrap_or_default();
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

pub(super) async fn invalid_link() -> Response {
    invalid()
}

fn invalid() -> Response {
    Html::new()
        .raw("<main><div class=\"panel\"><h1>The provided OAuth link is invalid</h1><p>Its client, its redirect URI or its form is not one of an app that is registered here.</p></div></main>")
        .page("Invalid link", StatusCode::BAD_REQUEST)
}

fn page(sim: &Sim, link: &Link) -> Response {
    let (accounts, installed) = (sim.named_accounts(), sim.installs(link.livemode));
    let origin = link.redirect_uri.origin().ascii_serialization();
    Html::new()
        .raw("<main><div class=\"panel\"><h1>Install ")
        .raw(app::NAME)
        .raw("</h1>")
        .raw(if link.livemode { "" } else { "<p><span class=\"badge\">Test mode</span></p>" })
        .raw("<form method=\"post\">")
        .with(&hidden("client_id", &link.client_id))
        .with(&hidden("redirect_uri", &link.named_uri))
        .some(link.state.as_ref(), |html, state| html.with(&hidden("state", state)))
        .raw("<label for=\"account\">Account</label><select id=\"account\" name=\"account\">")
        .each(&accounts, |html, (account, name)| {
            let html = html.raw("<option value=\"").text(account.as_str()).raw("\">").text(name);
            let html = html.text(format!(" ({account})"));
            html.raw(if installed.contains(account) { ", installed" } else { "" }).raw("</option>")
        })
        .raw("<option value=\"")
        .raw(NEW)
        .raw("\">A new account</option></select><h2>")
        .raw(app::NAME)
        .raw(" will be able to</h2><ul>")
        .each(&link.permissions, |html, (permission, purpose)| {
            let html = html.raw("<li>").text(words(permission)).raw(" <code>").text(permission).raw("</code>");
            let purpose = Some(purpose).filter(|purpose| !purpose.is_empty());
            html.some(purpose, |html, why| html.raw("<br><span class=\"second\">").text(why).raw("</span>")).raw("</li>")
        })
        .raw("</ul><p class=\"second\">You will go on to ")
        .text(&origin)
        .raw("</p><div class=\"row\"><div><button class=\"whole\" name=\"do\" value=\"cancel\">Cancel</button></div><div><button class=\"filled whole\" name=\"do\" value=\"install\">Install</button></div></div></form></div></main>")
        .page_leading_to("Install an app", StatusCode::OK, &origin)
}

fn hidden(name: &'static str, value: &str) -> Html {
    let html = Html::new().raw("<input type=\"hidden\" name=\"").raw(name).raw("\" value=\"");
    html.text(value).raw("\">")
}

/// `coupon_write` as "Write Coupons".
fn words(permission: &str) -> String {
    let (resource, access) = permission.rsplit_once('_').unwrap_or((permission, ""));
    let title = PERMISSIONS.iter().find(|(name, _)| *name == resource).map_or(resource, |(_, title)| title);
    match access {
        "write" => format!("Read and write: {title}"),
        _ => format!("Read: {title}"),
    }
}

pub(super) async fn answer(State(sim): State<Sim>, body: Bytes) -> Response {
    let mut pairs = form::pairs(&body);
    let mut take = |wanted: &str| {
        let at = pairs.iter().position(|(name, _)| name == wanted)?;
        Some(pairs.remove(at).1)
    };
    let (account, pressed) = (take("account"), take("do"));
    let Some(link) = install_link::read(&sim.lock(), &pairs) else { return invalid() };
    let back = match pressed.as_deref() {
        Some("install") => {
            let account = match account.as_deref() {
                Some(NEW) => sim.add_named_account(AccountId::new(id::mixed("acct_1", 15)), "A new account"),
                Some(known) => AccountId::new(known),
                None => AccountId::default(),
            };
            if !sim.accounts().contains(&account) {
                return invalid();
            }
            link.installed(&sim.install_app(link.livemode, &account), &account)
        }
        _ => link.declined(),
    };
    Redirect::to(back.as_str()).into_response()
}
