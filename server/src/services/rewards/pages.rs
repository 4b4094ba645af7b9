//! What the pages of campaigns and rewards are drawn from.

use super::super::Services;
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::rewards::*;

impl Services {
    pub(super) async fn campaigns_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _query: CampaignQuery,
    ) -> Result<CampaignPage, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn campaign_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _id: &str,
    ) -> Result<CampaignDetail, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn rewards_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _campaign: &str,
        _query: RewardQuery,
    ) -> Result<RewardPage, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn reward_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _campaign: &str,
        _id: &str,
    ) -> Result<RewardDetail, Problem> {
        Err(super::unbuilt())
    }
}
