//! The processes that are measured: started, heard from once, and gone when their handle is.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that talks to whoever runs it")]

use crate::{Outcome, http, http::Connection};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// Progress, for whoever watches.
pub(crate) fn say(text: &str) {
    eprintln!("  {text}");
}

/// One line of JSON for the process that started us.
pub(crate) fn ready(value: &impl Serialize) -> Outcome {
    println!("{}", serde_json::to_string(value).map_err(|error| error.to_string())?);
    Ok(())
}

/// Until whoever started us is gone: its end of our standard input closes, however it ended.
pub(crate) async fn orphaned() {
    let waited = tokio::task::spawn_blocking(|| {
        let mut rest = Vec::new();
        // Whatever ends the reading ends us.
        let _ = std::io::stdin().lock().read_to_end(&mut rest);
    });
    // A panic in there is an end as well.
    let _ = waited.await;
}

/// A process that is stopped when this goes.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts a program of ours and reads the line that it says when it is ready.
    pub(crate) fn start<T: DeserializeOwned>(arguments: &[&str]) -> Outcome<(Self, T)> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        let child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut running = Self { child: child.map_err(|error| format!("{}: {error}", arguments.join(" ")))? };
        let mut line = String::new();
        let stdout = running.child.stdout.take().ok_or("no standard output")?;
        BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
        let said = serde_json::from_str(&line).map_err(|error| format!("{}: {error}: {line}", arguments.join(" ")))?;
        Ok((running, said))
    }

    /// Starts the server and waits for its first good answer.
    pub(crate) async fn serve(mut command: Command, address: SocketAddr, log: &Path) -> Outcome<Self> {
        let log = std::fs::File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let running = Self { child: command.spawn().map_err(|error| format!("codemint serve: {error}"))? };
        let begun = Instant::now();
        let probe = http::get(address, "/readyz", "");
        while begun.elapsed() < PATIENCE {
            if let Ok(mut connection) = Connection::open(address).await
                && connection.ask(&probe).await == Ok(200)
            {
                return Ok(running);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("codemint serve did not become ready".to_owned())
    }

    /// A line of the process' status in bytes, where the system has `/proc`: `VmRSS`, or `VmHWM` for the most there ever was.
    pub(crate) fn memory(&self, line: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let text = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
        Some(text.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody has just now.
pub(crate) fn free_address() -> Outcome<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("no free port: {error}"))
}

/// Runs a command to its end; what it printed.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
