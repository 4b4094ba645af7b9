//! The server's binary, `codemint`.

use std::path::PathBuf;

use crate::{
    step::{self, Outcome},
    workspace,
};

/// How the server is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build; reads the browser's part from its folder.
    Debug,
    /// Optimized, with everything inside.
    Release,
}

/// Builds the server; returns its binary.
pub(crate) fn build(profile: Profile) -> Outcome<PathBuf> {
    let mut cargo = workspace::cargo(["build", "--package", "server", "--bin", "codemint"]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    binary(&step::results("Compiling the server", &mut cargo)?)
}

/// The server's binary among what Cargo says it built.
pub(crate) fn binary(messages: &str) -> Outcome<PathBuf> {
    workspace::artifact(messages, "codemint", |path| path.extension().is_none_or(|extension| extension == "exe"))
        .ok_or_else(|| "Cargo built the server but names no binary `codemint`".to_owned())
}
