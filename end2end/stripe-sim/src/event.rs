//! Events: what Stripe tells about an account, and, to whoever listens to connected accounts, would send.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    api::VERSION,
    app::NAME,
    auth::AccountId,
    error::{ApiError, ApiResult},
    id,
    params::{Expand, typed},
    route::{Endpoint, Route},
    shelf::{Paging, Shelved, list},
    state::State,
    world::{Context, World},
};

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `evt_…`
    pub id: String,
    /// `checkout.session.completed` and so on.
    pub kind: &'static str,
    /// Unix seconds.
    pub created: i64,
    /// Whether it happened in live mode.
    pub livemode: bool,
    /// The object as it was then.
    pub object: Value,
    /// What it had before an update, of what is other now.
    previous: Option<Value>,
    request: Origin,
    /// Whether only the application that it is about is told.
    pub(crate) for_application: bool,
}

/// The call that an event came of: none where a person or the time did it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

impl Shelved for Event {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        self.created
    }
}

impl Event {
    /// As the API answers it; with `account` as it is sent to those who listen to connected accounts.
    pub(crate) fn json(&self, account: Option<&str>) -> Value {
        let Origin { request_id, idempotency_key } = &self.request;
        let mut data = json!({ "object": self.object });
        if let Some(previous) = &self.previous {
            data["previous_attributes"] = previous.clone();
        }
        let mut event = json!({
            "id": self.id, "object": "event", "api_version": VERSION, "created": self.created, "data": data,
            "livemode": self.livemode, "pending_webhooks": i32::from(account.is_some()),
            "request": { "id": request_id, "idempotency_key": idempotency_key }, "type": self.kind,
        });
        if let Some(account) = account {
            event["account"] = json!(account);
        }
        event
    }
}

/// The object that a call is about, before or after it: coupon, promotion code or session.
pub(crate) fn object(world: &World, endpoint: Endpoint, id: &str, now: i64) -> Option<Value> {
    let plain = Expand::default();
    match endpoint {
        Endpoint::CouponCreate | Endpoint::CouponUpdate | Endpoint::CouponDelete => {
            Some(world.coupons.get(id)?.json(now, &plain))
        }
        Endpoint::PromotionCodeCreate | Endpoint::PromotionCodeUpdate => {
            Some(world.promotion_codes.get(id)?.json(world, now, &plain))
        }
        Endpoint::SessionExpire => Some(world.sessions.get(id)?.json(world, now, &plain)),
        _ => None,
    }
}

/// What a call that was executed has brought about.
pub(crate) fn record(world: &mut World, route: &Route, answer: &Value, before: Option<&Value>, context: &Context) {
    let kind = match route.endpoint {
        Endpoint::CouponCreate => "coupon.created",
        Endpoint::CouponUpdate => "coupon.updated",
        Endpoint::CouponDelete => "coupon.deleted",
        Endpoint::PromotionCodeCreate => "promotion_code.created",
        Endpoint::PromotionCodeUpdate => "promotion_code.updated",
        Endpoint::SessionExpire => "checkout.session.expired",
        _ => return,
    };
    let id = answer["id"].as_str().unwrap_or_default();
    let Some(object) = object(world, route.endpoint, id, context.now) else { return };
    let previous = before.filter(|_| kind.ends_with(".updated")).map(|before| changed(before, &object));
    put(world, kind, context.now, object, previous, context.origin.clone());
}

/// The fields of `before` that are other in `after`.
fn changed(before: &Value, after: &Value) -> Value {
    let fields = before.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| after.get(name) != Some(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

impl World {
    /// What people, or the time, have done to an object.
    pub(crate) fn happened(&mut self, kind: &'static str, at: i64, object: Value) {
        put(self, kind, at, object, None, Origin::default());
    }

    /// The same of an update, with the object as it was before.
    pub(crate) fn updated(&mut self, kind: &'static str, at: i64, before: &Value, after: Value) {
        let previous = changed(before, &after);
        put(self, kind, at, after, Some(previous), Origin::default());
    }

    /// Ends the sessions whose time is over, so that their events are there.
    pub(crate) fn settle(&mut self, now: i64) {
        let over = |session: &&crate::session::Session| session.is_overdue(now);
        let ids: Vec<String> = self.sessions.iter().filter(over).map(|session| session.id.clone()).collect();
        for id in ids {
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            session.status = crate::session::SessionStatus::Expired;
            let at = session.expires_at;
            if let Some(object) = object(self, Endpoint::SessionExpire, &id, now) {
                self.happened("checkout.session.expired", at, object);
            }
        }
    }
}

fn put(world: &mut World, kind: &'static str, at: i64, object: Value, previous: Option<Value>, request: Origin) {
    let livemode = object["livemode"] == true;
    let id = id::mixed("evt_1", 23);
    world.fresh_events.push(id.clone());
    world.events.put(Event { id, kind, created: at, livemode, object, previous, request, for_application: false });
}

impl State {
    /// What happened between an account and the app of a mode.
    pub(crate) fn application_event(&mut self, kind: &'static str, livemode: bool, account: &AccountId) {
        let (id, created) = (id::mixed("evt_1", 23), self.clock.now());
        let Some(app) = self.apps.of(livemode) else { return };
        let object = json!({ "id": app.client_id, "object": "application", "name": NAME });
        let (previous, request) = (None, Origin::default());
        let event = Event { id: id.clone(), kind, created, livemode, object, previous, request, for_application: true };
        let world = self.world(account, livemode);
        world.fresh_events.push(id);
        world.events.put(event);
    }
}

#[derive(Debug, Deserialize)]
struct Filter {
    r#type: Option<String>,
    types: Option<Vec<String>>,
    #[serde(default)]
    expand: Expand,
}

pub(crate) fn page(world: &mut World, params: &Value, context: &Context) -> ApiResult<Value> {
    let (paging, filter): (Paging, Filter) = (typed(params)?, typed(params)?);
    filter.expand.check(&[], &context.caller)?;
    if filter.r#type.is_some() && filter.types.is_some() {
        return Err(ApiError::exclusive(&["type", "types"], "types"));
    }
    world.settle(context.now);
    let (found, more) = world.events.page(&paging, "event", |event| {
        !event.for_application
            && filter.r#type.as_ref().is_none_or(|wanted| wanted == event.kind)
            && filter.types.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == event.kind))
    })?;
    Ok(list(found.into_iter().map(|event| event.json(None)).collect(), more, "/v1/events"))
}

pub(crate) fn retrieve(world: &World, id: &str) -> ApiResult<Value> {
    world
        .events
        .get(id)
        .filter(|event| !event.for_application)
        .map(|event| event.json(None))
        .ok_or_else(|| ApiError::not_found("event", id, "id"))
}
