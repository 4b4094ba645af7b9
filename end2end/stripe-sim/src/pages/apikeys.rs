//! "Create restricted key", with what the link asked for already ticked.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};

use super::html::Html;
use crate::{AccountId, Sim, auth::PERMISSIONS, form};

pub(super) async fn ask_live(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Response {
    ask(&sim, true, &query.unwrap_or_default())
}

pub(super) async fn ask_test(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Response {
    ask(&sim, false, &query.unwrap_or_default())
}

pub(super) async fn create_live(State(sim): State<Sim>, body: Bytes) -> Response {
    create(&sim, true, &body)
}

pub(super) async fn create_test(State(sim): State<Sim>, body: Bytes) -> Response {
    create(&sim, false, &body)
}

/// What the link or the form holds.
struct Asked {
    name: String,
    account: AccountId,
    /// Without `rak_`; unknown ones are left out.
    permissions: Vec<String>,
}

fn read(encoded: &[u8]) -> Asked {
    let mut asked = Asked { name: String::new(), account: AccountId::default(), permissions: Vec::new() };
    for (name, value) in form::pairs(encoded) {
        match name.as_str() {
            "name" => asked.name = value,
            "account" => asked.account = AccountId::new(value),
            "permissions[]" => asked.permissions.extend(known(&value)),
            _ => {}
        }
    }
    asked
}

/// `rak_coupon_write` as `coupon_write`, where there is such a permission.
fn known(slug: &str) -> Option<String> {
    let permission = slug.strip_prefix("rak_")?;
    let (resource, access) = permission.rsplit_once('_')?;
    let exists = PERMISSIONS.iter().any(|(name, _)| *name == resource) && matches!(access, "read" | "write");
    exists.then(|| permission.to_owned())
}

fn ask(sim: &Sim, livemode: bool, query: &str) -> Response {
    let asked = read(query.as_bytes());
    let accounts = sim.accounts();
    Html::new()
        .raw("<main><div class=\"panel\"><h1>Create restricted key</h1>")
        .raw(if livemode { "" } else { "<p><span class=\"badge\">Test mode</span></p>" })
        .raw("<form method=\"post\"><label for=\"name\">Key name</label><input type=\"text\" id=\"name\" name=\"name\" value=\"")
        .text(&asked.name)
        .raw("\"><fieldset><legend>Account</legend><label for=\"account\" class=\"second\">The account that the key belongs to</label><select id=\"account\" name=\"account\">")
        .each(&accounts, |html, account| {
            let html = html.raw("<option").raw(if *account == asked.account { " selected" } else { "" });
            html.raw(">").text(account.as_str()).raw("</option>")
        })
        .raw("</select></fieldset><fieldset><legend>Permissions</legend><table><thead><tr><th scope=\"col\">Resource</th><th scope=\"col\">Read</th><th scope=\"col\">Write</th></tr></thead><tbody>")
        .each(PERMISSIONS, |html, (resource, title)| {
            let html = html.raw("<tr><th scope=\"row\">").text(title).raw("</th>");
            html.each(["read", "write"], |html, access| {
                let permission = format!("{resource}_{access}");
                let ticked = asked.permissions.contains(&permission);
                html.raw("<td><input type=\"checkbox\" name=\"permissions[]\" value=\"rak_")
                    .text(&permission)
                    .raw("\" aria-label=\"")
                    .text(format!("{title}, {access}"))
                    .raw(if ticked { "\" checked></td>" } else { "\"></td>" })
            })
            .raw("</tr>")
        })
        .raw("</tbody></table></fieldset><button class=\"filled whole\">Create key</button></form></div></main>")
        .page("Create restricted key", StatusCode::OK)
}

fn create(sim: &Sim, livemode: bool, body: &[u8]) -> Response {
    let asked = read(body);
    let permissions: Vec<&str> = asked.permissions.iter().map(String::as_str).collect();
    let key = sim.issue_restricted_key(&asked.account, livemode, &permissions);
    Html::new()
        .raw("<main><div class=\"panel\"><h1>Key created</h1><p>Copy it now: it is shown only once.</p><code class=\"key\" id=\"key\">")
        .text(&key)
        .raw("</code><h2>")
        .text(if asked.name.is_empty() { "Restricted key" } else { &asked.name })
        .raw("</h2><p class=\"second\">")
        .text(asked.account.as_str())
        .raw(if livemode { ", live mode" } else { ", test mode" })
        .raw("</p><ul>")
        .each(&asked.permissions, |html, permission| html.raw("<li><code>").text(permission).raw("</code></li>"))
        .raw("</ul><form method=\"post\" action=\"/apikeys/delete\"><input type=\"hidden\" name=\"key\" value=\"")
        .text(key)
        .raw("\"><button>Delete this key</button></form></div></main>")
        .page("Key created", StatusCode::OK)
}

/// Ends a key: whoever still uses it is refused from now on.
pub(super) async fn delete(State(sim): State<Sim>, body: Bytes) -> Response {
    let ended = form::pairs(&body).into_iter().any(|(name, key)| name == "key" && sim.revoke_key(&key));
    Html::new()
        .raw("<main><div class=\"panel\"><h1>")
        .text(if ended { "Key deleted" } else { "There is no such key" })
        .raw("</h1></div></main>")
        .page("Key deleted", if ended { StatusCode::OK } else { StatusCode::NOT_FOUND })
}
