//! The app was uninstalled at Stripe.

use super::Services;
use crate::scope::Scope;
use crate::services::connection::METHOD_APP;
use crate::store::ConnectionRow;
use crate::stripe::StripeError;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};

/// Words that are older than a connection by less than this may still be about it: clocks differ. In milliseconds.
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
    /// Such words come late, often and in any order. One that is younger than the connection ends it at once. One that is older may be
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
        if happened_at < row.connected_at && self.lives(&row, happened_at).await? {
            return Ok(said(workspace, "Nothing to do: it was about an earlier install; this one works."));
        }
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        self.end_app(&scope, row.generation).await?;
        Ok(said(workspace, "Disconnected: Codemint was uninstalled in Stripe. The tokens were destroyed."))
    }

    /// Whether Stripe still takes the connection's tokens. While the words may be about it, a yes is not believed at once: tokens die some
    /// seconds after an uninstall.
    async fn lives(&self, row: &ConnectionRow, happened_at: i64) -> Result<bool, Problem> {
        debug_assert_eq!(row.method, METHOD_APP);
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        let link = match self.link(&scope).await {
            Ok(link) => link,
            Err(problem) if problem.code == Code::NeedsReauth => return Ok(false),
            Err(problem) => return Err(problem),
        };
        match link.stripe(&self.0.stripe).coupon("codemint-is-there").await {
            Ok(_) | Err(StripeError::PermissionMissing { .. }) if self.now() - happened_at > DOUBT_MS => Ok(true),
            Ok(_) | Err(StripeError::PermissionMissing { .. }) => Err(super::super::connection::unavailable()),
            Err(StripeError::KeyRefused { .. }) => Ok(false),
            Err(error) => Err(self.stripe_problem(&link, error, "coupon_read").await),
        }
    }

    async fn end_app(&self, scope: &Scope, generation: i64) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        let ended = tx.at(scope).end_app(generation, WORDS, self.now()).await?;
        if ended {
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
