//! What is kept, to take along: of a person as JSON, of a campaign as CSV.

use super::super::Services;
use super::mail::unsubscribed_hash;
use super::people::{Campaigns, key_of, scope_of};
use super::views::reward;
use crate::scope::Scope;
use crate::store::{CampaignRow, RewardRow};
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Rewards that are read at once.
const PAGE: i64 = 500;

/// The columns of a campaign's rewards.
const COLUMNS: [&str; 12] = [
    "code",
    "email",
    "reference",
    "status",
    "sync",
    "mail",
    "earned_at",
    "expires_at",
    "used_at",
    "used_amount_off_cents",
    "used_currency",
    "stripe_checkout_session",
];

/// The rewards of a campaign, read page by page.
pub struct RewardTable {
    services: Services,
    scope: Scope,
    campaign: CampaignRow,
    after: Option<String>,
    done: bool,
}

impl Services {
    /// All that is kept about a person in this mode.
    pub async fn person_export(&self, viewer: &Viewer, mode: Mode, email: &str) -> Result<Value, Problem> {
        let key = key_of(email)?;
        let scope = scope_of(viewer, mode);
        let mut campaigns = Campaigns::default();
        let mut rewards = Vec::new();
        let mut before: Option<String> = None;
        loop {
            let (rows, pause) = {
                let mut reader = self.0.db.reader().await?;
                let rows = reader.at(&scope).rewards_of_person(&key, before.as_deref(), PAGE).await?;
                (rows, reader.at(&scope).mint_pause().await?)
            };
            let Some(last) = rows.last() else { break };
            before = Some(last.id.clone());
            campaigns.load(self, &scope, &rows).await?;
            for row in &rows {
                let told = reward(&scope, row, campaigns.of(row)?, pause.as_ref(), self.now())?;
                let story = {
                    let mut reader = self.0.db.reader().await?;
                    reader.at(&scope).activity_of(&row.id).await?
                };
                let story: Vec<Value> = story
                    .iter()
                    .map(|line| json!({ "at": time(line.created_at), "kind": line.kind, "detail": line.detail }))
                    .collect();
                rewards.push(json!({ "reward": told, "campaign_name": campaigns.of(row)?.name, "activity": story }));
            }
        }
        let mut reader = self.0.db.reader().await?;
        let mut checkouts = Vec::new();
        for row in reader.at(&scope).checkouts_of_person(&key).await? {
            let request: Value = serde_json::from_str(&row.request)
                .map_err(|error| super::super::error::internal("a checkout's request cannot be read", &error))?;
            checkouts.push(json!({
                "id": row.id, "app_id": row.app_id, "stripe_checkout_session": row.session_id, "step": row.step,
                "created_at": time(row.created_at), "request": request,
            }));
        }
        let redemptions: Vec<Value> = reader
            .at(&scope)
            .redemptions_of_person(&key)
            .await?
            .into_iter()
            .map(|row| {
                json!({
                    "id": row.id, "discount_code": row.discount_code_id, "checkout": row.checkout_id, "state": row.state, "user_id": row.user_id,
                    "customer_hash": row.customer, "created_at": time(row.created_at),
                })
            })
            .collect();
        let mails: Vec<Value> = reader
            .at(&scope)
            .mails_to_person(&key)
            .await?
            .into_iter()
            .map(|mail| {
                json!({ "id": mail.id, "kind": mail.kind, "state": mail.state, "about": mail.about, "created_at": time(mail.created_at) })
            })
            .collect();
        let unsubscribed = reader.at(&scope).wants_no_marketing(&unsubscribed_hash(&scope, &key)).await?;
        Ok(json!({
            "object": "person", "email": key, "livemode": mode.livemode(), "exported_at": time(self.now()), "unsubscribed": unsubscribed,
            "rewards": rewards, "checkouts": checkouts, "redemptions": redemptions, "mails": mails,
        }))
    }

    /// The rewards of a campaign of an app, as a table that is still to be read.
    pub async fn reward_table(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        campaign: &str,
    ) -> Result<RewardTable, Problem> {
        let scope = scope_of(viewer, mode);
        let campaign = self.campaign_of_app(&scope, app_id, campaign).await?;
        Ok(RewardTable { services: self.clone(), scope, campaign, after: None, done: false })
    }
}

impl RewardTable {
    /// The campaign's id.
    pub fn campaign(&self) -> &str {
        &self.campaign.id
    }

    /// The next lines; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        if self.done {
            return Ok(None);
        }
        let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let broken = |error: csv::Error| super::super::error::internal("a table could not be written", &error);
        if self.after.is_none() {
            table.write_record(COLUMNS).map_err(broken)?;
        }
        let (rows, pause) = {
            let mut reader = self.services.0.db.reader().await?;
            let after = self.after.as_deref().unwrap_or_default();
            let rows = reader.at(&self.scope).rewards_after(&self.campaign.id, after, PAGE).await?;
            (rows, reader.at(&self.scope).mint_pause().await?)
        };
        for row in &rows {
            let state = super::views::standing(row, pause.as_ref()).0.as_str();
            table.write_record(cells(row, state, self.services.now())).map_err(broken)?;
        }
        self.done = i64::try_from(rows.len()).unwrap_or(i64::MAX) < PAGE;
        self.after = Some(rows.last().map(|row| row.id.clone()).unwrap_or_default());
        let bytes = table.into_inner();
        bytes.map(Some).map_err(|error| super::super::error::internal("a table could not be written", &error.error()))
    }
}

fn cells(row: &RewardRow, sync: &str, now: i64) -> [String; 12] {
    let text = |text: Option<&String>| text.map(|text| defused(text)).unwrap_or_default();
    let moment = |ms: Option<i64>| ms.map(time).unwrap_or_default();
    [
        defused(&row.code),
        text(row.email.as_ref()),
        text(row.reference.as_ref()),
        row.status(now).as_str().to_owned(),
        sync.to_owned(),
        row.mail().as_str().to_owned(),
        time(row.created_at),
        moment(row.expires_at),
        moment(row.used_at),
        row.used_amount.map(|amount| amount.to_string()).unwrap_or_default(),
        text(row.used_currency.as_ref()),
        text(row.used_session.as_ref()),
    ]
}

/// A spreadsheet takes some beginnings for a formula, which may do anything: an apostrophe before them makes them text.
fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

/// RFC 3339, in UTC.
fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|moment| moment.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(defused(bad), format!("'{bad}"));
        }
        for good in ["ada@example.com", "SHARE-KX7M-4RTW", "", "'=1", "a=b"] {
            assert_eq!(defused(good), good);
        }
        assert_eq!(time(1_795_000_000_000), "2026-11-18T11:06:40Z");
    }
}
