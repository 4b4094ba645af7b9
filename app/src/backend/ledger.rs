//! What the screens of the ledger ask of the server.

use super::Viewer;
use crate::domain::mode::Mode;
use crate::domain::problem::Problem;
use crate::wire::ledger::*;
use async_trait::async_trait;

/// The use cases of the screens. Every refusal is a [`Problem`]; nothing was written then.
#[async_trait]
pub trait LedgerBackend: Send + Sync {
    /// A page of a code's redemptions, with the chart of its last days.
    async fn redemptions(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        code_id: &str,
        query: RedemptionQuery,
    ) -> Result<RedemptionPage, Problem>;
    /// A code's counters and when they last moved: cheap, for a page that follows them.
    async fn usage(&self, viewer: &Viewer, mode: Mode, app_id: &str, code_id: &str) -> Result<Usage, Problem>;
    /// Ends the open session of a held redemption at Stripe and gives the hold back, unless it was paid meanwhile, which is counted then.
    async fn end_checkout(&self, viewer: &Viewer, mode: Mode, redemption: &str) -> Result<RedemptionView, Problem>;
    /// A page of what happened in the workspace.
    async fn activity(&self, viewer: &Viewer, mode: Mode, query: ActivityQuery) -> Result<ActivityPage, Problem>;
    /// Compares counters, rows and Stripe's sessions now.
    async fn check_ledger(&self, viewer: &Viewer, mode: Mode) -> Result<LedgerView, Problem>;
}
