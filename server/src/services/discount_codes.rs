//! Discount codes: create, list, read, change, archive.

use super::paging::{self, PageQuery};
use super::{Caller, Services, Ticket, activity_of_code, views};
use crate::scope::Scope;
use crate::store::{CodeFilter, CodeRow, NewCode, StoreError, TermsColumns, Tx};
use app::domain::activity::{Actor, Detail, Kind, changes};
use app::domain::app_id::AppId;
use app::domain::code::CodeText;
use app::domain::discount_code::{Definition, Draft, Status};
use app::domain::ids::DiscountCodeId;
use app::domain::patch::{Changed, Patch};
use app::domain::problem::{Code, Problem};
use app::wire::api::{DiscountCode, List};

/// What a list is asked for, unchecked but for the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// One app; none: all that the key may see.
    pub app_id: Option<String>,
    /// One status; none: all but archived.
    pub status: Option<Status>,
    /// Part of the code's text.
    pub q: Option<String>,
    /// Which page.
    pub page: PageQuery,
}

impl Services {
    /// Makes a code. Nothing is made in Stripe before its first use. With an idempotency key the answer is stored in the same
    /// transaction: a crash right after it leaves a repeat with that answer, not with "taken".
    pub async fn create_code(
        &self,
        caller: &Caller,
        app: &AppId,
        draft: &Draft,
        idempotency: Option<&Ticket>,
    ) -> Result<DiscountCode, Problem> {
        let definition = draft.check(self.now()).map_err(first)?;
        let row = self.insert_definition(&caller.scope, app, &definition, &caller.actor(), idempotency).await?;
        views::discount_code(&caller.scope, &row, self.now())
    }

    pub(super) async fn insert_definition(
        &self,
        scope: &Scope,
        app: &AppId,
        definition: &Definition,
        by: &Actor,
        idempotency: Option<&Ticket>,
    ) -> Result<CodeRow, Problem> {
        let now = self.now();
        let id = DiscountCodeId::new(now, self.random_id()?);
        let metadata = serde_json::to_string(&definition.metadata)
            .map_err(|error| super::error::internal("metadata could not be written", &error))?;
        let new = NewCode {
            id: id.as_str(),
            app_id: app.as_str(),
            code: definition.code.as_str(),
            terms: TermsColumns::from(&definition.terms),
            limits: definition.limits,
            metadata: &metadata,
            now,
        };
        let mut tx = self.0.db.begin().await?;
        match tx.at(scope).insert_code(&new).await {
            Ok(()) => {}
            Err(StoreError::Taken) => return Err(code_taken(&definition.code)),
            Err(error) => return Err(error.into()),
        }
        let row = tx.at(scope).code(id.as_str()).await?;
        let row = row.ok_or_else(|| super::error::internal("a code that was stored is gone", &id))?;
        let detail = Detail { more: vec![definition.terms.to_string()], ..activity_of_code(&row, Some(by)) };
        self.note_activity(&mut tx, scope, Kind::CodeCreated, &row.id, &detail).await?;
        if let Some(ticket) = idempotency {
            let answer = views::discount_code(scope, &row, now)?;
            let body = serde_json::to_vec(&answer)
                .map_err(|error| super::error::internal("an answer could not be written", &error))?;
            ticket.store(&mut tx, 201, &body).await?;
        }
        tx.commit().await?;
        Ok(row)
    }

    /// A page of codes that the caller may see.
    pub async fn list_codes(&self, caller: &Caller, query: ListQuery) -> Result<List<DiscountCode>, Problem> {
        let app = self.app_to_list(caller, query.app_id.as_deref()).await?;
        let direction = query.page.direction("discount code", async |id| self.code_row(caller, id).await).await?;
        let filter = CodeFilter {
            app_id: app.map(|app| app.as_str().to_owned()),
            status: query.status,
            q: CodeText::normalize(query.q.as_deref().unwrap_or_default()),
            direction,
            limit: query.page.rows(),
        };
        let (scope, now) = (&caller.scope, self.now());
        let rows = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).codes(&filter, now).await?
        };
        let url = "/v1/admin/discount-codes".to_owned();
        paging::list(rows, &query.page, &filter.direction, url, |row| views::discount_code(scope, row, now))
    }

    /// The app that a list is narrowed to: named, or the key's own; none: all that the key may see.
    pub(super) async fn app_to_list(&self, caller: &Caller, app_id: Option<&str>) -> Result<Option<AppId>, Problem> {
        match app_id {
            Some(raw) => self.app_of(caller, Some(raw)).await.map(Some),
            None => Ok(caller.app.clone()),
        }
    }

    /// One page, asked for with one row more than is shown; whether there was more.
    pub(super) async fn page(&self, scope: &Scope, filter: CodeFilter) -> Result<(Vec<CodeRow>, bool), Problem> {
        let mut rows = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).codes(&filter, self.now()).await?
        };
        let has_more = filter.direction.cut(&mut rows, usize::try_from(filter.limit - 1).unwrap_or_default());
        Ok((rows, has_more))
    }

    /// A code that the caller may see, archived or not.
    pub(super) async fn code_row(&self, caller: &Caller, id: &str) -> Result<CodeRow, Problem> {
        let missing = || Problem::no_such("discount code", id);
        let known = DiscountCodeId::parse(id).ok_or_else(missing)?;
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&caller.scope).code(known.as_str()).await?.ok_or_else(missing)?
        };
        let foreign = caller.app.as_ref().is_some_and(|app| app.as_str() != row.app_id);
        if foreign { Err(missing()) } else { Ok(row) }
    }

    /// One code, archived or not.
    pub async fn get_code(&self, caller: &Caller, id: &str) -> Result<DiscountCode, Problem> {
        let row = self.code_row(caller, id).await?;
        views::discount_code(&caller.scope, &row, self.now())
    }

    /// Changes a code; its terms only before anybody has begun to mint it.
    pub async fn patch_code(&self, caller: &Caller, id: &str, patch: &Patch) -> Result<DiscountCode, Problem> {
        let known = self.code_row(caller, id).await?;
        let (scope, now) = (&caller.scope, self.now());
        let mut tx = self.0.db.begin().await?;
        let row = row_to_change(&mut tx, scope, &known.id).await?;
        let current = definition(&row)?;
        let changed = patch.apply(&current, row.active, now)?;
        let row = self.write_change(&mut tx, scope, &row, &current, &changed, &caller.actor()).await?;
        tx.commit().await?;
        views::discount_code(scope, &row, self.now())
    }

    /// Writes a change and notes what it was. `current` is what the locked row says.
    pub(super) async fn write_change(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        row: &CodeRow,
        current: &Definition,
        changed: &Changed,
        by: &Actor,
    ) -> Result<CodeRow, Problem> {
        let after = store_change(tx, scope, &row.id, changed, self.now()).await?;
        let detail = |more| Detail { more, ..activity_of_code(&after, Some(by)) };
        let limits = changes(&current.limits, &changed.limits, current.metadata != changed.metadata);
        let terms = changed.terms.as_ref().map(|terms| vec![terms.to_string()]).unwrap_or_default();
        for (happened, kind, more) in [
            (row.active && !changed.active, Kind::CodePaused, Vec::new()),
            (!row.active && changed.active, Kind::CodeResumed, Vec::new()),
            (!terms.is_empty(), Kind::CodeTermsChanged, terms),
            (!limits.is_empty(), Kind::CodeChanged, limits),
        ] {
            if happened {
                self.note_activity(tx, scope, kind, &after.id, &detail(more)).await?;
            }
        }
        Ok(after)
    }

    /// Archives a code: its text is free again, open sessions keep their price. Archiving it again changes nothing.
    pub async fn archive_code(&self, caller: &Caller, id: &str) -> Result<DiscountCode, Problem> {
        let row = self.code_row(caller, id).await?;
        let row = self.archive(&caller.scope, &row.id, &caller.actor()).await?;
        views::discount_code(&caller.scope, &row, self.now())
    }

    pub(super) async fn archive(&self, scope: &Scope, id: &str, by: &Actor) -> Result<CodeRow, Problem> {
        let missing = || Problem::no_such("discount code", id);
        let mut tx = self.0.db.begin().await?;
        let before = tx.at(scope).code_to_change(id).await?.ok_or_else(missing)?;
        let row = tx.at(scope).archive_code(id, self.now()).await?.ok_or_else(missing)?;
        if before.archived_at.is_none() {
            self.note_activity(&mut tx, scope, Kind::CodeArchived, id, &activity_of_code(&row, Some(by))).await?;
        }
        tx.commit().await?;
        Ok(row)
    }

    /// Takes an archived code back as it was: its counts, its coupon, its limits. Refused where another code has its text by now.
    /// Restoring one that is not archived changes nothing.
    pub(super) async fn restore(&self, scope: &Scope, id: &str, by: &Actor) -> Result<CodeRow, Problem> {
        let missing = || Problem::no_such("discount code", id);
        let mut tx = self.0.db.begin().await?;
        let before = tx.at(scope).code_to_change(id).await?.ok_or_else(missing)?;
        match tx.at(scope).restore_code(id, self.now()).await {
            Ok(row) => {
                let row = row.ok_or_else(missing)?;
                if before.archived_at.is_some() {
                    let detail = activity_of_code(&row, Some(by));
                    self.note_activity(&mut tx, scope, Kind::CodeRestored, id, &detail).await?;
                }
                tx.commit().await?;
                return Ok(row);
            }
            Err(StoreError::Taken) => drop(tx),
            Err(error) => return Err(error.into()),
        }
        let mut reader = self.0.db.reader().await?;
        let own = reader.at(scope).code(id).await?.ok_or_else(missing)?;
        let holder = reader.at(scope).code_by_text(&own.app_id, &own.code).await?;
        Err(Problem::of(Code::CodeTaken, "code", restore_refused(&own.code, holder.as_ref())?))
    }
}

/// What is stored, as the rules know it.
pub(super) fn definition(row: &CodeRow) -> Result<Definition, Problem> {
    Ok(Definition {
        code: CodeText::trusted(row.code.clone()),
        terms: row.terms()?,
        limits: row.limits(),
        metadata: row.metadata()?,
    })
}

/// A code that is not archived, locked until the transaction ends.
pub(super) async fn row_to_change(tx: &mut Tx, scope: &Scope, id: &str) -> Result<CodeRow, Problem> {
    let row = tx.at(scope).code_to_change(id).await?.ok_or_else(|| Problem::no_such("discount code", id))?;
    if row.archived_at.is_some() {
        return Err(Problem::new(
            Code::ResourceMissing,
            "This discount code is archived: restore it on its page in Codemint before changing it.",
        ));
    }
    Ok(row)
}

/// Which code has the text now.
fn restore_refused(text: &str, holder: Option<&CodeRow>) -> Result<String, Problem> {
    let who = match holder {
        Some(row) => format!("another code of this app now: {} ({})", row.terms()?, row.id),
        None => "another code of this app at this moment".to_owned(),
    };
    Ok(format!("{text} is {who}. Archive that one first, then restore this one; nothing was changed."))
}

async fn store_change(tx: &mut Tx, scope: &Scope, id: &str, changed: &Changed, now: i64) -> Result<CodeRow, Problem> {
    let metadata = serde_json::to_string(&changed.metadata)
        .map_err(|error| super::error::internal("metadata could not be written", &error))?;
    if let Some(terms) = &changed.terms
        && !tx.at(scope).update_terms(id, &TermsColumns::from(terms), now).await?
    {
        return Err(Problem::new(
            Code::TermsImmutable,
            "What this code gives cannot change any more: its coupon is in Stripe or on its way there. Create a new code with the new terms; limits and dates can still change here.",
        ));
    }
    let row = tx.at(scope).update_code(id, changed.active, &changed.limits, &metadata, now).await?;
    row.ok_or_else(|| Problem::no_such("discount code", id))
}

pub(super) fn code_taken(code: &CodeText) -> Problem {
    Problem::of(
        Code::CodeTaken,
        "code",
        format!("This app has a code {code} already. Choose another text, or archive that one first."),
    )
}

/// The API tells one problem at a time: the first, in the order of the fields.
pub(super) fn first(problems: Vec<Problem>) -> Problem {
    problems.into_iter().next().unwrap_or_else(|| Problem::new(Code::ParameterInvalid, "The request is not right."))
}
