//! The use cases of campaigns and rewards as the screens call them. What they do stands in the files around.

use super::super::Services;
use app::backend::{RewardBackend, Viewer};
use app::domain::campaign_form::CampaignForm;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::domain::reward_mail::MailSettings;
use app::wire::rewards::*;
use app::wire::screens::FormOutcome;
use async_trait::async_trait;

#[async_trait]
impl RewardBackend for Services {
    async fn campaigns(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        query: CampaignQuery,
    ) -> Result<CampaignPage, Problem> {
        self.campaigns_for(viewer, mode, app_id, query).await
    }

    async fn create_campaign(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        form: CampaignForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem> {
        self.create_campaign_for(viewer, mode, app_id, form, zone).await
    }

    async fn campaign_edit(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
    ) -> Result<CampaignEdit, Problem> {
        self.campaign_edit_for(viewer, mode, app_id, id).await
    }

    async fn edit_campaign(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        form: CampaignForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem> {
        self.edit_campaign_for(viewer, mode, app_id, id, form, zone).await
    }

    async fn campaign(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<CampaignDetail, Problem> {
        self.campaign_for(viewer, mode, app_id, id).await
    }

    async fn set_campaign_active(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
        active: bool,
    ) -> Result<CampaignView, Problem> {
        self.set_campaign_active_for(viewer, mode, id, active).await
    }

    async fn archive_campaign(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CampaignView, Problem> {
        self.archive_campaign_for(viewer, mode, id).await
    }

    async fn restore_campaign(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CampaignView, Problem> {
        self.restore_campaign_for(viewer, mode, id).await
    }

    async fn mint_campaign_again(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CampaignView, Problem> {
        self.mint_campaign_again_for(viewer, mode, id).await
    }

    async fn rewards(
        &self,
        viewer: &Viewer,
        mode: Mode,
        campaign: &str,
        query: RewardQuery,
    ) -> Result<RewardPage, Problem> {
        self.rewards_for(viewer, mode, campaign, query).await
    }

    async fn reward(&self, viewer: &Viewer, mode: Mode, campaign: &str, id: &str) -> Result<RewardDetail, Problem> {
        self.reward_for(viewer, mode, campaign, id).await
    }

    async fn retry_rewards(&self, viewer: &Viewer, mode: Mode) -> Result<(), Problem> {
        self.retry_rewards_for(viewer, mode).await
    }

    async fn made_by_hand(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<RewardDetail, Problem> {
        self.made_by_hand_for(viewer, mode, id).await
    }

    async fn replace_reward(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<RewardDetail, Problem> {
        self.replace_reward_for(viewer, mode, id).await
    }

    async fn send_reward_mail(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<RewardDetail, Problem> {
        self.send_reward_mail_for(viewer, mode, id).await
    }

    async fn campaign_mail(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<MailSetup, Problem> {
        self.campaign_mail_for(viewer, mode, app_id, id).await
    }

    async fn save_campaign_mail(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        settings: MailSettings,
    ) -> Result<FormOutcome, Problem> {
        self.save_campaign_mail_for(viewer, mode, app_id, id, settings).await
    }

    async fn send_test_mail(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        settings: MailSettings,
    ) -> Result<String, Problem> {
        self.send_test_mail_for(viewer, mode, app_id, id, settings).await
    }

    async fn unsubscribe_offer(&self, id: &str) -> Result<Option<UnsubscribeOffer>, Problem> {
        self.unsubscribe_offer_for(id).await
    }

    async fn unsubscribe(&self, id: &str) -> Result<(), Problem> {
        self.unsubscribe_for(id).await
    }

    async fn import_rewards(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        csv: &str,
        send_email: bool,
    ) -> Result<ImportReport, Problem> {
        self.import_rewards_for(viewer, mode, app_id, id, csv, send_email).await
    }

    async fn person(&self, viewer: &Viewer, mode: Mode, email: &str) -> Result<Person, Problem> {
        self.person_for(viewer, mode, email).await
    }

    async fn erase_person(&self, viewer: &Viewer, mode: Mode, email: &str) -> Result<Erased, Problem> {
        self.erase_person_for(viewer, mode, email).await
    }
}
