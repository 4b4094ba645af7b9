//! What the screens of campaigns, rewards and people ask of the server.

use super::Viewer;
use crate::domain::campaign_form::CampaignForm;
use crate::domain::mode::Mode;
use crate::domain::problem::Problem;
use crate::domain::reward_mail::MailSettings;
use crate::wire::rewards::*;
use crate::wire::screens::FormOutcome;
use async_trait::async_trait;

/// The use cases of the screens. Every refusal is a [`Problem`]; nothing was written then.
#[async_trait]
pub trait RewardBackend: Send + Sync {
    /// A page of an app's campaigns, 20 to a page.
    async fn campaigns(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        query: CampaignQuery,
    ) -> Result<CampaignPage, Problem>;
    /// Makes a campaign from the form. Local times are read in `zone` (IANA name), the one that the form showed; days end in it.
    async fn create_campaign(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        form: CampaignForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem>;
    /// The form of a campaign that is there.
    async fn campaign_edit(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str)
    -> Result<CampaignEdit, Problem>;
    /// Changes a campaign to what the form says.
    async fn edit_campaign(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        form: CampaignForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem>;
    /// One campaign's page.
    async fn campaign(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<CampaignDetail, Problem>;
    /// Pauses (`false`) or resumes (`true`).
    async fn set_campaign_active(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
        active: bool,
    ) -> Result<CampaignView, Problem>;
    /// Archives: it issues no more rewards; those that were earned stay what they are.
    async fn archive_campaign(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CampaignView, Problem>;
    /// Takes an archived campaign back as it was.
    async fn restore_campaign(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CampaignView, Problem>;
    /// After its coupon was changed or deleted in Stripe: what waits is minted with a new one, under the next version.
    async fn mint_campaign_again(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CampaignView, Problem>;

    /// A page of a campaign's rewards, 20 to a page.
    async fn rewards(
        &self,
        viewer: &Viewer,
        mode: Mode,
        campaign: &str,
        query: RewardQuery,
    ) -> Result<RewardPage, Problem>;
    /// One reward's page.
    async fn reward(&self, viewer: &Viewer, mode: Mode, campaign: &str, id: &str) -> Result<RewardDetail, Problem>;
    /// Tries now what waits in this mode: whatever paused it is asked once more.
    async fn retry_rewards(&self, viewer: &Viewer, mode: Mode) -> Result<(), Problem>;
    /// The owner says that they made a reward's promotion code in Stripe; it is compared there, now or as soon as Stripe can be asked.
    async fn made_by_hand(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<RewardDetail, Problem>;
    /// Another code in the place of one that cannot be had, mailed to the customer.
    async fn replace_reward(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<RewardDetail, Problem>;
    /// Sends a reward's mail, the first time or again: the same code.
    async fn send_reward_mail(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<RewardDetail, Problem>;

    /// A campaign's mail, to be edited.
    async fn campaign_mail(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<MailSetup, Problem>;
    /// Keeps what the mail of a campaign says. Problems of fields are the outcome.
    async fn save_campaign_mail(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        settings: MailSettings,
    ) -> Result<FormOutcome, Problem>;
    /// Sends the mail as it is typed to the owner's own address, with a code that is none; the address.
    async fn send_test_mail(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        settings: MailSettings,
    ) -> Result<String, Problem>;
    /// The page behind the line to unsubscribe by; `id` is the reward's. None where there is no such mail (any more).
    async fn unsubscribe_offer(&self, id: &str) -> Result<Option<UnsubscribeOffer>, Problem>;
    /// No more marketing from this owner to whoever got this reward. Done twice is done.
    async fn unsubscribe(&self, id: &str) -> Result<(), Problem>;

    /// Issues a reward for each line of a CSV (`email,reference,…`); what is refused is reported line by line.
    async fn import_rewards(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        csv: &str,
        send_email: bool,
    ) -> Result<ImportReport, Problem>;
    /// What is kept about a person.
    async fn person(&self, viewer: &Viewer, mode: Mode, email: &str) -> Result<Person, Problem>;
    /// Erases a person: address, names and metadata go, counts and money stay; also at Stripe, where it may be.
    async fn erase_person(&self, viewer: &Viewer, mode: Mode, email: &str) -> Result<Erased, Problem>;
}
