//! The services as screens see them: the cause of an internal error is logged here and goes no further.

use super::problem::outward;
use crate::services::Services;
use app::backend::{Backend, LinkOffer, Viewer, Visitor};
use app::domain::{form::CodeForm, mode::Mode, problem::Problem};
use app::wire::screens::{
    ApiKeyRow, CodeDetail, CodePage, CodeQuery, CodeView, ConnectionView, Delivery, FormOutcome, Frame, InstallOffer,
    KeyRights, NewApiKey, SignInRequested, WaitingInstall, WebhookSetup,
};
use async_trait::async_trait;

/// Hands every call on.
pub struct Shield(pub Services);

macro_rules! hand_on {
    ($(fn $name:ident($($arg:ident: $kind:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Backend for Shield {
            $(async fn $name(&self, $($arg: $kind),*) -> Result<$out, Problem> {
                Backend::$name(&self.0, $($arg),*).await.map_err(outward)
            })*
        }
    };
}

hand_on! {
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
