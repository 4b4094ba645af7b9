//! The ledger: a code's redemptions, what happened in the workspace, and whether the counts are right.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::ledger::{
    ActivityPage, ActivityQuery, LedgerView, RedemptionPage, RedemptionQuery, RedemptionView, Usage,
};
use leptos::prelude::*;

/// A page of a code's redemptions.
#[server(endpoint = "redemptions")]
pub async fn read_redemptions(
    mode: Mode,
    app_id: String,
    code_id: String,
    #[server(default)] query: RedemptionQuery,
) -> Reply<RedemptionPage> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.redemptions(&viewer, mode, &app_id, &code_id, query).await)
}

/// A code's counters and when they last moved.
#[server(endpoint = "usage")]
pub async fn read_usage(mode: Mode, app_id: String, code_id: String) -> Reply<Usage> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.usage(&viewer, mode, &app_id, &code_id).await)
}

/// Ends the open session of a held redemption.
#[server(endpoint = "end-checkout")]
pub async fn end_checkout(mode: Mode, redemption: String) -> Reply<RedemptionView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.end_checkout(&viewer, mode, &redemption).await)
}

/// A page of what happened.
#[server(endpoint = "activity")]
pub async fn read_activity(mode: Mode, #[server(default)] query: ActivityQuery) -> Reply<ActivityPage> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.activity(&viewer, mode, query).await)
}

/// Compares counters, rows and Stripe's sessions now.
#[server(endpoint = "check-ledger")]
pub async fn check_ledger(mode: Mode) -> Reply<LedgerView> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.check_ledger(&viewer, mode).await)
}
