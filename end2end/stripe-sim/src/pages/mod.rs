//! What people see of the stand-in: the hosted checkout, a plain dashboard, and the page that makes a key.

mod apikeys;
mod authorize;
mod by_hand;
mod checkout;
mod dashboard;
mod event;
mod html;
mod stripe_app;
mod table;
mod webhooks;

use axum::{
    Router,
    http::StatusCode,
    response::{Redirect, Response},
    routing::{get, post},
};

use crate::{AccountId, Sim};
use html::Html;

pub(crate) fn router() -> Router<Sim> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/dashboard") }))
        .route("/dashboard", get(dashboard::show))
        .route("/dashboard/live.js", get(dashboard::live))
        .route("/dashboard/events/{event}", get(event::show))
        .route("/dashboard/events/hold", post(webhooks::hold))
        .route("/dashboard/events/deliver", post(webhooks::deliver))
        .route("/dashboard/events/{event}/send", post(webhooks::send))
        .route("/dashboard/endpoints/add", post(webhooks::add))
        .route("/dashboard/endpoints/delete", post(webhooks::delete))
        .route("/dashboard/endpoints/roll", post(webhooks::roll))
        .route("/dashboard/away", post(by_hand::away))
        .route("/dashboard/coupons", post(by_hand::coupon))
        .route("/dashboard/promotion_codes", post(by_hand::code))
        .route("/dashboard/promotion_codes/switch", post(by_hand::switch))
        .route("/dashboard/buy", post(by_hand::buy))
        // Stripe's own addresses of what one makes by hand, and of what was made: all of it stands on the dashboard.
        .route("/coupons/{coupon}", get(by_hand::lead_to))
        .route("/test/coupons/{coupon}", get(by_hand::lead_to))
        .route("/promotion_codes/{code}", get(by_hand::lead_to))
        .route("/test/promotion_codes/{code}", get(by_hand::lead_to))
        .route("/dashboard/app/{what}", post(stripe_app::act))
        .route("/c/pay/{session}", get(checkout::show))
        .route("/c/pay/{session}/pay", post(checkout::pay))
        .route("/c/pay/{session}/leave", get(checkout::leave))
        .route("/c/pay/{session}/promotion_code", post(checkout::enter_code))
        .route("/apikeys/create", get(apikeys::ask_live).post(apikeys::create_live))
        .route("/apikeys/delete", post(apikeys::delete))
        .route("/test/apikeys/create", get(apikeys::ask_test).post(apikeys::create_test))
        .route("/oauth/v2/authorize", get(authorize::ask).post(authorize::answer))
        .route("/oauth/v2/{channel}/authorize", get(authorize::ask_channel).post(authorize::answer_channel))
        // Connect's links, which are none of a Stripe App's.
        .route("/oauth/authorize", get(authorize::invalid_link))
        .route("/express/oauth/authorize", get(authorize::invalid_link))
        .fallback(|| async { not_found("There is no such page.") })
}

fn not_found(message: &'static str) -> Response {
    let page = Html::new().raw("<main><div class=\"panel\"><h1>Not found</h1><p>").raw(message);
    page.raw("</p><a href=\"/dashboard\">To the dashboard</a></div></main>").page("Not found", StatusCode::NOT_FOUND)
}

fn mode(livemode: bool) -> &'static str {
    if livemode { "live" } else { "test" }
}

/// The first value of a field of a posted form.
fn field(form: &[(String, String)], name: &str) -> String {
    form.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// A list of accounts to choose from.
fn accounts(sim: &Sim, id: &'static str) -> Html {
    let html = Html::new().raw("<div><label for=\"").raw(id).raw("\">Account</label><select name=\"account\" id=\"");
    html.raw(id)
        .raw("\">")
        .each(sim.named_accounts(), |html, (account, name)| {
            let html = html.raw("<option value=\"").text(account.as_str()).raw("\"");
            let html = html.raw(if account == AccountId::default() { " selected>" } else { ">" });
            html.text(format!("{name} ({account})")).raw("</option>")
        })
        .raw("</select></div>")
}

/// Unix seconds as people read them.
fn time(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(at) => at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => seconds.to_string(),
    }
}
