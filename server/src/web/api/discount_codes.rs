//! `/v1/admin/discount-codes`.

use super::metadata::new_metadata;
use super::paging;
use super::terms::TermsFields;
use crate::services::ListQuery;
use crate::web::{
    Site,
    answer::Answer,
    auth::FullKey,
    fields::{Fields, not_null},
    idempotent,
    incoming::Incoming,
    problem::Refused,
    query::Params,
};
use app::domain::{
    discount_code::{Draft, Status},
    ids::DiscountCodeId,
    patch::Patch,
    problem::Problem,
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

type Id = Result<Path<String>, PathRejection>;

/// `POST`: a new code.
pub async fn create(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let (app_id, draft) = read_draft(incoming.fields()?)?;
    idempotent::once(&site.services, &caller, &incoming, async |ticket| {
        let app = site.services.app_of(&caller, app_id.as_deref()).await?;
        Answer::created(&site.services.create_code(&caller, &app, &draft, ticket.as_ref()).await?)
    })
    .await
}

/// `GET`: a page of codes.
pub async fn list(State(site): State<Site>, FullKey(caller): FullKey, incoming: Incoming) -> Result<Response, Refused> {
    let query = read_query(incoming.params()?)?;
    Ok(Answer::ok(&site.services.list_codes(&caller, query).await?)?.into_response())
}

/// `GET …/{id}`: one code.
pub async fn read(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = code_id(id)?;
    incoming.params()?.finish()?;
    Ok(Answer::ok(&site.services.get_code(&caller, &id).await?)?.into_response())
}

/// `PATCH …/{id}`: changes a code.
pub async fn change(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = code_id(id)?;
    let patch = read_patch(incoming.fields()?)?;
    idempotent::once(&site.services, &caller, &incoming, async |_| {
        Answer::ok(&site.services.patch_code(&caller, &id, &patch).await?)
    })
    .await
}

/// `DELETE …/{id}`: archives a code.
pub async fn archive(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = code_id(id)?;
    incoming.nothing()?;
    idempotent::once(&site.services, &caller, &incoming, async |_| {
        Answer::ok(&site.services.archive_code(&caller, &id).await?)
    })
    .await
}

/// What can be no id is the id of nothing.
fn code_id(id: Id) -> Result<String, Problem> {
    let text = id.map(|Path(text)| text).unwrap_or_default();
    match DiscountCodeId::parse(&text) {
        Some(_) => Ok(text),
        None => Err(Problem::no_such("discount code", &text)),
    }
}

fn read_draft(mut fields: Fields) -> Result<(Option<String>, Draft), Problem> {
    let app_id = fields.string("app_id")?.flatten();
    let code = fields.string("code")?.flatten();
    let terms = TermsFields::read(&mut fields)?;
    let draft = Draft {
        code,
        terms: terms.draft(),
        max_redemptions: fields.integer("max_redemptions")?.flatten(),
        max_redemptions_per_user: fields.integer("max_redemptions_per_user")?.flatten(),
        minimum_amount_cents: fields.integer("minimum_amount_cents")?.flatten(),
        minimum_amount_currency: fields.string("minimum_amount_currency")?.flatten(),
        starts_at: fields.integer("starts_at")?.flatten(),
        expires_at: fields.integer("expires_at")?.flatten(),
        metadata: new_metadata(fields.string_map("metadata")?.flatten().unwrap_or_default())?,
    };
    fields.finish()?;
    Ok((app_id, draft))
}

fn read_patch(mut fields: Fields) -> Result<Patch, Problem> {
    let active = not_null("active", fields.boolean("active")?)?;
    let terms = TermsFields::read(&mut fields)?;
    let patch = Patch {
        active,
        max_redemptions: fields.integer("max_redemptions")?,
        max_redemptions_per_user: fields.integer("max_redemptions_per_user")?,
        minimum_amount_cents: fields.integer("minimum_amount_cents")?,
        minimum_amount_currency: fields.string("minimum_amount_currency")?,
        starts_at: fields.integer("starts_at")?,
        expires_at: fields.integer("expires_at")?,
        metadata: not_null("metadata", fields.string_map("metadata")?)?,
        terms: terms.patch(),
    };
    fields.finish()?;
    Ok(patch)
}

fn read_query(mut params: Params) -> Result<ListQuery, Problem> {
    let query = ListQuery {
        app_id: params.text("app_id"),
        status: paging::word(&mut params, "status", &Status::ALL, Status::as_str)?,
        q: params.text("q").filter(|text| !text.trim().is_empty()),
        page: paging::read(&mut params, "discount code", DiscountCodeId::PREFIX, |id| {
            DiscountCodeId::parse(id).is_some()
        })?,
    };
    params.finish()?;
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::PageQuery;
    use app::domain::problem::Code;

    fn draft(body: &str) -> Result<(Option<String>, Draft), Problem> {
        read_draft(Fields::parse(body.as_bytes())?)
    }

    #[test]
    fn the_documented_body() {
        let (app_id, draft) = draft(
            r#"{"app_id":"taskpomo","code":"BLACKFRIDAY50","percent_off":50,"max_redemptions":1000,"starts_at":null,
                "expires_at":1798761600000,"duration":"repeating","duration_in_months":3,"metadata":{"team":"growth"}}"#,
        )
        .unwrap();
        assert_eq!(app_id.as_deref(), Some("taskpomo"));
        assert_eq!(draft.terms.percent_off, Some(50.0));
        assert_eq!(
            (draft.max_redemptions, draft.starts_at, draft.expires_at),
            (Some(1000), None, Some(1_798_761_600_000))
        );
        assert_eq!(draft.metadata["team"], "growth");
    }

    #[test]
    fn what_a_new_code_does_not_take() {
        for (body, param) in [
            (r#"{"id":"dc_1"}"#, "id"),
            (r#"{"active":false}"#, "active"),
            (r#"{"amount_off":5}"#, "amount_off"),
            (r#"{"livemode":true}"#, "livemode"),
            (r#"{"metadata":{"a":null}}"#, "metadata.a"),
            (r#"{"duration_in_months":"3"}"#, "duration_in_months"),
        ] {
            assert_eq!(draft(body).unwrap_err().param.as_deref(), Some(param), "{body}");
        }
    }

    #[test]
    fn a_patch_tells_absent_from_null() {
        let patch = |body: &str| read_patch(Fields::parse(body.as_bytes())?);
        assert_eq!(patch("{}"), Ok(Patch::default()));
        let cleared = patch(r#"{"active":true,"expires_at":null,"metadata":{"a":null}}"#).unwrap();
        assert_eq!((cleared.active, cleared.expires_at, cleared.starts_at), (Some(true), Some(None), None));
        assert_eq!(cleared.metadata.unwrap()["a"], None);
        for (body, param) in
            [(r#"{"active":null}"#, "active"), (r#"{"metadata":null}"#, "metadata"), (r#"{"code":"NEW"}"#, "code")]
        {
            assert_eq!(patch(body).unwrap_err().param.as_deref(), Some(param), "{body}");
        }
    }

    #[test]
    fn queries() {
        let query = |text: &str| read_query(Params::parse(text)?);
        let first = PageQuery { limit: 20, ..PageQuery::default() };
        assert_eq!(query("").unwrap(), ListQuery { page: first, ..ListQuery::default() });
        let id = format!("dc_{}", "0".repeat(26));
        let all = query(&format!("app_id=taskpomo&status=active&q=black&limit=100&starting_after={id}")).unwrap();
        assert_eq!(
            (all.page.limit, all.status, all.page.starting_after.as_deref()),
            (100, Some(Status::Active), Some(id.as_str()))
        );
        let both = format!("starting_after={id}&ending_before={id}");
        for (text, param) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=", "limit"),
            ("limit=-1", "limit"),
            ("limit=+1", "limit"),
            ("limit=%2B1", "limit"),
            ("limit=1.0", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("status=Active", "status"),
            ("status=", "status"),
            ("starting_after=x", "starting_after"),
            ("ending_before=rd_00000000000000000000000000", "ending_before"),
            (&both, "ending_before"),
            ("offset=3", "offset"),
            ("q=a&q=b", "q"),
        ] {
            assert_eq!(query(text).unwrap_err().param.as_deref(), Some(param), "{text}");
        }
    }

    #[test]
    fn no_id_is_the_id_of_nothing() {
        for bad in ["1", "dc_", "dc_1", "rd_00000000000000000000000000", "dc_0000000000000000000000000I", "dc_\0"] {
            assert_eq!(code_id(Ok(Path(bad.to_owned()))).unwrap_err().code, Code::ResourceMissing, "{bad}");
        }
    }
}
