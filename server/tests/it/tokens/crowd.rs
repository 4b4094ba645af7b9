//! Many callers, many connections, two processes, at the moment when every token is too old: one refresh each.

use super::{MINUTE, browse, checkout, install};
use crate::harness::{Engine, Shop, all};
use crate::install::{account, cookie};
use stripe_sim::Price;

/// Callers, each of one connection.
const CALLERS: usize = 200;

/// Connections whose tokens are too old at the same moment.
fn connections() -> usize {
    if crate::death::full() { 100 } else { 20 }
}

/// A workspace that an install made, and a key of it.
async fn workspace(shop: &Shop, number: usize) -> String {
    let (url, id) = (shop.url(), account(&format!("acct_1Crowd{number:03}")));
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
    let (mut keys, connections) = (Vec::new(), connections());
    for number in 0..connections {
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
    // All callers at once, and each goes on to the next connection: every connection is asked for at both processes.
    let rounds = if crate::death::full() { connections } else { 1 };
    let callers = (0..CALLERS).map(|caller| {
        let asks: Vec<_> = (0..rounds)
            .map(|round| {
                checkout(
                    &shop,
                    urls[(caller / connections + round) % 2],
                    &keys[(caller + round) % connections],
                    "default",
                )
            })
            .collect();
        async move {
            for ask in asks {
                ask.send().await.expect(201);
            }
        }
    });
    all(callers).await;
    let asked = shop.sim.token_requests().into_iter().filter(|request| request.grant_type == "refresh_token").count();
    let rolled: Vec<usize> = (0..connections)
        .map(|number| shop.sim.refreshes(false, &account(&format!("acct_1Crowd{number:03}"))))
        .collect();
    assert_eq!((asked, rolled), (connections, vec![1; connections]));
    eprintln!(
        "{engine:?}: {CALLERS} callers with {rounds} calls each, {connections} connections at expiry: {asked} refreshes"
    );
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
