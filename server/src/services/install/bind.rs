//! Binding an account to a workspace.

use super::Services;
use super::way_back::WayBack;
use crate::crash;
use crate::oauth::Grant;
use crate::scope::Scope;
use crate::services::SessionGrant;
use crate::services::connection::{METHOD_APP, permissions, to_json};
use crate::services::mail::Notice;
use crate::services::secrets::ticket_row;
use crate::services::tokens::{AppLink, LEASE};
use crate::store::{ConnectionRow, InstallRow, MemberRow, NewConnection, StoreError, Tx};
use app::domain::app_id::AppId;
use app::domain::connection::{Access, ConnectionStatus, Permissions};
use app::domain::ids::{OwnerId, WorkspaceId};
use app::domain::install::InstallTrouble;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Tokens wait for a person's word so long, in milliseconds.
const TOKENS_MS: i64 = 10 * super::MINUTE_MS;
/// Two who bind at the same moment: the second one looks again.
const ATTEMPTS: u32 = 5;
/// What is nice to know about an account may take so long.
const COURTESY: Duration = Duration::from_secs(5);
/// Where an account tells no name.
const DEFAULT_APP: &str = "default";
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

/// What is to wait for a person's word, before its ticket is chosen: its secret is sealed with that.
pub(super) struct Waits {
    pub(super) row: InstallRow,
    /// The code, or the pair as JSON.
    pub(super) secret: Option<SecretString>,
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

/// A pair while it waits, under the system's key.
#[derive(Serialize, Deserialize)]
struct Pair {
    access: String,
    refresh: String,
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

    async fn by_app(&self, mode: Mode, account: &str) -> Result<Option<ConnectionRow>, Problem> {
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
        Ok(())
    }

    /// The connection and its first pair.
    async fn bind_in(&self, tx: &mut Tx, scope: &Scope, grant: &Grant, account: &str) -> Result<i64, Problem> {
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
        Ok(generation)
    }

    /// Gives the pair to the workspace that lives by this account already.
    async fn hand_over(&self, row: &ConnectionRow, grant: &Grant, account: &str) -> Result<(), Problem> {
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

    async fn ask(
        &self,
        kind: &str,
        mode: Mode,
        account: &str,
        who: &Who,
        grant: Option<&Grant>,
    ) -> Result<Bound, Problem> {
        let generation = self.now();
        let secret = match grant {
            Some(grant) => {
                let pair = Pair {
                    access: grant.access.expose_secret().to_owned(),
                    refresh: grant.refresh.expose_secret().to_owned(),
                };
                Some(SecretString::from(to_json(&pair)?))
            }
            None => None,
        };
        let row = InstallRow {
            ticket_hash: Vec::new(),
            kind: kind.to_owned(),
            mode: Some(mode.as_str().to_owned()),
            account: Some(account.to_owned()),
            generation,
            sealed: None,
            owner_id: Some(who.owner.clone()),
            workspace_id: Some(who.workspace.clone()),
            expires_at: self.now() + TOKENS_MS,
        };
        Ok(Bound::Asks(Box::new(Waits { row, secret })))
    }

    /// Asks once more, with the account's name, which only the exchange has told.
    pub(super) async fn ask_by_name(
        &self,
        mode: Mode,
        grant: &Grant,
        account: &str,
        who: &Who,
    ) -> Result<WayBack, Problem> {
        match self.ask("named", mode, account, who, Some(grant)).await? {
            Bound::Asks(row) => self.wait_for(*row, super::random_token()?).await,
            Bound::Closed => Ok(WayBack::Nothing(InstallTrouble::SignInFirst)),
            Bound::Connected { session } => Ok(WayBack::Connected { mode, session }),
        }
    }

    /// The person has seen the account's name.
    pub(super) async fn named(&self, mode: Mode, row: &InstallRow, who: Who) -> Result<WayBack, Problem> {
        let (account, grant) = self.waited(row).await?;
        self.came(mode, grant, account, Some(who)).await
    }

    /// Binds although another account was connected before: the person said so.
    pub(super) async fn replace(&self, scope: &Scope, row: &InstallRow) -> Result<(), Problem> {
        let (account, grant) = self.waited(row).await?;
        self.bind_now(scope, &grant, &account).await
    }

    /// Takes the account from the workspace that had it, and binds it here: the person said so.
    pub(super) async fn move_here(&self, scope: &Scope, row: &InstallRow) -> Result<(), Problem> {
        let account = row.account.clone().unwrap_or_default();
        let other =
            self.by_app(scope.mode, &account).await?.filter(|other| other.workspace_id != scope.workspace.as_str());
        let Some(other) = other else {
            // It was let go meanwhile.
            return match &row.sealed {
                Some(_) => self.replace(scope, row).await,
                None => Err(again()),
            };
        };
        let from = Scope::stored(other.workspace_id.clone(), scope.mode.as_str());
        // No refresh of theirs may roll the pair between our reading and their end.
        let lease = self.lease(&from, LEASE).await?.ok_or_else(again)?;
        let moved = self.move_leased(scope, row, &from, &other, &account).await;
        self.end_lease(&from, lease).await?;
        moved?;
        self.0.live.changed(&from);
        self.0.mail_waiting.notify_one();
        tracing::info!(workspace = %scope.workspace, mode = %scope.mode, from = %from.workspace, "an account was moved here");
        self.after_binding(scope).await;
        Ok(())
    }

    async fn move_leased(
        &self,
        scope: &Scope,
        row: &InstallRow,
        from: &Scope,
        other: &ConnectionRow,
        account: &str,
    ) -> Result<(), Problem> {
        let grant = match &row.sealed {
            Some(_) => self.waited(row).await?.1,
            None => self.pair_of(&AppLink { scope: from.clone(), connected: other.generation }).await?,
        };
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        tx.at(from).let_account_go(account, "This Stripe account was connected to another workspace.", now).await?;
        tx.at(from).destroy_app_tokens().await?;
        self.queue_notice(&mut tx, from, Notice::Moved, Some(account)).await?;
        self.bind_in(&mut tx, scope, &grant, account).await?;
        crash::here!("install-moving");
        tx.commit().await?;
        Ok(())
    }

    /// The pair that waits in a row.
    async fn waited(&self, row: &InstallRow) -> Result<(String, Grant), Problem> {
        let lost = |error: &dyn std::fmt::Display| {
            super::super::error::internal("an install that waits cannot be read", error)
        };
        let sealed = row.sealed.as_deref().ok_or_else(|| lost(&"it holds no tokens"))?;
        let json = self.open_for_system(&ticket_row(&row.ticket_hash), row.generation, sealed).await?;
        let pair: Pair = serde_json::from_str(json.expose_secret()).map_err(|_| lost(&"it holds something else"))?;
        let account = row.account.clone().unwrap_or_default();
        let grant = Grant {
            access: SecretString::from(pair.access),
            refresh: SecretString::from(pair.refresh),
            account: Some(account.clone()),
            livemode: None,
        };
        Ok((account, grant))
    }

    /// What the account may do, as Stripe says it. What it does not say now is found out at the first refusal.
    async fn after_binding(&self, scope: &Scope) {
        self.0.live.changed(scope);
        let asked = async {
            let link = self.link(scope).await?;
            let probe = link.stripe(&self.0.stripe).probe().await;
            let Ok(probe) = probe else { return Ok(()) };
            let mut tx = self.0.db.begin().await?;
            tx.at(scope).set_permissions(link.generation, &to_json(&permissions(&probe))?, self.now()).await?;
            tx.commit().await?;
            self.0.live.changed(scope);
            Ok::<_, Problem>(())
        };
        if !matches!(tokio::time::timeout(COURTESY, Box::pin(asked)).await, Ok(Ok(()))) {
            tracing::warn!(workspace = %scope.workspace, "what the new connection may do could not be asked");
        }
    }

    /// A workspace that an install made has one app, named as the account is, if it may say so.
    async fn first_app(&self, scope: &Scope) -> Result<(), Problem> {
        let asked = async {
            let link = self.link(scope).await.ok()?;
            link.stripe(&self.0.stripe).name().await.ok().flatten()
        };
        let name = tokio::time::timeout(COURTESY, Box::pin(asked)).await.ok().flatten();
        let name = name.map(|name| name.trim().chars().take(80).collect::<String>()).filter(|name| !name.is_empty());
        let id = name.as_deref().and_then(AppId::from_name);
        let (id, name) = match (id, name) {
            (Some(id), Some(name)) => (id.as_str().to_owned(), name),
            _ => (DEFAULT_APP.to_owned(), "Default".to_owned()),
        };
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).insert_app(&id, &name, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn again() -> Problem {
    Problem::new(Code::IdempotencyKeyInUse, "The connection was changed at the same moment. Look at it and try again.")
}
