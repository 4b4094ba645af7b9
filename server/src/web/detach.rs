//! Requests run in tasks of their own.
//!
//! axum drops a handler whose client hangs up, wherever it stands; sqlx then leaks the open transaction into its pool. A task runs on
//! to its end, and a shutdown waits for all of them. A panic ends its task and nothing else.

use super::problem;
use crate::turn::Turn;
use app::domain::problem::{Code, Problem};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use std::time::Duration;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// How long a client waits for its answer once it is its turn. The work itself goes on: it has limits of its own, below this one.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Runs what is inside in a task.
pub async fn run(State((tasks, patience)): State<(TaskTracker, Duration)>, request: Request, next: Next) -> Response {
    let turn = request.extensions().get::<Turn>().cloned();
    let work = async move {
        let work = next.run(request);
        match turn {
            Some(turn) => turn.work(work).await,
            None => work.await,
        }
    };
    let task = tasks.spawn(work.instrument(tracing::Span::current()));
    match tokio::time::timeout(patience, task).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            // The panic hook has written the message and the place.
            let cause = if error.is_panic() { "a request panicked" } else { "a request was cancelled" };
            problem::respond(&Problem::new(Code::Internal, cause))
        }
        Err(_) => problem::respond(&Problem::new(
            Code::RequestTimeout,
            format!(
                "This took longer than {} seconds. It may still be carried out: repeat it with the same Idempotency-Key.",
                patience.as_secs()
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, http::StatusCode, middleware, routing::get};
    use std::sync::Arc;
    use tokio::sync::Notify;
    use tower::ServiceExt;

    fn around(routes: Router, tasks: &TaskTracker, patience: Duration) -> Router {
        routes.layer(middleware::from_fn_with_state((tasks.clone(), patience), run))
    }

    fn request() -> Request {
        Request::get("/").body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn work_survives_a_client_that_hangs_up() {
        let (tasks, begun, go_on, done) =
            (TaskTracker::new(), Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let routes = Router::new().route("/", {
            let (begun, go_on, done) = (begun.clone(), go_on.clone(), done.clone());
            get(move || async move {
                begun.notify_one();
                go_on.notified().await;
                done.notify_one();
            })
        });
        let client = tokio::spawn(around(routes, &tasks, PATIENCE).oneshot(request()));
        begun.notified().await;
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        done.notified().await;
        tasks.close();
        tasks.wait().await;
    }

    #[tokio::test]
    async fn a_panic_is_a_500() {
        async fn fail() {
            panic!("on purpose");
        }
        let tasks = TaskTracker::new();
        let response = around(Router::new().route("/", get(fail)), &tasks, PATIENCE).oneshot(request()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn patience_ends() {
        let tasks = TaskTracker::new();
        let routes = Router::new().route("/", get(|| tokio::time::sleep(Duration::from_secs(3600))));
        let response = around(routes, &tasks, Duration::from_millis(10)).oneshot(request()).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    }
}
