//! `/v1/campaigns`.

use super::metadata::new_metadata;
use super::paging;
use super::terms::TermsFields;
use crate::services::CampaignListQuery;
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
    campaign::{Draft, EndsDraft, Patch, Status},
    ids::CampaignId,
    problem::Problem,
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

type Id = Result<Path<String>, PathRejection>;

/// `POST`: a new campaign.
pub async fn create(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let (app_id, draft) = read_draft(incoming.fields()?)?;
    idempotent::once(&site.services, &caller, &incoming, async |ticket| {
        let app = site.services.app_of(&caller, app_id.as_deref()).await?;
        Answer::created(&site.services.create_campaign(&caller.scope, &app, &draft, ticket.as_ref()).await?)
    })
    .await
}

/// `GET`: a page of campaigns.
pub async fn list(State(site): State<Site>, FullKey(caller): FullKey, incoming: Incoming) -> Result<Response, Refused> {
    let query = read_query(incoming.params()?)?;
    Ok(Answer::ok(&site.services.list_campaigns(&caller, query).await?)?.into_response())
}

/// `GET …/{id}`: one campaign.
pub async fn read(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = campaign_id(id)?;
    incoming.params()?.finish()?;
    Ok(Answer::ok(&site.services.get_campaign(&caller, &id).await?)?.into_response())
}

/// `PATCH …/{id}`: changes a campaign.
pub async fn change(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = campaign_id(id)?;
    let patch = read_patch(incoming.fields()?)?;
    idempotent::once(&site.services, &caller, &incoming, async |_| {
        Answer::ok(&site.services.patch_campaign(&caller, &id, &patch).await?)
    })
    .await
}

/// `DELETE …/{id}`: archives a campaign.
pub async fn archive(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Id,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = campaign_id(id)?;
    incoming.nothing()?;
    idempotent::once(&site.services, &caller, &incoming, async |_| {
        Answer::ok(&site.services.archive_campaign(&caller, &id).await?)
    })
    .await
}

/// What can be no id is the id of nothing.
pub fn campaign_id(id: Id) -> Result<String, Problem> {
    let text = id.map(|Path(text)| text).unwrap_or_default();
    match CampaignId::parse(&text) {
        Some(_) => Ok(text),
        None => Err(Problem::no_such("campaign", &text)),
    }
}

fn read_draft(mut fields: Fields) -> Result<(Option<String>, Draft), Problem> {
    let app_id = fields.string("app_id")?.flatten();
    let name = fields.string("name")?.flatten();
    let terms = TermsFields::read(&mut fields)?;
    let draft = Draft {
        name,
        terms: terms.draft(),
        code_prefix: fields.string("code_prefix")?.flatten(),
        ends: EndsDraft {
            expires_at: fields.integer("expires_at")?.flatten(),
            expires_in_days: fields.integer("expires_in_days")?.flatten(),
            time_zone: fields.string("time_zone")?.flatten(),
        },
        max_rewards: fields.integer("max_rewards")?.flatten(),
        metadata: new_metadata(fields.string_map("metadata")?.flatten().unwrap_or_default())?,
    };
    fields.finish()?;
    Ok((app_id, draft))
}

fn read_patch(mut fields: Fields) -> Result<Patch, Problem> {
    let active = not_null("active", fields.boolean("active")?)?;
    let name = not_null("name", fields.string("name")?)?;
    let terms = TermsFields::read(&mut fields)?;
    let patch = Patch {
        active,
        name,
        terms: terms.patch(),
        code_prefix: not_null("code_prefix", fields.string("code_prefix")?)?,
        expires_at: fields.integer("expires_at")?,
        expires_in_days: fields.integer("expires_in_days")?,
        time_zone: fields.string("time_zone")?,
        max_rewards: fields.integer("max_rewards")?,
        metadata: not_null("metadata", fields.string_map("metadata")?)?,
    };
    fields.finish()?;
    Ok(patch)
}

fn read_query(mut params: Params) -> Result<CampaignListQuery, Problem> {
    let query = CampaignListQuery {
        app_id: params.text("app_id"),
        status: paging::word(&mut params, "status", &Status::ALL, Status::as_str)?,
        page: paging::read(&mut params, "campaign", CampaignId::PREFIX, |id| CampaignId::parse(id).is_some())?,
    };
    params.finish()?;
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::domain::problem::Code;

    fn draft(body: &str) -> Result<(Option<String>, Draft), Problem> {
        read_draft(Fields::parse(body.as_bytes())?)
    }

    #[test]
    fn the_documented_body() {
        let (app_id, draft) = draft(
            r#"{"app_id":"taskpomo","name":"Share with friends","percent_off":15,"code_prefix":"FRIEND","expires_in_days":30,
                "time_zone":"Europe/Berlin","max_rewards":1000,"metadata":{"team":"growth"}}"#,
        )
        .unwrap();
        assert_eq!(app_id.as_deref(), Some("taskpomo"));
        assert_eq!((draft.terms.percent_off, draft.max_rewards), (Some(15.0), Some(1000)));
        assert_eq!((draft.ends.expires_in_days, draft.ends.time_zone.as_deref()), (Some(30), Some("Europe/Berlin")));
        assert_eq!(draft.metadata["team"], "growth");
    }

    #[test]
    fn what_a_new_campaign_does_not_take() {
        for (body, param) in [
            (r#"{"id":"cmp_1"}"#, "id"),
            (r#"{"active":false}"#, "active"),
            (r#"{"code":"SHARE"}"#, "code"),
            (r#"{"expires_in_days":"30"}"#, "expires_in_days"),
            (r#"{"time_zone":1}"#, "time_zone"),
            (r#"{"metadata":{"a":null}}"#, "metadata.a"),
        ] {
            assert_eq!(draft(body).unwrap_err().param.as_deref(), Some(param), "{body}");
        }
    }

    #[test]
    fn a_patch_tells_absent_from_null() {
        let patch = |body: &str| read_patch(Fields::parse(body.as_bytes())?);
        assert_eq!(patch("{}"), Ok(Patch::default()));
        let cleared = patch(r#"{"expires_in_days":null,"max_rewards":null,"metadata":{"a":null}}"#).unwrap();
        assert_eq!((cleared.expires_at, cleared.expires_in_days, cleared.max_rewards), (None, Some(None), Some(None)));
        for (body, param) in [
            (r#"{"active":null}"#, "active"),
            (r#"{"name":null}"#, "name"),
            (r#"{"code_prefix":null}"#, "code_prefix"),
            (r#"{"metadata":null}"#, "metadata"),
            (r#"{"app_id":"taskpomo"}"#, "app_id"),
        ] {
            assert_eq!(patch(body).unwrap_err().param.as_deref(), Some(param), "{body}");
        }
    }

    #[test]
    fn queries() {
        let query = |text: &str| read_query(Params::parse(text)?);
        let id = format!("cmp_{}", "0".repeat(26));
        let all = query(&format!("app_id=taskpomo&status=exhausted&limit=100&ending_before={id}")).unwrap();
        assert_eq!((all.status, all.page.limit, all.page.ending_before), (Some(Status::Exhausted), 100, Some(id)));
        for (text, param) in [
            ("status=scheduled", "status"),
            ("limit=0", "limit"),
            ("q=a", "q"),
            ("starting_after=dc_00000000000000000000000000", "starting_after"),
        ] {
            assert_eq!(query(text).unwrap_err().param.as_deref(), Some(param), "{text}");
        }
    }

    #[test]
    fn no_id_is_the_id_of_nothing() {
        for bad in ["1", "cmp_", "dc_00000000000000000000000000", "cmp_\0"] {
            assert_eq!(campaign_id(Ok(Path(bad.to_owned()))).unwrap_err().code, Code::ResourceMissing, "{bad}");
        }
    }
}
