//! The ledger for people: a code's redemptions, what happened, and whether the counts are right.

mod chart;
mod pages;

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

    async fn end_checkout(&self, _viewer: &Viewer, _mode: Mode, _redemption: &str) -> Result<RedemptionView, Problem> {
        Err(unbuilt())
    }

    async fn activity(&self, _viewer: &Viewer, _mode: Mode, _query: ActivityQuery) -> Result<ActivityPage, Problem> {
        Err(unbuilt())
    }

    async fn check_ledger(&self, _viewer: &Viewer, _mode: Mode) -> Result<LedgerView, Problem> {
        Err(unbuilt())
    }
}
