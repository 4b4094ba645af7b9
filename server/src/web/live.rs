//! `GET /live`: tells an open page when the connection has changed, as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
//!
//! The first event comes at once: a browser that was away learns from it what it missed.

use super::cookies::SESSION;
use super::problem::Refused;
use super::{Site, forms, session};
use crate::services::{Listener, Services};
use app::domain::problem::{Code, Problem};
use app::wire::live::{CONNECTION, OVER};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
    response::Response,
};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, Interval, interval_at};

/// How often something is sent, so that no proxy takes the stream for dead, and whether the session still is, is asked.
const BEAT: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes back, in milliseconds.
const RETRY_MS: u32 = 2000;
/// nginx keeps answers back until they are whole, unless it is told.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The stream of whoever is signed in.
pub async fn listen(State(site): State<Site>, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    let nobody = || Problem::new(Code::SignInRequired, "You are signed out. Sign in again; what is stored is safe.");
    let viewer = session::viewer(&site, &headers).await.ok_or_else(nobody)?;
    let cookie = SESSION.read(&headers, session::is_https(&site.edge)).ok_or_else(nobody)?;
    let listener = site.services.listen(&viewer, forms::mode(&uri))?;
    let mut response = Response::new(stream(site.services.clone(), listener, cookie, BEAT));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

struct Open {
    services: Services,
    listener: Listener,
    cookie: String,
    beat: Interval,
    over: bool,
}

fn stream(services: Services, listener: Listener, cookie: String, beat: Duration) -> Body {
    let open = Open { services, listener, cookie, beat: interval_at(Instant::now() + beat, beat), over: false };
    Body::from_stream(futures::stream::unfold(open, next))
}

async fn next(mut open: Open) -> Option<(Result<Bytes, Infallible>, Open)> {
    if open.over {
        return None;
    }
    let text = tokio::select! {
        told = open.listener.next() => format!("retry: {RETRY_MS}\nevent: {CONNECTION}\ndata: {}\n\n", told?),
        _ = open.beat.tick() => {
            open.over = !open.services.may_listen(&open.cookie, &open.listener).await;
            if open.over {
                format!("event: {OVER}\ndata: signed out\n\n")
            } else {
                // Whatever went by unseen, by a clock that is far off for example, is seen now.
                open.services.look_again(&open.listener);
                ":\n\n".to_owned()
            }
        }
    };
    Some((Ok(Bytes::from(text)), open))
}
