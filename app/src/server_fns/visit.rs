//! Signing in, and what stands around every page.

#[cfg(feature = "ssr")]
use super::context::{anyone, signed_in};
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::screens::{Frame, SignInRequested};
use leptos::prelude::*;

/// Sends a link that signs in.
#[server(endpoint = "request-sign-in")]
pub async fn request_sign_in(email: String) -> Reply<SignInRequested> {
    let (backend, who) = anyone()?;
    Ok(backend.request_sign_in(&who.visitor, &email).await)
}

/// Sends a link that adds an address to an owner who has none.
#[server(endpoint = "add-address")]
pub async fn add_address(email: String) -> Reply<SignInRequested> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    let (_, who) = anyone()?;
    Ok(backend.add_address(&viewer, &who.visitor, &email).await)
}

/// What stands around every page.
#[server(endpoint = "frame")]
pub async fn read_frame(mode: Mode) -> Reply<Frame> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.frame(&viewer, mode).await)
}
