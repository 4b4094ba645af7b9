//! People: those who earned elsewhere, and those who are to be forgotten.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::rewards::{Erased, ImportReport, Person};
use leptos::prelude::*;

/// Issues a reward for each line of a CSV (`email,reference,…`); what is refused is reported line by line.
#[server(endpoint = "import-rewards")]
pub async fn import_rewards(
    mode: Mode,
    app_id: String,
    id: String,
    csv: String,
    send_email: bool,
) -> Reply<ImportReport> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.import_rewards(&viewer, mode, &app_id, &id, &csv, send_email).await)
}

/// What is kept about a person.
#[server(endpoint = "person")]
pub async fn read_person(mode: Mode, email: String) -> Reply<Person> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.person(&viewer, mode, &email).await)
}

/// Erases a person: address, names and metadata go, counts and money stay; also at Stripe, where it may be.
#[server(endpoint = "erase-person")]
pub async fn erase_person(mode: Mode, email: String) -> Reply<Erased> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.erase_person(&viewer, mode, &email).await)
}
