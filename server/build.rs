//! Tells `web::assets` which folder holds the browser's part, and makes sure that there is one.
//!
//! The folder is `target/site` of the workspace, wherever Cargo itself builds (`CARGO_TARGET_DIR` may point elsewhere, and differ
//! between the run that made the files and this one); `cargo xtask` writes it. `CODEMINT_SITE_DIR` names another, for both.
//! An empty folder is fine: the server then compiles, and its pages are plain HTML.

use std::{env, fs, path::PathBuf};

fn main() -> Result<(), String> {
    let manifest_dir = env::var("CARGO_MANIFEST_DIR").map_err(|error| format!("CARGO_MANIFEST_DIR: {error}"))?;
    let site = match env::var_os("CODEMINT_SITE_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(manifest_dir).join("../target/site"),
    };
    fs::create_dir_all(&site).map_err(|error| format!("cannot create {}: {error}", site.display()))?;
    let site = site.canonicalize().map_err(|error| format!("{}: {error}", site.display()))?;

    println!("cargo::rustc-env=CODEMINT_SITE_DIR={}", site.display());
    println!("cargo::rerun-if-env-changed=CODEMINT_SITE_DIR");
    println!("cargo::rerun-if-changed=build.rs");
    // A migration that was added is embedded by the next build, not by the next change to a source.
    println!("cargo::rerun-if-changed=../migrations");
    // A debug build reads the files when it runs, so new ones need no new server.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={}", site.display());
    }
    Ok(())
}
