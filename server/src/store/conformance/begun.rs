//! A checkout that begins in one statement: what it writes is what the three would, and all of it or nothing.

use super::super::query::all;
use super::super::{CodeRow, Db, Hold, NewCheckout, NewCode, NewRedemption, Row, StoreError, Tx};
use super::engine::Base;
use super::fixtures::{T, at_most, counted, get, new_checkout, new_code, put, raw, shop};
use crate::scope::Scope;
use app::domain::discount_code::Limits;
use tokio::task::JoinSet;

/// A code as it is read before its hold, with the coupon that it would get.
fn wanted(row: CodeRow) -> CodeRow {
    CodeRow { coupon_id: Some(row.coupon_id.unwrap_or_else(|| "coupon_1".into())), ..row }
}

pub(super) fn redemption<'a>(id: &'a str, code: &'a str, checkout: &'a str) -> NewRedemption<'a> {
    NewRedemption {
        id,
        discount_code_id: code,
        checkout_id: Some(checkout),
        user_id: Some("user"),
        customer: Some("ada"),
        now: T,
        ..NewRedemption::default()
    }
}

fn checkout<'a>(id: &'a str, code: &'a str, redemption: &'a str, key: Option<&'a str>) -> NewCheckout<'a> {
    NewCheckout {
        discount_code_id: Some(code),
        redemption_id: Some(redemption),
        email_key: Some("ada@example.com".into()),
        account: Some("acct_1"),
        ..new_checkout(id, key)
    }
}

async fn begin(tx: &mut Tx, scope: Scope, code: CodeRow, n: usize, key: Option<String>) -> Result<bool, StoreError> {
    let (held, begun) = (format!("rd_{n}"), format!("co_{n}"));
    let new = checkout(&begun, &code.id, &held, key.as_deref());
    let hold = Hold { code: &code, now: T };
    let taken = tx.at(&scope).begin_checkout(&hold, &redemption(&held, &code.id, &begun), &new).await?;
    Ok(taken.is_some())
}

/// Every column of both tables in an order of their own, without what names the row.
async fn written(base: &Base, code: &str) -> Vec<String> {
    let rows = |sql| async move { raw!(base, (String,), sql, code).into_iter().map(|(row,)| row).collect::<Vec<_>>() };
    let mut all = rows(
        "SELECT workspace_id || mode || state || user_id || customer || history || created_at || updated_at || COALESCE(expires_at, -1)
            || COALESCE(idempotency_key, '-') || COALESCE(settled_at, -1) FROM redemptions WHERE discount_code_id = $1",
    )
    .await;
    all.extend(
        rows(
            "SELECT workspace_id || mode || app_id || COALESCE(idempotency_key, '-') || request || step || attempt || attempted_at || generation
                || stripe_params || busy_until || created_at || updated_at || email_key || account FROM checkouts WHERE discount_code_id = $1",
        )
        .await,
    );
    all.extend(
        rows("SELECT held || coupon_id || mint_intent_at || updated_at FROM discount_codes WHERE id = $1").await,
    );
    all
}

pub(super) async fn it_writes_what_the_steps_write(base: Base) {
    let scope = shop(&base).await;
    for id in ["dc_1", "dc_2"] {
        put!(base, &scope, insert_code(&new_code(id, id))).unwrap();
    }
    let read = wanted(get!(base, &scope, code("dc_1")).unwrap());
    let (row, new) = (redemption("rd_1", "dc_1", "co_1"), checkout("co_1", "dc_1", "rd_1", None));
    let held = put!(base, &scope, begin_checkout(&Hold { code: &read, now: T }, &row, &new)).unwrap().unwrap();
    assert_eq!((held.held, held.coupon_id.as_deref(), held.mint_intent_at), (1, Some("coupon_1"), Some(T)));

    put!(base, &scope, hold("dc_2", 1, "coupon_1", T)).unwrap().unwrap();
    put!(base, &scope, insert_redemption(&redemption("rd_2", "dc_2", "co_2"))).unwrap();
    put!(base, &scope, insert_checkout(&checkout("co_2", "dc_2", "rd_2", None))).unwrap();
    let (at_once, in_steps) = (written(&base, "dc_1").await, written(&base, "dc_2").await);
    assert_eq!((at_once.len(), &at_once), (3, &in_steps));
    let links = "SELECT r.checkout_id || c.redemption_id FROM redemptions r JOIN checkouts c ON c.id = r.checkout_id ORDER BY 1";
    assert_eq!(raw!(base, (String,), links), [("co_1rd_1".to_owned(),), ("co_2rd_2".to_owned(),)]);
}

/// The same for a redemption without a checkout of ours; what it was read as is minted by this connection, too.
pub(super) async fn an_own_redemption_is_begun_as_in_steps(base: Base) {
    let scope = shop(&base).await;
    for id in ["dc_1", "dc_2"] {
        put!(base, &scope, insert_code(&new_code(id, id))).unwrap();
        put!(base, &scope, hold(id, 1, "coupon_1", T)).unwrap().unwrap();
        let first = format!("rd_{id}");
        put!(base, &scope, insert_redemption(&redemption(&first, id, "co_before"))).unwrap();
        put!(base, &scope, note_minted(id, "coupon_1", 2, None, T)).unwrap();
    }
    let read = get!(base, &scope, code("dc_1")).unwrap();
    let own = |id, code| NewRedemption { checkout_id: None, expires_at: Some(T + 9), ..redemption(id, code, "") };
    let begin = async |code: &CodeRow, generation| {
        let hold = Hold { code, now: T };
        put!(base, &scope, begin_redemption(&hold, generation, &own("rd_1", "dc_1"))).unwrap()
    };
    for generation in [1, 3] {
        assert!(begin(&read, generation).await.is_none(), "minted by another generation than {generation}");
    }
    assert!(begin(&CodeRow { terms_version: 2, ..read.clone() }, 2).await.is_none(), "other terms");
    assert!(begin(&CodeRow { max_redemptions: Some(9), ..read.clone() }, 2).await.is_none(), "a limit");
    assert!(get!(base, &scope, redemption("rd_1")).is_none());
    assert_eq!(counted(&base, &scope, "dc_1").await, (1, 0));

    let held = begin(&read, 2).await.unwrap();
    assert_eq!((held.held, held.coupon_id.as_deref(), held.minted_generation), (2, Some("coupon_1"), Some(2)));
    put!(base, &scope, hold("dc_2", 1, "coupon_1", T)).unwrap().unwrap();
    put!(base, &scope, insert_redemption(&own("rd_2", "dc_2"))).unwrap();
    for id in ["dc_1", "dc_2"] {
        assert_eq!(counted(&base, &scope, id).await, (2, 0));
    }
    let columns = "SELECT workspace_id || mode || state || user_id || customer || history || created_at || updated_at || expires_at
            || COALESCE(checkout_id, '-') || COALESCE(idempotency_key, '-') || COALESCE(settled_at, -1) FROM redemptions WHERE id = $1";
    let row = async |id: &str| raw!(base, (String,), columns, id);
    let (at_once, in_steps) = (row("rd_1").await, row("rd_2").await);
    assert_eq!((at_once.len(), &at_once), (1, &in_steps));
}

/// Each difference between what was read and what is there; nothing is written then.
pub(super) async fn it_writes_nothing_where_it_was_read_otherwise(base: Base) {
    let scope = shop(&base).await;
    let limits = [
        ("sold out", at_most(0)),
        ("over", Limits { expires_at: Some(T), ..Limits::default() }),
        ("to come", Limits { starts_at: Some(T + 1), ..Limits::default() }),
    ];
    for (n, (what, limits)) in limits.into_iter().enumerate() {
        let id = format!("dc_{n}");
        put!(base, &scope, insert_code(&NewCode { limits, ..new_code(&id, &id) })).unwrap();
        let read = wanted(get!(base, &scope, code(&id)).unwrap());
        refused(&base, &scope, read, what).await;
    }
    put!(base, &scope, insert_code(&new_code("dc_1st", "SPRING"))).unwrap();
    put!(base, &scope, hold("dc_1st", 1, "coupon_1", T)).unwrap().unwrap();
    put!(base, &scope, insert_redemption(&redemption("rd_before", "dc_1st", "co_before"))).unwrap();
    let read = get!(base, &scope, code("dc_1st")).unwrap();
    let before = [
        ("other terms", CodeRow { terms_version: 2, ..read.clone() }),
        ("another coupon", CodeRow { coupon_id: Some("coupon_2".into()), ..read.clone() }),
        ("a limit", CodeRow { max_redemptions: Some(5), ..read.clone() }),
        ("another code", CodeRow { id: "dc_none".into(), ..read.clone() }),
    ];
    for (what, read) in before {
        refused(&base, &scope, read, what).await;
    }
    let each = Limits { max_redemptions_per_user: Some(1), ..Limits::default() };
    for (what, active, limits) in [("paused", false, Limits::default()), ("one a customer", true, each)] {
        put!(base, &scope, update_code("dc_1st", active, &limits, "{}", T)).unwrap().unwrap();
        refused(&base, &scope, read.clone(), what).await;
    }
    put!(base, &scope, update_code("dc_1st", true, &Limits::default(), "{}", T)).unwrap().unwrap();
    put!(base, &scope, block_code("dc_1st", "coupon_1", "changed", T)).unwrap();
    refused(&base, &scope, read, "blocked").await;
}

async fn refused(base: &Base, scope: &Scope, read: CodeRow, what: &str) {
    let id = read.id.clone();
    let mut tx = base.db.begin().await.unwrap();
    assert!(!begin(&mut tx, scope.clone(), read, 1, None).await.unwrap(), "{what}");
    tx.commit().await.unwrap();
    assert_eq!(raw!(base, (String,), "SELECT id FROM checkouts"), [], "{what}");
    if id != "dc_none" {
        counted(base, scope, &id).await;
    }
}

/// Many at once in one lane, some of which the database refuses: the others stand, each once, and no more than the limit.
pub(super) async fn one_that_fails_is_undone_alone(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, insert_code(&NewCode { limits: at_most(50), ..new_code("dc_1", "SPRING") })).unwrap();
    put!(base, &scope, insert_checkout(&new_checkout("co_before", Some("taken")))).unwrap();
    let read = wanted(get!(base, &scope, code("dc_1")).unwrap());
    let mut tasks = JoinSet::new();
    for n in 0..120 {
        let (db, scope, read): (Db, _, _) = (base.db.clone(), scope.clone(), read.clone());
        let key = (n % 7 == 3).then(|| "taken".to_owned());
        tasks.spawn(async move {
            (n, db.write_at_once(Row::Code("dc_1"), move |tx| Box::pin(begin(tx, scope, read, n, key))).await)
        });
    }
    let (mut held, mut broken) = (0, 0);
    for (n, done) in tasks.join_all().await {
        match done {
            Ok(taken) => {
                held += usize::from(taken);
                let there = get!(base, &scope, redemption(&format!("rd_{n}"))).is_some();
                assert_eq!(there, taken, "rd_{n}");
            }
            Err(error) => {
                assert!(matches!(error, StoreError::Taken) && n % 7 == 3, "{n}: {error:?}");
                broken += 1;
            }
        }
    }
    assert_eq!(held, 50);
    assert!(broken > 0, "none met the key that is taken");
    assert_eq!(counted(&base, &scope, "dc_1").await, (50, 0));
}
