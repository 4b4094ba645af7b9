//! Events whose session is not at Stripe any more when it is asked for.

use super::effects::{COMPLETED, EXPIRED, buy, tell};
use super::{ended, own_endpoint};
use crate::harness::{ALL, World, on_both_engines};
use crate::rewards::{becomes, campaign, earn, reward};
use serde_json::json;

on_both_engines!(over_only_when_nobody_can_have_paid, in_another_account, nobodys_while_a_reward_is_unused);

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
