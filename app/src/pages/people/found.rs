//! What is kept about a person, and what was erased.

use super::super::links;
use super::erase::{DIALOG, EraseDialog, EraseHere};
use crate::components::{
    Badge, Banner, DialogButton, ReadField, RewardBadge, Time, Tone, mail_tone, mail_word, sync_tone, sync_word,
};
use crate::domain::mode::Mode;
use crate::given;
use crate::prelude::*;
use crate::wire::rewards::{Erased, Person, RewardView};

/// `1 reward`, `2 rewards`.
pub fn counted(count: i64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// What is kept.
#[component]
pub fn Found(
    /// Who was found.
    person: Person,
    /// The mode that they were looked for in.
    mode: Mode,
    /// Where they stand on the page.
    found: RwSignal<Option<Person>>,
    /// Where it is said that they were erased.
    erased: RwSignal<Option<Erased>>,
) -> impl IntoView {
    let Person { email, rewards, reward_count, checkouts, redemptions, mails, unsubscribed } = person.clone();
    let nothing = reward_count == 0 && checkouts == 0 && redemptions == 0 && mails == 0;
    if nothing && !unsubscribed {
        return view! {
            <div class="nothing" role="status">
                <h2>"Nothing is kept"</h2>
                <p class="third">{format!("Nothing names {email} in {mode} mode.")}</p>
            </div>
        }
        .into_any();
    }
    let marketing = if unsubscribed { "unsubscribed: kept as a hash" } else { "not unsubscribed" };
    let cut = (reward_count > i64::try_from(rewards.len()).unwrap_or_default())
        .then(|| view! { <p class="third">"The newest 100 are shown; the download has all of them."</p> });
    // An answer to a form has no scripts: there is no dialog that could be opened over it.
    let plain = given::answers("find-person") || given::answers(DIALOG);
    let ask = if plain {
        view! { <EraseHere person=person.clone() mode found erased /> }.into_any()
    } else {
        view! { <EraseDialog person=person.clone() mode found erased /> }.into_any()
    };
    view! {
        <section class="panel" aria-labelledby="person-title">
            <div class="panel-head">
                <h2 id="person-title" tabindex="-1">
                    {email.clone()}
                </h2>
            </div>
            <dl class="pairs">
                <ReadField term="Rewards">{reward_count}</ReadField>
                <ReadField term="Checkouts">{checkouts}</ReadField>
                {(redemptions > 0).then(|| view! { <ReadField term="Redemptions">{redemptions}</ReadField> })}
                <ReadField term="Mails">{mails}</ReadField>
                <ReadField term="Marketing">{marketing}</ReadField>
            </dl>
            <div class="actions">
                <form method="post" action=links::person_export(mode)>
                    <input type="hidden" name="email" value=email />
                    <button type="submit" class="button">
                        "Download"
                    </button>
                </form>
                {(!plain && !nothing)
                    .then(|| {
                        view! {
                            <DialogButton dialog=DIALOG class="button button-red">
                                "Erase…"
                            </DialogButton>
                        }
                    })}
            </div>
        </section>
        {(!rewards.is_empty()).then(|| view! { <Rewards rewards mode /> })}
        {cut}
        {(!nothing).then_some(ask)}
    }
    .into_any()
}

#[component]
fn Rewards(rewards: Vec<RewardView>, mode: Mode) -> impl IntoView {
    let rows = rewards
        .into_iter()
        .map(|view| {
            let RewardView { reward, campaign_name, terms, created, .. } = view;
            view! {
                <tr>
                    <td class="cell-code">
                        <a class="row-link code" href=links::reward(&reward.app_id, &reward.campaign, &reward.id, mode)>
                            {reward.code}
                        </a>
                        <span class="third">{terms}</span>
                    </td>
                    <td class="cell-status">
                        <RewardBadge status=reward.status />
                    </td>
                    <td data-label="Campaign">{campaign_name}</td>
                    <td data-label="Stripe">
                        <Badge tone=sync_tone(reward.sync.state) text=sync_word(reward.sync.state) />
                    </td>
                    <td data-label="Mail">
                        <Badge tone=mail_tone(reward.email_delivery.state) text=mail_word(reward.email_delivery.state) />
                    </td>
                    <td data-label="Earned">
                        <Time when=created day=true />
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wide" tabindex="0" role="region" aria-label="Their rewards">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Code"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Campaign"</th>
                        <th scope="col">"Stripe"</th>
                        <th scope="col">"Mail"</th>
                        <th scope="col">"Earned"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What was erased, and what still happens by itself.
#[component]
pub fn Done(
    /// How much.
    erased: Erased,
) -> impl IntoView {
    let Erased { rewards, checkouts, redemptions, later, mails, at_stripe } = erased;
    let own = if redemptions > 0 { format!(", {}", counted(redemptions, "redemption")) } else { String::new() };
    let done = format!(
        "Erased from {}, {}{own} and {}.",
        counted(rewards, "reward"),
        counted(checkouts, "checkout"),
        counted(mails, "mail")
    );
    let stripe = (at_stripe > 0).then(|| {
        format!(
            "Stripe is being asked to take the address off {}: this goes on by itself until it is done.",
            counted(at_stripe, "promotion code")
        )
    });
    let open = (later > 0).then(|| {
        format!(
            "{} under way: the address goes from there by itself once that is over, within a day or so.",
            counted(later, "checkout")
        )
    });
    view! {
        <div class="above" id="erased" tabindex="-1">
            <Banner tone=Tone::Good>
                <p>{done}</p>
                {stripe.map(|words| view! { <p>{words}</p> })}
                {open.map(|words| view! { <p>{words}</p> })}
            </Banner>
        </div>
    }
    .into_any()
}
