//! Campaigns: create, list, read, change, archive.

use super::super::connection::to_json;
use super::super::error::internal;
use super::super::when::is_zone;
use super::super::{Caller, Services, Ticket};
use super::{tell, views};
use crate::scope::Scope;
use crate::store::{CampaignRow, NewCampaign, NewVersion, TermsColumns};
use app::backend::Viewer;
use app::domain::app_id::AppId;
use app::domain::campaign::{Definition, Draft};
use app::domain::campaign_form::CampaignForm;
use app::domain::ids::CampaignId;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::reward_mail::MailSettings;
use app::wire::api::Campaign;
use app::wire::rewards::*;
use app::wire::screens::FormOutcome;

impl Services {
    /// Makes a campaign. Nothing is made in Stripe before its first reward. With an idempotency key the answer is stored in the same
    /// transaction.
    pub async fn create_campaign(
        &self,
        scope: &Scope,
        app: &AppId,
        draft: &Draft,
        idempotency: Option<&Ticket>,
    ) -> Result<Campaign, Problem> {
        let definition = draft.check(self.now(), is_zone).map_err(first)?;
        let row = self.insert_campaign(scope, app, &definition, idempotency).await?;
        views::campaign(scope, &row, self.now())
    }

    async fn insert_campaign(
        &self,
        scope: &Scope,
        app: &AppId,
        definition: &Definition,
        idempotency: Option<&Ticket>,
    ) -> Result<CampaignRow, Problem> {
        let now = self.now();
        let id = CampaignId::new(now, self.random_id()?);
        let metadata = to_json(&definition.metadata)?;
        let mail = to_json(&MailSettings::default())?;
        let new =
            NewCampaign { id: id.as_str(), app_id: app.as_str(), definition, metadata: &metadata, mail: &mail, now };
        let coupon_id = coupon_id(scope, id.as_str(), 1);
        let version = NewVersion {
            campaign_id: id.as_str(),
            version: 1,
            terms: TermsColumns::from(&definition.terms),
            expires_at: definition.ends.at(),
            coupon_id: &coupon_id,
            now,
        };
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).insert_campaign(&new).await?;
        tx.at(scope).insert_campaign_version(&version).await?;
        tell(&mut tx, scope, id.as_str(), "created", "", now, self.random_id()?).await?;
        let row = tx.at(scope).campaign(id.as_str()).await?;
        let row = row.ok_or_else(|| internal("a campaign that was stored is gone", &id))?;
        if let Some(ticket) = idempotency {
            let body = serde_json::to_vec(&views::campaign(scope, &row, now)?)
                .map_err(|error| internal("an answer could not be written", &error))?;
            ticket.store(&mut tx, 201, &body).await?;
        }
        tx.commit().await?;
        Ok(row)
    }

    /// One campaign, archived or not.
    pub async fn get_campaign(&self, caller: &Caller, id: &str) -> Result<Campaign, Problem> {
        let row = self.campaign_row(caller, id).await?;
        views::campaign(&caller.scope, &row, self.now())
    }

    pub(super) async fn create_campaign_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _form: CampaignForm,
        _zone: &str,
    ) -> Result<FormOutcome, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn campaign_edit_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _id: &str,
    ) -> Result<CampaignEdit, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn edit_campaign_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _id: &str,
        _form: CampaignForm,
        _zone: &str,
    ) -> Result<FormOutcome, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn set_campaign_active_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _id: &str,
        _active: bool,
    ) -> Result<CampaignView, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn archive_campaign_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _id: &str,
    ) -> Result<CampaignView, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn restore_campaign_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _id: &str,
    ) -> Result<CampaignView, Problem> {
        Err(super::unbuilt())
    }
}

/// The id of the coupon behind a version of a campaign: what it is, hashed, as for a code.
pub(super) fn coupon_id(scope: &Scope, campaign_id: &str, version: i64) -> String {
    super::super::mint::coupon_id(scope.workspace.as_str(), scope.mode.as_str(), campaign_id, version)
}

/// The API tells one problem at a time: the first, in the order of the fields.
fn first(problems: Vec<Problem>) -> Problem {
    problems.into_iter().next().unwrap_or_else(|| Problem::new(Code::ParameterInvalid, "The request is not right."))
}
