//! The browser's part: compiled for WebAssembly, then given its JavaScript by wasm-bindgen, which is linked in as a library.

use std::path::PathBuf;

use wasm_bindgen_cli_support::Bindgen;

use crate::{
    parts::{self, Parts},
    step::{self, Context, Outcome},
    workspace,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// How the browser's part is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small before all else: what is shipped and tested.
    Small,
    /// Quick to build again while screens are written; ten times as large.
    Fast,
}

impl Profile {
    /// Cargo's name for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Small => "wasm-release",
            Self::Fast => "dev",
        }
    }
}

/// JavaScript and WASM, as a browser loads them.
pub(crate) struct Program {
    /// The module that loads the WASM; it exports `default` (load) and `hydrate`, and imports [`Parts::LOADER`].
    pub(crate) js: String,
    /// The main part of the program.
    pub(crate) wasm: Vec<u8>,
    /// What is loaded later.
    pub(crate) parts: Parts,
}

/// Adds the target to the toolchain unless it is there.
pub(crate) fn require_target() -> Outcome {
    let sysroot = step::output(workspace::command("rustc").args(["--print", "sysroot"]))?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    step::run("Adding the WebAssembly target to Rust", workspace::command("rustup").args(["target", "add", TARGET]))
        .map_err(|problem| format!("{problem}\nInstall Rust's standard library for {TARGET}, then run this again."))
}

/// Compiles the frontend; returns the file, which still needs [`bind`].
pub(crate) fn compile(profile: Profile) -> Outcome<PathBuf> {
    require_target()?;
    let mut cargo = workspace::cargo(["build", "--package", "frontend", "--lib", "--target", TARGET]);
    cargo.args(["--profile", profile.name(), "--message-format", "json-render-diagnostics"]);
    let messages = step::results("Compiling the browser's part", &mut cargo)?;
    workspace::artifact(&messages, "frontend", |path| path.extension().is_some_and(|extension| extension == "wasm"))
        .ok_or_else(|| "Cargo built the frontend but names no .wasm file: is it still a cdylib?".to_owned())
}

/// Cuts compiled WASM into its parts and gives it its JavaScript.
pub(crate) fn bind(raw: &[u8]) -> Outcome<Program> {
    let (main, parts) = parts::cut(raw)?;
    let mut output = Bindgen::new()
        .input_bytes("codemint", main)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                // The later parts name what they take from the main one.
                .keep_lld_exports(true)
                .demangle(false)
                .typescript(false)
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate_output()
        })
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    if output.snippets().values().any(|files| !files.is_empty()) || !output.local_modules().is_empty() {
        return Err(
            "a crate in the frontend brings JavaScript files of its own, which this build does not carry yet".into()
        );
    }
    Ok(Program { js: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm(), parts })
}

/// The WASM that Cargo left in `file`.
pub(crate) fn read(file: &PathBuf) -> Outcome<Vec<u8>> {
    std::fs::read(file).context(file.display())
}
