//! One event, as the endpoint that listens to connected accounts would be sent it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{html::Html, not_found, time};
use crate::Sim;

pub(super) async fn show(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    let Some(delivery) = sim.deliveries().into_iter().find(|delivery| delivery.event_id == id) else {
        return not_found("There is no such event.");
    };
    Html::new()
        .raw("<main class=\"wide\"><h1>")
        .raw(delivery.kind)
        .raw("</h1><p class=\"second\">")
        .text(format!("{}, {} mode, {}", delivery.account, super::mode(delivery.livemode), time(delivery.created)))
        .raw("</p><p>This is what a webhook endpoint would be sent at this moment, to the byte. The stand-in sends nothing.</p>")
        .raw("<h2>Stripe-Signature</h2><code class=\"key\" id=\"signature\">")
        .text(&delivery.signature)
        .raw("</code><p class=\"second\">Made just now, and good for five minutes.</p><h2>Signing secret of this mode</h2><code class=\"key\" id=\"secret\">")
        .text(sim.webhook_secret(delivery.livemode))
        .raw("</code><h2>Body</h2><pre class=\"scroll\" id=\"body\" role=\"region\" aria-label=\"Body\" tabindex=\"0\">")
        .text(&delivery.body)
        .raw("</pre></main>")
        .page("Event", StatusCode::OK)
}
