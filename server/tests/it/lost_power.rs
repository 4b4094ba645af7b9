//! SIGKILL under load, again and again: every write that was answered is there, and the database is whole.

use crate::death::{GIVEN_UP_MS, full, tell};
use crate::harness::{Answer, CAMPAIGNS, CODES, Engine, Shop};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Clients that write all the time.
const CLIENTS: usize = 12;
/// Deaths of one installation.
const DEATHS: usize = 5;
/// A process dies after 1 to so many answers since it came up.
const MOST_ANSWERS: u64 = 60;

/// What was answered with 2xx: a repeat of the request must bring the same.
#[derive(Default)]
struct Answered {
    /// Ids of codes, and their text.
    codes: BTreeMap<String, String>,
    /// Idempotency keys of checkouts, and the answers' bodies.
    checkouts: BTreeMap<String, String>,
    /// References of rewards, and their codes.
    rewards: BTreeMap<String, String>,
}

impl Answered {
    fn count(&self) -> usize {
        self.codes.len() + self.checkouts.len() + self.rewards.len()
    }
}

struct Load {
    campaign: String,
    next: AtomicUsize,
    answered: Mutex<Answered>,
}

fn any(most: u64) -> usize {
    usize::try_from(1 + RandomState::new().build_hasher().finish() % most).unwrap()
}

fn earn_body(reference: &str) -> Value {
    json!({ "email": format!("{reference}@example.com"), "reference": reference })
}

impl Load {
    /// The next write, whose answer is kept. False: nobody answers any more.
    async fn write(&self, shop: &Shop, url: &str) -> bool {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let sent = match n % 3 {
            0 => {
                let body = json!({ "app_id": "taskpomo", "code": format!("CODE{n}"), "percent_off": 10 });
                shop.ask_at(url, "POST", CODES).json(&body).try_send().await
            }
            1 => shop.purchase_at(url, &format!("order-{n}"), "SPRING").try_send().await,
            _ => {
                let path = format!("{CAMPAIGNS}/{}/rewards", self.campaign);
                shop.ask_at(url, "POST", &path).json(&earn_body(&format!("earn-{n}"))).try_send().await
            }
        };
        let Ok(answer) = sent else { return false };
        self.keep(n, &answer);
        true
    }

    fn keep(&self, n: usize, answer: &Answer) {
        assert!(matches!(answer.status, 200 | 201 | 503), "{}", answer.text);
        if answer.status == 503 {
            return;
        }
        let mut answered = self.answered.lock();
        let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
        match n % 3 {
            0 => drop(answered.codes.insert(text("id"), text("code"))),
            1 => drop(answered.checkouts.insert(format!("order-{n}"), answer.text.clone())),
            _ => drop(answered.rewards.insert(format!("earn-{n}"), text("code"))),
        }
    }

    /// Everybody writes until the process is killed, which is after so many answers.
    async fn until_killed(self: &Arc<Self>, shop: &Arc<Shop>, answers: usize) {
        let before = self.answered.lock().count();
        let url = shop.url();
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let (load, shop, url) = (self.clone(), shop.clone(), url.clone());
            clients.spawn(async move { while load.write(&shop, &url).await {} });
        }
        while self.answered.lock().count() < before + answers {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        shop.kill().await;
        clients.join_all().await;
    }

    /// All that was ever answered is there, as it was answered.
    async fn judge(&self, shop: &Shop) {
        let rows = async |sql: &str| shop.database.lines(sql).await.into_iter().collect::<BTreeSet<String>>();
        let codes = rows("SELECT id || ' ' || code FROM discount_codes").await;
        let rewards = rows("SELECT reference || ' ' || code FROM rewards").await;
        let mails = rows("SELECT about FROM outbox WHERE kind = 'reward'").await.len();
        let sessions =
            rows("SELECT idempotency_key || ' ' || session_id FROM checkouts WHERE session_id IS NOT NULL").await;
        let answered = self.answered.lock();
        for (id, text) in &answered.codes {
            assert!(codes.contains(&format!("{id} {text}")), "the code {text} is lost");
        }
        for (reference, code) in &answered.rewards {
            assert!(rewards.contains(&format!("{reference} {code}")), "the reward {reference} is lost");
        }
        assert_eq!(mails, rewards.len(), "one mail a reward");
        for (order, text) in &answered.checkouts {
            let body: Value = serde_json::from_str(text).unwrap();
            let id = body["id"].as_str().unwrap();
            assert!(sessions.iter().any(|row| row.ends_with(&format!(" {id}"))), "the session of {order} is lost");
            assert!(shop.sim.session(id).is_some());
        }
    }

    /// Every answered request brings the same answer again.
    async fn repeat(&self, shop: &Shop) {
        let (checkouts, rewards) = {
            let answered = self.answered.lock();
            (answered.checkouts.clone(), answered.rewards.clone())
        };
        for (order, text) in checkouts {
            let again = shop.buys(&order, "SPRING").await;
            assert_eq!((again.status, &again.text), (201, &text), "{order}");
        }
        for (reference, code) in rewards {
            let path = format!("{CAMPAIGNS}/{}/rewards", self.campaign);
            let again = shop.post(&path, &earn_body(&reference)).await.expect(200);
            assert_eq!(again.json["code"], code.as_str(), "{reference}");
        }
    }
}

async fn deaths(engine: Engine, _shop: &usize) -> String {
    let began = Instant::now();
    let shop = Arc::new(Shop::open(engine, None).await);
    shop.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let campaign = json!({ "app_id": "taskpomo", "name": "Share", "percent_off": 15 });
    let campaign = shop.post(CAMPAIGNS, &campaign).await.expect(201).id().to_owned();
    let load = Arc::new(Load { campaign, next: AtomicUsize::new(0), answered: Mutex::default() });
    for death in 1..=DEATHS {
        load.until_killed(&shop, any(MOST_ANSWERS)).await;
        assert_eq!(shop.database.whole().await, Vec::<String>::new(), "the database is broken");
        load.judge(&shop).await;
        if death == DEATHS {
            // What was begun and never answered, and nobody asks for again, is given up a minute later.
            shop.later(GIVEN_UP_MS);
        }
        shop.start(None).await;
    }
    load.repeat(&shop).await;
    shop.comes_to_rest().await;
    let answered = load.answered.lock().count();
    Arc::into_inner(shop).unwrap().close().await;
    format!(
        "killed {DEATHS} times under load, {answered} answered writes are there; {:.1} s",
        began.elapsed().as_secs_f64()
    )
}

fn on(engine: Engine) {
    let installations = if full() { 200 / DEATHS } else { 1 };
    tell(engine, (0..installations).collect(), 4, deaths);
}

#[test]
fn on_sqlite() {
    on(Engine::Sqlite);
}

#[test]
fn on_postgres() {
    on(Engine::Postgres);
}
