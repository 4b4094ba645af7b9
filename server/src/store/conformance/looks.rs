//! Looks that are shared: each gets the answer to their own question, and none that is older than it.

use super::super::{
    ApiKeyRow, CodeQuestion, Facts, FactsQuestion, KeyQuestion, NewApiKey, NewConnection, PriceRow, StoreError,
};
use super::engine::Base;
use super::fixtures::{T, get, new_code, put, scope, shop_of};
use crate::scope::Scope;
use app::domain::mode::Mode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

fn hash(of: &str) -> [u8; 32] {
    let mut hash = [0_u8; 32];
    hash[..of.len()].copy_from_slice(of.as_bytes());
    hash
}

/// A key of all apps and one of the app `shop`, whose hashes begin with the workspace's id.
async fn keys(base: &Base, scope: &Scope) {
    for (id, app_id) in [("all", None), ("one", Some("shop"))] {
        let hash = hash(&format!("{}{id}", scope.workspace.as_str()));
        let new = NewApiKey { id, app_id, name: id, rights: "full", hash: &hash, hint: "…", now: T };
        put!(base, scope, insert_api_key(&new)).unwrap();
    }
}

fn key(workspace: &str, id: &str) -> [u8; 32] {
    hash(&format!("{workspace}{id}"))
}

/// `SPRING` in each workspace, `ONLY_B` in the second one alone, and an archived `OLD`.
async fn two_shops(base: &Base) -> [Scope; 2] {
    let scopes = [shop_of(base, "ws_a").await, shop_of(base, "ws_b").await];
    for scope in &scopes {
        keys(base, scope).await;
        put!(base, scope, insert_app("other", "Other", T)).unwrap();
        let named = |text: &str| format!("dc_{}_{text}", scope.workspace.as_str());
        put!(base, scope, insert_code(&new_code(&named("spring"), "SPRING"))).unwrap();
        put!(base, scope, insert_code(&new_code(&named("old"), "OLD"))).unwrap();
        put!(base, scope, archive_code(&named("old"), T)).unwrap();
    }
    put!(base, &scopes[1], insert_code(&new_code("dc_only", "ONLY_B"))).unwrap();
    scopes
}

pub(super) async fn each_gets_their_own(base: Base) {
    two_shops(&base).await;
    // Who asks with which key, about which app and code; whose workspace and which code is found.
    let cases = [
        ("ws_a", "all", Some("shop"), "SPRING", Some("dc_ws_a_spring")),
        ("ws_a", "one", None, "SPRING", Some("dc_ws_a_spring")),
        ("ws_a", "one", Some("shop"), "SPRING", Some("dc_ws_a_spring")),
        ("ws_a", "one", Some("other"), "SPRING", None),
        ("ws_a", "all", None, "SPRING", None),
        ("ws_a", "all", Some("other"), "SPRING", None),
        ("ws_a", "all", Some("shop"), "ONLY_B", None),
        ("ws_a", "all", Some("shop"), "OLD", None),
        ("ws_b", "all", Some("shop"), "SPRING", Some("dc_ws_b_spring")),
        ("ws_b", "one", None, "ONLY_B", Some("dc_only")),
        ("ws_c", "all", Some("shop"), "SPRING", None),
    ];
    let mut tasks = JoinSet::new();
    for round in 0..30 {
        for (workspace, id, app, text, wanted) in cases {
            let base = base.clone();
            tasks.spawn(async move {
                let found = base.db.look(CodeQuestion::new(&key(workspace, id), app, text)).await.unwrap();
                let what = format!("{round}: {workspace} {id} {app:?} {text}");
                let code = found.as_ref().map(|found| found.code.id.as_str());
                assert_eq!(code, wanted, "{what}");
                if let Some(found) = found {
                    let whose = (found.key_workspace_id.as_str(), found.key_mode.as_str(), found.key_id.as_str());
                    assert_eq!(whose, (workspace, "test", id), "{what}");
                }
                let found: Option<ApiKeyRow> = base.db.look(KeyQuestion::new(&key(workspace, id))).await.unwrap();
                let whose = found.map(|row| (row.workspace_id, row.id));
                assert_eq!(whose, (workspace != "ws_c").then(|| (workspace.to_owned(), id.to_owned())), "{what}");
            });
        }
    }
    tasks.join_all().await;
}

pub(super) async fn facts_are_the_tenants_own(base: Base) {
    let scopes = two_shops(&base).await;
    for (n, scope) in scopes.iter().enumerate() {
        let account = format!("acct_{n}");
        for generation in [1, 2] {
            let new = NewConnection {
                method: "restricted_key",
                account: Some(&account),
                key_hint: "…",
                secret: Some(b"sealed"),
                permissions: "{}",
                generation,
                now: T,
            };
            assert!(put!(base, scope, put_connection(&new)).unwrap());
        }
        let price = |amount| PriceRow { recurring: n == 1, currency: "eur".into(), unit_amount: Some(amount) };
        put!(base, scope, put_price(1, "price_1", &price(1))).unwrap();
        put!(base, scope, put_price(1, "price_2", &price(2))).unwrap();
        put!(base, scope, put_price(2, "price_2", &price(20 + i64::try_from(n).unwrap()))).unwrap();
    }
    let live = scope("ws_a", Mode::Live);
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        for (n, scope) in scopes.iter().chain([&live]).enumerate() {
            for (price_id, text) in
                [(Some("price_2"), "SPRING"), (Some("price_1"), "SPRING"), (None, "SPRING"), (Some("price_2"), "NONE")]
            {
                let (base, scope) = (base.clone(), scope.clone());
                tasks.spawn(async move {
                    let found = base.db.look(FactsQuestion::new(&scope, price_id, "shop", text)).await.unwrap();
                    let Some(found) = found else {
                        assert!(n == 2 || text == "NONE", "{scope:?} {price_id:?} {text}");
                        return;
                    };
                    let Facts { connection, code, .. } = &found;
                    let account = format!("acct_{n}");
                    assert_eq!(
                        (connection.workspace_id.as_str(), connection.mode.as_str(), connection.generation),
                        (scope.workspace.as_str(), "test", 2)
                    );
                    assert_eq!(connection.account.as_ref(), Some(&account));
                    assert_eq!(code.id, format!("dc_{}_spring", scope.workspace.as_str()));
                    let seen = (price_id == Some("price_2")).then(|| PriceRow {
                        recurring: n == 1,
                        currency: "eur".into(),
                        unit_amount: Some(20 + i64::try_from(n).unwrap()),
                    });
                    assert_eq!(found.price(), seen, "as this generation saw it");
                });
            }
        }
    }
    tasks.join_all().await;
}

/// While many ask: whoever asks after a key was revoked is told so.
pub(super) async fn nobody_is_told_of_something_older(base: Base) {
    let [scope, _] = two_shops(&base).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut crowd = JoinSet::new();
    for n in 0..24 {
        let (base, over) = (base.clone(), over.clone());
        crowd.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let workspace = if n % 2 == 0 { "ws_a" } else { "ws_b" };
                base.db.look(KeyQuestion::new(&key(workspace, "all"))).await.unwrap().unwrap();
            }
        });
    }
    for n in 0..40 {
        let (id, hash) = (format!("key_{n}"), hash(&format!("short{n}")));
        let new = NewApiKey { id: &id, app_id: None, name: "short", rights: "full", hash: &hash, hint: "…", now: T };
        put!(base, &scope, insert_api_key(&new)).unwrap();
        assert_eq!(base.db.look(KeyQuestion::new(&hash)).await.unwrap().unwrap().id, id);
        assert!(put!(base, &scope, revoke_api_key(&id, T)).unwrap());
        assert!(base.db.look(KeyQuestion::new(&hash)).await.unwrap().is_none(), "{id} was revoked before");
    }
    over.store(true, Ordering::Relaxed);
    crowd.join_all().await;
}

/// A look that fails fails for all who share it, and the next one is another look.
pub(super) async fn a_failure_is_told_to_all(base: Base) {
    two_shops(&base).await;
    let closed = base.second_process().await;
    closed.close().await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let db = closed.clone();
        tasks.spawn(async move { db.look(KeyQuestion::new(&key("ws_a", "all"))).await });
    }
    for failed in tasks.join_all().await {
        assert!(matches!(failed, Err(StoreError::Shared(_))));
    }
    assert!(base.db.look(KeyQuestion::new(&key("ws_a", "all"))).await.unwrap().is_some());
    assert!(get!(base, &scope("ws_a", Mode::Test), any_code()));
}
