//! The running server: listener, jobs, and a shutdown that loses nothing.

use crate::clock::Clock;
use crate::config::{Config, Edge};
use crate::jobs::{self, Pace};
use crate::services::{Services, SetupError};
use crate::web;
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Open connections may finish for so long once a shutdown has begun.
const GRACE: Duration = Duration::from_secs(20);

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Something that it stands on could not be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The address cannot be listened on.
    #[error("CODEMINT_BIND {address}: {cause}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
    /// The listener failed.
    #[error("the listener failed: {0}")]
    Listen(#[from] std::io::Error),
}

/// Binds the configured address.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|cause| ServeError::Bind { address, cause })
}

/// A server that was set up but does not answer yet.
pub struct Server {
    services: Services,
    edge: Edge,
    pace: Pace,
}

impl Server {
    /// Connects to the database, migrates it, checks the keys.
    pub async fn set_up(config: &Config, clock: Clock, pace: Pace) -> Result<Self, ServeError> {
        let services = Services::start(config, clock).await?;
        let edge = Edge {
            public_url: config.public_url.clone(),
            trust_forwarded: config.trust_forwarded,
            tasks: TaskTracker::new(),
        };
        Ok(Self { services, edge, pace })
    }

    /// The use cases, for what is done beside serving.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Serves until `stop` is cancelled; then takes no new connections, lets requests and jobs finish, and closes the database.
    pub async fn run(self, listener: TcpListener, stop: CancellationToken) -> Result<(), ServeError> {
        let router = web::router(self.services.clone(), self.edge.clone(), web::assets::manifest());
        let job_tasks = TaskTracker::new();
        jobs::start(&self.services, self.pace, &job_tasks, &stop);
        let stopping = stop.clone();
        let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move { stopping.cancelled().await })
            .into_future();
        let out_of_patience = async {
            stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        let served = tokio::select! {
            served = serving => served,
            () = out_of_patience => Ok(()),
        };
        stop.cancel();
        self.edge.tasks.close();
        job_tasks.close();
        let finished = async {
            self.edge.tasks.wait().await;
            job_tasks.wait().await;
        };
        if tokio::time::timeout(GRACE, finished).await.is_err() {
            tracing::warn!("work was still running at the end of the shutdown; it goes on at the next start");
        }
        self.services.close().await;
        Ok(served?)
    }
}
