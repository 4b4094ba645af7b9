//! Where things are, and Cargo with a clean environment.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::step::{self, Outcome};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&xtask).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where the browser's part is written: the folder that `server/build.rs` embeds.
pub(crate) fn site_dir() -> PathBuf {
    env::var_os("CODEMINT_SITE_DIR").map_or_else(|| root().join("target/site"), PathBuf::from)
}

/// `cargo …` in the workspace.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(args);
    // Flags of the environment replace those of `.cargo/config.toml`, which server and browser must both have.
    if let Ok(flags) = env::var("RUSTFLAGS") {
        cargo.env("RUSTFLAGS", format!("{flags} --cfg erase_components"));
    }
    cargo
}

/// A program, started in the workspace, without what `cargo run` told us about ourselves: build scripts that watch these
/// variables (ring's does) would run again each time xtask and a plain `cargo build` take turns.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// The file that Cargo reports for a target (not for its tests), out of `--message-format json-render-diagnostics`.
pub(crate) fn artifact(messages: &str, target: &str, is_it: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        target: Target,
        profile: Profile,
        filenames: Vec<PathBuf>,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    #[derive(Deserialize)]
    struct Profile {
        test: bool,
    }
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.target.name == target && !message.profile.test)
        .flat_map(|message| message.executable.into_iter().chain(message.filenames))
        .find(|path| is_it(path))
}

/// A program's path, looked up in PATH.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// Whether we run as root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Installs Debian packages: only as root, where there is apt.
pub(crate) fn apt_install(packages: &[&str]) -> Outcome {
    let names = packages.join(" ");
    if !is_root() || which("apt-get").is_none() {
        return Err(format!(
            "{names}: not there, and only root on a Debian-like system can have it installed from here"
        ));
    }
    let apt = |args: &[&str]| {
        let mut apt = command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-o", "Dpkg::Use-Pty=0"]).args(args);
        apt
    };
    step::run("Updating the list of Debian's packages", &mut apt(&["update"]))?;
    step::run(&format!("Installing {names}"), apt(&["install", "-y", "--no-install-recommends"]).args(packages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_artifact_is_found_among_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"app"},"profile":{"test":false},"filenames":["/t/libapp.rlib"],"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"app"},"profile":{"test":true},"filenames":["/t/app.wasm"],"executable":"/t/app"}"#,
            "\n",
            r#"{"reason":"build-script-executed","out_dir":"/t"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"frontend"},"profile":{"test":false},"filenames":["/t/f.rlib","/t/f.wasm"],"executable":null}"#,
            "\nnot json\n",
        );
        let wasm = |path: &Path| path.extension().is_some_and(|extension| extension == "wasm");
        assert_eq!(artifact(messages, "frontend", wasm), Some("/t/f.wasm".into()));
        assert_eq!(artifact(messages, "app", wasm), None);
    }
}
