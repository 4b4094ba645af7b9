//! The app was uninstalled at Stripe.

use super::Services;
use crate::scope::Scope;
use crate::services::connection::{CONNECTION, unavailable};
use crate::services::tokens::AppLink;
use crate::store::ConnectionRow;
use crate::stripe::{self, StripeError};
use app::domain::activity::{Detail, Kind};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use tokio::time::Instant;

/// Words that are older or younger than a connection by less than this may be about it or about one before: clocks differ. In
/// milliseconds.
const DOUBT_MS: i64 = 60_000;
/// What the owner is shown.
const WORDS: &str = "Codemint was uninstalled in Stripe.";

/// What came of the word that the app was uninstalled.
pub(in crate::services) struct Uninstalled {
    /// Whose connection it was about.
    pub(in crate::services) workspace: Option<String>,
    /// In words.
    pub(in crate::services) outcome: String,
}

impl Services {
    /// Stripe says that the app was uninstalled from an account at a moment (milliseconds, to the second). What it did, in words for the
    /// owner; an error means: ask again later.
    ///
    /// Such words come late, often and in any order. One that is clearly younger than the connection ends it at once. Any other may be
    /// about an install before: then Stripe is asked whether this one lives.
    pub(in crate::services) async fn app_uninstalled(
        &self,
        mode: Mode,
        account: &str,
        happened_at: i64,
    ) -> Result<Uninstalled, Problem> {
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().connection_by_app(mode.as_str(), account).await?
        };
        let said = |workspace: Option<&str>, outcome: &str| Uninstalled {
            workspace: workspace.map(str::to_owned),
            outcome: outcome.to_owned(),
        };
        let Some(row) = row else { return Ok(said(None, "No workspace is connected to this account.")) };
        let workspace = Some(row.workspace_id.as_str());
        if row.status == "disconnected" {
            return Ok(said(workspace, "Nothing to do: it was disconnected already."));
        }
        let age = happened_at - row.connected_at;
        if age < DOUBT_MS && self.lives(&row, age.abs() < DOUBT_MS).await? {
            return Ok(said(workspace, "Nothing to do: it was about an earlier install; this one works."));
        }
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        self.end_app(&scope, row.generation).await?;
        Ok(said(workspace, "Disconnected: Codemint was uninstalled in Stripe. The tokens were destroyed."))
    }

    /// Whether Stripe still takes the connection's tokens. An access token may outlive its install by some seconds; a refresh token does
    /// not, so where the words may well be about this install (`doubtful`), a refresh decides.
    async fn lives(&self, row: &ConnectionRow, doubtful: bool) -> Result<bool, Problem> {
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        let app = AppLink { scope, connected: row.generation };
        let deadline = Instant::now() + stripe::DEFAULT_BUDGET;
        let access = match self.access_token(&app, deadline).await {
            Ok(access) => access,
            Err(problem) if problem.code == Code::NeedsReauth => return Ok(false),
            Err(problem) => return Err(problem),
        };
        // Without anybody who renews it: what is asked is whether this one is taken.
        match self.0.stripe.account(&access.token).until(deadline).coupon("codemint-is-there").await {
            Ok(_) | Err(StripeError::PermissionMissing { .. }) => {}
            Err(StripeError::KeyRefused { .. }) => return Ok(false),
            Err(_) => return Err(unavailable()),
        }
        if !doubtful {
            return Ok(true);
        }
        match self.access_token_after(&app, &access.token, deadline).await {
            Ok(_) => Ok(true),
            Err(problem) if problem.code == Code::NeedsReauth => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    async fn end_app(&self, scope: &Scope, generation: i64) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        let ended = tx.at(scope).end_app(generation, WORDS, self.now()).await?;
        if ended {
            self.note_activity(&mut tx, scope, Kind::Uninstalled, CONNECTION, &Detail::default()).await?;
            tx.at(scope).destroy_app_tokens().await?;
        }
        tx.commit().await?;
        if ended {
            tracing::info!(workspace = %scope.workspace, mode = %scope.mode, "the app was uninstalled in Stripe");
            self.0.live.changed(scope);
        }
        Ok(())
    }
}
