//! Apps.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::error::Reply;
use crate::wire::screens::FormOutcome;
use leptos::prelude::*;

/// Makes an app; an empty `id` is told by the name.
#[server(endpoint = "create-app")]
pub async fn create_app(name: String, id: String) -> Reply<FormOutcome> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.create_app(&viewer, &name, &id).await)
}
