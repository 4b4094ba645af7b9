//! What happened in a workspace: noted in the transaction in which it did, and told on the page of activity.

use super::check::view;
use crate::scope::Scope;
use crate::services::when::{Writing, when};
use crate::services::{Services, screens};
use crate::store::{ActivityRow, CodeRow, Direction, Tx};
use app::backend::Viewer;
use app::domain::activity::{Actor, Detail, Kind, Topic, place, tell};
use app::domain::ids::ActivityId;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::links;
use app::wire::ledger::{ActivityPage, ActivityQuery, ActivityView};
use std::collections::HashMap;

/// Rows on a page.
const PAGE: usize = 50;

/// What is told of a code.
pub(in crate::services) fn of_code(row: &CodeRow, by: Option<&Actor>) -> Detail {
    Detail { by: by.cloned(), app: row.app_id.clone(), what: row.code.clone(), more: Vec::new() }
}

/// What a row is about, as the page names it and leads to it.
#[derive(Clone, Default)]
struct Subject {
    name: String,
    link: Option<String>,
}

impl Services {
    /// Notes what happened, in the transaction in which it does.
    pub(in crate::services) async fn note_activity(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        kind: Kind,
        subject: &str,
        detail: &Detail,
    ) -> Result<(), Problem> {
        let now = self.now();
        let id = ActivityId::new(now, self.random_id()?);
        Ok(tx.at(scope).insert_activity(id.as_str(), subject, kind.as_str(), &detail.json(), now).await?)
    }

    pub(super) async fn activity_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        query: ActivityQuery,
    ) -> Result<ActivityPage, Problem> {
        let (scope, writing) = (screens::scope(viewer, mode), Writing::of(viewer));
        let cursor = |id: Option<String>| id.and_then(|id| ActivityId::parse(&id)).map(|id| id.as_str().to_owned());
        let direction = match (cursor(query.after), cursor(query.before)) {
            (Some(id), _) => Direction::After(id),
            (None, Some(id)) => Direction::Before(id),
            (None, None) => Direction::First,
        };
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let (mut rows, checked) = {
            let mut reader = self.0.db.reader().await?;
            let rows = reader.at(&scope).activity_page(query.topic, &direction, limit).await?;
            (rows, reader.at(&scope).ledger_check().await?)
        };
        let has_more = direction.cut(&mut rows, PAGE);
        let (newer, older) = match direction {
            Direction::First => (false, has_more),
            Direction::After(_) => (true, has_more),
            Direction::Before(_) => (has_more, true),
        };
        let subjects = self.subjects(&scope, &rows).await?;
        let told = |row: &ActivityRow| activity_view(row, &subjects, &scope, &writing);
        Ok(ActivityPage {
            previous: rows.first().filter(|_| newer).map(|row| row.id.clone()),
            next: rows.last().filter(|_| older).map(|row| row.id.clone()),
            rows: rows.iter().map(told).collect(),
            ledger: checked.as_ref().map(|row| view(row, &writing)),
            zone: writing.zone_name(),
        })
    }

    /// What the rows of a page are about. A page has few rows, and many of them are about the same.
    async fn subjects(&self, scope: &Scope, rows: &[ActivityRow]) -> Result<HashMap<String, Subject>, Problem> {
        let mut subjects = HashMap::new();
        let mut reader = self.0.db.reader().await?;
        for row in rows {
            let id = row.subject.as_str();
            if subjects.contains_key(id) {
                continue;
            }
            let subject = if id.starts_with("cmp_") {
                reader.at(scope).campaign(id).await?.map(|campaign| Subject {
                    link: Some(links::campaign(&campaign.app_id, id, scope.mode)),
                    name: campaign.name,
                })
            } else if id.starts_with("rw_") {
                reader.at(scope).reward(id).await?.map(|reward| Subject {
                    link: Some(links::reward(&reward.app_id, &reward.campaign_id, id, scope.mode)),
                    name: reward.code,
                })
            } else {
                None
            };
            subjects.insert(id.to_owned(), subject.unwrap_or_default());
        }
        Ok(subjects)
    }
}

fn activity_view(
    row: &ActivityRow,
    subjects: &HashMap<String, Subject>,
    scope: &Scope,
    writing: &Writing,
) -> ActivityView {
    let subject = subjects.get(&row.subject).cloned().unwrap_or_default();
    let (topic, _) = place(&row.kind, &row.subject);
    let told = tell(&row.kind, &row.subject, &row.detail, &subject.name);
    let link = match topic {
        Topic::Rewards => subject.link,
        Topic::Connection => Some(links::settings(scope.mode)),
        Topic::Codes | Topic::Ledger if row.subject.starts_with("dc_") => {
            Some(links::code(&Detail::read(&row.detail).app, &row.subject, scope.mode))
        }
        Topic::Codes | Topic::Ledger => None,
    };
    ActivityView {
        id: row.id.clone(),
        topic,
        words: told.words,
        detail: told.detail,
        link,
        wrong: told.wrong,
        at: when(row.created_at, writing),
    }
}
