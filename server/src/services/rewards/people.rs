//! What is kept about a person.

use super::super::Services;
use super::super::when::Writing;
use super::mail::unsubscribed_hash;
use crate::scope::Scope;
use crate::store::{CampaignRow, RewardRow};
use app::backend::Viewer;
use app::domain::email;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::rewards::*;
use std::collections::HashMap;

/// Rewards that the page of a person lists.
const SHOWN: i64 = 100;

/// Who is looked for, in the form in which addresses are compared.
pub(super) fn key_of(raw: &str) -> Result<String, Problem> {
    Ok(email::normalize(&email::parse(raw, "email")?))
}

pub(super) fn scope_of(viewer: &Viewer, mode: Mode) -> Scope {
    Scope::stored(viewer.workspace_id.clone(), mode.as_str())
}

impl Services {
    pub(super) async fn person_for(&self, viewer: &Viewer, mode: Mode, email: &str) -> Result<Person, Problem> {
        let key = key_of(email)?;
        let scope = scope_of(viewer, mode);
        let writing = Writing::of(viewer);
        let (rows, pause, reward_count, checkouts, redemptions, mails, unsubscribed) = {
            let mut reader = self.0.db.reader().await?;
            (
                reader.at(&scope).rewards_of_person(&key, None, SHOWN).await?,
                reader.at(&scope).mint_pause().await?,
                reader.at(&scope).count_rewards_of_person(&key).await?,
                reader.at(&scope).checkouts_of_person(&key).await?,
                reader.at(&scope).redemptions_of_person(&key).await?,
                reader.at(&scope).mails_to_person(&key).await?,
                reader.at(&scope).wants_no_marketing(&unsubscribed_hash(&scope, &key)).await?,
            )
        };
        let mut campaigns = Campaigns::default();
        campaigns.load(self, &scope, &rows).await?;
        let view = |row| self.reward_view(&scope, row, campaigns.of(row)?, pause.as_ref(), &writing);
        Ok(Person {
            email: key,
            rewards: rows.iter().map(view).collect::<Result<_, _>>()?,
            reward_count,
            checkouts: count(checkouts.len()),
            redemptions: count(redemptions.iter().filter(|row| row.checkout_id.is_none()).count()),
            mails: count(mails.len()),
            unsubscribed,
        })
    }
}

/// The campaigns of rewards, each read once a version.
#[derive(Default)]
pub(super) struct Campaigns(HashMap<(String, i64), CampaignRow>);

impl Campaigns {
    /// Reads those that are not here yet.
    pub(super) async fn load(&mut self, services: &Services, scope: &Scope, rows: &[RewardRow]) -> Result<(), Problem> {
        for row in rows {
            let key = (row.campaign_id.clone(), row.version);
            if !self.0.contains_key(&key) {
                let mut reader = services.0.db.reader().await?;
                let found = reader.at(scope).campaign_at(&row.campaign_id, row.version).await?;
                self.0.extend(found.map(|found| (key, found)));
            }
        }
        Ok(())
    }

    /// The campaign of a reward, as it was when that was earned.
    pub(super) fn of(&self, row: &RewardRow) -> Result<&CampaignRow, Problem> {
        let found = self.0.get(&(row.campaign_id.clone(), row.version));
        found.ok_or_else(|| super::super::error::internal("a reward's campaign is gone", &row.id))
    }
}

pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
