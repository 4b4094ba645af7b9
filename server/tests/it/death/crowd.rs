//! A crowd at the counter when the process is killed, at whatever moment, again and again.

use super::full;
use crate::harness::{Answer, Engine, Shop, all};
use serde_json::json;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Instant;

/// Buyers of one round, and how many a code takes.
const BUYERS: usize = 45;
const LIMITS: [Option<usize>; 3] = [Some(4), Some(15), None];

/// 1 to `most`.
fn any(most: usize) -> usize {
    1 + usize::try_from(RandomState::new().build_hasher().finish() % most as u64).unwrap()
}

struct Round {
    number: usize,
    codes: Vec<String>,
}

impl Round {
    async fn begin(shop: &Shop, number: usize) -> Self {
        let mut codes = Vec::new();
        for (place, limit) in LIMITS.iter().enumerate() {
            let text = format!("ROUND{number}CODE{place}");
            codes.push(shop.code(json!({ "code": text, "percent_off": 10, "max_redemptions": limit })).await);
        }
        Self { number, codes }
    }

    fn order(&self, buyer: usize) -> (String, String) {
        (format!("order-{}-{buyer}", self.number), format!("ROUND{}CODE{}", self.number, buyer % LIMITS.len()))
    }

    /// Everybody at once, and the process is killed when Stripe has seen so many calls; what was answered before.
    async fn killed(&self, shop: &Shop, calls: usize) -> BTreeMap<usize, Answer> {
        shop.sim.clear_requests();
        let buyers = (0..BUYERS).map(|buyer| {
            let (order, code) = self.order(buyer);
            shop.purchase(&order, &code).try_send()
        });
        let (answers, ()) = tokio::join!(all(buyers), async {
            shop.sim.wait_until(|sim| sim.counts().requests >= calls).await;
            shop.kill().await;
        });
        answers.into_iter().enumerate().filter_map(|(buyer, answer)| Some((buyer, answer.ok()?))).collect()
    }

    /// Everybody comes back under the same key, and is answered.
    async fn repeated(&self, shop: &Shop) -> Vec<Answer> {
        let buyers = (0..BUYERS).map(async |buyer| {
            let (order, code) = self.order(buyer);
            shop.buys(&order, &code).await
        });
        futures::future::join_all(buyers).await
    }

    async fn judge(&self, shop: &Shop, before: &BTreeMap<usize, Answer>, after: &[Answer]) {
        for (buyer, answer) in before.iter().filter(|(_, answer)| answer.status != 503) {
            let again = &after[*buyer];
            assert_eq!((again.status, &again.text), (answer.status, &answer.text), "what was answered stays answered");
        }
        shop.comes_to_rest().await;
        for (place, limit) in LIMITS.iter().enumerate() {
            let answers = after.iter().skip(place).step_by(LIMITS.len());
            let (made, refused): (Vec<_>, Vec<_>) = answers.partition(|answer| answer.status == 201);
            assert!(refused.iter().all(|answer| answer.code() == "discount_code_exhausted"), "{refused:?}");
            let buyers = BUYERS / LIMITS.len();
            let stock = limit.map_or(buyers, |limit| limit.min(buyers));
            assert_eq!(made.len(), stock, "sold of code {place}");
            assert!(made.iter().all(|answer| shop.sim.session(answer.id()).is_some_and(|s| s.url.is_some())));
            assert_eq!(usize::try_from(shop.told(&self.codes[place]).await.held).unwrap(), stock);
        }
        let own = |coupon: &&stripe_sim::Coupon| self.codes.iter().any(|id| coupon.metadata.values().any(|v| v == id));
        assert_eq!(shop.sim.coupons().iter().filter(own).count(), LIMITS.len());
    }

    /// Some pay and some leave, while the next round begins.
    fn move_on(shop: &Shop, answers: &[Answer]) {
        for (place, answer) in answers.iter().filter(|answer| answer.status == 201).enumerate() {
            match place % 3 {
                0 => drop(shop.sim.complete_session(answer.id()).unwrap()),
                1 => drop(shop.sim.expire_session(answer.id()).unwrap()),
                _ => {}
            }
        }
    }
}

async fn rounds(engine: Engine, count: usize) {
    let started = Instant::now();
    let shop = Shop::open(engine, None).await;
    for number in 0..count {
        let round = Round::begin(&shop, number).await;
        // A price, three coupons and as many sessions as there is stock: death at any of these calls.
        let calls = any(4 + 4 + 15 + 15);
        let before = round.killed(&shop, calls).await;
        assert_eq!(shop.database.number(shop.database.broken()).await, 0, "the database is broken");
        shop.start(None).await;
        let after = round.repeated(&shop).await;
        let at = started.elapsed().as_secs_f64();
        eprintln!("{engine:?}: killed at call {calls}, {} of {BUYERS} answered before; {at:.1} s", before.len());
        round.judge(&shop, &before, &after).await;
        Round::move_on(&shop, &after);
    }
    shop.comes_to_rest().await;
    shop.close().await;
}

fn told_on(engine: Engine) {
    super::run(engine, rounds(engine, if full() { 200 } else { 3 }));
}

#[test]
fn on_sqlite() {
    told_on(Engine::Sqlite);
}

#[test]
fn on_postgres() {
    told_on(Engine::Postgres);
}
