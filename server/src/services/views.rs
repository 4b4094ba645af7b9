//! Stored rows as the API and the screens tell them.

use super::Services;
use super::when::{Writing, when};
use crate::scope::Scope;
use crate::store::{CodeRow, RedemptionRow};
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::api::{DiscountCode, Percent, Redemption, Redemptions};
use app::wire::screens::{CodeView, SyncView};

/// A code as the API tells it.
pub(super) fn discount_code(scope: &Scope, row: &CodeRow, now: i64) -> Result<DiscountCode, Problem> {
    let draft = row.terms()?.draft();
    Ok(DiscountCode {
        object: "discount_code".into(),
        id: row.id.clone(),
        app_id: row.app_id.clone(),
        livemode: scope.mode.livemode(),
        code: row.code.clone(),
        percent_off: draft.percent_off.map(Percent),
        amount_off_cents: draft.amount_off_cents,
        currency: draft.currency,
        duration: row.duration.clone(),
        duration_in_months: draft.duration_in_months.and_then(|months| u32::try_from(months).ok()),
        max_redemptions: row.max_redemptions,
        max_redemptions_per_user: row.max_redemptions_per_user,
        minimum_amount_cents: row.minimum_amount,
        minimum_amount_currency: row.minimum_amount.and(row.minimum_currency.clone().or_else(|| row.currency.clone())),
        redemptions: Redemptions { count: row.held + row.redeemed, held: row.held, redeemed: row.redeemed },
        starts_at: row.starts_at,
        expires_at: row.expires_at,
        active: row.active,
        status: row.status(now),
        stripe_coupon: row.coupon_id.clone().filter(|_| row.minted_at.is_some()),
        metadata: row.metadata()?,
        created_at: row.created_at,
    })
}

/// A redemption of this code as the API tells it.
pub(super) fn redemption(scope: &Scope, row: &RedemptionRow, code: &CodeRow) -> Result<Redemption, Problem> {
    Ok(Redemption {
        object: "redemption".into(),
        id: row.id.clone(),
        app_id: code.app_id.clone(),
        livemode: scope.mode.livemode(),
        discount_code: row.discount_code_id.clone(),
        code: code.code.clone(),
        stripe_coupon: code.coupon_id.clone().filter(|_| code.minted_at.is_some()),
        state: row.state()?,
        user_id: row.user_id.clone(),
        checkout_session: row.session_id.clone(),
        expires_at: row.expires_at,
        created_at: row.created_at,
        settled_at: row.settled_at,
    })
}

impl Services {
    /// A code as the screens show it.
    pub(super) fn code_view(&self, scope: &Scope, row: &CodeRow, writing: &Writing) -> Result<CodeView, Problem> {
        Ok(CodeView {
            code: discount_code(scope, row, self.now())?,
            terms: row.terms()?.text(writing.locale),
            created: when(row.created_at, writing),
            starts: row.starts_at.map(|ms| when(ms, writing)),
            expires: row.expires_at.map(|ms| when(ms, writing)),
            sync: self.sync_view(scope, row, writing),
        })
    }

    fn sync_view(&self, scope: &Scope, row: &CodeRow, writing: &Writing) -> SyncView {
        if let Some(reason) = &row.blocked_reason {
            return SyncView::Blocked { reason: reason.clone() };
        }
        match (&row.coupon_id, row.minted_at, row.mint_intent_at) {
            (Some(coupon), Some(at), _) => {
                let test = if scope.mode == Mode::Test { "/test" } else { "" };
                SyncView::Minted {
                    coupon: coupon.clone(),
                    at: when(at, writing),
                    url: format!("{}{test}/coupons/{coupon}", self.0.dashboard_url),
                }
            }
            (_, None, Some(_)) => SyncView::Pending,
            _ => SyncView::NotUsed,
        }
    }
}
