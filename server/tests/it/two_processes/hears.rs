//! A page that stands open at one process hears of what the other changes.

use super::on_postgres;
use crate::harness::{ALL, CONNECTION, Process, Shop};
use crate::live::Page;
use serde_json::json;
use std::time::{Duration, Instant};
use stripe_sim::AccountId;

/// The database is looked at each second; a machine that many share is given time.
const SOON: Duration = Duration::from_secs(4);

/// Disconnects and connects again at one process; a page at the other hears of both.
async fn hears(shop: &Shop, cookie: &str, page_at: &str, changed_at: &str) -> [Duration; 2] {
    let mut page = Page::listen(shop.bare(page_at, "GET", "/live?mode=test").header("cookie", cookie)).await;
    let before = page.hears().await;
    shop.ask_at(changed_at, "DELETE", CONNECTION).send().await.expect(200);
    let done = Instant::now();
    let gone = page.hears().await;
    let first = done.elapsed();
    let key = shop.sim.issue_restricted_key(&AccountId::default(), false, &ALL);
    shop.ask_at(changed_at, "POST", CONNECTION).json(&json!({ "restricted_key": key })).send().await.expect(200);
    let done = Instant::now();
    let back = page.hears().await;
    assert!(before != gone && gone != back && before != back, "{before} {gone} {back}");
    [first, done.elapsed()]
}

#[test]
fn of_changes_at_the_other() {
    on_postgres(async |shop: &Shop, second: Process| {
        let cookie = shop.sign_in().await;
        let first = shop.url();
        for (page_at, changed_at) in [(&first, &second.url), (&second.url, &first)] {
            let heard = hears(shop, &cookie, page_at, changed_at).await;
            eprintln!("heard {heard:?} after the change");
            assert!(heard.iter().all(|heard| *heard < SOON), "{heard:?}");
        }
        second.kill().await;
    });
}
