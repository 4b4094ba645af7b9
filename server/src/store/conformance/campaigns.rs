//! Campaigns: a status is told in three places (`Facts::status` of the domain, the CASE of the lists, the condition of the count), and they
//! agree; versions change only while nothing is made of them.

use super::super::query::execute;
use super::super::{CampaignFilter, Direction, NewVersion};
use super::engine::Base;
use super::fixtures::{T, get, insert_sharing, new_version, percent, put, sharing, shop};
use app::domain::campaign::{Definition, Ends, Facts, Status};
use std::collections::BTreeMap;

/// Every mixture of the facts around their edges.
fn mixtures() -> Vec<Facts> {
    let mut all = Vec::new();
    for archived in [false, true] {
        for active in [false, true] {
            for expires_at in [None, Some(T - 1), Some(T), Some(T + 1)] {
                for max_rewards in [None, Some(1), Some(2)] {
                    for issued in 0..3 {
                        all.push(Facts { archived, active, issued, max_rewards, expires_at });
                    }
                }
            }
        }
    }
    all
}

pub(super) async fn three_ways_to_a_status_agree(base: Base) {
    let scope = shop(&base).await;
    let mut expected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (n, facts) in mixtures().into_iter().enumerate().rev() {
        let id = format!("cmp_{n:03}");
        insert_sharing(&base, &scope, &id).await;
        let mut tx = base.db.begin().await.unwrap();
        execute!(
            tx.conn(),
            "UPDATE campaigns SET archived_at = $1, active = $2, issued = $3, max_rewards = $4, expires_at = $5 WHERE id = $6",
            facts.archived.then_some(T - 5),
            facts.active,
            facts.issued,
            facts.max_rewards,
            facts.expires_at,
            id.as_str()
        )
        .unwrap();
        tx.commit().await.unwrap();
        expected.entry(facts.status(T).as_str()).or_default().push(id);
    }
    let asked =
        |status| CampaignFilter { app_id: Some("shop".into()), status, direction: Direction::First, limit: 1_000 };
    for status in Status::ALL {
        let rows = get!(base, &scope, campaigns(&asked(Some(status)), T));
        assert!(rows.iter().all(|row| row.status(T) == status), "{status:?}");
        let ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        assert_eq!(ids, expected[status.as_str()], "{status:?}");
    }
    let all = get!(base, &scope, campaigns(&asked(None), T));
    assert_eq!(all.len(), mixtures().len() - expected["archived"].len());
    for (n, facts) in mixtures().into_iter().enumerate() {
        let counted = put!(base, &scope, count_reward(&format!("cmp_{n:03}"), T)).unwrap();
        assert_eq!(counted.is_some(), facts.status(T) == Status::Active, "{facts:?}");
    }
}

pub(super) async fn a_version_stands_once_its_coupon_is_made(base: Base) {
    let scope = shop(&base).await;
    insert_sharing(&base, &scope, "cmp_1").await;
    let more = (&percent(2_000)).into();
    assert!(put!(base, &scope, update_campaign_version("cmp_1", 1, &more, Some(T + 5))).unwrap());
    assert_eq!(get!(base, &scope, campaign("cmp_1")).unwrap().terms().unwrap(), percent(2_000));
    let mut tx = base.db.begin().await.unwrap();
    execute!(tx.conn(), "UPDATE campaign_versions SET minted_at = $1", T).unwrap();
    tx.commit().await.unwrap();
    let less = (&percent(500)).into();
    assert!(!put!(base, &scope, update_campaign_version("cmp_1", 1, &less, None)).unwrap(), "too late");

    put!(base, &scope, insert_campaign_version(&NewVersion { coupon_id: "coupon_2", ..new_version("cmp_1", 2) }))
        .unwrap();
    let changed = Definition { ends: Ends::At(T + 9), max_rewards: Some(7), name: "Another".into(), ..sharing() };
    put!(base, &scope, update_campaign("cmp_1", false, &changed, 2, r#"{"a":"b"}"#, T + 1)).unwrap();
    let row = get!(base, &scope, campaign("cmp_1")).unwrap();
    let metadata = [("a".to_owned(), "b".to_owned())].into();
    assert_eq!((row.version, row.terms_version, row.active), (2, 2, false));
    assert_eq!(row.definition().unwrap(), Definition { metadata, ..changed });
    let versions = get!(base, &scope, campaign_versions("cmp_1", 1, 2));
    assert_eq!(versions.iter().map(|row| (row.terms_version, row.version)).collect::<Vec<_>>(), [(1, 2), (2, 2)]);
    assert_eq!((versions[0].terms().unwrap(), versions[1].terms().unwrap()), (percent(2_000), percent(1_500)));
    assert_eq!(get!(base, &scope, campaign_versions("cmp_1", 2, 9)).len(), 1);

    assert!(put!(base, &scope, set_campaign_archived("cmp_1", true, T + 2)).unwrap());
    assert!(!put!(base, &scope, set_campaign_archived("cmp_1", true, T + 3)).unwrap(), "it is archived already");
    assert_eq!(get!(base, &scope, campaign("cmp_1")).unwrap().archived_at, Some(T + 2));
    put!(base, &scope, update_campaign("cmp_1", true, &sharing(), 1, "{}", T + 4)).unwrap();
    assert!(!get!(base, &scope, campaign("cmp_1")).unwrap().active, "what is archived is not changed");
    assert!(put!(base, &scope, set_campaign_archived("cmp_1", false, T + 5)).unwrap());
    assert_eq!(get!(base, &scope, campaign("cmp_1")).unwrap().archived_at, None);
}
