//! Discount codes.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::form::CodeForm;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::screens::{CodeDetail, CodeEdit, CodePage, CodeQuery, CodeView, FormOutcome};
use leptos::prelude::*;

/// A page of codes.
#[server(endpoint = "codes")]
pub async fn list_codes(mode: Mode, app_id: String, query: CodeQuery) -> Reply<CodePage> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.codes(&viewer, mode, &app_id, query).await)
}

/// Whether another code of the app has this text already.
#[server(endpoint = "code-taken")]
pub async fn code_taken(mode: Mode, app_id: String, text: String) -> Reply<bool> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.code_taken(&viewer, mode, &app_id, &text).await)
}

/// Makes a code. `zone` is the zone that the form showed beside its dates.
#[server(endpoint = "create-code")]
pub async fn create_code(mode: Mode, app_id: String, zone: String, form: CodeForm) -> Reply<FormOutcome> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.create_code(&viewer, mode, &app_id, form, &zone).await)
}

/// One code's page.
#[server(endpoint = "code")]
pub async fn read_code(mode: Mode, app_id: String, id: String) -> Reply<CodeDetail> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.code(&viewer, mode, &app_id, &id).await)
}

/// The form of a code that is there.
#[server(endpoint = "code-edit")]
pub async fn read_code_edit(mode: Mode, app_id: String, id: String) -> Reply<CodeEdit> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.code_edit(&viewer, mode, &app_id, &id).await)
}

/// Changes a code to what the form says. `zone` is the zone that the form showed beside its dates.
#[server(endpoint = "edit-code")]
pub async fn edit_code(mode: Mode, app_id: String, id: String, form: CodeForm, zone: String) -> Reply<FormOutcome> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.edit_code(&viewer, mode, &app_id, &id, form, &zone).await)
}

/// Pauses (`false`) or resumes (`true`).
#[server(endpoint = "set-code-active")]
pub async fn set_code_active(mode: Mode, id: String, active: bool) -> Reply<CodeView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.set_code_active(&viewer, mode, &id, active).await)
}

/// Archives: the text is free again, open checkouts keep their price.
#[server(endpoint = "archive-code")]
pub async fn archive_code(mode: Mode, id: String) -> Reply<CodeView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.archive_code(&viewer, mode, &id).await)
}

/// Takes an archived code back as it was.
#[server(endpoint = "restore-code")]
pub async fn restore_code(mode: Mode, id: String) -> Reply<CodeView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.restore_code(&viewer, mode, &id).await)
}

/// Allows a new coupon after the first one was changed or deleted in Stripe.
#[server(endpoint = "mint-again")]
pub async fn mint_again(mode: Mode, id: String) -> Reply<CodeView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.mint_again(&viewer, mode, &id).await)
}

/// Makes a checkout in test mode with this code; its address.
#[server(endpoint = "test-checkout")]
pub async fn test_checkout(app_id: String, id: String, price_id: String) -> Reply<String> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.test_checkout(&viewer, &app_id, &id, &price_id).await)
}
