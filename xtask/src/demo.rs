//! `cargo xtask demo`: everything built, then `codemint demo` in our place.

use std::{ffi::OsString, path::PathBuf};

use crate::{
    assets, say, server,
    step::{Context, Outcome},
    wasm, workspace,
};

/// Builds what is not built yet and becomes the demo: Ctrl-C and signals reach it directly.
pub(crate) fn run(ready_file: Option<PathBuf>, args: Vec<OsString>) -> Outcome {
    say::note("The first build takes some minutes; later ones, seconds.");
    let here = std::env::current_dir().context("the current folder")?;
    assets::build(wasm::Profile::Small)?;
    // A debug build: ready in a third of the time of a release build, and fast enough for one visitor.
    let mut demo = workspace::command(server::build(server::Profile::Debug)?);
    demo.current_dir(here).arg("demo");
    if let Some(file) = ready_file {
        demo.arg("--ready-file").arg(file);
    }
    demo.args(args);
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
