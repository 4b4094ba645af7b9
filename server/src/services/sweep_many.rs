//! The sweep of a connection with very many open sessions: what Stripe lists is looked at page by page, at a quarter of the budget.

use super::Services;
use super::connection::Link;
use super::late_payment::Told;
use crate::scope::Scope;
use crate::store::Step;
use crate::stripe::{self, Session, SessionStatus};
use app::domain::problem::Problem;

/// Pages under one opening of the connection: a key that is replaced meanwhile is not used for long.
const PAGES: usize = 50;

impl Services {
    /// Looks at every session since the oldest open one (milliseconds), newest first.
    pub(super) async fn sweep_very_many(&self, scope: &Scope, oldest: i64) -> Result<(), Problem> {
        let mut after: Option<String> = None;
        loop {
            let link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?.few();
            for _ in 0..PAGES {
                let listed = link.stripe(&self.0.stripe).list_sessions(oldest / 1000 - 60, after.as_deref(), 100).await;
                let page = match listed {
                    Ok(page) => page,
                    Err(error) => return Err(self.stripe_problem(&link, error, "checkout_session_read").await),
                };
                after = page.data.last().map(|session| session.id.clone());
                for session in page.data.iter().filter(|session| session.status != SessionStatus::Open) {
                    if let Err(problem) = self.count_listed(&link, session).await {
                        tracing::error!(session = %session.id, cause = %problem.message, "an ended session could not be counted");
                    }
                }
                if !page.has_more || after.is_none() {
                    return Ok(());
                }
            }
        }
    }

    async fn count_listed(&self, link: &Link, session: &Session) -> Result<(), Problem> {
        let scope = &link.scope;
        let row = {
            let mut reader = self.0.db.reader().await?;
            let Some(id) = reader.at(scope).checkout_of_session(&session.id).await? else { return Ok(()) };
            reader.at(scope).checkout(&id).await?
        };
        let Some(row) = row.filter(|row| row.redemption_id.is_some()) else { return Ok(()) };
        // Those whose money takes days are asked for at a time of their own.
        if row.step()? != Step::Open || row.undecided_since.is_some() {
            return Ok(());
        }
        self.reward_of_session(scope, session).await?;
        self.end_if_over(link, &row, session, Told::Nothing).await?;
        Ok(())
    }
}
