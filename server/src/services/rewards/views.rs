//! Stored campaigns and rewards as the API tells them.

use crate::scope::Scope;
use crate::store::{CampaignRow, PauseRow, RewardRow};
use app::domain::problem::Problem;
use app::domain::reward::{Cause, SyncState};
use app::wire::api::{Campaign, EmailDelivery, Percent, Reward, RewardCounts, RewardSync, RewardUse};

/// A campaign as the API tells it.
pub(super) fn campaign(scope: &Scope, row: &CampaignRow, now: i64) -> Result<Campaign, Problem> {
    let draft = row.terms()?.draft();
    Ok(Campaign {
        object: "campaign".into(),
        id: row.id.clone(),
        app_id: row.app_id.clone(),
        livemode: scope.mode.livemode(),
        name: row.name.clone(),
        percent_off: draft.percent_off.map(Percent),
        amount_off_cents: draft.amount_off_cents,
        currency: draft.currency,
        duration: draft.duration.unwrap_or_default(),
        duration_in_months: draft.duration_in_months.and_then(|months| u32::try_from(months).ok()),
        terms_version: row.version,
        code_prefix: row.code_prefix.clone(),
        expires_at: row.expires_at,
        expires_in_days: row.expires_in_days,
        time_zone: row.time_zone.clone(),
        max_rewards: row.max_rewards,
        rewards: RewardCounts { earned: row.issued, used: row.used },
        active: row.active,
        status: row.status(now),
        stripe_coupon: row.minted_at.map(|_| row.coupon_id.clone()),
        metadata: row.metadata()?,
        created_at: row.created_at,
    })
}

/// Where a reward stands on its way to Stripe: as its row says, unless the whole connection waits.
pub(super) fn standing(row: &RewardRow, pause: Option<&PauseRow>) -> (SyncState, Option<Cause>, Option<String>) {
    match waits_with(row.sync(), pause) {
        Some(pause) => (pause.cause().state(), Some(pause.cause()), Some(pause.trouble.clone())),
        None => (row.sync(), row.cause(), row.trouble.clone()),
    }
}

/// The states of rows that are shown as this one.
pub(super) fn shown_as(state: SyncState, pause: Option<&PauseRow>) -> Vec<SyncState> {
    let shown = |row: SyncState| waits_with(row, pause).map_or(row, |pause| pause.cause().state());
    SyncState::ALL.iter().copied().filter(|row| shown(*row) == state).collect()
}

/// The pause for which a reward in this state waits.
fn waits_with(state: SyncState, pause: Option<&PauseRow>) -> Option<&PauseRow> {
    pause.filter(|_| matches!(state, SyncState::Pending | SyncState::Failed))
}

/// A reward as the API tells it. `campaign` is of the reward's version.
pub(super) fn reward(
    scope: &Scope,
    row: &RewardRow,
    campaign: &CampaignRow,
    pause: Option<&PauseRow>,
    now: i64,
) -> Result<Reward, Problem> {
    let draft = campaign.terms()?.draft();
    let (state, cause, last_error) = standing(row, pause);
    let minted = state == SyncState::Minted;
    Ok(Reward {
        object: "reward".into(),
        id: row.id.clone(),
        campaign: row.campaign_id.clone(),
        app_id: row.app_id.clone(),
        livemode: scope.mode.livemode(),
        code: row.code.clone(),
        email: row.email.clone(),
        reference: row.reference.clone(),
        percent_off: draft.percent_off.map(Percent),
        amount_off_cents: draft.amount_off_cents,
        currency: draft.currency,
        duration: draft.duration.unwrap_or_default(),
        duration_in_months: draft.duration_in_months.and_then(|months| u32::try_from(months).ok()),
        terms_version: row.version,
        expires_at: row.expires_at,
        status: row.status(now),
        sync: RewardSync {
            state,
            cause,
            stripe_coupon: minted.then(|| campaign.coupon_id.clone()),
            stripe_promotion_code: row.promotion_code_id.clone(),
            attempts: row.attempts,
            last_error,
        },
        email_delivery: EmailDelivery {
            state: row.mail(),
            sent_at: row.mailed_at,
            last_error: row.mail_trouble.clone(),
        },
        used: row.used_at.map(|at| RewardUse {
            at,
            stripe_checkout_session: row.used_session.clone(),
            amount_off_cents: row.used_amount,
            currency: row.used_currency.clone(),
        }),
        metadata: row.metadata()?,
        created_at: row.created_at,
    })
}
