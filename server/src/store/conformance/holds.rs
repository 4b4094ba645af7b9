//! The count: what no number of buyers at once may break.

use super::super::query::all;
use super::super::{Db, NewCode, NewRedemption, StoreError};
use super::engine::Base;
use super::fixtures::{T, at_most, counted, get, insert_hold, new_code, percent, put, raw, settle, shop, take_hold};
use crate::scope::Scope;
use app::domain::redemption::Cause;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

async fn limited(base: &Base, scope: &Scope, id: &str, max: i64) {
    put!(base, scope, insert_code(&NewCode { limits: at_most(max), ..new_code(id, id) })).unwrap();
}

/// Two pools, as of two processes.
async fn two_processes(base: &Base) -> [Db; 2] {
    [base.db.clone(), base.second_process().await]
}

/// So many buyers at once; how many have a hold.
async fn buyers(dbs: &[Db; 2], scope: &Scope, code: &str, count: usize) -> usize {
    let mut tasks = JoinSet::new();
    for n in 0..count {
        let (db, scope, code) = (dbs[n % 2].clone(), scope.clone(), code.to_owned());
        tasks.spawn(async move { take_hold(&db, &scope, &code, &format!("rd_{code}_{n}")).await });
    }
    let mut holds = 0;
    while let Some(held) = tasks.join_next().await {
        holds += usize::from(held.unwrap());
    }
    holds
}

pub(super) async fn a_hold_needs_its_terms_and_no_block(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    for version in [0, 2] {
        assert!(put!(base, &scope, hold("dc_1", version, "coupon_1", T)).unwrap().is_none());
    }
    assert!(put!(base, &scope, hold("dc_2", 1, "coupon_1", T)).unwrap().is_none());
    let row = get!(base, &scope, code("dc_1")).unwrap();
    assert_eq!((row.held, row.mint_intent_at, row.coupon_id), (0, None, None), "a refusal leaves nothing");
    let row = put!(base, &scope, hold("dc_1", 1, "coupon_1", T)).unwrap().unwrap();
    assert_eq!((row.held, row.mint_intent_at, row.coupon_id.as_deref()), (1, Some(T), Some("coupon_1")));
    put!(base, &scope, block_code("dc_1", "coupon_1", "changed", T)).unwrap();
    assert!(put!(base, &scope, hold("dc_1", 1, "coupon_1", T)).unwrap().is_none());

    insert_row(&base, &scope).await;
}

/// What the ledger keeps of a hold.
async fn insert_row(base: &Base, scope: &Scope) {
    let mut tx = base.db.begin().await.unwrap();
    insert_hold(tx.at(scope), "dc_1", "rd_1").await;
    tx.commit().await.unwrap();
    type Row = (String, String, String, String, String, String, Option<String>, i64, i64);
    let sql = "SELECT workspace_id, mode, id, discount_code_id, checkout_id, state, user_id, created_at, updated_at FROM redemptions";
    let words = |text: &str| text.to_owned();
    let row = (
        words("ws_a"),
        words("test"),
        words("rd_1"),
        words("dc_1"),
        words("cs_1"),
        words("held"),
        Some(words("user")),
        T,
        T,
    );
    assert_eq!(raw!(base, Row, sql), [row]);
    let new = NewRedemption {
        id: "rd_2",
        discount_code_id: "dc_1",
        checkout_id: Some("cs_2"),
        now: T,
        ..NewRedemption::default()
    };
    put!(base, scope, insert_redemption(&new)).unwrap();
    assert!(matches!(put!(base, scope, insert_redemption(&new)), Err(StoreError::Taken)));
    assert_eq!(raw!(base, (Option<String>,), "SELECT user_id FROM redemptions WHERE id = 'rd_2'"), [(None,)]);
}

pub(super) async fn a_hold_stops_at_the_limit(base: Base) {
    let (scope, dbs) = (shop(&base).await, two_processes(&base).await);
    limited(&base, &scope, "dc_1", 50).await;
    assert_eq!(buyers(&dbs, &scope, "dc_1", 200).await, 50);
    assert_eq!(counted(&base, &scope, "dc_1").await, (50, 0));
}

pub(super) async fn one_of_twenty_has_the_last_one(base: Base) {
    let (scope, dbs) = (shop(&base).await, two_processes(&base).await);
    for round in 0..50 {
        let id = format!("dc_{round}");
        limited(&base, &scope, &id, 1).await;
        assert_eq!(buyers(&dbs, &scope, &id, 20).await, 1, "round {round}");
        assert_eq!(counted(&base, &scope, &id).await, (1, 0));
    }
}

pub(super) async fn nobody_is_refused_while_stock_is_left(base: Base) {
    let (scope, dbs) = (shop(&base).await, two_processes(&base).await);
    limited(&base, &scope, "dc_1", 100).await;
    assert_eq!(buyers(&dbs, &scope, "dc_1", 100).await, 100);
    assert_eq!(counted(&base, &scope, "dc_1").await, (100, 0));
}

pub(super) async fn a_hold_is_settled_once(base: Base) {
    let (scope, dbs) = (shop(&base).await, two_processes(&base).await);
    limited(&base, &scope, "dc_1", 8).await;
    for n in 0..8 {
        assert!(take_hold(&base.db, &scope, "dc_1", &format!("rd_{n}")).await);
    }
    // Twenty hear of each hold, half of them that it was paid, half that it was not: whoever is first is right.
    let mut tasks = JoinSet::new();
    for n in 0..160 {
        let (db, scope) = (base.db.clone(), scope.clone());
        let redeemed = n / 8 % 2 == 0;
        tasks.spawn(async move { (settle(&db, &scope, "dc_1", &format!("rd_{}", n % 8), redeemed).await, redeemed) });
    }
    let (mut redeemed, mut released) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            (true, true) => redeemed += 1,
            (true, false) => released += 1,
            (false, _) => {}
        }
    }
    assert_eq!(redeemed + released, 8);
    assert_eq!(counted(&base, &scope, "dc_1").await, (0, redeemed));
    assert!(!settle(&base.db, &scope, "dc_1", "rd_none", true).await);

    // The database itself refuses a counter below zero.
    assert!(put!(base, &scope, count_settled("dc_1", true, T)).is_err());
    assert_eq!(counted(&base, &scope, "dc_1").await, (0, redeemed));
    // What was released is there again.
    let again = buyers(&dbs, &scope, "dc_1", 20).await;
    assert_eq!(i64::try_from(again).unwrap(), released);
    assert_eq!(counted(&base, &scope, "dc_1").await, (released, redeemed));
}

pub(super) async fn terms_and_holds_race(base: Base) {
    let scope = shop(&base).await;
    let mut held_rounds = 0;
    for round in 0..50 {
        let id = format!("dc_{round}");
        put!(base, &scope, insert_code(&new_code(&id, &id))).unwrap();
        let start = Arc::new(Barrier::new(2));
        let holder = tokio::spawn({
            let (base, scope, id, start) = (base.clone(), scope.clone(), id.clone(), start.clone());
            async move {
                start.wait().await;
                take_hold(&base.db, &scope, &id, &format!("rd_{round}")).await
            }
        });
        let owner = tokio::spawn({
            let (base, scope, id) = (base.clone(), scope.clone(), id.clone());
            async move {
                start.wait().await;
                put!(base, &scope, update_terms(&id, &(&percent(5_000)).into(), T)).unwrap()
            }
        });
        let (held, changed) = (holder.await.unwrap(), owner.await.unwrap());
        assert_ne!(held, changed, "round {round}: one of the two is first, and the other sees it");
        let row = get!(base, &scope, code(&id)).unwrap();
        assert_eq!((row.held, row.terms_version), if held { (1, 1) } else { (0, 2) });
        assert_eq!(row.mint_intent_at.is_some(), held);
        held_rounds += usize::from(held);
    }
    eprintln!("the hold came first in {held_rounds} of 50 rounds");
}

pub(super) async fn a_hold_taken_again_needs_only_stock(base: Base) {
    let scope = shop(&base).await;
    limited(&base, &scope, "dc_1", 1).await;
    assert!(take_hold(&base.db, &scope, "dc_1", "rd_1").await);
    assert!(!put!(base, &scope, hold_again("dc_1", T)).unwrap(), "none is left");
    assert!(settle(&base.db, &scope, "dc_1", "rd_1", false).await);
    // The session was made while the code was good: neither a pause nor the archive undoes it.
    put!(base, &scope, update_code("dc_1", false, &at_most(1), "{}", T)).unwrap().unwrap();
    put!(base, &scope, archive_code("dc_1", T)).unwrap().unwrap();
    assert!(put!(base, &scope, hold_again("dc_1", T)).unwrap());
    assert!(!put!(base, &scope, hold_again("dc_1", T)).unwrap());
    assert!(!put!(base, &scope, hold_again("dc_none", T)).unwrap());
    assert_eq!(get!(base, &scope, code("dc_1")).unwrap().held, 1);
}

/// A hold for an owner's own checkout, until then.
async fn own_hold(base: &Base, scope: &Scope, id: &str, until: i64) {
    assert!(put!(base, scope, hold("dc_1", 1, "coupon_1", T)).unwrap().is_some());
    let own =
        NewRedemption { id, discount_code_id: "dc_1", expires_at: Some(until), now: T, ..NewRedemption::default() };
    put!(base, scope, insert_redemption(&own)).unwrap();
}

/// What one of many does to a hold whose time is over; whether it was the one that moved it, and to redeemed.
async fn ends(db: &Db, scope: &Scope, id: &str, way: usize) -> Option<bool> {
    let mut tx = db.begin().await.unwrap();
    let (moved, redeemed) = match way % 3 {
        0 => (tx.at(scope).lapse_redemption(id, T + 10).await.unwrap(), false),
        1 => (tx.at(scope).settle_redemption(id, Cause::Confirmed, T + 10).await.unwrap(), true),
        _ => (tx.at(scope).settle_redemption(id, Cause::ByBackend, T + 10).await.unwrap(), false),
    };
    if let Some(code) = &moved {
        tx.at(scope).count_settled(code, redeemed, T + 10).await.unwrap();
    }
    tx.commit().await.unwrap();
    moved.map(|_| redeemed)
}

pub(super) async fn a_hold_lapses_once_and_not_before(base: Base) {
    let (scope, dbs) = (shop(&base).await, two_processes(&base).await);
    limited(&base, &scope, "dc_1", 9).await;
    for n in 0..9 {
        own_hold(&base, &scope, &format!("rd_{n}"), T + 10).await;
    }
    let all = (i64::MIN, "");
    assert!(get!(base, lapsed_redemptions(T + 9, all, 99)).is_empty());
    assert_eq!(
        (get!(base, lapsed_redemptions(T + 10, all, 99)).len(), get!(base, lapsed_redemptions(T + 10, all, 4)).len()),
        (9, 4)
    );
    assert_eq!(put!(base, &scope, lapse_redemption("rd_0", T + 9)).unwrap(), None, "it stands yet");
    // Prolonged since it was found: it stands.
    assert!(put!(base, &scope, prolong_redemption("rd_8", T + 20, T)).unwrap());
    assert_eq!(put!(base, &scope, lapse_redemption("rd_8", T + 10)).unwrap(), None);
    let mut tasks = JoinSet::new();
    for n in 0..96 {
        let (db, scope) = (dbs[n % 2].clone(), scope.clone());
        tasks.spawn(async move { ends(&db, &scope, &format!("rd_{}", n / 12), n).await });
    }
    let (mut redeemed, mut released) = (0, 0);
    while let Some(ended) = tasks.join_next().await {
        match ended.unwrap() {
            Some(true) => redeemed += 1,
            Some(false) => released += 1,
            None => {}
        }
    }
    assert_eq!((redeemed + released, counted(&base, &scope, "dc_1").await), (8, (1, redeemed)));
    assert!(!put!(base, &scope, prolong_redemption("rd_0", T + 99, T)).unwrap(), "what is settled is not prolonged");

    // Taken again, it lapses again; the checkout's does neither.
    for n in 0..8 {
        let id = format!("rd_{n}");
        let retaken = put!(base, &scope, retake_redemption(&id, Cause::Retaken, T + 30, T + 20)).unwrap();
        let row = get!(base, &scope, redemption(&id)).unwrap();
        assert_eq!((retaken, row.settled_at.is_none()), (row.state == "held", retaken), "{id}: {}", row.history);
        if retaken {
            assert!(put!(base, &scope, hold_again("dc_1", T + 20)).unwrap());
            assert!(put!(base, &scope, lapse_redemption(&id, T + 30)).unwrap().is_some());
            put!(base, &scope, count_settled("dc_1", false, T + 30)).unwrap();
        }
    }
    assert!(put!(base, &scope, settle_redemption("rd_8", Cause::ByBackend, T)).unwrap().is_some());
    put!(base, &scope, count_settled("dc_1", false, T)).unwrap();
    assert!(take_hold(&base.db, &scope, "dc_1", "rd_checkout").await);
    assert_eq!(put!(base, &scope, lapse_redemption("rd_checkout", T + 99)).unwrap(), None);
    assert!(!put!(base, &scope, prolong_redemption("rd_checkout", T + 99, T)).unwrap());
    assert!(settle(&base.db, &scope, "dc_1", "rd_checkout", false).await);
    assert!(!put!(base, &scope, retake_redemption("rd_checkout", Cause::Retaken, T + 99, T)).unwrap());
    assert_eq!(counted(&base, &scope, "dc_1").await, (0, redeemed));
}
