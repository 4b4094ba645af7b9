//! A status is told in three places: `Facts::status` of the domain, the CASE of the lists, and the condition of the hold. They agree.

use super::super::query::execute;
use super::super::{CodeFilter, Direction, NewCode};
use super::engine::Base;
use super::fixtures::{HUGE, T, get, new_code, shop_of};
use app::domain::discount_code::{Facts, Limits, Status};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::strategy::Just;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Handle;

/// Sets of rows, each in a workspace of its own. The edges are few, so that every set meets most of them.
const SETS: u32 = 8;
const ROWS: usize = 40;

#[derive(Clone, Debug)]
struct Case {
    facts: Facts,
    held: i64,
    blocked: bool,
    terms_version: i64,
}

impl Case {
    fn can_hold(&self) -> bool {
        self.facts.status(T) == Status::Active && !self.blocked && self.terms_version == 1
    }
}

fn case() -> impl Strategy<Value = Case> {
    let moment = || of(prop_oneof![Just(0), Just(T - 1), Just(T), Just(T + 1), Just(HUGE)]);
    let max = of(prop_oneof![0_i64..6, Just(HUGE)]);
    let rarely = || prop_oneof![4 => Just(false), 1 => Just(true)];
    let version = prop_oneof![5 => Just(1_i64), 1 => Just(2)];
    (rarely(), rarely(), max, moment(), moment(), 0_i64..4, 0_i64..4, rarely(), version).prop_map(
        |(archived, paused, max_redemptions, starts_at, expires_at, held, redeemed, blocked, terms_version)| {
            let limits = Limits { max_redemptions, starts_at, expires_at, ..Limits::default() };
            Case {
                facts: Facts { archived, active: !paused, count: held + redeemed, limits },
                held,
                blocked,
                terms_version,
            }
        },
    )
}

pub(super) async fn three_ways_to_a_status_agree(base: Base) {
    let sets = AtomicU32::new(0);
    let config = Config { cases: SETS, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    tokio::task::block_in_place(|| {
        TestRunner::new(config)
            .run(&(vec(case(), ROWS), any::<bool>()), |(cases, by_app)| {
                let set = sets.fetch_add(1, Ordering::Relaxed);
                Handle::current().block_on(check(&base, set, &cases, by_app));
                Ok(())
            })
            .unwrap();
    });
}

async fn check(base: &Base, set: u32, cases: &[Case], by_app: bool) {
    let scope = shop_of(base, &format!("ws_{set}")).await;
    let mut expected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut tx = base.db.begin().await.unwrap();
    for (n, case) in cases.iter().enumerate().rev() {
        let id = format!("dc_{n:03}");
        tx.at(&scope).insert_code(&NewCode { limits: case.facts.limits, ..new_code(&id, &id) }).await.unwrap();
        execute!(
            tx.conn(),
            "UPDATE discount_codes SET archived_at = $1, active = $2, held = $3, redeemed = $4, blocked_reason = $5, terms_version = $6
              WHERE workspace_id = $7 AND id = $8",
            case.facts.archived.then_some(T - 5), case.facts.active, case.held, case.facts.count - case.held,
            case.blocked.then_some("changed in Stripe"), case.terms_version, scope.workspace.as_str(), id.as_str()
        )
        .unwrap();
        expected.entry(case.facts.status(T).as_str()).or_default().push(id);
    }
    tx.commit().await.unwrap();

    let asked = |status| {
        let app_id = by_app.then(|| "shop".to_owned());
        CodeFilter { app_id, status, q: String::new(), direction: Direction::First, limit: 1_000 }
    };
    for status in Status::ALL {
        let rows = get!(base, &scope, codes(&asked(Some(status)), T));
        assert!(rows.iter().all(|row| row.status(T) == status), "{status:?}");
        let ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        assert_eq!(ids, expected.get(status.as_str()).cloned().unwrap_or_default(), "{status:?}");
    }
    let archived = expected.get("archived").map_or(0, Vec::len);
    assert_eq!(get!(base, &scope, codes(&asked(None), T)).len(), cases.len() - archived);

    let counts: BTreeMap<_, _> = get!(base, &scope, status_counts("shop", T)).unwrap().into_iter().collect();
    let expected = expected.into_iter().map(|(status, ids)| (status.to_owned(), i64::try_from(ids.len()).unwrap()));
    assert_eq!(counts, expected.collect());

    let mut tx = base.db.begin().await.unwrap();
    for (n, case) in cases.iter().enumerate() {
        let held = tx.at(&scope).hold(&format!("dc_{n:03}"), 1, "coupon_1", T).await.unwrap();
        assert_eq!(held.is_some(), case.can_hold(), "{case:?}");
        assert!(held.is_none_or(|row| row.held == case.held + 1));
    }
}
