//! What the database counts of a code's redemptions, and its pages of one state, are what a plain look at every row gives.

use super::super::query::execute;
use super::super::{Direction, NewRedemption, QUARTER_MS, RedemptionFilter};
use super::engine::Base;
use super::fixtures::{T, get, new_code, put, shop_of};
use app::domain::ids::RedemptionId;
use app::domain::redemption::State;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::Just;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Handle;

/// Sets of rows, each in a workspace of its own.
const SETS: u32 = 6;
const ROWS: usize = 60;
const PAGE: usize = 7;
const HOUR_MS: i64 = 3_600_000;

#[derive(Clone, Debug)]
struct Case {
    created_at: i64,
    /// Milliseconds that it took to be settled.
    took: i64,
    state: State,
    /// Of the other code.
    elsewhere: bool,
    random: [u8; 10],
}

fn case() -> impl Strategy<Value = Case> {
    let created = prop_oneof![
        3 => T - 5 * HOUR_MS..T + 5 * HOUR_MS,
        1 => Just(T),
        1 => Just(T - QUARTER_MS),
        1 => Just(T - 1)
    ];
    let elsewhere = prop_oneof![5 => Just(false), 1 => Just(true)];
    (created, 0..2 * HOUR_MS, select(&State::ALL[..]), elsewhere, any::<[u8; 10]>())
        .prop_map(|(created_at, took, state, elsewhere, random)| Case { created_at, took, state, elsewhere, random })
}

impl Case {
    fn id(&self) -> RedemptionId {
        RedemptionId::new(self.created_at, self.random)
    }

    fn settled_at(&self) -> Option<i64> {
        (self.state != State::Held).then_some(self.created_at + self.took)
    }
}

pub(super) async fn they_are_those_of_the_rows(base: Base) {
    let sets = AtomicU32::new(0);
    let config = Config { cases: SETS, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    tokio::task::block_in_place(|| {
        TestRunner::new(config)
            .run(&vec(case(), ROWS), |cases| {
                let set = sets.fetch_add(1, Ordering::Relaxed);
                Handle::current().block_on(check(&base, set, &cases));
                Ok(())
            })
            .unwrap();
    });
}

/// Moments from `since` on, by quarters of an hour.
fn by_quarter(moments: impl Iterator<Item = i64>, since: i64) -> BTreeMap<i64, i64> {
    let mut counted = BTreeMap::new();
    for moment in moments.filter(|moment| *moment >= since) {
        *counted.entry(moment / QUARTER_MS).or_default() += 1;
    }
    counted
}

async fn check(base: &Base, set: u32, cases: &[Case]) {
    let scope = shop_of(base, &format!("ws_{set}")).await;
    for (id, text) in [("dc_1", "SPRING"), ("dc_2", "SUMMER")] {
        put!(base, &scope, insert_code(&new_code(id, text))).unwrap();
    }
    let mut tx = base.db.begin().await.unwrap();
    for case in cases {
        let id = case.id();
        let new = NewRedemption {
            id: id.as_str(),
            discount_code_id: if case.elsewhere { "dc_2" } else { "dc_1" },
            checkout_id: Some("co_1"),
            now: case.created_at,
            ..NewRedemption::default()
        };
        tx.at(&scope).insert_redemption(&new).await.unwrap();
        execute!(
            tx.conn(),
            "UPDATE redemptions SET state = $1, settled_at = $2 WHERE workspace_id = $3 AND id = $4",
            case.state.as_str(),
            case.settled_at(),
            scope.workspace.as_str(),
            id.as_str()
        )
        .unwrap();
    }
    tx.commit().await.unwrap();
    let mine = || cases.iter().filter(|case| !case.elsewhere);

    for since in [T, T - 2 * HOUR_MS, T + 20 * HOUR_MS] {
        let found: BTreeMap<_, _> = get!(base, &scope, held_by_quarter("dc_1", since)).into_iter().collect();
        let held = mine().filter(|case| case.state == State::Held).map(|case| case.created_at);
        assert_eq!(found, by_quarter(held, since), "held");
        for state in [State::Redeemed, State::Released] {
            let found = get!(base, &scope, settled_by_quarter("dc_1", state, since));
            let of_state = mine().filter(|case| case.state == state).filter_map(Case::settled_at);
            assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), by_quarter(of_state, since), "{state:?}");
        }
    }

    for state in [None, Some(State::Held), Some(State::Redeemed), Some(State::Released)] {
        let mut expected: Vec<_> =
            mine().filter(|case| state.is_none_or(|state| case.state == state)).map(Case::id).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        let page = |direction| RedemptionFilter {
            app_id: None,
            discount_code_id: Some("dc_1".into()),
            state,
            direction,
            limit: i64::try_from(PAGE).unwrap(),
        };
        let mut direction = Direction::First;
        for rest in expected.chunks(PAGE) {
            let rows = get!(base, &scope, redemptions(&page(direction)));
            assert!(rows.iter().map(|row| row.id.as_str()).eq(rest.iter().map(RedemptionId::as_str)), "{state:?}");
            direction = Direction::After(rows.last().unwrap().id.clone());
        }
        assert!(get!(base, &scope, redemptions(&page(direction))).is_empty() || expected.is_empty());
    }
}

pub(super) async fn counters_of_an_app_s_own_code(base: Base) {
    let scope = shop_of(&base, "ws_a").await;
    put!(base, &scope, insert_code(&new_code("dc_1", "SPRING"))).unwrap();
    put!(base, &scope, hold("dc_1", 1, "coupon_1", T + 5)).unwrap().unwrap();
    let row = get!(base, &scope, usage("shop", "dc_1")).unwrap();
    assert_eq!((row.held, row.redeemed, row.updated_at), (1, 0, T + 5));
    put!(base, &scope, count_settled("dc_1", true, T + 9)).unwrap();
    let row = get!(base, &scope, usage("shop", "dc_1")).unwrap();
    assert_eq!((row.held, row.redeemed, row.updated_at), (0, 1, T + 9));
    assert!(get!(base, &scope, usage("another", "dc_1")).is_none(), "of another app");
    assert!(get!(base, &scope, usage("shop", "dc_2")).is_none());
}
