//! What people see of the stand-in: the hosted checkout, a plain dashboard, and the page that makes a key.

mod apikeys;
mod authorize;
mod checkout;
mod dashboard;
mod event;
mod html;

use axum::{
    Router,
    http::StatusCode,
    response::{Redirect, Response},
    routing::{get, post},
};

use crate::Sim;
use html::Html;

pub(crate) fn router() -> Router<Sim> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/dashboard") }))
        .route("/dashboard", get(dashboard::show))
        .route("/dashboard/live.js", get(dashboard::live))
        .route("/dashboard/events/{event}", get(event::show))
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

/// Unix seconds as people read them.
fn time(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(at) => at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => seconds.to_string(),
    }
}
