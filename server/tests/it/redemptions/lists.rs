//! Pages of redemptions: newest first, filters, cursors both ways, an app's own alone.

use super::{confirm, hold, release};
use crate::harness::{Answer, REDEMPTIONS, World, on_both_engines};
use app::backend::Backend;
use app::domain::mode::Mode;
use app::wire::screens::KeyRights;
use serde_json::json;

on_both_engines!(pages_lead_both_ways, filters, an_apps_own_alone);

/// The ids of a page, and whether there is more.
fn ids(page: &Answer) -> (Vec<&str>, bool) {
    assert_eq!(
        (page.status, &page.json["object"], &page.json["url"]),
        (200, &json!("list"), &json!(REDEMPTIONS)),
        "{}",
        page.text
    );
    let data = page.json["data"].as_array().unwrap();
    (data.iter().map(|row| row["id"].as_str().unwrap()).collect(), page.json["has_more"].as_bool().unwrap())
}

async fn made(w: &World, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(hold(w, json!({})).await.expect(201).id().to_owned());
        w.advance(1);
    }
    made
}

async fn pages_lead_both_ways(w: &World) {
    assert_eq!(ids(&w.get(REDEMPTIONS).await), (vec![], false));
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let made = made(w, 5).await;
    let of = |places: &[usize]| places.iter().map(|&place| made[place].as_str()).collect::<Vec<_>>();
    for (query, places, more) in [
        (String::new(), &[4, 3, 2, 1, 0][..], false),
        ("limit=2".into(), &[4, 3], true),
        (format!("limit=2&starting_after={}", made[3]), &[2, 1], true),
        (format!("limit=2&starting_after={}", made[1]), &[0], false),
        (format!("limit=2&ending_before={}", made[1]), &[3, 2], true),
        (format!("limit=3&ending_before={}", made[1]), &[4, 3, 2], false),
        (format!("starting_after={}", made[0]), &[], false),
    ] {
        assert_eq!(ids(&w.get(&format!("{REDEMPTIONS}?{query}")).await), (of(places), more), "{query}");
    }
}

async fn filters(w: &World) {
    let spring = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let other = w.code(json!({ "code": "OTHER", "percent_off": 10 })).await;
    let made = made(w, 3).await;
    confirm(w, &made[0]).await.expect(200);
    release(w, &made[1]).await.expect(200);
    let elsewhere = hold(w, json!({ "code": "OTHER" })).await.expect(201);
    w.advance(1);
    let session = w.checkout(json!({ "discount_code": "OTHER" })).await.expect(201);
    let at_checkout = session.json["discount"]["redemption"].as_str().unwrap();
    for (query, wanted) in [
        (format!("discount_code={spring}"), vec![made[2].as_str(), &made[1], &made[0]]),
        (format!("discount_code={other}"), vec![at_checkout, elsewhere.id()]),
        ("state=redeemed".into(), vec![&made[0]]),
        ("state=released".into(), vec![&made[1]]),
        ("state=held&app_id=taskpomo".into(), vec![at_checkout, elsewhere.id(), &made[2]]),
        (format!("state=held&discount_code={spring}"), vec![&made[2]]),
        (format!("state=redeemed&discount_code={other}"), vec![]),
    ] {
        assert_eq!(ids(&w.get(&format!("{REDEMPTIONS}?{query}")).await), (wanted, false), "{query}");
    }
    let page = w.get(REDEMPTIONS).await;
    assert_eq!(page.json["data"][0]["checkout_session"], session.json["id"]);
    assert_eq!(page.json["data"][1], elsewhere.json, "as it was told when it was made");
    // A code that was archived is still named.
    w.delete(&format!("{}/{spring}", crate::harness::CODES)).await.expect(200);
    let archived = w.get(&format!("{REDEMPTIONS}?discount_code={spring}")).await;
    assert_eq!((archived.json["data"][0]["code"].as_str(), ids(&archived).0.len()), (Some("SPRING"), 3));
}

async fn an_apps_own_alone(w: &World) {
    let spring = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let ours = made(w, 1).await.remove(0);
    Backend::create_app(&w.services, &w.owner(), "Another", "another").await.unwrap();
    let (_, another) = w.api_key(Mode::Test, "another", KeyRights::Full).await;
    let (_, all) = w.api_key(Mode::Test, "", KeyRights::Full).await;
    let ask = |key: &str, query: &str| w.ask("GET", &format!("{REDEMPTIONS}?{query}")).key(key).send();
    assert_eq!(ids(&ask(&another, "").await), (vec![], false));
    ask(&another, &format!("starting_after={ours}")).await.refused(400, "parameter_invalid", "starting_after");
    let refused = ask(&another, &format!("discount_code={spring}")).await;
    let nobodys = "dc_00000000000000000000000000";
    let missing = ask(&another, &format!("discount_code={nobodys}")).await;
    assert_eq!(refused.text.replace(&spring, nobodys), missing.text);
    refused.refused(404, "resource_missing", "discount_code");
    ask(&another, "app_id=taskpomo").await.refused(404, "resource_missing", "app_id");
    assert_eq!(ids(&ask(&all, "").await), (vec![ours.as_str()], false));
    assert_eq!(ids(&ask(&all, "app_id=another").await), (vec![], false));
}
