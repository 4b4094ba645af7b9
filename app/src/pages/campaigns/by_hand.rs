//! What to create by hand in Stripe, value by value.

use super::reward_acts::Made;
use crate::components::{CopyButton, Icon};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::rewards::{ByHand, ByHandField, RewardDetail};

/// The steps, folded away until somebody wants them.
#[component]
pub fn ByHandSteps(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
    /// What to create.
    steps: ByHand,
    /// Whether nothing happens before the owner acts: then they are shown at once; and what is said first.
    lead: Memo<(bool, &'static str)>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let ByHand { coupon, promotion_code, url } = steps;
    let there = coupon.is_empty();
    let link = if there { "Open the coupon in Stripe" } else { "Open Stripe's page for a new coupon" };
    let first = (!there).then(|| {
        view! {
            <li>
                <h4>"Create the coupon"</h4>
                <Values fields=coupon />
            </li>
        }
    });
    let second =
        if there { "Add a promotion code to the coupon" } else { "Add a promotion code to it, on the same page" };
    view! {
        <details class="fold panel-part by-hand-steps" open=move || lead.get().0>
            <summary>
                <h3>"Create it by hand"</h3>
            </summary>
            <p class="third">{move || lead.get().1}</p>
            <p>
                <a class="link out" href=url target="_blank" rel="external noopener">
                    {link}
                    <Icon name="out" />
                </a>
            </p>
            <ol class="hand-list">
                {first}
                <li>
                    <h4>{second}</h4>
                    <Values fields=promotion_code />
                </li>
                <li>
                    <h4>"Tell us"</h4>
                    <p class="third">"It is compared with Stripe, now or as soon as Stripe can be asked, and counts from then on like every other."</p>
                    <Made now mode />
                </li>
            </ol>
        </details>
    }
    .into_any()
}

#[component]
fn Values(fields: Vec<ByHandField>) -> impl IntoView {
    let rows = fields
        .into_iter()
        .map(|ByHandField { label, value }| {
            view! {
                <div class="hand-value">
                    <dt>{label}</dt>
                    <dd>
                        <code>{value.clone()}</code>
                        <CopyButton text=value what="this value" />
                    </dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="hand-values">{rows}</dl> }.into_any()
}
