//! `codemint demo`: the real server on the embedded database, against a stand-in for Stripe and a mailbox that one can read.
//!
//! Stand-in and mailbox live in this process. So does the server, where there is one; several are processes of their own (`demo_replicas`),
//! so that each can be killed and the others go on.

use super::demo_replicas::Replicas;
use super::{Failure, mailbox, say, stop_on_signal};
use crate::clock::Clock;
use crate::config::{Config, StripeApp, StripeApps};
use crate::crypto::{self, MasterKeys};
use crate::jobs::Pace;
use crate::serve::Server;
use crate::store::OwnDatabase;
use crate::telemetry;
use app::domain::activity::Actor;
use app::domain::connection::Permissions;
use app::domain::ids::WorkspaceId;
use app::domain::mode::Mode;
use secrecy::{ExposeSecret, SecretString};
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};
use stripe_sim::{AccountId, Sim};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const OWNER: &str = "owner@example.com";
const APP: &str = "taskpomo";

/// What a demo is started with.
pub(super) struct Options {
    pub(super) ready_file: Option<PathBuf>,
    pub(super) data: Option<PathBuf>,
    pub(super) postgres: Option<SecretString>,
    pub(super) bind: SocketAddr,
    /// Servers, on one database.
    pub(super) replicas: NonZeroU8,
}

/// Runs until it is interrupted.
pub(super) async fn run(options: Options) -> Result<(), Failure> {
    telemetry::start("warn");
    let folder = Folder::open(options.data.clone())?;
    let Some(postgres) = &options.postgres else {
        if options.replicas > NonZeroU8::MIN {
            return Err("Several servers need PostgreSQL, since a SQLite file is one process' alone: add --postgres URL (`cargo xtask demo --engine postgres` has one).".into());
        }
        let embedded = format!("sqlite://{}", folder.path.join("codemint.db").display());
        return run_on(&embedded, &folder, &options).await;
    };
    let own = OwnDatabase::make(postgres.expose_secret(), &format!("codemint_demo_{}", random_name()?)).await?;
    let ran = run_on(own.url(), &folder, &options).await;
    own.remove().await?;
    ran
}

async fn run_on(database_url: &str, folder: &Folder, options: &Options) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone());

    let sim = Sim::new();
    stripe_sim::seed_demo(&sim);
    let stripe = sim.listen((Ipv4Addr::LOCALHOST, 0)).await?;
    let mail_dir = folder.path.join("mail");
    std::fs::create_dir_all(&mail_dir)?;
    let mailbox = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let mailbox_url = format!("http://{}", mailbox.local_addr()?);

    let listeners = listen(options.bind, options.replicas).await?;
    let addresses = listeners.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
    let address = addresses[0];
    let of = |mode| register(&sim, &addresses, mode);
    let apps = StripeApps { test: of(Mode::Test)?, live: of(Mode::Live)? };
    let ring = master_keys(&folder.path)?;
    let config = config(address, database_url, &stripe.url, &ring, &mail_dir, apps)?;
    let pace = Pace { sweep: std::time::Duration::from_secs(1), ..Pace::default() };
    let server = Server::set_up(&config, Clock::system(), pace).await?;
    let services = server.services().clone();
    let made = services.create_workspace(OWNER, APP, Mode::Test).await.map_err(|problem| problem.message)?;
    connect(&sim, &services, &made.workspace).await?;
    let sign_in = services.make_sign_in_link(OWNER).await.map_err(|problem| problem.message)?;

    let mailing = stop.clone();
    tokio::spawn(async move { mailbox::serve(mailbox, mail_dir, mailing).await });
    let urls: Vec<String> = addresses.iter().map(|address| format!("http://{address}")).collect();
    let mut ready = serde_json::json!({
        "url": urls[0], "urls": urls, "stripe_url": stripe.url, "app_id": made.app, "api_key": made.api_key, "mailbox_url": mailbox_url,
    });
    let announce = |ready: &serde_json::Value, servers: &Servers| {
        if let Some(file) = &options.ready_file {
            write_whole(file, &ready.to_string())?;
        }
        say::line(&welcome(&urls[0], servers, &sign_in, &stripe.url, &mailbox_url, &made.api_key));
        Ok::<_, Failure>(())
    };
    if options.replicas > NonZeroU8::MIN {
        // It was here to set up what all of them stand on.
        services.close().await;
        drop(server);
        drop(listeners);
        let mut replicas = Replicas::start(&config, &ring, &addresses)?;
        let ran = async {
            replicas.wait_until_they_answer(&stop).await?;
            ready["pids"] = replicas.pids().into();
            announce(&ready, &replicas.shown())?;
            replicas.watch(&stop).await;
            Ok(())
        };
        let ran: Result<(), Failure> = ran.await;
        replicas.stop().await;
        ran?;
    } else {
        let Some(listener) = listeners.into_iter().next() else { return Ok(()) };
        let announced = async {
            wait_until_it_answers(address).await;
            announce(&ready, &Servers::default())
        };
        let (served, announced) = tokio::join!(server.run(listener, stop.clone()), announced);
        announced?;
        served?;
    }
    stop.cancel();
    stripe.stop().await;
    Ok(())
}

/// The first checkout can be made at once: the demo's workspace is connected, with a key of the stand-in's.
async fn connect(sim: &Sim, services: &crate::services::Services, workspace: &WorkspaceId) -> Result<(), Failure> {
    let permissions: Vec<&str> = Permissions::LEAST.into_iter().chain(Permissions::CHECKOUT).collect();
    let key = sim.issue_restricted_key(&AccountId::default(), false, &permissions);
    let scope = crate::scope::Scope { workspace: workspace.clone(), mode: Mode::Test };
    services.connect_key(&scope, &key, &Actor::Operator).await.map_err(|problem| problem.message)?;
    Ok(())
}

/// The Stripe App, so that one can connect by one click. It leads back to each of the servers; its events go to the first alone, and if that
/// is gone, the sweep of the others finds what they would have told.
fn register(sim: &Sim, addresses: &[SocketAddr], mode: Mode) -> Result<StripeApp, Failure> {
    let ways_back: Vec<String> = addresses.iter().map(|address| format!("http://{address}/stripe/callback")).collect();
    let ways_back: Vec<&str> = ways_back.iter().map(String::as_str).collect();
    let webhooks = addresses.first().map(|address| format!("http://{address}/stripe/webhooks/{mode}"));
    let app = sim.register_app(mode.livemode(), &ways_back, &Permissions::of_app(), webhooks.as_deref());
    Ok(StripeApp {
        authorize_url: Some(url::Url::parse(&app.authorize_url)?),
        client_id: Some(app.client_id),
        secret_key: Some(SecretString::from(app.secret_key)),
        webhook_secrets: vec![SecretString::from(app.webhook_secret)],
    })
}

fn config(
    address: SocketAddr,
    database_url: &str,
    stripe_url: &str,
    ring: &str,
    mail_dir: &Path,
    stripe_apps: StripeApps,
) -> Result<Config, Failure> {
    Ok(Config {
        background_rate: crate::config::BACKGROUND_RATE,
        database_connections: crate::store::CONNECTIONS,
        database_url: SecretString::from(database_url),
        bind: address,
        public_url: url::Url::parse(&format!("http://{address}"))?,
        master_keys: MasterKeys::parse(ring)?,
        stripe_api_url: stripe_url.to_owned(),
        stripe_dashboard_url: stripe_url.to_owned(),
        smtp_url: Some(SecretString::from(format!("file:{}", mail_dir.display()))),
        mail_from: "Codemint <codemint@example.com>".into(),
        support_email: Some("support@example.com".into()),
        support_note: None,
        trust_forwarded: false,
        stripe_apps,
    })
}

/// Kept beside the data, so that a demo with `--data` can be started again.
fn master_keys(folder: &Path) -> Result<String, Failure> {
    let file = folder.join("master.key");
    if let Ok(text) = std::fs::read_to_string(&file) {
        return Ok(text.trim().to_owned());
    }
    let text = crypto::generate()?;
    write_whole(&file, &text)?;
    Ok(text)
}

/// The address that was asked for and the ports after it, or a free port where one is taken.
async fn listen(bind: SocketAddr, replicas: NonZeroU8) -> std::io::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for number in 0..u16::from(replicas.get()) {
        let port = if bind.port() == 0 { 0 } else { bind.port().saturating_add(number) };
        listeners.push(match TcpListener::bind((bind.ip(), port)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind((bind.ip(), 0)).await?,
        });
    }
    Ok(listeners)
}

async fn wait_until_it_answers(address: SocketAddr) {
    // The listener is bound already: a connection waits in its queue until the server takes it.
    drop(tokio::net::TcpStream::connect(address).await);
}

/// A reader never sees half of it.
fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = file.with_extension("tmp");
    std::fs::write(&unfinished, text)?;
    std::fs::rename(unfinished, file)
}

/// 16 letters and digits that no other demo has.
fn random_name() -> Result<String, Failure> {
    Ok(crypto::random_bytes::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The demo's folder: given, or one that goes with the process.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn open(given: Option<PathBuf>) -> Result<Self, Failure> {
        let temporary = given.is_none();
        let path = match given {
            Some(path) => path,
            None => std::env::temp_dir().join(format!("codemint-demo-{}", random_name()?)),
        };
        std::fs::create_dir_all(&path)?;
        Ok(Self { path, temporary })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // What cannot be removed is left to the system's own cleaning.
            let _left = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// What is said where there are several servers.
#[derive(Default)]
pub(super) struct Servers {
    /// Beside the first one's address.
    pub(super) beside: String,
    /// At the end.
    pub(super) after: String,
}

fn welcome(
    url: &str,
    Servers { beside, after }: &Servers,
    sign_in: &str,
    stripe_url: &str,
    mailbox_url: &str,
    api_key: &str,
) -> String {
    format!(
        "
  Codemint is running against a stand-in for Stripe. Nothing here costs money.

    Dashboard         {url}{beside}
    Sign in           {sign_in}
    Mailbox           {mailbox_url}
    Stripe stand-in   {stripe_url}/dashboard

  Make a code from a backend:

    curl {url}/v1/admin/discount-codes \\
      -H 'Authorization: Bearer {api_key}' -H 'Content-Type: application/json' \\
      -d '{{\"app_id\":\"{APP}\",\"code\":\"BLACKFRIDAY50\",\"percent_off\":50,\"max_redemptions\":1000}}'

  Its page in the dashboard has the checkout call. Ctrl-C stops it all.
{after}"
    )
}
