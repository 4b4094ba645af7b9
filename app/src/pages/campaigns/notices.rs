//! What keeps rewards from Stripe: one banner for each cause, whatever the number of rewards.

use super::super::around::Around;
use super::super::links;
use super::words;
use crate::components::{Banner, Call, Refusal, SubmitButton, Time, Toasts, Tone};
use crate::domain::mode::Mode;
use crate::domain::reward::{Cause, Filter};
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::rewards::RetryRewards;
use crate::wire::rewards::{RewardNotice, RewardQuery};

/// The form that tries everything once more.
pub const RETRY: &str = "retry-rewards";

/// Where the banners stand, which decides how they name the way out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The list of campaigns.
    List,
    /// A campaign's page.
    Campaign,
}

/// The banners.
#[component]
pub fn Notices(
    /// What is wrong.
    notices: Signal<Vec<RewardNotice>>,
    /// The mode in view.
    mode: Mode,
    /// Where they stand.
    at: At,
) -> impl IntoView {
    let call = Call::of(RETRY);
    let banners =
        move || notices.get().into_iter().map(|notice| view! { <Notice notice mode at call /> }).collect_view();
    view! {
        <section class="notices" aria-label="What keeps rewards from Stripe" hidden=move || notices.with(Vec::is_empty)>
            {banners}
            <Refusal call />
        </section>
    }
    .into_any()
}

/// Whether trying once more can help without the owner's having done anything else.
fn may_help(cause: Cause) -> bool {
    !matches!(cause, Cause::NotConnected | Cause::Expired)
}

#[component]
fn Notice(notice: RewardNotice, mode: Mode, at: At, call: Call) -> impl IntoView {
    let RewardNotice { cause, title, text, since, waiting, needs_owner, campaign } = notice;
    let tone = if needs_owner && !cause.is_of_connection() { Tone::Red } else { Tone::Amber };
    let waits = match waiting {
        1 => "1 reward waits".to_owned(),
        more => format!("{} wait", words::rewards(more)),
    };
    let blocked = RewardQuery { filter: Filter::Blocked, ..RewardQuery::default() };
    let way_out = match (needs_owner, cause.is_of_connection()) {
        (false, _) => None,
        (true, true) => Some((links::settings(mode), "Open the settings")),
        (true, false) => campaign.map(|(app, id)| {
            let words = if at == At::List { "Open the campaign" } else { "Show which" };
            (links::campaign_page(&app, &id, mode, &blocked), words)
        }),
    };
    view! {
        <Banner tone>
            <div class="notice-words">
                <h2>{title}</h2>
                <p>{text}</p>
                <p class="notice-facts">{waits} " · since " <Time when=since /></p>
            </div>
            <div class="notice-acts">
                {may_help(cause).then(|| view! { <Retry call mode /> })}
                {way_out
                    .map(|(href, words)| {
                        view! {
                            <a class="link" href=href>
                                {words}
                            </a>
                        }
                    })}
            </div>
        </Banner>
    }
    .into_any()
}

/// Tries now whatever waits.
#[component]
pub fn Retry(
    /// Its call; who shows it shows what was refused.
    call: Call,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let around: Around = expect_context();
    let toasts: Toasts = expect_context();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call.start(ask(RetryRewards { mode }), move |()| {
            toasts.say("Stripe is asked once more, for every reward that waits.");
            around.changed();
        });
    };
    view! {
        <form method="post" on:submit=submit>
            <SubmitButton form=RETRY call class="button button-small" words="Retry now" busy="Asking Stripe…" />
        </form>
    }
    .into_any()
}
