//! What can be done with a code: pausing it and resuming it, archiving it and restoring it.

use super::super::around::Around;
use super::super::links;
use super::words::number;
use crate::browser;
use crate::components::{Ask, Call, Refusal, SubmitButton, Toasts};
use crate::domain::discount_code::{Facts, Limits, Status};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::codes::{ArchiveCode, RestoreCode, SetCodeActive};
use crate::server_fns::{Answer, ask};
use crate::wire::screens::{CodeDetail, CodeView};
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// The dialog that asks before a code is archived.
pub const ARCHIVE: &str = "archive";

/// Takes back what was just done, from wherever one is by then; every screen that shows it looks again.
fn take_back(call: Answer<CodeView>, around: Around, toasts: Toasts) {
    spawn_local(async move {
        match call.await {
            Ok(view) => toasts.say(format!("{} can be used again.", view.code.code)),
            Err(problem) => toasts.say(problem.message),
        }
        around.changed();
    });
}

/// The code as it will be once it is paused or resumed: shown at once.
fn flip(view: &mut CodeView, to: bool) {
    let code = &mut view.code;
    let limits = Limits {
        max_redemptions: code.max_redemptions,
        starts_at: code.starts_at,
        expires_at: code.expires_at,
        ..Limits::default()
    };
    let facts = Facts { archived: code.status == Status::Archived, active: to, count: code.redemptions.count, limits };
    (code.active, code.status) = (to, facts.status(browser::now_ms()));
}

/// Switches a code off and on again. Off can be taken back at once, so it does not ask; and the screen shows it before the server has
/// answered, and takes that back where it refuses.
#[component]
pub fn PauseOrResume(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let call = Call::of("set-active");
    let active = Signal::derive(move || now.with(|now| now.view.code.active));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if call.busy.get_untracked() {
            return;
        }
        let before = now.with_untracked(|now| now.view.clone());
        let (id, to) = (before.code.id.clone(), !before.code.active);
        now.update(|now| flip(&mut now.view, to));
        let sent = Box::pin(async move {
            let answer = ask(SetCodeActive { mode, id, active: to }).await;
            if answer.is_err() {
                now.try_update(|now| now.view = before);
            }
            answer
        });
        call.start(sent, move |view| {
            let (id, text) = (view.code.id.clone(), view.code.code.clone());
            now.update(|now| now.view = view);
            if to {
                toasts.say(format!("{text} can be used again."));
            } else {
                let resume =
                    move || take_back(ask(SetCodeActive { mode, id: id.clone(), active: true }), around, toasts);
                toasts.say_with_undo(format!("{text} is paused. Open checkouts keep their price."), resume);
            }
        });
    };
    let words = Signal::derive(move || if active.get() { "Pause" } else { "Resume" });
    view! {
        <form method="post" on:submit=submit>
            <input type="hidden" name="active" value=move || if active.get() { "false" } else { "true" } />
            <SubmitButton form="set-active" call class="button" words=words busy="" />
        </form>
        <Refusal call />
    }
    .into_any()
}

/// Asks, and says what stops and what does not.
#[component]
pub fn ArchiveDialog(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let navigate = use_navigate();
    let call = Call::of(ARCHIVE);
    let code = now.with_untracked(|now| now.view.code.clone());
    let title = format!("Archive {}?", code.code);
    let held = move || {
        now.with(|now| match now.view.code.redemptions.held {
            0 => "No checkout is open with it.".to_owned(),
            1 => "1 open checkout keeps its price.".to_owned(),
            held => format!("{} open checkouts keep their price.", number(held)),
        })
    };
    let act = Callback::new(move |()| {
        let (id, app_id, navigate) = (code.id.clone(), code.app_id.clone(), navigate.clone());
        call.start(ask(ArchiveCode { mode, id }), move |view| {
            browser::close_dialog(ARCHIVE);
            around.frame.refetch();
            let (id, text) = (view.code.id, view.code.code);
            let restore = move || take_back(ask(RestoreCode { mode, id: id.clone() }), around, toasts);
            toasts.say_with_undo(format!("{text} is archived."), restore);
            navigate(&links::codes(&app_id, mode), Default::default());
        });
    });
    view! {
        <Ask id=ARCHIVE title call act words=["Archive", "Archiving…", "Keep it"]>
            <li>"New checkouts with it are refused at once."</li>
            <li>{held}</li>
            <li>"Subscriptions that have it keep it; its coupon stays in Stripe."</li>
            <li>"Its text is free for another code. Until one takes it, you can restore this one."</li>
        </Ask>
    }
    .into_any()
}

/// Takes an archived code back.
#[component]
pub fn Restore(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let call = Call::of("restore");
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let id = now.with_untracked(|now| now.view.code.id.clone());
        call.start(ask(RestoreCode { mode, id }), move |view| {
            toasts.say(format!("{} is restored, with its counts and its coupon.", view.code.code));
            now.update(|now| now.view = view);
            around.frame.refetch();
        });
    };
    view! {
        <form method="post" on:submit=submit>
            <SubmitButton form="restore" call class="button" words="Restore" busy="Restoring…" />
        </form>
        <Refusal call />
    }
    .into_any()
}
