//! Redemptions as they are: one, and lists.

use super::super::paging::{self, PageQuery};
use super::super::{Caller, Services, views};
use crate::store::{CodeRow, RedemptionFilter, RedemptionRow};
use app::domain::ids::RedemptionId;
use app::domain::problem::{Code, Problem};
use app::domain::redemption::State;
use app::wire::api::{List, Redemption};
use std::collections::HashMap;

/// What a list is asked for, unchecked but for the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedemptionListQuery {
    /// One app; none: all that the key may see.
    pub app_id: Option<String>,
    /// One discount code, by its id.
    pub discount_code: Option<String>,
    /// One state; none: all.
    pub state: Option<State>,
    /// Which page.
    pub page: PageQuery,
}

impl Services {
    /// One redemption, of a checkout of ours or of the owner's own.
    pub async fn get_redemption(&self, caller: &Caller, id: &str) -> Result<Redemption, Problem> {
        let (row, code) = self.redemption_of(caller, id).await?;
        views::redemption(&caller.scope, &row, &code)
    }

    /// A page of redemptions that the caller may see.
    pub async fn list_redemptions(
        &self,
        caller: &Caller,
        query: RedemptionListQuery,
    ) -> Result<List<Redemption>, Problem> {
        let app = self.app_to_list(caller, query.app_id.as_deref()).await?;
        if let Some(id) = &query.discount_code {
            self.code_row(caller, id).await.map_err(|problem| match problem.code {
                Code::ResourceMissing => Problem { param: Some("discount_code".into()), ..problem },
                _ => problem,
            })?;
        }
        let direction = query.page.direction("redemption", async |id| self.redemption_of(caller, id).await).await?;
        let filter = RedemptionFilter {
            app_id: app.map(|app| app.as_str().to_owned()),
            discount_code_id: query.discount_code,
            state: query.state,
            direction,
            limit: query.page.rows(),
        };
        let scope = &caller.scope;
        let mut codes: HashMap<String, CodeRow> = HashMap::new();
        let rows = {
            let mut reader = self.0.db.reader().await?;
            let rows = reader.at(scope).redemptions(&filter).await?;
            // Most of a page are of a few codes.
            for row in &rows {
                if !codes.contains_key(&row.discount_code_id)
                    && let Some(code) = reader.at(scope).code(&row.discount_code_id).await?
                {
                    codes.insert(code.id.clone(), code);
                }
            }
            rows
        };
        let url = "/v1/redemptions".to_owned();
        paging::list(rows, &query.page, &filter.direction, url, |row| match codes.get(&row.discount_code_id) {
            Some(code) => views::redemption(scope, row, code),
            None => Err(super::super::error::internal("a redeemed code is gone", &row.discount_code_id)),
        })
    }

    /// A redemption that the caller may see, and its code.
    pub(super) async fn redemption_of(&self, caller: &Caller, id: &str) -> Result<(RedemptionRow, CodeRow), Problem> {
        let missing = || Problem::no_such("redemption", id);
        let known = RedemptionId::parse(id).ok_or_else(missing)?;
        let (row, code) = {
            let mut reader = self.0.db.reader().await?;
            let row = reader.at(&caller.scope).redemption(known.as_str()).await?.ok_or_else(missing)?;
            let code = reader.at(&caller.scope).code(&row.discount_code_id).await?.ok_or_else(missing)?;
            (row, code)
        };
        let foreign = caller.app.as_ref().is_some_and(|app| app.as_str() != code.app_id);
        if foreign { Err(missing()) } else { Ok((row, code)) }
    }
}
