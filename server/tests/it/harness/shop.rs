//! An installation whose processes die: the real binary, a database that outlives it, and the stand-in's ledger as judge.

use super::ask::{Answer, Ask};
use super::database::{Database, Engine};
use super::process::{Place, Process, file_of};
use super::run::within;
use super::world::{World, register, with};
use super::{ALL, CHECKOUT, CODES, CONNECTION};
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use stripe_judge::{Side, Watch};
use stripe_sim::{AccountId, Running, SessionStatus, Sim, seed_demo};
use tempfile::TempDir;

/// After a restart everything is as it should be within so long, on a machine that has nothing else to do; here many share it.
const CONVERGED: Duration = Duration::from_secs(60);
/// The metadata by which a session at Stripe tells its checkout.
const META_CHECKOUT: &str = "codemint_checkout";

pub struct Shop {
    pub sim: Sim,
    pub database: Database,
    pub place: Place,
    pub key: String,
    /// When it goes, all that was said to Stripe is judged.
    _judged: Watch,
    stripe: Running,
    folder: TempDir,
    http: reqwest::Client,
    process: Mutex<Option<Process>>,
    /// How far the clocks of both sides are ahead of the machine's.
    ahead: AtomicI64,
    /// A rule that its processes break.
    planted: Option<&'static str>,
}

/// What both sides count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub held: i64,
    pub redeemed: i64,
}

impl Shop {
    /// A new installation, connected as an owner does it; its first process is ordered to die at this step.
    pub async fn open(engine: Engine, die_at: Option<&str>) -> Self {
        Self::open_with(engine, die_at, None).await
    }

    /// The same, where each process breaks a rule.
    pub async fn planted(engine: Engine, fault: &'static str) -> Self {
        Self::open_with(engine, None, Some(fault)).await
    }

    async fn open_with(engine: Engine, die_at: Option<&str>, planted: Option<&'static str>) -> Self {
        let sim = Sim::new();
        let _judged = Watch::over(&sim, Side::Client);
        seed_demo(&sim);
        let stripe = sim.listen("127.0.0.1:0").await.unwrap();
        let database = Database::make(engine).await;
        let folder = tempfile::tempdir().unwrap();
        // Processes come and go, each with an address of its own: no test lets Stripe lead a browser there.
        let app = register(&sim, "http://127.0.0.1:9", false);
        let (database_url, stripe_url) = (database.url(), stripe.url.clone());
        let place = Place { database_url, stripe_url, folder: folder.path().to_owned(), app };
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let (key, process, ahead) = (String::new(), Mutex::new(None), AtomicI64::new(0));
        let mut shop = Self { sim, database, place, key, _judged, stripe, folder, http, process, ahead, planted };
        shop.start(die_at).await;
        let create =
            ["admin", "create-workspace", "--email", "owner@example.com", "--app", "taskpomo", "--mode", "test"];
        let made: Value = serde_json::from_str(&shop.place.run(&create).await).unwrap();
        shop.key = made["api_key"].as_str().unwrap().to_owned();
        let stripe_key = shop.sim.issue_restricted_key(&AccountId::default(), false, &ALL);
        shop.post(CONNECTION, &json!({ "restricted_key": stripe_key })).await.expect(200);
        shop.sim.clear_requests();
        shop
    }

    /// Starts the next process.
    pub async fn start(&self, die_at: Option<&str>) {
        let process = self.another(die_at).await;
        let before = self.process.lock().replace(process);
        assert!(before.is_none(), "one is running already");
    }

    /// A process beside the first.
    pub async fn another(&self, die_at: Option<&str>) -> Process {
        let ahead = self.ahead.load(Ordering::SeqCst).to_string();
        let mut orders = vec![("CODEMINT_CLOCK_AHEAD_MS", ahead)];
        orders.extend(die_at.map(|step| ("CODEMINT_DIE_AT", step.to_owned())));
        orders.extend(self.planted.map(|fault| ("CODEMINT_PLANT", fault.to_owned())));
        Process::serve(&self.place, &orders).await
    }

    fn take(&self) -> Process {
        self.process.lock().take().unwrap()
    }

    /// The log of the first process so far.
    pub fn said(&self) -> String {
        self.process.lock().as_ref().unwrap().said()
    }

    /// Hands the first process over: the shop has none any more.
    pub fn give(&self) -> Process {
        self.take()
    }

    /// Waits until the process has killed itself.
    pub async fn dies(&self) {
        self.take().dies().await;
    }

    /// Starts a process that is to die at this step, perhaps before it answers; where it is behind that step, it is killed once `settled`.
    pub async fn dies_again(&self, step: &str, settled: impl AsyncFnMut() -> bool) {
        let ahead = self.ahead.load(Ordering::SeqCst).to_string();
        let orders = [("CODEMINT_CLOCK_AHEAD_MS", ahead), ("CODEMINT_DIE_AT", step.to_owned())];
        Process::dies_early(&self.place, &orders, settled).await;
    }

    /// The mails with a code that were sent, as they are in the folder.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(&self.place.folder).unwrap().map(|file| file.unwrap().path());
        let mails = files.filter(|path| path.extension().is_some_and(|end| end == "eml"));
        mails.map(|path| std::fs::read(path).unwrap()).collect()
    }

    /// SIGKILL.
    pub async fn kill(&self) {
        self.take().kill().await;
    }

    /// Time goes by while no process runs, on our side and on Stripe's.
    pub fn later(&self, ms: i64) {
        assert!(self.process.lock().is_none(), "a running process keeps its time");
        self.ahead.fetch_add(ms, Ordering::SeqCst);
        self.sim.advance(ms);
    }

    /// Now, as both sides have it.
    pub fn now(&self) -> i64 {
        self.sim.now_ms()
    }

    /// Leaves nothing behind.
    pub async fn close(self) {
        self.sim.clear_faults();
        drop(self.process.lock().take());
        self.stripe.stop().await;
        self.database.remove().await;
        self.folder.close().unwrap();
    }

    // Asking.

    /// The address of the running process.
    pub fn url(&self) -> String {
        self.process.lock().as_ref().unwrap().url.clone()
    }

    pub fn ask(&self, method: &str, path: &str) -> Ask {
        self.ask_at(&self.url(), method, path)
    }

    pub fn ask_at(&self, url: &str, method: &str, path: &str) -> Ask {
        self.ask_as(&self.key, url, method, path)
    }

    /// Under another workspace's key.
    pub fn ask_as(&self, key: &str, url: &str, method: &str, path: &str) -> Ask {
        self.bare(url, method, path).key(key)
    }

    /// Under no key.
    pub fn bare(&self, url: &str, method: &str, path: &str) -> Ask {
        Ask(self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{url}{path}")))
    }

    /// A request without a key, as browsers make it.
    pub fn browse(&self, method: &str, path: &str) -> Ask {
        let url = self.url();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Ask(self.http.request(method, format!("{url}{path}"))).header("origin", url)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path).json(body).send().await
    }

    /// A new code; its id.
    pub async fn code(&self, fields: Value) -> String {
        self.post(CODES, &with(json!({ "app_id": "taskpomo" }), fields)).await.expect(201).id().to_owned()
    }

    /// A purchase under this idempotency key; every attempt at it is the same request.
    pub fn purchase(&self, order: &str, code: &str) -> Ask {
        self.purchase_at(&self.url(), order, code)
    }

    /// The same, of the process at this address.
    pub fn purchase_at(&self, url: &str, order: &str, code: &str) -> Ask {
        let body = World::checkout_body(json!({ "discount_code": code, "user_id": order }));
        self.ask_at(url, "POST", CHECKOUT).idempotent(order).json(&body)
    }

    /// The client comes back with the same request until it is answered; what an answer may say before: not now.
    pub async fn buys(&self, order: &str, code: &str) -> Answer {
        self.answers(|| self.purchase(order, code)).await
    }

    /// Any request, repeated like that.
    pub async fn answers(&self, ask: impl Fn() -> Ask) -> Answer {
        within(CONVERGED, async || {
            let answer = ask().send().await;
            let later = answer.status == 503 || answer.code() == "idempotency_key_in_use";
            assert!(later || answer.status < 500, "{}", answer.text);
            (!later, answer)
        })
        .await
    }

    /// Signs the owner in by the mailed link; the session's cookie.
    pub async fn sign_in(&self) -> String {
        let form = [("email", "owner@example.com")];
        self.browse("POST", "/api/request-sign-in").form(&form).send().await.expect(200);
        let mail = file_of(&self.place.folder, "eml").await;
        let text = mail_parser::MessageParser::default().parse(&mail).unwrap().body_text(0).unwrap().into_owned();
        let link = text.split_whitespace().find(|word| word.starts_with("http")).unwrap();
        let token = link.rsplit('/').next().unwrap();
        let answer = self.browse("POST", "/sign-in").form(&[("token", token)]).send().await;
        answer.header("set-cookie").unwrap_or_else(|| panic!("{answer:?}")).split(';').next().unwrap().to_owned()
    }

    /// The owner's click on a blocked code.
    pub fn mint_again(&self, cookie: &str, id: &str) -> Ask {
        self.browse("POST", "/api/mint-again").header("cookie", cookie).form(&[("mode", "test"), ("id", id)])
    }

    // Judging.

    /// Of one code, as the API tells it.
    pub async fn told(&self, id: &str) -> Counted {
        let code = self.ask("GET", &format!("{CODES}/{id}")).send().await.expect(200).json;
        let of = |name: &str| code["redemptions"][name].as_i64().unwrap();
        Counted { held: of("held"), redeemed: of("redeemed") }
    }

    /// Of all codes, as the stand-in has it.
    pub fn at_stripe(&self) -> Counted {
        let mut counted = Counted::default();
        for session in self.sim.sessions().iter().filter(|session| !session.discounts.is_empty()) {
            match session.status {
                SessionStatus::Open => counted.held += 1,
                SessionStatus::Complete => counted.redeemed += 1,
                SessionStatus::Expired => {}
            }
        }
        counted
    }

    /// Of all codes, by their rows; the counters must agree with them.
    pub async fn in_rows(&self) -> Counted {
        self.database.audit().await;
        Counted {
            held: self.database.number("SELECT count(*) FROM redemptions WHERE state = 'held'").await,
            redeemed: self.database.number("SELECT count(*) FROM redemptions WHERE state = 'redeemed'").await,
        }
    }

    /// Waits until nothing is under way and all three counts are equal; then every rule must hold.
    pub async fn comes_to_rest(&self) {
        let unsettled = "SELECT count(*) FROM checkouts WHERE step IN ('intent', 'uncertain')";
        within(CONVERGED, async || {
            let seen = (self.database.number(unsettled).await, self.in_rows().await, self.at_stripe());
            (seen.0 == 0 && seen.1 == seen.2, seen)
        })
        .await;
        self.obeys();
    }

    /// One coupon for a code; one session that can be or was paid for a checkout.
    pub fn obeys(&self) {
        let mut coupons = HashMap::<_, Vec<_>>::new();
        for coupon in self.sim.coupons() {
            coupons.entry(coupon.metadata.get("codemint_discount_code").cloned()).or_default().push(coupon.id);
        }
        assert!(coupons.values().all(|of_one| of_one.len() == 1), "more than one coupon for a code: {coupons:?}");
        let mut sessions = HashMap::<_, Vec<_>>::new();
        for session in self.sim.sessions().into_iter().filter(|session| session.status != SessionStatus::Expired) {
            sessions.entry(session.metadata.get(META_CHECKOUT).cloned()).or_default().push(session.id);
        }
        assert!(
            sessions.values().all(|of_one| of_one.len() == 1),
            "more than one session for a checkout: {sessions:?}"
        );
        // A key is a user here: across its checkouts it may have one session that is open.
        let mut orders = HashMap::<_, Vec<_>>::new();
        for session in self.sim.sessions().into_iter().filter(|session| session.status != SessionStatus::Expired) {
            orders.entry(session.client_reference_id.clone()).or_default().push(session.id);
        }
        assert!(orders.values().all(|of_one| of_one.len() == 1), "more than one session for a key: {orders:?}");
    }
}
