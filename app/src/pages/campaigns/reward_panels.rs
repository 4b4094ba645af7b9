//! Where a reward stands on its way to Stripe and to its customer, with every way out. The panels follow `now`.

use super::super::links;
use super::by_hand::ByHandSteps;
use super::notices::{RETRY, Retry};
use super::reward_acts::{Made, REPLACE, SendMail};
use crate::components::{
    Badge, Banner, Call, CopyButton, DialogButton, Refusal, Time, Tone, mail_tone, mail_word, sync_tone, sync_word,
};
use crate::domain::mode::Mode;
use crate::domain::reward::{Cause, MailState, Status, SyncState};
use crate::prelude::*;
use crate::wire::api::RewardSync;
use crate::wire::rewards::RewardDetail;

/// Whether it is in Stripe; and where it is not, why, and every way out.
#[component]
pub fn StripePanel(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let call = Call::of(RETRY);
    let state = Memo::new(move |_| now.with(|now| now.view.reward.sync.clone()));
    let words = Memo::new(move |_| now.with(|now| now.view.sync_words.clone()));
    let link = Memo::new(move |_| now.with(|now| now.stripe_url.clone()));
    let may_replace = Memo::new(move |_| now.with(|now| now.may_replace));
    let by_hand = Memo::new(move |_| now.with(|now| now.by_hand.clone()));
    let since = Memo::new(move |_| now.with(|now| now.by_hand_since.clone()));
    let over = Memo::new(move |_| now.with(|now| now.view.reward.status != Status::Active));
    let mailed = Memo::new(move |_| now.with(|now| now.view.reward.email_delivery.state == MailState::Sent));
    let as_promised = Memo::new(move |_| state.with(is_as_promised));
    let lead = Memo::new(move |_| state.with(lead));
    let head = move || {
        let state = state.with(|sync| sync.state);
        view! { <Badge tone=sync_tone(state) text=sync_word(state) /> }
    };
    let content = move || {
        let sync = state.get();
        if sync.state == SyncState::Minted {
            return minted(sync.stripe_promotion_code, link.get());
        }
        let why = sync.last_error.clone().filter(|why| *why != words.get());
        let tried = match sync.attempts {
            0 => None,
            1 => Some("Tried once so far.".to_owned()),
            times => Some(format!("Tried {times} times so far.")),
        };
        view! {
            <p>{words}</p>
            {why.map(|why| view! { <p class="second">{why}</p> })}
            <p class="third">{move || mailed.get().then_some("The customer has the code already. ")} {tried}</p>
            {(sync.cause == Some(Cause::CodeTaken))
                .then(|| {
                    view! {
                        <p class="second">
                            {if as_promised.get() {
                                "If it was made for this customer, mark it as done: it is then this reward's. If not, send them another code."
                            } else {
                                "Until you deactivate the other promotion code in Stripe, this text gives what that one gives, whoever types it. Either deactivate it and try again, or send this customer another code. Nothing is sent before you decide."
                            }}
                        </p>
                    }
                })}
            {(sync.cause == Some(Cause::NotConnected))
                .then(|| {
                    view! {
                        <a class="link" href=links::settings(mode)>
                            "Connect in the settings"
                        </a>
                    }
                })}
        }
    };
    let waits = Memo::new(move |_| state.with(|sync| sync.state != SyncState::Minted));
    let retry = Memo::new(move |_| {
        let may_help = |sync: &RewardSync| {
            sync.state != SyncState::Minted && !matches!(sync.cause, Some(Cause::Expired | Cause::NotConnected))
        };
        state.with(may_help) && !as_promised.get() && !over.get()
    });
    view! {
        <section class="panel" aria-labelledby="stripe-title">
            <div class="panel-head">
                <h2 id="stripe-title">"In Stripe"</h2>
                {head}
            </div>
            {content}
            {move || {
                since
                    .get()
                    .map(|when| {
                        view! {
                            <Banner tone=Tone::Blue>
                                <p>"You marked it as done, " <Time when /> ". It is compared as soon as Stripe can be asked."</p>
                            </Banner>
                        }
                    })
            }}
            {move || {
                (as_promised.get() && by_hand.with(Option::is_some))
                    .then(|| {
                        view! {
                            <div class="panel-part">
                                <Made now mode />
                            </div>
                        }
                    })
            }}
            <div class="actions panel-part" hidden=move || !retry.get() && !may_replace.get()>
                {move || retry.get().then(|| view! { <Retry call mode /> })}
                {move || {
                    may_replace
                        .get()
                        .then(|| view! { <DialogButton dialog=REPLACE class="button button-small">"Send a replacement"</DialogButton> })
                }}
            </div>
            <Refusal call />
            {move || {
                // What is there already, as promised, needs no steps.
                by_hand
                    .get()
                    .filter(|_| !as_promised.get())
                    .map(|steps| view! { <ByHandSteps now steps lead mode /> })
            }}
            {move || waits.get().then(|| help(now))}
        </section>
    }
    .into_any()
}

/// Whether the other promotion code with this text gives what the reward promises, as the server says.
fn is_as_promised(sync: &RewardSync) -> bool {
    sync.state == SyncState::Blocked
        && sync.cause == Some(Cause::CodeTaken)
        && sync.last_error.as_deref().is_some_and(|why| why.contains("gives exactly what was promised"))
}

/// Whether the steps by hand are shown at once, and what is said above them.
fn lead(sync: &RewardSync) -> (bool, &'static str) {
    match (sync.state, sync.cause) {
        (SyncState::Blocked, Some(Cause::CodeTaken)) => (
            false,
            "Once the other promotion code is deactivated, you can make this one in Stripe yourself, with exactly these values.",
        ),
        (SyncState::Blocked, _) => (true, "You can make it in Stripe yourself, with exactly these values."),
        _ => (
            false,
            "It is tried again by itself; nothing of this is needed. If you cannot wait, make it in Stripe with exactly these values.",
        ),
    }
}

fn minted(promotion_code: Option<String>, link: Option<String>) -> AnyView {
    let id = promotion_code.map(|id| {
        let shown = match link {
            Some(url) => view! {
                <a class="link code" href=url target="_blank" rel="external noopener">
                    {id.clone()}
                </a>
            },
            None => view! { <span class="code">{id.clone()}</span> },
        };
        view! {
            <p class="coupon">
                {shown}
                <CopyButton text=id what="the promotion code's id" />
            </p>
        }
    });
    view! {
        <p class="third">"A promotion code with exactly this text is in your Stripe account, good for one use."</p>
        {id}
    }
}

/// Where help is.
fn help(now: RwSignal<RewardDetail>) -> Option<AnyView> {
    let (address, id) = now.with_untracked(|now| (now.support_email.clone(), now.view.reward.id.clone()));
    address.map(|address| {
        // The subject names the reward, and nothing of its customer.
        let href = format!("mailto:{address}?subject=Reward%20{id}");
        view! {
            <p class="third panel-part">
                "Stuck? Write to " <a class="link" href=href rel="external">
                    {address}
                </a> "."
            </p>
        }
    })
}

/// Where its mail stands.
#[component]
pub fn MailPanel(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let delivery = Memo::new(move |_| now.with(|now| now.view.reward.email_delivery.clone()));
    let words = Memo::new(move |_| now.with(|now| now.view.mail_words.clone()));
    let email = Memo::new(move |_| now.with(|now| now.view.reward.email.clone()));
    let may_send = Memo::new(move |_| now.with(|now| now.may_send));
    let head = move || {
        let state = delivery.with(|delivery| delivery.state);
        view! { <Badge tone=mail_tone(state) text=mail_word(state) /> }
    };
    let why = move || {
        let why = delivery.with(|delivery| delivery.last_error.clone()).filter(|why| *why != words.get());
        why.map(|why| view! { <p class="second">{why}</p> })
    };
    view! {
        <section class="panel" aria-labelledby="mail-title">
            <div class="panel-head">
                <h2 id="mail-title">"Mail"</h2>
                {head}
            </div>
            <p>{words}</p>
            <p class="third address" hidden=move || email.with(Option::is_none)>
                "To " {move || email.get().unwrap_or_default()}
            </p>
            {why}
            {move || {
                may_send
                    .get()
                    .then(|| {
                        view! {
                            <div class="panel-part">
                                <SendMail now mode />
                            </div>
                        }
                    })
            }}
        </section>
    }
    .into_any()
}
