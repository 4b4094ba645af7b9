//! `cargo xtask check`: format, lints, dependencies. The browser's part is linted apart: it is other code, under other features.

use crate::{
    deny,
    step::{self, Outcome},
    wasm, workspace,
};

/// Runs all checks; the first that fails ends it.
pub(crate) fn run() -> Outcome {
    step::run("Checking the format", &mut workspace::cargo(["fmt", "--all", "--check"]))
        .map_err(|problem| format!("{problem}\n`cargo fmt` puts it right."))?;
    let lint = ["--quiet", "--", "-D", "warnings"];
    let mut host = workspace::cargo(["clippy", "--workspace", "--exclude", "frontend", "--all-targets"]);
    step::run("Linting the server and the tools", host.args(lint))?;
    wasm::require_target()?;
    let mut browser = workspace::cargo(["clippy", "--package", "frontend", "--target", "wasm32-unknown-unknown"]);
    step::run("Linting the browser's part", browser.args(lint))?;
    deny::check()
}
