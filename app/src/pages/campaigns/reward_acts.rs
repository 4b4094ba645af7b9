//! What can be done with a reward: another code in its place, its mail once more, and saying that it was made by hand.

use super::super::around::Around;
use super::super::links;
use crate::browser;
use crate::components::{Ask, Call, Refusal, SubmitButton, Toasts};
use crate::domain::mode::Mode;
use crate::domain::reward::{MailState, Status, SyncState};
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::rewards::{MadeByHand, ReplaceReward, SendRewardMail};
use crate::wire::rewards::RewardDetail;
use leptos_router::hooks::use_navigate;

/// The dialog that asks before another code is sent.
pub const REPLACE: &str = "replace-reward";
/// The form that sends the mail.
const SEND: &str = "send-reward-mail";
/// The form that says that it was made by hand.
const MADE: &str = "made-by-hand";

fn id_of(now: RwSignal<RewardDetail>) -> String {
    now.with_untracked(|now| now.view.reward.id.clone())
}

/// Whether a new code reaches its customer, and if not why.
fn mailed(state: MailState) -> &'static str {
    match state {
        MailState::Queued => "It is mailed now.",
        MailState::Sent => "It was mailed.",
        MailState::None => "No mail is sent: none was asked for.",
        MailState::Limited => "No mail is sent: too many went to this address lately.",
        MailState::Unsubscribed => "No mail is sent: this person wants no marketing.",
        MailState::Failed | MailState::Refused | MailState::Cancelled => "No mail is sent: its page says why.",
    }
}

/// Asks, and says what the customer gets.
#[component]
pub fn ReplaceDialog(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
    /// The mode in view.
    mode: Mode,
    /// The dialog's id.
    dialog: &'static str,
) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let navigate = use_navigate();
    let call = Call::of(dialog);
    let (code, email) =
        now.with_untracked(|now| (now.view.reward.code.clone(), now.view.reward.email.clone().unwrap_or_default()));
    let over = Memo::new(move |_| now.with(|now| now.view.reward.status == Status::Expired));
    let unsubscribed =
        Memo::new(move |_| now.with(|now| now.view.reward.email_delivery.state == MailState::Unsubscribed));
    let gives = move || match over.get() {
        true => {
            "This one is over: the new one gives what the campaign gives today, and ends as the campaign says today."
        }
        false => "What it gives and until when stays the same.",
    };
    let act = Callback::new(move |()| {
        let (id, navigate) = (id_of(now), navigate.clone());
        call.start(ask(ReplaceReward { mode, id: id.clone() }), move |detail| {
            browser::close_dialog(dialog);
            let reward = &detail.view.reward;
            toasts.say(format!("The new code is {}. {}", reward.code, mailed(reward.email_delivery.state)));
            if reward.id == id {
                around.here.set(Some(reward.code.clone()));
                now.set(detail);
            } else {
                navigate(&links::reward(&reward.app_id, &reward.campaign, &reward.id, mode), Default::default());
            }
        });
    });
    view! {
        <Ask
            id=dialog
            title="Send a replacement?"
            call
            act
            words=["Send a replacement", "Sending…", "Keep this code"]
        >
            <li>
                "A new code is made"
                {move || match unsubscribed.get() {
                    true => view! { ". It is not mailed: " <b>{email.clone()}</b> " wants no marketing." }.into_any(),
                    false => {
                        view! { " and mailed to " <b>{email.clone()}</b> ". The mail says that it takes the place of the first one." }
                            .into_any()
                    }
                }}
            </li>
            <li><span class="code">{code}</span> " is given up: it is never made in Stripe from here, and never given to anybody again."</li>
            <li>{gives}</li>
        </Ask>
    }
    .into_any()
}

/// Sends the mail, the first time or again.
#[component]
pub fn SendMail(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let toasts: Toasts = expect_context();
    let call = Call::of(SEND);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call.start(ask(SendRewardMail { mode, id: id_of(now) }), move |detail| {
            let words = match detail.view.reward.email_delivery.state {
                MailState::Sent => "The mail is sent, with the same code.",
                _ => "The mail leaves as soon as it can, with the same code.",
            };
            toasts.say(words);
            now.set(detail);
        });
    };
    let words = Signal::derive(move || {
        now.with(|now| match now.view.reward.email_delivery.state {
            MailState::Sent => "Send again",
            _ => "Send it now",
        })
    });
    view! {
        <form method="post" on:submit=submit>
            <SubmitButton form=SEND call class="button" words=words busy="Sending…" />
        </form>
        <Refusal call />
    }
    .into_any()
}

/// The owner made it in Stripe.
#[component]
pub fn Made(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let toasts: Toasts = expect_context();
    let call = Call::of(MADE);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call.start(ask(MadeByHand { mode, id: id_of(now) }), move |detail| {
            let words = match detail.view.reward.sync.state {
                SyncState::Minted => "It is in Stripe, and gives what was promised.",
                SyncState::Blocked => "It was compared with Stripe: look at what the page says.",
                _ => "Noted. It is compared as soon as Stripe can be asked.",
            };
            toasts.say(words);
            now.set(detail);
        });
    };
    view! {
        <form method="post" on:submit=submit>
            <SubmitButton form=MADE call class="button button-mint" words="Mark as done" busy="Comparing with Stripe…" />
        </form>
        <Refusal call />
    }
    .into_any()
}
