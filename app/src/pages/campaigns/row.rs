//! One row of the list of campaigns; on phones a card.

use super::super::codes::words::number;
use super::super::links;
use super::words;
use crate::components::{Bar, CampaignBadge};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::rewards::CampaignView;

/// A campaign in the list.
#[component]
pub fn CampaignRow(
    /// The campaign.
    view: CampaignView,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let CampaignView { campaign, terms, ends, .. } = view;
    let counts = campaign.rewards;
    let earned = words::earned(counts.earned, campaign.max_rewards);
    view! {
        <tr>
            <td class="cell-code">
                <a class="row-link" href=links::campaign(&campaign.app_id, &campaign.id, mode)>
                    {campaign.name}
                </a>
                <span class="third">{terms} " · " <code>{campaign.code_prefix} "-…"</code></span>
            </td>
            <td class="cell-status">
                <CampaignBadge status=campaign.status />
            </td>
            <td class="cell-earned" data-label="Earned">
                {campaign.max_rewards.map(|limit| view! { <Bar redeemed=counts.earned held=0 limit=Some(limit) /> })}
                <span class="third">{earned}</span>
            </td>
            <td data-label="Used" class="third">
                {number(counts.used)}
                {(counts.earned > 0).then(|| format!(" · {}", words::share(counts.used, counts.earned)))}
            </td>
            <td data-label="Codes end" class="end third">
                {ends}
            </td>
        </tr>
    }
    .into_any()
}
