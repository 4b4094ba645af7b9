//! `codemint demo`: the real server on the embedded database, against a stand-in for Stripe and a mailbox that one can read.

use super::{Failure, mailbox, say, stop_on_signal};
use crate::clock::Clock;
use crate::config::{Config, StripeApp, StripeApps};
use crate::crypto::{self, MasterKeys};
use crate::jobs::Pace;
use crate::serve::Server;
use crate::store::OwnDatabase;
use crate::telemetry;
use app::domain::connection::Permissions;
use app::domain::ids::WorkspaceId;
use app::domain::mode::Mode;
use secrecy::{ExposeSecret, SecretString};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use stripe_sim::{AccountId, Sim};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const OWNER: &str = "owner@example.com";
const APP: &str = "taskpomo";

/// Runs until it is interrupted.
pub(super) async fn run(
    ready_file: Option<PathBuf>,
    data: Option<PathBuf>,
    postgres: Option<SecretString>,
    bind: SocketAddr,
) -> Result<(), Failure> {
    telemetry::start("warn");
    let folder = Folder::open(data)?;
    let Some(postgres) = postgres else {
        let embedded = format!("sqlite://{}", folder.path.join("codemint.db").display());
        return run_on(&embedded, &folder, ready_file, bind).await;
    };
    let own = OwnDatabase::make(postgres.expose_secret(), &format!("codemint_demo_{}", random_name()?)).await?;
    let ran = run_on(own.url(), &folder, ready_file, bind).await;
    own.remove().await?;
    ran
}

async fn run_on(
    database_url: &str,
    folder: &Folder,
    ready_file: Option<PathBuf>,
    bind: SocketAddr,
) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone());

    let sim = Sim::new();
    stripe_sim::seed_demo(&sim);
    let stripe = sim.listen((Ipv4Addr::LOCALHOST, 0)).await?;
    let mail_dir = folder.path.join("mail");
    std::fs::create_dir_all(&mail_dir)?;
    let mailbox = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let mailbox_url = format!("http://{}", mailbox.local_addr()?);

    let listener = listen(bind).await?;
    let address = listener.local_addr()?;
    let apps = StripeApps { test: register(&sim, address, Mode::Test)?, live: register(&sim, address, Mode::Live)? };
    let config = config(address, database_url, &stripe.url, &folder.path, &mail_dir, apps)?;
    let server =
        Server::set_up(&config, Clock::system(), Pace { sweep: std::time::Duration::from_secs(1), ..Pace::default() })
            .await?;
    let services = server.services().clone();
    let made = services.create_workspace(OWNER, APP, Mode::Test).await.map_err(|problem| problem.message)?;
    connect(&sim, &services, &made.workspace).await?;
    let sign_in = services.make_sign_in_link(OWNER).await.map_err(|problem| problem.message)?;

    let mailing = stop.clone();
    tokio::spawn(async move { mailbox::serve(mailbox, mail_dir, mailing).await });
    let url = format!("http://{address}");
    let ready = serde_json::json!({
        "url": url, "stripe_url": stripe.url, "app_id": made.app, "api_key": made.api_key, "mailbox_url": mailbox_url,
    });
    let announced = async {
        wait_until_it_answers(address).await;
        if let Some(file) = &ready_file {
            write_whole(file, &ready.to_string())?;
        }
        say::line(&welcome(&url, &sign_in, &stripe.url, &mailbox_url, &made.api_key));
        Ok::<_, Failure>(())
    };
    let (served, announced) = tokio::join!(server.run(listener, stop.clone()), announced);
    announced?;
    served?;
    stripe.stop().await;
    Ok(())
}

/// The first checkout can be made at once: the demo's workspace is connected, with a key of the stand-in's.
async fn connect(sim: &Sim, services: &crate::services::Services, workspace: &WorkspaceId) -> Result<(), Failure> {
    let permissions: Vec<&str> = Permissions::LEAST.into_iter().chain(Permissions::CHECKOUT).collect();
    let key = sim.issue_restricted_key(&AccountId::default(), false, &permissions);
    let scope = crate::scope::Scope { workspace: workspace.clone(), mode: Mode::Test };
    services.connect_key(&scope, &key).await.map_err(|problem| problem.message)?;
    Ok(())
}

/// The Stripe App, so that one can connect by one click.
fn register(sim: &Sim, address: SocketAddr, mode: Mode) -> Result<StripeApp, Failure> {
    let way_back = format!("http://{address}/stripe/callback");
    let webhooks = format!("http://{address}/stripe/webhooks/{mode}");
    let app = sim.register_app(mode.livemode(), &[&way_back], &Permissions::of_app(), Some(&webhooks));
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
    folder: &Path,
    mail_dir: &Path,
    stripe_apps: StripeApps,
) -> Result<Config, Failure> {
    Ok(Config {
        background_rate: crate::config::BACKGROUND_RATE,
        database_url: SecretString::from(database_url),
        bind: address,
        public_url: url::Url::parse(&format!("http://{address}"))?,
        master_keys: master_keys(folder)?,
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
fn master_keys(folder: &Path) -> Result<MasterKeys, Failure> {
    let file = folder.join("master.key");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(_) => {
            let text = crypto::generate()?;
            write_whole(&file, &text)?;
            text
        }
    };
    Ok(MasterKeys::parse(text.trim())?)
}

/// The address that was asked for, or a free port of it where that is taken.
async fn listen(bind: SocketAddr) -> std::io::Result<TcpListener> {
    match TcpListener::bind(bind).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind((bind.ip(), 0)).await,
    }
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

fn welcome(url: &str, sign_in: &str, stripe_url: &str, mailbox_url: &str, api_key: &str) -> String {
    format!(
        "
  Codemint is running against a stand-in for Stripe. Nothing here costs money.

    Dashboard         {url}
    Sign in           {sign_in}
    Mailbox           {mailbox_url}
    Stripe stand-in   {stripe_url}/dashboard

  Make a code from a backend:

    curl {url}/v1/admin/discount-codes \\
      -H 'Authorization: Bearer {api_key}' -H 'Content-Type: application/json' \\
      -d '{{\"app_id\":\"{APP}\",\"code\":\"BLACKFRIDAY50\",\"percent_off\":50,\"max_redemptions\":1000}}'

  Its page in the dashboard has the checkout call. Ctrl-C stops it all.
"
    )
}
