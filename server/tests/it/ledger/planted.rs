//! Each kind of difference in the database is found and named, and nothing else is.

use super::{buy, caller, check, found, page, spring, told};
use crate::harness::{World, on_both_engines};
use app::backend::LedgerBackend;
use app::domain::mode::Mode;
use app::wire::ledger::{LedgerView, Topic};
use server::services::Patience;
use std::time::Duration;

on_both_engines!(
    what_is_planted_is_found_and_named,
    a_repair_sets_counters_to_their_rows,
    what_a_check_finds_is_told_once,
    where_stripe_is_not_asked_it_is_said,
    what_was_found_earlier_ends_with_its_reason,
    what_was_not_listed_is_asked_for,
    a_crowd_of_clicks_is_one_check,
    a_check_that_fails_was_a_try,
);

const TABLES: [&str; 3] = ["redemptions", "checkouts", "discount_codes"];

async fn keep(w: &World) {
    for table in TABLES {
        w.database.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
}

async fn restore(w: &World) {
    for table in TABLES {
        w.database.execute(&format!("DELETE FROM {table}")).await;
        w.database.execute(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
    }
}

async fn what_is_planted_is_found_and_named(w: &World) {
    let id = spring(w).await;
    let (_, first) = buy(w).await;
    let (session, second) = buy(w).await;
    let checkout = w.sim.session(&session).unwrap().metadata["codemint_checkout"].clone();
    assert_eq!(found(w).await, Vec::<String>::new());
    keep(w).await;
    let released =
        "UPDATE redemptions SET state = 'released', history = history || '\n' || 'lapsed 5' WHERE id = 'SECOND'";
    let redeemed =
        "UPDATE redemptions SET state = 'redeemed', history = history || '\n' || 'paid 5' WHERE id = 'SECOND'";
    // What is done, and what is said of it: the words between the ids.
    let cases: [(&[&str], &[&str]); 9] = [
        (
            &["UPDATE discount_codes SET held = held + 1"],
            &["SPRING (CODE) counts 3 held and 0 redeemed, while its redemptions are 2 held and 0 redeemed."],
        ),
        (
            &["UPDATE redemptions SET history = 'checkout 1' || '\n' || 'paid 2' WHERE id = 'SECOND'"],
            &["The redemption SECOND of SPRING is in another state than the last step of its way says."],
        ),
        (
            &["DELETE FROM checkouts WHERE id = 'CHECKOUT'"],
            &["The redemption SECOND of SPRING is held for the checkout CHECKOUT, which is not there."],
        ),
        (
            &["UPDATE checkouts SET step = 'expired' WHERE id = 'CHECKOUT'"],
            &["The redemption SECOND of SPRING is still held, though its checkout CHECKOUT ended unpaid."],
        ),
        (
            &["UPDATE checkouts SET step = 'complete' WHERE id = 'CHECKOUT'"],
            &["The redemption SECOND of SPRING is not redeemed, though its checkout CHECKOUT was paid."],
        ),
        (
            &[released, "UPDATE discount_codes SET held = held - 1"],
            &["The redemption SECOND of SPRING was released, though its checkout CHECKOUT can still be paid."],
        ),
        (
            &[redeemed, "UPDATE discount_codes SET held = held - 1, redeemed = redeemed + 1"],
            &[
                "The redemption SECOND of SPRING is redeemed, though its checkout CHECKOUT was not paid.",
                "The session SESSION was not paid at Stripe, and its redemption SECOND of SPRING is counted as redeemed.",
            ],
        ),
        (
            &["UPDATE checkouts SET redemption_id = 'rd_gone' WHERE id = 'CHECKOUT'"],
            &[
                "The redemption SECOND of SPRING is held, though its checkout CHECKOUT holds another one.",
                "The checkout CHECKOUT with SPRING is open, and its redemption is not there.",
            ],
        ),
        (
            &[
                "UPDATE redemptions SET checkout_id = NULL, expires_at = 5 WHERE id = 'SECOND'",
                "DELETE FROM checkouts WHERE id = 'CHECKOUT'",
            ],
            &["The redemption SECOND of SPRING is held beyond its time."],
        ),
    ];
    let named = |text: &str| {
        text.replace("CODE", &id).replace("SECOND", &second).replace("CHECKOUT", &checkout).replace("SESSION", &session)
    };
    for (plants, said) in cases {
        for plant in plants {
            w.database.execute(&named(plant)).await;
        }
        let seen = found(w).await;
        assert_eq!(seen, said.iter().map(|said| named(said)).collect::<Vec<_>>(), "{plants:?}");
        assert!(seen.iter().all(|words| !words.contains(&first)), "the other one is right");
        restore(w).await;
        assert_eq!(found(w).await, Vec::<String>::new());
    }
}

async fn a_repair_sets_counters_to_their_rows(w: &World) {
    let id = spring(w).await;
    buy(w).await;
    w.database.execute("UPDATE discount_codes SET held = 7, redeemed = 3").await;
    let checked = check(w).await;
    assert_eq!((checked.miscounted.as_slice(), checked.codes), ([id.clone()].as_slice(), 1));
    let repaired = w.services.repair(&caller(w).await.scope, &checked).await.unwrap();
    assert_eq!(repaired, [format!("SPRING ({id}). Held: 7 before, 1 now. Redeemed: 3 before, 0 now.")]);
    assert_eq!((w.counts(&id).await, found(w).await.len()), ((1, 0), 0));
    // Once more there is nothing to set, and nothing to tell.
    assert!(w.services.repair(&caller(w).await.scope, &checked).await.unwrap().is_empty());
    let rows = page(w, Some(Topic::Ledger)).await.rows;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].words.as_str(), rows[0].detail.as_str()),
        (
            "The counts of SPRING were set to what its redemptions say on the command line.",
            "Held: 7 before, 1 now. Redeemed: 3 before, 0 now."
        )
    );
    assert_eq!(rows[0].link.as_deref(), Some(format!("/apps/taskpomo/discounts/{id}").as_str()));
}

/// The owner's click, when the last one is long enough ago.
async fn check_now(w: &World) -> LedgerView {
    w.advance(20_000);
    LedgerBackend::check_ledger(&w.services, &w.owner(), Mode::Test).await.unwrap()
}

/// A session that can be paid while its redemption was given back here: an old story.
async fn sold_too_often(w: &World) -> (String, String) {
    let (session, redemption) = buy(w).await;
    let plant = format!(
        "UPDATE redemptions SET state = 'released', history = history || '\n' || 'session_expired 5' WHERE id = '{redemption}'"
    );
    w.database.execute(&plant).await;
    w.database.execute("UPDATE checkouts SET step = 'expired', updated_at = 5").await;
    w.database.execute("UPDATE discount_codes SET held = 0").await;
    (session, redemption)
}

async fn what_was_found_earlier_ends_with_its_reason(w: &World) {
    spring(w).await;
    sold_too_often(w).await;
    assert_eq!(check_now(w).await.wrong, 1);
    w.sim.set_down(true);
    assert_eq!(check_now(w).await.wrong, 1, "it stands while it can be so");
    // No session can be paid for longer than a day.
    w.advance(25 * 3_600_000);
    let away = check_now(w).await;
    assert_eq!((away.wrong, away.unasked.as_deref()), (0, Some("Stripe was not asked: it did not answer.")));
    w.sim.set_down(false);
    // Whose connection is gone is told nothing of an account that is not theirs any more.
    sold_too_often(w).await;
    assert_eq!(check_now(w).await.wrong, 1);
    w.delete(crate::harness::CONNECTION).await.expect(200);
    assert_eq!(check_now(w).await.wrong, 0);
}

async fn what_was_not_listed_is_asked_for(w: &World) {
    spring(w).await;
    let (session, _) = sold_too_often(w).await;
    let wrong = check_now(w).await;
    assert_eq!(wrong.wrong, 1);
    for _ in 0..120 {
        w.sim.open_shop_checkout(&stripe_sim::AccountId::default(), false, "price_1ABC").unwrap();
    }
    let short = Patience { listing: Duration::ZERO, settling: Duration::ZERO };
    let scope = caller(w).await.scope;
    let asked = async || {
        let checked = w.services.check_of(&scope, short).await.unwrap();
        assert!(checked.unasked.is_some_and(|why| why.contains("the newest were compared")));
        assert!(checked.carried.is_empty(), "it was asked for");
        checked.found.into_iter().map(|found| found.words).collect::<Vec<_>>()
    };
    assert_eq!(asked().await, wrong.differences);
    w.sim.expire_session(&session).unwrap();
    assert_eq!(asked().await, Vec::<String>::new());
}

async fn a_crowd_of_clicks_is_one_check(w: &World) {
    spring(w).await;
    buy(w).await;
    w.sim.clear_requests();
    let owner = w.owner();
    let click = || LedgerBackend::check_ledger(&w.services, &owner, Mode::Test);
    let views = futures::future::join_all((0..12).map(|_| click())).await;
    let lists = || w.sim.request_count("GET", "/v1/checkout/sessions");
    for view in views {
        assert_eq!(view.map(|view| (view.codes, view.sessions, view.wrong)).unwrap(), (1, 1, 0));
    }
    assert_eq!(lists(), 1, "the first is shown to all");
    w.advance(19_999);
    click().await.unwrap();
    assert_eq!(lists(), 1, "it was made just now");
    w.advance(1);
    click().await.unwrap();
    assert_eq!(lists(), 2);
}

async fn a_check_that_fails_was_a_try(w: &World) {
    spring(w).await;
    buy(w).await;
    w.advance(20_000);
    w.database.execute("UPDATE redemptions SET state = 'odd'").await;
    LedgerBackend::check_ledger(&w.services, &w.owner(), Mode::Test).await.unwrap_err();
    assert_eq!(w.database.number("SELECT tried_at FROM ledger_checks WHERE checked_at = 0").await, w.now());
    assert!(page(w, None).await.ledger.is_none(), "nothing was found yet");
    w.database.execute("UPDATE redemptions SET state = 'held'").await;
    assert_eq!(check_now(w).await.wrong, 0);
}

async fn what_a_check_finds_is_told_once(w: &World) {
    spring(w).await;
    buy(w).await;
    let check = async || check_now(w).await;
    let right = check().await;
    assert_eq!((right.codes, right.sessions, right.wrong, right.unasked), (1, 1, 0, None));
    assert!(told(w, Some(Topic::Ledger)).await.is_empty(), "all is right, as before");
    w.database.execute("UPDATE discount_codes SET held = held + 1").await;
    let wrong = check().await;
    assert_eq!((wrong.wrong, wrong.differences.len()), (1, 1));
    // Others buy meanwhile: the same difference.
    buy(w).await;
    check().await;
    assert_eq!(told(w, Some(Topic::Ledger)).await, ["A check of the counts found 1 thing that does not agree."]);
    w.database.execute("UPDATE redemptions SET history = 'checkout 1' || '\n' || 'paid 2'").await;
    check().await;
    let rows = page(w, Some(Topic::Ledger)).await;
    assert_eq!(rows.rows[0].words, "A check of the counts found 3 things that do not agree.");
    assert_eq!((rows.rows.len(), rows.rows[0].detail.lines().count(), rows.rows[0].wrong), (2, 3, true));
    assert_eq!(rows.ledger.unwrap().wrong, 3);
    w.database.execute("UPDATE redemptions SET history = 'checkout 1'").await;
    w.database.execute("UPDATE discount_codes SET held = held - 1").await;
    check().await;
    check().await;
    let told = told(w, Some(Topic::Ledger)).await;
    assert_eq!((told.len(), told[0].as_str()), (3, "A check of the counts finds everything right again."));
}

async fn where_stripe_is_not_asked_it_is_said(w: &World) {
    spring(w).await;
    let (session, redemption) = buy(w).await;
    let check = async || check_now(w).await;
    // Given back here, while it can still be paid: an old story.
    let plant = format!(
        "UPDATE redemptions SET state = 'released', history = history || '\n' || 'session_expired 5' WHERE id = '{redemption}'"
    );
    w.database.execute(&plant).await;
    w.database.execute("UPDATE checkouts SET step = 'expired', updated_at = 5").await;
    w.database.execute("UPDATE discount_codes SET held = 0").await;
    let sold_too_often = check().await.differences;
    assert_eq!(sold_too_often.len(), 1, "{sold_too_often:?}");
    assert!(sold_too_often[0].contains(&session) && sold_too_often[0].contains("once too often"));
    w.sim.set_down(true);
    let away = check().await;
    assert_eq!(away.unasked.as_deref(), Some("Stripe was not asked: it did not answer."));
    // What Stripe said the last time stands until it is asked again.
    assert_eq!((away.wrong, &away.differences), (1, &sold_too_often));
    w.sim.set_down(false);
    w.sim.set_key_permissions(&w.stripe_key, &crate::harness::FOUR);
    let blind = check().await;
    assert_eq!(blind.unasked.as_deref(), Some("Stripe was not asked: this connection may not read Checkout Sessions."));
    w.sim.clear_requests();
    assert_eq!((check().await.unasked, w.sim.counts().requests), (blind.unasked, 0), "what is known is not asked");
    w.delete(crate::harness::CONNECTION).await.expect(200);
    assert_eq!(check().await.unasked.as_deref(), Some("Stripe was not asked: it is not connected."));
    w.connect(&crate::harness::ALL).await;
    w.sim.expire_session(&session).unwrap();
    let right = check().await;
    assert_eq!((right.wrong, right.unasked), (0, None));
    let told = told(w, Some(Topic::Ledger)).await;
    assert_eq!(told.len(), 2, "found once, gone once: {told:?}");
}
