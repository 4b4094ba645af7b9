//! A redemption as the screens show it.

use crate::scope::Scope;
use crate::services::when::{Writing, when};
use crate::services::{Services, views};
use crate::store::{CodeRow, RedemptionRow, Step};
use app::domain::problem::Problem;
use app::domain::redemption::State;
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
            redemption: views::redemption(scope, row, code)?,
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
