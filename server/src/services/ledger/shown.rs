//! A redemption as the screens show it.

use crate::scope::Scope;
use crate::services::Services;
use crate::services::when::{Writing, when};
use crate::store::{CodeRow, RedemptionRow, Step};
use app::domain::problem::Problem;
use app::domain::redemption::State;
use app::wire::api::Redemption;
use app::wire::ledger::{RedemptionView, StepView};

impl Services {
    /// A redemption as the screens show it. `code` is the one that it is of.
    pub(in crate::services) fn redemption_view(
        &self,
        scope: &Scope,
        row: &RedemptionRow,
        code: &CodeRow,
        writing: &Writing,
    ) -> Result<RedemptionView, Problem> {
        let held = row.state()? == State::Held;
        // Once it was paid by a method that takes days, its end is the bank's, not the session's.
        let undecided = row.undecided_since.filter(|_| held);
        let until = if row.checkout_id.is_some() { row.session_expires_at } else { row.expires_at };
        let step = |step: app::domain::redemption::Step| StepView {
            state: step.cause.state(),
            words: step.cause.words().to_owned(),
            at: when(step.at, writing),
        };
        let mut way: Vec<_> = row.way()?.into_iter().map(step).collect();
        way.extend(undecided.map(|since| StepView {
            state: State::Held,
            words: "Paid by a method that takes days, and not decided yet".into(),
            at: when(since, writing),
        }));
        let open =
            row.checkout_id.is_none() || (row.session_id.is_some() && row.step.as_deref() == Some(Step::Open.as_str()));
        Ok(RedemptionView {
            redemption: Redemption {
                object: "redemption".into(),
                id: row.id.clone(),
                app_id: code.app_id.clone(),
                livemode: scope.mode.livemode(),
                discount_code: code.id.clone(),
                code: code.code.clone(),
                stripe_coupon: code.coupon_id.clone().filter(|_| code.minted_at.is_some()),
                state: row.state()?,
                user_id: row.user_id.clone(),
                checkout_session: row.session_id.clone(),
                expires_at: row.expires_at,
                created_at: row.created_at,
                settled_at: row.settled_at,
            },
            way,
            until: until.filter(|_| held && undecided.is_none()).map(|ms| when(ms, writing)),
            session_url: row
                .session_id
                .as_ref()
                .map(|id| format!("{}/checkout/sessions/{id}", self.dashboard(scope.mode))),
            can_end: held && open && undecided.is_none(),
        })
    }
}
