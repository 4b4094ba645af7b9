//! What can be done with a campaign: pausing it and resuming it, archiving it and restoring it, and minting its coupon again.

use super::super::around::Around;
use super::super::links;
use crate::browser;
use crate::components::{Ask, Call, Refusal, SubmitButton, Toasts};
use crate::domain::campaign::Status;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::campaigns::{ArchiveCampaign, MintCampaignAgain, RestoreCampaign, SetCampaignActive};
use crate::server_fns::{Answer, ask};
use crate::wire::rewards::{CampaignDetail, CampaignView};
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// The dialog that asks before a campaign is archived.
pub const ARCHIVE: &str = "archive-campaign";
/// The form that switches a campaign off and on.
const ACTIVE: &str = "set-campaign-active";
/// The form that takes an archived campaign back.
const RESTORE: &str = "restore-campaign";
/// The form after which the coupon is made once more.
const MINT: &str = "mint-campaign-again";

/// Takes back what was just done, from wherever one is by then; every screen that shows it looks again.
fn take_back(call: Answer<CampaignView>, around: Around, toasts: Toasts) {
    spawn_local(async move {
        match call.await {
            Ok(view) => toasts.say(format!("{} issues rewards again.", view.campaign.name)),
            Err(problem) => toasts.say(problem.message),
        }
        around.changed();
    });
}

/// Switches a campaign off and on again. Off can be taken back at once, so it does not ask.
#[component]
pub fn PauseOrResume(now: RwSignal<CampaignDetail>, mode: Mode, call: Call) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let active = Signal::derive(move || now.with(|now| now.view.campaign.active));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (id, to) = now.with_untracked(|now| (now.view.campaign.id.clone(), !now.view.campaign.active));
        call.start(ask(SetCampaignActive { mode, id, active: to }), move |view| {
            let (id, name) = (view.campaign.id.clone(), view.campaign.name.clone());
            now.update(|now| now.view = view);
            if to {
                toasts.say(format!("{name} issues rewards again."));
            } else {
                let resume =
                    move || take_back(ask(SetCampaignActive { mode, id: id.clone(), active: true }), around, toasts);
                toasts.say_with_undo(format!("{name} is paused. Codes that were earned stay good."), resume);
            }
        });
    };
    let words = Signal::derive(move || if active.get() { "Pause" } else { "Resume" });
    view! {
        <form method="post" on:submit=submit>
            <input type="hidden" name="active" value=move || if active.get() { "false" } else { "true" } />
            <SubmitButton form=ACTIVE call class="button" words=words busy="Working…" />
        </form>
    }
    .into_any()
}

/// The call behind [`PauseOrResume`]; who shows the button shows what was refused.
pub fn pausing() -> Call {
    Call::of(ACTIVE)
}

/// Asks, and says what stops and what does not.
#[component]
pub fn ArchiveDialog(now: RwSignal<CampaignDetail>, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let navigate = use_navigate();
    let call = Call::of(ARCHIVE);
    let title = now.with_untracked(|now| format!("Archive {}?", now.view.campaign.name));
    let act = Callback::new(move |()| {
        let (id, app_id) = now.with_untracked(|now| (now.view.campaign.id.clone(), now.view.campaign.app_id.clone()));
        let navigate = navigate.clone();
        call.start(ask(ArchiveCampaign { mode, id }), move |view| {
            browser::close_dialog(ARCHIVE);
            around.frame.refetch();
            let (id, name) = (view.campaign.id, view.campaign.name);
            let restore = move || take_back(ask(RestoreCampaign { mode, id: id.clone() }), around, toasts);
            toasts.say_with_undo(format!("{name} is archived."), restore);
            navigate(&links::campaigns(&app_id, mode), Default::default());
        });
    });
    view! {
        <Ask id=ARCHIVE title call act words=["Archive", "Archiving…", "Keep it"]>
            <li>"Nobody can earn a reward by it any more: your backend is refused at once."</li>
            <li>"Codes that were earned stay good, and those that wait for Stripe are still made there."</li>
            <li>"You can restore it at any time, with its rewards and its counts."</li>
        </Ask>
    }
    .into_any()
}

/// Takes an archived campaign back.
#[component]
pub fn Restore(now: RwSignal<CampaignDetail>, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let call = Call::of(RESTORE);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let id = now.with_untracked(|now| now.view.campaign.id.clone());
        call.start(ask(RestoreCampaign { mode, id }), move |view| {
            let words = if view.campaign.status == Status::Active { ", and issues rewards" } else { " as it was" };
            toasts.say(format!("{} is restored{words}.", view.campaign.name));
            now.update(|now| now.view = view);
            around.frame.refetch();
        });
    };
    view! {
        <form method="post" on:submit=submit>
            <SubmitButton form=RESTORE call class="button" words="Restore" busy="Restoring…" />
        </form>
        <Refusal call />
    }
    .into_any()
}

/// The way out where the coupon was changed or deleted in Stripe.
#[component]
pub fn MintAgain(now: RwSignal<CampaignDetail>, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let call = Call::of(MINT);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let id = now.with_untracked(|now| now.view.campaign.id.clone());
        call.start(ask(MintCampaignAgain { mode, id }), move |view| {
            now.update(|now| {
                now.view = view;
                now.coupon_trouble = None;
            });
            toasts.say("A new coupon with the same terms is made, and what waits follows by itself.");
            around.changed();
        });
    };
    view! {
        <form method="post" on:submit=submit>
            <SubmitButton form=MINT call class="button button-mint" words="Mint again" busy="Working…" />
        </form>
        <Refusal call />
    }
    .into_any()
}
