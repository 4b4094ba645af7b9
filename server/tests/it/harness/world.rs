//! The server, the stand-in, the database, and an owner with an app, a key and a connection.

use super::ask::{Answer, Ask};
use super::database::{Database, Engine};
use super::smtp::Sink;
use super::{ALL, CHECKOUT, CODES, CONNECTION, FOUR, NOW};
use app::backend::{Backend, Viewer};
use app::domain::connection::Permissions;
use app::domain::locale::Locale;
use app::domain::mode::Mode;
use app::wire::screens::KeyRights;
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use server::clock::Clock;
use server::config::Config;
use server::jobs::Pace;
use server::serve::{ServeError, Server};
use server::services::Services;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use stripe_judge::{Side, Watch};
use stripe_sim::{AccountId, AppClient, Running, Sim, seed_demo};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// 32 bytes that differ, in base64.
pub const MASTER_KEYS: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// What comes without a second try has come by then.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(86_400);

/// What a world begins with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The permissions of the connected key; none: not connected.
    pub connected: Option<&'static [&'static str]>,
    /// Whether the jobs run, many times a second, or never.
    pub jobs: bool,
    /// How browsers see the server; its own address where it is not said.
    pub public_url: Option<&'static str>,
    /// Where mail goes.
    pub mails: Mails,
    /// Connections to the database, where it is not as usual.
    pub connections: Option<u32>,
}

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mails {
    /// Into a folder.
    Folder,
    /// To a mail server of the test's.
    Sink,
    /// Nowhere: none is configured.
    Nowhere,
}

impl Default for Setup {
    fn default() -> Self {
        Self { connected: Some(&ALL), jobs: false, public_url: None, mails: Mails::Folder, connections: None }
    }
}

impl Setup {
    pub fn unconnected() -> Self {
        Self { connected: None, ..Self::default() }
    }

    /// By a key with the four permissions alone.
    pub fn least() -> Self {
        Self { connected: Some(&FOUR), ..Self::default() }
    }

    pub fn https() -> Self {
        Self { public_url: Some("https://codemint.example"), ..Self::default() }
    }

    /// Mail goes to a mail server.
    pub fn mailing() -> Self {
        Self { mails: Mails::Sink, ..Self::default() }
    }

    /// No mail is configured.
    pub fn mailless() -> Self {
        Self { mails: Mails::Nowhere, ..Self::default() }
    }

    /// Two connections to the database are all there are.
    pub fn narrow() -> Self {
        Self { connections: Some(2), ..Self::default() }
    }

    pub fn working() -> Self {
        Self { jobs: true, ..Self::default() }
    }
}

pub struct World {
    pub sim: Sim,
    /// The server's address.
    pub url: String,
    /// Of app `taskpomo`, with every right.
    pub key: String,
    /// What was pasted; empty where nothing was.
    pub stripe_key: String,
    pub workspace: String,
    pub services: Services,
    pub database: Database,
    pub mail: TempDir,
    /// The mail server; nothing arrives there unless the setup says so.
    pub sink: Sink,
    http: reqwest::Client,
    clock: Clock,
    judged: Watch,
    stripe: Running,
    stop: CancellationToken,
    serving: Mutex<Option<JoinHandle<Result<(), ServeError>>>>,
}

impl World {
    pub async fn start(engine: Engine, setup: Setup) -> Self {
        // As `main` has it done by the first use of the client.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sim = Sim::with_clock(NOW);
        let judged = Watch::over(&sim, Side::Client);
        seed_demo(&sim);
        let stripe = sim.listen("127.0.0.1:0").await.unwrap();
        let database = Database::make(engine).await;
        let mail = tempfile::tempdir().unwrap();
        let sink = Sink::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let (test_app, live_app) = (register(&sim, &url, false), register(&sim, &url, true));
        let mut settings = HashMap::from([
            ("CODEMINT_DATABASE_URL", database.url()),
            ("CODEMINT_BIND", address.to_string()),
            ("CODEMINT_PUBLIC_URL", setup.public_url.unwrap_or(&url).to_owned()),
            ("CODEMINT_MASTER_KEYS", MASTER_KEYS.to_owned()),
            ("CODEMINT_STRIPE_API_URL", stripe.url.clone()),
            // The budget of background work has a test of its own.
            ("CODEMINT_STRIPE_BACKGROUND_RATE", "500".to_owned()),
            ("CODEMINT_STRIPE_AUTHORIZE_URL_TEST", test_app.authorize_url),
            ("CODEMINT_STRIPE_SECRET_KEY_TEST", test_app.secret_key),
            // As while it is rolled.
            ("CODEMINT_STRIPE_WEBHOOK_SECRET_TEST", format!("whsec_before,{}", test_app.webhook_secret)),
            ("CODEMINT_STRIPE_AUTHORIZE_URL_LIVE", live_app.authorize_url),
            ("CODEMINT_STRIPE_SECRET_KEY_LIVE", live_app.secret_key),
            ("CODEMINT_STRIPE_WEBHOOK_SECRET_LIVE", live_app.webhook_secret),
        ]);
        match setup.mails {
            Mails::Folder => settings.insert("CODEMINT_SMTP_URL", format!("file:{}", mail.path().display())),
            Mails::Sink => settings.insert("CODEMINT_SMTP_URL", sink.url.clone()),
            Mails::Nowhere => None,
        };
        settings.extend(setup.connections.map(|count| ("CODEMINT_DATABASE_CONNECTIONS", count.to_string())));
        let config = Config::read(&|name| settings.get(name).cloned()).unwrap();
        let often = Duration::from_millis(20);
        let pause = if setup.jobs { often } else { NEVER };
        let pace = Pace {
            sweep: pause,
            lapse: pause,
            uses: pause,
            give_up: pause,
            tokens: pause,
            ledger: NEVER,
            forget: pause,
            fold: Duration::from_secs(1),
        };
        let clock = Clock::manual(NOW);
        let server = Server::set_up(&config, clock.clone(), pace).await.unwrap();
        let services = server.services().clone();
        let made = services.create_workspace("owner@example.com", "taskpomo", Mode::Test).await.unwrap();
        let stop = CancellationToken::new();
        let serving = Mutex::new(Some(tokio::spawn(server.run(listener, stop.clone()))));
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let (key, workspace) = (made.api_key, made.workspace.as_str().to_owned());
        let stripe_key = String::new();
        let mut world = Self {
            sim,
            url,
            key,
            stripe_key,
            workspace,
            services,
            database,
            mail,
            sink,
            http,
            clock,
            judged,
            stripe,
            stop,
            serving,
        };
        if let Some(permissions) = setup.connected {
            world.stripe_key = world.connect(permissions).await;
            world.sim.clear_requests();
        }
        world
    }

    /// Stops the server as a signal does: what it works on, it finishes.
    pub async fn close(&self) {
        self.stop.cancel();
        let serving = self.serving.lock().take();
        if let Some(serving) = serving {
            serving.await.unwrap().unwrap();
        }
    }

    /// Stops it, and removes what it kept.
    pub async fn stop(self) {
        self.sim.clear_faults();
        self.close().await;
        self.stripe.stop().await;
        self.database.remove().await;
    }

    // Time.

    pub fn now(&self) -> i64 {
        self.sim.now_ms()
    }

    /// Moves our clock and Stripe's on.
    pub fn advance(&self, ms: i64) {
        self.clock.advance_ms(ms);
        self.sim.advance(ms);
    }

    /// Called in a loop it lets our clock and Stripe's go on as clocks do, once somebody has waited for a while: what is tried a second
    /// time later would never be while they stand.
    pub fn ticking(&self) -> impl FnMut() {
        let mut last = Instant::now() + AT_ONCE;
        move || {
            let passed = last.elapsed().as_millis();
            if let Ok(ms @ 1..) = i64::try_from(passed) {
                last = Instant::now();
                self.advance(ms);
            }
        }
    }

    // Asking.

    /// A request without a key.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        Ask(self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.url)))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).key(&self.key).send().await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path).key(&self.key).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path).key(&self.key).json(&body).send().await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", path).key(&self.key).json(&body).send().await
    }

    // Making.

    /// A new code of the app, which must be taken; its id.
    pub async fn code(&self, fields: Value) -> String {
        self.post(CODES, with(json!({ "app_id": "taskpomo" }), fields)).await.expect(201).id().to_owned()
    }

    /// The code as the API tells it now.
    pub async fn read(&self, id: &str) -> Value {
        self.get(&format!("{CODES}/{id}")).await.expect(200).json
    }

    /// A checkout's request, with further fields or other ones.
    pub fn checkout_body(fields: Value) -> Value {
        let body = json!({
            "app_id": "taskpomo",
            "price_id": "price_1ABC",
            "success_url": "https://taskpomo.app/thank-you",
            "cancel_url": "https://taskpomo.app/pricing",
        });
        with(body, fields)
    }

    pub async fn checkout(&self, fields: Value) -> Answer {
        self.post(CHECKOUT, Self::checkout_body(fields)).await
    }

    /// Connects a new key of the default account; the key.
    pub async fn connect(&self, permissions: &[&str]) -> String {
        self.connect_account(&AccountId::default(), permissions).await
    }

    pub async fn connect_account(&self, account: &AccountId, permissions: &[&str]) -> String {
        let key = self.sim.issue_restricted_key(account, false, permissions);
        self.post(CONNECTION, json!({ "restricted_key": key })).await.expect(200);
        key
    }

    /// The owner as the screens know them.
    pub fn owner(&self) -> Viewer {
        Viewer {
            owner_id: String::new(),
            workspace_id: self.workspace.clone(),
            email: None,
            by_link: true,
            zone: "UTC".into(),
            locale: Locale::default(),
        }
    }

    /// What the owner does at Stripe themselves, with a key of their own; the object.
    pub async fn stripe_call(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let key = self.sim.issue_restricted_key(&AccountId::default(), false, &ALL);
        self.stripe_call_by(&key, path, form).await
    }

    /// The same with this key.
    pub async fn stripe_call_by(&self, key: &str, path: &str, form: &[(&str, &str)]) -> Value {
        let url = format!("{}{path}", self.stripe.url);
        let sent = self.http.post(url).bearer_auth(key).header("Stripe-Version", "2026-10-28.endive").form(form);
        let answer = sent.send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert!(status.is_success(), "{path}: {body}");
        body
    }

    /// Another API key of the workspace: its id, itself.
    pub async fn api_key(&self, mode: Mode, app: &str, rights: KeyRights) -> (String, String) {
        let made = Backend::create_api_key(&self.services, &self.owner(), mode, "Another", app, rights).await.unwrap();
        (made.row.id, made.key)
    }

    /// Signs the owner in by a link; the session's cookie, as a browser sends it.
    pub async fn sign_in(&self) -> String {
        let link = self.services.make_sign_in_link("owner@example.com").await.unwrap();
        let token = link.rsplit('/').next().unwrap();
        let answer = self.browser("POST", "/sign-in").form(&[("token", token)]).send().await.expect(303);
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// A request as a page of ours makes it.
    pub fn browser(&self, method: &str, path: &str) -> Ask {
        self.ask(method, path).header("origin", &self.url)
    }

    // Looking.

    /// Held and redeemed, as the API tells them.
    pub async fn counts(&self, id: &str) -> (i64, i64) {
        let redemptions = self.read(id).await["redemptions"].clone();
        let (held, redeemed) = (redemptions["held"].as_i64().unwrap(), redemptions["redeemed"].as_i64().unwrap());
        assert_eq!(redemptions["count"], held + redeemed);
        (held, redeemed)
    }

    /// Open sessions at Stripe that have a discount.
    pub fn open_discounted(&self) -> i64 {
        let open = |session: &&stripe_sim::Session| session.url.is_some() && !session.discounts.is_empty();
        i64::try_from(self.sim.sessions().iter().filter(open).count()).unwrap()
    }

    /// What was said to Stripe and by the stand-in is as Stripe's own document has it.
    pub fn judge(&self) {
        let complaints = self.judged.complaints();
        assert!(complaints.is_empty(), "against Stripe's own document:\n{}", complaints.join("\n"));
    }

    /// The counters of every code are those of its rows.
    pub async fn audit(&self) {
        self.database.audit().await;
    }
}

/// The Stripe App of a mode, as its operator registers it.
pub fn register(sim: &Sim, url: &str, livemode: bool) -> AppClient {
    let mode = if livemode { "live" } else { "test" };
    let (way_back, webhooks) = (format!("{url}/stripe/callback"), format!("{url}/stripe/webhooks/{mode}"));
    sim.register_app(livemode, &[&way_back], &Permissions::of_app(), Some(&webhooks))
}

/// An object with fields of another laid over.
pub(super) fn with(mut base: Value, fields: Value) -> Value {
    if let (Some(base), Value::Object(fields)) = (base.as_object_mut(), fields) {
        base.extend(fields);
    }
    base
}
