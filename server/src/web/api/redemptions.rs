//! `/v1/redemptions`: for owners who create their own Checkout Session, invoice or subscription.

use super::paging;
use crate::services::RedemptionListQuery;
use crate::web::{
    Site,
    answer::Answer,
    auth::{AnyKey, FullKey},
    fields::Fields,
    idempotent,
    incoming::Incoming,
    problem::Refused,
    query::Params,
};
use app::domain::{
    ids::{DiscountCodeId, RedemptionId},
    problem::{Code, Problem},
    redemption::{self, Draft},
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

type Id = Result<Path<String>, PathRejection>;

/// `POST`: holds a code, and has its coupon in Stripe. As with checkouts, only unknown codes are limited by rate.
pub async fn create(State(site): State<Site>, AnyKey(caller): AnyKey, incoming: Incoming) -> Result<Response, Refused> {
    let (app_id, draft) = read_draft(incoming.fields()?)?;
    idempotent::once(&site.services, &caller, &incoming, async |ticket| {
        let app = site.services.app_of(&caller, app_id.as_deref()).await?;
        let redemption = match draft.check(app) {
            Ok(request) => Box::pin(site.services.create_redemption(&caller, &request, ticket.as_ref())).await,
            Err(problem) => Err(problem),
        };
        match redemption {
            Ok(redemption) => Answer::created(&redemption),
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

/// `POST …/{id}/confirm`: it was paid.
pub async fn confirm(
    State(site): State<Site>,
    AnyKey(caller): AnyKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = redemption_id(id)?;
    incoming.nothing()?;
    idempotent::once(&site.services, &caller, &incoming, async |ticket| {
        Answer::ok(&site.services.confirm_redemption(&caller, &id, ticket.as_ref()).await?)
    })
    .await
}

/// `POST …/{id}/release`: it came to nothing.
pub async fn release(
    State(site): State<Site>,
    AnyKey(caller): AnyKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = redemption_id(id)?;
    incoming.nothing()?;
    idempotent::once(&site.services, &caller, &incoming, async |ticket| {
        Answer::ok(&site.services.release_redemption(&caller, &id, ticket.as_ref()).await?)
    })
    .await
}

/// `GET …/{id}`: one redemption.
pub async fn read(
    State(site): State<Site>,
    AnyKey(caller): AnyKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = redemption_id(id)?;
    incoming.params()?.finish()?;
    Ok(Answer::ok(&site.services.get_redemption(&caller, &id).await?)?.into_response())
}

/// `GET`: a page of redemptions. Like every list it tells of all customers, and takes a key with all rights.
pub async fn list(State(site): State<Site>, FullKey(caller): FullKey, incoming: Incoming) -> Result<Response, Refused> {
    let query = read_query(incoming.params()?)?;
    Ok(Answer::ok(&site.services.list_redemptions(&caller, query).await?)?.into_response())
}

/// What can be no id is the id of nothing.
fn redemption_id(id: Id) -> Result<String, Problem> {
    let text = id.map(|Path(text)| text).unwrap_or_default();
    match RedemptionId::parse(&text) {
        Some(_) => Ok(text),
        None => Err(Problem::no_such("redemption", &text)),
    }
}

fn read_draft(mut fields: Fields) -> Result<(Option<String>, Draft), Problem> {
    let app_id = fields.string("app_id")?.flatten();
    let draft = Draft {
        code: fields.string("code")?.flatten(),
        user_id: fields.string("user_id")?.flatten(),
        expires_in: fields.integer("expires_in")?.flatten(),
    };
    fields.finish()?;
    Ok((app_id, draft))
}

fn read_query(mut params: Params) -> Result<RedemptionListQuery, Problem> {
    let app_id = params.text("app_id");
    let discount_code = match params.text("discount_code") {
        Some(id) if DiscountCodeId::parse(&id).is_none() => {
            return Err(Problem::invalid(
                "discount_code",
                format!("discount_code must be the id of a discount code, like {}01k….", DiscountCodeId::PREFIX),
            ));
        }
        id => id,
    };
    let state = paging::word(&mut params, "state", &redemption::State::ALL, redemption::State::as_str)?;
    let page = paging::read(&mut params, "redemption", RedemptionId::PREFIX, |id| RedemptionId::parse(id).is_some())?;
    params.finish()?;
    Ok(RedemptionListQuery { app_id, discount_code, state, page })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_body() {
        let body = r#"{"app_id":"taskpomo","code":"black","user_id":"u1","expires_in":60}"#;
        let (app_id, draft) = read_draft(Fields::parse(body.as_bytes()).unwrap()).unwrap();
        assert_eq!((app_id.as_deref(), draft.code.as_deref()), (Some("taskpomo"), Some("black")));
        assert_eq!((draft.user_id.as_deref(), draft.expires_in), (Some("u1"), Some(60)));
        for (body, param) in [
            (r#"{"discount_code":"black"}"#, "discount_code"),
            (r#"{"customer_email":"a@b.example"}"#, "customer_email"),
            (r#"{"code":7}"#, "code"),
            (r#"{"expires_in":"60"}"#, "expires_in"),
        ] {
            let problem = read_draft(Fields::parse(body.as_bytes()).unwrap()).unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{body}");
        }
    }

    #[test]
    fn queries() {
        let query = |text: &str| read_query(Params::parse(text)?);
        let id = format!("dc_{}", "0".repeat(26));
        let all = query(&format!("app_id=taskpomo&discount_code={id}&state=redeemed&limit=1")).unwrap();
        assert_eq!(
            (all.state, all.page.limit, all.discount_code.as_deref()),
            (Some(redemption::State::Redeemed), 1, Some(id.as_str()))
        );
        for (text, param) in [
            ("state=open", "state"),
            ("discount_code=SPRING", "discount_code"),
            ("starting_after=dc_1", "starting_after"),
            ("user_id=u", "user_id"),
        ] {
            assert_eq!(query(text).unwrap_err().param.as_deref(), Some(param), "{text}");
        }
    }

    #[test]
    fn no_id_is_the_id_of_nothing() {
        for bad in ["", "1", "rd_", "dc_00000000000000000000000000", "rd_0000000000000000000000000I"] {
            assert_eq!(redemption_id(Ok(Path(bad.to_owned()))).unwrap_err().code, Code::ResourceMissing, "{bad}");
        }
    }
}
