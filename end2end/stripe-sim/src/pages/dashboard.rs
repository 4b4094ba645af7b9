//! What the stand-in holds, newest first, as plain tables.

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::json;

use super::{html::Html, time};
use crate::{Coupon, PromotionCode, RequestRecord, Session, Sim, money::shown};

/// How many rows a table has.
const ROWS: usize = 50;

pub(super) async fn show(State(sim): State<Sim>) -> Response {
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
        .raw("<main class=\"wide\"><h1>Dashboard</h1>")
        .some(sim.is_down().then_some(()), |html, ()| {
            html.raw("<p role=\"status\" class=\"error\">Down: every connection but this page's is cut.</p>")
        })
        .raw("<p class=\"second\">")
        .text(format!(
            "{} sessions ({} open, {} complete, {} expired), {} coupons, {} promotion codes, {} requests. Clock: {}.",
            counts.sessions,
            counts.open_sessions,
            counts.complete_sessions,
            counts.expired_sessions,
            counts.coupons,
            counts.promotion_codes,
            counts.requests,
            time(sim.now_ms().div_euclid(1000)),
        ))
        .raw("</p>")
        .with(&table(
            "Checkout Sessions",
            &["Session", "Mode", "Status", "Total", "Discount", "Created"],
            &sessions,
            session,
        ))
        .with(&table("Coupons", &["Coupon", "Mode", "Name", "Terms", "Redeemed", "Valid", "Created"], &coupons, coupon))
        .with(&table("Promotion codes", &["Code", "Mode", "Coupon", "Redeemed", "Active", "Created"], &codes, code))
        .with(&table("Requests", &["Request", "Call", "Status", "Key", "Idempotency key", "At"], &requests, request))
        .raw("</main>")
        .page("Dashboard", StatusCode::OK)
}

fn table<T>(title: &'static str, heads: &[&'static str], items: &[T], row: impl Fn(&T) -> Vec<String>) -> Html {
    let html = Html::new()
        .raw("<h2>")
        .raw(title)
        .raw("</h2><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    let html = html.raw(title).raw("\"><table><thead><tr>");
    let html = html.each(heads, |html, head| html.raw("<th scope=\"col\">").raw(head).raw("</th>"));
    let html = html.raw("</tr></thead><tbody>").each(items.iter().take(ROWS), |html, item| {
        let html = html.raw("<tr>");
        html.each(row(item), |html, cell| html.raw("<td>").text(cell).raw("</td>")).raw("</tr>")
    });
    let html = if items.is_empty() {
        html.raw("<tr><td class=\"empty\" colspan=\"").text(heads.len().to_string()).raw("\">None yet</td></tr>")
    } else {
        html
    };
    html.raw("</tbody></table></div>")
}

fn mode(livemode: bool) -> String {
    if livemode { "live" } else { "test" }.to_owned()
}

fn yes(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

fn redeemed(times: i64, most: Option<i64>) -> String {
    most.map_or_else(|| times.to_string(), |most| format!("{times} of {most}"))
}

fn shortened(id: &str) -> String {
    if id.len() > 24 && id.is_ascii() { format!("{}…{}", &id[..14], &id[id.len() - 6..]) } else { id.to_owned() }
}

fn session(session: &Session) -> Vec<String> {
    let currency = session.currency.as_deref().unwrap_or("usd");
    let discount = session.discounts.first().and_then(|one| one.promotion_code.as_ref().or(one.coupon.as_ref()));
    vec![
        shortened(&session.id),
        mode(session.livemode),
        json!(session.status).as_str().unwrap_or_default().to_owned(),
        shown(session.amount_total.unwrap_or_default(), currency),
        discount.map(|id| shortened(id)).unwrap_or_default(),
        time(session.created),
    ]
}

fn coupon(coupon: &Coupon) -> Vec<String> {
    let terms = match (coupon.percent_off, coupon.amount_off) {
        (Some(percent), _) => format!("{percent} % off"),
        (None, Some(amount)) => format!("{} off", shown(amount, coupon.currency.as_deref().unwrap_or_default())),
        (None, None) => String::new(),
    };
    vec![
        coupon.id.clone(),
        mode(coupon.livemode),
        coupon.name.clone().unwrap_or_default(),
        terms,
        redeemed(coupon.times_redeemed, coupon.max_redemptions),
        yes(coupon.valid),
        time(coupon.created),
    ]
}

fn code(code: &PromotionCode) -> Vec<String> {
    vec![
        code.code.clone(),
        mode(code.livemode),
        code.promotion.coupon.clone(),
        redeemed(code.times_redeemed, code.max_redemptions),
        yes(code.active),
        time(code.created),
    ]
}

fn request(request: &RequestRecord) -> Vec<String> {
    let status = match (request.status, request.cut) {
        (_, true) => "cut".to_owned(),
        (Some(status), _) => {
            let error = request.error.as_ref().map(|error| format!(" {error}")).unwrap_or_default();
            format!("{status}{error}{}", if request.replayed { " (replayed)" } else { "" })
        }
        (None, false) => "under way".to_owned(),
    };
    vec![
        request.id.clone(),
        format!("{} {}", request.method, request.path),
        status,
        request.key.as_deref().map(shortened_key).unwrap_or_default(),
        request.idempotency_key.as_deref().map(shortened).unwrap_or_default(),
        time(request.at_ms.div_euclid(1000)),
    ]
}

/// The stars of a masked key say nothing.
fn shortened_key(masked: &str) -> String {
    match (masked.split_once('*'), masked.rsplit_once('*')) {
        (Some((start, _)), Some((_, end))) => format!("{start}…{end}"),
        _ => masked.to_owned(),
    }
}
