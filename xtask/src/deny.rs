//! Licences, duplicates, sources and known holes of all that comes into the build, by cargo-deny and `deny.toml`.

use std::{path::PathBuf, process::Command};

use crate::{
    say,
    step::{self, Outcome},
    workspace,
};

/// The version that `deny.toml` was written for.
const VERSION: &str = "0.20.2";

/// Runs every check; the list of known holes is asked for over the network, and left out where that cannot be reached.
pub(crate) fn check() -> Outcome {
    let program = program()?;
    let deny = |args: &[&str]| {
        let mut command = workspace::command(&program);
        command.arg("deny").args(args);
        command
    };
    step::run("Checking licences, duplicates and sources", &mut deny(&["check", "bans", "licenses", "sources"]))?;
    match step::output(&mut deny(&["fetch", "db"])) {
        Ok(_) => step::run("Checking for known holes", &mut deny(&["check", "--disable-fetch", "advisories"])),
        Err(_) => {
            say::note("Known holes were not checked: the RustSec advisory database cannot be fetched from here.");
            Ok(())
        }
    }
}

/// cargo-deny: the one that is installed, or one of our own under `target`.
fn program() -> Outcome<PathBuf> {
    let ours = workspace::root().join("target/tools");
    let path = ours.join("bin").join(if cfg!(windows) { "cargo-deny.exe" } else { "cargo-deny" });
    for program in [PathBuf::from("cargo-deny"), path.clone()] {
        let version = step::output(Command::new(&program).args(["deny", "--version"]));
        if version.is_ok_and(|version| version.trim().ends_with(VERSION)) {
            return Ok(program);
        }
    }
    // Unoptimized: it is built once and runs for a second.
    let mut install =
        workspace::cargo(["install", "cargo-deny", "--version", VERSION, "--locked", "--debug", "--quiet"]);
    step::run("Installing cargo-deny", install.arg("--root").arg(&ours)).map_err(|problem| {
        format!("{problem}\nLicences and duplicates are checked by cargo-deny: `cargo install cargo-deny --version {VERSION} --locked`, where the network can be reached.")
    })?;
    Ok(path)
}
