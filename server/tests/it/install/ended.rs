//! What Stripe tells about the end of an install, whenever and however often.

use super::{Browser, MINUTE, account, status};
use crate::harness::{World, on_both_engines, until};
use serde_json::json;

on_both_engines!(with unconnected; uninstalling_ends_it, late_words_about_an_earlier_install, an_uninstall_right_after);

async fn uninstalling_ends_it(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.advance(MINUTE);
    w.sim.uninstall_app(false, &account("acct_1One"));
    until(async || {
        let status = status(w).await;
        (status == "disconnected", status)
    })
    .await;
    assert_eq!(
        w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL").await,
        0
    );
    let page = browser.get(w, "/settings").await;
    assert!(page.text.contains("Codemint was uninstalled in Stripe"), "{}", page.text);
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.refused(409, "stripe_not_connected", "");
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
}

/// The word about an uninstall comes when the app is installed again already.
async fn late_words_about_an_earlier_install(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(true);
    w.advance(MINUTE);
    w.sim.uninstall_app(false, &account("acct_1One"));
    w.advance(2 * MINUTE);
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(false);
    let done = "SELECT count(*) FROM webhook_events WHERE kind = 'account.application.deauthorized' AND state = 'done'";
    until(async || {
        let settled = w.database.number(done).await;
        (settled == 1, settled)
    })
    .await;
    assert_eq!(status(w).await, "connected");
}

/// Within the minute in which clocks may differ: Stripe itself is asked.
async fn an_uninstall_right_after(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.uninstall_app(false, &account("acct_1One"));
    until(async || {
        let status = status(w).await;
        (status == "disconnected", status)
    })
    .await;
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'needs_reauth'").await, 0);
    // Installed again at once, and the word about the first install comes last.
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(true);
    w.sim.uninstall_app(false, &account("acct_1One"));
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(false);
    let done = "SELECT count(*) FROM webhook_events WHERE kind = 'account.application.deauthorized' AND state = 'done'";
    until(async || {
        let settled = w.database.number(done).await;
        (settled == 2, settled)
    })
    .await;
    assert_eq!(status(w).await, "connected");
}
