//! What each event does: once, in any order, on Stripe's word and not on its own.

use super::{APP, OWN_SECRET, all_ended, deliver, ended, endpoint_of, event, own_endpoint, session_event, shown};
use crate::harness::{ALL, CONNECTION, FOUR, NOW, World, on_both_engines, until};
use app::backend::Viewer;
use app::domain::mode::Mode;
use serde_json::{Value, json};

on_both_engines!(
    one_session_counts_once_however_many_events_tell_of_it,
    an_events_own_state_is_not_believed,
    events_that_change_nothing,
    the_apps_endpoint_finds_the_workspace,
    the_copy_at_the_wrong_endpoint_shadows_nothing,
    stripe_away_is_asked_again,
    an_event_is_given_up_in_the_end,
    sessions_that_may_not_be_read,
    another_workspace_is_not_touched,
    late_payments_wait_for_their_end,
    a_subscriptions_payment_fails,
);

mod working {
    use super::*;
    on_both_engines!(with working; old_events_are_forgotten);
}

pub(super) const COMPLETED: &str = "checkout.session.completed";
pub(super) const EXPIRED: &str = "checkout.session.expired";

pub(super) async fn buy(w: &World) -> String {
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201).id().to_owned()
}

pub(super) async fn tell(w: &World, path: &str, id: &str, kind: &str, session: &str) {
    deliver(w, path, OWN_SECRET, session_event(id, kind, session)).await.expect(200);
}

async fn one_session_counts_once_however_many_events_tell_of_it(w: &World) {
    let own = own_endpoint(w).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 3 })).await;
    let (paid, left) = (buy(w).await, buy(w).await);
    w.sim.complete_session(&paid).unwrap();
    w.sim.expire_session(&left).unwrap();
    assert_eq!(w.counts(&code).await, (2, 0), "nobody has asked yet");
    // In an order that Stripe never promised to keep, each several times, and under several ids.
    tell(w, &own, "evt_4", "checkout.session.async_payment_succeeded", &paid).await;
    for round in 0..3 {
        for (id, kind, session) in [("evt_3", EXPIRED, &left), ("evt_2", COMPLETED, &paid), ("evt_1", EXPIRED, &left)] {
            tell(w, &own, id, kind, session).await;
            if round == 1 {
                ended(w, id).await;
            }
        }
    }
    all_ended(w).await;
    assert_eq!(w.counts(&code).await, (0, 1));
    let all = shown(w).await;
    let said = |words: &str| all.iter().filter(|delivery| delivery.outcome == words).count();
    assert_eq!(said("One redemption of SPRING counted."), 1, "{all:#?}");
    assert_eq!(said("A checkout ended unpaid: its hold on SPRING was given back."), 1, "{all:#?}");
    assert_eq!(said("Nothing changed: it was counted already."), 2, "{all:#?}");
    let mut times: Vec<_> = all.iter().map(|delivery| (delivery.id.as_str(), delivery.times, delivery.own)).collect();
    times.sort_unstable();
    assert_eq!(times, [("evt_1", 3, true), ("evt_2", 3, true), ("evt_3", 3, true), ("evt_4", 1, true)]);
    assert!(all.iter().all(|delivery| delivery.state == "done"));
    // One without a code, and one that is not ours.
    let plain = w.checkout(json!({})).await.expect(201).id().to_owned();
    w.sim.complete_session(&plain).unwrap();
    tell(w, &own, "evt_5", COMPLETED, &plain).await;
    assert_eq!(ended(w, "evt_5").await.1, "A checkout without a code was paid.");
    w.sim.clear_requests();
    tell(w, &own, "evt_6", COMPLETED, "cs_test_nobodys").await;
    assert_eq!(ended(w, "evt_6").await, ("ignored".into(), "Not one of Codemint's checkouts.".into()));
    assert!(w.sim.requests().is_empty(), "nobody is asked about the owner's own sessions");
}

async fn an_events_own_state_is_not_believed(w: &World) {
    let own = own_endpoint(w).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = buy(w).await;
    // They say paid and expired; Stripe, asked, says open.
    for (id, kind) in [("evt_1", COMPLETED), ("evt_2", EXPIRED), ("evt_3", "checkout.session.async_payment_failed")] {
        tell(w, &own, id, kind, &session).await;
        assert_eq!(ended(w, id).await.1, "Nothing changed: Stripe says that this checkout is not decided yet.");
    }
    assert_eq!(w.counts(&code).await, (1, 0));
    w.sim.complete_session(&session).unwrap();
    tell(w, &own, "evt_4", EXPIRED, &session).await;
    assert_eq!(ended(w, "evt_4").await.1, "One redemption of SPRING counted.");
    assert_eq!(w.counts(&code).await, (0, 1));
}

async fn events_that_change_nothing(w: &World) {
    let own = own_endpoint(w).await;
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    buy(w).await;
    let coupon = w.sim.coupons()[0].id.clone();
    let account = json!("acct_1TestCodemint");
    let cases = [
        (
            "evt_1",
            "coupon.updated",
            Value::Null,
            coupon.as_str(),
            "done",
            "The coupon of SPRING was changed in Stripe. SPRING is checked at its next use.",
        ),
        (
            "evt_2",
            "coupon.deleted",
            account.clone(),
            &coupon,
            "done",
            "The coupon of SPRING was deleted in Stripe. SPRING is checked at its next use.",
        ),
        (
            "evt_3",
            "coupon.deleted",
            Value::Null,
            "cm_00000000000000000000000000",
            "ignored",
            "Not one of Codemint's coupons.",
        ),
        ("evt_4", "coupon.updated", Value::Null, "SUMMER", "ignored", "Not one of Codemint's coupons."),
        ("evt_5", "customer.created", Value::Null, "cus_1", "ignored", "Codemint does not use this kind of event."),
        (
            "evt_6",
            "account.application.deauthorized",
            account.clone(),
            "ca_1",
            "ignored",
            "Codemint does not use this kind of event.",
        ),
        (
            "evt_7",
            "account.application.authorized",
            account,
            "ca_1",
            "ignored",
            "Codemint does not use this kind of event.",
        ),
        (
            "evt_8",
            COMPLETED,
            json!("acct_1Somebody"),
            "cs_test_1",
            "ignored",
            "It is about another Stripe account than the connected one.",
        ),
    ];
    w.sim.clear_requests();
    for (id, kind, account, object, state, words) in &cases {
        let body = event(id, kind, account, &json!({ "id": object }));
        deliver(w, &own, OWN_SECRET, body).await.expect(200);
        assert_eq!(ended(w, id).await, ((*state).to_owned(), (*words).to_owned()), "{id}");
    }
    // A session of ours, as live mode would tell of it.
    let body = event("evt_9", COMPLETED, &Value::Null, &json!({ "id": w.sim.sessions()[0].id }));
    let body = String::from_utf8(body).unwrap().replace("\"livemode\": false", "\"livemode\": true").into_bytes();
    deliver(w, &own, OWN_SECRET, body).await.expect(200);
    let wrong_mode = "It is about live mode and came to the endpoint for test mode.";
    assert_eq!(ended(w, "evt_9").await, ("ignored".into(), wrong_mode.into()));
    assert_eq!(shown(w).await.len(), cases.len() + 1);
    assert!(w.sim.requests().is_empty(), "Stripe is not asked about any of it");
    assert_eq!(w.get(CONNECTION).await.json["status"], "connected");
}

async fn the_apps_endpoint_finds_the_workspace(w: &World) {
    let secret = w.sim.webhook_secret(false);
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    buy(w).await;
    let coupon = json!({ "id": w.sim.coupons()[0].id });
    let account = json!("acct_1TestCodemint");
    // A restricted key of the same account makes nobody the app's.
    deliver(w, APP, &secret, event("evt_1", "coupon.deleted", &account, &coupon)).await.expect(200);
    deliver(w, APP, &secret, event("evt_2", "coupon.deleted", &json!("acct_1Nobodys"), &coupon)).await.expect(200);
    deliver(w, APP, &secret, event("evt_3", "coupon.deleted", &Value::Null, &coupon)).await.expect(200);
    deliver(w, APP, &secret, event("evt_4", "account.application.deauthorized", &json!("acct_1Nobodys"), &json!({})))
        .await
        .expect(200);
    all_ended(w).await;
    assert_eq!(shown(w).await, []);
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_events WHERE state = 'ignored'").await, 3);
    for status in ["connected", "disconnected"] {
        w.database.execute(&format!("UPDATE connections SET method = 'stripe_app', status = '{status}'")).await;
        let id = format!("evt_{status}");
        deliver(w, APP, &secret, event(&id, "coupon.deleted", &account, &coupon)).await.expect(200);
        let (state, words) = ended(w, &id).await;
        assert_eq!((state.as_str(), words.contains("SPRING was deleted")), ("done", true), "{words}");
        let id = format!("evt_on_{status}");
        deliver(w, APP, &secret, event(&id, "account.application.authorized", &account, &json!({}))).await.expect(200);
        assert_eq!(ended(w, &id).await.1, "The app was installed in this account.");
    }
    assert!(shown(w).await.iter().all(|delivery| !delivery.own));
}

async fn the_copy_at_the_wrong_endpoint_shadows_nothing(w: &World) {
    w.database.execute("UPDATE connections SET method = 'stripe_app'").await;
    let account = json!("acct_1TestCodemint");
    let body = || event("evt_1", "account.application.authorized", &account, &json!({ "id": "ca_1" }));
    // As for an app that is installed in both modes: the test event comes to both endpoints, to the wrong one first.
    deliver(w, "/stripe/webhooks/live", &w.sim.webhook_secret(true), body()).await.expect(200);
    all_ended(w).await;
    let wrong =
        "SELECT count(*) FROM webhook_events WHERE endpoint = 'live' AND state = 'ignored' AND workspace_id IS NULL";
    assert_eq!(w.database.number(wrong).await, 1);
    deliver(w, APP, &w.sim.webhook_secret(false), body()).await.expect(200);
    assert_eq!(ended(w, "evt_1").await, ("done".into(), "The app was installed in this account.".into()));
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_events WHERE id = 'evt_1'").await, 2);
}

async fn stripe_away_is_asked_again(w: &World) {
    let own = own_endpoint(w).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = buy(w).await;
    w.sim.complete_session(&session).unwrap();
    w.sim.set_down(true);
    tell(w, &own, "evt_1", COMPLETED, &session).await;
    let waiting = until(async || {
        let found = shown(w).await.pop();
        (found.as_ref().is_some_and(|delivery| delivery.outcome.starts_with("Not yet")), found)
    })
    .await
    .unwrap();
    assert_eq!(
        (waiting.state.as_str(), waiting.outcome.as_str()),
        ("queued", "Not yet: Stripe could not be asked. It is tried again.")
    );
    assert_eq!(w.counts(&code).await, (1, 0));
    w.sim.set_down(false);
    w.advance(1_000);
    assert_eq!(ended(w, "evt_1").await.1, "One redemption of SPRING counted.");
    assert_eq!(w.counts(&code).await, (0, 1));
    assert_eq!(w.database.number("SELECT attempts FROM webhook_events").await, 2);
}

async fn an_event_is_given_up_in_the_end(w: &World) {
    let own = own_endpoint(w).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = buy(w).await;
    w.database.execute("UPDATE connections SET status = 'needs_reauth'").await;
    tell(w, &own, "evt_1", COMPLETED, &session).await;
    until(async || {
        let failed = w.database.number("SELECT count(*) FROM webhook_events WHERE state = 'failed'").await;
        w.advance(3_600_000);
        // Wakes the queue, which looks by itself once a second.
        tell(w, &own, "evt_1", COMPLETED, &session).await;
        (failed == 1, failed)
    })
    .await;
    // An hour that goes by while an attempt is in work may take the event once more.
    let attempts = w.database.number("SELECT attempts FROM webhook_events").await;
    assert!((20..=21).contains(&attempts), "{attempts}");
    let (state, words) = ended(w, "evt_1").await;
    assert_eq!(state, "failed");
    assert!(words.starts_with("Given up: Stripe does not accept the connection any more."), "{words}");
    assert_eq!(w.counts(&code).await, (1, 0));
}

async fn sessions_that_may_not_be_read(w: &World) {
    let own = own_endpoint(w).await;
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = buy(w).await;
    w.connect(&FOUR).await;
    w.sim.clear_requests();
    tell(w, &own, "evt_1", COMPLETED, &session).await;
    let blind = "This connection may not read Checkout Sessions, so Codemint cannot see how this one ended.";
    assert_eq!(ended(w, "evt_1").await, ("ignored".into(), blind.into()));
    assert!(w.sim.requests().is_empty());
    w.connect(&ALL).await;
}

async fn another_workspace_is_not_touched(w: &World) {
    let own = own_endpoint(w).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = buy(w).await;
    w.sim.complete_session(&session).unwrap();
    let other = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    // Even of the same Stripe account.
    let key = w.sim.issue_restricted_key(&stripe_sim::AccountId::default(), false, &ALL);
    w.ask("POST", CONNECTION).key(&other.api_key).json(&json!({ "restricted_key": key })).send().await.expect(200);
    let viewer = Viewer { workspace_id: other.workspace.as_str().to_owned(), ..w.owner() };
    let theirs = endpoint_of(w, &viewer, "whsec_Theirs").await;
    assert_ne!(theirs, own);
    let coupon = json!({ "id": w.sim.coupons()[0].id });
    deliver(w, &theirs, "whsec_Theirs", session_event("evt_1", COMPLETED, &session)).await.expect(200);
    deliver(w, &theirs, "whsec_Theirs", event("evt_2", "coupon.deleted", &Value::Null, &coupon)).await.expect(200);
    all_ended(w).await;
    let outcomes =
        "SELECT count(*) FROM webhook_events WHERE state = 'ignored' AND outcome LIKE 'Not one of Codemint%'";
    assert_eq!(w.database.number(outcomes).await, 2);
    assert_eq!((w.counts(&code).await, shown(w).await.len()), ((1, 0), 0));
    // The same event at the right one still counts.
    tell(w, &own, "evt_1", COMPLETED, &session).await;
    assert_eq!(ended(w, "evt_1").await.1, "One redemption of SPRING counted.");
    assert_eq!(w.counts(&code).await, (0, 1));
}

async fn old_events_are_forgotten(w: &World) {
    let own = own_endpoint(w).await;
    let customer = |id| event(id, "customer.created", &Value::Null, &json!({ "id": "cus_1" }));
    deliver(w, &own, OWN_SECRET, customer("evt_1")).await.expect(200);
    ended(w, "evt_1").await;
    w.advance(15 * 86_400_000);
    deliver(w, &own, OWN_SECRET, customer("evt_2")).await.expect(200);
    ended(w, "evt_2").await;
    assert_eq!(w.now(), NOW + 15 * 86_400_000);
    w.advance(15 * 86_400_000 + 1);
    until(async || {
        let ids: Vec<_> = shown(w).await.into_iter().map(|delivery| delivery.id).collect();
        (ids == ["evt_2"], ids)
    })
    .await;
}

const SUCCEEDED: &str = "checkout.session.async_payment_succeeded";
const FAILED: &str = "checkout.session.async_payment_failed";

async fn late_payments_wait_for_their_end(w: &World) {
    let own = own_endpoint(w).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
    let (comes, fails) = (buy(w).await, buy(w).await);
    let undecided = "Nothing changed: Stripe says that this checkout is not decided yet.";
    for (id, session) in [("evt_1", &comes), ("evt_2", &fails)] {
        w.sim.complete_session_later(session).unwrap();
        tell(w, &own, id, COMPLETED, session).await;
        assert_eq!(ended(w, id).await.1, undecided);
    }
    // Before it is true, an event changes nothing: Stripe is asked for the money.
    tell(w, &own, "evt_3", FAILED, &comes).await;
    assert_eq!(ended(w, "evt_3").await.1, undecided);
    tell(w, &own, "evt_4", SUCCEEDED, &fails).await;
    assert_eq!(ended(w, "evt_4").await.1, undecided);
    assert_eq!(w.counts(&code).await, (2, 0));
    w.sim.decide_payment(&comes, true).unwrap();
    w.sim.decide_payment(&fails, false).unwrap();
    tell(w, &own, "evt_5", SUCCEEDED, &comes).await;
    assert_eq!(ended(w, "evt_5").await.1, "One redemption of SPRING counted.");
    // Whichever event brings us to ask.
    tell(w, &own, "evt_6", COMPLETED, &fails).await;
    assert_eq!(ended(w, "evt_6").await.1, "A checkout ended unpaid: its hold on SPRING was given back.");
    assert_eq!(w.counts(&code).await, (0, 1));
    for (id, kind, session) in [("evt_7", FAILED, &fails), ("evt_8", FAILED, &comes), ("evt_9", SUCCEEDED, &fails)] {
        tell(w, &own, id, kind, session).await;
        assert_eq!(ended(w, id).await.1, "Nothing changed: it was counted already.");
    }
    assert_eq!(w.counts(&code).await, (0, 1));
}

async fn a_subscriptions_payment_fails(w: &World) {
    let own = own_endpoint(w).await;
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let price = w.sim.prices().into_iter().map(|(_, price)| price).find(|price| price.recurring.is_some()).unwrap();
    let body = json!({ "discount_code": "SPRING", "price_id": price.id });
    let session = w.checkout(body).await.expect(201).id().to_owned();
    let seen = w.sim.complete_session_later(&session).unwrap();
    assert_eq!((seen.payment_intent, seen.payment_status), (None, stripe_sim::PaymentStatus::Unpaid));
    tell(w, &own, "evt_1", COMPLETED, &session).await;
    ended(w, "evt_1").await;
    w.sim.decide_payment(&session, false).unwrap();
    // No object that may be read tells it; the event has no other meaning.
    tell(w, &own, "evt_2", COMPLETED, &session).await;
    assert_eq!(ended(w, "evt_2").await.1, "Nothing changed: Stripe says that this checkout is not decided yet.");
    assert_eq!(w.counts(&code).await, (1, 0));
    tell(w, &own, "evt_3", FAILED, &session).await;
    assert_eq!(ended(w, "evt_3").await.1, "A checkout ended unpaid: its hold on SPRING was given back.");
    assert_eq!(w.counts(&code).await, (0, 0));
}
