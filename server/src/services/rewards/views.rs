//! Stored campaigns and rewards as the API and the screens tell them.

use super::super::Services;
use super::super::when::{Writing, when};
use crate::scope::Scope;
use crate::store::{CampaignRow, PauseRow, RewardRow};
use app::domain::campaign::Ends;
use app::domain::locale::Locale;
use app::domain::money::{Currency, format_amount, group};
use app::domain::problem::Problem;
use app::domain::reward::{Cause, SyncState};
use app::wire::api::{Campaign, EmailDelivery, Percent, Reward, RewardCounts, RewardSync, RewardUse};
use app::wire::rewards::CampaignView;

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

impl Services {
    /// A campaign as the screens show it.
    pub(super) fn campaign_view(
        &self,
        scope: &Scope,
        row: &CampaignRow,
        writing: &Writing,
    ) -> Result<CampaignView, Problem> {
        Ok(CampaignView {
            campaign: campaign(scope, row, self.now())?,
            terms: row.terms()?.text(writing.locale),
            ends: ends_text(&row.ends(), writing),
            created: when(row.created_at, writing),
        })
    }
}

/// An amount in a currency's smallest unit, as a locale writes it; none where the currency is not known.
pub(super) fn money_text(amount: i64, currency: &str, locale: Locale) -> Option<String> {
    let currency = Currency::parse(currency, "currency").ok()?;
    Some(locale.write(&format_amount(amount, currency)))
}

/// When codes end, in a few words.
fn ends_text(ends: &Ends, writing: &Writing) -> String {
    match ends {
        Ends::Never => "no end".to_owned(),
        Ends::At(ms) => format!("until {}", when(*ms, writing).text),
        Ends::After { days: 1, .. } => "1 day from earning".to_owned(),
        Ends::After { days, .. } => format!("{} days from earning", writing.locale.write(&group(days.unsigned_abs()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_in_words() {
        let text = |ends| ends_text(&ends, &Writing::plain());
        assert_eq!(text(Ends::Never), "no end");
        assert_eq!(text(Ends::At(1_798_761_600_000)), "until 1 Jan 2027, 00:00 UTC");
        assert_eq!(text(Ends::After { days: 1, time_zone: None }), "1 day from earning");
        assert_eq!(text(Ends::After { days: 1_820, time_zone: Some("Asia/Tokyo".into()) }), "1,820 days from earning");
    }

    #[test]
    fn what_waits_with_the_connection_is_listed_as_it_is_shown() {
        assert_eq!(shown_as(SyncState::Failed, None), [SyncState::Failed]);
        for state in SyncState::ALL {
            assert_eq!(shown_as(*state, None), [*state]);
        }
    }
}
