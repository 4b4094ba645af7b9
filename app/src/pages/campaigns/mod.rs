//! Campaigns and their rewards: the list, the form, one campaign, one reward.

mod acts;
mod by_hand;
mod edit;
mod fields;
mod figures;
mod filters;
mod form;
mod issue;
mod list;
mod new;
mod notices;
mod one;
mod panels;
mod reward;
mod reward_acts;
mod reward_facts;
mod reward_panels;
mod reward_row;
mod rewards;
mod row;
mod words;

pub use edit::EditCampaign;
pub use list::CampaignList;
pub use new::NewCampaign;
pub use one::OneCampaign;
pub use reward::OneReward;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// A part of the path, by its name in the route.
fn use_part(name: &'static str) -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get(name)).unwrap_or_default())
}
