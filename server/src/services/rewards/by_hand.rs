//! What an owner does about rewards that are not in Stripe: try again, make them by hand, replace them.

use super::super::Services;
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::rewards::*;

impl Services {
    pub(super) async fn mint_campaign_again_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _id: &str,
    ) -> Result<CampaignView, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn retry_rewards_for(&self, _viewer: &Viewer, _mode: Mode) -> Result<(), Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn made_by_hand_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _id: &str,
    ) -> Result<RewardDetail, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn replace_reward_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _id: &str,
    ) -> Result<RewardDetail, Problem> {
        Err(super::unbuilt())
    }
}
