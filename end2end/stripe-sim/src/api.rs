//! One call of the API, in Stripe's order: the key, its permissions, the version, the idempotency key, the
//! parameters, and only then what is stored.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State as Extracted},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    Sim, account,
    auth::{self, Caller},
    connection::Hangup,
    coupon,
    error::{ApiError, ApiResult},
    event::{self, Origin},
    exchange::Exchange,
    fault::FaultKind,
    form, id,
    idempotency::{Fingerprint, KeptAnswer},
    log::{Entry, RequestRecord},
    oauth, payment_intent, price, promotion_code,
    route::{self, Endpoint, Route},
    schema, session_create, session_read,
    state::State,
    token_call, webhook_endpoint,
    world::{Context, World},
};

/// The one version that the stand-in plays.
pub(crate) const VERSION: &str = "2026-10-28.endive";
const MOST_BYTES: usize = 1 << 20;

/// A request as it came.
pub(crate) struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Option<Bytes>,
    /// Those of the query, then those of the body.
    pub(crate) params: Vec<(String, String)>,
    /// How many of them are the query's.
    in_query: usize,
    idempotency_key: Option<String>,
    request_id: String,
    host: String,
}

/// An answer before it is one of HTTP.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    headers: Vec<(&'static str, String)>,
}

pub(crate) enum Outcome {
    Answer(Answer),
    Cut,
}

/// A call that has been let in and may be executed.
struct Pending {
    call: Call,
    work: Work,
    entry: Entry,
    fault: Option<FaultKind>,
    /// Taken before anybody could see the call, so that no release of it is missed.
    released: watch::Receiver<u64>,
}

/// What a call that was let in is about to do.
enum Work {
    Api(Route, Value, Caller),
    /// Tokens, for the developer in a mode.
    Token(bool),
}

enum Step {
    Ready(Outcome),
    Execute(Box<Pending>),
}

pub(crate) async fn handle(Extracted(sim): Extracted<Sim>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let hangup = Hangup::of(&parts.extensions);
    let body = to_bytes(body, MOST_BYTES).await.ok();
    let mut params = form::pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let in_query = params.len();
    params.extend(form::pairs(body.as_deref().unwrap_or_default()));
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let call = Call {
        path: parts.uri.path().to_owned(),
        params,
        in_query,
        idempotency_key: text("idempotency-key").filter(|_| parts.method == Method::POST),
        request_id: id::mixed("req_", 14),
        host: text("host").unwrap_or_else(|| "localhost".to_owned()),
        method: parts.method,
        headers: parts.headers,
        body,
    };
    match run(sim, call).await {
        Outcome::Answer(answer) => answer.into_response(),
        Outcome::Cut => Hangup::cut(hangup.as_ref()),
    }
}

async fn run(sim: Sim, call: Call) -> Outcome {
    let pending = match begin(&sim, call) {
        Step::Ready(outcome) => return outcome,
        Step::Execute(pending) => pending,
    };
    if !matches!(pending.fault, Some(FaultKind::Stall(_) | FaultKind::Hold | FaultKind::HoldAnswer)) {
        return finish(&sim, *pending);
    }
    let mut released = pending.released.clone();
    // Stripe goes on with a call whose client has left. The sender of releases lives in the handle, so it is never gone.
    let on = tokio::spawn(async move {
        match pending.fault {
            Some(FaultKind::Stall(time)) => tokio::time::sleep(time).await,
            Some(FaultKind::Hold) => drop(released.changed().await),
            Some(FaultKind::HoldAnswer) => {
                let outcome = finish(&sim, *pending);
                drop(released.changed().await);
                return outcome;
            }
            _ => {}
        }
        finish(&sim, *pending)
    });
    on.await.unwrap_or(Outcome::Cut)
}

/// Lets a call in, or answers it.
fn begin(sim: &Sim, call: Call) -> Step {
    let released = sim.releases();
    let mut state = sim.lock();
    let stripe_version = call.headers.get("stripe-version").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let key = auth::key(&call.headers);
    let account = key.as_deref().and_then(|key| state.keys.account_of(key)).cloned();
    let fault = state.faults.take(call.method.as_str(), &call.path, account.as_ref());
    let record = RequestRecord {
        id: call.request_id.clone(),
        at_ms: state.clock.now_ms(),
        method: call.method.to_string(),
        path: call.path.clone(),
        params: call.shown_params(),
        idempotency_key: call.idempotency_key.clone(),
        key: key.as_deref().map(auth::masked),
        stripe_version: stripe_version.clone(),
        fault,
        ..RequestRecord::default()
    };
    let entry = state.log.begin(record);
    state.recorder.begin(entry.0, || call.exchange());
    sim.changed();
    if state.down || state.away || fault == Some(FaultKind::Drop) {
        if call.is_for_tokens() {
            token_call::note_refused(&mut state, &call, entry);
        }
        return Step::Ready(cut(&mut state, entry));
    }
    let mut caller = None;
    let admitted = admit(&mut state, &call, fault, stripe_version.as_deref(), entry, &mut caller);
    let outcome = match admitted {
        Ok(Admitted::Fresh(work)) => {
            drop(state);
            return Step::Execute(Box::new(Pending { call, work, entry, fault, released }));
        }
        Ok(Admitted::Replayed(kept)) => {
            state.log.change(entry, |record| {
                record.status = Some(kept.status);
                record.replayed = true;
            });
            Answer::replayed(&call, kept)
        }
        Err(error) => {
            state.log.change(entry, |record| record.refused(&error));
            Answer::refused(&call, &error, caller.as_ref())
        }
    };
    if fault == Some(FaultKind::ApplyThenDrop) {
        return Step::Ready(cut(&mut state, entry));
    }
    if call.is_for_tokens() {
        token_call::note_refused(&mut state, &call, entry);
    }
    state.recorder.answered(entry.0, outcome.status.as_u16(), &outcome.body);
    Step::Ready(Outcome::Answer(outcome))
}

pub(crate) fn cut(state: &mut State, entry: Entry) -> Outcome {
    state.log.change(entry, |record| {
        record.status = None;
        record.cut = true;
    });
    Outcome::Cut
}

enum Admitted {
    Fresh(Work),
    Replayed(KeptAnswer),
}

fn admit(
    state: &mut State,
    call: &Call,
    fault: Option<FaultKind>,
    version: Option<&str>,
    entry: Entry,
    known: &mut Option<Caller>,
) -> ApiResult<Admitted> {
    let route = route::find(&call.method, &call.path)
        .ok_or_else(|| ApiError::unrecognized_url(call.method.as_str(), &call.path))?;
    let given = auth::key(&call.headers);
    if route.endpoint == Endpoint::TokenCreate {
        let livemode = oauth::developer(state, given.as_deref())?;
        state.log.change(entry, |record| record.livemode = Some(livemode));
        if fault == Some(FaultKind::RateLimited429) {
            return Err(ApiError::rate_limited());
        }
        check_body(call)?;
        lock_timeout(fault)?;
        return Ok(Admitted::Fresh(Work::Token(livemode)));
    }
    let caller = state.keys.caller(given.as_deref(), state.clock.now_ms())?;
    *known = Some(caller.clone());
    state.log.change(entry, |record| {
        record.account = Some(caller.account.clone());
        record.livemode = Some(caller.livemode);
    });
    check_account_header(call, &caller)?;
    caller.require(state.needs(route.endpoint.permission(), &caller))?;
    if let Some(version) = version.filter(|version| *version != VERSION) {
        return Err(ApiError::invalid(format!("Invalid Stripe API version: {version}")));
    }
    if fault == Some(FaultKind::RateLimited429) || !state.admits(&caller.account, caller.livemode) {
        return Err(ApiError::rate_limited());
    }
    check_body(call)?;
    let now_ms = state.clock.now_ms();
    let Some(key) = &call.idempotency_key else {
        let params = schema::read(route.name, &form::tree(&call.params)?)?;
        lock_timeout(fault)?;
        return Ok(Admitted::Fresh(Work::Api(route, params, caller)));
    };
    let kept = &mut state.world(&caller.account, caller.livemode).kept;
    if let Some(answer) = kept.claim(key, Fingerprint::new(&call.path, &call.params), now_ms)? {
        return Ok(Admitted::Replayed(answer));
    }
    let read = form::tree(&call.params).and_then(|tree| schema::read(route.name, &tree));
    match read.and_then(|params| lock_timeout(fault).map(|()| params)) {
        Ok(params) => Ok(Admitted::Fresh(Work::Api(route, params, caller))),
        Err(error) => {
            kept.release(key);
            Err(error)
        }
    }
}

fn lock_timeout(fault: Option<FaultKind>) -> ApiResult<()> {
    if fault == Some(FaultKind::LockTimeout429) { Err(ApiError::lock_timeout()) } else { Ok(()) }
}

fn check_account_header(call: &Call, caller: &Caller) -> ApiResult<()> {
    let Some(wanted) = call.headers.get("stripe-account") else { return Ok(()) };
    let wanted = String::from_utf8_lossy(wanted.as_bytes());
    if wanted == caller.account.as_str() {
        return Ok(());
    }
    let message = format!(
        "The provided key '{}' does not have access to account '{wanted}' (or that account does not exist). \
         Application access may have been revoked.",
        caller.masked
    );
    Err(ApiError::forbidden("account_invalid", message))
}

fn check_body(call: &Call) -> ApiResult<()> {
    let Some(body) = &call.body else { return Err(ApiError::too_large()) };
    let kind = call.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if body.is_empty() || kind.starts_with(b"application/x-www-form-urlencoded") {
        return Ok(());
    }
    Err(ApiError::invalid(
        "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any \
         questions, we can help at https://support.stripe.com/.",
    ))
}

/// Executes a call, keeps its answer where it has a key, and sends it or does not.
fn finish(sim: &Sim, pending: Pending) -> Outcome {
    let Pending { call, work, entry, fault, .. } = pending;
    let (route, params, caller) = match work {
        Work::Api(route, params, caller) => (route, params, caller),
        Work::Token(livemode) => return token_call::finish(sim, &call, livemode, entry, fault),
    };
    let mut state = sim.lock();
    let base_url = state.base_url.clone().unwrap_or_else(|| format!("http://{}", call.host));
    let reuse_coupon_ids = state.reuse_coupon_ids;
    let origin = Origin { request_id: Some(call.request_id.clone()), idempotency_key: call.idempotency_key.clone() };
    let account_name = state.name_of(&caller.account).to_owned();
    let now = state.clock.now();
    let context = Context { caller: caller.clone(), account_name, now, base_url, reuse_coupon_ids, origin };
    let world = state.world(&caller.account, caller.livemode);
    let result = match fault {
        Some(FaultKind::Status500) => Err(ApiError::internal()),
        Some(FaultKind::ApplyThen500) => {
            execute(world, &route, &params, &context).and_then(|_| Err(ApiError::internal()))
        }
        _ => execute(world, &route, &params, &context),
    };
    let (answer, executed) = match &result {
        Ok(body) => (Answer::done(&call, body), true),
        Err(error) => (Answer::refused(&call, error, Some(&caller)), error.executed),
    };
    if let Some(key) = &call.idempotency_key {
        if executed {
            let (status, body, request_id) = (answer.status.as_u16(), answer.body.clone(), call.request_id.clone());
            world.kept.keep(key, KeptAnswer { status, body, request_id });
        } else {
            world.kept.release(key);
        }
    }
    let outcome = if fault == Some(FaultKind::ApplyThenDrop) {
        cut(&mut state, entry)
    } else {
        state.log.change(entry, |record| match &result {
            Ok(_) => record.status = Some(200),
            Err(error) => record.refused(error),
        });
        state.recorder.answered(entry.0, answer.status.as_u16(), &shown(&route, &result, &answer));
        Outcome::Answer(answer)
    };
    state.dispatch();
    drop(state);
    sim.changed();
    outcome
}

/// An answer as it may be remembered: without a signing secret.
fn shown(route: &Route, result: &ApiResult<Value>, answer: &Answer) -> String {
    match result {
        Ok(body) if route.endpoint == Endpoint::WebhookEndpointCreate => {
            let secret = auth::masked(body["secret"].as_str().unwrap_or_default());
            let mut body = body.clone();
            body["secret"] = secret.into();
            body.to_string()
        }
        _ => answer.body.clone(),
    }
}

/// Does what a call asks for, and remembers what that brought about.
pub(crate) fn execute(world: &mut World, route: &Route, params: &Value, context: &Context) -> ApiResult<Value> {
    let update = matches!(route.endpoint, Endpoint::CouponUpdate | Endpoint::PromotionCodeUpdate);
    let before = if update { event::object(world, route.endpoint, &route.id, context.now) } else { None };
    let answer = perform(world, route, params, context)?;
    event::record(world, route, &answer, before.as_ref(), context);
    Ok(answer)
}

fn perform(world: &mut World, route: &Route, params: &Value, context: &Context) -> ApiResult<Value> {
    let id = route.id.as_str();
    match route.endpoint {
        Endpoint::CouponCreate => coupon::create(world, params, context),
        Endpoint::CouponList => coupon::page(world, params, context),
        Endpoint::CouponRetrieve => coupon::retrieve(world, id, params, context),
        Endpoint::CouponUpdate => coupon::update(world, id, params, context),
        Endpoint::CouponDelete => coupon::delete(world, id),
        Endpoint::PromotionCodeCreate => promotion_code::create(world, params, context),
        Endpoint::PromotionCodeList => promotion_code::page(world, params, context),
        Endpoint::PromotionCodeRetrieve => promotion_code::retrieve(world, id, params, context),
        Endpoint::PromotionCodeUpdate => promotion_code::update(world, id, params, context),
        Endpoint::PriceList => price::page(world, params, context),
        Endpoint::PriceRetrieve => price::retrieve(world, id, params, context),
        Endpoint::SessionCreate => session_create::create(world, params, context),
        Endpoint::SessionList => session_read::page(world, params, context),
        Endpoint::SessionRetrieve => session_read::retrieve(world, id, params, context),
        Endpoint::SessionExpire => session_read::expire(world, id, params, context),
        Endpoint::SessionLineItems => session_read::line_items(world, id, params),
        Endpoint::PaymentIntentRetrieve => payment_intent::retrieve(world, id, params, context),
        Endpoint::WebhookEndpointCreate => webhook_endpoint::create(world, params, context),
        Endpoint::WebhookEndpointList => webhook_endpoint::page(world, params, context),
        Endpoint::WebhookEndpointRetrieve => webhook_endpoint::retrieve(world, id, params, context),
        Endpoint::WebhookEndpointDelete => webhook_endpoint::delete(world, id),
        // Answered before anything comes here: it belongs to no account.
        Endpoint::TokenCreate => Err(ApiError::unrecognized_url("POST", oauth::PATH)),
        Endpoint::AccountRetrieve => Ok(account::retrieve(context)),
        Endpoint::EventList => event::page(world, params, context),
        Endpoint::EventRetrieve => event::retrieve(world, id),
    }
}

impl Call {
    /// Whether it is one for tokens, whose parameters nobody may see.
    pub(crate) fn is_for_tokens(&self) -> bool {
        self.path == oauth::PATH
    }

    fn shown_params(&self) -> Vec<(String, String)> {
        if self.is_for_tokens() { oauth::without_secrets(&self.params) } else { self.params.clone() }
    }

    fn exchange(&self) -> Exchange {
        let params = self.shown_params();
        let (query, form) = params.split_at(self.in_query);
        Exchange {
            method: self.method.to_string(),
            path: self.path.clone(),
            query: query.to_vec(),
            form: form.to_vec(),
            ..Exchange::default()
        }
    }
}

impl RequestRecord {
    pub(crate) fn refused(&mut self, error: &ApiError) {
        self.status = Some(error.status.as_u16());
        self.error = Some(error.code.unwrap_or(error.kind()).to_owned());
    }
}

impl Answer {
    pub(crate) fn done(call: &Call, body: &Value) -> Self {
        Self { status: StatusCode::OK, body: body.to_string(), headers: Self::headers(call) }
    }

    pub(crate) fn refused(call: &Call, error: &ApiError, caller: Option<&Caller>) -> Self {
        let log_url = caller.map(|caller| {
            let (account, mode) = (&caller.account, if caller.livemode { "" } else { "test/" });
            format!("https://dashboard.stripe.com/{account}/{mode}workbench/logs?object={}", call.request_id)
        });
        let mut headers = Self::headers(call);
        headers.extend(error.headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        if error.status.is_server_error() && call.idempotency_key.is_some() {
            // The same key would only bring it back: so the official Node SDK explains this advice.
            headers.push(("stripe-should-retry", "false".to_owned()));
        }
        Self { status: error.status, body: error.body(log_url).to_string(), headers }
    }

    fn replayed(call: &Call, kept: KeptAnswer) -> Self {
        let mut headers = Self::headers(call);
        headers.push(("idempotent-replayed", "true".to_owned()));
        headers.push(("original-request", kept.request_id));
        Self { status: StatusCode::from_u16(kept.status).unwrap_or_default(), body: kept.body, headers }
    }

    fn headers(call: &Call) -> Vec<(&'static str, String)> {
        let mut headers = vec![("request-id", call.request_id.clone()), ("stripe-version", VERSION.to_owned())];
        headers.extend(call.idempotency_key.iter().map(|key| ("idempotency-key", key.clone())));
        headers
    }

    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
