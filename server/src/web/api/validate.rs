//! `POST /v1/discount-codes/validate`: whether a code can be used now. It reserves nothing and writes nothing, so it takes no
//! idempotency key either: an old answer would be a wrong one.

use crate::web::{Site, answer::Answer, auth::AnyKey, incoming::Incoming, problem::Refused};
use app::domain::{checkout::check_user_id, discount_code::Refusal, problem::Problem};
use axum::{extract::State, response::Response};

/// Answers 200 whether it can or not; unknown codes are counted against guessing.
pub async fn validate(
    State(site): State<Site>,
    AnyKey(caller): AnyKey,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let mut fields = incoming.fields()?;
    let app_id = fields.string("app_id")?.flatten();
    let code = fields.string("code")?.flatten();
    let price_id = fields.string("price_id")?.flatten();
    let user_id = fields.string("user_id")?.flatten();
    fields.finish()?;
    let code = code
        .filter(|code| !code.trim().is_empty())
        .ok_or_else(|| Problem::missing("code", "code is needed: what the customer typed, like BLACKFRIDAY50."))?;
    if let Some(user_id) = &user_id {
        check_user_id(user_id)?;
    }
    let app = site.services.app_of(&caller, app_id.as_deref()).await?;
    let validation = site.services.validate(&caller, &app, &code, price_id.as_deref(), user_id.as_deref()).await?;
    if validation.reason.as_deref() == Some(Refusal::Unknown.reason()) {
        site.guesses.count(&caller.key_id)?;
    }
    Ok(Answer::ok(&validation)?.into_response())
}
