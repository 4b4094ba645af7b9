//! A crowd whose changes are committed together, and a death between two of them: what was answered is there, what was not is no more, and
//! nothing of it is half there.

use super::{LEASE_MS, run};
use crate::harness::{Ask, CHECKOUT, Engine, REDEMPTIONS, Shop, World, all};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Bought one after another before the crowd comes; the first of them has the coupon minted.
const EARLY: usize = 6;
/// Who comes at once: two requests of each, of which one may have the code.
const CUSTOMERS: usize = 20;
/// How many of them have it at last.
const LEFT: usize = 15;

/// What the crowd wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    Checkouts,
    Holds,
}

impl Wants {
    /// Where the process dies: at this one's change, when it is written and not committed.
    fn dies_at(self, crowded: usize) -> String {
        match self {
            Self::Checkouts => format!("before-intent:{}", EARLY + crowded),
            // The hold that minted the coupon went another way.
            Self::Holds => format!("before-own-stored:{}", EARLY - 1 + crowded),
        }
    }

    /// Every attempt at an order is the same request.
    fn ask(self, shop: &Shop, order: usize) -> Ask {
        let customer = if order < EARLY { order } else { EARLY + (order - EARLY) / 2 };
        let user = format!("user-{customer}");
        let (path, body) = match self {
            Self::Checkouts => (CHECKOUT, World::checkout_body(json!({ "discount_code": "SPRING", "user_id": user }))),
            Self::Holds => (REDEMPTIONS, json!({ "app_id": "taskpomo", "code": "SPRING", "user_id": user })),
        };
        shop.ask("POST", path).idempotent(&format!("order-{order}")).json(&body)
    }
}

/// How many changes were written and went with the process, because their commit had not come.
async fn story(engine: Engine, wants: Wants, crowded: usize) -> usize {
    let shop = Shop::open(engine, Some(&wants.dies_at(crowded))).await;
    let stock = EARLY + LEFT;
    let fields =
        json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": stock, "max_redemptions_per_user": 1 });
    let code = shop.code(fields).await;
    let mut before = BTreeMap::new();
    for order in 0..EARLY {
        before.insert(order, wants.ask(&shop, order).send().await.expect(201));
    }
    let orders = EARLY..EARLY + 2 * CUSTOMERS;
    let (answers, ()) = tokio::join!(all(orders.clone().map(|order| wants.ask(&shop, order).try_send())), shop.dies());
    before.extend(orders.clone().zip(answers).filter_map(|(order, answer)| Some((order, answer.ok()?))));
    // The counters are those of the rows, with nobody at work.
    let there = usize::try_from(shop.in_rows().await.held).unwrap();
    let written = EARLY + crowded - 1;
    let answered = before.values().filter(|answer| answer.status == 201).count();
    assert!(answered <= there && there <= written, "{answered} were answered, {there} of {written} are there");
    assert_eq!(shop.database.number(shop.database.broken()).await, 0, "the database is broken");

    shop.later(LEASE_MS);
    shop.start(None).await;
    let repeats = (0..orders.end).map(async |order| shop.answers(|| wants.ask(&shop, order)).await);
    let after = futures::future::join_all(repeats).await;
    for (order, answer) in before.iter().filter(|(_, answer)| answer.status != 503) {
        let again = &after[*order];
        assert_eq!((again.status, &again.text), (answer.status, &answer.text), "what was answered stays answered");
    }
    let (made, refused): (Vec<_>, Vec<_>) = after.iter().partition(|answer| answer.status == 201);
    let why = ["discount_code_exhausted", "discount_code_user_limit"];
    assert!(refused.iter().all(|answer| why.contains(&answer.code())), "{refused:?}");
    let ids: BTreeSet<_> = made.iter().map(|answer| answer.id()).collect();
    assert_eq!((made.len(), ids.len()), (stock, stock), "each has its own");
    let held = i64::try_from(stock).unwrap();
    assert_eq!((shop.told(&code).await.held, shop.in_rows().await.held), (held, held));
    if wants == Wants::Checkouts {
        shop.comes_to_rest().await;
        assert_eq!(shop.at_stripe().held, held);
    }
    shop.obeys();
    let customers = "SELECT count(DISTINCT customer) FROM redemptions WHERE state = 'held'";
    assert_eq!(shop.database.number(customers).await, held, "one for each customer");
    shop.close().await;
    written - there
}

fn told_on(engine: Engine, wants: Wants) {
    run(engine, async {
        let mut lost = Vec::new();
        for crowded in [3, 7, 11, 15] {
            lost.push(story(engine, wants, crowded).await);
        }
        eprintln!("{engine:?}: as many changes as {lost:?} shared the commit that did not come");
        assert!(lost.iter().any(|lost| *lost > 0), "nobody shared a commit");
    });
}

#[test]
fn checkouts_on_sqlite() {
    told_on(Engine::Sqlite, Wants::Checkouts);
}

#[test]
fn checkouts_on_postgres() {
    told_on(Engine::Postgres, Wants::Checkouts);
}

#[test]
fn holds_on_sqlite() {
    told_on(Engine::Sqlite, Wants::Holds);
}

#[test]
fn holds_on_postgres() {
    told_on(Engine::Postgres, Wants::Holds);
}
