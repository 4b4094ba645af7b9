//! What a code's redemptions are drawn from.

use super::chart::{Counted, chart, since};
use crate::scope::Scope;
use crate::services::paging::{READ, direction, turn};
use crate::services::when::{Writing, when};
use crate::services::{Services, screens};
use crate::store::{CodeRow, RedemptionFilter, RedemptionRow, Step};
use app::backend::Viewer;
use app::domain::ids::{DiscountCodeId, RedemptionId};
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::domain::redemption::State;
use app::wire::api::Redemption;
use app::wire::ledger::*;

/// A redemption as the API tells it. `code` is the one that it is of.
fn redemption(scope: &Scope, row: &RedemptionRow, code: &CodeRow) -> Result<Redemption, Problem> {
    Ok(Redemption {
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
    })
}

/// What happened to a redemption, in words.
fn way(row: &RedemptionRow, writing: &Writing) -> Result<Vec<StepView>, Problem> {
    let step = |state, words: &str, at| StepView { state, words: words.to_owned(), at: when(at, writing) };
    let mut way: Vec<_> = row.way()?.into_iter().map(|it| step(it.cause.state(), it.cause.words(), it.at)).collect();
    if let Some(since) = row.undecided_since.filter(|_| row.state == State::Held.as_str()) {
        way.push(step(State::Held, "Paid by a method that takes days, and not decided yet", since));
    }
    Ok(way)
}

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
        let open = held && row.undecided_since.is_none();
        let until = if row.checkout_id.is_some() { row.session_expires_at } else { row.expires_at };
        let session = row.session_id.as_ref();
        Ok(RedemptionView {
            redemption: redemption(scope, row, code)?,
            way: way(row, writing)?,
            until: until.filter(|_| open).map(|ms| when(ms, writing)),
            session_url: session.map(|id| format!("{}/checkout/sessions/{id}", self.dashboard(scope.mode))),
            can_end: open && session.is_some() && row.step.as_deref() == Some(Step::Open.as_str()),
        })
    }

    pub(super) async fn usage_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        code_id: &str,
    ) -> Result<Usage, Problem> {
        let missing = || Problem::no_such("discount code", code_id);
        let id = DiscountCodeId::parse(code_id).ok_or_else(missing)?;
        let mut reader = self.0.db.reader().await?;
        let row = reader.at(&screens::scope(viewer, mode)).usage(app_id, id.as_str()).await?.ok_or_else(missing)?;
        Ok(Usage { held: row.held, redeemed: row.redeemed, changed_at: row.updated_at })
    }

    pub(super) async fn redemptions_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        code_id: &str,
        query: RedemptionQuery,
    ) -> Result<RedemptionPage, Problem> {
        let scope = screens::scope(viewer, mode);
        let missing = || Problem::no_such("discount code", code_id);
        let id = DiscountCodeId::parse(code_id).ok_or_else(missing)?;
        let cursor = |id: Option<String>| id.and_then(|id| RedemptionId::parse(&id)).map(|id| id.as_str().to_owned());
        let direction = direction(cursor(query.after), cursor(query.before));
        let (now, writing) = (self.now(), Writing::of(viewer));
        let mut reader = self.0.db.reader().await?;
        let code = reader.at(&scope).code(id.as_str()).await?;
        let code = code.filter(|code| code.app_id == app_id).ok_or_else(missing)?;
        let filter = RedemptionFilter {
            app_id: None,
            discount_code_id: Some(code.id.clone()),
            state: query.state,
            direction: direction.clone(),
            limit: READ,
        };
        let mut rows = reader.at(&scope).redemptions(&filter).await?;
        let first = since(now, &writing);
        let counted = Counted {
            held: reader.at(&scope).held_by_quarter(&code.id, first).await?,
            redeemed: reader.at(&scope).settled_by_quarter(&code.id, State::Redeemed, first).await?,
            released: reader.at(&scope).settled_by_quarter(&code.id, State::Released, first).await?,
        };
        drop(reader);
        let (previous, next) = turn(&mut rows, &direction, |row| row.id.clone());
        let view = |row| self.redemption_view(&scope, row, &code, &writing);
        Ok(RedemptionPage {
            rows: rows.iter().map(view).collect::<Result<_, _>>()?,
            previous,
            next,
            chart: chart(now, &writing, &counted),
            zone: writing.zone_name(),
        })
    }
}
