//! The hosted checkout: what is bought, what the discount takes off, "Pay" and "Leave".

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use url::Url;

use super::{html::Html, not_found};
use crate::{
    Refused, Sim,
    money::shown,
    session::{LineItem, Session, SessionStatus},
};

const UNKNOWN: &str = "There is no such checkout.";

pub(super) async fn show(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    page(&sim, &id, None)
}

fn page(sim: &Sim, id: &str, wrong_code: Option<&str>) -> Response {
    let Some(session) = sim.session(id) else { return not_found(UNKNOWN) };
    match session.status {
        SessionStatus::Open => open(&session, wrong_code),
        SessionStatus::Complete => complete(&session),
        SessionStatus::Expired => expired(&session),
    }
}

pub(super) async fn pay(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    match sim.complete_session(&id) {
        Err(Refused::NotFound) => not_found(UNKNOWN),
        // The page says how the session stands, paid or not; a reload pays nothing twice.
        _ => Redirect::to(&format!("/c/pay/{id}")).into_response(),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: String,
}

pub(super) async fn enter_code(State(sim): State<Sim>, Path(id): Path<String>, Form(typed): Form<Typed>) -> Response {
    match sim.enter_promotion_code(&id, &typed.code) {
        Err(Refused::CodeInvalid) => page(&sim, &id, Some(&typed.code)),
        Err(Refused::NotFound) => not_found(UNKNOWN),
        _ => Redirect::to(&format!("/c/pay/{id}")).into_response(),
    }
}

pub(super) async fn leave(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    let Some(session) = sim.session(&id) else { return not_found(UNKNOWN) };
    let what = match session.status {
        SessionStatus::Open => "Nothing was paid. This checkout stays open until it expires.",
        SessionStatus::Complete => "This checkout was paid already.",
        SessionStatus::Expired => "This checkout has expired.",
    };
    Html::new()
        .raw("<main><div class=\"panel\"><h1>You left the checkout</h1><p>")
        .raw(what)
        .raw("</p>")
        .some(session.cancel_url.as_deref(), |html, url| link(html, "Back to ", url))
        .raw("<p><a href=\"/c/pay/")
        .text(&session.id)
        .raw("\">Return to this checkout</a></p></div></main>")
        .page("Left", StatusCode::OK)
}

fn link(html: Html, words: &'static str, url: &str) -> Html {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    html.raw("<p><a class=\"button filled whole\" href=\"")
        .text(url)
        .raw("\">")
        .raw(words)
        .text(host.as_deref().unwrap_or("the shop"))
        .raw("</a></p>")
}

fn money(session: &Session, amount: Option<i64>) -> String {
    shown(amount.unwrap_or_default(), session.currency.as_deref().unwrap_or("usd"))
}

fn every(line: &LineItem) -> String {
    match line.price.recurring {
        None => String::new(),
        Some(every) if every.interval_count == 1 => format!(" per {}", every.interval.name()),
        Some(every) => format!(" every {} {}s", every.interval_count, every.interval.name()),
    }
}

fn open(session: &Session, wrong_code: Option<&str>) -> Response {
    let discounted = session.total_details.amount_discount > 0;
    Html::new()
        .raw("<main><div class=\"panel\"><h1>")
        .text(session.line_items.first().map_or("Checkout", |line| &line.price.product.name))
        .raw("</h1><p class=\"total\">")
        .text(money(session, session.amount_total))
        .raw("</p>")
        .some(discounted.then(|| money(session, session.amount_subtotal)), |html, was| {
            html.raw("<p class=\"second\">instead of <s>").text(was).raw("</s></p>")
        })
        .some((!session.livemode).then_some(()), |html, ()| html.raw("<p><span class=\"badge\">Test mode</span></p>"))
        .with(&sums(session))
        .with(&code_box(session, wrong_code))
        .raw("<form method=\"post\" action=\"/c/pay/")
        .text(&session.id)
        .raw("/pay\"><button class=\"filled whole\">Pay ")
        .text(money(session, session.amount_total))
        .raw("</button></form><form method=\"get\" action=\"/c/pay/")
        .text(&session.id)
        .raw("/leave\"><button class=\"whole\">Leave</button></form></div></main>")
        .page("Checkout", StatusCode::OK)
}

fn sums(session: &Session) -> Html {
    Html::new()
        .raw("<dl class=\"sum\">")
        .each(&session.line_items, |html, line| {
            let full = shown(line.amount_subtotal, &line.price.currency);
            let html = html.raw("<dt>").text(&line.price.product.name).raw(" <span class=\"second\">× ");
            let html = html.text(line.quantity.to_string()).raw("</span></dt><dd>");
            let html = if line.amount_discount > 0 {
                let now = shown(line.amount_subtotal - line.amount_discount, &line.price.currency);
                html.raw("<s>").text(full).raw("</s> ").text(now)
            } else {
                html.text(full)
            };
            html.text(every(line)).raw("</dd>")
        })
        .some(session.applied.as_ref(), |html, applied| {
            let name = applied.coupon.name.as_deref().unwrap_or(&applied.coupon.id);
            let off = match applied.coupon.percent_off {
                Some(percent) => format!(" ({percent} % off)"),
                None => String::new(),
            };
            html.raw("<dt class=\"off\">Discount: ")
                .text(name)
                .text(off)
                .raw("</dt><dd class=\"off\">")
                .text(money(session, Some(-session.total_details.amount_discount)))
                .raw("</dd>")
        })
        .raw("<dt class=\"last\">Total due</dt><dd class=\"last\">")
        .text(money(session, session.amount_total))
        .raw("</dd></dl>")
}

/// The box for a promotion code, where the session allows one.
fn code_box(session: &Session, wrong: Option<&str>) -> Html {
    if session.allow_promotion_codes != Some(true) {
        return Html::new();
    }
    let invalid = wrong.is_some();
    Html::new()
        .raw("<form method=\"post\" action=\"/c/pay/")
        .text(&session.id)
        .raw("/promotion_code\"><div class=\"row\"><div><label for=\"code\">Promotion code</label><input type=\"text\" id=\"code\" name=\"code\" required autocomplete=\"off\" maxlength=\"500\" value=\"")
        .text(wrong.unwrap_or_default())
        .raw(if invalid { "\" aria-invalid=\"true\" aria-describedby=\"wrong\"" } else { "\"" })
        .raw("></div><button>Apply</button></div>")
        .some(wrong, |html, _| html.raw("<p class=\"error\" id=\"wrong\" role=\"alert\">This code is invalid.</p>"))
        .raw("</form>")
}

fn complete(session: &Session) -> Response {
    let target = session.success_url.as_ref().map(|url| url.replace("{CHECKOUT_SESSION_ID}", &session.id));
    Html::new()
        .raw("<main><div class=\"panel\"><h1>Payment complete</h1><p class=\"total\">")
        .text(money(session, session.amount_total))
        .raw("</p><p class=\"second\">Session <code>")
        .text(&session.id)
        .raw("</code></p>")
        .some(target.as_deref(), |html, url| link(html, "Continue to ", url))
        .raw("</div></main>")
        .page("Paid", StatusCode::OK)
}

fn expired(session: &Session) -> Response {
    Html::new()
        .raw("<main><div class=\"panel\"><h1>This checkout has expired</h1><p>Nothing was paid.</p>")
        .some(session.cancel_url.as_deref(), |html, url| link(html, "Back to ", url))
        .raw("</div></main>")
        .page("Expired", StatusCode::OK)
}
