//! What comes back from Stripe and binds nothing.

use super::{Browser, MINUTE, account, bound_nothing, status};
use crate::harness::{CONNECTION, Recorded, World, on_both_engines};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match, Price};

on_both_engines!(with unconnected; declining, states_that_bind_nothing, codes_that_bind_nothing, accounts_that_are_not_what_was_named, stripe_away_binds_nothing, ways_back_without_state_are_counted, secrets_are_nowhere);

async fn declining(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.start(w, "test", "settings").await;
    let page = browser
        .get(w, "/stripe/callback?error=access_denied&error_description=The%20user%20denied%20your%20request")
        .await;
    assert_eq!(page.status, 200);
    bound_nothing(w, &page, "You did not install Codemint", &[]).await;
    assert!(page.text.contains("/settings"), "the way stays open");
    // In the mode where it began; a stranger is led to where the Marketplace leads.
    browser.start(w, "live", "settings").await;
    let page = browser.get(w, "/stripe/callback?error=access_denied").await.expect(200);
    assert!(page.text.contains("/settings?mode=live"), "{}", page.text);
    let page = Browser::default().get(w, "/stripe/callback?error=access_denied").await.expect(200);
    assert!(page.text.contains("/install?mode=live"), "{}", page.text);
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
}

async fn states_that_bind_nothing(w: &World) {
    let id = "acct_1One";
    let fresh = || w.sim.install_app(false, &account(id));
    let mut browser = Browser::of_owner(w).await;

    // Wrong: none of ours, cut short, empty beside a code, doubled.
    let state = browser.start(w, "test", "settings").await;
    for wrong in ["x", &state[1..], &format!("{state}x"), &state.to_lowercase()] {
        let code = fresh();
        let page = browser.back(w, &code, wrong, id).await;
        bound_nothing(w, &page, "We do not know this link", &[&code, wrong.get(3..).unwrap_or("never there")]).await;
    }
    let code = fresh();
    let page = browser.get(w, &format!("/stripe/callback?code={code}&state={state}&state={state}")).await;
    bound_nothing(w, &page, "We do not know this link", &[&code, &state]).await;
    let page = browser.get(w, &format!("/stripe/callback?state={state}")).await;
    bound_nothing(w, &page, "We do not know this link", &[&state]).await;

    // Another browser: with no cookie, with one of its own, signed in as the same person.
    for mut other in [Browser::default(), Browser::of_owner(w).await] {
        let code = fresh();
        let page = other.back(w, &code, &state, id).await;
        bound_nothing(w, &page, "another browser", &[&code, &state]).await;
        other.start(w, "test", "install").await;
        let page = other.back(w, &code, &state, id).await;
        bound_nothing(w, &page, "another browser", &[&code, &state]).await;
    }

    // Signed out meanwhile.
    let mut signed_out = browser.clone();
    signed_out.cookies.retain(|cookie| !cookie.starts_with("cm_session"));
    let page = signed_out.back(w, &fresh(), &state, id).await;
    bound_nothing(w, &page, "not signed in as the one who started", &[&state]).await;

    // None of this has used it up; eleven minutes do.
    w.advance(10 * MINUTE);
    let page = browser.back(w, &fresh(), &state, id).await;
    bound_nothing(w, &page, "longer than ten minutes", &[&state]).await;

    // Of the other mode: a test code with a live state.
    let live = browser.start(w, "live", "settings").await;
    let page = browser.back(w, &fresh(), &live, id).await;
    bound_nothing(w, &page, "Nothing was connected", &[&live]).await;
    // That one is used up now, whatever came of it.
    let page = browser.back(w, &fresh(), &live, id).await;
    bound_nothing(w, &page, "used already", &[&live]).await;
}

async fn codes_that_bind_nothing(w: &World) {
    let id = "acct_1One";
    let mut browser = Browser::of_owner(w).await;
    // Six minutes old.
    let code = w.sim.install_app(false, &account(id));
    w.advance(6 * MINUTE);
    let state = browser.start(w, "test", "settings").await;
    let page = browser.back(w, &code, &state, id).await;
    bound_nothing(w, &page, "Stripe did not accept this install", &[&code]).await;
    // Made up.
    let state = browser.start(w, "test", "settings").await;
    let page = browser.back(w, "ac_made_up_by_somebody", &state, id).await;
    bound_nothing(w, &page, "Stripe did not accept this install", &["made_up_by"]).await;
    // Twice: the second time binds nothing, and Stripe ends what came of the first.
    let code = w.sim.install_app(false, &account(id));
    let state = browser.start(w, "test", "settings").await;
    browser.back(w, &code, &state, id).await.expect(303);
    let state = browser.start(w, "test", "settings").await;
    let again = browser.back(w, &code, &state, id).await;
    assert!(again.status == 400 && again.text.contains("Stripe did not accept this install"), "{}", again.text);
    assert_eq!(w.database.number("SELECT count(*) FROM app_tokens").await, 1);
}

async fn accounts_that_are_not_what_was_named(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let state = browser.start(w, "test", "settings").await;
    let code = w.sim.install_app(false, &account("acct_1Mallory"));
    let page = browser.back(w, &code, &state, "acct_1Victim").await;
    bound_nothing(w, &page, "another account than it named", &[&code, "acct_1Mallory"]).await;
}

async fn stripe_away_binds_nothing(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    for kind in [FaultKind::Status500, FaultKind::Drop, FaultKind::RateLimited429] {
        w.sim.clear_faults();
        w.sim.inject(Fault::new(Match::path("/v1/oauth/token"), kind));
        let page = browser.connect(w, "test", "settings", "acct_1One").await;
        bound_nothing(w, &page, "Stripe could not be reached", &[]).await;
    }
    w.sim.clear_faults();
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
}

/// Each way back without state leaves a row: nobody may leave as many as they like.
async fn ways_back_without_state_are_counted(w: &World) {
    for n in 0..120 {
        Browser::default().get(w, &format!("/stripe/callback?code=ac_{n}")).await.expect(303);
    }
    Browser::default().get(w, "/stripe/callback?code=ac_more").await.expect(429);
    assert_eq!(w.database.number("SELECT count(*) FROM waiting_installs").await, 120);
}

/// Codes, tokens, states and secrets are in no log, no page, no mail, and not as such in the database.
async fn secrets_are_nowhere(w: &World) {
    let recorded = Recorded::start();
    let mut browser = Browser::of_owner(w).await;
    let mut said = String::new();
    let state = browser.start(w, "test", "settings").await;
    let code = w.sim.install_app(false, &account("acct_1One"));
    said += &browser.back(w, &code, &state, "acct_1One").await.text;
    said += &browser.back(w, &code, &state, "acct_1One").await.text;
    w.advance(60 * MINUTE);
    w.sim.add_price(&account("acct_1One"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    said += &w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201).text;
    w.sim.revoke_refresh_token(false, &account("acct_1One"));
    w.advance(60 * MINUTE);
    said += &w.checkout(json!({ "discount_code": "SUMMER20" })).await.refused(409, "needs_reauth", "").text;
    for path in ["/settings", "/apps", "/settings/webhooks", "/stripe/confirm", "/install"] {
        said += &browser.get(w, path).await.text;
    }
    said += &w.get(CONNECTION).await.text;
    said += &String::from_utf8_lossy(&recorded.lines());
    for mail in std::fs::read_dir(w.mail.path()).unwrap() {
        said += &std::fs::read_to_string(mail.unwrap().path()).unwrap();
    }
    let kept = String::from_utf8_lossy(&w.database.dump().await).into_owned();
    let secrets = w.sim.secrets();
    assert!(secrets.len() > 6, "there is something to look for");
    for secret in secrets.iter().map(String::as_str).chain([state.as_str()]) {
        assert!(!said.contains(secret), "a secret was said: {}…", &secret[..6.min(secret.len())]);
        assert!(!kept.contains(secret), "a secret was kept in the open: {}…", &secret[..6.min(secret.len())]);
    }
}
