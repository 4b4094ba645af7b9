//! The build of Codemint: `cargo xtask build | demo | test | check | figures | bench`.
//!
//! Needs git, Rust (rustup) and a C compiler. What else a command needs it fetches itself or asks for in one line.

#[cfg(test)]
mod arrows;
mod assets;
mod bench;
mod browser;
mod check;
mod css;
mod demo;
mod deny;
mod figures;
mod fuzz;
mod parts;
mod pictures;
mod postgres;
mod python;
mod say;
mod server;
mod site;
mod step;
mod tally;
mod test;
mod wasm;
mod workspace;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Build, try and test Codemint.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the browser's part and the server.
    Build {
        /// One optimized file with everything inside: target/release/codemint.
        #[arg(long)]
        release: bool,
        /// Build the browser's part unoptimized: large, but quick to build again.
        #[arg(long, conflicts_with = "release")]
        fast: bool,
    },
    /// Build everything and run it against a stand-in for Stripe.
    Demo {
        /// Where the demo writes its addresses and keys, as JSON, once it serves.
        #[arg(long)]
        ready_file: Option<PathBuf>,
        /// The database: a file, or a PostgreSQL as the tests have it (CODEMINT_TEST_POSTGRES_URL, or one of its own).
        #[arg(long, value_enum, default_value_t = demo::Engine::Sqlite)]
        engine: demo::Engine,
        /// So many server processes on one PostgreSQL database, to be killed one by one.
        #[arg(long, default_value = "1")]
        replicas: std::num::NonZeroU8,
        /// Handed on to `codemint demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Run every test: Rust, both databases, documentation, browser, generated requests.
    Test {
        /// Only tests whose name contains this.
        filter: Option<String>,
        /// Only one part.
        #[arg(long, value_enum)]
        only: Option<test::Part>,
    },
    /// Format, lints for the server and for the browser, dependencies.
    Check,
    /// Measure what the README tells: sizes, start-up, memory.
    Figures,
    /// Measure speed and size, each beside its baseline in the same run; one JSON object on standard output, also in target/bench/bench.json.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Task::Build { release, fast } => build(release, fast),
        Task::Demo { ready_file, engine, replicas, args } => demo::run(ready_file, engine, replicas, args),
        Task::Test { filter, only } => return test::run(filter.as_deref(), only),
        Task::Check => check::run(),
        Task::Figures => figures::run(),
        Task::Bench(options) => bench::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say::problem(&problem);
            ExitCode::FAILURE
        }
    }
}

fn build(release: bool, fast: bool) -> step::Outcome {
    assets::build(if fast { wasm::Profile::Fast } else { wasm::Profile::Small })?;
    let binary = server::build(if release { server::Profile::Release } else { server::Profile::Debug })?;
    say::line(&format!("Ready: {}", binary.display()));
    Ok(())
}
