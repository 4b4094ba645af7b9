//! What an event means. No order of events is assumed and no state in them believed: where it matters, Stripe is asked.

use super::super::Services;
use super::super::late_payment::Told;
use super::super::sweep::Ended;
use super::places::{EACH, Taken};
use crate::crash;
use crate::scope::Scope;
use crate::store::{CheckoutRow, EventEnd, EventRow, Step};
use crate::stripe;
use app::domain::connection::Access;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use std::time::Duration;

/// An event that is worked on is not taken again before this, in milliseconds: longer than Stripe is ever waited for.
const CLAIM_MS: i64 = 60_000;
/// After so many attempts an event is given up.
const MAX_ATTEMPTS: i64 = 20;
/// How often the queue is looked at where nothing wakes it: what another process received, and what is to be tried again.
const POLL: Duration = Duration::from_secs(1);

/// What became of an event.
struct Came {
    state: &'static str,
    outcome: String,
    workspace: Option<String>,
}

fn done(outcome: impl Into<String>) -> Came {
    Came { state: "done", outcome: outcome.into(), workspace: None }
}

fn ignored(outcome: impl Into<String>) -> Came {
    Came { state: "ignored", outcome: outcome.into(), workspace: None }
}

impl Services {
    /// Waits until an event came or some time has passed, and takes what is due; nothing where too much is in work.
    pub(crate) async fn take_due_webhooks(&self) -> Result<Vec<Taken>, Problem> {
        let queue = &self.0.webhooks;
        let _either = tokio::time::timeout(POLL, queue.arrived.notified()).await;
        let (places, busy, now) = (queue.free(), queue.busy(), self.now());
        let due = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().events_are_due(now, &busy).await?
        };
        let Some(limit) = i64::try_from(places.len()).ok().filter(|limit| due && *limit > 0) else {
            return Ok(Vec::new());
        };
        let each = i64::try_from(EACH).unwrap_or(1);
        let mut tx = self.0.db.begin().await?;
        let rows = tx.conn().take_due_events(now, now + CLAIM_MS, limit, each, &busy).await?;
        tx.commit().await?;
        if !rows.is_empty() {
            // There may be more.
            queue.arrived.notify_one();
        }
        Ok(rows.into_iter().zip(places).map(|(row, place)| queue.take(row, place)).collect())
    }

    /// Does what an event asks for, and notes what that was.
    pub(crate) async fn process_webhook(&self, taken: Taken) {
        let row = &taken.row;
        let came = taken.run(self.work_out(row)).await;
        crash::here!("event-worked-out");
        let now = self.now();
        let (state, outcome, workspace, next) = match came {
            Ok(Came { state, outcome, workspace }) => (state, outcome, workspace, now),
            Err(problem) => {
                let why = why_not_yet(&problem);
                tracing::warn!(event = %row.id, kind = %row.kind, attempts = row.attempts, cause = %problem.message, "an event could not be worked out yet");
                if row.attempts >= MAX_ATTEMPTS {
                    let outcome = format!(
                        "Given up: {why}. Codemint asks Stripe about open checkouts by itself, so no count is lost."
                    );
                    ("failed", outcome, None, now)
                } else {
                    ("queued", format!("Not yet: {why}. It is tried again."), None, now + backoff_ms(row.attempts))
                }
            }
        };
        tracing::debug!(event = %row.id, state, "an event was worked out");
        let end = EventEnd { state, outcome: &outcome, workspace: workspace.as_deref(), next, now };
        if let Err(problem) = self.settle_webhook(row, &end).await {
            tracing::error!(event = %row.id, cause = %problem.message, "what an event did could not be noted; it is worked out again");
        }
    }

    async fn settle_webhook(&self, row: &EventRow, end: &EventEnd<'_>) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        tx.conn().settle_event(row, end).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn work_out(&self, row: &EventRow) -> Result<Came, Problem> {
        let mode = Mode::parse(&row.mode).unwrap_or_default();
        let workspace = match self.whose(row, mode).await? {
            Ok(workspace) => workspace,
            Err(came) => return Ok(came),
        };
        let scope = Scope::stored(workspace.clone(), &row.mode);
        let object = row.object_id.as_deref().unwrap_or_default();
        let came = match row.kind.as_str() {
            "account.application.authorized" if row.is_apps() => done("The app was installed in this account."),
            "checkout.session.completed" | "checkout.session.expired" | "checkout.session.async_payment_succeeded" => {
                self.session_ended(&scope, object, Told::Nothing).await?
            }
            "checkout.session.async_payment_failed" => self.session_ended(&scope, object, Told::Failed).await?,
            "coupon.updated" => self.coupon_changed(&scope, object, "changed").await?,
            "coupon.deleted" => self.coupon_changed(&scope, object, "deleted").await?,
            _ => ignored("Codemint does not use this kind of event."),
        };
        Ok(Came { workspace: came.workspace.or(Some(workspace)), ..came })
    }

    /// The workspace that an event is for; else what it comes to at once.
    async fn whose(&self, row: &EventRow, mode: Mode) -> Result<Result<String, Came>, Problem> {
        if row.livemode != mode.livemode() {
            let other = mode.other();
            // An app that is installed in both modes gets test events at both endpoints.
            return Ok(Err(ignored(format!("It is about {other} mode and came to the endpoint for {mode} mode."))));
        }
        if !row.is_apps() {
            let Some(workspace) = row.workspace_id.clone() else {
                return Ok(Err(ignored("Its endpoint is not known.")));
            };
            let connected = self.connection_row(&Scope::stored(workspace.clone(), &row.mode)).await?;
            let ours = connected.and_then(|row| row.account);
            return Ok(if row.account.is_some() && row.account != ours {
                Err(ignored("It is about another Stripe account than the connected one."))
            } else {
                Ok(workspace)
            });
        }
        let Some(account) = row.account.as_deref() else { return Ok(Err(ignored("It names no account."))) };
        if row.kind == "account.application.deauthorized" {
            let gone = self.app_uninstalled(mode, account, row.happened_at).await?;
            return Ok(Err(Came { state: "done", outcome: gone.outcome, workspace: gone.workspace }));
        }
        let mut reader = self.0.db.reader().await?;
        let workspace = reader.conn().workspace_of_app_account(mode.as_str(), account).await?;
        Ok(workspace.ok_or_else(|| ignored("No workspace is connected to this account by the app.")))
    }

    async fn session_ended(&self, scope: &Scope, session_id: &str, told: Told) -> Result<Came, Problem> {
        let ours = self.checkout_of(scope, session_id).await?;
        let counted = match &ours {
            // Where nothing is counted by it, it may have been ended before Stripe told how: a reward may have been used in it.
            Some(row) => match row.step()? {
                Step::Open => false,
                Step::Unverified => row.redemption_id.is_some(),
                _ => true,
            },
            None => false,
        };
        if counted {
            return Ok(done("Nothing changed: it was counted already."));
        }
        // A session of the owner's own shop concerns us where a reward's code was typed in it.
        if ours.is_none() && !self.any_reward_unused(scope).await? {
            return Ok(ignored("Not one of Codemint's checkouts."));
        }
        let blind =
            || ignored("This connection may not read Checkout Sessions, so Codemint cannot see how this one ended.");
        let link = self.background_link(scope, stripe::DEFAULT_BUDGET).await?;
        if link.permissions.checkout_sessions < Access::Read {
            return Ok(blind());
        }
        let session = match link.stripe(&self.0.stripe).session(session_id).await {
            Ok(Some(session)) => session,
            Ok(None) => {
                if let Some(row) = &ours
                    && self.not_at_stripe(&link, row).await? == Ended::Unpaid
                {
                    return Ok(done("Stripe does not have this session any more: its checkout was ended, unverified."));
                }
                return Ok(ignored("The connected Stripe account has no such session. Nothing changed."));
            }
            Err(error) => {
                let problem = self.stripe_problem(&link, error, "checkout_session_read").await;
                return if problem.code == Code::StripePermissionMissing { Ok(blind()) } else { Err(problem) };
            }
        };
        let reward = self.reward_of_session(scope, &session).await?;
        let Some(row) = ours else {
            return Ok(match reward {
                Some(code) => done(format!("The reward {code} was used.")),
                None => ignored("Not one of Codemint's checkouts, and no reward was used in it."),
            });
        };
        let ended = self.end_if_over(&link, &row, &session, told).await?;
        let code = match &row.discount_code_id {
            Some(id) => {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).code(id).await?.map(|code| code.code)
            }
            None => None,
        };
        Ok(done(match reward {
            Some(code) => format!("The reward {code} was used."),
            None => ended_words(ended, code.as_deref()),
        }))
    }

    async fn any_reward_unused(&self, scope: &Scope) -> Result<bool, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).any_reward_unused().await?)
    }

    async fn checkout_of(&self, scope: &Scope, session_id: &str) -> Result<Option<CheckoutRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        let Some(id) = reader.at(scope).checkout_of_session(session_id).await? else { return Ok(None) };
        Ok(reader.at(scope).checkout(&id).await?)
    }

    async fn coupon_changed(&self, scope: &Scope, coupon: &str, how: &str) -> Result<Came, Problem> {
        let none = || ignored("Not one of Codemint's coupons.");
        if !coupon.starts_with(super::super::mint::COUPON_PREFIX) {
            return Ok(none());
        }
        let mut tx = self.0.db.begin().await?;
        let code = tx.at(scope).look_at_coupon_again(coupon).await?;
        tx.commit().await?;
        Ok(match code {
            Some(code) => done(format!("The coupon of {code} was {how} in Stripe. {code} is checked at its next use.")),
            None => none(),
        })
    }
}

impl EventRow {
    /// Whether it came to the Stripe App's endpoint.
    fn is_apps(&self) -> bool {
        Mode::parse(&self.endpoint).is_some()
    }
}

fn ended_words(ended: Ended, code: Option<&str>) -> String {
    match (ended, code) {
        (Ended::NotYet, _) => "Nothing changed: Stripe says that this checkout is not decided yet.".to_owned(),
        (Ended::Before, _) => "Nothing changed: it was counted already.".to_owned(),
        (Ended::Paid, Some(code)) => format!("One redemption of {code} counted."),
        (Ended::Unpaid, Some(code)) => format!("A checkout ended unpaid: its hold on {code} was given back."),
        (Ended::Paid, None) => "A checkout without a code was paid.".to_owned(),
        (Ended::Unpaid, None) => "A checkout without a code ended unpaid.".to_owned(),
    }
}

/// In the owner's words, within a sentence.
fn why_not_yet(problem: &Problem) -> &'static str {
    match problem.code {
        Code::NeedsReauth => "Stripe does not accept the connection any more",
        Code::StripeNotConnected => "Stripe is not connected",
        Code::Internal => "something went wrong on our side",
        _ => "Stripe could not be asked",
    }
}

/// 1 s, 2 s, 4 s … up to an hour.
fn backoff_ms(attempts: i64) -> i64 {
    500_i64.saturating_mul(1 << attempts.clamp(1, 13)).min(3_600_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_and_later() {
        let waits: Vec<i64> = (1..=MAX_ATTEMPTS).map(|attempt| backoff_ms(attempt) / 1000).collect();
        assert_eq!((waits[0], waits[1], waits[11], waits[12], waits[19]), (1, 2, 2048, 3600, 3600));
    }
}
