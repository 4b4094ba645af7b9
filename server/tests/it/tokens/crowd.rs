//! Many callers, many connections, two processes, at the moment when every token is too old: one refresh each.

use super::{MINUTE, browse, checkout, install};
use crate::harness::{Engine, Shop, all};
use crate::install::{account, cookie};
use stripe_sim::Price;

const CONNECTIONS: usize = 20;
const CALLERS: usize = 200;

/// A workspace that an install made, and a key of it.
async fn workspace(shop: &Shop, number: usize) -> String {
    let (url, id) = (shop.url(), account(&format!("acct_1Crowd{number:02}")));
    shop.sim.add_price(&id, false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    let back = install(shop, &url, "", "install", &id).await;
    let session = cookie(&back, "cm_session").unwrap();
    let form = [("do", "create-key"), ("name", "Shop"), ("app_id", "default"), ("rights", "full")];
    let page = browse(shop, &url, "POST", "/settings", &session).form(&form).send().await.expect(200);
    let letters = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    // The page speaks of keys elsewhere, too; a whole one is the longest.
    page.text.match_indices("cm_test_").map(|(at, _)| letters(&page.text[at..])).max_by_key(String::len).unwrap()
}

async fn one_refresh_each(engine: Engine) {
    let shop = Shop::open(engine, None).await;
    let mut keys = Vec::new();
    for number in 0..CONNECTIONS {
        keys.push(workspace(&shop, number).await);
    }
    shop.kill().await;
    shop.later(57 * MINUTE);
    shop.start(None).await;
    let second = match engine {
        Engine::Postgres => Some(shop.another(None).await),
        Engine::Sqlite => None,
    };
    let first = shop.url();
    let urls = [&first, second.as_ref().map_or(&first, |second| &second.url)];
    let calls = (0..CALLERS)
        .map(|caller| checkout(&shop, urls[(caller / CONNECTIONS) % 2], &keys[caller % CONNECTIONS], "default").send());
    for answer in all(calls).await {
        answer.expect(201);
    }
    let asked = shop.sim.token_requests().into_iter().filter(|request| request.grant_type == "refresh_token").count();
    let rolled: Vec<usize> = (0..CONNECTIONS)
        .map(|number| shop.sim.refreshes(false, &account(&format!("acct_1Crowd{number:02}"))))
        .collect();
    assert_eq!((asked, rolled), (CONNECTIONS, vec![1; CONNECTIONS]));
    // And all of them work on.
    for (key, url) in keys.iter().zip(urls.iter().cycle()) {
        checkout(&shop, url, key, "default").send().await.expect(201);
    }
    if let Some(second) = second {
        second.kill().await;
    }
    shop.close().await;
}

#[test]
fn postgres() {
    crate::death::run(Engine::Postgres, one_refresh_each(Engine::Postgres));
}

#[test]
fn sqlite() {
    crate::death::run(Engine::Sqlite, one_refresh_each(Engine::Sqlite));
}
