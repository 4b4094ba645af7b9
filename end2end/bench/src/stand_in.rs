//! Stripe, in a process of its own: the stand-in as it is, with an account for each workspace.

use crate::{Outcome, process};
use clap::Args;
use serde::{Deserialize, Serialize};
use stripe_sim::{AccountId, Price, Sim};
use tokio::net::TcpListener;

/// The price of every account.
pub(crate) const PRICE: &str = "price_bench";

#[derive(Args)]
pub(crate) struct Options {
    /// How many accounts.
    #[arg(long)]
    accounts: usize,
}

/// What it says in one line once it listens.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ready {
    /// Its origin.
    pub(crate) url: String,
    /// A restricted key of each account.
    pub(crate) keys: Vec<String>,
}

/// Serves until its standard input ends.
pub(crate) async fn run(options: Options) -> Outcome {
    let sim = Sim::new();
    let permissions = ["coupon_write", "promotion_code_write", "checkout_session_write", "plan_read"];
    let keys = (0..options.accounts)
        .map(|number| {
            let account = sim.add_account(AccountId::from(format!("acct_bench{number}").as_str()));
            sim.add_price(&account, false, Price::one_time(PRICE, "usd", 2900, "Bench"));
            sim.issue_restricted_key(&account, false, &permissions)
        })
        .collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    let url = format!("http://{}", listener.local_addr().map_err(|error| error.to_string())?);
    let served = sim.serve(listener, process::orphaned());
    process::ready(&Ready { url, keys })?;
    served.await.map_err(|error| error.to_string())
}
