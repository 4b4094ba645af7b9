//! Pages of codes: newest first, filters, search, cursors both ways.

use crate::harness::{Answer, CODES, NEW_YEAR, World, on_both_engines};
use serde_json::json;

on_both_engines!(pages_lead_both_ways, filters_and_search, what_a_list_does_not_take);

/// The texts of a page, and whether there is more.
fn texts(page: &Answer) -> (Vec<&str>, bool) {
    assert_eq!(
        (page.status, &page.json["object"], &page.json["url"]),
        (200, &json!("list"), &json!(CODES)),
        "{}",
        page.text
    );
    let data = page.json["data"].as_array().unwrap();
    (data.iter().map(|code| code["code"].as_str().unwrap()).collect(), page.json["has_more"].as_bool().unwrap())
}

/// `CODE1` to `CODEn`, a millisecond apart; their ids.
async fn make(w: &World, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 1..=count {
        ids.push(w.code(json!({ "code": format!("CODE{n}"), "percent_off": n })).await);
        w.advance(1);
    }
    ids
}

async fn pages_lead_both_ways(w: &World) {
    assert_eq!(texts(&w.get(CODES).await), (vec![], false));
    let ids = make(w, 5).await;
    assert_eq!(texts(&w.get(CODES).await), (vec!["CODE5", "CODE4", "CODE3", "CODE2", "CODE1"], false));
    for (query, texts_of_page, more) in [
        ("limit=2".to_owned(), vec!["CODE5", "CODE4"], true),
        (format!("limit=2&starting_after={}", ids[3]), vec!["CODE3", "CODE2"], true),
        (format!("limit=2&starting_after={}", ids[1]), vec!["CODE1"], false),
        (format!("limit=2&starting_after={}", ids[0]), vec![], false),
        (format!("limit=1&starting_after={}", ids[1]), vec!["CODE1"], false),
        (format!("limit=2&ending_before={}", ids[1]), vec!["CODE4", "CODE3"], true),
        (format!("limit=3&ending_before={}", ids[1]), vec!["CODE5", "CODE4", "CODE3"], false),
        (format!("limit=2&ending_before={}", ids[4]), vec![], false),
        ("limit=100".to_owned(), vec!["CODE5", "CODE4", "CODE3", "CODE2", "CODE1"], false),
    ] {
        assert_eq!(texts(&w.get(&format!("{CODES}?{query}")).await), (texts_of_page, more), "{query}");
    }
    // An archived code is in no list, but a cursor on it still holds its place.
    w.delete(&format!("{CODES}/{}", ids[2])).await.expect(200);
    let after = format!("{CODES}?limit=2&starting_after={}", ids[2]);
    assert_eq!(texts(&w.get(&after).await), (vec!["CODE2", "CODE1"], false));
}

async fn filters_and_search(w: &World) {
    make(w, 2).await;
    let soon = w.now() + 60_000;
    w.code(json!({ "code": "SCHEDULED", "percent_off": 1, "starts_at": NEW_YEAR })).await;
    w.code(json!({ "code": "EXPIRED", "percent_off": 1, "expires_at": soon })).await;
    let paused = w.code(json!({ "code": "PAUSED_1", "percent_off": 1 })).await;
    w.patch(&format!("{CODES}/{paused}"), json!({ "active": false })).await.expect(200);
    let archived = w.code(json!({ "code": "ARCHIVED", "percent_off": 1 })).await;
    w.delete(&format!("{CODES}/{archived}")).await.expect(200);
    w.code(json!({ "code": "EXHAUSTED", "percent_off": 1, "max_redemptions": 1 })).await;
    w.checkout(json!({ "discount_code": "EXHAUSTED" })).await.expect(201);
    w.advance(60_000);
    for (query, mut wanted) in [
        ("status=active", vec!["CODE1", "CODE2"]),
        ("status=scheduled", vec!["SCHEDULED"]),
        ("status=expired", vec!["EXPIRED"]),
        ("status=paused", vec!["PAUSED_1"]),
        ("status=archived", vec!["ARCHIVED"]),
        ("status=exhausted", vec!["EXHAUSTED"]),
        ("q=code", vec!["CODE1", "CODE2"]),
        ("q=%20code1", vec!["CODE1"]),
        ("q=_", vec!["PAUSED_1"]),
        ("q=%25", vec![]),
        ("q=!", vec![]),
        ("q='%20OR%201=1--", vec![]),
        ("q=archived", vec![]),
        ("q=D&status=paused&app_id=taskpomo", vec!["PAUSED_1"]),
        ("q=", vec!["CODE1", "CODE2", "EXHAUSTED", "EXPIRED", "PAUSED_1", "SCHEDULED"]),
        ("app_id=taskpomo", vec!["CODE1", "CODE2", "EXHAUSTED", "EXPIRED", "PAUSED_1", "SCHEDULED"]),
    ] {
        let page = w.get(&format!("{CODES}?{query}")).await;
        let (mut found, more) = texts(&page);
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!((found, more), (wanted, false), "{query}");
    }
}

async fn what_a_list_does_not_take(w: &World) {
    let nobody = "dc_00000000000000000000000000";
    let both = format!("starting_after={nobody}&ending_before={nobody}");
    let after_nobody = format!("starting_after={nobody}");
    for (query, code, param) in [
        ("limit=0", "parameter_invalid", "limit"),
        ("limit=101", "parameter_invalid", "limit"),
        ("limit=-1", "parameter_invalid", "limit"),
        ("limit=1.5", "parameter_invalid", "limit"),
        ("limit=ten", "parameter_invalid", "limit"),
        ("limit=", "parameter_invalid", "limit"),
        ("limit=1&limit=1", "parameter_invalid", "limit"),
        ("status=Active", "parameter_invalid", "status"),
        ("starting_after=x", "parameter_invalid", "starting_after"),
        (&after_nobody, "parameter_invalid", "starting_after"),
        (&both, "parameters_exclusive", "ending_before"),
        ("offset=3", "parameter_unknown", "offset"),
        ("q=%00", "parameter_invalid", "q"),
        ("q=%ff", "parameter_invalid", "q"),
    ] {
        let refused = w.get(&format!("{CODES}?{query}")).await.refused(400, code, param);
        assert!(refused.message().contains(param), "{query}: {}", refused.message());
    }
    w.get(&format!("{CODES}?app_id=nobodys")).await.refused(404, "resource_missing", "app_id");
}
