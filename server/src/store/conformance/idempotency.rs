//! Idempotency keys: one request has the key, and its answer is kept.

use super::super::Taken;
use super::super::query::all;
use super::engine::Base;
use super::fixtures::{HUGE, ODD, T, get, put, raw, shop};
use crate::scope::Scope;
use tokio::task::JoinSet;

async fn take(base: &Base, scope: &Scope, key: &str, now: i64) -> Taken {
    put!(base, scope, take_idempotency_key(key, b"print\0\xff", now, now + 10)).unwrap()
}

async fn locked_until(base: &Base) -> Vec<(String, i64, i64)> {
    raw!(base, (String, i64, i64), "SELECT key, locked_until, created_at FROM idempotency_keys ORDER BY key")
}

pub(super) async fn from_taken_to_replayed(base: Base) {
    let scope = shop(&base).await;
    assert!(get!(base, &scope, idempotency_key(ODD)).is_none());
    assert_eq!(take(&base, &scope, ODD, T).await, Taken::Ours(1));
    assert_eq!(locked_until(&base).await, [(ODD.into(), T + 10, T)]);
    let row = get!(base, &scope, idempotency_key(ODD)).unwrap();
    assert_eq!((row.fingerprint.as_slice(), row.status, row.body), (&b"print\0\xff"[..], None, None));
    assert_eq!(take(&base, &scope, ODD, T + 9).await, Taken::No, "it runs");

    let answer = "{\"ü\":\"\0\"}".as_bytes();
    put!(base, &scope, finish_idempotency_key(ODD, 1, HUGE, answer, None)).unwrap();
    let row = get!(base, &scope, idempotency_key(ODD)).unwrap();
    assert_eq!((row.status, row.body.as_deref()), (Some(HUGE), Some(answer)));
    // From here on nothing moves it: neither the end of the lock nor a late word of its own process.
    assert_eq!(take(&base, &scope, ODD, T + 99).await, Taken::No);
    put!(base, &scope, finish_idempotency_key(ODD, 1, 500, b"", None)).unwrap();
    put!(base, &scope, release_idempotency_key(ODD, 1)).unwrap();
    put!(base, &scope, forget_idempotency_key(ODD, 1)).unwrap();
    assert!(!put!(base, &scope, renew_idempotency_key(ODD, 1, HUGE)).unwrap());
    let row = get!(base, &scope, idempotency_key(ODD)).unwrap();
    assert_eq!((row.status, row.body.as_deref()), (Some(HUGE), Some(answer)));
    assert_eq!(locked_until(&base).await, [(ODD.into(), T + 10, T)]);
}

pub(super) async fn given_back_or_forgotten(base: Base) {
    let scope = shop(&base).await;
    assert_eq!(take(&base, &scope, "key", T).await, Taken::Ours(1));
    put!(base, &scope, release_idempotency_key("key", 9)).unwrap();
    assert_eq!(take(&base, &scope, "key", T + 1).await, Taken::No, "given back by somebody else");
    put!(base, &scope, release_idempotency_key("key", 1)).unwrap();
    let another = put!(base, &scope, take_idempotency_key("key", b"another request", T + 1, T + 10)).unwrap();
    assert_eq!(another, Taken::No, "a key belongs to its request, even while nobody works on it");
    // Whoever gave it back has no say from then on, even before somebody takes it.
    put!(base, &scope, finish_idempotency_key("key", 1, 200, b"late", None)).unwrap();
    assert!(!put!(base, &scope, renew_idempotency_key("key", 1, HUGE)).unwrap());
    assert_eq!(get!(base, &scope, idempotency_key("key")).unwrap().status, None);
    let Taken::Ours(fence) = take(&base, &scope, "key", T + 1).await else { panic!("it was given back") };
    assert!(fence > 1);

    put!(base, &scope, forget_idempotency_key("key", 1)).unwrap();
    assert!(get!(base, &scope, idempotency_key("key")).is_some());
    put!(base, &scope, forget_idempotency_key("key", fence)).unwrap();
    assert!(get!(base, &scope, idempotency_key("key")).is_none());
    let another = put!(base, &scope, take_idempotency_key("key", b"another request", T + 2, T + 10)).unwrap();
    assert_eq!(another, Taken::Ours(1));
}

pub(super) async fn taken_over_when_the_lock_ran_out(base: Base) {
    let scope = shop(&base).await;
    assert_eq!(take(&base, &scope, "key", T).await, Taken::Ours(1));
    assert!(put!(base, &scope, renew_idempotency_key("key", 1, T + 20)).unwrap());
    assert_eq!(take(&base, &scope, "key", T + 19).await, Taken::No, "its process lives");
    assert_eq!(take(&base, &scope, "key", T + 20).await, Taken::Ours(2));
    assert_eq!(locked_until(&base).await, [("key".into(), T + 30, T)], "its age counts from its first request");

    // The process that was thought dead comes back: it has no say any more.
    assert!(!put!(base, &scope, renew_idempotency_key("key", 1, HUGE)).unwrap());
    put!(base, &scope, finish_idempotency_key("key", 1, 200, b"late", None)).unwrap();
    put!(base, &scope, release_idempotency_key("key", 1)).unwrap();
    put!(base, &scope, forget_idempotency_key("key", 1)).unwrap();
    assert_eq!(locked_until(&base).await, [("key".into(), T + 30, T)]);
    assert_eq!(get!(base, &scope, idempotency_key("key")).unwrap().status, None);

    assert_eq!(take(&base, &scope, "key", T + 30).await, Taken::Ours(3));
    put!(base, &scope, finish_idempotency_key("key", 3, 201, b"answer", None)).unwrap();
    assert_eq!(get!(base, &scope, idempotency_key("key")).unwrap().status, Some(201));
}

pub(super) async fn one_of_twenty_takes_it(base: Base) {
    let scope = shop(&base).await;
    // A new key; then the same one, when its lock ran out.
    for (now, fence) in [(T, 1), (T + 10, 2), (T + 20, 3)] {
        let mut racers = JoinSet::new();
        for _ in 0..20 {
            let (base, scope) = (base.clone(), scope.clone());
            racers.spawn(async move { take(&base, &scope, "key", now).await });
        }
        let ours: Vec<_> = racers.join_all().await.into_iter().filter(|taken| *taken != Taken::No).collect();
        assert_eq!(ours, [Taken::Ours(fence)]);
    }
}

pub(super) async fn old_ones_are_deleted(base: Base) {
    let scope = shop(&base).await;
    for (key, now) in [("done", T), ("running", T), ("young", T + 5)] {
        assert_eq!(take(&base, &scope, key, now).await, Taken::Ours(1));
    }
    put!(base, &scope, finish_idempotency_key("done", 1, 200, b"", None)).unwrap();
    assert!(put!(base, &scope, renew_idempotency_key("running", 1, T + 40)).unwrap());
    assert_eq!(put!(base, forget_idempotency_keys(T)).unwrap(), 0);
    assert_eq!(put!(base, forget_idempotency_keys(T + 11)).unwrap(), 1, "done; the others are young or still locked");
    assert!(get!(base, &scope, idempotency_key("done")).is_none());
    assert_eq!(put!(base, forget_idempotency_keys(T + 41)).unwrap(), 2);
    assert!(locked_until(&base).await.is_empty());
}
