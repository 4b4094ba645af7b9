//! How many rewards of a campaign are where, and how that went day by day.

use super::super::codes::words::number;
use super::super::links;
use super::words;
use crate::components::{CampaignBadge, Chart, Day};
use crate::domain::mode::Mode;
use crate::domain::reward::Filter;
use crate::prelude::*;
use crate::wire::rewards::{CampaignDetail, ChartDay, RewardFigures, RewardQuery};

/// The panel.
#[component]
pub fn Figures(
    /// The campaign's page as it is now.
    now: RwSignal<CampaignDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let status = Memo::new(move |_| now.with(|now| now.view.campaign.status));
    let figures = Memo::new(move |_| now.with(|now| now.figures.clone()));
    let limit = Memo::new(move |_| now.with(|now| now.view.campaign.max_rewards));
    let days = Memo::new(move |_| now.with(|now| now.chart.clone()));
    let cost = move || {
        figures.with(|figures| {
            (!figures.cost.is_empty()).then(|| {
                let amounts = figures.cost.iter().map(|amount| view! { <dd>{amount.clone()}</dd> }).collect_view();
                view! {
                    <div class="figure">
                        {amounts} <dt>{known(figures)}</dt>
                    </div>
                }
            })
        })
    };
    let of_limit = move || match limit.get() {
        Some(limit) => format!("earned of {}", number(limit)),
        None => "earned".to_owned(),
    };
    view! {
        <section class="panel" aria-labelledby="figures-title">
            <div class="panel-head">
                <h2 id="figures-title">"Rewards"</h2>
                {move || view! { <CampaignBadge status=status.get() /> }}
            </div>
            <dl class="figures">
                <div class="figure">
                    <dd>{move || figures.with(|figures| number(figures.earned))}</dd>
                    <dt>{of_limit}</dt>
                </div>
                <div class="figure">
                    <dd>{move || figures.with(|figures| number(figures.used))}</dd>
                    <dt>"used"</dt>
                </div>
                <div class="figure">
                    <dd>{move || figures.with(|figures| words::share(figures.used, figures.earned))}</dd>
                    <dt>"of them used"</dt>
                </div>
                {cost}
            </dl>
            <Asides now figures mode />
            {move || days.with(|days| chart(days))}
        </section>
    }
    .into_any()
}

/// Of how many uses the cost is known.
fn known(figures: &RewardFigures) -> String {
    if figures.cost_known == figures.used {
        "taken off".to_owned()
    } else {
        format!("taken off, known for {} of {} uses", number(figures.cost_known), number(figures.used))
    }
}

/// What is not as it should be, each a link to those rewards.
#[component]
fn Asides(now: RwSignal<CampaignDetail>, figures: Memo<RewardFigures>, mode: Mode) -> impl IntoView {
    let (app, id) = now.with_untracked(|now| (now.view.campaign.app_id.clone(), now.view.campaign.id.clone()));
    let links = move || {
        let figures = figures.get();
        let shown = [
            (figures.blocked, Filter::Blocked, "badge badge-red", "need you"),
            (figures.waiting, Filter::Waiting, "badge badge-amber", "on the way to Stripe"),
            (figures.mail_trouble, Filter::MailTrouble, "badge badge-amber", "with mail trouble"),
        ];
        shown
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, filter, class, words)| {
                let query = RewardQuery { filter, ..RewardQuery::default() };
                let words = if count == 1 && filter == Filter::Blocked { "needs you" } else { words };
                view! {
                    <a class=class href=links::campaign_page(&app, &id, mode, &query) data-noscroll="">
                        {format!("{} {words}", number(count))}
                    </a>
                }
            })
            .collect_view()
    };
    let none = move || {
        figures.with(|RewardFigures { waiting, blocked, mail_trouble, .. }| waiting + blocked + mail_trouble == 0)
    };
    view! {
        <p class="asides" hidden=none>
            {links}
        </p>
    }
    .into_any()
}

fn chart(days: &[ChartDay]) -> AnyView {
    let earned: i64 = days.iter().map(|day| day.earned).sum();
    let used: i64 = days.iter().map(|day| day.used).sum();
    if earned + used == 0 {
        return view! { <p class="third">"Nothing was earned or used in the last 30 days."</p> };
    }
    let label =
        format!("In the last {} days {} earned and {} used.", days.len(), words::were(earned), words::were(used));
    let days = days
        .iter()
        .map(|day| Day { name: day.day.clone(), first: day.earned, second: day.used, note: day.cost.join(", ") })
        .collect();
    view! { <Chart label names=["earned", "used", "taken off"] days /> }
}
