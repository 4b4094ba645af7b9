//! What the screens ask of the server. `server` implements it over its services and hands it over through Leptos' context.

mod ledger;
mod rewards;

pub use ledger::LedgerBackend;
pub use rewards::RewardBackend;

use crate::domain::form::CodeForm;
use crate::domain::locale::Locale;
use crate::domain::mode::Mode;
use crate::domain::problem::Problem;
use crate::wire::screens::*;
use async_trait::async_trait;

/// Who looks at a screen.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The person.
    pub owner_id: String,
    /// The workspace in view.
    pub workspace_id: String,
    /// Their address.
    pub email: Option<String>,
    /// Whether a link to their address signed them in: only then may they go to their other workspaces.
    pub by_link: bool,
    /// Their zone, IANA name; `UTC` until the browser has told it.
    pub zone: String,
    /// How they write numbers and dates.
    pub locale: Locale,
}

/// A visitor whom nobody knows yet.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The address that they come from, for limits only.
    pub address: String,
}

/// What a sign-in link does.
#[derive(Clone, Debug)]
pub struct LinkOffer {
    /// The address that it signs in.
    pub email: String,
    /// The workspace to whose owner it adds that address, if it does.
    pub adds_to: Option<LinkWorkspace>,
}

/// A workspace as the page behind a link names it.
#[derive(Clone, Debug)]
pub struct LinkWorkspace {
    /// `ws_…`.
    pub id: String,
    /// Masked where it is an address; may be empty.
    pub name: String,
}

/// The use cases of the screens. Every refusal is a [`Problem`]; nothing was written then.
#[async_trait]
pub trait Backend: RewardBackend + LedgerBackend + Send + Sync {
    /// Sends a link that signs in.
    async fn request_sign_in(&self, visitor: &Visitor, email: &str) -> Result<SignInRequested, Problem>;
    /// What a sign-in link does; none where it is used up, too old, or never was. Uses nothing up.
    async fn sign_in_link(&self, token: &str) -> Result<Option<LinkOffer>, Problem>;
    /// Sends a link that adds an address to an owner who has none.
    async fn add_address(&self, viewer: &Viewer, visitor: &Visitor, email: &str) -> Result<SignInRequested, Problem>;
    /// Shows another of the viewer's workspaces in a session, named by its cookie's value. `resource_missing` where it is not theirs.
    async fn switch_workspace(&self, viewer: &Viewer, session: &str, workspace: &str) -> Result<(), Problem>;
    /// What stands around every page.
    async fn frame(&self, viewer: &Viewer, mode: Mode) -> Result<Frame, Problem>;
    /// Makes an app; an empty `id` is told by the name.
    async fn create_app(&self, viewer: &Viewer, name: &str, id: &str) -> Result<FormOutcome, Problem>;
    /// A page of codes, 20 to a page.
    async fn codes(&self, viewer: &Viewer, mode: Mode, app_id: &str, query: CodeQuery) -> Result<CodePage, Problem>;
    /// Whether another code of the app has this text already.
    async fn code_taken(&self, viewer: &Viewer, mode: Mode, app_id: &str, text: &str) -> Result<bool, Problem>;
    /// Makes a code from the form. Local times are read in `zone` (IANA name), the one that the form showed.
    async fn create_code(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        form: CodeForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem>;
    /// One code's page.
    async fn code(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<CodeDetail, Problem>;
    /// The form of a code that is there.
    async fn code_edit(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<CodeEdit, Problem>;
    /// Changes a code to what the form says; its terms only until somebody has begun to mint it. Local times are read in `zone`.
    async fn edit_code(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        form: CodeForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem>;
    /// One code's text.
    async fn code_text(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<String, Problem>;
    /// Pauses (`false`) or resumes (`true`).
    async fn set_code_active(&self, viewer: &Viewer, mode: Mode, id: &str, active: bool) -> Result<CodeView, Problem>;
    /// Archives: its text is free again, open sessions keep their price.
    async fn archive_code(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CodeView, Problem>;
    /// Takes an archived code back as it was; refused where another code has its text by now.
    async fn restore_code(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CodeView, Problem>;
    /// After a coupon was changed or deleted in Stripe: allows a new one under the next terms version.
    async fn mint_again(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CodeView, Problem>;
    /// Makes a real checkout in test mode with this code; its address.
    async fn test_checkout(&self, viewer: &Viewer, app_id: &str, id: &str, price_id: &str) -> Result<String, Problem>;
    /// The Stripe part of the settings.
    async fn connection(&self, viewer: &Viewer, mode: Mode) -> Result<ConnectionView, Problem>;
    /// Checks a restricted key against Stripe and keeps it.
    async fn connect_restricted_key(&self, viewer: &Viewer, mode: Mode, key: &str) -> Result<ConnectionView, Problem>;
    /// Forgets the connection; codes stay.
    async fn disconnect(&self, viewer: &Viewer, mode: Mode) -> Result<ConnectionView, Problem>;
    /// The workspace's own webhook endpoint; none where the connection is not by a restricted key.
    async fn webhook_setup(&self, viewer: &Viewer, mode: Mode) -> Result<Option<WebhookSetup>, Problem>;
    /// Makes the endpoint at Stripe with the connected key, and keeps its secret.
    async fn make_webhook_endpoint(&self, viewer: &Viewer, mode: Mode) -> Result<WebhookSetup, Problem>;
    /// Keeps the signing secret of an endpoint that was made by hand.
    async fn set_webhook_secret(&self, viewer: &Viewer, mode: Mode, secret: &str) -> Result<WebhookSetup, Problem>;
    /// Forgets the secret, and deletes at Stripe what was made with the key.
    async fn remove_webhook_endpoint(&self, viewer: &Viewer, mode: Mode) -> Result<WebhookSetup, Problem>;
    /// What Stripe told last, newest first, at most 50.
    async fn deliveries(&self, viewer: &Viewer, mode: Mode) -> Result<Vec<Delivery>, Problem>;
    /// The page that the Marketplace leads to; without a mode: live, where it is set up, else test.
    async fn install_offer(&self, viewer: Option<&Viewer>, mode: Option<Mode>) -> Result<InstallOffer, Problem>;
    /// The install that waits under a ticket, if this person may decide about it.
    async fn waiting_install(&self, viewer: &Viewer, ticket: &str) -> Result<Option<WaitingInstall>, Problem>;
    /// The API keys that are not revoked, newest first.
    async fn api_keys(&self, viewer: &Viewer, mode: Mode) -> Result<Vec<ApiKeyRow>, Problem>;
    /// Makes an API key; `app_id` empty: for all apps.
    async fn create_api_key(
        &self,
        viewer: &Viewer,
        mode: Mode,
        name: &str,
        app_id: &str,
        rights: KeyRights,
    ) -> Result<NewApiKey, Problem>;
    /// Revokes an API key at once.
    async fn revoke_api_key(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<(), Problem>;
}
