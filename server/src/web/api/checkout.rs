//! `POST /v1/checkout/sessions`.

use crate::web::{
    Site, answer::Answer, auth::AnyKey, fields::Fields, idempotent, incoming::Incoming, problem::Refused,
};
use app::domain::{
    checkout::CheckoutDraft,
    problem::{Code, Problem},
};
use axum::{extract::State, response::Response};

/// Makes a Checkout Session, with the discount code if one is given.
///
/// A checkout is never refused for the guesses of others with the same API key: an unknown code counts, and only an unknown code
/// is answered 429 once too many came.
pub async fn create(State(site): State<Site>, AnyKey(caller): AnyKey, incoming: Incoming) -> Result<Response, Refused> {
    let (app_id, draft) = read_draft(incoming.fields()?)?;
    idempotent::once(&site.services, &caller, &incoming, async |ticket| {
        let app = site.services.app_of(&caller, app_id.as_deref()).await?;
        let session = match draft.check(app) {
            // Boxed: it is by far the largest future of the API.
            Ok(checkout) => Box::pin(site.services.checkout(&caller, checkout, ticket.as_ref())).await,
            Err(problem) => Err(problem),
        };
        match session {
            Ok(session) => Answer::created(&session),
            Err(problem) => {
                if problem.code == Code::DiscountCodeUnknown {
                    site.guesses.count(&caller.key_id)?;
                }
                Err(problem)
            }
        }
    })
    .await
}

fn read_draft(mut fields: Fields) -> Result<(Option<String>, CheckoutDraft), Problem> {
    let app_id = fields.string("app_id")?.flatten();
    let draft = CheckoutDraft {
        price_id: fields.string("price_id")?.flatten(),
        quantity: fields.integer("quantity")?.flatten(),
        mode: fields.string("mode")?.flatten(),
        user_id: fields.string("user_id")?.flatten(),
        success_url: fields.string("success_url")?.flatten(),
        cancel_url: fields.string("cancel_url")?.flatten(),
        discount_code: fields.string("discount_code")?.flatten(),
        allow_promotion_codes: fields.boolean("allow_promotion_codes")?.flatten(),
        customer_email: fields.string("customer_email")?.flatten(),
        expires_in: fields.integer("expires_in")?.flatten(),
    };
    fields.finish()?;
    Ok((app_id, draft))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_body() {
        let body = r#"{"app_id":"taskpomo","price_id":"price_1ABC","quantity":2,"mode":"payment","user_id":"u1","success_url":"https://a.example/",
            "cancel_url":"https://a.example/no","discount_code":"black","allow_promotion_codes":true,"customer_email":"a@b.example","expires_in":1800}"#;
        let (app_id, draft) = read_draft(Fields::parse(body.as_bytes()).unwrap()).unwrap();
        assert_eq!(app_id.as_deref(), Some("taskpomo"));
        assert_eq!((draft.quantity, draft.expires_in, draft.allow_promotion_codes), (Some(2), Some(1800), Some(true)));
        for (body, param) in [
            (r#"{"line_items":[]}"#, "line_items"),
            (r#"{"quantity":"2"}"#, "quantity"),
            (r#"{"allow_promotion_codes":"true"}"#, "allow_promotion_codes"),
            (r#"{"discount_code":["A"]}"#, "discount_code"),
            (r#"{"expires_in":1800.5}"#, "expires_in"),
        ] {
            let problem = read_draft(Fields::parse(body.as_bytes()).unwrap()).unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{body}");
        }
    }
}
