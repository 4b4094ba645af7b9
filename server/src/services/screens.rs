//! The use cases as the screens call them: who looks is checked, times are written in their zone, the rest is the same services that
//! the REST API calls.

use super::when::{Writing, local_ms};
use super::{Caller, Services, activity_of_code, connection, discount_codes, install, prices};
use crate::scope::Scope;
use crate::store::{CodeFilter, CodeRow, Direction};
use crate::{crash, crypto};
use app::backend::{Backend, LinkOffer, Viewer, Visitor};
use app::domain::activity::{Actor, Kind};
use app::domain::app_id::AppId;
use app::domain::checkout::CheckoutDraft;
use app::domain::code::CodeText;
use app::domain::connection::{Permissions, create_key_url};
use app::domain::discount_code::Status;
use app::domain::form::CodeForm;
use app::domain::ids::{ApiKeyId, DiscountCodeId};
use app::domain::install::StartedFrom;
use app::domain::mode::Mode;
use app::domain::patch::Patch;
use app::domain::problem::{Code, Problem};
use app::domain::secret::refuse_key;
use app::wire::screens::*;
use async_trait::async_trait;

/// Codes on a page.
const PAGE: i64 = 20;

pub(super) fn scope(viewer: &Viewer, mode: Mode) -> Scope {
    Scope::stored(viewer.workspace_id.clone(), mode.as_str())
}

/// A signed-in owner may do what a key of all apps may.
pub(super) fn caller(viewer: &Viewer, mode: Mode) -> Caller {
    Caller {
        scope: scope(viewer, mode),
        key_id: ApiKeyId::trusted(String::new()),
        app: None,
        rights: KeyRights::Full,
        hint: String::new(),
    }
}

impl Services {
    /// An app of the workspace.
    pub(super) async fn app(&self, scope: &Scope, app_id: &str) -> Result<AppId, Problem> {
        let missing = || Problem::no_such("app", app_id);
        let app = AppId::parse(app_id, "app_id").map_err(|_| missing())?;
        let mut reader = self.0.db.reader().await?;
        reader.at(scope).app(app.as_str()).await?.ok_or_else(missing)?;
        Ok(app)
    }

    pub(super) async fn code_of_app(&self, scope: &Scope, app_id: &str, id: &str) -> Result<CodeRow, Problem> {
        let missing = || Problem::no_such("discount code", id);
        let id = DiscountCodeId::parse(id).ok_or_else(missing)?;
        let mut reader = self.0.db.reader().await?;
        reader.at(scope).code(id.as_str()).await?.filter(|row| row.app_id == app_id).ok_or_else(missing)
    }

    fn one_click_url(&self, mode: Mode) -> Option<String> {
        self.0.stripe_apps.of(mode).is_set_up().then(|| install::start_url(mode, StartedFrom::Settings))
    }

    async fn connection_view(&self, viewer: &Viewer, mode: Mode) -> Result<ConnectionView, Problem> {
        let scope = scope(viewer, mode);
        let row = self.connection_row(&scope).await?;
        let connection = connection::wire(&scope, row.as_ref());
        let trouble = row.as_ref().and_then(|row| row.trouble.clone());
        let minted_elsewhere = match &connection.account {
            Some(account) => {
                let mut reader = self.0.db.reader().await?;
                reader.at(&scope).minted_elsewhere(account).await?
            }
            None => 0,
        };
        let there = row.filter(|_| connection.method.is_some());
        let all: Vec<&str> = Permissions::LEAST.into_iter().chain(Permissions::CHECKOUT).collect();
        Ok(ConnectionView {
            connection,
            since: there.as_ref().map(|row| super::when::when(row.connected_at, &Writing::of(viewer))),
            trouble,
            create_key_url: create_key_url(&self.0.dashboard_url, mode, &Permissions::LEAST),
            create_checkout_key_url: create_key_url(&self.0.dashboard_url, mode, &all),
            one_click_url: self.one_click_url(mode),
            installed_apps_url: format!(
                "{}{}/settings/apps",
                self.0.dashboard_url,
                if mode == Mode::Test { "/test" } else { "" }
            ),
            minted_elsewhere,
        })
    }
}

#[async_trait]
impl Backend for Services {
    async fn request_sign_in(&self, visitor: &Visitor, email: &str) -> Result<SignInRequested, Problem> {
        self.ask_for_link(&visitor.address, email).await
    }

    async fn sign_in_link(&self, token: &str) -> Result<Option<LinkOffer>, Problem> {
        self.link_offer(crypto::hash_token(token).as_bytes()).await
    }

    async fn add_address(&self, viewer: &Viewer, visitor: &Visitor, email: &str) -> Result<SignInRequested, Problem> {
        self.ask_to_add_address(viewer, visitor, email).await
    }

    async fn switch_workspace(&self, viewer: &Viewer, session: &str, workspace: &str) -> Result<(), Problem> {
        self.switch_to(viewer, session, workspace).await
    }

    async fn frame(&self, viewer: &Viewer, mode: Mode) -> Result<Frame, Problem> {
        let workspaces = self.workspaces_of(viewer).await?;
        let scope = scope(viewer, mode);
        let row = self.connection_row(&scope).await?;
        let connection = connection::wire(&scope, row.as_ref());
        let mut reader = self.0.db.reader().await?;
        let apps = reader.at(&scope).apps().await?;
        let counts = reader.at(&scope).code_counts_by_app().await?;
        let few = counts.iter().map(|(_, count)| count).sum::<i64>() <= 10_000;
        let count_of = |id: &str| counts.iter().find(|(app, _)| app == id).map_or(0, |(_, count)| *count);
        Ok(Frame {
            email: viewer.email.clone(),
            workspaces,
            apps: apps
                .into_iter()
                .map(|row| AppRow { codes: few.then(|| count_of(&row.id)), id: row.id, name: row.name })
                .collect(),
            connection,
            has_codes: reader.at(&scope).any_code().await?,
            has_checkouts: reader.at(&scope).any_checkout().await?,
            zone: super::when::zone(&viewer.zone).iana_name().unwrap_or("UTC").to_owned(),
            support_email: self.0.support_email.clone(),
            trouble: row.and_then(|row| row.trouble),
            one_click_url: self.one_click_url(mode),
        })
    }

    async fn create_app(&self, viewer: &Viewer, name: &str, id: &str) -> Result<FormOutcome, Problem> {
        Ok(match self.add_app(&scope(viewer, Mode::Test), name, id).await? {
            Ok(app) => FormOutcome::Done { id: app.as_str().to_owned() },
            Err(problems) => FormOutcome::Refused { problems },
        })
    }

    async fn codes(&self, viewer: &Viewer, mode: Mode, app_id: &str, query: CodeQuery) -> Result<CodePage, Problem> {
        let scope = scope(viewer, mode);
        let app = self.app(&scope, app_id).await?;
        let cursor = |id: &str| DiscountCodeId::parse(id).map(|id| id.as_str().to_owned());
        let direction = match (query.after.as_deref().and_then(cursor), query.before.as_deref().and_then(cursor)) {
            (Some(id), _) => Direction::After(id),
            (None, Some(id)) => Direction::Before(id),
            (None, None) => Direction::First,
        };
        let filter = CodeFilter {
            app_id: Some(app.as_str().to_owned()),
            status: query.status,
            q: CodeText::normalize(&query.q).replace(char::is_control, ""),
            direction: direction.clone(),
            limit: PAGE + 1,
        };
        let (rows, has_more) = self.page(&scope, filter).await?;
        let (newer, older) = match direction {
            Direction::First => (false, has_more),
            Direction::After(_) => (true, has_more),
            Direction::Before(_) => (has_more, true),
        };
        let counts = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&scope).status_counts(app.as_str(), self.now()).await?
        };
        let counted = |status: Status, counts: &[(String, i64)]| {
            counts.iter().find(|(name, _)| name == status.as_str()).map_or(0, |(_, count)| *count)
        };
        let writing = Writing::of(viewer);
        Ok(CodePage {
            previous: rows.first().filter(|_| newer).map(|row| row.id.clone()),
            next: rows.last().filter(|_| older).map(|row| row.id.clone()),
            rows: rows.iter().map(|row| self.code_view(&scope, row, &writing)).collect::<Result<_, _>>()?,
            counts: counts
                .map(|counts| Status::ALL.into_iter().map(|status| (status, counted(status, &counts))).collect()),
            zone: super::when::zone(&viewer.zone).iana_name().unwrap_or("UTC").to_owned(),
        })
    }

    async fn code_taken(&self, viewer: &Viewer, mode: Mode, app_id: &str, text: &str) -> Result<bool, Problem> {
        let scope = scope(viewer, mode);
        let app = self.app(&scope, app_id).await?;
        let Ok(text) = CodeText::parse(text, "code") else { return Ok(false) };
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(&scope).code_by_text(app.as_str(), text.as_str()).await?.is_some())
    }

    async fn create_code(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        form: CodeForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem> {
        let scope = scope(viewer, mode);
        let app = self.app(&scope, app_id).await?;
        let definition = match form.check(self.now(), |text| local_ms(text, zone)) {
            Ok(definition) => definition,
            Err(problems) => return Ok(FormOutcome::Refused { problems }),
        };
        match self.insert_definition(&scope, &app, &definition, &Actor::Owner, None).await {
            Ok(row) => Ok(FormOutcome::Done { id: row.id }),
            Err(problem) if problem.code == Code::CodeTaken => {
                Ok(FormOutcome::Refused { problems: vec![discount_codes::code_taken(&definition.code)] })
            }
            Err(problem) => Err(problem),
        }
    }

    async fn code(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<CodeDetail, Problem> {
        let scope = scope(viewer, mode);
        let row = self.code_of_app(&scope, app_id, id).await?;
        let connection = connection::wire(&scope, self.connection_row(&scope).await?.as_ref());
        // Tokens may have to be refreshed for it: a page does not wait for that, either.
        let prices = match tokio::time::timeout(prices::PATIENCE, self.link(&scope)).await {
            Ok(Ok(link)) => self.price_choices(&link, viewer.locale).await,
            _ => Vec::new(),
        };
        Ok(CodeDetail {
            view: self.code_view(&scope, &row, &Writing::of(viewer))?,
            public_url: self.0.public_url.clone(),
            example_price: prices.first().map_or_else(|| "price_1ABC".to_owned(), |price| price.id.clone()),
            prices,
            connection,
        })
    }

    async fn code_edit(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<CodeEdit, Problem> {
        self.code_edit_for(viewer, mode, app_id, id).await
    }

    async fn edit_code(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        form: CodeForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem> {
        self.edit_code_for(viewer, mode, app_id, id, form, zone).await
    }

    async fn code_text(&self, viewer: &Viewer, mode: Mode, app_id: &str, id: &str) -> Result<String, Problem> {
        Ok(self.code_of_app(&scope(viewer, mode), app_id, id).await?.code)
    }

    async fn set_code_active(&self, viewer: &Viewer, mode: Mode, id: &str, active: bool) -> Result<CodeView, Problem> {
        let patch = Patch { active: Some(active), ..Patch::default() };
        let changed = self.patch_code(&caller(viewer, mode), id, &patch).await?;
        let scope = scope(viewer, mode);
        let row = self.code_of_app(&scope, &changed.app_id, id).await?;
        self.code_view(&scope, &row, &Writing::of(viewer))
    }

    async fn archive_code(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CodeView, Problem> {
        let scope = scope(viewer, mode);
        let id = DiscountCodeId::parse(id).ok_or_else(|| Problem::no_such("discount code", id))?;
        let row = self.archive(&scope, id.as_str(), &Actor::Owner).await?;
        self.code_view(&scope, &row, &Writing::of(viewer))
    }

    async fn restore_code(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CodeView, Problem> {
        let scope = scope(viewer, mode);
        let id = DiscountCodeId::parse(id).ok_or_else(|| Problem::no_such("discount code", id))?;
        let row = self.restore(&scope, id.as_str(), &Actor::Owner).await?;
        self.code_view(&scope, &row, &Writing::of(viewer))
    }

    async fn mint_again(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<CodeView, Problem> {
        let scope = scope(viewer, mode);
        let id = DiscountCodeId::parse(id).ok_or_else(|| Problem::no_such("discount code", id))?;
        let mut tx = self.0.db.begin().await?;
        let row = tx
            .at(&scope)
            .unblock_code(id.as_str(), self.now())
            .await?
            .ok_or_else(|| Problem::no_such("blocked discount code", id.as_str()))?;
        let detail = activity_of_code(&row, Some(&Actor::Owner));
        self.note_activity(&mut tx, &scope, Kind::CodeMintAgain, &row.id, &detail).await?;
        crash::here!("minting-again");
        tx.commit().await?;
        crash::here!("minted-again");
        self.code_view(&scope, &row, &Writing::of(viewer))
    }

    async fn test_checkout(&self, viewer: &Viewer, app_id: &str, id: &str, price_id: &str) -> Result<String, Problem> {
        let scope = scope(viewer, Mode::Test);
        let row = self.code_of_app(&scope, app_id, id).await?;
        let page = format!("{}/apps/{app_id}/discounts/{id}", self.0.public_url);
        let draft = CheckoutDraft {
            price_id: Some(price_id.to_owned()),
            success_url: Some(page.clone()),
            cancel_url: Some(page),
            discount_code: Some(row.code),
            user_id: Some("codemint-test-checkout".to_owned()),
            ..CheckoutDraft::default()
        };
        let checkout = draft.check(AppId::trusted(row.app_id))?;
        Ok(Box::pin(self.checkout_at(&scope, checkout, None)).await?.url)
    }

    async fn connection(&self, viewer: &Viewer, mode: Mode) -> Result<ConnectionView, Problem> {
        self.connection_view(viewer, mode).await
    }

    async fn connect_restricted_key(&self, viewer: &Viewer, mode: Mode, key: &str) -> Result<ConnectionView, Problem> {
        self.connect_key(&scope(viewer, mode), key, &Actor::Owner).await?;
        self.connection_view(viewer, mode).await
    }

    async fn disconnect(&self, viewer: &Viewer, mode: Mode) -> Result<ConnectionView, Problem> {
        self.disconnect_scope(&scope(viewer, mode), &Actor::Owner).await?;
        self.connection_view(viewer, mode).await
    }

    async fn webhook_setup(&self, viewer: &Viewer, mode: Mode) -> Result<Option<WebhookSetup>, Problem> {
        self.webhook_setup_of(&scope(viewer, mode), &Writing::of(viewer)).await
    }

    async fn make_webhook_endpoint(&self, viewer: &Viewer, mode: Mode) -> Result<WebhookSetup, Problem> {
        let scope = scope(viewer, mode);
        self.make_own_endpoint(&scope).await?;
        self.webhook_setup_now(&scope, &Writing::of(viewer)).await
    }

    async fn set_webhook_secret(&self, viewer: &Viewer, mode: Mode, secret: &str) -> Result<WebhookSetup, Problem> {
        let scope = scope(viewer, mode);
        self.keep_webhook_secret(&scope, secret).await?;
        self.webhook_setup_now(&scope, &Writing::of(viewer)).await
    }

    async fn remove_webhook_endpoint(&self, viewer: &Viewer, mode: Mode) -> Result<WebhookSetup, Problem> {
        let scope = scope(viewer, mode);
        self.remove_own_endpoint(&scope).await?;
        self.webhook_setup_now(&scope, &Writing::of(viewer)).await
    }

    async fn deliveries(&self, viewer: &Viewer, mode: Mode) -> Result<Vec<Delivery>, Problem> {
        self.deliveries_of(&scope(viewer, mode), &Writing::of(viewer)).await
    }

    async fn install_offer(&self, viewer: Option<&Viewer>, mode: Option<Mode>) -> Result<InstallOffer, Problem> {
        self.install_offer_for(viewer, mode).await
    }

    async fn waiting_install(&self, viewer: &Viewer, ticket: &str) -> Result<Option<WaitingInstall>, Problem> {
        self.waiting_install_for(viewer, ticket).await
    }

    async fn api_keys(&self, viewer: &Viewer, mode: Mode) -> Result<Vec<ApiKeyRow>, Problem> {
        self.api_key_rows(&scope(viewer, mode), &Writing::of(viewer)).await
    }

    async fn create_api_key(
        &self,
        viewer: &Viewer,
        mode: Mode,
        name: &str,
        app_id: &str,
        rights: KeyRights,
    ) -> Result<NewApiKey, Problem> {
        let scope = scope(viewer, mode);
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            return Err(Problem::invalid("name", "Type a name, 1 to 80 characters, like Checkout server."));
        }
        refuse_key(name, "name")?;
        let app = match app_id.trim() {
            "" => None,
            id => Some(self.app(&scope, id).await?),
        };
        self.make_api_key(&scope, name, app.as_ref(), rights, &Actor::Owner, &Writing::of(viewer)).await
    }

    async fn revoke_api_key(&self, viewer: &Viewer, mode: Mode, id: &str) -> Result<(), Problem> {
        let id = ApiKeyId::parse(id).ok_or_else(|| Problem::no_such("API key", id))?;
        self.revoke(&scope(viewer, mode), id.as_str(), &Actor::Owner).await
    }
}
