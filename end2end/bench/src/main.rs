//! What `cargo xtask bench` runs: the load, the baselines, and the rows of the table "Speed and size".
//!
//! Three programs in one, each a process of its own while it is measured: `measure` drives, `baseline` is what the server is compared
//! with, `stand-in` is Stripe. The server is the real release binary.

mod baseline;
mod bodies;
mod database;
mod http;
mod load;
mod measure;
mod process;
mod report;
mod rows;
mod seed;
mod stand_in;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A failure is a text for whoever runs it.
type Outcome<T = ()> = Result<T, String>;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures and writes one JSON object.
    Measure(measure::Options),
    /// Serves the bare handlers that the server is compared with.
    Baseline(baseline::Options),
    /// Serves the stand-in for Stripe with an account for each workspace.
    StandIn(stand_in::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        // The generator gets by with one core: the others are for what is measured.
        Command::Measure(options) => on(tokio::runtime::Builder::new_current_thread(), measure::run(options)),
        Command::Baseline(options) => on(tokio::runtime::Builder::new_multi_thread(), baseline::run(options)),
        Command::StandIn(options) => on(tokio::runtime::Builder::new_multi_thread(), stand_in::run(options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            process::say(&format!("✗ {problem}"));
            ExitCode::FAILURE
        }
    }
}

fn on(mut builder: tokio::runtime::Builder, work: impl Future<Output = Outcome>) -> Outcome {
    builder.enable_all().build().map_err(|error| format!("no runtime: {error}"))?.block_on(work)
}
