//! `/v1/campaigns/{id}/rewards`.

use super::campaigns::campaign_id;
use super::metadata::new_metadata;
use super::paging;
use crate::services::RewardListQuery;
use crate::web::{
    Site, answer::Answer, auth::FullKey, fields::Fields, idempotent, incoming::Incoming, problem::Refused,
    query::Params,
};
use app::domain::{
    ids::RewardId,
    problem::Problem,
    reward::{Draft, SyncState},
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

/// `POST`: somebody earned. 201 with a new reward, 200 with the one that the reference has already.
pub async fn earn(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Result<Path<String>, PathRejection>,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = campaign_id(id)?;
    let draft = read_draft(incoming.fields()?)?;
    idempotent::once(&site.services, &caller, &incoming, async |ticket| {
        let earned = draft.check()?;
        let issued = site.services.earn(&caller, &id, &earned, ticket.as_ref()).await?;
        if issued.repeated { Answer::ok(&issued.reward) } else { Answer::created(&issued.reward) }
    })
    .await
}

/// `GET`: a page of rewards.
pub async fn list(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    id: Result<Path<String>, PathRejection>,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let id = campaign_id(id)?;
    let query = read_query(incoming.params()?)?;
    Ok(Answer::ok(&site.services.list_rewards(&caller, &id, query).await?)?.into_response())
}

/// `GET …/{reward_id}`: one reward.
pub async fn read(
    State(site): State<Site>,
    FullKey(caller): FullKey,
    ids: Result<Path<(String, String)>, PathRejection>,
    incoming: Incoming,
) -> Result<Response, Refused> {
    let (campaign, reward) = ids.map(|Path(ids)| ids).unwrap_or_default();
    let campaign = campaign_id(Ok(Path(campaign)))?;
    if RewardId::parse(&reward).is_none() {
        return Err(Problem::no_such("reward", &reward).into());
    }
    incoming.params()?.finish()?;
    Ok(Answer::ok(&site.services.get_reward(&caller, &campaign, &reward).await?)?.into_response())
}

fn read_draft(mut fields: Fields) -> Result<Draft, Problem> {
    let draft = Draft {
        email: fields.string("email")?.flatten(),
        reference: fields.string("reference")?.flatten(),
        send_email: fields.boolean("send_email")?.flatten(),
        metadata: new_metadata(fields.string_map("metadata")?.flatten().unwrap_or_default())?,
    };
    fields.finish()?;
    Ok(draft)
}

fn read_query(mut params: Params) -> Result<RewardListQuery, Problem> {
    let query = RewardListQuery {
        email: params.text("email"),
        reference: params.text("reference"),
        code: params.text("code"),
        sync: paging::word(&mut params, "sync", SyncState::ALL, SyncState::as_str)?,
        page: paging::read(&mut params, "reward", RewardId::PREFIX, |id| RewardId::parse(id).is_some())?,
    };
    params.finish()?;
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_body() {
        let body =
            r#"{"email":"ada@example.com","reference":"share-4711","send_email":false,"metadata":{"name":"Ada"}}"#;
        let draft = read_draft(Fields::parse(body.as_bytes()).unwrap()).unwrap();
        assert_eq!((draft.email.as_deref(), draft.send_email), (Some("ada@example.com"), Some(false)));
        assert_eq!((draft.reference.as_deref(), draft.metadata["name"].as_str()), (Some("share-4711"), "Ada"));
        for (body, param) in [
            (r#"{"emails":[]}"#, "emails"),
            (r#"{"code":"SHARE-1"}"#, "code"),
            (r#"{"send_email":"yes"}"#, "send_email"),
            (r#"{"reference":7}"#, "reference"),
            (r#"{"metadata":{"name":null}}"#, "metadata.name"),
        ] {
            let problem = read_draft(Fields::parse(body.as_bytes()).unwrap()).unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{body}");
        }
    }

    #[test]
    fn queries() {
        let query = |text: &str| read_query(Params::parse(text)?);
        let all = query("email=Ada%40Example.com&reference=r&code=share-1&sync=failed&limit=1").unwrap();
        assert_eq!(
            (all.sync, all.page.limit, all.email.as_deref()),
            (Some(SyncState::Failed), 1, Some("Ada@Example.com"))
        );
        for (text, param) in
            [("sync=ok", "sync"), ("status=active", "status"), ("starting_after=cmp_1", "starting_after")]
        {
            assert_eq!(query(text).unwrap_err().param.as_deref(), Some(param), "{text}");
        }
    }
}
