//! Lists of campaigns: a status is told by `Facts::status` of the domain and by the CASE of the lists, and they agree; pages; order.

use super::super::query::execute;
use super::super::{CampaignFilter, CampaignRow, Direction, NewCampaign};
use super::engine::Base;
use super::fixtures::{HUGE, T, get, insert_sharing, new_campaign, new_version, put, sharing, shop, shop_of};
use app::domain::campaign::{Facts, Status};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::strategy::Just;
use proptest::test_runner::{Config, TestRunner};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Handle;

/// Sets of rows, each in a workspace of its own.
const SETS: u32 = 8;
const ROWS: usize = 40;

fn facts() -> impl Strategy<Value = Facts> {
    let moment = of(prop_oneof![Just(0), Just(T - 1), Just(T), Just(T + 1), Just(HUGE)]);
    let max = of(prop_oneof![0_i64..6, Just(HUGE)]);
    let rarely = || prop_oneof![4 => Just(false), 1 => Just(true)];
    (rarely(), rarely(), 0_i64..6, max, moment).prop_map(|(archived, paused, issued, max_rewards, expires_at)| Facts {
        archived,
        active: !paused,
        issued,
        max_rewards,
        expires_at,
    })
}

pub(super) async fn two_ways_to_a_status_agree(base: Base) {
    let sets = AtomicU32::new(0);
    let config = Config { cases: SETS, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    tokio::task::block_in_place(|| {
        TestRunner::new(config)
            .run(&vec(facts(), ROWS), |rows| {
                let set = sets.fetch_add(1, Ordering::Relaxed);
                Handle::current().block_on(check(&base, set, &rows));
                Ok(())
            })
            .unwrap();
    });
}

async fn check(base: &Base, set: u32, rows: &[Facts]) {
    let scope = shop_of(base, &format!("ws_{set}")).await;
    let mut expected: HashMap<Status, Vec<String>> = HashMap::new();
    let definition = sharing();
    let mut tx = base.db.begin().await.unwrap();
    for (n, facts) in rows.iter().enumerate().rev() {
        let id = format!("cmp_{n:03}");
        tx.at(&scope).insert_campaign(&new_campaign(&id, &definition)).await.unwrap();
        tx.at(&scope).insert_campaign_version(&new_version(&id, 1)).await.unwrap();
        execute!(
            tx.conn(),
            "UPDATE campaigns SET archived_at = $1, active = $2, issued = $3, max_rewards = $4, expires_at = $5
              WHERE workspace_id = $6 AND id = $7",
            facts.archived.then_some(T - 5),
            facts.active,
            facts.issued,
            facts.max_rewards,
            facts.expires_at,
            scope.workspace.as_str(),
            id.as_str()
        )
        .unwrap();
        expected.entry(facts.status(T)).or_default().push(id);
    }
    tx.commit().await.unwrap();

    let asked =
        |status| CampaignFilter { app_id: Some("shop".to_owned()), status, direction: Direction::First, limit: 1_000 };
    for status in Status::ALL {
        let rows = get!(base, &scope, campaigns(&asked(Some(status)), T));
        assert!(rows.iter().all(|row| row.status(T) == status), "{status:?}");
        assert_eq!(ids(&rows), expected.get(&status).cloned().unwrap_or_default(), "{status:?}");
    }
    let archived = expected.get(&Status::Archived).map_or(0, Vec::len);
    assert_eq!(get!(base, &scope, campaigns(&asked(None), T)).len(), rows.len() - archived);
}

fn ids(rows: &[CampaignRow]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

pub(super) async fn pages_forward_and_backward(base: Base) {
    let scope = shop(&base).await;
    let mut all: Vec<String> = (0..57).map(|n| format!("cmp_{n:02}")).collect();
    for id in &all {
        insert_sharing(&base, &scope, id).await;
    }
    // Another version counts once, with what it gives now.
    put!(base, &scope, insert_campaign_version(&new_version("cmp_30", 2))).unwrap();
    // What must not be on any page: archived, of another app.
    insert_sharing(&base, &scope, "cmp_30x").await;
    put!(base, &scope, set_campaign_archived("cmp_30x", true, T)).unwrap();
    let definition = sharing();
    let another = NewCampaign { app_id: "another", ..new_campaign("cmp_31x", &definition) };
    put!(base, &scope, insert_campaign(&another)).unwrap();
    put!(base, &scope, insert_campaign_version(&new_version("cmp_31x", 1))).unwrap();
    all.reverse();

    let of_shop = |direction| CampaignFilter { app_id: Some("shop".into()), status: None, direction, limit: 20 };
    let mut forward = Vec::new();
    let mut direction = Direction::First;
    loop {
        let page = ids(&get!(base, &scope, campaigns(&of_shop(direction), T)));
        let Some(last) = page.last().cloned() else { break };
        forward.extend(page);
        direction = Direction::After(last);
    }
    assert_eq!(forward, all);

    let mut backward = vec!["cmp_00".to_owned()];
    loop {
        let page = ids(&get!(base, &scope, campaigns(&of_shop(Direction::Before(backward[0].clone())), T)));
        if page.is_empty() {
            break;
        }
        backward.splice(0..0, page);
    }
    assert_eq!(backward, all);

    let in_every_app = CampaignFilter { app_id: None, limit: 100, ..of_shop(Direction::First) };
    assert_eq!(get!(base, &scope, campaigns(&in_every_app, T)).len(), 58);
}
