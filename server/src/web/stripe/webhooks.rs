//! Deliveries from Stripe: the raw body and its signature go in, `{"received":true}` comes out as soon as the event is kept.

use super::super::{Site, answer::Answer, problem::Refused};
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName},
    response::Response,
};
use serde_json::json;

const SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");

/// `POST /stripe/webhooks/{mode}`: the endpoint of the Stripe App.
pub async fn app(
    State(site): State<Site>,
    mode: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    receive(&site, &in_path(mode), None, &headers, &body).await
}

/// `POST /stripe/webhooks/{mode}/{endpoint}`: an owner's own endpoint.
pub async fn own(
    State(site): State<Site>,
    place: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let (mode, endpoint) = in_path(place);
    receive(&site, &mode, Some(&endpoint), &headers, &body).await
}

/// What is no text is no endpoint.
fn in_path<T: Default>(place: Result<Path<T>, PathRejection>) -> T {
    place.map(|Path(place)| place).unwrap_or_default()
}

async fn receive(
    site: &Site,
    mode: &str,
    endpoint: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Refused> {
    let signatures: Vec<&[u8]> = headers.get_all(SIGNATURE).iter().map(|value| value.as_bytes()).collect();
    site.services.receive_webhook(mode, endpoint, &signatures, body).await?;
    Ok(Answer::ok(&json!({ "received": true }))?.into_response())
}
