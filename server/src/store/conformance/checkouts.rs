//! Checkouts: what is stored comes back, who may work on one, and what the sweeps find.

use super::super::query::{all, execute};
use super::super::{Busy, CheckoutRow, NewCheckout, NewConnection, Step, StoreError, Unasked};
use super::engine::Base;
use super::fixtures::{HUGE, ODD, T, get, new_checkout, next_attempt, put, raw, scope, shop};
use app::domain::mode::Mode;
use app::wire::api::CheckoutSession;
use tokio::task::JoinSet;

pub(super) async fn every_column_comes_back(base: Base) {
    let scope = shop(&base).await;
    assert!(!get!(base, &scope, any_checkout()));
    let full = NewCheckout {
        request: ODD,
        discount_code_id: Some("dc_1"),
        redemption_id: Some("rd_1"),
        generation: HUGE,
        account: Some(ODD),
        stripe_params: ODD,
        busy_until: HUGE,
        ..new_checkout("co_1", Some(ODD))
    };
    put!(base, &scope, insert_checkout(&full)).unwrap();
    let row = get!(base, &scope, checkout_by_key(ODD)).unwrap();
    assert_eq!((row.workspace_id.as_str(), row.mode.as_str(), row.id.as_str()), ("ws_a", "test", "co_1"));
    assert_eq!((row.request.as_str(), row.stripe_params.as_str()), (ODD, ODD));
    assert_eq!((row.discount_code_id.as_deref(), row.redemption_id.as_deref()), (Some("dc_1"), Some("rd_1")));
    assert_eq!((row.step().unwrap(), row.attempt, row.attempted_at, row.generation), (Step::Intent, 1, T, HUGE));
    assert_eq!((row.session_id, row.answer, row.created_at), (None, None, T));
    assert_eq!((row.account.as_deref(), row.session_expires_at), (Some(ODD), None));
    assert!(get!(base, &scope, checkout_by_key("another")).is_none());

    // Rows without a code, and the columns that no call gives back.
    put!(base, &scope, insert_checkout(&new_checkout("co_2", None))).unwrap();
    let rest = || async {
        type Rest = (String, Option<String>, Option<String>, Option<String>, i64, Option<i64>, i64);
        let sql = "SELECT app_id, idempotency_key, discount_code_id, redemption_id, busy_until, session_expires_at, updated_at \
                   FROM checkouts WHERE id = 'co_2'";
        raw!(base, Rest, sql).remove(0)
    };
    assert_eq!(rest().await, ("shop".into(), None, None, None, T + 1_000, None, T));
    assert!(put!(base, &scope, renew_checkout("co_2", 1, Step::Intent, T + 2_000)).unwrap());
    assert!(put!(base, &scope, settle_checkout("co_2", 1, Step::Uncertain, T, T)).unwrap());
    assert!(put!(base, &scope, reclaim_checkout("co_2", 1, Some("rd_9"), T)).unwrap());
    assert_eq!(get!(base, &scope, checkout("co_2")).unwrap().redemption_id.as_deref(), Some("rd_9"));
    assert!(put!(base, &scope, settle_checkout("co_2", 1, Step::Refused, T, T)).unwrap());
    assert!(put!(base, &scope, next_attempt("co_2", 1, &next_attempt())).unwrap());
    let second = ("shop".into(), None, Some("dc_2".into()), Some("rd_2".into()), T + 3_000, None, T + 1);
    assert_eq!(rest().await, second);

    let url = r#"{"id":"cs_test_1","url":"https://checkout.stripe.com/c/pay/1"}"#;
    assert!(put!(base, &scope, open_checkout("co_2", 2, "cs_test_1", HUGE, url, T + 2)).unwrap());
    assert_eq!(rest().await.5, Some(HUGE));
    assert!(get!(base, &scope, any_checkout()));
    let row = get!(base, &scope, open_checkouts(9)).remove(0);
    assert_eq!((row.id.as_str(), row.attempt, row.attempted_at, row.generation), ("co_2", 2, T + 1, 7));
    assert_eq!((row.account.as_deref(), row.session_expires_at), (Some("acct_2"), Some(HUGE)));
    assert_eq!((row.step().unwrap(), row.session_id.as_deref()), (Step::Open, Some("cs_test_1")));
    assert_eq!((row.answer.as_deref(), row.stripe_params.as_str()), (Some(url), "params 2"));

    // Its money takes days: it is asked for at its own time, and the first moment stays.
    let due = async |now| {
        get!(base, &scope, undecided_checkouts(now, 9)).into_iter().map(|row| row.undecided_since).collect::<Vec<_>>()
    };
    assert!(put!(base, &scope, note_undecided("co_2", T, T + 10)).unwrap());
    assert!(put!(base, &scope, note_undecided("co_2", T + 9, T + 20)).unwrap());
    assert!(get!(base, &scope, open_checkouts(9)).is_empty());
    assert_eq!((due(T + 19).await, due(T + 20).await), (vec![], vec![Some(T)]));
    assert!(put!(base, &scope, end_checkout("co_2", Step::Complete, T + 30)).unwrap());
    assert!(!put!(base, &scope, note_undecided("co_2", T, T)).unwrap());
    assert!(due(HUGE).await.is_empty());
}

pub(super) async fn keys_and_sessions_are_unique(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_checkout(&new_checkout("co_1", Some("key")))).unwrap();
    let taken = |done| matches!(done, Err(StoreError::Taken));
    assert!(taken(put!(base, &scope, insert_checkout(&new_checkout("co_1", None)))));
    assert!(taken(put!(base, &scope, insert_checkout(&new_checkout("co_2", Some("key"))))));
    for id in ["co_2", "co_3"] {
        put!(base, &scope, insert_checkout(&new_checkout(id, None))).unwrap();
    }
    assert!(put!(base, &scope, open_checkout("co_2", 1, "cs_1", T, "{}", T)).unwrap());
    let twice = put!(base, &scope, open_checkout("co_3", 1, "cs_1", T, "{}", T));
    assert!(matches!(twice, Err(StoreError::Taken)), "a session belongs to one checkout");

    // A key is free again once its checkout was refused, not before.
    assert!(!put!(base, &scope, detach_refused_checkout("key")).unwrap());
    assert!(put!(base, &scope, settle_checkout("co_1", 1, Step::Refused, T, T)).unwrap());
    assert!(put!(base, &scope, detach_refused_checkout("key")).unwrap());
    assert!(!put!(base, &scope, detach_refused_checkout("key")).unwrap());
    assert!(get!(base, &scope, checkout_by_key("key")).is_none());
    put!(base, &scope, insert_checkout(&new_checkout("co_4", Some("key")))).unwrap();
    // A key whose own row was forgotten is let go of whatever the step.
    put!(base, &scope, detach_checkout("key")).unwrap();
    assert!(get!(base, &scope, checkout_by_key("key")).is_none());
    assert_eq!(get!(base, &scope, checkout("co_4")).unwrap().id, "co_4");
    put!(base, &scope, insert_checkout(&new_checkout("co_5", Some("key")))).unwrap();

    // What cannot be read is told, and is no panic.
    let mut tx = base.db.begin().await.unwrap();
    execute!(tx.conn(), "UPDATE checkouts SET step = 'unheard of', request = '[', answer = '[' WHERE id = 'co_5'")
        .unwrap();
    tx.commit().await.unwrap();
    let row = get!(base, &scope, checkout_by_key("key")).unwrap();
    assert!(matches!(row.step(), Err(StoreError::Corrupt { column: "step", .. })));
    assert!(matches!(row.request(), Err(StoreError::Corrupt { column: "request", .. })));
    let answer: Result<Option<CheckoutSession>, _> = row.answer();
    assert!(matches!(answer, Err(StoreError::Corrupt { column: "answer", .. })));
}

pub(super) async fn the_abandoned_are_found(base: Base) {
    let scope = shop(&base).await;
    for (id, busy_until) in [("co_1", T + 3), ("co_2", T + 1), ("co_3", T + 2), ("co_4", T + 4), ("co_5", T)] {
        put!(base, &scope, insert_checkout(&NewCheckout { busy_until, ..new_checkout(id, None) })).unwrap();
    }
    put!(base, &scope, open_checkout("co_5", 1, "cs_5", T, "{}", T)).unwrap();
    assert!(put!(base, &scope, settle_checkout("co_3", 1, Step::Uncertain, T, T + 2)).unwrap());
    let found = |now, limit| {
        let base = base.clone();
        async move {
            get!(base, abandoned_checkouts(now, limit, &Busy::default()))
                .into_iter()
                .map(|row| row.id)
                .collect::<Vec<_>>()
        }
    };
    assert!(found(T, 9).await.is_empty());
    assert_eq!(found(T + 3, 9).await, ["co_2", "co_1", "co_3"], "who holds comes first, then who waits longest");
    assert_eq!(found(T + 3, 2).await, ["co_2", "co_1"]);
    // Whoever takes one has it alone until his time runs out.
    assert!(!put!(base, &scope, take_checkout("co_1", T + 2, T + 50)).unwrap());
    assert!(put!(base, &scope, take_checkout("co_1", T + 3, T + 50)).unwrap());
    assert_eq!(found(T + 3, 9).await, ["co_2", "co_3"]);
    assert!(put!(base, &scope, settle_checkout("co_2", 1, Step::Refused, T, T)).unwrap());
    assert!(put!(base, &scope, settle_checkout("co_3", 1, Step::Expired, T, T)).unwrap());
    assert_eq!(found(T + 50, 9).await, ["co_4", "co_1"]);
    let busy = |workspace, mode| Busy::of([("ws_x", "test"), (workspace, mode)]);
    assert!(get!(base, abandoned_checkouts(HUGE, 9, &busy("ws_a", "test"))).is_empty(), "somebody works on them");
    assert_eq!(get!(base, abandoned_checkouts(HUGE, 9, &busy("ws_a", "live"))).len(), 2);
    assert_eq!(get!(base, abandoned_checkouts(HUGE, 9, &Busy::default()))[0].workspace_id, "ws_a");
}

/// However many of one owner's wait, and however long: each other owner's oldest comes in the same turn.
pub(super) async fn nobodys_abandoned_crowd_out_anothers(base: Base) {
    let scope = shop(&base).await;
    put!(base, insert_workspace("ws_z", "Workspace", T)).unwrap();
    let other = super::fixtures::scope("ws_z", Mode::Live);
    for n in 0..30 {
        let (id, busy_until) = (format!("co_{n:02}"), T + n);
        put!(base, &scope, insert_checkout(&NewCheckout { busy_until, ..new_checkout(&id, None) })).unwrap();
    }
    for (id, busy_until) in [("co_x", T + 90), ("co_y", T + 91)] {
        put!(base, &other, insert_checkout(&NewCheckout { busy_until, ..new_checkout(id, None) })).unwrap();
    }
    let found = || {
        let base = base.clone();
        async move {
            let rows = get!(base, abandoned_checkouts(HUGE, 5, &Busy::default()));
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(found().await, ["co_00", "co_x", "co_01", "co_y", "co_02"]);
    // A crowd that holds nothing any more keeps nobody's hold waiting, their own neither.
    for n in 0..29 {
        assert!(put!(base, &scope, settle_checkout(&format!("co_{n:02}"), 1, Step::Uncertain, T, T)).unwrap());
    }
    assert_eq!(found().await, ["co_29", "co_x", "co_y", "co_00", "co_01"]);
}

pub(super) async fn the_open_are_found(base: Base) {
    let scope = shop(&base).await;
    for (id, redemption_id) in [("co_2", Some("rd_2")), ("co_1", Some("rd_1")), ("co_3", None), ("co_4", Some("rd_4"))]
    {
        put!(base, &scope, insert_checkout(&NewCheckout { redemption_id, ..new_checkout(id, None) })).unwrap();
    }
    for id in ["co_1", "co_2", "co_3"] {
        put!(base, &scope, open_checkout(id, 1, &format!("cs_{id}"), T, "{}", T)).unwrap();
    }
    let found = |limit| {
        let (base, scope) = (base.clone(), scope.clone());
        async move { get!(base, &scope, open_checkouts(limit)).into_iter().map(|row| row.id).collect::<Vec<_>>() }
    };
    assert_eq!(found(9).await, ["co_1", "co_2"]);
    assert_eq!(found(1).await, ["co_1"]);
    for (most, count) in [(9, 2), (2, 2), (1, 1), (0, 0)] {
        assert_eq!(get!(base, &scope, count_open_checkouts(most)), count);
    }
    let ids = |rows: Vec<CheckoutRow>| {
        let mut ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        ids.sort();
        ids
    };
    let named = get!(base, &scope, open_checkouts_of(&["cs_co_2", "cs_co_3", "cs_co_1", "cs_other", "it's"]));
    assert_eq!(ids(named), ["co_1", "co_2"], "the third one holds nothing");
    assert!(get!(base, &scope, open_checkouts_of(&[])).is_empty());
    let over = async |generation, account, over_at, limit| {
        ids(get!(base, &scope, open_checkouts_over(generation, account, over_at, limit)))
    };
    let generation = get!(base, &scope, open_checkouts(1))[0].generation;
    assert_eq!(over(generation, None, T, 9).await, ["co_1", "co_2"]);
    assert_eq!(over(generation, None, T, 1).await.len(), 1);
    assert!(over(generation, None, T - 1, 9).await.is_empty(), "its time is not over");
    assert!(over(generation + 1, None, T, 9).await.is_empty(), "nor of another connection");
    assert!(over(generation + 1, Some("acct_other"), T, 9).await.is_empty());
    assert!(put!(base, &scope, end_checkout("co_1", Step::Complete, T)).unwrap());
    assert_eq!(found(9).await, ["co_2"]);
    assert_eq!(ids(get!(base, &scope, open_checkouts_of(&["cs_co_1", "cs_co_2"]))), ["co_2"]);
    assert!(put!(base, &scope, end_checkout("co_2", Step::Expired, T)).unwrap());
    assert!(get!(base, &scope, any_checkout()), "it was opened once");
}

pub(super) async fn the_unverifiable_are_found(base: Base) {
    let test = shop(&base).await;
    let account = Some("acct_1");
    for (id, generation, end) in [("co_1", 1, T), ("co_2", 2, T), ("co_3", 1, T + 5), ("co_4", 1, T)] {
        let new = new_checkout(id, None);
        put!(base, &test, insert_checkout(&NewCheckout { generation, account, redemption_id: Some(id), ..new }))
            .unwrap();
        if id != "co_4" {
            put!(base, &test, open_checkout(id, 1, id, end, "{}", T)).unwrap();
        }
    }
    let found = |ended_before, limit| {
        let base = base.clone();
        async move {
            let unasked = Unasked { ended_before, undecided_before: T, after: (i64::MIN, ""), limit };
            get!(base, unverifiable_checkouts(&unasked)).into_iter().map(|row| row.id).collect::<Vec<_>>()
        }
    };
    assert!(found(T, 9).await.is_empty());
    assert_eq!(found(T + 1, 9).await, ["co_1", "co_2"]);
    assert_eq!(found(T + 1, 1).await, ["co_1"]);
    // Read on behind the last one.
    let unasked = Unasked { ended_before: T + 9, undecided_before: T, after: (T, "co_1"), limit: 9 };
    let rest: Vec<_> = get!(base, unverifiable_checkouts(&unasked)).into_iter().map(|row| row.id).collect();
    assert_eq!(rest, ["co_2", "co_3"]);
    let connection = |generation, account| NewConnection {
        generation,
        method: "key",
        account,
        key_hint: "…",
        secret: Some(b"sealed"),
        permissions: "{}",
        now: T,
    };
    // Neither the other mode's connection nor one of another generation can ask for a session.
    put!(base, &scope("ws_a", Mode::Live), put_connection(&connection(1, account))).unwrap();
    assert_eq!(found(T + 1, 9).await, ["co_1", "co_2"]);
    assert!(put!(base, &test, put_connection(&connection(1, None))).unwrap());
    assert_eq!(found(T + 9, 9).await, ["co_2"]);
    put!(base, &test, park_connection(1, "revoked", T)).unwrap();
    assert_eq!(found(T + 9, 9).await, ["co_1", "co_2", "co_3"]);
    // Another key: of an account that is not known, of another one, of the same one.
    assert!(put!(base, &test, put_connection(&connection(2, None))).unwrap());
    assert_eq!(found(T + 9, 9).await, ["co_1", "co_3"]);
    assert!(put!(base, &test, put_connection(&connection(3, Some("acct_2")))).unwrap());
    assert_eq!(found(T + 9, 9).await, ["co_1", "co_2", "co_3"]);
    // Money that is on its way is waited for; what counts nothing waits for nothing.
    assert!(put!(base, &test, note_undecided("co_1", T, T)).unwrap());
    assert!(put!(base, &test, note_undecided("co_2", T - 1, T)).unwrap());
    assert_eq!(found(T + 9, 9).await, ["co_2", "co_3"]);
    assert!(put!(base, &test, put_connection(&connection(4, account))).unwrap());
    assert!(found(T + 9, 9).await.is_empty());
    put!(base, &test, insert_checkout(&NewCheckout { account, ..new_checkout("co_5", None) })).unwrap();
    put!(base, &test, open_checkout("co_5", 1, "co_5", T, "{}", T)).unwrap();
    assert_eq!((found(T, 9).await.len(), found(T + 1, 9).await), (0, vec!["co_5".to_owned()]));
}

pub(super) async fn one_of_twenty_takes_it(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_checkout(&new_checkout("co_1", None))).unwrap();
    let mut racers = JoinSet::new();
    for n in 0..20 {
        let (base, scope) = (base.clone(), scope.clone());
        racers.spawn(async move { put!(base, &scope, take_checkout("co_1", T + 1_000, T + 2_000 + n)).unwrap() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|took| *took).count(), 1);
}

pub(super) async fn one_of_twenty_opens_it(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_checkout(&new_checkout("co_1", Some("key")))).unwrap();
    // Ten store the session they found, ten settle it otherwise: one of them all has the say.
    let mut racers = JoinSet::new();
    for n in 0..20 {
        let (base, scope) = (base.clone(), scope.clone());
        racers.spawn(async move {
            if n % 2 == 0 {
                put!(base, &scope, open_checkout("co_1", 1, &format!("cs_{n}"), T, "{}", T)).unwrap()
            } else {
                put!(base, &scope, settle_checkout("co_1", 1, Step::Refused, T, T)).unwrap()
            }
        });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|won| *won).count(), 1);
    let row = get!(base, &scope, checkout_by_key("key")).unwrap();
    assert_eq!(row.session_id.is_some(), row.step().unwrap() == Step::Open);

    let mut enders = JoinSet::new();
    put!(base, &scope, insert_checkout(&new_checkout("co_2", None))).unwrap();
    put!(base, &scope, open_checkout("co_2", 1, "cs_end", T, "{}", T)).unwrap();
    for n in 0..20 {
        let (base, scope) = (base.clone(), scope.clone());
        let step = if n % 2 == 0 { Step::Complete } else { Step::Expired };
        enders.spawn(async move { put!(base, &scope, end_checkout("co_2", step, T)).unwrap() });
    }
    assert_eq!(enders.join_all().await.into_iter().filter(|ended| *ended).count(), 1);
}
