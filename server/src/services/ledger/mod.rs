//! The ledger for people: a code's redemptions, what happened, and whether the counts are right.

mod activity;
mod chart;
mod check;
mod counted;
mod end;
mod job;
mod pages;
mod sessions;
mod shown;

pub(super) use activity::of_code as activity_of_code;
pub use check::{Checked, Patience};
pub(super) use counted::Pasts;

use super::Services;
use app::backend::{LedgerBackend, Viewer};
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::ledger::*;
use async_trait::async_trait;

#[async_trait]
impl LedgerBackend for Services {
    async fn redemptions(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        code_id: &str,
        query: RedemptionQuery,
    ) -> Result<RedemptionPage, Problem> {
        self.redemptions_for(viewer, mode, app_id, code_id, query).await
    }

    async fn usage(&self, viewer: &Viewer, mode: Mode, app_id: &str, code_id: &str) -> Result<Usage, Problem> {
        self.usage_for(viewer, mode, app_id, code_id).await
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
