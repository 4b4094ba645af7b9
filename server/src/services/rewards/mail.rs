//! The mail with a code: what it says, how it is tried out, who wants none.

use super::super::Services;
use crate::scope::Scope;
use crate::store::{CampaignRow, Tx};
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::domain::reward::MailState;
use app::domain::reward_mail::MailSettings;
use app::wire::rewards::*;
use app::wire::screens::FormOutcome;

impl Services {
    /// Whether a reward's mail leaves, in the transaction that issues it.
    pub(super) async fn mail_state_in(
        &self,
        _tx: &mut Tx,
        _scope: &Scope,
        _campaign: &CampaignRow,
        _email_key: &str,
    ) -> Result<MailState, Problem> {
        Ok(MailState::Queued)
    }

    pub(super) async fn send_reward_mail_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _id: &str,
    ) -> Result<RewardDetail, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn campaign_mail_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _id: &str,
    ) -> Result<MailSetup, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn save_campaign_mail_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _id: &str,
        _settings: MailSettings,
    ) -> Result<FormOutcome, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn send_test_mail_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _id: &str,
        _settings: MailSettings,
    ) -> Result<String, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn unsubscribe_offer_for(&self, _id: &str) -> Result<Option<UnsubscribeOffer>, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn unsubscribe_for(&self, _id: &str) -> Result<(), Problem> {
        Err(super::unbuilt())
    }
}
