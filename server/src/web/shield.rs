//! The services as screens see them: the cause of an internal error is logged here and goes no further.

use super::problem::outward;
use crate::services::Services;
use app::backend::{Backend, LedgerBackend, LinkOffer, RewardBackend, Viewer, Visitor};
use app::domain::{
    campaign_form::CampaignForm, form::CodeForm, mode::Mode, problem::Problem, reward_mail::MailSettings,
};
use app::wire::ledger::*;
use app::wire::rewards::*;
use app::wire::screens::{
    ApiKeyRow, CodeDetail, CodeEdit, CodePage, CodeQuery, CodeView, ConnectionView, Delivery, FormOutcome, Frame,
    InstallOffer, KeyRights, NewApiKey, SignInRequested, WaitingInstall, WebhookSetup,
};
use async_trait::async_trait;

/// Hands every call on.
pub struct Shield(pub Services);

macro_rules! hand_on {
    ($what:ident; $(fn $name:ident($($arg:ident: $kind:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl $what for Shield {
            $(async fn $name(&self, $($arg: $kind),*) -> Result<$out, Problem> {
                $what::$name(&self.0, $($arg),*).await.map_err(outward)
            })*
        }
    };
}

hand_on! {
    Backend;
    fn request_sign_in(visitor: &Visitor, email: &str) -> SignInRequested;
    fn sign_in_link(token: &str) -> Option<LinkOffer>;
    fn add_address(viewer: &Viewer, visitor: &Visitor, email: &str) -> SignInRequested;
    fn switch_workspace(viewer: &Viewer, session: &str, workspace: &str) -> ();
    fn frame(viewer: &Viewer, mode: Mode) -> Frame;
    fn create_app(viewer: &Viewer, name: &str, id: &str) -> FormOutcome;
    fn codes(viewer: &Viewer, mode: Mode, app_id: &str, query: CodeQuery) -> CodePage;
    fn code_taken(viewer: &Viewer, mode: Mode, app_id: &str, text: &str) -> bool;
    fn create_code(viewer: &Viewer, mode: Mode, app_id: &str, form: CodeForm, zone: &str) -> FormOutcome;
    fn code(viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> CodeDetail;
    fn code_edit(viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> CodeEdit;
    fn edit_code(viewer: &Viewer, mode: Mode, app_id: &str, id: &str, form: CodeForm, zone: &str) -> FormOutcome;
    fn code_text(viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> String;
    fn set_code_active(viewer: &Viewer, mode: Mode, id: &str, active: bool) -> CodeView;
    fn archive_code(viewer: &Viewer, mode: Mode, id: &str) -> CodeView;
    fn restore_code(viewer: &Viewer, mode: Mode, id: &str) -> CodeView;
    fn mint_again(viewer: &Viewer, mode: Mode, id: &str) -> CodeView;
    fn test_checkout(viewer: &Viewer, app_id: &str, id: &str, price_id: &str) -> String;
    fn connection(viewer: &Viewer, mode: Mode) -> ConnectionView;
    fn connect_restricted_key(viewer: &Viewer, mode: Mode, key: &str) -> ConnectionView;
    fn disconnect(viewer: &Viewer, mode: Mode) -> ConnectionView;
    fn api_keys(viewer: &Viewer, mode: Mode) -> Vec<ApiKeyRow>;
    fn create_api_key(viewer: &Viewer, mode: Mode, name: &str, app_id: &str, rights: KeyRights) -> NewApiKey;
    fn webhook_setup(viewer: &Viewer, mode: Mode) -> Option<WebhookSetup>;
    fn make_webhook_endpoint(viewer: &Viewer, mode: Mode) -> WebhookSetup;
    fn set_webhook_secret(viewer: &Viewer, mode: Mode, secret: &str) -> WebhookSetup;
    fn remove_webhook_endpoint(viewer: &Viewer, mode: Mode) -> WebhookSetup;
    fn deliveries(viewer: &Viewer, mode: Mode) -> Vec<Delivery>;
    fn install_offer(viewer: Option<&Viewer>, mode: Option<Mode>) -> InstallOffer;
    fn waiting_install(viewer: &Viewer, ticket: &str) -> Option<WaitingInstall>;
    fn revoke_api_key(viewer: &Viewer, mode: Mode, id: &str) -> ();
}

hand_on! {
    LedgerBackend;
    fn redemptions(viewer: &Viewer, mode: Mode, app_id: &str, code_id: &str, query: RedemptionQuery) -> RedemptionPage;
    fn usage(viewer: &Viewer, mode: Mode, app_id: &str, code_id: &str) -> Usage;
    fn end_checkout(viewer: &Viewer, mode: Mode, redemption: &str) -> RedemptionView;
    fn activity(viewer: &Viewer, mode: Mode, query: ActivityQuery) -> ActivityPage;
    fn check_ledger(viewer: &Viewer, mode: Mode) -> LedgerView;
}

hand_on! {
    RewardBackend;
    fn campaigns(viewer: &Viewer, mode: Mode, app_id: &str, query: CampaignQuery) -> CampaignPage;
    fn create_campaign(viewer: &Viewer, mode: Mode, app_id: &str, form: CampaignForm, zone: &str) -> FormOutcome;
    fn campaign_edit(viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> CampaignEdit;
    fn edit_campaign(viewer: &Viewer, mode: Mode, app_id: &str, id: &str, form: CampaignForm, zone: &str) -> FormOutcome;
    fn campaign(viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> CampaignDetail;
    fn set_campaign_active(viewer: &Viewer, mode: Mode, id: &str, active: bool) -> CampaignView;
    fn archive_campaign(viewer: &Viewer, mode: Mode, id: &str) -> CampaignView;
    fn restore_campaign(viewer: &Viewer, mode: Mode, id: &str) -> CampaignView;
    fn mint_campaign_again(viewer: &Viewer, mode: Mode, id: &str) -> CampaignView;
    fn rewards(viewer: &Viewer, mode: Mode, campaign: &str, query: RewardQuery) -> RewardPage;
    fn reward(viewer: &Viewer, mode: Mode, campaign: &str, id: &str) -> RewardDetail;
    fn retry_rewards(viewer: &Viewer, mode: Mode) -> ();
    fn made_by_hand(viewer: &Viewer, mode: Mode, id: &str) -> RewardDetail;
    fn replace_reward(viewer: &Viewer, mode: Mode, id: &str) -> RewardDetail;
    fn send_reward_mail(viewer: &Viewer, mode: Mode, id: &str) -> RewardDetail;
    fn campaign_mail(viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> MailSetup;
    fn save_campaign_mail(viewer: &Viewer, mode: Mode, app_id: &str, id: &str, settings: MailSettings) -> FormOutcome;
    fn send_test_mail(viewer: &Viewer, mode: Mode, app_id: &str, id: &str, settings: MailSettings) -> String;
    fn unsubscribe_offer(id: &str) -> Option<UnsubscribeOffer>;
    fn unsubscribe(id: &str) -> ();
    fn import_rewards(viewer: &Viewer, mode: Mode, app_id: &str, id: &str, csv: &str, send_email: bool) -> ImportReport;
    fn person(viewer: &Viewer, mode: Mode, email: &str) -> Person;
    fn erase_person(viewer: &Viewer, mode: Mode, email: &str) -> Erased;
}
