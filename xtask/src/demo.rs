//! `cargo xtask demo`: everything built, then `codemint demo` in our place.

use std::{ffi::OsString, num::NonZeroU8, path::PathBuf};

use crate::{
    assets,
    postgres::Cluster,
    say, server,
    step::{Context, Outcome},
    wasm, workspace,
};

/// Which database the demo stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

/// Builds what is not built yet and becomes the demo: Ctrl-C and signals reach it directly. A PostgreSQL that is made for it ends with it.
pub(crate) fn run(ready_file: Option<PathBuf>, engine: Engine, replicas: NonZeroU8, args: Vec<OsString>) -> Outcome {
    let elsewhere = args.iter().any(|arg| arg.to_str().is_some_and(|arg| arg.starts_with("--postgres")));
    if replicas > NonZeroU8::MIN && engine == Engine::Sqlite && !elsewhere {
        return Err(
            "Several servers need PostgreSQL, since a SQLite file is one process' alone: add --engine postgres.".into(),
        );
    }
    say::note("The first build takes some minutes; later ones, seconds.");
    let here = std::env::current_dir().context("the current folder")?;
    assets::build(wasm::Profile::Small)?;
    // A debug build: ready in a third of the time of a release build, and fast enough for one visitor.
    let mut demo = workspace::command(server::build(server::Profile::Debug)?);
    demo.current_dir(here).arg("demo");
    if let Some(file) = ready_file {
        demo.arg("--ready-file").arg(file);
    }
    demo.arg("--replicas").arg(replicas.to_string()).args(args);
    if engine == Engine::Postgres {
        let cluster = Cluster::start()?;
        // Not as an argument, which everybody on the machine can read.
        demo.env("CODEMINT_DEMO_POSTGRES_URL", cluster.url());
        cluster.end_with(&mut demo);
    }
    replace_us(demo)
}

#[cfg(unix)]
fn replace_us(mut demo: std::process::Command) -> Outcome {
    use std::os::unix::process::CommandExt;
    Err(format!("cannot start the demo: {}", demo.exec()))
}

#[cfg(not(unix))]
fn replace_us(mut demo: std::process::Command) -> Outcome {
    let status = demo.status().context("cannot start the demo")?;
    if status.success() { Ok(()) } else { Err(format!("the demo ended: {status}")) }
}
