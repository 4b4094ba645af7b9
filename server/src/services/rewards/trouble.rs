//! What a failed call means for a reward: whether the whole connection waits, this reward alone, or something of ours broke.

use super::super::Services;
use super::super::connection::Link;
use crate::stripe::StripeError;
use app::domain::problem::{Code, Problem};
use app::domain::reward::Cause;

/// Why a code did not get into Stripe.
pub(super) enum Trouble {
    /// Every call on this connection would fail so.
    Connection(Cause, String),
    /// This one failed.
    Reward(Cause, String),
    /// A fault of ours: it is tried again, and logged.
    Ours(Problem),
}

/// What the owner reads while Stripe does not answer.
pub(super) const AWAY: &str = "Stripe does not answer.";

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        match problem.code {
            Code::StripeUnavailable => Self::Connection(Cause::Outage, AWAY.to_owned()),
            Code::NeedsReauth => Self::Connection(Cause::NeedsReauth, problem.message),
            Code::StripeNotConnected => Self::Connection(Cause::NotConnected, problem.message),
            Code::StripePermissionMissing => Self::Connection(Cause::Permission, problem.message),
            Code::ParameterInvalid => Self::Reward(Cause::Refused, problem.message),
            _ => Self::Ours(problem),
        }
    }
}

impl From<crate::store::StoreError> for Trouble {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Ours(error.into())
    }
}

impl Services {
    /// Draws the consequences for the connection, and says what the failure means here. `asked_for` names the permission to blame where
    /// Stripe named none.
    pub(super) async fn trouble_of(&self, link: &Link, error: StripeError, asked_for: &str) -> Trouble {
        match error {
            // About one request, or one object, only.
            StripeError::Server { replayed: true, .. } | StripeError::Locked | StripeError::IdempotencyInUse => {
                Trouble::Reward(Cause::Outage, "Stripe was busy with this very code.".to_owned())
            }
            StripeError::IdempotencyMismatch | StripeError::AlreadyExists => {
                Trouble::Reward(Cause::Refused, format!("Stripe refused: {error}."))
            }
            other => self.stripe_problem(link, other, asked_for).await.into(),
        }
    }
}
