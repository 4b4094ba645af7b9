//! Lists: pages, search, order.

use super::super::{CodeFilter, CodeRow, Direction, NewCode};
use super::engine::Base;
use super::fixtures::{T, get, new_code, put, shop};
use crate::scope::Scope;

fn filter(direction: Direction) -> CodeFilter {
    CodeFilter { app_id: Some("shop".into()), status: None, q: String::new(), direction, limit: 20 }
}

fn ids(rows: &[CodeRow]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

async fn insert(base: &Base, scope: &Scope, codes: &[(String, String)]) {
    let mut tx = base.db.begin().await.unwrap();
    for (id, code) in codes {
        tx.at(scope).insert_code(&new_code(id, code)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(super) async fn pages_forward_and_backward(base: Base) {
    let scope = shop(&base).await;
    let codes: Vec<_> = (0..57).map(|n| (format!("dc_{n:02}"), format!("CODE{n:02}"))).collect();
    insert(&base, &scope, &codes).await;
    // What must not be on any page: archived, of another app.
    put!(base, &scope, insert_code(&new_code("dc_30x", "GONE"))).unwrap();
    put!(base, &scope, archive_code("dc_30x", T)).unwrap();
    put!(base, &scope, insert_code(&NewCode { app_id: "another", ..new_code("dc_31x", "ANOTHER") })).unwrap();
    let newest_first: Vec<_> = codes.iter().rev().map(|(id, _)| id.clone()).collect();

    let mut forward = Vec::new();
    let mut pages = Vec::new();
    let mut direction = Direction::First;
    loop {
        let page = ids(&get!(base, &scope, codes(&filter(direction), T)));
        let Some(last) = page.last().cloned() else { break };
        pages.push(page.len());
        forward.extend(page);
        direction = Direction::After(last);
    }
    assert_eq!((forward, pages), (newest_first.clone(), vec![20, 20, 17]));

    let mut backward = vec!["dc_00".to_owned()];
    loop {
        let page = ids(&get!(base, &scope, codes(&filter(Direction::Before(backward[0].clone())), T)));
        if page.is_empty() {
            break;
        }
        backward.splice(0..0, page);
    }
    assert_eq!(backward, newest_first);

    let in_every_app = CodeFilter { app_id: None, limit: 100, ..filter(Direction::First) };
    assert_eq!(get!(base, &scope, codes(&in_every_app, T)).len(), 58);
    // A cursor need not exist any more.
    let after_archived = ids(&get!(base, &scope, codes(&filter(Direction::After("dc_30x".into())), T)));
    assert_eq!(after_archived[0], "dc_30");
}

pub(super) async fn search_takes_text_as_it_is(base: Base) {
    let scope = shop(&base).await;
    let texts = ["A%B", "A_B", "A!B", "AXB", "A!%B", "ÄÖ_日本", "100%", "'OR'1'='1", "A\\B", "A?*B"];
    let codes: Vec<_> = texts.iter().enumerate().map(|(n, text)| (format!("dc_{n:02}"), (*text).to_owned())).collect();
    insert(&base, &scope, &codes).await;
    let mut queries: Vec<&str> = vec![
        "%", "_", "!", "!%", "!!", "%%", "A", "B", "A%B", "A_B", "_日", "日本", "'", "\\", "?", "*", "AXB", "NOTHING",
    ];
    queries.extend(texts);
    for q in queries {
        let asked = CodeFilter { q: q.into(), ..filter(Direction::First) };
        let found: Vec<_> = get!(base, &scope, codes(&asked, T)).into_iter().map(|row| row.code).collect();
        let expected: Vec<_> = texts.iter().rev().filter(|text| text.contains(q)).collect();
        assert_eq!(found, expected.into_iter().copied().collect::<Vec<_>>(), "search for {q}");
    }
}

pub(super) async fn ids_sort_by_bytes(base: Base) {
    let scope = shop(&base).await;
    let mut order = ["dc_A", "dc_B", "dc_Z", "dc__", "dc_a", "dc_b", "dc-c", "dc_0"].map(str::to_owned);
    let codes: Vec<_> = order.iter().map(|id| (id.clone(), id.clone())).collect();
    insert(&base, &scope, &codes).await;
    order.sort_by(|a, b| b.cmp(a));
    assert_eq!(ids(&get!(base, &scope, codes(&filter(Direction::First), T))), order);
    for (n, id) in order.iter().enumerate() {
        let after = get!(base, &scope, codes(&filter(Direction::After(id.clone())), T));
        assert_eq!(ids(&after), order[n + 1..], "after {id}");
        let before = get!(base, &scope, codes(&filter(Direction::Before(id.clone())), T));
        assert_eq!(ids(&before), order[..n], "before {id}");
    }
}
