//! Random stories on real servers: clients who buy, pay, leave, come back and look, while Stripe fails and processes die.

use super::dice::{Dice, seeds};
use super::history::{Call, Came};
use super::site::Site;
use crate::harness::{Database, Engine, Setup, World, on};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stripe_sim::{Fault, FaultKind, Match};

/// Clients of one story, and what each does.
const CLIENTS: usize = 6;
const DEEDS: usize = 8;

/// One client: what it does next is the dice's.
async fn client(site: Arc<Site>, number: usize, mut dice: Dice) {
    let mut bought: Vec<(usize, String)> = Vec::new();
    let mut keys: Vec<(usize, String)> = Vec::new();
    for deed in 0..DEEDS {
        let code = dice.below(site.codes.len());
        match dice.below(20) {
            0..=8 => {
                let key = format!("{}-{number}-{deed}", site.tag);
                keys.push((code, key.clone()));
                bought.extend(site.take(number, code, &key).await.map(|hold| (code, hold)));
            }
            // Again, perhaps while the first one still runs: at another process then.
            9..=11 if !keys.is_empty() => {
                let (code, key) = dice.of(&keys);
                tokio::join!(site.take(number, code, &key), site.take(number + 1, code, &key));
            }
            12..=13 if !bought.is_empty() => {
                let (code, hold) = bought.swap_remove(dice.below(bought.len()));
                site.pay(number, code, &hold);
            }
            14..=16 if !bought.is_empty() => {
                let (code, hold) = bought.swap_remove(dice.below(bought.len()));
                site.leave(number, code, &hold);
            }
            17 => site.limit(number, code, dice.of(&[Some(1), Some(2), Some(3), None])).await,
            _ => site.read(number, code).await,
        }
    }
}

/// Stripe in trouble, for as long as the clients are at it.
async fn trouble(site: Arc<Site>, mut dice: Dice) {
    let kinds = [
        FaultKind::Drop,
        FaultKind::ApplyThenDrop,
        FaultKind::Status500,
        FaultKind::ApplyThen500,
        FaultKind::LockTimeout429,
        FaultKind::Stall(Duration::from_millis(40)),
    ];
    let calls = [("POST", "/v1/checkout/sessions"), ("GET", "/v1/checkout/sessions"), ("POST", "/v1/coupons")];
    loop {
        let (method, path) = dice.of(&calls);
        site.sim.inject(Fault::new(Match::new(method, path).times(1 + dice.below(2)), dice.of(&kinds)));
        tokio::time::sleep(Duration::from_millis(u64::try_from(20 + dice.below(120)).unwrap())).await;
    }
}

/// All clients at once; then whoever does not know what came of a purchase comes back until it is told.
pub async fn tell(site: &Arc<Site>, dice: &mut Dice, beside: impl Future<Output = ()>) {
    let clients: Vec<_> =
        (1..=CLIENTS).map(|number| tokio::spawn(client(site.clone(), number, dice.split()))).collect();
    let troubled = tokio::spawn(trouble(site.clone(), dice.split()));
    beside.await;
    for client in clients {
        client.await.unwrap();
    }
    troubled.abort();
    site.sim.clear_faults();
    let answered = |came: &Came| matches!(came, Came::Held { .. } | Came::Exhausted(_));
    let operations = site.record.operations();
    let told: BTreeSet<&Call> = BTreeSet::from_iter(operations.iter().filter(|o| answered(&o.came)).map(|o| &o.call));
    let mut open: Vec<(usize, &String)> = Vec::new();
    for operation in &operations {
        if let Call::Take(key) = &operation.call
            && !told.contains(&operation.call)
            && !open.iter().any(|(_, known)| *known == key)
        {
            open.push((operation.code, key));
        }
    }
    futures::future::join_all(open.into_iter().map(|(code, key)| site.insist(0, code, key))).await;
}

/// What the judge has to say about a story; a word on it where all is well.
pub async fn judged(site: &Site, database: &Database, seed: u64, started: Instant) -> Result<String, String> {
    let rest = site.rest(database).await;
    let (verdict, operations) = site.verdict(&rest);
    if !verdict.wrong.is_empty() {
        let wrong = verdict.wrong.join("\n");
        return Err(format!(
            "the judge says (CODEMINT_SEED={seed} tells it again, as far as chance allows):\n\n{wrong}"
        ));
    }
    let count = |wanted: fn(&Came) -> bool| operations.iter().filter(|o| wanted(&o.came)).count();
    let (held, exhausted) =
        (count(|came| matches!(came, Came::Held { .. })), count(|came| matches!(came, Came::Exhausted(_))));
    let (unknown, of) = (count(|came| matches!(came, Came::Unknown(_))), operations.len());
    let (searched, codes) = verdict.searched;
    Ok(format!(
        "seed {seed}: {of} operations, {held} held, {exhausted} exhausted, {unknown} unknown; {searched} of {codes} codes searched to the end; {:.1} s",
        started.elapsed().as_secs_f64()
    ))
}

async fn on_one_process(w: &World) {
    for seed in seeds(if super::full() { 40 } else { 2 }) {
        let (started, mut dice) = (Instant::now(), Dice::new(seed));
        let mut site = Site::new(&w.sim, vec![w.url.clone()], &w.key, seed);
        for (place, limit) in [Some(2), Some(4)].into_iter().enumerate() {
            site.add_code(&format!("CODE{place}-{seed}"), 10, limit).await;
        }
        let site = Arc::new(site);
        tell(&site, &mut dice, async {}).await;
        // Whoever never came back is given up.
        w.advance(70_000);
        let said = judged(&site, &w.database, seed, started).await.unwrap_or_else(|wrong| panic!("{wrong}"));
        eprintln!("{said}");
    }
}

#[test]
fn sqlite() {
    on(Engine::Sqlite, Setup::working(), on_one_process);
}

#[test]
fn postgres() {
    on(Engine::Postgres, Setup::working(), on_one_process);
}
