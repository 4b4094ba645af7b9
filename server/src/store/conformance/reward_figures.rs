//! What the database counts of rewards is what a plain look at every row gives: figures, costs, quarters of an hour, troubles, filters.

use super::super::query::execute;
use super::super::{Direction, QUARTER_MS, RewardSearch, Sought};
use super::engine::Base;
use super::fixtures::{T, get, insert_sharing, new_reward, shop_of};
use app::domain::ids::RewardId;
use app::domain::reward::{Cause, Filter, MailState, Status, SyncState};
use proptest::collection::vec;
use proptest::option::of;
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
const HOUR_MS: i64 = 3_600_000;

#[derive(Clone, Debug)]
struct Use {
    at: i64,
    amount: Option<(i64, &'static str)>,
}

#[derive(Clone, Debug)]
struct Case {
    created_at: i64,
    expires_at: Option<i64>,
    sync: SyncState,
    cause: Option<Cause>,
    mail: MailState,
    used: Option<Use>,
    /// Of the other campaign.
    elsewhere: bool,
}

fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![3 => T - 5 * HOUR_MS..T + 5 * HOUR_MS, 1 => Just(T), 1 => Just(T - QUARTER_MS), 1 => Just(T + 1)]
}

fn case() -> impl Strategy<Value = Case> {
    let used = (moment(), of((1_i64..100_000, select(&["eur", "usd", "jpy"][..]))))
        .prop_map(|(at, amount)| Use { at, amount });
    let elsewhere = prop_oneof![5 => Just(false), 1 => Just(true)];
    let sync = select(SyncState::ALL);
    (moment(), of(moment()), sync, of(select(Cause::ALL)), select(MailState::ALL), of(used), elsewhere).prop_map(
        |(created_at, expires_at, sync, cause, mail, used, elsewhere)| Case {
            created_at,
            expires_at,
            sync,
            cause: cause.filter(|_| sync != SyncState::Minted),
            mail,
            used,
            elsewhere,
        },
    )
}

impl Case {
    fn shown_by(&self, filter: Filter, all_blocked: bool) -> bool {
        let waits = matches!(self.sync, SyncState::Pending | SyncState::Failed);
        match filter {
            Filter::All => true,
            Filter::Unused => Status::at(self.used.is_some(), self.expires_at, T) == Status::Active,
            Filter::Used => self.used.is_some(),
            Filter::Waiting => waits && !all_blocked,
            Filter::Blocked => self.sync == SyncState::Blocked || waits && all_blocked,
            Filter::MailTrouble => self.mail.is_trouble(),
        }
    }
}

/// How many, since when, and the newest reward's campaign and app.
type Trouble<'a> = (i64, i64, &'a str, &'a str);

pub(super) async fn they_are_those_of_the_rows(base: Base) {
    let sets = AtomicU32::new(0);
    let config = Config { cases: SETS, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    tokio::task::block_in_place(|| {
        TestRunner::new(config)
            .run(&vec((case(), any::<[u8; 10]>()), ROWS), |cases| {
                let set = sets.fetch_add(1, Ordering::Relaxed);
                Handle::current().block_on(check(&base, set, &cases));
                Ok(())
            })
            .unwrap();
    });
}

fn count<'a>(cases: impl IntoIterator<Item = &'a Case>, is: impl Fn(&Case) -> bool) -> i64 {
    i64::try_from(cases.into_iter().filter(|case| is(case)).count()).unwrap()
}

async fn check(base: &Base, set: u32, cases: &[(Case, [u8; 10])]) {
    let scope = shop_of(base, &format!("ws_{set}")).await;
    for id in ["cmp_1", "cmp_2"] {
        insert_sharing(base, &scope, id).await;
    }
    let mut rows: Vec<(String, &Case)> = Vec::new();
    let mut tx = base.db.begin().await.unwrap();
    for (n, (case, random)) in cases.iter().enumerate() {
        let id = RewardId::new(case.created_at, *random).as_str().to_owned();
        let code = format!("SHARE-{n}");
        let campaign = if case.elsewhere { "cmp_2" } else { "cmp_1" };
        tx.at(&scope).insert_reward(&new_reward(&id, campaign, &code)).await.unwrap();
        let amount = case.used.as_ref().and_then(|used| used.amount);
        execute!(
            tx.conn(),
            "UPDATE rewards SET created_at = $1, expires_at = $2, sync = $3, cause = $4, mail = $5, used_at = $6, used_amount = $7, used_currency = $8
              WHERE workspace_id = $9 AND id = $10",
            case.created_at, case.expires_at, case.sync.as_str(), case.cause.map(Cause::as_str), case.mail.as_str(),
            case.used.as_ref().map(|used| used.at), amount.map(|(amount, _)| amount), amount.map(|(_, currency)| currency),
            scope.workspace.as_str(), id.as_str()
        )
        .unwrap();
        rows.push((id, case));
    }
    tx.commit().await.unwrap();
    rows.sort_by(|a, b| b.0.cmp(&a.0));
    let here: Vec<(String, &Case)> = rows.iter().filter(|(_, case)| !case.elsewhere).cloned().collect();
    let mine = || here.iter().map(|(_, case)| *case);

    for &which in Filter::ALL {
        for all_blocked in [false, true] {
            let search = RewardSearch {
                campaign_id: "cmp_1".into(),
                which,
                all_blocked,
                sought: Sought::All,
                direction: Direction::First,
                limit: 1_000,
            };
            let found: Vec<_> = get!(base, &scope, find_rewards(&search, T)).into_iter().map(|row| row.id).collect();
            let expected: Vec<_> =
                here.iter().filter(|(_, case)| case.shown_by(which, all_blocked)).map(|(id, _)| id.clone()).collect();
            assert_eq!(found, expected, "{which:?} {all_blocked}");
        }
    }

    let figures = get!(base, &scope, reward_figures("cmp_1"));
    let found = [figures.earned, figures.used, figures.waiting, figures.blocked, figures.mail_trouble];
    let by = |filter| count(mine(), |case| case.shown_by(filter, false));
    let filters = [Filter::All, Filter::Used, Filter::Waiting, Filter::Blocked, Filter::MailTrouble];
    assert_eq!(found, filters.map(by));

    let mut costs: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (amount, currency) in mine().filter_map(|case| case.used.as_ref()?.amount) {
        let cost = costs.entry(currency).or_default();
        *cost = (cost.0 + amount, cost.1 + 1);
    }
    let found = get!(base, &scope, reward_costs("cmp_1")).into_iter().map(|row| (row.currency, (row.amount, row.uses)));
    assert!(found.eq(costs.into_iter().map(|(currency, cost)| (currency.to_owned(), cost))));

    let since = T - 2 * HOUR_MS;
    let mut earned: BTreeMap<i64, i64> = BTreeMap::new();
    for case in mine().filter(|case| case.created_at >= since) {
        *earned.entry(case.created_at / QUARTER_MS).or_default() += 1;
    }
    let found: BTreeMap<_, _> = get!(base, &scope, earned_by_quarter("cmp_1", since)).into_iter().collect();
    assert_eq!(found, earned);

    let mut used: BTreeMap<(i64, Option<String>), (i64, Option<i64>)> = BTreeMap::new();
    for of in mine().filter_map(|case| case.used.as_ref()).filter(|used| used.at >= since) {
        let key = (of.at / QUARTER_MS, of.amount.map(|(_, currency)| currency.to_owned()));
        let sum = used.entry(key).or_default();
        *sum = (sum.0 + 1, of.amount.map(|(amount, _)| sum.1.unwrap_or_default() + amount).or(sum.1));
    }
    let found = get!(base, &scope, used_by_quarter("cmp_1", since));
    let found: BTreeMap<_, _> =
        found.into_iter().map(|row| ((row.quarter, row.currency), (row.uses, row.amount))).collect();
    assert_eq!(found, used);

    for campaign in [None, Some("cmp_1")] {
        let of = |case: &Case| campaign.is_none() || !case.elsewhere;
        // How many, when the oldest was earned, the newest one and its campaign.
        let mut expected: BTreeMap<(&str, Option<&str>), Trouble<'_>> = BTreeMap::new();
        for (id, case) in rows.iter().filter(|(_, case)| case.sync != SyncState::Minted && of(case)) {
            let key = (case.sync.as_str(), case.cause.map(Cause::as_str));
            let own = if case.elsewhere { "cmp_2" } else { "cmp_1" };
            let group = expected.entry(key).or_insert((0, i64::MAX, id, own));
            *group = (group.0 + 1, group.1.min(case.created_at), group.2, group.3);
        }
        let found = get!(base, &scope, reward_troubles(campaign));
        let found: BTreeMap<_, _> = found
            .iter()
            .map(|row| {
                let key = (row.sync().as_str(), row.cause().map(Cause::as_str));
                (key, (row.rewards, row.oldest, row.newest.as_str(), row.campaign_id.as_str()))
            })
            .collect();
        assert_eq!(found, expected);
    }
}
