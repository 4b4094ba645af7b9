//! Workspaces and apps.

use super::Services;
use super::when::Writing;
use crate::scope::Scope;
use crate::store::{MemberRow, StoreError};
use app::domain::activity::Actor;
use app::domain::app_id::AppId;
use app::domain::ids::{OwnerId, WorkspaceId};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::secret::refuse_key;
use app::domain::{app_id, email};
use app::wire::screens::KeyRights;

/// What `admin create-workspace` made.
#[derive(Clone)]
pub struct NewWorkspace {
    /// `ws_…`.
    pub workspace: WorkspaceId,
    /// Its first app.
    pub app: AppId,
    /// A key of that app with every right. Shown once.
    pub api_key: String,
}

impl Services {
    /// Makes a workspace with an owner, an app and a key of that app. An owner who is known already keeps the workspaces that they have.
    pub async fn create_workspace(&self, email: &str, app: &str, mode: Mode) -> Result<NewWorkspace, Problem> {
        let address = email::parse(email, "email")?;
        let app = AppId::parse(app, "app")?;
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let member = self.found_workspace(&mut tx, &email::normalize(&address), now).await?;
        let scope = Scope::stored(member.workspace_id, mode.as_str());
        tx.at(&scope).insert_app(app.as_str(), app.as_str(), now).await?;
        tx.commit().await?;
        let key = self
            .make_api_key(&scope, "First key", Some(&app), KeyRights::Full, &Actor::Operator, &Writing::plain())
            .await?;
        Ok(NewWorkspace { workspace: scope.workspace, app, api_key: key.key })
    }

    /// Makes a workspace for an address, and its owner where there is none.
    pub(super) async fn found_workspace(
        &self,
        tx: &mut crate::store::Tx,
        address: &str,
        now: i64,
    ) -> Result<MemberRow, Problem> {
        let owner_id = match tx.conn().owner_by_email(address).await? {
            Some((id,)) => id,
            None => {
                let id = OwnerId::new(now, self.random_id()?);
                tx.conn().insert_owner(id.as_str(), Some(address), now).await?;
                id.as_str().to_owned()
            }
        };
        let workspace = WorkspaceId::new(now, self.random_id()?);
        tx.conn().insert_workspace(workspace.as_str(), address, now).await?;
        tx.conn().insert_member(workspace.as_str(), &owner_id, now).await?;
        Ok(MemberRow { workspace_id: workspace.as_str().to_owned(), owner_id })
    }

    /// Makes an app from the form; every problem there is, at its field.
    pub(super) async fn add_app(
        &self,
        scope: &Scope,
        name: &str,
        id: &str,
    ) -> Result<Result<AppId, Vec<Problem>>, Problem> {
        let name = name.trim();
        let mut problems = Vec::new();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            problems.push(Problem::invalid("name", "Type a name, 1 to 80 characters, like TaskPomo."));
        }
        problems.extend(refuse_key(name, "name").err());
        let app = if id.trim().is_empty() {
            app_id::AppId::from_name(name)
                .ok_or_else(|| Problem::missing("id", "Type an id of a-z, 0-9, - and _, like taskpomo."))
        } else {
            AppId::parse(id, "id")
        };
        let app = match app {
            Ok(app) if problems.is_empty() => app,
            Ok(_) => return Ok(Err(problems)),
            Err(problem) => {
                problems.push(problem);
                return Ok(Err(problems));
            }
        };
        let mut tx = self.0.db.begin().await?;
        match tx.at(scope).insert_app(app.as_str(), name, self.now()).await {
            Ok(()) => {}
            Err(StoreError::Taken) => {
                let message = format!("You have an app with the id {app} already. Choose another id.");
                return Ok(Err(vec![Problem::of(Code::AppIdTaken, "id", message)]));
            }
            Err(error) => return Err(error.into()),
        }
        tx.commit().await?;
        Ok(Ok(app))
    }
}
