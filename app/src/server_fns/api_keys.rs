//! API keys.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::screens::{ApiKeyRow, KeyRights, NewApiKey};
use leptos::prelude::*;

/// The API keys that are not revoked, newest first.
#[server(endpoint = "api-keys")]
pub async fn list_api_keys(mode: Mode) -> Reply<Vec<ApiKeyRow>> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.api_keys(&viewer, mode).await)
}

/// Makes an API key; `app_id` empty: for all apps. The whole key is in this answer and nowhere else.
#[server(endpoint = "create-api-key")]
pub async fn create_api_key(mode: Mode, name: String, app_id: String, rights: KeyRights) -> Reply<NewApiKey> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.create_api_key(&viewer, mode, &name, &app_id, rights).await)
}

/// Revokes an API key at once.
#[server(endpoint = "revoke-api-key")]
pub async fn revoke_api_key(mode: Mode, id: String) -> Reply<()> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.revoke_api_key(&viewer, mode, &id).await)
}
