//! The control surface of the Stripe App, of webhooks and of accounts, for programs on this machine: `control` says who gets in.
//!
//! | call | what it does |
//! |---|---|
//! | `POST /sim/app` | `{"livemode":false,"redirect_uris":["…"],"permissions":["coupon_write"],"webhook_url":"…"}`: registers the app of a mode; its ids and secrets. A permission may also be `{"permission":"…","purpose":"…"}` |
//! | `GET /sim/app` | both clients, and every call of the token endpoint |
//! | `POST /sim/app/install` | `{"livemode":false,"account":"acct_…"}`: as if pressed; `{"code":"ac_…"}` |
//! | `POST /sim/app/uninstall`, `/sim/app/expire`, `/sim/app/revoke` | the same body: the app leaves; its access token runs out; its refresh token is gone |
//! | `POST /sim/app/roll_secret` | `{"livemode":false}`: a new signing secret, with the old one signing beside it; `{"secret":"whsec_…"}` |
//! | `POST /sim/accounts` | `{"id":"acct_…","name":"…"}`: an account, or its new name |
//! | `POST /sim/webhook_endpoints` | `{"account":"acct_…","livemode":false,"url":"…","enabled_events":["*"]}`: `{"id":"we_…","secret":"whsec_…"}` |
//! | `POST /sim/events/hold` | `{"hold":true}`: events queue up; `false` lets them leave |
//! | `POST /sim/events/deliver` | `{"order":"reverse","repeat":2,"drop":1}`: sends what is held, each once; `shuffled`, or as it came without `order`; the tries |
//! | `POST /sim/events/{id}/send` | `{"copies":3,"urls":["…"]}`: sends one once more; the tries |
//! | `GET /sim/events/attempts` | every try to deliver something |
//! | `GET /sim/secrets` | every secret that the app's side was given |

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{AccountId, AppClient, Attempt, Order, Sim};

pub(crate) fn routes() -> Router<Sim> {
    Router::new()
        .route("/sim/app", post(register).get(app))
        .route("/sim/app/install", post(install))
        .route("/sim/app/uninstall", post(uninstall))
        .route("/sim/app/expire", post(expire))
        .route("/sim/app/revoke", post(revoke))
        .route("/sim/app/roll_secret", post(roll_secret))
        .route("/sim/accounts", post(account))
        .route("/sim/webhook_endpoints", post(endpoint))
        .route("/sim/events/hold", post(hold))
        .route("/sim/events/deliver", post(deliver))
        .route("/sim/events/{id}/send", post(send))
        .route("/sim/events/attempts", get(attempts))
        .route("/sim/secrets", get(secrets))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Registered {
    livemode: bool,
    redirect_uris: Vec<String>,
    permissions: Vec<Permission>,
    webhook_url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Permission {
    Named(String),
    Explained { permission: String, purpose: String },
}

async fn register(State(sim): State<Sim>, Json(asked): Json<Registered>) -> Json<AppClient> {
    let each = |permission: &Permission| match permission {
        Permission::Named(name) => (name.clone(), String::new()),
        Permission::Explained { permission, purpose } => (permission.clone(), purpose.clone()),
    };
    let permissions: Vec<(String, String)> = asked.permissions.iter().map(each).collect();
    let names: Vec<&str> = permissions.iter().map(|(name, _)| name.as_str()).collect();
    let uris: Vec<&str> = asked.redirect_uris.iter().map(String::as_str).collect();
    let client = sim.register_app(asked.livemode, &uris, &names, asked.webhook_url.as_deref());
    let purposes: Vec<(&str, &str)> =
        permissions.iter().map(|(name, purpose)| (name.as_str(), purpose.as_str())).collect();
    sim.set_permission_purposes(asked.livemode, &purposes);
    Json(client)
}

async fn app(State(sim): State<Sim>) -> Json<Value> {
    Json(json!({ "test": sim.app(false), "live": sim.app(true), "token_requests": sim.token_requests() }))
}

#[derive(Debug, Deserialize)]
struct Installed {
    livemode: bool,
    #[serde(default)]
    account: AccountId,
}

fn found(found: bool) -> StatusCode {
    if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn install(State(sim): State<Sim>, Json(of): Json<Installed>) -> Result<Json<Value>, StatusCode> {
    let code = sim.install_app(of.livemode, &of.account);
    if code.is_empty() { Err(StatusCode::NOT_FOUND) } else { Ok(Json(json!({ "code": code }))) }
}

async fn uninstall(State(sim): State<Sim>, Json(of): Json<Installed>) -> StatusCode {
    found(sim.uninstall_app(of.livemode, &of.account))
}

async fn expire(State(sim): State<Sim>, Json(of): Json<Installed>) -> StatusCode {
    found(sim.expire_access_token(of.livemode, &of.account))
}

async fn revoke(State(sim): State<Sim>, Json(of): Json<Installed>) -> StatusCode {
    found(sim.revoke_refresh_token(of.livemode, &of.account))
}

#[derive(Debug, Deserialize)]
struct Mode {
    livemode: bool,
}

async fn roll_secret(State(sim): State<Sim>, Json(Mode { livemode }): Json<Mode>) -> Json<Value> {
    Json(json!({ "secret": sim.roll_app_webhook_secret(livemode) }))
}

#[derive(Debug, Deserialize)]
struct Named {
    id: AccountId,
    name: String,
}

async fn account(State(sim): State<Sim>, Json(Named { id, name }): Json<Named>) -> StatusCode {
    sim.add_named_account(id, &name);
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    #[serde(default)]
    account: AccountId,
    livemode: bool,
    url: String,
    enabled_events: Vec<String>,
}

async fn endpoint(
    State(sim): State<Sim>,
    Json(asked): Json<Endpoint>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let kinds: Vec<&str> = asked.enabled_events.iter().map(String::as_str).collect();
    match sim.add_webhook_endpoint(&asked.account, asked.livemode, &asked.url, &kinds) {
        Ok((id, secret)) => Ok(Json(json!({ "id": id, "secret": secret }))),
        Err(why) => Err((StatusCode::BAD_REQUEST, Json(json!({ "error": why })))),
    }
}

#[derive(Debug, Deserialize)]
struct Hold {
    hold: bool,
}

async fn hold(State(sim): State<Sim>, Json(Hold { hold }): Json<Hold>) -> StatusCode {
    sim.hold_deliveries(hold);
    StatusCode::NO_CONTENT
}

fn one() -> usize {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Released {
    #[serde(default)]
    order: Order,
    #[serde(default = "one")]
    repeat: usize,
    #[serde(default)]
    drop: usize,
}

async fn deliver(State(sim): State<Sim>, Json(asked): Json<Released>) -> Json<Vec<Attempt>> {
    Json(sim.deliver_in(asked.order, asked.repeat, asked.drop).await)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Copies {
    #[serde(default = "one")]
    copies: usize,
    #[serde(default)]
    urls: Vec<String>,
}

async fn send(State(sim): State<Sim>, Path(id): Path<String>, Json(asked): Json<Copies>) -> Json<Vec<Attempt>> {
    let urls: Vec<&str> = asked.urls.iter().map(String::as_str).collect();
    Json(sim.send_copies(&id, asked.copies, &urls).await)
}

async fn attempts(State(sim): State<Sim>) -> Json<Vec<Attempt>> {
    Json(sim.attempts())
}

async fn secrets(State(sim): State<Sim>) -> Json<Vec<String>> {
    Json(sim.secrets())
}
