//! The life of the Stripe App's tokens: refreshed once by however many, never lost but where Stripe's answer never came.

mod crowd;
mod death;

use crate::harness::{Answer, Ask, CHECKOUT, CONNECTION, Shop, World, on_both_engines, until};
use crate::install::{Browser, account, cookie};
use serde_json::json;
use stripe_sim::{AccountId, Fault, FaultKind, Match, Price};
use url::Url;

const MINUTE: i64 = 60_000;
/// The account that is connected by a key at first: an install in it asks nothing.
const OWN: &str = "acct_1TestCodemint";

mod working {
    use super::*;
    on_both_engines!(with working; a_lost_answer_is_looked_after);
}

on_both_engines!(with unconnected;
    refreshed_when_due_and_not_before, a_sibling_is_recognised, a_refused_grant_is_told_once, stripe_away_parks_nothing,
    the_account_of_a_refresh_may_have_another_name, an_answer_after_the_end_is_not_kept,
    a_refresh_under_way_brings_nothing_back);

async fn connected(w: &World) -> Browser {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.add_price(&account("acct_1One"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    browser
}

fn refreshes(w: &World) -> usize {
    w.sim.refreshes(false, &account("acct_1One"))
}

async fn refreshed_when_due_and_not_before(w: &World) {
    connected(w).await;
    w.advance(54 * MINUTE);
    w.checkout(json!({})).await.expect(201);
    assert_eq!(refreshes(w), 0);
    // Within five minutes of its end it is too old, and one refresh does for all who come.
    w.advance(2 * MINUTE);
    for answer in crate::harness::all(
        (0..40).map(|_| w.ask("POST", CHECKOUT).key(&w.key).json(&World::checkout_body(json!({}))).send()),
    )
    .await
    {
        answer.expect(201);
    }
    assert_eq!(refreshes(w), 1);
    // Pairs are appended.
    assert_eq!(w.database.number("SELECT count(*) FROM app_tokens").await, 2);
    for _ in 0..8 {
        w.advance(56 * MINUTE);
        w.checkout(json!({})).await.expect(201);
    }
    assert_eq!((refreshes(w), w.database.number("SELECT max(generation) FROM app_tokens").await), (9, 10));
    assert!(w.database.number("SELECT count(*) FROM app_tokens").await < 6, "pairs that are over are forgotten");
    // No refresh has made the connection another one: nothing is asked for anew.
    assert_eq!(w.database.number("SELECT generation FROM connections").await, 1);
}

/// A token that is refused although it looks fresh: Stripe has retired it.
async fn a_sibling_is_recognised(w: &World) {
    connected(w).await;
    w.sim.expire_access_token(false, &account("acct_1One"));
    w.checkout(json!({})).await.expect(201);
    assert_eq!(refreshes(w), 1);
    // A whole crowd whose token dies under them.
    w.sim.expire_access_token(false, &account("acct_1One"));
    for answer in crate::harness::all(
        (0..40).map(|_| w.ask("POST", CHECKOUT).key(&w.key).json(&World::checkout_body(json!({}))).send()),
    )
    .await
    {
        answer.expect(201);
    }
    assert_eq!(refreshes(w), 2);
}

async fn a_refused_grant_is_told_once(w: &World) {
    let mut browser = connected(w).await;
    w.sim.revoke_refresh_token(false, &account("acct_1One"));
    w.advance(60 * MINUTE);
    for answer in crate::harness::all(
        (0..40).map(|_| w.ask("POST", CHECKOUT).key(&w.key).json(&World::checkout_body(json!({}))).send()),
    )
    .await
    {
        answer.refused(409, "needs_reauth", "");
    }
    assert_eq!(refreshes(w), 0);
    assert!(w.sim.token_requests().iter().filter(|request| request.grant_type == "refresh_token").count() <= 2);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'needs_reauth'").await, 1);
    assert_eq!(w.get(CONNECTION).await.json["status"], "needs_reauth");
    let page = browser.get(w, "/apps").await.expect(200);
    assert!(page.text.contains("no longer accepts"), "{}", page.text);
    until(async || {
        let sent =
            w.database.number("SELECT count(*) FROM outbox WHERE kind = 'needs_reauth' AND state = 'sent'").await;
        (sent == 1, sent)
    })
    .await;
    // Reconnecting picks everything up, and the next time is told again.
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.checkout(json!({})).await.expect(201);
    w.sim.revoke_refresh_token(false, &account("acct_1One"));
    w.advance(60 * MINUTE);
    w.checkout(json!({})).await.refused(409, "needs_reauth", "");
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'needs_reauth'").await, 2);
}

async fn stripe_away_parks_nothing(w: &World) {
    connected(w).await;
    w.advance(60 * MINUTE);
    for kind in [FaultKind::Drop, FaultKind::Status500, FaultKind::RateLimited429] {
        w.sim.clear_faults();
        w.sim.inject(Fault::new(Match::path("/v1/oauth/token"), kind));
        w.checkout(json!({})).await.refused(503, "stripe_unavailable", "");
        assert_eq!(w.get(CONNECTION).await.json["status"], "connected");
        // A lost answer is looked after by its lease: nobody asks again before that is over.
        w.advance(10_000);
    }
    w.sim.clear_faults();
    w.checkout(json!({})).await.expect(201);
    assert_eq!(refreshes(w), 1);
}

/// Stripe has rolled the pair, and its answer is lost: the grant is over, and without anybody's call the owner is told.
async fn a_lost_answer_is_looked_after(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", OWN).await.expect(303);
    w.advance(60 * MINUTE);
    w.sim.inject(Fault::new(Match::path("/v1/oauth/token").times(1), FaultKind::ApplyThenDrop));
    w.checkout(json!({})).await.refused(503, "stripe_unavailable", "");
    w.advance(10_000);
    until(async || {
        let status = w.get(CONNECTION).await.json["status"].clone();
        (status == "needs_reauth", status)
    })
    .await;
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'needs_reauth'").await, 1);
}

async fn the_account_of_a_refresh_may_have_another_name(w: &World) {
    connected(w).await;
    w.sim.set_account_id_on_refresh(true);
    w.advance(60 * MINUTE);
    w.checkout(json!({})).await.expect(201);
}

/// The owner disconnects while Stripe's answer is on its way: the tokens that it brings are not kept.
async fn a_refresh_under_way_brings_nothing_back(w: &World) {
    connected(w).await;
    w.advance(60 * MINUTE);
    w.sim.inject(Fault::new(Match::path("/v1/oauth/token").times(1), FaultKind::HoldAnswer));
    let disconnect = async {
        until(async || (refreshes(w) == 1, refreshes(w))).await;
        let ended = w.delete(CONNECTION).await;
        w.sim.release_held();
        ended
    };
    let (checkout, ended) = tokio::join!(w.checkout(json!({})), disconnect);
    ended.expect(200);
    assert_eq!(checkout.status, 409, "{}", checkout.text);
    let kept = "SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL";
    assert_eq!(w.database.number(kept).await, 0);
    assert_eq!(w.get(CONNECTION).await.json["status"], "disconnected");
}

/// Connects a shop's workspace by the Stripe App, in a browser with these cookies; the answer of the way back.
async fn install(shop: &Shop, url: &str, cookies: &str, from: &str, id: &AccountId) -> Answer {
    let path = format!("/stripe/start?mode=test&from={from}");
    let start = browse(shop, url, "GET", &path, cookies).send().await.expect(303);
    let consent = Url::parse(start.header("location").unwrap()).unwrap();
    let state = consent.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let browser = cookie(&start, "cm_connect").unwrap();
    let code = shop.sim.install_app(false, id);
    let path = format!("/stripe/callback?code={code}&state={state}&stripe_user_id={}", id.as_str());
    browse(shop, url, "GET", &path, &format!("{cookies}; {browser}")).send().await.expect(303)
}

fn browse(shop: &Shop, url: &str, method: &str, path: &str, cookies: &str) -> Ask {
    shop.bare(url, method, path).header("origin", url).header("cookie", cookies)
}

/// A checkout without a code, under a key of whichever workspace.
fn checkout(shop: &Shop, url: &str, key: &str, app: &str) -> Ask {
    let body = World::checkout_body(json!({ "app_id": app }));
    shop.ask_as(key, url, "POST", CHECKOUT).json(&body)
}

/// Stripe's answer comes when the owner has disconnected: what was destroyed stays destroyed.
async fn an_answer_after_the_end_is_not_kept(w: &World) {
    connected(w).await;
    w.advance(60 * MINUTE);
    w.sim.inject(Fault::new(Match::path("/v1/oauth/token").times(1), FaultKind::HoldAnswer));
    let waiting = tokio::spawn(w.ask("POST", CHECKOUT).key(&w.key).json(&World::checkout_body(json!({}))).send());
    w.sim.wait_until(|sim| sim.refreshes(false, &account("acct_1One")) == 1).await;
    w.delete(CONNECTION).await.expect(200);
    w.sim.release_held();
    waiting.await.unwrap().refused(409, "needs_reauth", "");
    assert_eq!(
        w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL").await,
        0
    );
    assert_eq!(w.get(CONNECTION).await.json["status"], "disconnected");
}
