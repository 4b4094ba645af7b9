//! Discount codes: what is stored comes back, and what may change when.

use super::super::query::{all, execute};
use super::super::{CodeRow, NewCode, StoreError};
use super::engine::Base;
use super::fixtures::{HUGE, ODD, T, amount, at_most, get, new_code, percent, put, raw, scope, shop, take_hold};
use app::domain::discount_code::{Limits, Minimum};
use app::domain::mode::Mode;
use app::domain::money::Currency;
use app::domain::terms::Duration;
use std::sync::Arc;
use tokio::sync::Barrier;

/// Every column, in the order of the table, to compare at once.
fn text(row: &CodeRow) -> String {
    format!("{row:?}")
}

pub(super) async fn every_column_comes_back(base: Base) {
    let scope = shop(&base).await;
    let limits = Limits {
        max_redemptions: Some(HUGE),
        max_redemptions_per_user: Some(HUGE - 1),
        minimum: Some(Minimum { amount: HUGE - 2, currency: Currency::parse("jpy", "currency").ok() }),
        starts_at: Some(-HUGE),
        expires_at: Some(HUGE),
    };
    let terms = amount(99_999_999, "jpy", Duration::Repeating(1_200));
    let full = NewCode { terms: (&terms).into(), limits, metadata: ODD, now: HUGE, ..new_code("dc_full", ODD) };
    put!(base, &scope, insert_code(&full)).unwrap();
    put!(base, &scope, insert_code(&new_code("dc_bare", "BARE"))).unwrap();

    let row = get!(base, &scope, code("dc_full")).unwrap();
    let expected = CodeRow {
        id: "dc_full".into(),
        app_id: "shop".into(),
        code: ODD.into(),
        percent_off: None,
        amount_off: Some(99_999_999),
        currency: Some("jpy".into()),
        duration: "repeating".into(),
        duration_in_months: Some(1_200),
        terms_version: 1,
        max_redemptions: Some(HUGE),
        max_redemptions_per_user: Some(HUGE - 1),
        minimum_amount: Some(HUGE - 2),
        minimum_currency: Some("jpy".into()),
        held: 0,
        redeemed: 0,
        starts_at: Some(-HUGE),
        expires_at: Some(HUGE),
        active: true,
        metadata: ODD.into(),
        created_at: HUGE,
        archived_at: None,
        mint_intent_at: None,
        coupon_id: None,
        minted_at: None,
        minted_generation: None,
        minted_account: None,
        blocked_reason: None,
    };
    assert_eq!(text(&row), text(&expected));
    assert_eq!((row.terms().unwrap(), row.limits()), (terms, limits));

    let bare = get!(base, &scope, code("dc_bare")).unwrap();
    let expected = CodeRow {
        id: "dc_bare".into(),
        code: "BARE".into(),
        percent_off: Some(2_500),
        amount_off: None,
        currency: None,
        duration: "once".into(),
        duration_in_months: None,
        max_redemptions: None,
        max_redemptions_per_user: None,
        minimum_amount: None,
        minimum_currency: None,
        starts_at: None,
        expires_at: None,
        metadata: "{}".into(),
        created_at: T,
        ..expected
    };
    assert_eq!(text(&bare), text(&expected));
    assert_eq!(bare.terms().unwrap(), percent(2_500));
    assert!(bare.metadata().unwrap().is_empty());

    let found = get!(base, &scope, code_by_text("shop", ODD)).unwrap();
    assert_eq!(text(&found), text(&row));
    assert!(get!(base, &scope, code_by_text("another", ODD)).is_none());
    assert!(get!(base, &scope, code_by_text("shop", "bare")).is_none(), "texts come normalized");
    assert!(get!(base, &scope, code("dc_none")).is_none());

    // The columns that are written later.
    put!(base, &scope, hold("dc_full", 1, "coupon_1", T)).unwrap().unwrap();
    put!(base, &scope, note_minted("dc_full", "coupon_1", HUGE, Some(ODD), T + 1)).unwrap();
    put!(base, &scope, block_code("dc_full", "coupon_1", ODD, T + 2)).unwrap();
    put!(base, &scope, count_settled("dc_full", true, T + 3)).unwrap();
    let archived = put!(base, &scope, archive_code("dc_full", T + 4)).unwrap().unwrap();
    let expected = CodeRow {
        redeemed: 1,
        archived_at: Some(T + 4),
        mint_intent_at: Some(T),
        coupon_id: Some("coupon_1".into()),
        minted_at: Some(T + 1),
        minted_generation: Some(HUGE),
        minted_account: Some(ODD.into()),
        blocked_reason: Some(ODD.into()),
        ..row
    };
    assert_eq!(text(&archived), text(&expected));
    assert_eq!(text(&get!(base, &scope, code("dc_full")).unwrap()), text(&expected));
    assert_eq!(raw!(base, (i64,), "SELECT updated_at FROM discount_codes WHERE id = 'dc_full'"), [(T + 4,)]);
}

pub(super) async fn a_text_is_taken_until_it_is_archived(base: Base) {
    let test = shop(&base).await;
    assert!(!get!(base, &test, any_code()));
    put!(base, &test, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    assert!(get!(base, &test, any_code()));
    assert!(matches!(put!(base, &test, insert_code(&new_code("dc_2", "SPRING"))), Err(StoreError::Taken)));
    assert!(matches!(put!(base, &test, insert_code(&new_code("dc_1", "OTHER"))), Err(StoreError::Taken)));
    // Another app and the other mode have texts of their own.
    put!(base, &test, insert_code(&NewCode { app_id: "another", ..new_code("dc_2", "SPRING") })).unwrap();
    put!(base, &scope("ws_a", Mode::Live), insert_code(&new_code("dc_1", "SPRING"))).unwrap();

    assert_eq!(put!(base, &test, archive_code("dc_1", T + 1)).unwrap().unwrap().archived_at, Some(T + 1));
    assert!(get!(base, &test, code_by_text("shop", "SPRING")).is_none());
    put!(base, &test, insert_code(&new_code("dc_3", "SPRING"))).unwrap();
    assert_eq!(get!(base, &test, code_by_text("shop", "SPRING")).unwrap().id, "dc_3");
    assert!(matches!(put!(base, &test, insert_code(&new_code("dc_4", "SPRING"))), Err(StoreError::Taken)));
    // As often as one likes, and the first archiving stands.
    put!(base, &test, archive_code("dc_3", T + 2)).unwrap();
    assert_eq!(put!(base, &test, archive_code("dc_1", T + 9)).unwrap().unwrap().archived_at, Some(T + 1));
    assert!(put!(base, &test, archive_code("dc_none", T)).unwrap().is_none());
}

pub(super) async fn an_archived_code_comes_back_as_it_was(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    put!(base, &scope, update_code("dc_1", true, &at_most(7), ODD, T)).unwrap();
    assert!(take_hold(&base.db, &scope, "dc_1", "rd_1").await && take_hold(&base.db, &scope, "dc_1", "rd_2").await);
    let coupon = get!(base, &scope, code("dc_1")).unwrap().coupon_id.unwrap();
    put!(base, &scope, note_minted("dc_1", &coupon, 3, Some(ODD), T + 1)).unwrap();
    put!(base, &scope, count_settled("dc_1", true, T + 2)).unwrap();
    let before = get!(base, &scope, code("dc_1")).unwrap();

    put!(base, &scope, archive_code("dc_1", T + 3)).unwrap();
    let restored = put!(base, &scope, restore_code("dc_1", T + 4)).unwrap().unwrap();
    assert_eq!(text(&restored), text(&before));
    assert_eq!(get!(base, &scope, code_by_text("shop", "SPRING")).unwrap().id, "dc_1");
    // Again changes nothing, and what is not there does not come.
    assert_eq!(text(&put!(base, &scope, restore_code("dc_1", T + 5)).unwrap().unwrap()), text(&before));
    assert!(put!(base, &scope, restore_code("dc_none", T)).unwrap().is_none());

    // While another one has its text, it stays where it is.
    put!(base, &scope, archive_code("dc_1", T + 6)).unwrap();
    put!(base, &scope, insert_code(&new_code("dc_2", "SPRING"))).unwrap();
    assert!(matches!(put!(base, &scope, restore_code("dc_1", T + 7)), Err(StoreError::Taken)));
    assert_eq!(get!(base, &scope, code("dc_1")).unwrap().archived_at, Some(T + 6));
    put!(base, &scope, archive_code("dc_2", T + 8)).unwrap();
    assert!(put!(base, &scope, restore_code("dc_1", T + 9)).unwrap().is_some());
}

pub(super) async fn one_of_many_is_restored(base: Base) {
    const MANY: usize = 10;
    let scope = shop(&base).await;
    for round in 0..10 {
        let word = format!("ROUND{round}");
        let ids: Vec<_> = (0..MANY).map(|index| format!("dc_{round}_{index}")).collect();
        for id in &ids {
            put!(base, &scope, insert_code(&new_code(id, &word))).unwrap();
            put!(base, &scope, archive_code(id, T)).unwrap();
        }
        let start = Arc::new(Barrier::new(MANY));
        let racers: Vec<_> = ids
            .iter()
            .map(|id| {
                let (base, scope, id, start) = (base.clone(), scope.clone(), id.clone(), start.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    match put!(base, &scope, restore_code(&id, T + 1)) {
                        Ok(row) => row.is_some(),
                        Err(StoreError::Taken) => false,
                        Err(error) => panic!("{error}"),
                    }
                })
            })
            .collect();
        let mut restored = Vec::new();
        for (id, racer) in ids.iter().zip(racers) {
            if racer.await.unwrap() {
                restored.push(id.clone());
            }
        }
        let [winner] = &restored[..] else { panic!("round {round}: restored were {restored:?}") };
        assert_eq!(&get!(base, &scope, code_by_text("shop", &word)).unwrap().id, winner);
    }
}

pub(super) async fn limits_and_metadata_change(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let limits = Limits { max_redemptions: Some(7), starts_at: Some(T), expires_at: Some(HUGE), ..Limits::default() };
    let row = put!(base, &scope, update_code("dc_1", false, &limits, ODD, T + 1)).unwrap().unwrap();
    assert_eq!((row.active, row.limits(), row.metadata.as_str(), row.terms_version), (false, limits, ODD, 1));
    let none = Limits::default();
    let row = put!(base, &scope, update_code("dc_1", true, &none, r#"{"a":"ü"}"#, T + 2)).unwrap().unwrap();
    assert_eq!((row.active, row.limits()), (true, none));
    assert_eq!(row.metadata().unwrap().len(), 1);
    put!(base, &scope, archive_code("dc_1", T + 3)).unwrap();
    assert!(put!(base, &scope, update_code("dc_1", false, &none, "{}", T + 4)).unwrap().is_none());
    assert!(put!(base, &scope, update_code("dc_2", false, &none, "{}", T + 4)).unwrap().is_none());
    assert!(get!(base, &scope, code("dc_1")).unwrap().active);
}

pub(super) async fn terms_stand_from_the_first_hold_on(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let next = amount(500, "eur", Duration::Forever);
    assert!(put!(base, &scope, update_terms("dc_1", &(&next).into(), T + 1)).unwrap());
    let row = get!(base, &scope, code("dc_1")).unwrap();
    assert_eq!((row.terms().unwrap(), row.terms_version), (next, 2));
    let repeating = amount(5, "usd", Duration::Repeating(3));
    assert!(put!(base, &scope, update_terms("dc_1", &(&repeating).into(), T + 1)).unwrap());
    assert_eq!(get!(base, &scope, code("dc_1")).unwrap().terms().unwrap(), repeating);

    put!(base, &scope, hold("dc_1", 3, "coupon_1", T + 2)).unwrap().unwrap();
    assert!(!put!(base, &scope, update_terms("dc_1", &(&next).into(), T + 3)).unwrap());
    // Not even when the hold was given back: the coupon may be at Stripe.
    put!(base, &scope, count_settled("dc_1", false, T + 4)).unwrap();
    assert!(!put!(base, &scope, update_terms("dc_1", &(&next).into(), T + 5)).unwrap());
    let row = get!(base, &scope, code("dc_1")).unwrap();
    assert_eq!((row.terms().unwrap(), row.terms_version, row.mint_intent_at), (repeating, 3, Some(T + 2)));

    put!(base, &scope, insert_code(&new_code("dc_2", "AUTUMN"))).unwrap();
    put!(base, &scope, archive_code("dc_2", T)).unwrap();
    assert!(!put!(base, &scope, update_terms("dc_2", &(&next).into(), T)).unwrap());
    assert!(!put!(base, &scope, update_terms("dc_3", &(&next).into(), T)).unwrap());
}

pub(super) async fn a_minted_coupon_is_noted(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    let minted = || async {
        let row = get!(base, &scope, code("dc_1")).unwrap();
        (row.minted_at, row.minted_generation, row.minted_account)
    };
    put!(base, &scope, note_minted("dc_1", "coupon_1", 1, None, T)).unwrap();
    assert_eq!(minted().await, (None, None, None), "a coupon that was never intended");
    assert!(take_hold(&base.db, &scope, "dc_1", "rd_1").await);
    put!(base, &scope, note_minted("dc_1", "coupon_9", 1, None, T)).unwrap();
    assert_eq!(minted().await, (None, None, None), "another coupon");
    put!(base, &scope, note_minted("dc_1", "coupon_1", 2, None, T + 1)).unwrap();
    assert_eq!(minted().await, (Some(T + 1), Some(2), None));
    put!(base, &scope, note_minted("dc_1", "coupon_1", 3, Some("acct_1"), T + 2)).unwrap();
    assert_eq!(minted().await, (Some(T + 1), Some(3), Some("acct_1".into())), "the first moment stays");
    put!(base, &scope, note_minted("dc_1", "coupon_1", 2, Some("acct_0"), T + 3)).unwrap();
    assert_eq!(minted().await, (Some(T + 1), Some(3), Some("acct_1".into())), "news of an older connection");
    // The intent and its coupon are chosen once.
    let row = put!(base, &scope, hold("dc_1", 1, "coupon_2", T + 4)).unwrap().unwrap();
    assert_eq!((row.mint_intent_at, row.coupon_id.as_deref(), row.held), (Some(T), Some("coupon_1"), 2));
}

pub(super) async fn blocked_until_the_owner_says_so(base: Base) {
    let scope = shop(&base).await;
    let limited = NewCode { limits: at_most(5), ..new_code("dc_1", "SPRING") };
    put!(base, &scope, insert_code(&limited)).unwrap();
    assert!(take_hold(&base.db, &scope, "dc_1", "rd_1").await);
    put!(base, &scope, note_minted("dc_1", "coupon_1", 1, Some("acct_1"), T)).unwrap();
    assert!(put!(base, &scope, unblock_code("dc_1", T)).unwrap().is_none(), "it is not blocked");
    put!(base, &scope, block_code("dc_1", "coupon_9", "another coupon", T)).unwrap();
    assert_eq!(get!(base, &scope, code("dc_1")).unwrap().blocked_reason, None);
    put!(base, &scope, block_code("dc_1", "coupon_1", ODD, T)).unwrap();
    assert_eq!(get!(base, &scope, code("dc_1")).unwrap().blocked_reason.as_deref(), Some(ODD));
    assert!(!take_hold(&base.db, &scope, "dc_1", "rd_2").await);

    let row = put!(base, &scope, unblock_code("dc_1", T + 1)).unwrap().unwrap();
    assert_eq!((row.blocked_reason, row.coupon_id, row.mint_intent_at), (None, None, None));
    assert_eq!((row.minted_at, row.minted_generation, row.minted_account), (None, None, None));
    assert_eq!((row.terms_version, row.held), (2, 1), "the count goes on");
    assert!(
        put!(base, &scope, hold("dc_1", 1, "coupon_1", T + 2)).unwrap().is_none(),
        "the old coupon is not minted again"
    );
    let row = put!(base, &scope, hold("dc_1", 2, "coupon_2", T + 2)).unwrap().unwrap();
    assert_eq!((row.coupon_id.as_deref(), row.held), (Some("coupon_2"), 2));
}

pub(super) async fn unreadable_columns_are_told(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    for (change, column) in [
        ("UPDATE discount_codes SET metadata = '[]'", "metadata"),
        ("UPDATE discount_codes SET duration = 'never'", "duration"),
        ("UPDATE discount_codes SET percent_off = NULL", "percent_off"),
        ("UPDATE discount_codes SET amount_off = 5, currency = 'zzz'", "currency"),
    ] {
        let mut tx = base.db.begin().await.unwrap();
        execute!(tx.conn(), change).unwrap();
        tx.commit().await.unwrap();
        let row = get!(base, &scope, code("dc_1")).unwrap();
        let read = if column == "metadata" { row.metadata().map(|_| ()) } else { row.terms().map(|_| ()) };
        assert!(matches!(read, Err(StoreError::Corrupt { column: told, .. }) if told == column), "{change}");
        // The next change meets a sound row but for its own.
        let mut tx = base.db.begin().await.unwrap();
        execute!(tx.conn(), "UPDATE discount_codes SET metadata = '{}', duration = 'once'").unwrap();
        tx.commit().await.unwrap();
    }
}
