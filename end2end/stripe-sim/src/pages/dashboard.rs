//! What the stand-in holds.

use axum::{
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    by_hand,
    html::Html,
    mode, stripe_app,
    table::{Button, Cell, Row, table},
    time, webhooks,
};
use crate::{Coupon, PromotionCode, RequestRecord, Session, SessionStatus, Sim, money::shown};

/// What keeps the page as things are.
pub(super) async fn live() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("live.js")).into_response()
}

pub(super) async fn show(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Response {
    let open = by_hand::is_open(query.as_deref());
    let counts = sim.counts();
    // Each list is oldest first within its account: turned round, those of one second stay newest first.
    let newest = |created: i64| std::cmp::Reverse(created);
    let mut sessions = sim.sessions();
    sessions.reverse();
    sessions.sort_by_key(|session| newest(session.created));
    let mut coupons = sim.coupons();
    coupons.reverse();
    coupons.sort_by_key(|coupon| newest(coupon.created));
    let mut codes = sim.promotion_codes();
    codes.reverse();
    codes.sort_by_key(|code| newest(code.created));
    let mut requests = sim.requests();
    requests.reverse();
    Html::new()
        .raw("<main class=\"wide\"><h1>Dashboard</h1><div id=\"summary\" data-live>")
        .some(sim.is_down().then_some(()), |html, ()| {
            html.raw("<p role=\"status\" class=\"error\">Down: every connection but this page's is cut.</p>")
        })
        .raw("<p class=\"second\">")
        .text(format!(
            "{} ({} open, {} complete, {} expired), {}, {}, {}. Clock: {}.",
            counted(counts.sessions, "session"),
            counts.open_sessions,
            counts.complete_sessions,
            counts.expired_sessions,
            counted(counts.coupons, "coupon"),
            counted(counts.promotion_codes, "promotion code"),
            counted(counts.requests, "request"),
            time(sim.now_ms().div_euclid(1000)),
        ))
        .raw("</p></div>")
        .with(&by_hand::network(&sim))
        .with(&table(
            ("coupons", "Coupons"),
            &["Coupon", "Terms", "Redeemed", "Name", "Valid", "Redeem by", "Mode", "Created"],
            (&coupons, coupons.len()),
            by_hand::new_coupon(&sim, open),
            coupon,
        ))
        .with(&table(
            ("promotion_codes", "Promotion codes"),
            &["Code", "Active", "Redeemed", "Coupon", "Expires", "Metadata", "Mode", "Created", "What happens next"],
            (&codes, codes.len()),
            by_hand::new_code(&sim, open),
            code,
        ))
        .with(&table(
            ("sessions", "Checkout Sessions"),
            &["Session", "Status", "Total", "Discount", "Mode", "Created"],
            (&sessions, sessions.len()),
            by_hand::shop(&sim),
            session,
        ))
        .with(&webhooks::events(&sim))
        .with(&stripe_app::section(&sim))
        .with(&webhooks::endpoints(&sim))
        .with(&table(
            ("requests", "Requests"),
            &["Status", "Call", "At", "Idempotency key", "Key", "Request"],
            (&requests, requests.len()),
            Html::new(),
            request,
        ))
        .raw("</main><script src=\"/dashboard/live.js\" defer></script>")
        .page_leading_to("Dashboard", StatusCode::OK, &stripe_app::origins(&sim))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn yes(yes: bool) -> Cell {
    if yes { "yes" } else { "no" }.into()
}

fn redeemed(times: i64, most: Option<i64>) -> Cell {
    most.map_or_else(|| times.to_string(), |most| format!("{times} of {most}")).into()
}

pub(super) fn shortened(id: &str) -> String {
    if id.len() > 24 && id.is_ascii() { format!("{}…{}", &id[..14], &id[id.len() - 6..]) } else { id.to_owned() }
}

fn session(session: &Session) -> Row {
    let currency = session.currency.as_deref().unwrap_or("usd");
    let open = session.status == SessionStatus::Open;
    let discount = session.discounts.first().and_then(|one| one.promotion_code.as_ref().or(one.coupon.as_ref()));
    let cells = vec![
        if open {
            Cell::Link(shortened(&session.id), format!("/c/pay/{}", session.id))
        } else {
            shortened(&session.id).into()
        },
        json!(session.status).as_str().unwrap_or_default().into(),
        shown(session.amount_total.unwrap_or_default(), currency).into(),
        discount.map(|id| shortened(id)).unwrap_or_default().into(),
        mode(session.livemode).into(),
        time(session.created).into(),
    ];
    Row { name: session.id.clone(), cells }
}

fn coupon(coupon: &Coupon) -> Row {
    let terms = match (coupon.percent_off, coupon.amount_off) {
        (Some(percent), _) => format!("{percent} % off"),
        (None, Some(amount)) => format!("{} off", shown(amount, coupon.currency.as_deref().unwrap_or_default())),
        (None, None) => String::new(),
    };
    let duration = match (coupon.duration.as_str(), coupon.duration_in_months) {
        ("repeating", Some(months)) => format!(", for {months} months"),
        (duration, _) => format!(", {duration}"),
    };
    let cells = vec![
        coupon.id.clone().into(),
        (terms + &duration).into(),
        redeemed(coupon.times_redeemed, coupon.max_redemptions),
        coupon.name.clone().unwrap_or_default().into(),
        yes(coupon.valid),
        coupon.redeem_by.map(time).unwrap_or_default().into(),
        mode(coupon.livemode).into(),
        time(coupon.created).into(),
    ];
    Row { name: coupon.id.clone(), cells }
}

fn code(code: &PromotionCode) -> Row {
    let metadata: Vec<String> = code.metadata.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    // What is over in another way than by the switch is not brought back by it.
    let (text, active) = if code.active { ("Deactivate", "no") } else { ("Activate", "yes") };
    let fields = [("id", code.id.as_str()), ("active", active)];
    let button = Button { action: "/dashboard/promotion_codes/switch", text, of: &code.code, fields: &fields };
    let cells = vec![
        code.code.clone().into(),
        yes(code.active),
        redeemed(code.times_redeemed, code.max_redemptions),
        code.promotion.coupon.clone().into(),
        code.expires_at.map(time).unwrap_or_default().into(),
        metadata.join(", ").into(),
        mode(code.livemode).into(),
        time(code.created).into(),
        Cell::Buttons(button.html()),
    ];
    Row { name: code.id.clone(), cells }
}

fn request(request: &RequestRecord) -> Row {
    let status = match (request.status, request.cut) {
        (_, true) => "cut".to_owned(),
        (Some(status), _) => {
            let error = request.error.as_ref().map(|error| format!(" {error}")).unwrap_or_default();
            format!("{status}{error}{}", if request.replayed { " (replayed)" } else { "" })
        }
        (None, false) => "under way".to_owned(),
    };
    let cells = vec![
        status.into(),
        format!("{} {}", request.method, shortened_path(&request.path)).into(),
        time(request.at_ms.div_euclid(1000)).into(),
        request.idempotency_key.as_deref().map(shortened).unwrap_or_default().into(),
        request.key.as_deref().map(shortened_key).unwrap_or_default().into(),
        request.id.as_str().into(),
    ];
    Row { name: request.id.clone(), cells }
}

/// Of long ids only the ends.
fn shortened_path(path: &str) -> String {
    path.split('/').map(shortened).collect::<Vec<_>>().join("/")
}

/// The stars of a masked key say nothing.
fn shortened_key(masked: &str) -> String {
    match (masked.split_once('*'), masked.rsplit_once('*')) {
        (Some((start, _)), Some((_, end))) => format!("{start}…{end}"),
        _ => masked.to_owned(),
    }
}
