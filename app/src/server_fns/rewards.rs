//! Rewards.

#[cfg(feature = "ssr")]
use super::context::signed_in;
use crate::domain::mode::Mode;
use crate::error::Reply;
use crate::wire::rewards::{RewardDetail, RewardPage, RewardQuery};
use leptos::prelude::*;

/// A page of a campaign's rewards, 20 to a page.
#[server(endpoint = "rewards")]
pub async fn list_rewards(mode: Mode, campaign: String, query: RewardQuery) -> Reply<RewardPage> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.rewards(&viewer, mode, &campaign, query).await)
}

/// One reward's page.
#[server(endpoint = "reward")]
pub async fn read_reward(mode: Mode, campaign: String, id: String) -> Reply<RewardDetail> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.reward(&viewer, mode, &campaign, &id).await)
}

/// Tries now what waits in this mode: whatever paused it is asked once more.
#[server(endpoint = "retry-rewards")]
pub async fn retry_rewards(mode: Mode) -> Reply<()> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.retry_rewards(&viewer, mode).await)
}

/// The owner says that they made a reward's promotion code in Stripe; it is compared there, now or as soon as Stripe can be asked.
#[server(endpoint = "made-by-hand")]
pub async fn made_by_hand(mode: Mode, id: String) -> Reply<RewardDetail> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.made_by_hand(&viewer, mode, &id).await)
}

/// Another code in the place of one that cannot be had, mailed to the customer.
#[server(endpoint = "replace-reward")]
pub async fn replace_reward(mode: Mode, id: String) -> Reply<RewardDetail> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.replace_reward(&viewer, mode, &id).await)
}

/// Sends a reward's mail, the first time or again: the same code.
#[server(endpoint = "send-reward-mail")]
pub async fn send_reward_mail(mode: Mode, id: String) -> Reply<RewardDetail> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.send_reward_mail(&viewer, mode, &id).await)
}
