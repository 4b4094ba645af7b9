//! `codemint serve | demo | migrate | openapi | keys | admin | ledger`.

mod admin;
mod demo;
mod demo_replicas;
mod keys;
mod ledger;
mod mailbox;
mod say;

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::jobs::Pace;
use crate::serve::{self, Server};
use crate::services::Services;
use crate::{crypto, telemetry, web};
use app::domain::mode::Mode;
use clap::{Parser, Subcommand};
use secrecy::SecretString;
use std::net::SocketAddr;
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Discount codes and earned rewards on your own Stripe account.
#[derive(Parser)]
#[command(name = "codemint", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the dashboard and the API.
    Serve {
        /// Stop, as by a signal, when the standard input ends: whoever started this process holds the other end, and takes it along.
        #[arg(long, hide = true)]
        with_parent: bool,
    },
    /// Serve against a stand-in for Stripe, with everything set up to try it.
    Demo {
        /// Write {"url","urls","stripe_url","app_id","api_key","mailbox_url"} there once it serves.
        #[arg(long)]
        ready_file: Option<PathBuf>,
        /// Where to keep the demo's data; without it, a folder that goes with the process.
        #[arg(long)]
        data: Option<PathBuf>,
        /// A PostgreSQL server on which the demo makes a database of its own (codemint_demo_…), and drops it at its end; a demo that
        /// is killed leaves it there. Without it, the embedded database.
        #[arg(
            long,
            value_name = "URL",
            env = "CODEMINT_DEMO_POSTGRES_URL",
            hide_env_values = true,
            conflicts_with = "data"
        )]
        postgres: Option<String>,
        /// Where the dashboard listens; a free port where it is taken.
        #[arg(long, env = "CODEMINT_BIND", default_value = "127.0.0.1:8080")]
        bind: SocketAddr,
        /// So many server processes on the one database, each at an address of its own; more than one needs --postgres.
        #[arg(long, default_value = "1")]
        replicas: NonZeroU8,
    },
    /// Bring the database's schema up to date.
    Migrate,
    /// Print the API's description: OpenAPI 3.1, as served at /openapi.json.
    Openapi,
    /// The keys that seal secrets at rest.
    #[command(subcommand)]
    Keys(Keys),
    /// Operator's tasks; they work while the server runs.
    #[command(subcommand)]
    Admin(Admin),
    /// Whether the counts are right.
    #[command(subcommand)]
    Ledger(Ledger),
}

#[derive(Subcommand)]
enum Keys {
    /// Print a new master key for CODEMINT_MASTER_KEYS.
    Generate,
    /// Seal the stored keys anew under the ring's first key, or say what comes first. Works while the server runs, and may be run again.
    Rotate {
        /// Instead: give every workspace a new data key and seal its values again.
        #[arg(long)]
        data: bool,
        /// With --data: so many seconds the old data keys stand after the last value has left them.
        #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "data")]
        grace: u64,
    },
}

#[derive(Subcommand)]
enum Ledger {
    /// Compare each code's counts with its redemptions, those with their checkouts, and these with Stripe's sessions. Works while the server
    /// runs; ends with 1 where something does not agree. Without CODEMINT_MASTER_KEYS the database alone is compared.
    Check(ledger::Check),
}

#[derive(Subcommand)]
enum Admin {
    /// Make a workspace with an owner, an app and an API key; prints {"workspace","app_id","api_key"}.
    CreateWorkspace {
        /// The owner's address.
        #[arg(long)]
        email: String,
        /// The app's id.
        #[arg(long)]
        app: String,
        /// test or live.
        #[arg(long, value_parser = ["test", "live"])]
        mode: String,
    },
}

/// Runs a command to its end.
pub fn run(cli: Cli) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say::failed(&error),
    };
    match runtime.block_on(dispatch(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say::failed(&error),
    }
}

/// What ends a command early, in words for the operator.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve { with_parent } => run_server(with_parent).await,
        Command::Demo { ready_file, data, postgres, bind, replicas } => {
            let postgres = postgres.map(SecretString::from);
            demo::run(demo::Options { ready_file, data, postgres, bind, replicas }).await
        }
        Command::Migrate => {
            Services::migrate(&config::database_url(&environment)).await?;
            say::line("The database is up to date.");
            Ok(())
        }
        Command::Openapi => {
            say::line(&web::openapi::printed()?);
            Ok(())
        }
        Command::Ledger(Ledger::Check(asked)) => ledger::check(asked).await,
        Command::Keys(Keys::Generate) => {
            say::line(&crypto::generate()?);
            Ok(())
        }
        Command::Keys(Keys::Rotate { data: false, .. }) => keys::rotate().await,
        Command::Keys(Keys::Rotate { data: true, grace }) => keys::rotate_data(Duration::from_secs(grace)).await,
        Command::Admin(Admin::CreateWorkspace { email, app, mode }) => {
            admin::create_workspace(&email, &app, &mode).await
        }
    }
}

async fn run_server(with_parent: bool) -> Result<(), Failure> {
    let config = Config::read(&environment)?;
    telemetry::start("info");
    let listener = serve::bind(config.bind).await?;
    for mode in [Mode::Test, Mode::Live] {
        let app = config.stripe_apps.of(mode);
        let suffix = mode.as_str().to_ascii_uppercase();
        for part in app.missing() {
            let what = if part == "WEBHOOK_SECRET" {
                "an uninstall in Stripe is not heard of"
            } else {
                "owners cannot connect by one click"
            };
            tracing::warn!(%mode, "CODEMINT_STRIPE_{part}_{suffix} is missing: {what}");
        }
    }
    let server = Server::set_up(&config, Clock::system(), Pace::default()).await?;
    tracing::info!(bind = %config.bind, public_url = %config.public_url, "serving");
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone());
    if with_parent {
        stop_with_parent(stop.clone());
    }
    server.run(listener, stop).await?;
    Ok(())
}

/// Cancels when the standard input ends, which it does however our parent ends.
fn stop_with_parent(stop: CancellationToken) {
    // A thread of its own: a runtime would wait for a read that never returns.
    std::thread::spawn(move || {
        let _whatever_comes = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        stop.cancel();
    });
}

/// Cancels on Ctrl-C, and on SIGTERM where there is one.
fn stop_on_signal(stop: CancellationToken) {
    tokio::spawn(async move {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => {
                    tokio::select! {
                        _ = tokio::signal::ctrl_c() => {}
                        _ = terminate.recv() => {}
                    }
                }
                Err(_) => drop(tokio::signal::ctrl_c().await),
            }
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
        tracing::info!("stopping");
        stop.cancel();
    });
}
