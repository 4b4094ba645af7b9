//! What belongs to a workspace beside its codes: apps, keys, the connection, prices.

use super::super::query::all;
use super::super::{
    CheckRow, ConnectionRow, KeyQuestion, KeyRow, NewApiKey, NewCheckout, NewCode, NewConnection, OF_WORKSPACES,
    PriceRow, StoreError, WAITING,
};
use super::engine::Base;
use super::fixtures::{HUGE, ODD, T, get, new_checkout, new_code, put, raw, scope, shop, shop_of};
use crate::scope::Scope;
use app::domain::mode::Mode;
use tokio::task::JoinSet;

pub(super) async fn apps_and_their_counts(base: Base) {
    let test = shop(&base).await;
    put!(base, &test, insert_app("another", ODD, HUGE)).unwrap();
    assert!(matches!(put!(base, &test, insert_app("shop", "Twice", T)), Err(StoreError::Taken)));
    let app = get!(base, &test, app("another")).unwrap();
    assert_eq!((app.id.as_str(), app.name.as_str()), ("another", ODD));
    assert!(get!(base, &test, app("Another")).is_none());
    // An app belongs to the workspace and is there in both modes.
    let live = scope("ws_a", Mode::Live);
    let ids: Vec<_> = get!(base, &live, apps()).into_iter().map(|app| app.id).collect();
    assert_eq!(ids, ["another", "shop"]);
    assert_eq!(raw!(base, (i64,), "SELECT created_at FROM apps WHERE id = 'another'"), [(HUGE,)]);

    for (id, app_id) in [("dc_1", "shop"), ("dc_2", "shop"), ("dc_3", "another"), ("dc_4", "another")] {
        put!(base, &test, insert_code(&NewCode { app_id, ..new_code(id, id) })).unwrap();
    }
    put!(base, &test, archive_code("dc_4", T)).unwrap();
    let mut counts = get!(base, &test, code_counts_by_app());
    counts.sort();
    assert_eq!(counts, [("another".to_owned(), 1), ("shop".to_owned(), 2)]);
    assert!(get!(base, &live, code_counts_by_app()).is_empty());
}

/// A turn is a try, whatever became of it: who fails every time keeps nobody waiting.
pub(super) async fn the_longest_unchecked_come_first(base: Base) {
    let mut scopes = Vec::new();
    for workspace in ["ws_a", "ws_b", "ws_c", "ws_d"] {
        let scope = shop_of(&base, workspace).await;
        put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
        scopes.push(scope);
    }
    let due = |since, limit| {
        let base = base.clone();
        async move { get!(base, ledgers_to_check(since, limit)).into_iter().map(|(id, _)| id).collect::<Vec<_>>() }
    };
    assert_eq!(due(T, 3).await, ["ws_a", "ws_b", "ws_c"]);
    for (scope, at) in [(&scopes[0], T + 2), (&scopes[1], T + 1), (&scopes[0], T + 3)] {
        put!(base, scope, try_ledger_check(at)).unwrap();
    }
    assert_eq!(due(T, 3).await, ["ws_c", "ws_d", "ws_b"], "never tried, then the longest ago");
    assert_eq!(due(T, 9).await.last().unwrap(), "ws_a");
    assert_eq!(get!(base, &scopes[0], ledger_check()), None, "a try is no check");
    let check = CheckRow { checked_at: T + 4, codes: 1, sessions: 0, wrong: 0, found: "[]".into(), unasked: None };
    assert!(put!(base, &scopes[0], put_ledger_check(&check, None)).unwrap());
    assert_eq!(get!(base, &scopes[0], ledger_check()).as_ref(), Some(&check));
    assert!(!put!(base, &scopes[0], put_ledger_check(&check, None)).unwrap(), "another check has ended meanwhile");
    assert_eq!(due(T + 3, 9).await, ["ws_c", "ws_d", "ws_b"]);
    assert_eq!(due(T + 4, 9).await, ["ws_c", "ws_d", "ws_b", "ws_a"], "its time has come again");
    // Checked by a process that noted no tries.
    assert!(put!(base, &scopes[2], put_ledger_check(&check, None)).unwrap());
    assert_eq!(due(T + 4, 9).await, ["ws_d", "ws_b", "ws_a", "ws_c"]);
}

pub(super) async fn api_keys(base: Base) {
    let scope = shop(&base).await;
    let new = NewApiKey {
        id: "key_1",
        app_id: None,
        name: ODD,
        rights: "full",
        hash: b"hash 1\0\xff",
        hint: "…abcd",
        now: HUGE,
    };
    put!(base, &scope, insert_api_key(&new)).unwrap();
    let same_hash = NewApiKey { id: "key_9", ..new };
    assert!(matches!(put!(base, &scope, insert_api_key(&same_hash)), Err(StoreError::Taken)));
    let second = NewApiKey { id: "key_2", app_id: Some("shop"), hash: b"hash 2", ..new };
    put!(base, &scope, insert_api_key(&second)).unwrap();

    let key = base.db.look(KeyQuestion::new(b"hash 1\0\xff")).await.unwrap().unwrap();
    assert_eq!((key.workspace_id.as_str(), key.mode.as_str(), key.id.as_str()), ("ws_a", "test", "key_1"));
    assert_eq!((key.app_id, key.name.as_str(), key.rights.as_str(), key.hint.as_str()), (None, ODD, "full", "…abcd"));
    assert_eq!((key.created_at, key.last_used_at), (HUGE, None));
    assert!(base.db.look(KeyQuestion::new(b"hash 3")).await.unwrap().is_none());

    put!(base, &scope, touch_api_key("key_2", HUGE)).unwrap();
    let listed: Vec<_> = get!(base, &scope, api_keys()).into_iter().map(|k| (k.id, k.app_id, k.last_used_at)).collect();
    let newest_first = [("key_2".to_owned(), Some("shop".to_owned()), Some(HUGE)), ("key_1".to_owned(), None, None)];
    assert_eq!(listed, newest_first);

    assert!(put!(base, &scope, revoke_api_key("key_2", T)).unwrap());
    assert!(!put!(base, &scope, revoke_api_key("key_2", T + 1)).unwrap());
    assert!(!put!(base, &scope, revoke_api_key("key_3", T)).unwrap());
    assert!(base.db.look(KeyQuestion::new(b"hash 2")).await.unwrap().is_none());
    assert_eq!(get!(base, &scope, api_keys()).len(), 1);
    assert_eq!(raw!(base, (Option<i64>,), "SELECT revoked_at FROM api_keys ORDER BY id"), [(None,), (Some(T),)]);
}

pub(super) async fn data_keys(base: Base) {
    let scope = shop(&base).await;
    assert!(get!(base, &scope, newest_data_key()).is_none());
    put!(base, &scope, insert_data_key("dk_2", b"\0two", T - 1)).unwrap();
    put!(base, &scope, insert_data_key("dk_1", b"one", T)).unwrap();
    assert!(matches!(put!(base, &scope, insert_data_key("dk_1", b"other", T)), Err(StoreError::Taken)));
    let two = ("dk_2".to_owned(), b"\0two".to_vec());
    let one = ("dk_1".to_owned(), b"one".to_vec());
    assert_eq!(get!(base, &scope, newest_data_key()), Some(two.clone()), "ids are ordered by time");
    assert_eq!(get!(base, &scope, data_key("dk_1")), Some(one.clone()));
    assert_eq!(get!(base, &scope, data_key("dk_3")), None);
}

pub(super) async fn wrapped_keys(base: Base) {
    shop(&base).await;
    shop_of(&base, "ws_b").await;
    let key = |workspace: &str, id: &str, wrapped: &[u8], rotation| KeyRow {
        workspace_id: workspace.into(),
        id: id.into(),
        wrapped: wrapped.into(),
        created_at: T,
        rotation,
    };
    let (old, new) = (b"\x01\x03oldnonce".as_slice(), b"\x01\x02k2nonce".as_slice());
    let a = key("ws_a", "dk_1", old, None);
    for key in [&a, &key("ws_a", "dk_2", new, Some(T)), &key("ws_b", "dk_3", old, None), &key("", "sys_1", old, None)] {
        put!(base, insert_rotated_key(key)).unwrap();
    }
    let mut heads = get!(base, wrapped_heads());
    heads.sort();
    assert_eq!(heads, [b"\x01\x02k2".to_vec(), b"\x01\x03old".to_vec()]);
    let ids = |keys: Vec<KeyRow>| {
        let mut ids: Vec<_> = keys.into_iter().map(|key| key.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(get!(base, keys_under(b"\x01\x03old", 9))), ["dk_1", "dk_3", "sys_1"]);
    assert_eq!(ids(get!(base, keys_not_under(b"\x01\x03old", 9))), ["dk_2"]);
    assert_eq!(get!(base, keys_not_under(b"\x01\x02k2", 2)).len(), 2);
    assert_eq!(get!(base, count_keys_under(b"\x01\x03old")), 3);
    assert_eq!(get!(base, keys_of("ws_a"))[1], a);
    assert_eq!(ids(get!(base, keys_of(""))), ["sys_1"]);
    assert_eq!(
        (get!(base, keyholders("", 9)), get!(base, keyholders("ws_a", 9))),
        (vec!["ws_a".into(), "ws_b".into()], vec!["ws_b".to_owned()])
    );
    assert_eq!(get!(base, holders_of_old_keys("", 9)), ["ws_a"]);
    assert_eq!((get!(base, unfinished_rotation()), get!(base, newest_rotation())), (Some(T), Some(T)));

    for before in [&a, &key("", "sys_1", old, None)] {
        assert!(!put!(base, swap_wrapped(&KeyRow { wrapped: b"another".into(), ..before.clone() }, new)).unwrap());
        assert!(put!(base, swap_wrapped(before, new)).unwrap());
        assert!(!put!(base, swap_wrapped(before, new)).unwrap(), "it is not there any more");
    }
    assert_eq!(get!(base, count_keys_under(b"\x01\x03old")), 1);
    put!(base, insert_rotated_key(&key("", "sys_2", new, Some(T + 1)))).unwrap();
    assert_eq!(get!(base, unfinished_rotation()), Some(T + 1));
    for gone in [a, key("", "sys_1", new, None)] {
        assert!(put!(base, lock_key(&gone)).unwrap());
        put!(base, delete_key(&gone)).unwrap();
        assert!(!put!(base, lock_key(&gone)).unwrap());
    }
    assert_eq!((get!(base, unfinished_rotation()), get!(base, newest_rotation())), (None, Some(T + 1)));
}

/// A column of bytes is a hash or holds nothing secret, or the list of sealed places (or of wrapped keys) knows it.
pub(super) async fn every_sealed_column_is_listed(base: Base) {
    let sql = match &base.db {
        super::super::Db::Sqlite { .. } => {
            "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
              WHERE t.type = 'table' AND upper(c.type) = 'BLOB' AND t.name NOT LIKE '%sqlx%' AND t.name NOT LIKE 'discount_code_texts%'"
        }
        super::super::Db::Postgres { .. } => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns
              WHERE table_schema = 'public' AND data_type = 'bytea' AND table_name NOT LIKE '%sqlx%'"
        }
    };
    let mut listed: Vec<_> = OF_WORKSPACES.iter().map(|at| (at.table, at.column)).collect();
    listed.extend([WAITING, ("data_keys", "wrapped"), ("system_keys", "wrapped")]);
    let open = ["hash", "fingerprint", "body"];
    let columns = raw!(base, (String, String), sql);
    let found =
        |(table, column): &(&str, &str)| columns.iter().any(|(t, c)| (t.as_str(), c.as_str()) == (*table, *column));
    assert!(listed.iter().all(found), "{listed:?} are not all in {columns:?}");
    for (table, column) in &columns {
        let known =
            listed.contains(&(table.as_str(), column.as_str())) || open.iter().any(|word| column.ends_with(word));
        assert!(
            known,
            "{table}.{column} holds bytes: if they are sealed, store/sealed.rs must list it, or a rotation loses them"
        );
    }
}

fn new_connection(generation: i64) -> NewConnection<'static> {
    NewConnection {
        generation,
        method: "restricted_key",
        account: Some("acct_1"),
        key_hint: "…ab12",
        secret: Some(b"sealed\0\xff"),
        permissions: "{}",
        now: T,
    }
}

/// The words of a connection, without its secret.
fn words(row: &ConnectionRow) -> [&str; 7] {
    let account = row.account.as_deref().unwrap_or("none");
    let trouble = row.trouble.as_deref().unwrap_or("none");
    [&row.workspace_id, &row.mode, &row.method, &row.status, account, &row.key_hint, trouble]
}

async fn connection(base: &Base, scope: &Scope) -> ConnectionRow {
    get!(base, scope, connection()).unwrap()
}

pub(super) async fn connections(base: Base) {
    let scope = shop(&base).await;
    assert!(get!(base, &scope, connection()).is_none());
    assert!(put!(base, &scope, put_connection(&new_connection(1))).unwrap());
    let row = connection(&base, &scope).await;
    assert_eq!(words(&row), ["ws_a", "test", "restricted_key", "connected", "acct_1", "…ab12", "none"]);
    assert_eq!((row.generation, row.secret.as_deref(), row.connected_at), (1, Some(&b"sealed\0\xff"[..]), T));

    put!(base, &scope, set_permissions(1, ODD, T + 1)).unwrap();
    put!(base, &scope, set_permissions(2, "of another generation", T + 1)).unwrap();
    assert_eq!(connection(&base, &scope).await.permissions, ODD);
    assert!(get!(base, connections_to_sweep()).is_empty(), "nothing is open");
    let begun = NewCheckout { redemption_id: Some("rd_1"), ..new_checkout("co_1", None) };
    put!(base, &scope, insert_checkout(&begun)).unwrap();
    put!(base, &scope, open_checkout("co_1", 1, "cs_1", T, "{}", T)).unwrap();
    assert_eq!(get!(base, connections_to_sweep()), [("ws_a".to_owned(), "test".to_owned())]);

    put!(base, &scope, disconnect(T + 2)).unwrap();
    let row = connection(&base, &scope).await;
    assert_eq!((row.status.as_str(), row.secret, row.generation), ("disconnected", None, 1));
    assert!(get!(base, connections_to_sweep()).is_empty(), "nobody can be asked");
    put!(base, &scope, park_connection(1, "revoked", T + 3)).unwrap();
    assert_eq!(connection(&base, &scope).await.status, "disconnected", "what the owner ended is not in trouble");

    for wrong in [1, 3] {
        assert!(!put!(base, &scope, put_connection(&new_connection(wrong))).unwrap(), "generation {wrong} after 1");
    }
    let again = NewConnection { account: None, secret: Some(b""), permissions: "all", now: HUGE, ..new_connection(2) };
    assert!(put!(base, &scope, put_connection(&again)).unwrap());
    let row = connection(&base, &scope).await;
    assert_eq!(words(&row), ["ws_a", "test", "restricted_key", "connected", "none", "…ab12", "none"]);
    let rest = (row.generation, row.secret.as_deref(), row.permissions.as_str(), row.connected_at);
    assert_eq!(rest, (2, Some(&b""[..]), "all", HUGE));
}

pub(super) async fn one_racer_connects(base: Base) {
    let scope = shop(&base).await;
    for generation in 1..=5 {
        let mut racers: JoinSet<_> = (0..10)
            .map(|n| {
                let (base, scope) = (base.clone(), scope.clone());
                async move {
                    let hint = format!("racer {n}");
                    let new = NewConnection { key_hint: &hint, ..new_connection(generation) };
                    put!(base, &scope, put_connection(&new)).unwrap().then_some(hint)
                }
            })
            .collect();
        let mut winners = Vec::new();
        while let Some(hint) = racers.join_next().await {
            winners.extend(hint.unwrap());
        }
        let row = connection(&base, &scope).await;
        assert_eq!((winners, row.generation), (vec![row.key_hint], generation));
    }
}

pub(super) async fn only_its_own_generation_is_parked(base: Base) {
    let scope = shop(&base).await;
    put!(base, &scope, put_connection(&new_connection(1))).unwrap();
    put!(base, &scope, put_connection(&new_connection(2))).unwrap();
    put!(base, &scope, park_connection(1, "an answer to the old key", T + 1)).unwrap();
    assert_eq!(connection(&base, &scope).await.status, "connected");
    put!(base, &scope, park_connection(2, ODD, T + 2)).unwrap();
    let row = connection(&base, &scope).await;
    assert_eq!((row.status.as_str(), row.trouble.as_deref()), ("needs_reauth", Some(ODD)));
    assert!(row.secret.is_some(), "a parked key may work again");
    put!(base, &scope, park_connection(2, "again", T + 3)).unwrap();
    assert_eq!(connection(&base, &scope).await.trouble.as_deref(), Some(ODD), "the first trouble stays");
    put!(base, &scope, put_connection(&new_connection(3))).unwrap();
    assert_eq!(connection(&base, &scope).await.trouble, None);
}

pub(super) async fn prices(base: Base) {
    let scope = shop(&base).await;
    let euro = PriceRow { recurring: true, currency: "eur".into(), unit_amount: None };
    let dollar = PriceRow { recurring: false, currency: "usd".into(), unit_amount: Some(2900) };
    put!(base, &scope, put_price(1, ODD, &euro)).unwrap();
    put!(base, &scope, put_price(2, ODD, &dollar)).unwrap();
    // A price never changes at Stripe: what was seen first stays, and a second look is no error.
    put!(base, &scope, put_price(1, ODD, &dollar)).unwrap();
    assert_eq!(get!(base, &scope, price(1, ODD)), Some(euro));
    assert_eq!(get!(base, &scope, price(2, ODD)), Some(dollar));
    assert_eq!(get!(base, &scope, price(3, ODD)), None);
    assert_eq!(get!(base, &scope, price(1, "price_1")), None);
}
