//! The panels beside a campaign's figures: its terms, its coupon, and where one goes on.

use super::super::links;
use super::acts::MintAgain;
use super::words;
use crate::components::{Banner, CopyButton, Icon, ReadField, Tone};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::rewards::{CampaignDetail, CampaignView};

/// What it gives.
#[component]
pub fn TermsPanel(
    /// The campaign's page as it is now.
    now: RwSignal<CampaignDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let view = Memo::new(move |_| now.with(|now| now.view.clone()));
    let rows = move || {
        let CampaignView { campaign, terms, ends, .. } = view.get();
        // The server's line is `15% off, once`: the two halves are the two rows.
        let (discount, duration) =
            terms.split_once(", ").map_or((terms.clone(), String::new()), |(a, b)| (a.to_owned(), b.to_owned()));
        let limit = campaign.max_rewards.map_or_else(|| "none".to_owned(), words::rewards);
        let version = (campaign.terms_version > 1).then(|| {
            view! { <ReadField term="Version">{format!("{}; earlier rewards keep theirs", campaign.terms_version)}</ReadField> }
        });
        view! {
            <ReadField term="Discount">{discount}</ReadField>
            <ReadField term="Duration">{duration}</ReadField>
            <ReadField term="Codes">
                <code>{format!("{}-XXXX-XXXX", campaign.code_prefix)}</code>
            </ReadField>
            <ReadField term="Codes end">{ends}</ReadField>
            <ReadField term="Limit">{limit}</ReadField>
            {version}
        }
    };
    view! {
        <section class="panel" aria-labelledby="terms-title">
            <h2 id="terms-title">"Terms"</h2>
            <dl class="pairs">{rows}</dl>
            <Coupon now mode />
        </section>
    }
    .into_any()
}

/// The coupon behind it, and the way out where something is wrong with it.
#[component]
fn Coupon(now: RwSignal<CampaignDetail>, mode: Mode) -> impl IntoView {
    let coupon = Memo::new(move |_| {
        now.with(|now| now.view.campaign.stripe_coupon.clone().map(|id| (id, now.coupon_url.clone())))
    });
    let trouble = Memo::new(move |_| now.with(|now| now.coupon_trouble.clone()));
    let first = now.with_untracked(|now| now.view.campaign.terms_version == 1);
    let not_yet = if first {
        "Its coupon is made in Stripe with the first reward: one for all of them."
    } else {
        "The coupon of this version is made in Stripe with its first reward."
    };
    move || match (trouble.get(), coupon.get()) {
        (Some(trouble), _) => view! {
            <div class="panel-part">
                <Banner tone=Tone::Red>{trouble}</Banner>
                <p class="third">"Minting again makes a new coupon with the same terms, under the next version. Codes that wait are made with it; those in Stripe stay as they are."</p>
                <MintAgain now mode />
            </div>
        },
        (None, Some((id, url))) => view! {
            <p class="coupon panel-part">
                <span class="third">"Coupon"</span>
                {match url {
                    Some(url) => view! {
                        <a class="link code" href=url target="_blank" rel="external noopener">
                            {id.clone()}
                        </a>
                    },
                    None => view! { <span class="code">{id.clone()}</span> },
                }}
                <CopyButton text=id what="the coupon's id" />
            </p>
        },
        (None, None) => view! {
            <p class="third panel-part">{not_yet}</p>
        },
    }
}

/// Where one goes on: its mail, people who have earned already, and everything as a file.
#[component]
pub fn More(
    /// The campaign's page as it is now.
    now: RwSignal<CampaignDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let (app, id, mail_works) =
        now.with_untracked(|now| (now.view.campaign.app_id.clone(), now.view.campaign.id.clone(), now.mail_works));
    let ways = [
        ("mail", "Mail", "What customers read, with a preview.", links::campaign_mail(&app, &id, mode), false),
        ("up", "Import", "People who have earned already, from a CSV.", links::campaign_import(&app, &id, mode), false),
        ("down", "Export", "All its rewards as a CSV.", links::campaign_export(&app, &id, mode), true),
    ];
    let ways = ways
        .into_iter()
        .map(|(icon, word, text, href, external)| {
            view! {
                <li class="way">
                    <Icon name=icon />
                    <div>
                        // A file comes from the server, not from a page.
                        <a class="way-link" href=href rel=external.then_some("external")>
                            {word}
                        </a>
                        <p class="third">{text}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="more-title">
            <h2 id="more-title">"Mail and lists"</h2>
            {(!mail_works)
                .then(|| {
                    view! {
                        <Banner tone=Tone::Amber>"No mail can leave this server: its operator has not set that up. Codes are issued all the same, and the mails wait."</Banner>
                    }
                })}
            <ul class="ways">{ways}</ul>
        </section>
    }
    .into_any()
}
