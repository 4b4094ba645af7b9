//! The ledger for people: a code's redemptions, what happened, and whether the counts are right.

mod activity;
mod check;
mod end;
mod job;
mod sessions;
mod shown;

pub(super) use activity::of_code as activity_of_code;
pub use check::{Checked, Patience};

use super::Services;
use app::backend::{LedgerBackend, Viewer};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::wire::ledger::*;
use async_trait::async_trait;

fn unbuilt() -> Problem {
    Problem::new(Code::Internal, "Not built yet.")
}

#[async_trait]
impl LedgerBackend for Services {
    async fn redemptions(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _code_id: &str,
        _query: RedemptionQuery,
    ) -> Result<RedemptionPage, Problem> {
        Err(unbuilt())
    }

    async fn end_checkout(&self, viewer: &Viewer, mode: Mode, redemption: &str) -> Result<RedemptionView, Problem> {
        self.end_checkout_for(viewer, mode, redemption).await
    }

    async fn activity(&self, viewer: &Viewer, mode: Mode, query: ActivityQuery) -> Result<ActivityPage, Problem> {
        self.activity_for(viewer, mode, query).await
    }

    async fn check_ledger(&self, viewer: &Viewer, mode: Mode) -> Result<LedgerView, Problem> {
        self.check_for(viewer, mode).await
    }
}
