//! What an install binds, and to whom.

use super::{Browser, MINUTE, account, cookie, status};
use crate::harness::{CONNECTION, World, on_both_engines, until};
use serde_json::json;
use stripe_sim::Price;

on_both_engines!(with unconnected; one_click, an_install_from_nothing_signs_in, an_account_leads_to_its_workspace, an_install_alone_opens_no_other_account, another_account_is_asked_about, an_account_is_moved, refusing_leaves_all_as_it_was, disconnecting_here, ways_at_the_same_time);

async fn one_click(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let back = browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(back.header("location"), Some("/settings"));
    let connection = w.get(CONNECTION).await.expect(200).json;
    assert_eq!(
        (&connection["status"], &connection["method"], &connection["account"], &connection["key_hint"]),
        (&json!("connected"), &json!("stripe_app"), &json!("acct_1One"), &json!(null))
    );
    assert_eq!(connection["permissions"]["checkout_sessions"], "write");
    let page = browser.get(w, "/settings").await.expect(200);
    assert!(page.text.contains("Connected") && page.text.contains("acct_1One"));
    // What it is for works.
    w.sim.add_price(&account("acct_1One"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    assert_eq!(w.sim.coupons_in(&account("acct_1One"), false).len(), 1);
    // Live is another matter.
    assert_eq!(w.database.number("SELECT count(*) FROM connections WHERE mode = 'live'").await, 0);
}

async fn an_install_from_nothing_signs_in(w: &World) {
    w.sim.add_named_account("acct_1New", "Blue Bottle Shop");
    let mut browser = Browser::default();
    let page = browser.get(w, "/install?mode=test").await.expect(200);
    assert!(page.text.contains("/stripe/start?mode=test&amp;from=install"), "{}", page.text);
    let back = browser.connect(w, "test", "install", "acct_1New").await.expect(303);
    assert_eq!(back.header("location"), Some("/settings"));
    let settings = browser.get(w, "/settings").await.expect(200);
    assert!(settings.text.contains("Connected") && settings.text.contains("acct_1New"));
    assert!(settings.text.contains("Add your e-mail address"));
    // One app. The manifest does not ask for the account's name, so it has the name of those that tell none.
    let apps = "SELECT count(*) FROM apps WHERE workspace_id <> (SELECT min(workspace_id) FROM members m JOIN owners o ON o.id = m.owner_id WHERE o.email IS NOT NULL)";
    assert_eq!(w.database.number(apps).await, 1);
    assert!(browser.get(w, "/apps/default/discounts").await.expect(200).text.contains("default"));
    assert_eq!(w.database.number("SELECT count(*) FROM owners WHERE email IS NULL").await, 1);
}

async fn an_account_leads_to_its_workspace(w: &World) {
    let mut first = Browser::default();
    first.connect(w, "test", "install", "acct_1New").await.expect(303);
    let made = w.database.number("SELECT count(*) FROM workspaces").await;
    // Another browser, the same account: the same workspace, also after an uninstall.
    let mut second = Browser::default();
    second.connect(w, "test", "install", "acct_1New").await.expect(303);
    w.sim.uninstall_app(false, &account("acct_1New"));
    until(async || {
        let ended = w.database.number("SELECT count(*) FROM connections WHERE status = 'disconnected'").await;
        (ended == 1, ended)
    })
    .await;
    let mut third = Browser::default();
    third.connect(w, "test", "install", "acct_1New").await.expect(303);
    assert!(third.get(w, "/settings").await.text.contains("Connected"));
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, made);
    assert_eq!(w.database.number("SELECT count(DISTINCT workspace_id) FROM sessions").await, 1);
    assert_eq!(w.database.number("SELECT count(*) FROM sessions WHERE by_link").await, 0, "no address was proved");
    // A workspace that is bound by a restricted key alone is never opened by an install.
    w.connect_account(&account("acct_1Key"), &crate::harness::ALL).await;
    let mut stranger = Browser::default();
    stranger.connect(w, "test", "install", "acct_1Key").await.expect(303);
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, made + 1);
}

/// A session sees both modes: an install in one does not open what the other one reaches.
async fn an_install_alone_opens_no_other_account(w: &World) {
    let mut owner = Browser::of_owner(w).await;
    owner.connect(w, "test", "settings", "acct_1Agency").await.expect(303);
    owner.connect(w, "live", "settings", "acct_1Shop").await.expect(303);
    let mut agency = Browser::default();
    let page = agency.connect(w, "test", "install", "acct_1Agency").await.expect(403);
    assert!(
        page.text.contains("Sign in to open this workspace") && cookie(&page, "cm_session").is_none(),
        "{}",
        page.text
    );
    assert_eq!(status(w).await, "connected", "its pair was rolled, and it lives by the new one");
    w.sim.add_price(&account("acct_1Agency"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.checkout(json!({})).await.expect(201);
    // One account in both modes shows that it may.
    owner.connect(w, "live", "settings", "acct_1Agency").await.expect(303);
    owner.post(w, "/stripe/confirm", &[("do", "confirm"), ("about", "acct_1Agency")]).await.expect(303);
    let mut agency = Browser::default();
    agency.connect(w, "test", "install", "acct_1Agency").await.expect(303);
    assert!(agency.get(w, "/settings").await.text.contains("acct_1Agency"));
}

async fn another_account_is_asked_about(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    for id in ["acct_1One", "acct_1Two"] {
        w.sim.add_price(&account(id), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    }
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    let code = w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    let back = browser.connect(w, "test", "settings", "acct_1Two").await.expect(303);
    assert_eq!(back.header("location"), Some("/stripe/confirm"));
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1One");
    let page = browser.get(w, "/stripe/confirm").await.expect(200);
    assert!(page.text.contains("acct_1One") && page.text.contains("acct_1Two"), "{}", page.text);
    // No: all as it was, and still working.
    browser.post(w, "/stripe/confirm", &[("do", "refuse")]).await.expect(303);
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1One");
    // Yes: the next use mints anew there, and the first coupon stays where it is.
    browser.connect(w, "test", "settings", "acct_1Two").await.expect(303);
    browser.confirm(w).await.expect(303);
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1Two");
    assert!(browser.get(w, "/settings").await.text.contains("in the account connected before"));
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    assert_eq!(w.sim.coupons_in(&account("acct_1One"), false).len(), 1);
    assert_eq!(w.sim.coupons_in(&account("acct_1Two"), false).len(), 1);
    assert_eq!(w.read(&code).await["stripe_coupon"], json!(w.sim.coupons_in(&account("acct_1Two"), false)[0].id));
}

async fn an_account_is_moved(w: &World) {
    // Somebody's workspace, made by an install.
    let mut theirs = Browser::default();
    theirs.connect(w, "test", "install", "acct_1One").await.expect(303);
    // The owner installs in the same account.
    let mut ours = Browser::of_owner(w).await;
    let back = ours.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!((back.header("location"), status(w).await.as_str()), (Some("/stripe/confirm"), "disconnected"));
    // Nothing is lost while they think: the other workspace lives by the new pair.
    let working = "SELECT count(*) FROM connections WHERE status = 'connected' AND account = 'acct_1One'";
    assert_eq!(w.database.number(working).await, 1);
    assert!(theirs.get(w, "/settings").await.text.contains("Connected"));
    assert!(ours.get(w, "/stripe/confirm").await.text.contains("Move this Stripe account"));
    ours.confirm(w).await.expect(303);
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1One");
    assert_eq!(w.database.number(working).await, 1);
    assert!(theirs.get(w, "/settings").await.text.contains("connected to another workspace"));
    assert_eq!(w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL").await, 1);
    // The pair that was moved works, and so does its refresh.
    w.advance(60 * MINUTE);
    w.sim.add_price(&account("acct_1One"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
}

async fn refusing_leaves_all_as_it_was(w: &World) {
    let mut theirs = Browser::default();
    theirs.connect(w, "test", "install", "acct_1One").await.expect(303);
    let mut ours = Browser::of_owner(w).await;
    ours.connect(w, "test", "settings", "acct_1One").await.expect(303);
    ours.post(w, "/stripe/confirm", &[("do", "refuse")]).await.expect(303);
    assert_eq!(status(w).await, "disconnected");
    assert!(theirs.get(w, "/settings").await.text.contains("Connected"));
    assert_eq!(w.database.number("SELECT count(*) FROM waiting_installs").await, 0);
}

async fn disconnecting_here(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    let ended = w.delete(CONNECTION).await.expect(200).json;
    assert_eq!((&ended["status"], &ended["method"]), (&json!("disconnected"), &json!(null)));
    assert_eq!(
        w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL").await,
        0
    );
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
    // A key takes the app's place, and its tokens go.
    w.connect(&crate::harness::ALL).await;
    assert_eq!(w.get(CONNECTION).await.json["method"], "restricted_key");
    assert_eq!(
        w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL").await,
        0
    );
}

/// Two tabs of one browser, and two browsers on one account.
async fn ways_at_the_same_time(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let (one, two) = (browser.start(w, "test", "settings").await, browser.start(w, "test", "settings").await);
    let first = w.sim.install_app(false, &account("acct_1One"));
    browser.back(w, &first, &one, "acct_1One").await.expect(303);
    let second = w.sim.install_app(false, &account("acct_1One"));
    browser.back(w, &second, &two, "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
    // From nothing, eight at once: one workspace.
    let mut ways = Vec::new();
    for _ in 0..8 {
        let mut browser = Browser::default();
        let state = browser.start(w, "test", "install").await;
        let code = w.sim.install_app(false, &account("acct_1New"));
        ways.push((browser, code, state));
    }
    let asks = ways.iter().map(|(browser, code, state)| {
        let path = format!("/stripe/callback?code={code}&state={state}&stripe_user_id=acct_1New");
        w.ask("GET", &path).header("cookie", browser.cookies.join("; ")).send()
    });
    for answer in futures::future::join_all(asks).await {
        assert_eq!(answer.header("location"), Some("/settings"), "{}", answer.text);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, 2);
    assert_eq!(w.database.number("SELECT count(*) FROM connections WHERE account = 'acct_1New'").await, 1);
    // The pair that counts is the one that Stripe takes.
    assert_eq!(w.database.number("SELECT count(*) FROM connections WHERE status = 'connected'").await, 2);
}
