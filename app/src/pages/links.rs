//! Addresses. Every one carries the mode in view, and everything from outside is percent-encoded.

use crate::domain::campaign;
use crate::domain::discount_code::Status;
use crate::domain::mode::Mode;
use crate::domain::redemption::State;
use crate::domain::reward::Filter;
use crate::wire::ledger::{ActivityQuery, RedemptionQuery, Topic};
use crate::wire::rewards::{CampaignQuery, RewardQuery};
use crate::wire::screens::CodeQuery;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The mode that the address says; test where it says none.
pub fn use_mode() -> Memo<Mode> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get_str("mode").and_then(Mode::parse)).unwrap_or_default())
}

/// A field of the address' query; empty where there is none. For what is read once, when a page is made.
pub fn query_once(name: &str) -> String {
    use_query_map().with_untracked(|query| query.get_str(name).map(str::to_owned)).unwrap_or_default()
}

/// An address under construction.
struct Address {
    text: String,
    joint: char,
}

impl Address {
    fn new(path: String, mode: Mode) -> Self {
        let mut address = Self { text: path, joint: '?' };
        if mode == Mode::Live {
            address.push("mode", mode.as_str());
        }
        address
    }

    fn push(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text.push(self.joint);
            self.joint = '&';
            self.text.push_str(name);
            self.text.push('=');
            self.text.push_str(&escape(value));
        }
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters: the same on both sides, which the router's own function is not.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    out.push(char::from_digit(u32::from(half), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
    }
    out
}

/// The list of apps.
pub fn apps(mode: Mode) -> String {
    Address::new("/apps".into(), mode).text
}

/// The settings.
pub fn settings(mode: Mode) -> String {
    Address::new("/settings".into(), mode).text
}

/// What tells an open page that the connection has changed.
pub fn live(mode: Mode) -> String {
    Address::new("/live".into(), mode).text
}

/// The page that explains one-click connecting and begins it.
pub fn install(mode: Mode) -> String {
    format!("/install?mode={mode}")
}

/// What is kept about a person.
pub fn people(mode: Mode) -> String {
    Address::new("/people".into(), mode).text
}

/// Where a person's data is taken along from; the address goes in the body.
pub fn person_export(mode: Mode) -> String {
    Address::new("/people/export".into(), mode).text
}

/// A small file that stands in the page itself.
pub fn file_within(kind: &str, text: &str) -> String {
    format!("data:{kind};charset=utf-8,{}", escape(text))
}

/// What Stripe told.
pub fn deliveries(mode: Mode) -> String {
    Address::new("/settings/webhooks".into(), mode).text
}

/// An app's codes.
pub fn codes(app_id: &str, mode: Mode) -> String {
    codes_page(app_id, mode, &CodeQuery::default())
}

/// One page of an app's codes.
pub fn codes_page(app_id: &str, mode: Mode, query: &CodeQuery) -> String {
    let mut address = Address::new(format!("/apps/{}/discounts", escape(app_id)), mode);
    address.push("q", &query.q);
    address.push("status", query.status.map(Status::as_str).unwrap_or_default());
    address.push("after", query.after.as_deref().unwrap_or_default());
    address.push("before", query.before.as_deref().unwrap_or_default());
    address.text
}

/// The form for a new code.
pub fn new_code(app_id: &str, mode: Mode) -> String {
    Address::new(format!("/apps/{}/discounts/new", escape(app_id)), mode).text
}

/// One code.
pub fn code(app_id: &str, id: &str, mode: Mode) -> String {
    Address::new(format!("/apps/{}/discounts/{}", escape(app_id), escape(id)), mode).text
}

/// One code with a page of its redemptions.
pub fn code_page(app_id: &str, id: &str, mode: Mode, query: &RedemptionQuery) -> String {
    let mut address = Address::new(format!("/apps/{}/discounts/{}", escape(app_id), escape(id)), mode);
    address.push("state", query.state.map(State::as_str).unwrap_or_default());
    address.push("after", query.after.as_deref().unwrap_or_default());
    address.push("before", query.before.as_deref().unwrap_or_default());
    address.text
}

/// What happened.
pub fn activity(mode: Mode) -> String {
    activity_page(mode, &ActivityQuery::default())
}

/// One page of what happened.
pub fn activity_page(mode: Mode, query: &ActivityQuery) -> String {
    let mut address = Address::new("/activity".into(), mode);
    address.push("topic", query.topic.map(Topic::as_str).unwrap_or_default());
    address.push("after", query.after.as_deref().unwrap_or_default());
    address.push("before", query.before.as_deref().unwrap_or_default());
    address.text
}

/// An app's campaigns.
pub fn campaigns(app_id: &str, mode: Mode) -> String {
    campaigns_page(app_id, mode, &CampaignQuery::default())
}

/// One page of an app's campaigns.
pub fn campaigns_page(app_id: &str, mode: Mode, query: &CampaignQuery) -> String {
    let mut address = Address::new(format!("/apps/{}/campaigns", escape(app_id)), mode);
    address.push("status", query.status.map(campaign::Status::as_str).unwrap_or_default());
    address.push("after", query.after.as_deref().unwrap_or_default());
    address.push("before", query.before.as_deref().unwrap_or_default());
    address.text
}

/// The form for a new campaign.
pub fn new_campaign(app_id: &str, mode: Mode) -> String {
    Address::new(format!("/apps/{}/campaigns/new", escape(app_id)), mode).text
}

fn in_campaign(app_id: &str, id: &str, rest: &str, mode: Mode) -> Address {
    Address::new(format!("/apps/{}/campaigns/{}{rest}", escape(app_id), escape(id)), mode)
}

/// One campaign.
pub fn campaign(app_id: &str, id: &str, mode: Mode) -> String {
    campaign_page(app_id, id, mode, &RewardQuery::default())
}

/// One campaign with a page of its rewards.
pub fn campaign_page(app_id: &str, id: &str, mode: Mode, query: &RewardQuery) -> String {
    let mut address = in_campaign(app_id, id, "", mode);
    address.push("q", &query.q);
    address.push("filter", if query.filter == Filter::All { "" } else { query.filter.as_str() });
    address.push("after", query.after.as_deref().unwrap_or_default());
    address.push("before", query.before.as_deref().unwrap_or_default());
    address.text
}

/// The form of a campaign that is there.
pub fn edit_campaign(app_id: &str, id: &str, mode: Mode) -> String {
    in_campaign(app_id, id, "/edit", mode).text
}

/// The mail of a campaign.
pub fn campaign_mail(app_id: &str, id: &str, mode: Mode) -> String {
    in_campaign(app_id, id, "/mail", mode).text
}

/// Where people who have earned are imported.
pub fn campaign_import(app_id: &str, id: &str, mode: Mode) -> String {
    in_campaign(app_id, id, "/import", mode).text
}

/// A campaign's rewards as a file.
pub fn campaign_export(app_id: &str, id: &str, mode: Mode) -> String {
    in_campaign(app_id, id, "/rewards.csv", mode).text
}

/// One reward.
pub fn reward(app_id: &str, campaign: &str, id: &str, mode: Mode) -> String {
    in_campaign(app_id, campaign, &format!("/rewards/{}", escape(id)), mode).text
}

/// The form of a code that is there.
pub fn edit_code(app_id: &str, id: &str, mode: Mode) -> String {
    Address::new(format!("/apps/{}/discounts/{}/edit", escape(app_id), escape(id)), mode).text
}

/// The same place in a mode. A page of one code or campaign exists in one mode only: its list stands for it in the other.
pub fn in_mode(path: &str, mode: Mode) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["", "apps", app, "discounts", id, ..] if *id != "new" => {
            Address::new(format!("/apps/{app}/discounts"), mode).text
        }
        ["", "apps", app, "campaigns", id, ..] if *id != "new" => {
            Address::new(format!("/apps/{app}/campaigns"), mode).text
        }
        _ => Address::new(path.to_owned(), mode).text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_mode_and_are_encoded() {
        assert_eq!(code("task-pomo", "dc_1", Mode::Test), "/apps/task-pomo/discounts/dc_1");
        let query = CodeQuery { q: "a&b=ü %".into(), status: Some(Status::Paused), ..CodeQuery::default() };
        assert_eq!(
            codes_page("a/b", Mode::Live, &query),
            "/apps/a%2Fb/discounts?mode=live&q=a%26b%3D%C3%BC%20%25&status=paused"
        );
    }

    #[test]
    fn a_code_exists_in_one_mode_only() {
        assert_eq!(in_mode("/apps/a/discounts/dc_1", Mode::Live), "/apps/a/discounts?mode=live");
        assert_eq!(in_mode("/apps/a/discounts/dc_1/edit", Mode::Live), "/apps/a/discounts?mode=live");
        assert_eq!(edit_code("a/b", "dc_1", Mode::Live), "/apps/a%2Fb/discounts/dc_1/edit?mode=live");
        assert_eq!(in_mode("/apps/a/discounts/new", Mode::Live), "/apps/a/discounts/new?mode=live");
        assert_eq!(in_mode("/settings", Mode::Test), "/settings");
        for path in ["/apps/a/campaigns/cmp_1", "/apps/a/campaigns/cmp_1/edit", "/apps/a/campaigns/cmp_1/rewards/rw_1"]
        {
            assert_eq!(in_mode(path, Mode::Live), "/apps/a/campaigns?mode=live", "{path}");
        }
        assert_eq!(in_mode("/apps/a/campaigns/new", Mode::Live), "/apps/a/campaigns/new?mode=live");
    }

    #[test]
    fn redemptions_and_what_happened() {
        let query = RedemptionQuery { state: Some(State::Held), after: Some("rd_1".into()), before: None };
        assert_eq!(
            code_page("a", "dc_1", Mode::Live, &query),
            "/apps/a/discounts/dc_1?mode=live&state=held&after=rd_1"
        );
        assert_eq!(code_page("a", "dc_1", Mode::Test, &RedemptionQuery::default()), code("a", "dc_1", Mode::Test));
        let query = ActivityQuery { topic: Some(Topic::Ledger), after: None, before: Some("act_1".into()) };
        assert_eq!(activity_page(Mode::Test, &query), "/activity?topic=ledger&before=act_1");
        assert_eq!(in_mode("/activity", Mode::Live), activity(Mode::Live));
    }

    #[test]
    fn campaigns_and_rewards() {
        assert_eq!(reward("a/b", "cmp_1", "rw_1", Mode::Test), "/apps/a%2Fb/campaigns/cmp_1/rewards/rw_1");
        let query = RewardQuery { q: "a@b.com".into(), filter: Filter::MailTrouble, ..RewardQuery::default() };
        assert_eq!(
            campaign_page("a", "cmp_1", Mode::Live, &query),
            "/apps/a/campaigns/cmp_1?mode=live&q=a%40b.com&filter=mail_trouble"
        );
        assert_eq!(campaign("a", "cmp_1", Mode::Test), "/apps/a/campaigns/cmp_1");
    }
}
