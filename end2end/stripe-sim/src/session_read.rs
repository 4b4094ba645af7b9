//! Reading, listing and expiring Checkout Sessions.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::{ApiError, ApiResult},
    params::{Expand, Expandable, typed},
    session::{LineItem, SessionStatus},
    shelf::{Paging, Shelf, list},
    world::{Context, World},
};

pub(crate) const EXPANDABLE: Expandable = &[
    ("line_items", None),
    ("discounts", None),
    ("discounts.coupon", Some("coupon_read")),
    ("discounts.promotion_code", Some("promotion_code_read")),
    ("total_details", None),
    ("total_details.breakdown", None),
    ("customer", Some("customer_read")),
    ("payment_intent", Some("payment_intent_read")),
    ("subscription", Some("subscription_read")),
    ("customer_details", None),
];

fn not_found(id: &str) -> ApiError {
    ApiError::not_found("checkout.session", id, "session")
}

#[derive(Debug, Deserialize)]
struct Read {
    #[serde(default)]
    expand: Expand,
}

pub(crate) fn retrieve(world: &World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let Read { expand } = typed(params)?;
    expand.check(EXPANDABLE, &context.caller)?;
    let session = world.sessions.get(id).ok_or_else(|| not_found(id))?;
    Ok(session.json(world, context.now, &expand))
}

pub(crate) fn expire(world: &mut World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let Read { expand } = typed(params)?;
    expand.check(EXPANDABLE, &context.caller)?;
    let session = world.sessions.get_mut(id).ok_or_else(|| not_found(id))?;
    let status = session.status_at(context.now);
    if status != SessionStatus::Open {
        let message =
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of";
        let status = json!(status);
        let message = format!("{message} {}", status.as_str().unwrap_or_default());
        return Err(ApiError::invalid(message).executed());
    }
    session.status = SessionStatus::Expired;
    let session = session.clone();
    Ok(session.json(world, context.now, &expand))
}

pub(crate) fn line_items(world: &World, id: &str, params: &Value) -> ApiResult<Value> {
    let paging: Paging = typed(params)?;
    let session = world.sessions.get(id).ok_or_else(|| not_found(id))?;
    // The lines stand in the order in which they were passed, so the page is taken from a shelf that is upside down.
    let mut shelf = Shelf::default();
    session.line_items.iter().rev().cloned().for_each(|line| shelf.put(line));
    let (found, more) = shelf.page(&paging, "line item", |_| true)?;
    let data = found.into_iter().map(LineItem::json).collect();
    Ok(list(data, more, &format!("/v1/checkout/sessions/{id}/line_items")))
}

#[derive(Debug, Deserialize)]
struct Filter {
    status: Option<SessionStatus>,
    customer: Option<String>,
    customer_account: Option<String>,
    customer_details: Option<FilterDetails>,
    payment_intent: Option<String>,
    payment_link: Option<String>,
    subscription: Option<String>,
    #[serde(default)]
    expand: Expand,
}

#[derive(Debug, Deserialize)]
struct FilterDetails {
    email: String,
}

pub(crate) fn page(world: &World, params: &Value, context: &Context) -> ApiResult<Value> {
    let (paging, filter): (Paging, Filter) = (typed(params)?, typed(params)?);
    let expand = filter.expand.of_items()?;
    expand.check(EXPANDABLE, &context.caller)?;
    let same = |wanted: &Option<String>, have: &Option<String>| wanted.is_none() || wanted == have;
    let (found, more) = world.sessions.page(&paging, "checkout.session", |session| {
        filter.customer.is_none()
            && filter.customer_account.is_none()
            && filter.payment_link.is_none()
            && filter.status.is_none_or(|status| session.status_at(context.now) == status)
            && same(&filter.payment_intent, &session.payment_intent)
            && same(&filter.subscription, &session.subscription)
            && filter.customer_details.as_ref().is_none_or(|wanted| {
                session.customer_details.as_ref().and_then(|details| details.email.as_ref()) == Some(&wanted.email)
            })
    })?;
    let data = found.into_iter().map(|session| session.json(world, context.now, &expand)).collect();
    Ok(list(data, more, "/v1/checkout/sessions"))
}
