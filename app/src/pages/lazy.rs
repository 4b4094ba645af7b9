//! Pages whose code a browser loads when somebody first goes there, so that the first screen stays small.
//!
//! `cargo xtask build` cuts the browser's part at these functions. Where people arrive (home, apps, the list of codes) is in the main
//! part, and so is what several pages share.

use super::{activity, campaigns, codes, people, reward_mail, settings};
use crate::browser;
use crate::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::{LazyRoute, lazy_route};

macro_rules! lazy {
    ($($(#[$doc:meta])* $name:ident: $page:ident of $module:ident, at $is_at:expr;)*) => {
        $(
            $(#[$doc])*
            pub struct $name;

            #[lazy_route]
            impl LazyRoute for $name {
                /// Begins while the code is fetched.
                fn data() -> Self {
                    browser::going();
                    Self
                }

                fn view(_page: Self) -> AnyView {
                    let is_at: fn(&str) -> bool = $is_at;
                    // Whoever goes on twice before the code is there gets it all the same from the router (0.8.17): one page under
                    // another's address. The server knows which page it is.
                    let place = use_location();
                    let path = place.pathname.get_untracked();
                    if !is_at(&path) {
                        let query = place.search.get_untracked();
                        browser::load(&if query.is_empty() { path } else { format!("{path}?{query}") });
                        return ().into_any();
                    }
                    browser::arrived();
                    $module::$page().into_any()
                }
            }
        )*
    };
}

/// What stands behind `/apps/<id>/campaigns` in a path; none elsewhere.
fn of_campaigns(path: &str) -> Option<Vec<&str>> {
    behind(path, "campaigns")
}

/// What stands behind `/apps/<id>/discounts` in a path; none elsewhere.
fn of_codes(path: &str) -> Option<Vec<&str>> {
    behind(path, "discounts")
}

fn behind<'a>(path: &'a str, place: &str) -> Option<Vec<&'a str>> {
    let mut parts = path.strip_prefix("/apps/")?.split('/').skip(1);
    (parts.next() == Some(place)).then(|| parts.filter(|part| !part.is_empty()).collect())
}

lazy! {
    /// The form for a new code.
    NewCode: NewCode of codes, at |path| of_codes(path).is_some_and(|rest| rest == ["new"]);
    /// One code.
    OneCode: OneCode of codes, at |path| of_codes(path).is_some_and(|rest| rest.len() == 1 && rest != ["new"]);
    /// The form of a code that is there.
    EditCode: EditCode of codes, at |path| of_codes(path).is_some_and(|rest| matches!(rest.as_slice(), [_, "edit"]));
    /// What the mail of a campaign says.
    RewardMail: RewardMail of reward_mail, at |path| of_campaigns(path).is_some_and(|rest| matches!(rest.as_slice(), [_, "mail"]));
    /// What happened.
    Activity: Activity of activity, at |path| path == "/activity";
    /// What is kept about a person.
    People: People of people, at |path| path == "/people";
    /// Rewards for people who earned them elsewhere.
    ImportRewards: ImportRewards of people, at |path| of_campaigns(path).is_some_and(|rest| matches!(rest.as_slice(), [_, "import"]));
    /// An app's campaigns.
    CampaignList: CampaignList of campaigns, at |path| of_campaigns(path).is_some_and(|rest| rest.is_empty());
    /// The form for a new campaign.
    NewCampaign: NewCampaign of campaigns, at |path| of_campaigns(path).is_some_and(|rest| rest == ["new"]);
    /// One campaign.
    OneCampaign: OneCampaign of campaigns, at |path| of_campaigns(path).is_some_and(|rest| rest.len() == 1 && rest != ["new"]);
    /// The form of a campaign that is there.
    EditCampaign: EditCampaign of campaigns, at |path| of_campaigns(path).is_some_and(|rest| matches!(rest.as_slice(), [_, "edit"]));
    /// One reward.
    OneReward: OneReward of campaigns, at |path| of_campaigns(path).is_some_and(|rest| matches!(rest.as_slice(), [_, "rewards", _]));
    /// The settings.
    Settings: Settings of settings, at |path| path == "/settings";
    /// What Stripe told.
    Deliveries: Deliveries of settings, at |path| path == "/settings/webhooks";
}

#[cfg(test)]
mod tests {
    use super::{of_campaigns, of_codes};

    #[test]
    fn an_app_may_be_called_campaigns() {
        assert_eq!(of_campaigns("/apps/a/campaigns"), Some(vec![]));
        assert_eq!(of_campaigns("/apps/campaigns/campaigns/cmp_1/edit"), Some(vec!["cmp_1", "edit"]));
        assert_eq!(of_codes("/apps/discounts/discounts/dc_1/edit"), Some(vec!["dc_1", "edit"]));
        for path in ["/apps/campaigns", "/apps/campaigns/discounts", "/apps/a/campaigner", "/settings"] {
            assert_eq!(of_campaigns(path), None, "{path}");
        }
    }
}
