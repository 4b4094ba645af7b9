//! The workspace's link to Stripe.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::screens::ConnectionView;
use leptos::prelude::*;

/// The Stripe part of the settings.
#[server(endpoint = "connection")]
pub async fn read_connection(mode: Mode) -> Reply<ConnectionView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.connection(&viewer, mode).await)
}

/// Checks a restricted key against Stripe and keeps it. It is never told back.
#[server(endpoint = "connect-restricted-key")]
pub async fn connect_restricted_key(mode: Mode, restricted_key: String) -> Reply<ConnectionView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.connect_restricted_key(&viewer, mode, &restricted_key).await)
}

/// Forgets the connection; codes stay.
#[server(endpoint = "disconnect")]
pub async fn disconnect(mode: Mode) -> Reply<ConnectionView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.disconnect(&viewer, mode).await)
}
