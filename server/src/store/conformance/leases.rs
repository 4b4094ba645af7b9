//! Leases: one holder at a time, and a new one only when the last has let go or died.

use super::super::Taken;
use super::super::query::all;
use super::engine::Base;
use super::fixtures::{HUGE, ODD, T, get, put, raw, shop};
use crate::scope::Scope;
use tokio::task::JoinSet;

async fn take(base: &Base, scope: &Scope, owner: &str, now: i64) -> Taken {
    put!(base, scope, take_lease(ODD, owner, now, now + 10)).unwrap()
}

async fn rows(base: &Base) -> Vec<(String, String, i64, i64)> {
    raw!(base, (String, String, i64, i64), "SELECT name, owner, fence, held_until FROM leases ORDER BY name")
}

pub(super) async fn one_holder_until_it_lets_go(base: Base) {
    let scope = shop(&base).await;
    assert!(!get!(base, &scope, lease_is_held(ODD, T)));
    assert_eq!(take(&base, &scope, "a", T).await, Taken::Ours(1));
    assert_eq!(rows(&base).await, [(ODD.into(), "a".into(), 1, T + 10)]);
    assert_eq!(take(&base, &scope, "b", T + 9).await, Taken::No);
    assert_eq!(take(&base, &scope, "a", T + 9).await, Taken::No, "not even the holder takes it twice");
    assert!(get!(base, &scope, lease_is_held(ODD, T + 9)) && !get!(base, &scope, lease_is_held(ODD, T + 10)));
    // Given back: free at once, and a renewal that comes late changes nothing.
    assert!(!put!(base, &scope, release_lease(ODD, "b", 1)).unwrap());
    assert!(put!(base, &scope, release_lease(ODD, "a", 1)).unwrap());
    assert!(!put!(base, &scope, renew_lease(ODD, "a", 1, HUGE)).unwrap());
    assert!(!get!(base, &scope, lease_is_held(ODD, T)));
    assert_eq!(take(&base, &scope, "b", T).await, Taken::Ours(3));
}

pub(super) async fn taken_over_when_it_ran_out(base: Base) {
    let scope = shop(&base).await;
    assert_eq!(take(&base, &scope, "a", T).await, Taken::Ours(1));
    assert!(put!(base, &scope, renew_lease(ODD, "a", 1, T + 20)).unwrap());
    assert_eq!(take(&base, &scope, "b", T + 19).await, Taken::No, "its process lives");
    assert_eq!(take(&base, &scope, "b", T + 20).await, Taken::Ours(2));
    // The process that was thought dead comes back: it has no say any more.
    for (owner, fence) in [("a", 1), ("a", 2), ("b", 1)] {
        assert!(!put!(base, &scope, renew_lease(ODD, owner, fence, HUGE)).unwrap());
        assert!(!put!(base, &scope, release_lease(ODD, owner, fence)).unwrap());
    }
    assert_eq!(rows(&base).await, [(ODD.into(), "b".into(), 2, T + 30)]);
}

/// One process does what comes again and again; another one goes on when it has not come back in time.
pub(super) async fn held_by_who_comes_again(base: Base) {
    let scope = shop(&base).await;
    let hold = async |owner: &str, now: i64| put!(base, &scope, hold_lease(ODD, owner, now, now + 10)).unwrap();
    assert_eq!(hold("a", T).await, Taken::Ours(1));
    assert_eq!((hold("a", T + 9).await, hold("b", T + 9).await), (Taken::Ours(1), Taken::No));
    assert_eq!(rows(&base).await, [(ODD.into(), "a".into(), 1, T + 19)]);
    assert!(put!(base, &scope, renew_lease(ODD, "a", 1, T + 30)).unwrap());
    assert_eq!((hold("b", T + 29).await, hold("b", T + 30).await), (Taken::No, Taken::Ours(2)));
    assert!(!put!(base, &scope, renew_lease(ODD, "a", 1, HUGE)).unwrap());
    assert_eq!((hold("a", T + 31).await, hold("b", T + 31).await), (Taken::No, Taken::Ours(2)));
}

pub(super) async fn one_of_twenty_takes_it(base: Base) {
    let scope = shop(&base).await;
    // A new one; then the same one, when it ran out.
    for (now, fence) in [(T, 1), (T + 10, 2), (T + 20, 3)] {
        let mut racers = JoinSet::new();
        for racer in 0..20 {
            let (base, scope) = (base.clone(), scope.clone());
            racers.spawn(async move { take(&base, &scope, &racer.to_string(), now).await });
        }
        let ours: Vec<_> = racers.join_all().await.into_iter().filter(|taken| *taken != Taken::No).collect();
        assert_eq!(ours, [Taken::Ours(fence)]);
    }
}

pub(super) async fn old_ones_are_deleted(base: Base) {
    let scope = shop(&base).await;
    for (name, now) in [("old", T), ("young", T + 5)] {
        assert_eq!(put!(base, &scope, take_lease(name, "a", now, now + 10)).unwrap(), Taken::Ours(1));
    }
    assert_eq!(put!(base, forget_leases(T + 10)).unwrap(), 0);
    assert_eq!(put!(base, forget_leases(T + 11)).unwrap(), 1);
    assert_eq!(rows(&base).await, [("young".into(), "a".into(), 1, T + 15)]);
}
