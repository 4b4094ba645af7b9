//! Apps.

#[cfg(feature = "ssr")]
use super::context::{go_on, signed_in};
use crate::domain::mode::Mode;
use crate::error::Reply;
#[cfg(feature = "ssr")]
use crate::pages::links;
use crate::wire::screens::FormOutcome;
use leptos::prelude::*;

/// Makes an app; an empty `id` is told by the name. `mode` is the one in view: an app has both.
#[server(endpoint = "create-app")]
pub async fn create_app(mode: Mode, name: String, id: String) -> Reply<FormOutcome> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    let outcome = backend.create_app(&viewer, &name, &id).await;
    go_on(&match &outcome {
        Ok(FormOutcome::Done { id }) => links::codes(id, mode),
        _ => links::apps_refused(mode, &name, &id),
    });
    Ok(outcome)
}
