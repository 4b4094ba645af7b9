//! The stand-in for Stripe as a program: for developing by hand, and for anything that is not written in Rust.

use std::{io, net::SocketAddr, path::PathBuf};

use clap::Parser;
use stripe_sim::{AccountId, Sim, seed_demo};
use tokio::net::TcpListener;

/// A strict, stateful stand-in for the part of Stripe that Codemint uses.
#[derive(Debug, Parser)]
struct Options {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    bind: SocketAddr,
    /// A file to write the origin to once the stand-in listens.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let options = Options::parse();
    let sim = Sim::new();
    seed_demo(&sim);
    let listener = TcpListener::bind(options.bind).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let permissions =
        ["coupon_write", "promotion_code_write", "checkout_session_write", "plan_read", "connected_account_read"];
    let key = sim.issue_restricted_key(&AccountId::default(), false, &permissions);
    say(&format!(
        "Stripe stand-in at {url}\nDashboard: {url}/dashboard\nA test key with every permission: {key}\n\
         Faults on order, for programs: POST {url}/sim/faults (src/control.rs and src/control_app.rs have the rest)"
    ));
    let served = sim.serve(listener, async {
        // Without a handler for the signal, the signal ends the program as well.
        let _ = tokio::signal::ctrl_c().await;
    });
    if let Some(file) = options.ready_file {
        // Renamed into place, so that nobody reads half of it.
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, &url)?;
        std::fs::rename(&unfinished, &file)?;
    }
    served.await
}

#[expect(clippy::print_stdout, reason = "whoever starts the program reads its address there")]
fn say(text: &str) {
    println!("{text}");
}
