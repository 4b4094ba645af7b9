//! What the server is compared with: the least that could be written with the same libraries, on the same database, with the same
//! durability. Nothing here checks, counts or remembers anything.

use crate::{Outcome, bodies, database::Bare, process};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clap::Args;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

#[derive(Args)]
pub(crate) struct Options {
    /// `sqlite://FILE` or `postgres://…`: a database of its own.
    #[arg(long)]
    database: String,
    /// Stripe's address.
    #[arg(long)]
    stripe: String,
    /// A JSON file: what it forwards, an [`Account`] each.
    #[arg(long)]
    accounts: PathBuf,
}

/// Whose session is asked for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Stripe's key.
    pub(crate) key: String,
    /// A coupon that is there.
    pub(crate) coupon: String,
}

/// What it says in one line once it listens.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ready {
    pub(crate) address: SocketAddr,
}

struct Shared {
    bare: Bare,
    stripe: reqwest::Client,
    sessions: String,
    accounts: Vec<Account>,
    next: AtomicU64,
}

/// Serves until its standard input ends.
pub(crate) async fn run(options: Options) -> Outcome {
    let _first = rustls::crypto::ring::default_provider().install_default();
    let accounts = std::fs::read_to_string(&options.accounts).map_err(|error| error.to_string())?;
    let accounts = serde_json::from_str(&accounts).map_err(|error| error.to_string())?;
    let stripe = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
    let shared = Arc::new(Shared {
        bare: Bare::open(&options.database).await?,
        stripe,
        sessions: format!("{}/v1/checkout/sessions", options.stripe),
        accounts,
        next: AtomicU64::default(),
    });
    let routes = Router::new()
        .route("/checkout", post(checkout))
        .route("/select/{key}", get(select))
        .route("/hot", post(hot))
        .with_state(shared);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    process::ready(&Ready { address: listener.local_addr().map_err(|error| error.to_string())? })?;
    axum::serve(listener, routes).with_graceful_shutdown(process::orphaned()).await.map_err(|error| error.to_string())
}

type Answered = Result<Response, Failed>;

struct Failed(String);

impl From<String> for Failed {
    fn from(problem: String) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0).into_response()
    }
}

/// Two one-row durable commits, and the request for a session between them.
async fn checkout(State(shared): State<Arc<Shared>>, _body: Bytes) -> Answered {
    let number = shared.next.fetch_add(1, Ordering::Relaxed);
    let account = &shared.accounts[number as usize % shared.accounts.len()];
    let id = format!("co_{number:026}");
    shared.bare.insert(&id).await?;
    let sent = shared
        .stripe
        .post(&shared.sessions)
        .bearer_auth(&account.key)
        .header("idempotency-key", format!("bare-{number}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(bodies::session(number, &account.coupon))
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(|error| error.to_string())?;
    let answer = sent.bytes().await.map_err(|error| error.to_string())?;
    shared.bare.finish(&id).await?;
    Ok((StatusCode::CREATED, [("content-type", "application/json")], answer).into_response())
}

/// One SELECT by key.
async fn select(State(shared): State<Arc<Shared>>, Path(key): Path<String>) -> Answered {
    Ok(shared.bare.select(&key).await?.into_response())
}

#[derive(Deserialize)]
struct Hot {
    at_once: usize,
    ms: u64,
}

/// `UPDATE … RETURNING` of one row by so many at once, for so long; how many a second.
async fn hot(State(shared): State<Arc<Shared>>, Query(Hot { at_once, ms }): Query<Hot>) -> Answered {
    let begun = Instant::now();
    let end = begun + Duration::from_millis(ms);
    let counts = try_join_all((0..at_once).map(|_| {
        let shared = shared.clone();
        async move {
            let task = tokio::spawn(async move {
                let mut count = 0_u64;
                while Instant::now() < end {
                    shared.bare.take_one().await?;
                    count += 1;
                }
                Ok::<_, String>(count)
            });
            task.await.map_err(|error| error.to_string())?
        }
    }))
    .await?;
    let a_second = counts.iter().sum::<u64>() as f64 / begun.elapsed().as_secs_f64();
    Ok(a_second.to_string().into_response())
}
