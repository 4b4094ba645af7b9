//! Campaigns.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::campaign_form::CampaignForm;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::rewards::{CampaignDetail, CampaignEdit, CampaignPage, CampaignQuery, CampaignView};
use crate::wire::screens::FormOutcome;
use leptos::prelude::*;

/// A page of an app's campaigns, 20 to a page. A query that asks for nothing special leaves no trace in a form.
#[server(endpoint = "campaigns")]
pub async fn list_campaigns(
    mode: Mode,
    app_id: String,
    #[server(default)] query: CampaignQuery,
) -> Reply<CampaignPage> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.campaigns(&viewer, mode, &app_id, query).await)
}

/// Makes a campaign from the form. Local times are read in `zone` (IANA name), the one that the form showed; days end in it.
#[server(endpoint = "create-campaign")]
pub async fn create_campaign(mode: Mode, app_id: String, form: CampaignForm, zone: String) -> Reply<FormOutcome> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.create_campaign(&viewer, mode, &app_id, form, &zone).await)
}

/// The form of a campaign that is there.
#[server(endpoint = "campaign-edit")]
pub async fn read_campaign_edit(mode: Mode, app_id: String, id: String) -> Reply<CampaignEdit> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.campaign_edit(&viewer, mode, &app_id, &id).await)
}

/// Changes a campaign to what the form says.
#[server(endpoint = "edit-campaign")]
pub async fn edit_campaign(
    mode: Mode,
    app_id: String,
    id: String,
    form: CampaignForm,
    zone: String,
) -> Reply<FormOutcome> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.edit_campaign(&viewer, mode, &app_id, &id, form, &zone).await)
}

/// One campaign's page.
#[server(endpoint = "campaign")]
pub async fn read_campaign(mode: Mode, app_id: String, id: String) -> Reply<CampaignDetail> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.campaign(&viewer, mode, &app_id, &id).await)
}

/// Pauses (`false`) or resumes (`true`).
#[server(endpoint = "set-campaign-active")]
pub async fn set_campaign_active(mode: Mode, id: String, active: bool) -> Reply<CampaignView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.set_campaign_active(&viewer, mode, &id, active).await)
}

/// Archives: it issues no more rewards; those that were earned stay what they are.
#[server(endpoint = "archive-campaign")]
pub async fn archive_campaign(mode: Mode, id: String) -> Reply<CampaignView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.archive_campaign(&viewer, mode, &id).await)
}

/// Takes an archived campaign back as it was.
#[server(endpoint = "restore-campaign")]
pub async fn restore_campaign(mode: Mode, id: String) -> Reply<CampaignView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.restore_campaign(&viewer, mode, &id).await)
}

/// After its coupon was changed or deleted in Stripe: what waits is minted with a new one, under the next version.
#[server(endpoint = "mint-campaign-again")]
pub async fn mint_campaign_again(mode: Mode, id: String) -> Reply<CampaignView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.mint_campaign_again(&viewer, mode, &id).await)
}
