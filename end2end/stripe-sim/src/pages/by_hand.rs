//! What people do on the dashboard: the network's failing, coupons and promotion codes made by hand, a sale of a shop's own.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{accounts, field, html::Html, mode, not_found, table::hidden};
use crate::{
    AccountId, Refused, Sim, form,
    money::{self, shown},
};

/// Whether the API can be reached, and the button that changes it.
pub(super) fn network(sim: &Sim) -> Html {
    let (state, next, text) = if sim.is_away() {
        ("Stripe is away: every call of the API is cut. These pages stay.", "no", "Stripe is back")
    } else {
        ("The API answers.", "yes", "Stripe goes away")
    };
    Html::new()
        .raw("<div id=\"network\" class=\"buttons\" data-live><span role=\"status\">")
        .raw(state)
        .raw("</span><form method=\"post\" class=\"inline\" action=\"/dashboard/away\">")
        .with(&hidden("away", next))
        .raw("<button>")
        .raw(text)
        .raw("</button></form></div>")
}

pub(super) async fn away(State(sim): State<Sim>, body: Bytes) -> Response {
    sim.away(field(&form::pairs(&body), "away") == "yes");
    to_dashboard()
}

/// Where both forms are open.
const OPEN: &str = "by_hand";

pub(super) async fn lead_to() -> Response {
    Redirect::to(&format!("/dashboard?{OPEN}")).into_response()
}

/// Whether the address asks for the forms to be open.
pub(super) fn is_open(query: Option<&str>) -> bool {
    query == Some(OPEN)
}

/// The beginning of a part that is folded away.
fn folded(open: bool) -> Html {
    Html::new().raw(if open { "<details open>" } else { "<details>" })
}

/// A field for a text: its id and name, and what stands in it.
fn text(html: Html, id: &'static str, name: &'static str, label: &'static str, value: &'static str) -> Html {
    html.raw("<div><label for=\"")
        .raw(id)
        .raw("\">")
        .raw(label)
        .raw("</label><input type=\"text\" autocomplete=\"off\" id=\"")
        .raw(id)
        .raw("\" name=\"")
        .raw(name)
        .raw("\" value=\"")
        .raw(value)
        .raw("\"></div>")
}

fn choice(html: Html, id: &'static str, name: &'static str, label: &'static str, of: &[&'static str]) -> Html {
    let html = html.raw("<div><label for=\"").raw(id).raw("\">").raw(label).raw("</label><select id=\"").raw(id);
    html.raw("\" name=\"")
        .raw(name)
        .raw("\">")
        .each(of, |html, one| html.raw("<option>").raw(one).raw("</option>"))
        .raw("</select></div>")
}

pub(super) fn new_coupon(sim: &Sim, open: bool) -> Html {
    let html = folded(open).raw("<summary>Make a coupon by hand</summary><form method=\"post\" action=\"/dashboard/coupons\"><div class=\"row\">");
    let html = text(html, "coupon_name", "name", "Name of the coupon", "");
    let html = text(html, "coupon_percent", "percent_off", "Percent off", "");
    let html = text(html, "coupon_amount", "amount_off", "Amount off, like 5.00", "");
    let html = text(html, "coupon_currency", "currency", "Currency of the amount", "");
    let html = choice(html, "coupon_duration", "duration", "Duration", &["once", "repeating", "forever"]);
    let html = text(html, "coupon_months", "duration_in_months", "Months, if repeating", "");
    let html = text(html, "coupon_until", "redeem_by", "Redeem by, UTC, like 2027-01-31 23:59", "");
    let html = text(html, "coupon_id", "id", "ID, if it is to have one of your own", "")
        .with(&accounts(sim, "coupon_account"));
    choice(html, "coupon_mode", "mode", "Mode of the coupon", &["test", "live"])
        .raw("</div><button>Create coupon</button></form></details>")
}

pub(super) fn new_code(sim: &Sim, open: bool) -> Html {
    let html = folded(open).raw("<summary>Make a promotion code by hand</summary><form method=\"post\" action=\"/dashboard/promotion_codes\"><div class=\"row\">");
    let html = text(html, "code_text", "code", "Code that customers type", "");
    let html = text(html, "code_coupon", "coupon", "ID of its coupon", "");
    let html = text(html, "code_limit", "max_redemptions", "Redemptions at most", "1");
    let html = text(html, "code_until", "expires_at", "Expires, UTC, like 2027-01-31 23:59", "")
        .with(&accounts(sim, "code_account"));
    choice(html, "code_mode", "mode", "Mode of the code", &["test", "live"])
        .raw("</div><button>Create promotion code</button></form></details>")
}

pub(super) fn shop(sim: &Sim) -> Html {
    let prices = sim.prices();
    if prices.is_empty() {
        return Html::new();
    }
    Html::new()
        .raw("<form method=\"post\" action=\"/dashboard/buy\" class=\"row\"><div><label for=\"price\">What is bought, in a shop without Codemint</label><select id=\"price\" name=\"price\">")
        .each(prices, |html, (account, price)| {
            let html = html.raw("<option value=\"").text(format!("{account} {} {}", mode(price.livemode), price.id));
            let amount = shown(price.unit_amount, &price.currency);
            let what = format!("{}, {amount}, {} ({account})", price.product.name, mode(price.livemode));
            html.raw("\">").text(what).raw("</option>")
        })
        .raw("</select></div><button>A customer buys</button></form>")
}

/// Account and mode that a form is for.
fn place(form: &[(String, String)]) -> (AccountId, bool) {
    (AccountId::new(field(form, "account")), field(form, "mode") == "live")
}

/// A time as people write it, in UTC, or Unix seconds, as the API takes it.
fn seconds(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let at: jiff::civil::DateTime = text.trim_end_matches(" UTC").parse().ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// The API's parameters of the fields that were filled in, with times and amounts as it takes them; or what is wrong.
fn params(
    form: &[(String, String)],
    names: &[(&'static str, &'static str)],
) -> Result<Vec<(&'static str, String)>, String> {
    let mut found = Vec::new();
    for (name, param) in names {
        let given = field(form, name);
        if given.is_empty() {
            continue;
        }
        let value = match *name {
            "redeem_by" | "expires_at" => {
                seconds(&given).ok_or_else(|| format!("{given} is no time like 2027-01-31 23:59."))?.to_string()
            }
            "amount_off" => {
                let currency = field(form, "currency").to_ascii_lowercase();
                money::read(&given, &currency).ok_or_else(|| format!("{given} is no amount like 5.00."))?.to_string()
            }
            _ => given,
        };
        found.push((*param, value));
    }
    Ok(found)
}

/// Makes it, and the dashboard shows it; or says why not.
fn made(result: Result<String, String>, what: &'static str) -> Response {
    match result {
        Ok(_) => to_dashboard(),
        Err(why) => Html::new()
            .raw("<main><div class=\"panel\"><h1>")
            .raw(what)
            .raw("</h1><p class=\"error\">")
            .text(why)
            .raw("</p><a href=\"/dashboard\">To the dashboard</a></div></main>")
            .page(what, StatusCode::BAD_REQUEST),
    }
}

fn borrowed<'a>(params: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    params.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

pub(super) async fn coupon(State(sim): State<Sim>, body: Bytes) -> Response {
    let form = form::pairs(&body);
    let (account, livemode) = place(&form);
    let names = ["name", "percent_off", "amount_off", "currency", "duration", "duration_in_months", "redeem_by", "id"];
    let result = params(&form, &names.map(|name| (name, name)));
    let result = result.and_then(|params| sim.make_coupon(&account, livemode, &borrowed(&params)));
    made(result, "No coupon was made")
}

pub(super) async fn code(State(sim): State<Sim>, body: Bytes) -> Response {
    let form = form::pairs(&body);
    let (account, livemode) = place(&form);
    let names = [
        ("code", "code"),
        ("coupon", "promotion[coupon]"),
        ("max_redemptions", "max_redemptions"),
        ("expires_at", "expires_at"),
    ];
    let result = params(&form, &names).and_then(|mut params| {
        params.push(("promotion[type]", "coupon".to_owned()));
        sim.make_promotion_code(&account, livemode, &borrowed(&params))
    });
    made(result, "No promotion code was made")
}

pub(super) async fn switch(State(sim): State<Sim>, body: Bytes) -> Response {
    let form = form::pairs(&body);
    match sim.set_promotion_code_active(&field(&form, "id"), field(&form, "active") == "yes") {
        Ok(()) => to_dashboard(),
        Err(Refused::NotFound) => not_found("There is no such promotion code."),
        Err(why) => made(Err(why.to_string()), "The promotion code stays as it is"),
    }
}

pub(super) async fn buy(State(sim): State<Sim>, body: Bytes) -> Response {
    let given = field(&form::pairs(&body), "price");
    let mut words = given.split(' ');
    let (Some(account), Some(mode), Some(price)) = (words.next(), words.next(), words.next()) else {
        return not_found("There is no such price.");
    };
    match sim.open_shop_checkout(&AccountId::new(account), mode == "live", price) {
        Ok(session) => Redirect::to(&format!("/c/pay/{}", session.id)).into_response(),
        Err(why) => made(Err(why), "No checkout was opened"),
    }
}

fn to_dashboard() -> Response {
    Redirect::to("/dashboard").into_response()
}
