//! The sweep of a connection with more than a few open sessions: Stripe lists those that have ended, a hundred a page, and not those that
//! are open still, which are nearly all. What no list shows any more is asked for by its id.

use super::Services;
use super::sweep::UNDER_ONE_LINK;
use crate::scope::Scope;
use crate::store::CheckoutRow;
use crate::stripe::{self, SessionEnd};
use app::domain::problem::Problem;

/// From so many open checkouts of one connection on, lists are asked for at a quarter of the budget.
const MANY: i64 = 2000;
/// Sessions that Stripe may not have any more and that one sweep asks for.
const GONE: i64 = 50;

/// How far a sweep is.
struct Walk {
    /// The oldest session that can be one of ours, in Unix seconds.
    since_s: i64,
    /// Open checkouts; none where they are very many.
    left: Option<i64>,
    pages: i64,
}

impl Services {
    /// Counts the sessions that have ended, of those made at a moment (milliseconds) or later. What is to be asked for by its id: what may
    /// be gone from Stripe; or, where the account has many sessions that are none of ours, all that is left, as soon as that is less to ask.
    pub(super) async fn count_ended(&self, scope: &Scope, since: i64) -> Result<Vec<CheckoutRow>, Problem> {
        let mut walk = {
            let mut reader = self.0.db.reader().await?;
            let left = reader.at(scope).count_open_checkouts(MANY + 1).await?;
            Walk { since_s: since / 1000 - 60, left: (left <= MANY).then_some(left), pages: 0 }
        };
        for end in [SessionEnd::Complete, SessionEnd::Expired] {
            if !self.walk_through(scope, end, &mut walk).await? {
                let mut reader = self.0.db.reader().await?;
                return Ok(reader.at(scope).open_checkouts(MANY).await?);
            }
        }
        self.may_be_gone(scope, GONE).await
    }

    /// False: it is less to ask for each of those that are left.
    async fn walk_through(&self, scope: &Scope, end: SessionEnd, walk: &mut Walk) -> Result<bool, Problem> {
        let mut after: Option<String> = None;
        loop {
            let link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
            let link = if walk.left.is_none() { link.few() } else { link };
            for _ in 0..UNDER_ONE_LINK {
                let account = link.stripe(&self.0.stripe);
                let page = match account.ended_sessions(end, walk.since_s, after.as_deref()).await {
                    Ok(page) => page,
                    Err(error) => return Err(self.stripe_problem(&link, error, "checkout_session_read").await),
                };
                let ids: Vec<_> = page.data.iter().map(|session| session.id.as_str()).collect();
                let ours = {
                    let mut reader = self.0.db.reader().await?;
                    reader.at(scope).open_checkouts_of(&ids).await?
                };
                for row in ours {
                    if let Some(session) = page.data.iter().find(|session| row.session_id.as_ref() == Some(&session.id))
                    {
                        let done = self.count_swept(&link, &row, session).await;
                        walk.left = walk.left.map(|left| left - i64::from(done));
                    }
                }
                walk.pages += 1;
                after = page.data.last().map(|session| session.id.clone());
                if !page.has_more || after.is_none() {
                    return Ok(true);
                }
                if walk.left.is_some_and(|left| walk.pages >= left) {
                    return Ok(false);
                }
            }
        }
    }
}
