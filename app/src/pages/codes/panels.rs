//! The panels of a code's page: figures, terms, and how it stands in Stripe. They follow `now`.

use super::super::links;
use super::super::load::{Content, Loaded, show};
use super::words::{least, number};
use crate::components::{
    Badge, Bar, Call, CopyButton, ReadField, Refusal, StatusBadge, SubmitButton, Time, Toasts, Tone, UsageChart,
    UsageTotals,
};
use crate::domain::discount_code::Status;
use crate::domain::mode::Mode;
use crate::domain::money::Currency;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::MintAgain;
use crate::wire::ledger::UsageDay;
use crate::wire::screens::{CodeDetail, CodeView, SyncView, When};

/// Redeemed, held, left; and how that went day by day.
#[component]
pub fn Figures(now: RwSignal<CodeDetail>, page: Loaded) -> impl IntoView {
    let left = move || {
        now.with(|CodeDetail { view, .. }| match view.code.max_redemptions {
            Some(limit) => (number((limit - view.code.redemptions.count).max(0)), format!("left of {}", number(limit))),
            None => ("∞".to_owned(), "no limit".to_owned()),
        })
    };
    view! {
        <section class="panel" aria-labelledby="used-title">
            <div class="panel-head">
                <h2 id="used-title">"Used"</h2>
                {move || view! { <StatusBadge view=now.with(|now| now.view.clone()) /> }}
            </div>
            <dl class="figures">
                <div class="figure">
                    <dd>{move || now.with(|CodeDetail { view, .. }| number(view.code.redemptions.redeemed))}</dd>
                    <dt>"redeemed"</dt>
                </div>
                <div class="figure">
                    <dd>{move || now.with(|CodeDetail { view, .. }| number(view.code.redemptions.held))}</dd>
                    <dt>"in open checkouts"</dt>
                </div>
                <div class="figure">
                    <dd>{move || left().0}</dd>
                    <dt>{move || left().1}</dt>
                </div>
            </dl>
            {move || {
                now
                    .with(|CodeDetail { view, .. }| {
                        let uses = view.code.redemptions;
                        view.code
                            .max_redemptions
                            .map(|limit| view! { <Bar redeemed=uses.redeemed held=uses.held limit=Some(limit) /> })
                    })
            }}
            {show(
                page,
                RwSignal::new(false),
                || view! { <div class="chart-waiting" aria-busy="true"></div> },
                |content| match content.and_then(Content::redemptions) {
                    Ok(page) => chart(page.chart),
                    // The list below says why, and has the button that tries again.
                    Err(_) => ().into_any(),
                },
            )}
        </section>
    }
    .into_any()
}

fn chart(days: Vec<UsageDay>) -> AnyView {
    if UsageTotals::of(&days).is_nothing() {
        return view! { <p class="third chart-none">"Nobody has used it in the last 30 days: what happens shows here, day by day."</p> };
    }
    view! { <UsageChart days /> }
}

fn moment(when: Option<When>, none: &'static str) -> AnyView {
    match when {
        Some(when) => view! { <Time when /> }.into_any(),
        None => none.into_any(),
    }
}

#[component]
pub fn TermsPanel(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let edit = now.with_untracked(|now| links::edit_code(&now.view.code.app_id, &now.view.code.id, mode));
    let archived = move || now.with(|now| now.view.code.status == Status::Archived);
    let rows = move || {
        let CodeView { code, terms, starts, expires, .. } = now.with(|now| now.view.clone());
        // The server's line is `50% off, once`: the two halves are the two rows.
        let (discount, duration) =
            terms.split_once(", ").map_or((terms.clone(), String::new()), |(a, b)| (a.to_owned(), b.to_owned()));
        let limit = match code.max_redemptions {
            Some(1) => "1 use".to_owned(),
            Some(limit) => format!("{} uses", number(limit)),
            None => "none".to_owned(),
        };
        let per_customer = match code.max_redemptions_per_user {
            Some(1) => "1 use".to_owned(),
            Some(limit) => format!("{} uses", number(limit)),
            None => "none".to_owned(),
        };
        let minimum = match (code.minimum_amount_cents, &code.minimum_amount_currency) {
            (Some(amount), currency) => {
                let currency = currency.as_deref().and_then(|text| Currency::parse(text, "currency").ok());
                least(amount, currency)
            }
            (None, _) => "none".to_owned(),
        };
        view! {
            <ReadField term="Discount">{discount}</ReadField>
            <ReadField term="Duration">{duration}</ReadField>
            <ReadField term="Limit">{limit}</ReadField>
            <ReadField term="Limit per customer">{per_customer}</ReadField>
            <ReadField term="Minimum purchase">{minimum}</ReadField>
            <ReadField term="Starts">{moment(starts, "at once")}</ReadField>
            <ReadField term="Expires">{moment(expires, "never")}</ReadField>
        }
    };
    view! {
        <section class="panel" aria-labelledby="terms-title">
            <div class="panel-head">
                <h2 id="terms-title">"Terms"</h2>
                <a class="button" href=edit hidden=archived>
                    "Edit limits"
                </a>
            </div>
            <dl class="pairs">{rows}</dl>
        </section>
    }
    .into_any()
}

/// Whether the code is in the owner's account, and the way out where something is wrong there.
#[component]
pub fn StripePanel(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let sync = move || now.with(|now| now.view.sync.clone());
    let call = Call::of("mint-again");
    let toasts: Toasts = expect_context();
    let id = StoredValue::new(now.with_untracked(|now| now.view.code.id.clone()));
    let again = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call.start(ask(MintAgain { mode, id: id.get_value() }), move |view| {
            now.update(|now| now.view = view);
            toasts.say("It can be used again. A new coupon is made at the next checkout.");
        });
    };
    let content = move || {
        match sync() {
        SyncView::NotUsed => view! {
            <PanelHead tone=Tone::Quiet word="Not used yet" />
            <p class="third">"Not used yet: nothing is in your Stripe account."</p>
        }
        .into_any(),
        SyncView::Pending => view! {
            <PanelHead tone=Tone::Blue word="Being minted" />
            <p class="third">"Its first checkout is making the coupon now."</p>
        }
        .into_any(),
        SyncView::Minted { coupon, at, url } => view! {
            <PanelHead tone=Tone::Good word="In Stripe" />
            <p class="third">"Minted at its first checkout, " <Time when=at /> ". Until then your Stripe account stayed clean."</p>
            <p class="coupon">
                <a class="link code" href=url target="_blank" rel="external noopener">
                    {coupon.clone()}
                </a>
                <CopyButton text=coupon what="the coupon's id" />
            </p>
        }
        .into_any(),
        SyncView::Blocked { reason } => view! {
            <PanelHead tone=Tone::Red word="Needs you" />
            <p>{reason}</p>
            <p class="third">"No checkout uses this code until you decide. Minting again makes a new coupon with the same terms at the next checkout."</p>
            <form method="post" on:submit=again>
                <SubmitButton form="mint-again" call class="button button-mint" words="Mint again" busy="Working…" />
            </form>
        }
        .into_any(),
    }
    };
    view! {
        <section class="panel" aria-labelledby="stripe-title">
            {content}
            <Refusal call />
        </section>
    }
    .into_any()
}

#[component]
pub fn PanelHead(tone: Tone, word: &'static str) -> impl IntoView {
    view! {
        <div class="panel-head">
            <h2 id="stripe-title">"In Stripe"</h2>
            <Badge tone text=word />
        </div>
    }
    .into_any()
}
