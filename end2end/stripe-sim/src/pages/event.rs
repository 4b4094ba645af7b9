//! One event, as the endpoint that listens to connected accounts would be sent it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{html::Html, not_found, time, webhooks::again};
use crate::{Attempt, Sim};

pub(super) async fn show(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    let Some(delivery) = sim.delivery(&id) else {
        return not_found("There is no such event.");
    };
    let attempts: Vec<Attempt> = sim.attempts().into_iter().filter(|one| one.event_id == id).collect();
    Html::new()
        .raw("<main class=\"wide\"><h1>")
        .raw(delivery.kind)
        .raw("</h1><p class=\"second\">")
        .text(format!("{}, {} mode, {}", delivery.account, super::mode(delivery.livemode), time(delivery.created)))
        .raw("</p><p>This is what the app's endpoint would be sent at this moment, to the byte.</p>")
        .with(&again(&id))
        .raw("<h2>Stripe-Signature</h2><code class=\"key\" id=\"signature\">")
        .text(&delivery.signature)
        .raw("</code><p class=\"second\">Made just now, and good for five minutes.</p><h2>Signing secret of this mode</h2><code class=\"key\" id=\"secret\">")
        .text(sim.webhook_secret(delivery.livemode))
        .raw("</code><h2>Body</h2><pre class=\"scroll\" id=\"body\" role=\"region\" aria-label=\"Body\" tabindex=\"0\">")
        .text(&delivery.body)
        .raw("</pre><h2>Deliveries</h2><ul id=\"attempts\">")
        .each(&attempts, |html, attempt| html.raw("<li>").text(line(attempt)).raw("</li>"))
        .raw(if attempts.is_empty() { "<li>None yet</li></ul></main>" } else { "</ul></main>" })
        .page("Event", StatusCode::OK)
}

fn line(attempt: &Attempt) -> String {
    let came = match (attempt.status, &attempt.error) {
        (Some(status), _) => status.to_string(),
        (None, why) => why.clone().unwrap_or_default(),
    };
    let at = time(attempt.at_ms.div_euclid(1000));
    format!("{at}, {} at {}: {came}", attempt.endpoint, attempt.url)
}
