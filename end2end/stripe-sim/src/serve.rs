//! Running the stand-in: on a listener that somebody has, or on a port of its own until it is dropped.

use std::{
    future::Future,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use tokio::{
    net::{TcpListener, ToSocketAddrs},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{
    Sim, api,
    connection::{Doors, Hangup},
    control, pages,
};

/// A stand-in that listens on this machine until it is dropped.
#[derive(Debug)]
pub struct Running {
    /// The stand-in itself.
    pub sim: Sim,
    /// Its origin: `http://127.0.0.1:41234`.
    pub url: String,
    stopped: Arc<AtomicBool>,
    shutdown: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Stops listening and waits until the port is free.
    pub async fn stop(mut self) {
        self.hang_up();
        // Its own errors are of no interest any more; neither is that it was aborted.
        let _ = (&mut self.task).await;
    }

    fn hang_up(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Nobody listens to the signal where the server is gone already.
        self.shutdown.take().map(|shutdown| shutdown.send(()));
        self.task.abort();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.hang_up();
    }
}

impl Sim {
    /// A new stand-in on a free port of this machine.
    pub async fn start() -> io::Result<Running> {
        Self::new().listen("127.0.0.1:0").await
    }

    /// This stand-in on `address`, in the background.
    pub async fn listen(&self, address: impl ToSocketAddrs) -> io::Result<Running> {
        let listener = TcpListener::bind(address).await?;
        let url = origin(&listener)?;
        let stopped = Arc::new(AtomicBool::new(false));
        let (shutdown, signal) = oneshot::channel::<()>();
        let signal = async {
            // Dropping the sender is a signal as well.
            let _ = signal.await;
        };
        let task = tokio::spawn(self.serve_until(listener, signal, stopped.clone()));
        self.set_base_url(&url);
        Ok(Running { sim: self.clone(), url, stopped, shutdown: Some(shutdown), task })
    }

    /// Serves API and pages on `listener` until `shutdown`; sessions' urls point there.
    pub fn serve<F>(&self, listener: TcpListener, shutdown: F) -> impl Future<Output = io::Result<()>> + Send + use<F>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.serve_until(listener, shutdown, Arc::default())
    }

    fn serve_until<F>(
        &self,
        listener: TcpListener,
        shutdown: F,
        stopped: Arc<AtomicBool>,
    ) -> impl Future<Output = io::Result<()>> + Send + use<F>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let sim = self.clone();
        async move {
            sim.set_base_url(&origin(&listener)?);
            let service = sim.router().into_make_service_with_connect_info::<Hangup>();
            let serving = axum::serve(Doors::new(listener, stopped), service).with_graceful_shutdown(shutdown);
            tokio::select! {
                served = serving => served,
                () = sim.carry() => Ok(()),
            }
        }
    }

    /// API and pages, to be served by somebody else. There a cut connection is only an answer that breaks off, so
    /// [`Sim::serve`] is the better choice where faults matter.
    pub fn router(&self) -> Router {
        pages::router()
            .merge(control::router())
            .route("/v1/{*path}", axum::routing::any(api::handle))
            .layer(from_fn_with_state(self.clone(), gate))
            .with_state(self.clone())
    }
}

/// Where clients on this machine reach a listener.
fn origin(listener: &TcpListener) -> io::Result<String> {
    let address = listener.local_addr()?;
    let host = match address.ip() {
        ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    Ok(format!("http://{host}:{}", address.port()))
}

/// Nobody answers on a server that was stopped; the pages are down with the API, but for the one that shows it.
async fn gate(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    let hangup = Hangup::of(request.extensions());
    let path = request.uri().path();
    let down =
        sim.is_down() && !path.starts_with("/dashboard") && !path.starts_with("/sim/") && !path.starts_with("/v1/");
    if down || hangup.as_ref().is_some_and(Hangup::server_stopped) {
        return Hangup::cut(hangup.as_ref());
    }
    next.run(request).await
}
