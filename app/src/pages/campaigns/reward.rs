//! One reward's page.

use super::super::around::Around;
use super::super::load::{Asked, Content, load, show_panel, trouble};
use super::super::{links, not_found};
use super::reward_acts::{REPLACE, ReplaceDialog};
use super::reward_facts::{Facts, Story, UsedPanel};
use super::reward_panels::{MailPanel, StripePanel};
use super::use_part;
use crate::browser;
use crate::components::{CopyButton, RewardBadge, Time};
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::domain::reward::{MailState, Status, SyncState};
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::rewards::ReadReward;
use crate::wire::rewards::RewardDetail;
use leptos::task::spawn_local;
use leptos_meta::Title;

/// How often it is looked at while it is on its way.
const LOOK_MS: u64 = 3_000;

/// Whether it changes by itself: on its way to Stripe or to its customer.
fn is_moving(detail: &RewardDetail) -> bool {
    let reward = &detail.view.reward;
    matches!(reward.sync.state, SyncState::Pending | SyncState::Failed)
        || reward.email_delivery.state == MailState::Queued
        || detail.by_hand_since.is_some()
}

/// The page of one reward.
#[component]
pub fn OneReward() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let (app_id, campaign, id) = (use_part("app_id"), use_part("id"), use_part("reward_id"));
    let detail = load(Signal::derive(move || Asked::Reward(mode.get(), campaign.get(), id.get())));
    show_panel(detail, move |content| match content.and_then(Content::reward) {
        // Its campaign belongs to one app: under another's address there is no such reward.
        Ok(detail) if app_id.with_untracked(|app| *app == detail.view.reward.app_id) => {
            view! { <Page detail=*detail mode=mode.get_untracked() /> }.into_any()
        }
        Err(problem) if problem.code != Code::ResourceMissing => trouble(detail, problem),
        _ => {
            not_found::answer_not_found();
            let mode = mode.get_untracked();
            view! {
                <Title text="Not found" />
                <div class="nothing">
                    <h1>"There is no such reward"</h1>
                    <p class="third">{format!("It may have been earned in the other mode: this is {mode} mode.")}</p>
                    <a class="link" href=links::campaigns(&app_id.get_untracked(), mode)>
                        "All campaigns"
                    </a>
                </div>
            }
            .into_any()
        }
    })
}

/// Drawn once; afterwards its parts follow `now`.
#[component]
fn Page(detail: RewardDetail, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let first = detail.view.clone();
    around.name(first.reward.code.clone());
    let now = RwSignal::new(detail);
    let place = StoredValue::new((first.reward.campaign.clone(), first.reward.id.clone()));
    let refresh = move || {
        let Some((campaign, id)) = place.try_get_value() else { return };
        spawn_local(async move {
            // What cannot be had now is tried again at the next look: what stands on the screen stays.
            if let Ok(fresh) = ask(ReadReward { mode, campaign, id }).await
                && now.try_with_untracked(|now| *now != fresh) == Some(true)
            {
                now.set(fresh);
            }
        });
    };
    browser::on_return(refresh);
    Effect::new(move |before: Option<()>| {
        around.changes.track();
        if before.is_some() {
            refresh();
        }
    });
    browser::every(LOOK_MS, move || {
        if now.try_with_untracked(is_moving) == Some(true) {
            refresh();
        }
    });
    let code = Memo::new(move |_| now.with(|now| now.view.reward.code.clone()));
    let status = Memo::new(move |_| now.with(|now| now.view.reward.status));
    let used = Signal::derive(move || status.get() == Status::Used);
    let may_replace = Memo::new(move |_| now.with(|now| now.may_replace));
    let campaign = links::campaign(&first.reward.app_id, &first.reward.campaign, mode);
    // The server reads a title when all is drawn; what it was made of may be gone by then.
    let title = first.reward.code.clone();
    let title = move || code.try_get().unwrap_or_else(|| title.clone());

    view! {
        <Title text=title />
        <header class="page-head">
            <div>
                <div class="reward-head">
                    <h1 class="code reward-code">{code}</h1>
                    <CopyButton text=code what="the code" />
                    {move || view! { <RewardBadge status=status.get() /> }}
                </div>
                <p class="third">
                    {first.terms} " · earned " <Time when=first.created day=true /> " by "
                    <a class="link" href=campaign>
                        {first.campaign_name}
                    </a>
                </p>
            </div>
        </header>
        <div class="columns">
            <div class="column">
                <StripePanel now mode />
                <Story now />
            </div>
            <div class="column">
                <div hidden=move || !used.get()>
                    <UsedPanel now />
                </div>
                <Facts now />
                <MailPanel now mode />
            </div>
        </div>
        {move || may_replace.get().then(|| view! { <ReplaceDialog now mode dialog=REPLACE /> })}
    }
    .into_any()
}
