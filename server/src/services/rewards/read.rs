//! Rewards as the API lists and reads them.

use super::super::paging::{self, PageQuery};
use super::super::{Caller, Services};
use super::views;
use crate::store::{CampaignRow, RewardFilter, RewardRow};
use app::domain::email;
use app::domain::ids::RewardId;
use app::domain::problem::Problem;
use app::domain::reward::SyncState;
use app::wire::api::{List, Reward};
use std::collections::BTreeMap;

/// What a list is asked for, unchecked but for the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewardListQuery {
    /// Who earned it, in any case.
    pub email: Option<String>,
    /// What it was earned by.
    pub reference: Option<String>,
    /// Its text, in any case.
    pub code: Option<String>,
    /// Where it stands on its way to Stripe.
    pub sync: Option<SyncState>,
    /// Which page.
    pub page: PageQuery,
}

impl Services {
    /// A page of a campaign's rewards.
    pub async fn list_rewards(
        &self,
        caller: &Caller,
        campaign_id: &str,
        query: RewardListQuery,
    ) -> Result<List<Reward>, Problem> {
        let campaign = self.campaign_row(caller, campaign_id).await?;
        let direction = query.page.direction("reward", async |id| self.reward_row(caller, &campaign, id).await).await?;
        let (scope, now) = (&caller.scope, self.now());
        let mut reader = self.0.db.reader().await?;
        let pause = reader.at(scope).mint_pause().await?;
        let filter = RewardFilter {
            campaign_id: campaign.id.clone(),
            email_key: query.email.as_deref().map(email::normalize),
            reference: query.reference.as_deref().map(|text| text.trim().to_owned()),
            code: query.code.as_deref().map(|text| text.trim().to_ascii_uppercase()),
            sync: query.sync.map(|state| views::shown_as(state, pause.as_ref())),
            direction,
            limit: query.page.rows(),
        };
        let rows = reader.at(scope).rewards(&filter).await?;
        let versions = rows.iter().map(|row| row.version);
        let (first, last) = (versions.clone().min().unwrap_or_default(), versions.max().unwrap_or_default());
        let campaigns = reader.at(scope).campaign_versions(&campaign.id, first, last).await?;
        drop(reader);
        let campaigns: BTreeMap<i64, CampaignRow> = campaigns.into_iter().map(|row| (row.terms_version, row)).collect();
        let url = format!("/v1/campaigns/{}/rewards", campaign.id);
        paging::list(rows, &query.page, &filter.direction, url, |row| {
            let campaign = campaigns
                .get(&row.version)
                .ok_or_else(|| super::super::error::internal("a reward's version is gone", &row.id))?;
            views::reward(scope, row, campaign, pause.as_ref(), now)
        })
    }

    /// One reward of a campaign.
    pub async fn get_reward(&self, caller: &Caller, campaign_id: &str, id: &str) -> Result<Reward, Problem> {
        let campaign = self.campaign_row(caller, campaign_id).await?;
        let row = self.reward_row(caller, &campaign, id).await?;
        let scope = &caller.scope;
        let mut reader = self.0.db.reader().await?;
        let campaign = reader.at(scope).campaign_at(&campaign.id, row.version).await?;
        let campaign = campaign.ok_or_else(|| super::super::error::internal("a reward's version is gone", &row.id))?;
        let pause = reader.at(scope).mint_pause().await?;
        views::reward(scope, &row, &campaign, pause.as_ref(), self.now())
    }

    async fn reward_row(&self, caller: &Caller, campaign: &CampaignRow, id: &str) -> Result<RewardRow, Problem> {
        let missing = || Problem::no_such("reward", id);
        let known = RewardId::parse(id).ok_or_else(missing)?;
        let mut reader = self.0.db.reader().await?;
        let row = reader.at(&caller.scope).reward(known.as_str()).await?;
        row.filter(|row| row.campaign_id == campaign.id).ok_or_else(missing)
    }
}
