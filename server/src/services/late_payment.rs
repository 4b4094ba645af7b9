//! Sessions that are complete and unpaid: paid by a method that takes days, as by a bank's debit. The hold stays until Stripe says what
//! became of the money, and Stripe is asked more and more rarely.
//!
//! A session says when the money came; that it will not come it does not say: it stays complete and unpaid. Its PaymentIntent does. Nobody
//! can pay such a session once more.

use super::Services;
use super::connection::Link;
use super::sweep::Ended;
use crate::crash;
use crate::store::{CheckoutRow, Step};
use crate::stripe::{PaymentState, Session, StripeError};
use app::domain::problem::Problem;
use app::domain::redemption::Cause;

/// The shortest and the longest pause before Stripe is asked again, in milliseconds.
const PAUSES: std::ops::RangeInclusive<i64> = 15_000..=900_000;
/// No method that takes days takes so many, where nothing else was agreed on, in milliseconds: thirty days.
pub(super) const UNSEEN_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Who asks about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The sweep, or an event that says nothing of the money.
    Nothing,
    /// A signed event, which says that the money will not come.
    Failed,
}

/// What is known of the money.
enum Money {
    Came,
    WillNotCome,
    OnItsWay,
    /// It is a subscription's, whose invoice is not ours to read, or the connection may not look.
    Unseen,
}

impl Services {
    /// Decides what can be decided about a session that is complete and unpaid.
    pub(super) async fn late_payment(
        &self,
        link: &Link,
        row: &CheckoutRow,
        session: &Session,
        told: Told,
    ) -> Result<Ended, Problem> {
        let since = row.undecided_since.unwrap_or_else(|| self.now());
        let (step, cause, ended) = match self.money(link, session).await? {
            Money::Came => (Step::Complete, Cause::Paid, Ended::Paid),
            Money::WillNotCome => (Step::Expired, Cause::PaymentFailed, Ended::Unpaid),
            // What no object tells, the event that has no other meaning does.
            Money::Unseen if told == Told::Failed => (Step::Expired, Cause::PaymentFailed, Ended::Unpaid),
            Money::Unseen if self.now() - since >= UNSEEN_MS => (Step::Unverified, Cause::Unverified, Ended::Unpaid),
            Money::Unseen | Money::OnItsWay => {
                self.ask_later(link, row).await?;
                crash::here!("noted-undecided");
                return Ok(Ended::NotYet);
            }
        };
        self.end(&link.scope, row, step, cause, ended).await
    }

    /// Stripe is asked again after a pause that grows with the time since it was first known that the money takes days.
    pub(super) async fn ask_later(&self, link: &Link, row: &CheckoutRow) -> Result<(), Problem> {
        let now = self.now();
        let since = row.undecided_since.unwrap_or(now);
        let pause = (now - since).clamp(*PAUSES.start(), *PAUSES.end());
        let mut tx = self.0.db.begin().await?;
        tx.at(&link.scope).note_undecided(&row.id, since, now + pause).await?;
        Ok(tx.commit().await?)
    }

    async fn money(&self, link: &Link, session: &Session) -> Result<Money, Problem> {
        let Some(intent) = &session.payment_intent else { return Ok(Money::Unseen) };
        match link.stripe(&self.0.stripe).payment_intent(intent).await {
            Ok(Some(intent)) => Ok(match intent.status {
                PaymentState::Succeeded => Money::Came,
                PaymentState::Canceled | PaymentState::RequiresPaymentMethod => Money::WillNotCome,
                PaymentState::Processing
                | PaymentState::RequiresAction
                | PaymentState::RequiresConfirmation
                | PaymentState::RequiresCapture
                | PaymentState::Unknown => Money::OnItsWay,
            }),
            Ok(None) | Err(StripeError::PermissionMissing { .. }) => Ok(Money::Unseen),
            Err(error) => Err(self.stripe_problem(link, error, "payment_intent_read").await),
        }
    }
}
