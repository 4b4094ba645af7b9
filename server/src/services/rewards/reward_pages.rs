//! What the list of a campaign's rewards, and the page of one, are drawn from.

use super::super::error::internal;
use super::super::paging::{READ, direction, turn};
use super::super::when::{Writing, when};
use super::super::{Services, screens};
use super::hand::by_hand;
use super::views;
use crate::scope::Scope;
use crate::store::{ActivityRow, CampaignRow, PauseRow, RewardRow, RewardSearch, Sought};
use app::backend::Viewer;
use app::domain::ids::{CampaignId, RewardId};
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::domain::reward::{Cause, MailState, Status, SyncState};
use app::domain::reward_code::is_whole;
use app::domain::reward_words::{mail_words, story, sync_words};
use app::wire::rewards::*;
use std::collections::BTreeMap;

/// Most characters that are looked for.
const MAX_Q: usize = 254;

/// What a person typed to find a reward.
fn sought(typed: &str) -> Sought {
    let q: String = typed.trim().chars().filter(|c| !c.is_control()).take(MAX_Q).collect();
    match q {
        q if q.is_empty() => Sought::All,
        q if is_whole(&q) => Sought::Code(q),
        q => Sought::Part(q),
    }
}

impl Services {
    pub(super) async fn rewards_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        campaign: &str,
        query: RewardQuery,
    ) -> Result<RewardPage, Problem> {
        let scope = screens::scope(viewer, mode);
        let missing = || Problem::no_such("campaign", campaign);
        let id = CampaignId::parse(campaign).ok_or_else(missing)?;
        let cursor = |id: Option<String>| id.and_then(|id| RewardId::parse(&id)).map(|id| id.as_str().to_owned());
        let direction = direction(cursor(query.after), cursor(query.before));
        let mut reader = self.0.db.reader().await?;
        let campaign = reader.at(&scope).campaign(id.as_str()).await?.ok_or_else(missing)?;
        let pause = reader.at(&scope).mint_pause().await?;
        let search = RewardSearch {
            campaign_id: campaign.id.clone(),
            which: query.filter,
            all_blocked: pause.as_ref().is_some_and(|pause| pause.cause().state() == SyncState::Blocked),
            sought: sought(&query.q),
            direction: direction.clone(),
            limit: READ,
        };
        let mut rows = reader.at(&scope).find_rewards(&search, self.now()).await?;
        drop(reader);
        let (previous, next) = turn(&mut rows, &direction, |row| row.id.clone());
        let writing = Writing::of(viewer);
        let rows = self.reward_views(&scope, &campaign.id, &rows, pause.as_ref(), &writing).await?;
        Ok(RewardPage { rows, previous, next, zone: writing.zone_name() })
    }

    /// Rewards of one campaign as the screens show them: its versions are read once.
    async fn reward_views(
        &self,
        scope: &Scope,
        campaign_id: &str,
        rows: &[RewardRow],
        pause: Option<&PauseRow>,
        writing: &Writing,
    ) -> Result<Vec<RewardView>, Problem> {
        let versions = rows.iter().map(|row| row.version);
        let (first, last) = (versions.clone().min().unwrap_or_default(), versions.max().unwrap_or_default());
        let campaigns: BTreeMap<i64, CampaignRow> = {
            let mut reader = self.0.db.reader().await?;
            let campaigns = reader.at(scope).campaign_versions(campaign_id, first, last).await?;
            campaigns.into_iter().map(|row| (row.terms_version, row)).collect()
        };
        let view = |row: &RewardRow| {
            let campaign =
                campaigns.get(&row.version).ok_or_else(|| internal("a reward's version is gone", &row.id))?;
            self.reward_view(scope, row, campaign, pause, writing)
        };
        rows.iter().map(view).collect()
    }

    /// A reward as the screens show it. `campaign` is of the reward's version.
    pub(super) fn reward_view(
        &self,
        scope: &Scope,
        row: &RewardRow,
        campaign: &CampaignRow,
        pause: Option<&PauseRow>,
        writing: &Writing,
    ) -> Result<RewardView, Problem> {
        let reward = views::reward(scope, row, campaign, pause, self.now())?;
        let money = |amount: i64| views::money_text(amount, row.used_currency.as_deref()?, writing.locale);
        Ok(RewardView {
            campaign_name: campaign.name.clone(),
            terms: campaign.terms()?.text(writing.locale),
            created: when(row.created_at, writing),
            expires: row.expires_at.map(|ms| when(ms, writing)),
            used: row.used_at.map(|ms| when(ms, writing)),
            used_amount: row.used_amount.and_then(money),
            sync_words: sync_words(reward.sync.state, reward.sync.cause),
            mail_words: mail_words(row.mail()).to_owned(),
            reward,
        })
    }

    pub(super) async fn reward_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        campaign: &str,
        id: &str,
    ) -> Result<RewardDetail, Problem> {
        let scope = screens::scope(viewer, mode);
        let missing = || Problem::no_such("reward", id);
        let known = RewardId::parse(id).ok_or_else(missing)?;
        let mut reader = self.0.db.reader().await?;
        let row = reader.at(&scope).reward(known.as_str()).await?;
        let row = row.filter(|row| row.campaign_id == campaign).ok_or_else(missing)?;
        let campaign = reader.at(&scope).campaign_at(&row.campaign_id, row.version).await?;
        let campaign = campaign.ok_or_else(|| internal("a reward's version is gone", &row.id))?;
        let pause = reader.at(&scope).mint_pause().await?;
        let activity = reader.at(&scope).activity_of(&row.id).await?;
        drop(reader);
        let (writing, dashboard) = (Writing::of(viewer), self.dashboard(mode));
        let view = self.reward_view(&scope, &row, &campaign, pause.as_ref(), &writing)?;
        let open = row.sync() != SyncState::Minted && row.used_at.is_none();
        let may_be_made = open && row.status(self.now()) == Status::Active;
        // One that is blocked was compared.
        let compares = open && row.sync() != SyncState::Blocked;
        let page = |what: &str, id: &String| format!("{dashboard}/{what}/{id}");
        Ok(RewardDetail {
            view,
            story: activity.iter().map(|happened| story_line(happened, &writing)).collect(),
            by_hand: if may_be_made { Some(by_hand(&row, &campaign, &dashboard, &writing)?) } else { None },
            by_hand_since: row.by_hand_at.filter(|_| compares).map(|ms| when(ms, &writing)),
            may_replace: may_replace(&row),
            may_send: row.email.is_some() && !matches!(row.mail(), MailState::Queued | MailState::Unsubscribed),
            stripe_url: row.promotion_code_id.as_ref().map(|id| page("promotion_codes", id)),
            session_url: row.used_session.as_ref().map(|id| page("checkout/sessions", id)),
            support_email: self.0.support_email.clone(),
        })
    }
}

/// Whether its customer may be sent another code: only where this one can never be theirs in Stripe.
fn may_replace(row: &RewardRow) -> bool {
    row.sync() == SyncState::Blocked
        && matches!(row.cause(), Some(Cause::CodeTaken | Cause::Different | Cause::Expired))
        && row.used_at.is_none()
        && row.erased_at.is_none()
        && row.email.is_some()
}

fn story_line(happened: &ActivityRow, writing: &Writing) -> StoryLine {
    let (text, tone) = story(&happened.kind, &happened.detail);
    StoryLine { at: when(happened.created_at, writing), text, tone: tone.as_str().to_owned() }
}
