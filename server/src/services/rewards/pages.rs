//! What the pages of campaigns and rewards are drawn from.

use super::super::paging::{READ, direction, turn};
use super::super::when::Writing;
use super::super::{Services, connection, screens};
use super::chart::{chart, since};
use super::views::money_text;
use crate::scope::Scope;
use crate::store::{CampaignFilter, CampaignRow};
use app::backend::Viewer;
use app::domain::ids::CampaignId;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::domain::reward::SyncState;
use app::wire::rewards::*;

impl Services {
    pub(super) async fn campaigns_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        query: CampaignQuery,
    ) -> Result<CampaignPage, Problem> {
        let scope = screens::scope(viewer, mode);
        let app = self.app(&scope, app_id).await?;
        let cursor = |id: Option<String>| id.and_then(|id| CampaignId::parse(&id)).map(|id| id.as_str().to_owned());
        let direction = direction(cursor(query.after), cursor(query.before));
        let filter = CampaignFilter {
            app_id: Some(app.as_str().to_owned()),
            status: query.status,
            direction: direction.clone(),
            limit: READ,
        };
        let mut rows = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&scope).campaigns(&filter, self.now()).await?
        };
        let (previous, next) = turn(&mut rows, &direction, |row| row.id.clone());
        let writing = Writing::of(viewer);
        Ok(CampaignPage {
            rows: rows.iter().map(|row| self.campaign_view(&scope, row, &writing)).collect::<Result<_, _>>()?,
            previous,
            next,
            notices: self.reward_notices(&scope, None, &writing).await?,
            zone: writing.zone_name(),
        })
    }

    pub(super) async fn campaign_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
    ) -> Result<CampaignDetail, Problem> {
        let scope = screens::scope(viewer, mode);
        let row = self.campaign_of_app(&scope, app_id, id).await?;
        let writing = Writing::of(viewer);
        let connection = connection::wire(&scope, self.connection_row(&scope).await?.as_ref());
        Ok(CampaignDetail {
            view: self.campaign_view(&scope, &row, &writing)?,
            notices: self.reward_notices(&scope, Some(&row.id), &writing).await?,
            figures: self.figures(&scope, &row.id, &writing).await?,
            chart: self.chart_of(&scope, &row.id, &writing).await?,
            public_url: self.0.public_url.clone(),
            connection,
            support_email: self.0.support_email.clone(),
            mail_works: self.0.mailer.is_some(),
            coupon_url: row.minted_at.map(|_| format!("{}/coupons/{}", self.dashboard(mode), row.coupon_id)),
            coupon_trouble: self.version_trouble(&scope, &row).await?,
        })
    }

    /// Where Stripe's dashboard of a mode begins.
    pub(in crate::services) fn dashboard(&self, mode: Mode) -> String {
        format!("{}{}", self.0.dashboard_url, if mode == Mode::Test { "/test" } else { "" })
    }

    async fn figures(&self, scope: &Scope, campaign_id: &str, writing: &Writing) -> Result<RewardFigures, Problem> {
        let mut reader = self.0.db.reader().await?;
        let counted = reader.at(scope).reward_figures(campaign_id).await?;
        let costs = reader.at(scope).reward_costs(campaign_id).await?;
        let pause = reader.at(scope).mint_pause().await?;
        // Where the connection waits for the owner, all that waits for the connection does.
        let all_blocked = pause.is_some_and(|pause| pause.cause().state() == SyncState::Blocked);
        let (waiting, blocked) =
            if all_blocked { (0, counted.waiting + counted.blocked) } else { (counted.waiting, counted.blocked) };
        Ok(RewardFigures {
            earned: counted.earned,
            used: counted.used,
            waiting,
            blocked,
            mail_trouble: counted.mail_trouble,
            cost: costs.iter().filter_map(|row| money_text(row.amount, &row.currency, writing.locale)).collect(),
            cost_known: costs.iter().map(|row| row.uses).sum(),
        })
    }

    async fn chart_of(&self, scope: &Scope, campaign_id: &str, writing: &Writing) -> Result<Vec<ChartDay>, Problem> {
        let now = self.now();
        let since = since(now, writing);
        let mut reader = self.0.db.reader().await?;
        let earned = reader.at(scope).earned_by_quarter(campaign_id, since).await?;
        let used = reader.at(scope).used_by_quarter(campaign_id, since).await?;
        Ok(chart(now, writing, &earned, &used))
    }

    /// Why the coupon of the present version is blocked, or that of an earlier one that somebody still waits for.
    async fn version_trouble(&self, scope: &Scope, row: &CampaignRow) -> Result<Option<String>, Problem> {
        if row.blocked_reason.is_some() {
            return Ok(row.blocked_reason.clone());
        }
        let mut reader = self.0.db.reader().await?;
        let Some(version) = reader.at(scope).blocked_versions(&row.id).await?.into_iter().next() else {
            return Ok(None);
        };
        Ok(reader.at(scope).campaign_at(&row.id, version).await?.and_then(|row| row.blocked_reason))
    }
}
