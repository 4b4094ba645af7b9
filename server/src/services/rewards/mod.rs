//! Campaigns and the rewards that they give: issued and mailed at once, minted as soon as Stripe can be asked, whatever Stripe does.

mod by_hand;
mod campaigns;
mod chart;
mod erase;
mod export;
mod hand;
mod import;
mod import_file;
mod issue;
mod mail;
mod mint;
mod notices;
mod one;
mod pages;
mod pauses;
mod people;
mod read;
mod reward_pages;
mod screens;
mod scrub;
mod trouble;
mod uses;
mod views;

pub use campaigns::CampaignListQuery;
pub use export::RewardTable;
pub use issue::Issued;
pub(super) use mail::{Offers, trouble_of};
pub(super) use mint::Queue;
pub use read::RewardListQuery;

use crate::scope::Scope;
use crate::store::Tx;
use app::domain::ids::ActivityId;
use app::domain::problem::Problem;

/// Notes what happened to a campaign or a reward, in the transaction in which it does. `detail` names no person.
async fn tell(
    tx: &mut Tx,
    scope: &Scope,
    subject: &str,
    kind: &str,
    detail: &str,
    now: i64,
    random: [u8; 10],
) -> Result<(), Problem> {
    let id = ActivityId::new(now, random);
    Ok(tx.at(scope).insert_activity(id.as_str(), subject, kind, detail, now).await?)
}
