//! `POST /v1/discount-codes/validate`: whether a code can be used now. It reserves nothing and writes nothing, so it takes no
//! idempotency key either: an old answer would be a wrong one.

use crate::web::{Site, answer::Answer, auth::presented, incoming::Incoming, problem::Refused};
use app::domain::{checkout::check_user_id, discount_code::Refusal, problem::Problem};
use axum::{extract::State, response::Response};

/// What is asked about a code.
struct Asked {
    app_id: Option<String>,
    code: String,
    price_id: Option<String>,
    user_id: Option<String>,
}

fn read(incoming: &Incoming) -> Result<Asked, Problem> {
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
    Ok(Asked { app_id, code, price_id, user_id })
}

/// Answers 200 whether it can or not; unknown codes are counted against guessing.
pub async fn validate(State(site): State<Site>, incoming: Incoming) -> Result<Response, Refused> {
    let key = presented(&incoming.headers)?;
    let asked = read(&incoming);
    // A price may have to be asked for; all else stands in one place, where nothing is wrong.
    if let Ok(Asked { app_id, code, price_id: None, .. }) = &asked
        && let Some(validation) = site.services.validate_at_once(&key, app_id.as_deref(), code).await?
    {
        return Ok(Answer::ok(&validation)?.into_response());
    }
    // Boxed: it is rarely come to, and several times as large.
    Box::pin(step_by_step(&site, &key, asked)).await
}

async fn step_by_step(site: &Site, key: &str, asked: Result<Asked, Problem>) -> Result<Response, Refused> {
    let caller = site.services.authenticate(key).await?;
    let Asked { app_id, code, price_id, user_id } = asked?;
    let app = site.services.app_of(&caller, app_id.as_deref()).await?;
    let validation = site.services.validate(&caller, &app, &code, price_id.as_deref(), user_id.as_deref()).await?;
    if validation.reason.as_deref() == Some(Refusal::Unknown.reason()) {
        site.guesses.count(&caller.key_id)?;
    }
    Ok(Answer::ok(&validation)?.into_response())
}
