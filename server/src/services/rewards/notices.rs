//! What is wrong with rewards that are not in Stripe: one notice for each cause, however many they are.

use super::super::Services;
use super::super::when::{Writing, when};
use crate::scope::Scope;
use crate::store::{PauseRow, TroubleRow};
use app::domain::problem::Problem;
use app::domain::reward::{Cause, SyncState};
use app::domain::reward_words::{NoticeWords, notice};
use app::wire::rewards::RewardNotice;

/// What waits for one cause.
#[derive(Debug, PartialEq, Eq)]
struct Gathered {
    cause: Cause,
    since: i64,
    waiting: i64,
    /// The id of the newest reward.
    newest: String,
    /// The app and the campaign of that one.
    campaign: (String, String),
}

impl Services {
    /// The notices of a mode, or of one campaign in it: what needs the owner first.
    pub(super) async fn reward_notices(
        &self,
        scope: &Scope,
        campaign_id: Option<&str>,
        writing: &Writing,
    ) -> Result<Vec<RewardNotice>, Problem> {
        let mut reader = self.0.db.reader().await?;
        let troubles = reader.at(scope).reward_troubles(campaign_id).await?;
        if troubles.is_empty() {
            return Ok(Vec::new());
        }
        let pause = reader.at(scope).mint_pause().await?;
        let begun = reader.at(scope).reward_notices().await?;
        drop(reader);
        let told = |gathered: Gathered| {
            let NoticeWords { title, text } = notice(gathered.cause, gathered.waiting);
            RewardNotice {
                cause: gathered.cause,
                title: title.to_owned(),
                text,
                since: when(gathered.since, writing),
                waiting: gathered.waiting,
                needs_owner: gathered.cause.needs_owner(),
                campaign: Some(gathered.campaign),
            }
        };
        Ok(gather(troubles, pause.as_ref(), &begun).into_iter().map(told).collect())
    }
}

/// Brings together what waits for the same cause. A pause of the connection is the cause of all that is neither in Stripe nor blocked;
/// without one, what was not tried yet is simply on its way.
fn gather(troubles: Vec<TroubleRow>, pause: Option<&PauseRow>, begun: &[(String, i64)]) -> Vec<Gathered> {
    let mut all: Vec<Gathered> = Vec::new();
    for row in troubles {
        let of_pause = pause.filter(|_| row.sync() != SyncState::Blocked);
        let cause = match (of_pause, row.sync()) {
            (Some(pause), _) => pause.cause(),
            (None, SyncState::Pending) => continue,
            (None, _) => row.cause().unwrap_or(Cause::Refused),
        };
        let told = begun.iter().find(|(word, _)| word == cause.as_str()).map(|(_, since)| *since);
        let since = of_pause.map(|pause| pause.since).or(told).unwrap_or(row.oldest);
        let campaign = (row.app_id, row.campaign_id);
        match all.iter_mut().find(|other| other.cause == cause) {
            None => all.push(Gathered { cause, since, waiting: row.rewards, newest: row.newest, campaign }),
            Some(same) => {
                same.since = same.since.min(since);
                same.waiting += row.rewards;
                if row.newest > same.newest {
                    (same.newest, same.campaign) = (row.newest, campaign);
                }
            }
        }
    }
    let place = |cause: Cause| Cause::ALL.iter().position(|other| *other == cause);
    all.sort_by_key(|gathered| (!gathered.cause.needs_owner(), place(gathered.cause)));
    all
}
