//! One row of the list of rewards; on phones a card.

use super::super::links;
use super::words;
use crate::components::{CopyButton, Time, Tone, mail_tone, sync_tone};
use crate::domain::mode::Mode;
use crate::domain::reward::{MailState, Status, SyncState};
use crate::prelude::*;
use crate::wire::rewards::RewardView;

/// The color of words in a list: only what wants attention has one.
fn class_of(tone: Tone) -> &'static str {
    match tone {
        Tone::Red => "red",
        Tone::Amber => "amber",
        Tone::Good | Tone::Blue | Tone::Quiet => "third",
    }
}

/// The class of a cell that tells whether it is in Stripe.
fn sync_class(state: SyncState) -> &'static str {
    class_of(sync_tone(state))
}

/// The class of a cell that tells where the mail stands.
fn mail_class(state: MailState) -> &'static str {
    class_of(mail_tone(state))
}

/// A reward in the list.
#[component]
pub fn RewardRow(
    /// The reward.
    view: RewardView,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let RewardView { reward, created, used, used_amount, sync_words, mail_words, .. } = view;
    let used = match used {
        Some(when) => view! {
            <Time when day=true />
            {used_amount.map(|amount| view! { <span class="cell-more">{amount}</span> })}
        },
        None if reward.status == Status::Expired => "expired".into_any(),
        None => "not yet".into_any(),
    };
    view! {
        <tr>
            <td class="cell-reward">
                <span class="reward-code-line">
                    <a class="row-link code" href=links::reward(&reward.app_id, &reward.campaign, &reward.id, mode)>
                        {reward.code.clone()}
                    </a>
                    <CopyButton text=reward.code what="the code" quiet=true />
                </span>
            </td>
            <td class="cell-person">
                <span class="cell-address" title=reward.email.clone()>
                    {reward.email.clone().unwrap_or_else(|| "erased".to_owned())}
                </span>
                {reward
                    .reference
                    .map(|reference| view! { <span class="cell-more third">{words::reference(&reference)}</span> })}
            </td>
            <td data-label="Stripe" class=sync_class(reward.sync.state)>
                {sync_words}
            </td>
            <td data-label="Mail" class=mail_class(reward.email_delivery.state)>
                {mail_words}
            </td>
            <td data-label="Used" class="third">
                <span>{used}</span>
            </td>
            <td data-label="Earned" class="end third">
                <Time when=created day=true />
            </td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_wants_attention_has_a_color() {
        let sync: Vec<_> = SyncState::ALL.iter().map(|state| sync_class(*state)).collect();
        assert_eq!(sync, ["third", "amber", "third", "red"]);
        let colored: Vec<_> =
            MailState::ALL.iter().filter(|state| mail_class(**state) != "third").map(|state| state.as_str()).collect();
        assert_eq!(colored, ["failed", "refused", "limited"]);
    }
}
