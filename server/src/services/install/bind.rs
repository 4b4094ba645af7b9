//! Binding an account to a workspace.

use super::Services;
use super::asked::Waits;
use crate::crash;
use crate::oauth::Grant;
use crate::scope::Scope;
use crate::services::SessionGrant;
use crate::services::connection::{CONNECTION, METHOD_APP, to_json};
use crate::services::tokens::AppLink;
use crate::store::{ConnectionRow, MemberRow, NewConnection, StoreError, Tx};
use app::domain::activity::{Detail, Kind};
use app::domain::connection::{Access, ConnectionStatus, Permissions};
use app::domain::ids::{OwnerId, WorkspaceId};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};

/// Two who bind at the same moment: the second one looks again.
const ATTEMPTS: u32 = 5;
/// What the app's manifest asks for: believed until Stripe was asked.
const GRANTED: Permissions = Permissions {
    coupons: Access::Write,
    promotion_codes: Access::Write,
    checkout_sessions: Access::Write,
    prices: Access::Read,
    webhooks: Access::None,
};

/// Who connects, and which workspace.
#[derive(Clone)]
pub(super) struct Who {
    pub(super) owner: String,
    pub(super) workspace: String,
}

/// What came of an attempt to bind.
pub(super) enum Bound {
    Connected {
        session: Option<SessionGrant>,
    },
    /// A person is asked first; this is what is kept meanwhile.
    Asks(Box<Waits>),
    /// Connected, and nobody was signed in: an install alone does not open this workspace.
    Closed,
}

impl Services {
    /// Binds the account, or says what has to be asked. Whatever it is, the pair is stored when this returns.
    pub(super) async fn bind(
        &self,
        mode: Mode,
        grant: &Grant,
        account: &str,
        who: Option<Who>,
    ) -> Result<Bound, Problem> {
        for _ in 0..ATTEMPTS {
            let bound = match &who {
                Some(who) => self.bind_to(mode, grant, account, who).await,
                None => self.sign_in_by(mode, grant, account).await,
            };
            match bound {
                // Somebody bound the same account or workspace at the same moment.
                Err(problem) if problem.code == Code::IdempotencyKeyInUse => continue,
                bound => return bound,
            }
        }
        Err(again())
    }

    pub(super) async fn by_app(&self, mode: Mode, account: &str) -> Result<Option<ConnectionRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.conn().connection_by_app(mode.as_str(), account).await?)
    }

    /// For somebody who is signed in.
    async fn bind_to(&self, mode: Mode, grant: &Grant, account: &str, who: &Who) -> Result<Bound, Problem> {
        let scope = Scope::stored(who.workspace.clone(), mode.as_str());
        let elsewhere = self.by_app(mode, account).await?.filter(|row| row.workspace_id != who.workspace);
        if let Some(other) = elsewhere {
            let lives = ConnectionStatus::parse(&other.status) != Some(ConnectionStatus::Disconnected);
            if lives {
                // This install has ended the other workspace's pair: it lives on by the new one, whatever the person decides.
                self.hand_over(&other, grant, account).await?;
            }
            return self.ask("move", mode, account, who, (!lives).then_some(grant)).await;
        }
        let row = self.connection_row(&scope).await?;
        if let Some(row) = row
            && row.account.as_deref().is_some_and(|before| before != account)
            && self.is_replacement(&scope, &row, account).await?
        {
            return self.ask("replace", mode, account, who, Some(grant)).await;
        }
        self.bind_now(&scope, grant, account).await?;
        Ok(Bound::Connected { session: None })
    }

    /// Whether something hangs on the account before.
    async fn is_replacement(&self, scope: &Scope, row: &ConnectionRow, account: &str) -> Result<bool, Problem> {
        let mut reader = self.0.db.reader().await?;
        let minted = reader.at(scope).minted_elsewhere(account).await?;
        Ok(minted > 0 || ConnectionStatus::parse(&row.status) != Some(ConnectionStatus::Disconnected))
    }

    /// For somebody whom nobody knows: the account's workspace, or a new one.
    async fn sign_in_by(&self, mode: Mode, grant: &Grant, account: &str) -> Result<Bound, Problem> {
        if let Some(row) = self.by_app(mode, account).await? {
            let scope = Scope::stored(row.workspace_id.clone(), mode.as_str());
            self.bind_now(&scope, grant, account).await?;
            if !self.opens(&scope, account).await? {
                return Ok(Bound::Closed);
            }
            let mut tx = self.0.db.begin().await?;
            let member = tx.conn().first_member(&row.workspace_id).await?;
            let member =
                member.ok_or_else(|| super::super::error::internal("a workspace has no member", &row.workspace_id))?;
            let session = self.open_session(&mut tx, &member, false).await?;
            tx.commit().await?;
            return Ok(Bound::Connected { session: Some(session) });
        }
        let now = self.now();
        let (owner, workspace) = (OwnerId::new(now, self.random_id()?), WorkspaceId::new(now, self.random_id()?));
        let scope = Scope { workspace: workspace.clone(), mode };
        let mut tx = self.0.db.begin().await?;
        tx.conn().insert_workspace(workspace.as_str(), account, now).await?;
        tx.conn().insert_owner(owner.as_str(), None, now).await?;
        tx.conn().insert_member(workspace.as_str(), owner.as_str(), now).await?;
        self.bind_in(&mut tx, &scope, grant, account).await?;
        let member = MemberRow { workspace_id: workspace.as_str().to_owned(), owner_id: owner.as_str().to_owned() };
        let session = self.open_session(&mut tx, &member, false).await?;
        crash::here!("install-binding");
        tx.commit().await?;
        crash::here!("install-bound");
        tracing::info!(workspace = %scope.workspace, %mode, "an install made a workspace");
        self.after_binding(&scope).await;
        self.first_app(&scope).await?;
        Ok(Bound::Connected { session: Some(session) })
    }

    /// Whether an install of this account may sign somebody in. A session sees both modes: where the other one reaches another account,
    /// or one by a key, whoever manages this account has not shown that they may see that.
    async fn opens(&self, scope: &Scope, account: &str) -> Result<bool, Problem> {
        let other = Scope { workspace: scope.workspace.clone(), mode: scope.mode.other() };
        let row = self.connection_row(&other).await?;
        Ok(row.is_none_or(|row| row.method == METHOD_APP && row.account.as_deref() == Some(account)))
    }

    pub(super) async fn bind_now(&self, scope: &Scope, grant: &Grant, account: &str) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        let generation = self.bind_in(&mut tx, scope, grant, account).await?;
        crash::here!("install-binding");
        tx.commit().await?;
        crash::here!("install-bound");
        tracing::info!(workspace = %scope.workspace, mode = %scope.mode, generation, "connected by the Stripe App");
        self.after_binding(scope).await;
        let apps = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).apps().await?
        };
        // A workspace that a sign-in made on an install's way has none yet.
        if apps.is_empty() {
            self.first_app(scope).await?;
        }
        Ok(())
    }

    /// The connection and its first pair.
    pub(super) async fn bind_in(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        grant: &Grant,
        account: &str,
    ) -> Result<i64, Problem> {
        tx.at(scope).lock_connection().await?;
        let generation = tx.at(scope).connection().await?.map_or(0, |row| row.generation) + 1;
        let new = NewConnection {
            generation,
            method: METHOD_APP,
            account: Some(account),
            key_hint: "",
            secret: None,
            permissions: &to_json(&GRANTED)?,
            now: self.now(),
        };
        match tx.at(scope).put_connection(&new).await {
            Ok(true) => {}
            Ok(false) | Err(StoreError::Taken) => return Err(again()),
            Err(error) => return Err(error.into()),
        }
        tx.at(scope).destroy_app_tokens().await?;
        // The app has an endpoint of its own; one that was set up for a key would tell everything twice.
        tx.at(scope).destroy_webhook_secret(self.now()).await?;
        let app = AppLink { scope: scope.clone(), connected: generation };
        let first = tx.at(scope).newest_app_token().await? + 1;
        self.append_pair(tx, &app, grant, account, first, 0).await?;
        let detail = Detail { what: "the Stripe App".to_owned(), ..Detail::default() };
        self.note_activity(tx, scope, Kind::Connected, CONNECTION, &detail).await?;
        Ok(generation)
    }

    /// Gives the pair to the workspace that lives by this account already.
    pub(super) async fn hand_over(&self, row: &ConnectionRow, grant: &Grant, account: &str) -> Result<(), Problem> {
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        let app = AppLink { scope: scope.clone(), connected: row.generation };
        let mut tx = self.0.db.begin().await?;
        // First, as it holds the connection's row. One that has ended meanwhile gets no tokens: who it is to be is looked up again.
        if !tx.at(&scope).unpark_app(row.generation, self.now()).await? {
            return Err(again());
        }
        let first = tx.at(&scope).newest_app_token().await? + 1;
        self.append_pair(&mut tx, &app, grant, account, first, 0).await?;
        tx.commit().await?;
        self.0.live.changed(&scope);
        Ok(())
    }
}

pub(super) fn again() -> Problem {
    Problem::new(Code::IdempotencyKeyInUse, "The connection was changed at the same moment. Look at it and try again.")
}
