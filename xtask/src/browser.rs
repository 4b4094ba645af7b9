//! What the browser tests need: Node's packages and a Chromium.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    site::hash,
    step::{self, Context, Outcome},
    workspace,
};

/// The variable that names the browser.
pub(crate) const CHROMIUM: &str = "CODEMINT_CHROMIUM";

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// The folder of the journeys.
pub(crate) fn folder() -> PathBuf {
    workspace::root().join("end2end")
}

/// `npx --no-install …` among the journeys.
pub(crate) fn npx(args: &[&str]) -> Command {
    let mut npx = workspace::command("npx");
    npx.current_dir(folder()).arg("--no-install").args(args);
    npx
}

/// Installs Node's packages when `package-lock.json` is not the one they came from.
pub(crate) fn install_packages() -> Outcome {
    if workspace::which("npm").is_none() || workspace::which("node").is_none() {
        workspace::apt_install(&["nodejs", "npm"]).map_err(|problem| {
            format!("the browser tests are driven by Node.js: install Node.js 20 or newer ({problem})")
        })?;
    }
    let folder = folder();
    let lock = folder.join("package-lock.json");
    let wanted = hash(&fs::read(&lock).context(lock.display())?);
    let stamp = folder.join("node_modules/.codemint-lock");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let mut npm = workspace::command("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    step::run("Installing the packages of the browser tests", &mut npm)?;
    fs::write(&stamp, wanted).context(stamp.display())
}

/// A browser's program; `None` for the one that Playwright has installed for itself.
pub(crate) fn chromium() -> Outcome<Option<PathBuf>> {
    if let Some(named) = env::var_os(CHROMIUM).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(Some(named))
        } else {
            Err(format!("{CHROMIUM} names {}, which is no file", named.display()))
        };
    }
    if let Some(found) = installed() {
        return Ok(Some(found));
    }
    // Debian's package brings the libraries it needs; Playwright's own build does not.
    let debian = workspace::apt_install(&["chromium"]);
    if let (Ok(()), Some(found)) = (&debian, installed()) {
        return Ok(Some(found));
    }
    step::run("Installing Playwright's Chromium", &mut npx(&["playwright", "install", "chromium"]))
        .map(|()| None)
        .map_err(|problem| format!("the browser tests need a Chromium: install one, or set {CHROMIUM} ({problem})"))
}

/// One that starts: on some systems the program of that name only tells how to install it.
fn installed() -> Option<PathBuf> {
    NAMES
        .into_iter()
        .filter_map(workspace::which)
        .chain([Path::new(MAC).to_path_buf()])
        .find(|program| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()))
}
