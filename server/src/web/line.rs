//! The line at the door: the requests of one API key are worked on some at a time, in the order in which they came.

use crate::turn::Turn;
use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Requests of one API key that are worked on at a time.
const AT_ONCE: usize = 64;
/// So many lines are kept at most where nobody stands in them.
const IDLE: usize = 1024;

/// A line for each key that is sent, whether it is one or not. The key itself is not kept.
#[derive(Debug, Default)]
pub struct Lines {
    hasher: RandomState,
    lines: Mutex<HashMap<u64, Arc<Semaphore>>>,
}

impl Lines {
    fn of(&self, key: &[u8]) -> Arc<Semaphore> {
        let mut lines = self.lines.lock();
        if lines.len() > IDLE {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        lines.entry(self.hasher.hash_one(key)).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
    }
}

/// Waits for the request's turn, for as long as its client does. Whoever hangs up in line has asked nothing.
pub async fn stand(State(lines): State<Arc<Lines>>, mut request: Request, next: Next) -> Response {
    let line = request.headers().get(header::AUTHORIZATION).map(|key| lines.of(key.as_bytes()));
    // Nobody closes a line.
    if let Some(line) = line
        && let Ok(place) = line.acquire_owned().await
    {
        request.extensions_mut().insert(Turn::new(place));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, middleware, routing::get};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;
    use tower::ServiceExt;

    fn ask(key: &str) -> Request {
        Request::get("/").header("authorization", key).body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn one_line_a_key() {
        let (inside, go_on) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let routes = Router::new().route("/", {
            let (inside, go_on) = (inside.clone(), go_on.clone());
            get(move |request: Request| async move {
                let turn = request.extensions().get::<Turn>().cloned().unwrap();
                let aside = request.headers().contains_key("aside");
                turn.work(async {
                    inside.fetch_add(1, Ordering::SeqCst);
                    if aside {
                        crate::turn::step_aside();
                    }
                    go_on.notified().await;
                })
                .await;
            })
        });
        let door = routes.layer(middleware::from_fn_with_state(Arc::<Lines>::default(), stand));
        let enter = |request: Request| tokio::spawn(door.clone().oneshot(request));
        let come = async |count: usize| {
            while inside.load(Ordering::SeqCst) < count {
                tokio::task::yield_now().await;
            }
        };
        let crowd: Vec<_> = (0..AT_ONCE).map(|_| enter(ask("a"))).collect();
        come(AT_ONCE).await;
        let mut waits = Box::pin(door.clone().oneshot(ask("a")));
        assert!(futures::poll!(&mut waits).is_pending());
        // Another key has a line of its own; whoever steps aside lets the next one in.
        let mut other = ask("b");
        other.headers_mut().insert("aside", "yes".parse().unwrap());
        let others: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let mut other = ask("b");
                other.headers_mut().insert("aside", "yes".parse().unwrap());
                enter(other)
            })
            .chain([enter(other)])
            .collect();
        come(2 * AT_ONCE + 1).await;
        assert!(futures::poll!(&mut waits).is_pending());
        go_on.notify_waiters();
        for done in crowd.into_iter().chain(others) {
            assert!(done.await.unwrap().unwrap().status().is_success());
        }
        let last = tokio::spawn(waits);
        come(2 * AT_ONCE + 2).await;
        go_on.notify_waiters();
        assert!(last.await.unwrap().unwrap().status().is_success());
    }
}
