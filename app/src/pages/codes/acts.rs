//! What can be done with a code: pausing it, resuming it, archiving it.

use super::super::around::Around;
use super::super::links;
use super::words::number;
use crate::browser;
use crate::components::{Call, CloseButton, Dialog, Refusal, SubmitButton, Toasts};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::{ArchiveCode, SetCodeActive};
use crate::wire::screens::CodeDetail;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_navigate;

/// The id of the dialog that asks before a code is archived.
pub const ARCHIVE: &str = "archive";

/// Switches a code off and on again. Off can be taken back at once, so it does not ask.
#[component]
pub fn PauseOrResume(now: RwSignal<CodeDetail>, mode: Mode, id: String) -> impl IntoView {
    let call = Call::new();
    let toasts: Toasts = expect_context();
    let active = Signal::derive(move || now.with(|now| now.view.code.active));
    let set = {
        let id = StoredValue::new(id.clone());
        move |to: bool, undo: Option<Callback<()>>| {
            call.start(ask(SetCodeActive { mode, id: id.get_value(), active: to }), move |view| {
                let text = view.code.code.clone();
                now.update(|now| now.view = view);
                match (to, undo) {
                    (false, Some(undo)) => {
                        toasts.say_with_undo(format!("{text} is paused. Open checkouts keep their price."), undo)
                    }
                    (false, None) => toasts.say(format!("{text} is paused.")),
                    (true, _) => toasts.say(format!("{text} can be used again.")),
                }
            });
        }
    };
    let resume = Callback::new(move |()| set(true, None));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        set(!active.get_untracked(), Some(resume));
    };
    let words = Signal::derive(move || if active.get() { "Pause" } else { "Resume" });
    view! {
        <form method="post" action=SetCodeActive::url() on:submit=submit>
            <input type="hidden" name="mode" value=mode.as_str() />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="active" value=move || if active.get() { "false" } else { "true" } />
            <SubmitButton call class="button" words=words busy="Working…" />
        </form>
        <Refusal call />
    }
    .into_any()
}

/// Asks, and says what stops and what does not.
#[component]
pub fn ArchiveDialog(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let Around { frame, .. } = expect_context();
    let toasts: Toasts = expect_context();
    let navigate = use_navigate();
    let call = Call::new();
    let code = now.with_untracked(|now| now.view.code.clone());
    let (id, app_id, text) = (code.id.clone(), code.app_id.clone(), code.code.clone());
    let held = move || {
        now.with(|now| match now.view.code.redemptions.held {
            0 => "No checkout is open with it.".to_owned(),
            1 => "1 open checkout keeps its price.".to_owned(),
            held => format!("{} open checkouts keep their price.", number(held)),
        })
    };
    let submit = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let (app_id, text, navigate) = (app_id.clone(), text.clone(), navigate.clone());
            call.start(ask(ArchiveCode { mode, id: id.clone() }), move |_| {
                browser::close_dialog(ARCHIVE);
                frame.refetch();
                toasts.say(format!("{text} is archived."));
                navigate(&links::codes(&app_id, mode), Default::default());
            });
        }
    };
    view! {
        <Dialog id=ARCHIVE title=format!("Archive {}?", code.code)>
            <ul class="facts">
                <li>"New checkouts with it are refused at once."</li>
                <li>{held}</li>
                <li>"Subscriptions that have it keep it; its coupon stays in Stripe."</li>
                <li>"Its text is free for another code. Archiving cannot be taken back; to stop it for a while, pause it."</li>
            </ul>
            <Refusal call />
            <form class="actions" method="post" action=ArchiveCode::url() on:submit=submit>
                <input type="hidden" name="mode" value=mode.as_str() />
                <input type="hidden" name="id" value=id />
                <SubmitButton call class="button button-red" words="Archive" busy="Archiving…" />
                <CloseButton dialog=ARCHIVE>"Keep it"</CloseButton>
            </form>
        </Dialog>
    }
    .into_any()
}
