//! What a person is asked before an account is bound, and what their word leads to.

use super::Services;
use super::bind::{Bound, Who, again};
use super::way_back::WayBack;
use crate::crash;
use crate::oauth::Grant;
use crate::scope::Scope;
use crate::services::connection::{CONNECTION, to_json};
use crate::services::mail::Notice;
use crate::services::secrets::ticket_row;
use crate::services::tokens::{AppLink, LEASE};
use crate::store::{ConnectionRow, InstallRow};
use app::domain::activity::{Detail, Kind};
use app::domain::install::InstallTrouble;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// Tokens wait for a person's word so long, in milliseconds.
const TOKENS_MS: i64 = 10 * super::MINUTE_MS;

/// What is to wait for a person's word, before its ticket is chosen: its secret is sealed with that.
pub(super) struct Waits {
    pub(super) row: InstallRow,
    /// The code, or the pair as JSON.
    pub(super) secret: Option<SecretString>,
}

/// A pair while it waits, under the system's key.
#[derive(Serialize, Deserialize)]
struct Pair {
    access: String,
    refresh: String,
}

impl Services {
    pub(super) async fn ask(
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
        self.note_activity(&mut tx, from, Kind::AccountMoved, CONNECTION, &Detail::default()).await?;
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
}
