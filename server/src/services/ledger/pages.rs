//! What a code's redemptions are drawn from.

use super::chart::chart;
use crate::services::paging::{READ, direction, turn};
use crate::services::when::Writing;
use crate::services::{Services, screens};
use crate::store::{RedemptionFilter, UsageRow};
use app::backend::Viewer;
use app::domain::ids::{DiscountCodeId, RedemptionId};
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::ledger::*;

fn told(row: &UsageRow) -> Usage {
    Usage { held: row.held, redeemed: row.redeemed, changed_at: row.updated_at }
}

impl Services {
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
        Ok(told(&row))
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
        // First of all: what comes to pass between here and there is seen again, not missed.
        let usage = reader.at(&scope).usage(app_id, &code.id).await?.ok_or_else(missing)?;
        let mut rows = reader.at(&scope).redemptions(&filter).await?;
        drop(reader);
        let counted = self.counted(&scope, &code.id, now, &writing).await?;
        let (previous, next) = turn(&mut rows, &direction, |row| row.id.clone());
        let view = |row| self.redemption_view(&scope, row, &code, &writing);
        Ok(RedemptionPage {
            rows: rows.iter().map(view).collect::<Result<_, _>>()?,
            previous,
            next,
            usage: told(&usage),
            chart: chart(now, &writing, &counted),
            zone: writing.zone_name(),
        })
    }
}
