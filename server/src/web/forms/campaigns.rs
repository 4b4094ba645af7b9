//! The forms of campaigns and rewards.

use super::{Fields, Next, Outcome, go, made};
use app::backend::{Backend, Viewer};
use app::domain::campaign_form::CampaignForm;
use app::domain::mode::Mode;
use app::links;

/// The form that tries once more whatever waits: it stands on three pages.
const RETRY: &str = "retry-rewards";

/// A place among an app's campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// All of them.
    List,
    /// A new one.
    New,
    /// One.
    One(&'a str),
    /// The form of one.
    Edit(&'a str),
    /// A reward of one.
    Reward(&'a str, &'a str),
}

impl<'a> Place<'a> {
    /// By what stands behind `campaigns` in the path.
    pub fn of(rest: &[&'a str]) -> Option<Self> {
        match rest {
            [] => Some(Self::List),
            ["new"] => Some(Self::New),
            [id] => Some(Self::One(id)),
            [id, "edit"] => Some(Self::Edit(id)),
            [id, "rewards", reward] => Some(Self::Reward(id, reward)),
            _ => None,
        }
    }

    fn address(self, app: &str, mode: Mode) -> String {
        match self {
            Self::List => links::campaigns(app, mode),
            Self::New => links::new_campaign(app, mode),
            Self::One(id) => links::campaign(app, id, mode),
            Self::Edit(id) => links::edit_campaign(app, id, mode),
            Self::Reward(id, reward) => links::reward(app, id, reward, mode),
        }
    }
}

/// Does what the form says; none where the page has no such form.
pub(super) async fn signed_in(
    backend: &dyn Backend,
    viewer: &Viewer,
    app: &str,
    place: Place<'_>,
    mode: Mode,
    form: &str,
    fields: &Fields,
) -> Option<Outcome> {
    let here = place.address(app, mode);
    let typed = || CampaignForm::read(|name| fields.get(name).to_owned());
    Some(match (place, form) {
        (Place::List | Place::One(_) | Place::Reward(..), RETRY) => go(backend.retry_rewards(viewer, mode).await, here),
        (Place::New, "create-campaign") => {
            let outcome = backend.create_campaign(viewer, mode, app, typed(), fields.get("zone")).await;
            made(outcome, |id| links::campaign(app, id, mode))
        }
        (Place::Edit(id), "edit-campaign") => {
            let outcome = backend.edit_campaign(viewer, mode, app, id, typed(), fields.get("zone")).await;
            made(outcome, |id| links::campaign(app, id, mode))
        }
        (Place::One(id), "set-campaign-active") => {
            go(backend.set_campaign_active(viewer, mode, id, fields.get("active") == "true").await, here)
        }
        (Place::One(id), "archive-campaign") => go(backend.archive_campaign(viewer, mode, id).await, here),
        (Place::One(id), "restore-campaign") => go(backend.restore_campaign(viewer, mode, id).await, here),
        (Place::One(id), "mint-campaign-again") => go(backend.mint_campaign_again(viewer, mode, id).await, here),
        (Place::Reward(_, id), "made-by-hand") => go(backend.made_by_hand(viewer, mode, id).await, here),
        (Place::Reward(_, id), "send-reward-mail") => go(backend.send_reward_mail(viewer, mode, id).await, here),
        // The code that takes its place may be another reward.
        (Place::Reward(campaign, id), "replace-reward") => backend
            .replace_reward(viewer, mode, id)
            .await
            .map(|detail| Next::Go(links::reward(app, campaign, &detail.view.reward.id, mode)))
            .map_err(|problem| vec![problem]),
        _ => return None,
    })
}
