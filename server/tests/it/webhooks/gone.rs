//! Events whose session is not at Stripe any more when it is asked for, or whose checkout has been given up here meanwhile.

use super::effects::{COMPLETED, EXPIRED, buy, tell};
use super::{ended, own_endpoint};
use crate::harness::{ALL, CONNECTION, World, on_both_engines, until};
use crate::rewards::{becomes, campaign, earn, reward};
use serde_json::json;

on_both_engines!(over_only_when_nobody_can_have_paid, in_another_account, nobodys_while_a_reward_is_unused);

mod working {
    use super::*;
    on_both_engines!(with working; a_reward_in_a_checkout_that_was_given_up);
}

const HOUR_MS: i64 = 3_600_000;
/// So long after its end a session may be missing at Stripe.
const GRACE_MS: i64 = 300_000;
const GONE: &str = "cs_test_gone";
const NO_SUCH: &str = "The connected Stripe account has no such session. Nothing changed.";
const UNVERIFIED: &str = "Stripe does not have this session any more: its checkout was ended, unverified.";

/// A code with one open checkout, whose session Stripe does not have: the code's id.
async fn gone(w: &World) -> String {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let session = buy(w).await;
    w.sim.expire_session(&session).unwrap();
    w.database.execute(&format!("UPDATE checkouts SET session_id = '{GONE}'")).await;
    code
}

/// When the session of the one checkout ends.
async fn end(w: &World) -> i64 {
    w.database.number("SELECT session_expires_at FROM checkouts").await
}

async fn told(w: &World, own: &str, id: &str, kind: &str, session: &str) -> (String, String) {
    tell(w, own, id, kind, session).await;
    ended(w, id).await
}

async fn over_only_when_nobody_can_have_paid(w: &World) {
    let own = own_endpoint(w).await;
    let code = gone(w).await;
    let asked = || w.sim.request_count("GET", &format!("/v1/checkout/sessions/{GONE}"));
    assert_eq!(told(w, &own, "evt_1", EXPIRED, GONE).await, ("ignored".into(), NO_SUCH.into()));
    w.advance(end(w).await + GRACE_MS - 1 - w.now());
    assert_eq!(told(w, &own, "evt_2", COMPLETED, GONE).await, ("ignored".into(), NO_SUCH.into()));
    assert_eq!((w.counts(&code).await, asked()), ((1, 0), 2), "it may have been paid at the last moment");
    w.advance(1);
    // Whatever the event says itself.
    assert_eq!(told(w, &own, "evt_3", COMPLETED, GONE).await, ("done".into(), UNVERIFIED.into()));
    assert_eq!((w.counts(&code).await, asked()), ((0, 0), 3));
    assert_eq!(w.database.lines("SELECT step FROM checkouts").await, ["unverified"]);
    let ways = w.database.lines("SELECT history FROM redemptions").await;
    assert!(ways[0].ends_with(&format!("unverified {}", w.now())), "{ways:?}");
    let counted = "Nothing changed: it was counted already.";
    assert_eq!(told(w, &own, "evt_4", EXPIRED, GONE).await, ("done".into(), counted.into()));
    assert_eq!((w.counts(&code).await, asked()), ((0, 0), 3));
}

/// That an account does not have a session of another one says nothing.
async fn in_another_account(w: &World) {
    let code = gone(w).await;
    w.connect_account(&w.sim.add_account("acct_1Other"), &ALL).await;
    // Each account has an endpoint of its own.
    let own = own_endpoint(w).await;
    w.advance(end(w).await + GRACE_MS - w.now());
    assert_eq!(told(w, &own, "evt_1", EXPIRED, GONE).await, ("ignored".into(), NO_SUCH.into()));
    assert_eq!(w.counts(&code).await, (1, 0));
    // Another key of the account that it was made in.
    w.connect(&ALL).await;
    let own = own_endpoint(w).await;
    assert_eq!(told(w, &own, "evt_2", EXPIRED, GONE).await, ("done".into(), UNVERIFIED.into()));
    assert_eq!(w.counts(&code).await, (0, 0));
}

async fn nobodys_while_a_reward_is_unused(w: &World) {
    let own = own_endpoint(w).await;
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "minted").await;
    // It may be the owner's own shop's, with the reward's code in it: so Stripe is asked.
    assert_eq!(told(w, &own, "evt_1", COMPLETED, GONE).await, ("ignored".into(), NO_SUCH.into()));
    assert_eq!(w.sim.request_count("GET", &format!("/v1/checkout/sessions/{GONE}")), 1);
    assert!(reward(w, &earned).await["used"].is_null());
}

/// Nothing is counted by a checkout without a code: it is over a day after its session without a question. Its customer typed a reward's
/// code and paid while the account could not be asked; the event tells of it later.
async fn a_reward_in_a_checkout_that_was_given_up(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "ada@example.com").await;
    becomes(w, &earned, "minted").await;
    let body = json!({ "allow_promotion_codes": true, "expires_in": 3600 });
    let session = w.checkout(body).await.expect(201).id().to_owned();
    w.sim.enter_promotion_code(&session, earned["code"].as_str().unwrap()).unwrap();
    assert!(w.sim.revoke_key(&w.stripe_key));
    // Whoever looks for uses meets it: from here on nobody is asked.
    until(async || {
        w.advance(2_000);
        let status = w.get(CONNECTION).await.json["status"].clone();
        (status == "needs_reauth", status)
    })
    .await;
    w.sim.complete_session(&session).unwrap();
    // So late that whoever asks for the uses by their count does not look at sessions of that day any more.
    w.advance(30 * HOUR_MS);
    let steps = "SELECT step FROM checkouts";
    until(async || {
        let seen = w.database.lines(steps).await;
        (seen == ["unverified"], seen)
    })
    .await;
    w.connect(&ALL).await;
    let own = own_endpoint(w).await;
    let used = format!("The reward {} was used.", earned["code"].as_str().unwrap());
    assert_eq!(told(w, &own, "evt_1", COMPLETED, &session).await, ("done".into(), used));
    let now = reward(w, &earned).await;
    assert_eq!(now["status"], "used");
    assert_eq!(now["used"]["stripe_checkout_session"], session.as_str());
    // 15 % of $29.00.
    let amount = (now["used"]["amount_off_cents"].as_i64(), now["used"]["currency"].as_str());
    assert_eq!(amount, (Some(435), Some("usd")));
    // Once, whoever else tells of it: the same again, and the coupon's count.
    let counted = "Nothing changed: it was counted already.";
    assert_eq!(told(w, &own, "evt_2", COMPLETED, &session).await, ("done".into(), counted.into()));
    let due = "SELECT count(*) FROM campaign_versions WHERE uses_due_at IS NOT NULL";
    until(async || {
        w.advance(61_000);
        let due = w.database.number(due).await;
        (due == 0, due)
    })
    .await;
    assert_eq!(reward(w, &earned).await, now);
    assert_eq!(w.database.number("SELECT used FROM campaigns").await, 1);
    assert_eq!(w.database.lines(steps).await, ["unverified"], "how the checkout ended stays as it was noted");
}
