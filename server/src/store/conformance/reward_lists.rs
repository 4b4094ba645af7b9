//! Lists of a campaign's rewards: filters, search, pages.

use super::super::query::execute;
use super::super::{Direction, NewReward, RewardRow, RewardSearch, Sought};
use super::engine::Base;
use super::fixtures::{T, get, insert_sharing, new_reward, put, shop};
use crate::scope::Scope;
use app::domain::reward::Filter;

fn search(sought: Sought, direction: Direction) -> RewardSearch {
    RewardSearch { campaign_id: "cmp_1".into(), which: Filter::All, all_blocked: false, sought, direction, limit: 20 }
}

fn ids(rows: &[RewardRow]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

/// Rewards of the campaign by code, address and reference; the first has the id `rw_00`.
async fn insert(base: &Base, scope: &Scope, rewards: &[(&str, &str, Option<&str>)]) {
    insert_sharing(base, scope, "cmp_1").await;
    let mut tx = base.db.begin().await.unwrap();
    for (n, (code, email, reference)) in rewards.iter().enumerate() {
        let id = format!("rw_{n:02}");
        let email_key = app::domain::email::normalize(email);
        let new = NewReward { reference: *reference, email, email_key: &email_key, ..new_reward(&id, "cmp_1", code) };
        tx.at(scope).insert_reward(&new).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(super) async fn search_takes_text_as_it_is(base: Base) {
    let scope = shop(&base).await;
    let rewards = [
        ("SHARE-KX7M-4RTW", "Ada@Example.com", Some("Order_1")),
        ("SHARE-BFJK-NTWZ", "a%b@example.org", Some("order-10")),
        ("VIP-KX7M-9999", "ÖZGÜR@exämple.de", None),
        ("VIP-BBBB-CCCC", "a_b@example.org", Some("100%")),
        ("VIP-DDDD-FFFF", "bob+x!y@example.net", Some("日本_語!")),
        ("VIP-GGGG-HHHH", "o'hara@example.net", Some("'OR'1'='1")),
    ];
    insert(&base, &scope, &rewards).await;
    // Of another campaign.
    insert_sharing(&base, &scope, "cmp_2").await;
    put!(base, &scope, insert_reward(&new_reward("rw_99", "cmp_2", "SHARE-KX7M-9998"))).unwrap();
    // Whose person was erased.
    put!(base, &scope, insert_reward(&new_reward("rw_98", "cmp_1", "SHARE-GONE-0000"))).unwrap();
    let mut tx = base.db.begin().await.unwrap();
    execute!(tx.conn(), "UPDATE rewards SET email = NULL, email_key = NULL WHERE id = 'rw_98'").unwrap();
    tx.commit().await.unwrap();

    let mut queries: Vec<String> = [
        "%",
        "_",
        "!",
        "!%",
        "%%",
        "''",
        "'",
        "kx7m",
        "VIP-",
        "vip-k",
        "ADA@",
        "özgür",
        "ORDER",
        "order_",
        "日本",
        "@example.org",
        "nothing",
        "\\",
        "1'='1",
    ]
    .map(str::to_owned)
    .to_vec();
    queries.extend(rewards.iter().flat_map(|(code, email, reference)| {
        [Some(*code), Some(*email), *reference].into_iter().flatten().map(str::to_owned)
    }));
    for q in queries {
        let found = get!(base, &scope, find_rewards(&search(Sought::Part(q.clone()), Direction::First), T));
        let has = |text: &str| text.to_lowercase().contains(&q.to_lowercase());
        let expected: Vec<String> = rewards
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, (code, email, reference))| has(code) || has(email) || reference.is_some_and(has))
            .map(|(n, _)| format!("rw_{n:02}"))
            .collect();
        assert_eq!(ids(&found), expected, "search for {q}");
    }
    let whole = |code: &str| search(Sought::Code(code.into()), Direction::First);
    assert_eq!(ids(&get!(base, &scope, find_rewards(&whole("share-kx7m-4rtw"), T))), ["rw_00"]);
    assert!(get!(base, &scope, find_rewards(&whole("SHARE-KX7M"), T)).is_empty());
    assert!(get!(base, &scope, find_rewards(&whole("SHARE-KX7M-9998"), T)).is_empty(), "of another campaign");
    assert_eq!(get!(base, &scope, find_rewards(&search(Sought::All, Direction::First), T)).len(), 7);
}

pub(super) async fn pages_forward_and_backward(base: Base) {
    let scope = shop(&base).await;
    let codes: Vec<String> = (0..57).map(|n| format!("SHARE-{n:02}")).collect();
    let rewards: Vec<_> = codes.iter().map(|code| (code.as_str(), "ada@example.com", None)).collect();
    insert(&base, &scope, &rewards).await;
    let mut all: Vec<String> = (0..57).map(|n| format!("rw_{n:02}")).collect();
    all.reverse();
    for sought in [Sought::All, Sought::Part("ADA@".into())] {
        let mut forward = Vec::new();
        let mut pages = Vec::new();
        let mut direction = Direction::First;
        loop {
            let page = ids(&get!(base, &scope, find_rewards(&search(sought.clone(), direction), T)));
            let Some(last) = page.last().cloned() else { break };
            pages.push(page.len());
            forward.extend(page);
            direction = Direction::After(last);
        }
        assert_eq!((&forward, pages), (&all, vec![20, 20, 17]));
        let mut backward = vec!["rw_00".to_owned()];
        loop {
            let before = Direction::Before(backward[0].clone());
            let page = ids(&get!(base, &scope, find_rewards(&search(sought.clone(), before), T)));
            if page.is_empty() {
                break;
            }
            backward.splice(0..0, page);
        }
        assert_eq!(backward, all);
    }
}
