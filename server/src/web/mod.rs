//! The edge: everything between the socket and the services.
//!
//! A request passes, from the outside in:
//!
//! 1. `request_id`: an id, a span, a line in the log, the header on the answer;
//! 2. `csp`: a nonce for the answer, and the headers that every answer has, refusals of the layers below included;
//! 3. `origin`: what writes must come from our own pages, before anything of it is read;
//! 4. `limits`: sizes, and the whole body within its time;
//! 5. `line`: of one API key some requests at a time, the others wait for their turn;
//! 6. `detach`: from here on it runs in a task of its own, to its end;
//! 7. the routes: `api` (REST), `pages` (screens and server functions), `forms` (the same without scripts), `live` (what open
//!    pages are told), `session` (signing in and out), `assets`, `health`.

mod answer;
mod api;
pub mod assets;
mod auth;
mod cookies;
mod csp;
mod detach;
mod fallback;
mod fields;
mod forms;
mod guesses;
mod health;
mod idempotent;
mod incoming;
mod json;
mod limits;
mod line;
mod live;
pub mod openapi;
mod origin;
mod pages;
mod people;
mod problem;
mod query;
mod request_id;
mod session;
mod shield;
mod stripe;
mod unknown;

use crate::config::Edge;
use crate::services::Services;
use app::backend::Backend;
use app::shell::Assets;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use guesses::Guesses;
use request_id::NewId;
use std::ops::Deref;
use std::sync::Arc;
use tower::ServiceBuilder;

/// What handlers share: one count of who has it, since every request takes and drops it some times.
#[derive(Clone)]
struct Site(Arc<Parts>);

struct Parts {
    services: Services,
    backend: Arc<dyn Backend>,
    edge: Edge,
    assets: Arc<Assets>,
    guesses: Guesses,
}

impl Deref for Site {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The whole server as one router. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: limits need the address.
pub fn router(services: Services, edge: Edge, assets: Assets) -> Router {
    // Leptos' resources run on it. An error means that it stands already, as in a second router of a test.
    let _ = any_spawner::Executor::init_tokio();
    let new_id: NewId = {
        let services = services.clone();
        Arc::new(move || services.new_request_id())
    };
    let site = Site(Arc::new(Parts {
        backend: Arc::new(shield::Shield(services.clone())),
        services,
        edge: edge.clone(),
        assets: Arc::new(assets),
        guesses: Guesses::new(),
    }));
    let routes =
        routes().method_not_allowed_fallback(fallback::method_not_allowed).fallback(pages::page).with_state(site);
    around(routes, &edge, new_id)
}

/// Every address that is not a page.
fn routes() -> Router<Site> {
    Router::new()
        .merge(api::router())
        .merge(assets::router())
        .merge(stripe::router())
        // `limits` has seen how large the body is; axum's own limit would refuse a file of rewards.
        .route("/api/{*name}", post(pages::server_function).layer(DefaultBodyLimit::disable()))
        .route("/sign-in", post(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/live", get(live::listen))
        .route("/people/export", post(people::export))
        .route("/apps/{app_id}/campaigns/{id}/rewards.csv", get(people::rewards))
        .route("/openapi.json", get(openapi::serve))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
}

/// The layers.
fn around(routes: Router, edge: &Edge, new_id: NewId) -> Router {
    let own: Arc<str> = edge.public_url.origin().ascii_serialization().into();
    routes.layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn_with_state(new_id, request_id::tag))
            .layer(middleware::from_fn_with_state(session::is_https(edge), csp::secure))
            .layer(middleware::from_fn_with_state(own, origin::check))
            .layer(middleware::from_fn(limits::check))
            .layer(middleware::from_fn_with_state(Arc::<line::Lines>::default(), line::stand))
            .layer(middleware::from_fn_with_state((edge.tasks.clone(), detach::PATIENCE), detach::run)),
    )
}

#[cfg(test)]
mod tests;
