//! The real binary as a process of its own, which can be killed.

use super::run::until;
use super::world::MASTER_KEYS;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use stripe_sim::AppClient;
use tokio::process::{Child, Command};

/// How long a process may take to come up, or to end.
const PATIENCE: Duration = Duration::from_secs(60);
const SIGKILL: i32 = 9;

/// What every process of one installation is given.
pub struct Place {
    pub database_url: String,
    pub stripe_url: String,
    /// Logs and mail.
    pub folder: PathBuf,
    /// The Stripe App of test mode.
    pub app: AppClient,
}

impl Place {
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_codemint"));
        command
            .env("CODEMINT_DATABASE_URL", &self.database_url)
            .env("CODEMINT_MASTER_KEYS", MASTER_KEYS)
            .env("CODEMINT_STRIPE_API_URL", &self.stripe_url)
            .env("CODEMINT_SMTP_URL", format!("file:{}", self.folder.display()))
            .env("CODEMINT_STRIPE_AUTHORIZE_URL_TEST", &self.app.authorize_url)
            .env("CODEMINT_STRIPE_SECRET_KEY_TEST", &self.app.secret_key)
            .env("CODEMINT_STRIPE_WEBHOOK_SECRET_TEST", &self.app.webhook_secret)
            .env("RUST_LOG", "info,server=debug")
            .env_remove("CODEMINT_DIE_AT")
            .env_remove("CODEMINT_PLANT")
            .env_remove("CODEMINT_CLOCK_AHEAD_MS")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// A command to its end: what it printed.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let (ended, out, err) = self.ends(arguments, &[]).await;
        assert_eq!(ended, Ended::Well, "{arguments:?}: {err}");
        out
    }

    /// A command to whatever end it comes to, and what it said on both sides. `orders` are further variables.
    pub async fn ends(&self, arguments: &[&str], orders: &[(&str, &str)]) -> (Ended, String, String) {
        let output = self.command().args(arguments).envs(orders.iter().copied()).output().await.unwrap();
        let ended = match output.status.signal() {
            Some(SIGKILL) => Ended::Killed,
            _ if output.status.success() => Ended::Well,
            _ => Ended::Badly,
        };
        let said = |bytes| String::from_utf8(bytes).unwrap();
        (ended, said(output.stdout), said(output.stderr))
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Well,
    Badly,
    /// By SIGKILL, as it was ordered.
    Killed,
}

/// A running `codemint serve`.
pub struct Process {
    child: Child,
    pub url: String,
    log: PathBuf,
}

impl Process {
    /// Starts one and waits until it answers. `orders` are further variables.
    pub async fn serve(place: &Place, orders: &[(&str, String)]) -> Self {
        loop {
            // A port that is free now; somebody may take it before the process does.
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let log = place.folder.join(format!("{}.log", free.port()));
            let mut command = place.command();
            command.arg("serve").env("CODEMINT_BIND", free.to_string()).envs(orders.iter().map(|(name, v)| (*name, v)));
            let out = File::options().create(true).append(true).open(&log).unwrap();
            command.stdout(Stdio::null()).stderr(out);
            let mut process = Self { child: command.spawn().unwrap(), url: format!("http://{free}"), log };
            if process.answers().await {
                return process;
            }
            let said = process.said();
            assert!(said.contains("in use"), "it did not start: {said}");
        }
    }

    /// Starts one that may die before it answers anybody. Where it lives on until `settled` says that nothing is left to die at, it is killed.
    pub async fn dies_early(place: &Place, orders: &[(&str, String)], mut settled: impl AsyncFnMut() -> bool) {
        let log = place.folder.join("early.log");
        let mut command = place.command();
        // No port is asked for that another may have.
        command.arg("serve").env("CODEMINT_BIND", "127.0.0.1:0").envs(orders.iter().map(|(name, v)| (*name, v)));
        let out = File::options().create(true).append(true).open(&log).unwrap();
        let child = command.stdout(Stdio::null()).stderr(out).spawn().unwrap();
        let mut process = Self { child, url: String::new(), log };
        until(async || {
            let over = process.is_dead() || settled().await;
            (over, ())
        })
        .await;
        process.kill().await;
    }

    async fn answers(&mut self) -> bool {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        let ready = format!("{}/readyz", self.url);
        let started = tokio::time::Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < PATIENCE, "it does not answer: {}", self.said());
            if http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    }

    /// Its log so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// It dies by its own hand, as it was ordered.
    pub async fn dies(mut self) {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let Ok(status) = ended else { panic!("it does not die") };
        assert_eq!(status.unwrap().signal(), Some(SIGKILL), "{}", self.said());
    }

    /// Whether it is dead by now.
    pub fn is_dead(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// It stands still, as on a machine that is not given any time: whoever hears nothing of it takes it for dead.
    pub fn stands_still(&self) {
        self.signal(Signal::STOP);
    }

    /// It goes on where it stood.
    pub fn goes_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).unwrap();
        kill_process(id, signal).unwrap();
    }

    /// SIGKILL, from outside.
    pub async fn kill(mut self) {
        if !self.is_dead() {
            self.child.kill().await.unwrap();
        }
    }
}

/// The newest file with this end in a folder, once it is there.
pub async fn file_of(folder: &Path, end: &str) -> String {
    until(async || {
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let newest = files.filter(|path| path.extension().is_some_and(|e| e == end)).max();
        let text = newest.and_then(|path| std::fs::read_to_string(path).ok());
        (text.is_some(), text)
    })
    .await
    .unwrap()
}
