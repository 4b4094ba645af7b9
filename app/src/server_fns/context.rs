//! What the server puts into Leptos' context for each request, and how server functions read it.

use crate::backend::{Backend, Viewer, Visitor};
use crate::domain::problem::{Code, Problem};
use crate::error::Reply;
use leptos::prelude::{ServerFnError, use_context};
use std::sync::Arc;

/// Who sends the request, as the session's cookie says.
#[derive(Clone, Debug)]
pub struct RequestWho {
    /// The signed-in person, if there is one.
    pub viewer: Option<Viewer>,
    /// Where the request comes from.
    pub visitor: Visitor,
}

/// The backend and the signed-in person; refused where nobody is signed in.
pub(super) fn signed_in() -> Reply<(Arc<dyn Backend>, Viewer)> {
    let (backend, who) = anyone()?;
    let refuse = || Problem::new(Code::SignInRequired, "You are signed out. Sign in again; what is stored is safe.");
    Ok(who.viewer.map(|viewer| (backend, viewer)).ok_or_else(refuse))
}

/// The backend and whoever asks.
pub(super) fn anyone() -> Result<(Arc<dyn Backend>, RequestWho), ServerFnError> {
    let lost = || ServerFnError::new("the request has no context");
    Ok((use_context().ok_or_else(lost)?, use_context().ok_or_else(lost)?))
}
