//! What the screens of campaigns and rewards are drawn from. As everywhere, moments, money and sentences come written.

use super::api::{Campaign, Connection, Reward};
use super::screens::When;
use crate::domain::campaign;
use crate::domain::campaign_form::CampaignForm;
use crate::domain::reward::{Cause, Filter};
use crate::domain::reward_mail::{MailFacts, MailSettings};
use serde::{Deserialize, Serialize};

/// What a list of campaigns is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignQuery {
    /// One status; none: all but archived.
    pub status: Option<campaign::Status>,
    /// Older than this id.
    pub after: Option<String>,
    /// Newer than this id.
    pub before: Option<String>,
}

/// A page of campaigns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignPage {
    /// Newest first.
    pub rows: Vec<CampaignView>,
    /// Cursor for the newer page (`before`), if there is one.
    pub previous: Option<String>,
    /// Cursor for the older page (`after`), if there is one.
    pub next: Option<String>,
    /// What is wrong with rewards of the workspace in this mode: one for each cause.
    pub notices: Vec<RewardNotice>,
    /// The owner's zone, IANA name.
    pub zone: String,
}

/// One campaign, with its texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignView {
    /// As in the API.
    pub campaign: Campaign,
    /// `15% off, once`.
    pub terms: String,
    /// `30 days from earning`, `until 1 Jan 2027, 01:00 Berlin`, `no end`.
    pub ends: String,
    /// When it was made.
    pub created: When,
}

/// One cause for which rewards are not in Stripe, whatever their number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardNotice {
    /// In one word.
    pub cause: Cause,
    /// What is, in a few words: `Stripe does not answer`.
    pub title: String,
    /// What that means, what is not lost, what to do.
    pub text: String,
    /// Since when.
    pub since: When,
    /// How many rewards wait because of it.
    pub waiting: i64,
    /// Whether nothing moves on before the owner acts.
    pub needs_owner: bool,
    /// The campaign with the newest reward that waits, for a link to it: its app and its id.
    pub campaign: Option<(String, String)>,
}

/// One campaign's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignDetail {
    /// The campaign.
    pub view: CampaignView,
    /// Of this campaign alone.
    pub notices: Vec<RewardNotice>,
    /// How many.
    pub figures: RewardFigures,
    /// The last 30 days in the owner's zone, the oldest first.
    pub chart: Vec<ChartDay>,
    /// Where the API is, as browsers see it, without a slash at the end.
    pub public_url: String,
    /// The connection in this mode.
    pub connection: Connection,
    /// The operator's address for help.
    pub support_email: Option<String>,
    /// Whether mail can leave this server at all.
    pub mail_works: bool,
    /// The coupon's page in Stripe's dashboard, once it is minted.
    pub coupon_url: Option<String>,
    /// Why the coupon of this campaign is blocked, if it is.
    pub coupon_trouble: Option<String>,
}

/// How many rewards of a campaign are where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardFigures {
    /// All.
    pub earned: i64,
    /// Used.
    pub used: i64,
    /// Pending or failed.
    pub waiting: i64,
    /// Waiting for the owner.
    pub blocked: i64,
    /// Whose mail did not arrive.
    pub mail_trouble: i64,
    /// What the uses took off, an amount a currency: `€120.00`.
    pub cost: Vec<String>,
    /// Uses whose amount is known.
    pub cost_known: i64,
}

/// A day of the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartDay {
    /// `21 Nov 2026`.
    pub day: String,
    /// Rewards that were earned.
    pub earned: i64,
    /// Rewards that were used.
    pub used: i64,
    /// What those uses took off: `€120.00`; empty where nothing is known.
    pub cost: Vec<String>,
}

/// What a list of rewards is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RewardQuery {
    /// Part of a code, of an address or of a reference; empty: all.
    pub q: String,
    /// Which.
    pub filter: Filter,
    /// Older than this id.
    pub after: Option<String>,
    /// Newer than this id.
    pub before: Option<String>,
}

impl Default for RewardQuery {
    fn default() -> Self {
        Self { q: String::new(), filter: Filter::All, after: None, before: None }
    }
}

/// A page of a campaign's rewards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardPage {
    /// Newest first.
    pub rows: Vec<RewardView>,
    /// Cursor for the newer page (`before`), if there is one.
    pub previous: Option<String>,
    /// Cursor for the older page (`after`), if there is one.
    pub next: Option<String>,
    /// The owner's zone, IANA name.
    pub zone: String,
}

/// One reward, with its texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardView {
    /// As in the API.
    pub reward: Reward,
    /// Its campaign's name.
    pub campaign_name: String,
    /// `15% off, once`.
    pub terms: String,
    /// When it was earned.
    pub created: When,
    /// Its end.
    pub expires: Option<When>,
    /// When it was used.
    pub used: Option<When>,
    /// What it took off: `€12.00`.
    pub used_amount: Option<String>,
    /// Whether it is in Stripe, in a few words: `In Stripe`, `Waits for Stripe`, `Needs you: …`.
    pub sync_words: String,
    /// Whether its mail has left, in a few words.
    pub mail_words: String,
}

/// One reward's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardDetail {
    /// The reward.
    pub view: RewardView,
    /// What happened, the newest last.
    pub story: Vec<StoryLine>,
    /// What to create by hand in Stripe; none once it is minted or used.
    pub by_hand: Option<ByHand>,
    /// Since when the owner says that they made it, while it is still to be compared: as soon as Stripe can be asked.
    pub by_hand_since: Option<When>,
    /// Whether another code may be sent in its place.
    pub may_replace: bool,
    /// Whether its mail may be sent (again).
    pub may_send: bool,
    /// The promotion code's page in Stripe's dashboard, once it is minted.
    pub stripe_url: Option<String>,
    /// The session's page in Stripe's dashboard, where it is known.
    pub session_url: Option<String>,
    /// The operator's address for help.
    pub support_email: Option<String>,
}

/// A line of a reward's story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryLine {
    /// When.
    pub at: When,
    /// What happened, in a sentence.
    pub text: String,
    /// `good`, `bad` or `plain`.
    pub tone: String,
}

/// What to create by hand in Stripe, value by value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// The coupon's fields: what Stripe's page calls them, and what belongs there. Empty where the coupon is there already.
    pub coupon: Vec<ByHandField>,
    /// The promotion code's fields.
    pub promotion_code: Vec<ByHandField>,
    /// Stripe's page for a new coupon, or the page of the coupon that is there.
    pub url: String,
}

/// One value to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHandField {
    /// What Stripe's page calls it.
    pub label: String,
    /// What belongs there.
    pub value: String,
}

/// The mail of a campaign as its owner edits it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSetup {
    /// As it is kept.
    pub settings: MailSettings,
    /// What stands in the blanks of the preview.
    pub sample: MailFacts,
    /// The sender's name where none is typed: the app's.
    pub default_sender: String,
    /// Where a test mail goes; none: the owner has no address yet.
    pub test_to: Option<String>,
    /// Whether mail can leave this server at all.
    pub mail_works: bool,
}

/// The form of a campaign that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignEdit {
    /// As it would have been typed.
    pub form: CampaignForm,
    /// The zone in which its days end at midnight; none: a day is 24 hours, if it has days at all.
    pub time_zone: Option<String>,
    /// Whether somebody has earned by it: then what it gives changes for rewards to come alone.
    pub has_rewards: bool,
    /// Its name.
    pub name: String,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rewards that were issued.
    pub issued: i64,
    /// Lines whose reference had a reward already.
    pub repeated: i64,
    /// Lines that were refused, in their order.
    pub refused: Vec<RefusedLine>,
}

/// A line of an import that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLine {
    /// Its number, counted from 1; the first is the header.
    pub line: i64,
    /// What stood there, cut.
    pub text: String,
    /// Why.
    pub why: String,
}

/// What is kept about a person in the mode in view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// As it was searched for, lower case.
    pub email: String,
    /// Their rewards, newest first, at most 100.
    pub rewards: Vec<RewardView>,
    /// How many there are.
    pub reward_count: i64,
    /// Checkouts that name them.
    pub checkouts: i64,
    /// Redemptions of the owner's own checkouts that name them.
    pub redemptions: i64,
    /// Mails that were queued for them.
    pub mails: i64,
    /// Whether they want no marketing.
    pub unsubscribed: bool,
}

/// What was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Rewards.
    pub rewards: i64,
    /// Checkouts.
    pub checkouts: i64,
    /// Redemptions of the owner's own checkouts.
    pub redemptions: i64,
    /// Checkouts that are under way: they name the person until they have ended, and then by themselves no more.
    pub later: i64,
    /// Mails.
    pub mails: i64,
    /// Promotion codes from which Stripe is asked to take the address, which goes on by itself.
    pub at_stripe: i64,
}

/// The page behind the line to unsubscribe by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsubscribeOffer {
    /// Whose marketing it is.
    pub shop: String,
    /// Masked: `a…@example.com`.
    pub email: String,
    /// Whether it is done already.
    pub done: bool,
}
