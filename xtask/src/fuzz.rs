//! Generated requests: Schemathesis against a running demo, from the document that the demo itself serves.

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;

use crate::{
    python,
    step::{self, Context, Outcome},
    tally::Tally,
    workspace,
};

/// The same requests in every run.
const SEED: &str = "20261120";
/// Generated requests for each call; enough for half a minute, or a whole one under load.
const EXAMPLES: &str = "200";
/// The variable that makes a run so many seconds long, with requests of its own and in sequences too.
const SECONDS: &str = "CODEMINT_FUZZ_SECONDS";
/// The seed of such a run, to repeat it.
const CHOSEN_SEED: &str = "CODEMINT_FUZZ_SEED";
/// After it nothing reaches Stripe, so it has a run of its own, the last one.
const LAST: &str = "disconnectStripe";
/// Takes a key of Stripe's, which nobody can guess.
const UNREACHED: &str = "POST /v1/admin/connection";
/// A demo is ready within a second; a machine under load may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the demo while its standard input is open.
const GUARD: &str = r#"
trap '' INT TERM HUP
"$@" </dev/null >/dev/null &
demo=$!
cat >/dev/null
kill -TERM "$demo" 2>/dev/null
wait "$demo"
"#;

/// Runs all of it; `filter` names the calls by a part of their operation's id.
pub(crate) fn run(binary: &Path, schemathesis: &Path, filter: Option<&str>) -> Outcome<Tally> {
    let demo = step::timed("Starting a demo to send generated requests to", || Demo::start(binary))?;
    if let Some(filter) = filter {
        return ask(&demo, schemathesis, "all", &["--include-operation-id-regex", filter]);
    }
    let most = ask(&demo, schemathesis, "most", &["--exclude-operation-id", LAST])?;
    let last = ask(&demo, schemathesis, "last", &["--include-operation-id", LAST])?;
    Ok([most, last].into_iter().sum())
}

/// One run, which shows how to repeat each request that fails.
fn ask(demo: &Demo, schemathesis: &Path, name: &str, calls: &[&str]) -> Outcome<Tally> {
    let report = python::folder().join(format!("{name}.json"));
    let _ = fs::remove_file(&report);
    let mut command = workspace::command(schemathesis);
    command
        .current_dir(workspace::root().join("end2end/fuzz"))
        .arg("run")
        .arg(format!("{}/openapi.json", demo.ready.url))
        .args(["--header", &format!("Authorization: Bearer {}", demo.ready.api_key)])
        // The key is the demo's and gone with it: a `curl` that is printed can be pasted.
        .args(["--output-sanitize", "false", "--no-color", "--continue-on-failure"])
        .args(["--report", "json", "--report-json-path"])
        .arg(&report)
        .args(calls);
    match env::var(SECONDS).ok().filter(|seconds| !seconds.is_empty()) {
        None => {
            command.args(["--seed", SEED, "--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing"]);
        }
        Some(seconds) => {
            let seconds = if name == "last" { "10" } else { &seconds };
            command.args(["--max-time", seconds]);
            if let Ok(seed) = env::var(CHOSEN_SEED) {
                command.args(["--seed", &seed]);
            }
        }
    }
    let (status, _) = step::watched("Generated requests", &mut command)?;
    let report: Report = serde_json::from_slice(&fs::read(&report).context(report.display())?).context("the report")?;
    report.tally(env::var(SECONDS).is_err()).map(|tally| tally.of_run(status.success()))
}

/// The parts of Schemathesis' JSON report that count.
#[derive(Deserialize)]
struct Report {
    test_cases: TestCases,
    #[serde(default)]
    valid_rates: BTreeMap<String, BTreeMap<String, Rate>>,
}

#[derive(Deserialize)]
struct TestCases {
    generated: u64,
    with_failures: u64,
    unique_failures: u64,
    errored: u64,
}

/// What became of the requests that keep the schema.
#[derive(Deserialize)]
struct Rate {
    accepted: u64,
}

impl Report {
    /// Counts; a whole run must have got past the refusals of every call, or it proves little.
    fn tally(&self, whole: bool) -> Outcome<Tally> {
        let shut = |phases: &BTreeMap<String, Rate>| phases.values().all(|rate| rate.accepted == 0);
        let unreached: Vec<&str> = self
            .valid_rates
            .iter()
            .filter(|(call, phases)| whole && *call != UNREACHED && shut(phases))
            .map(|(call, _)| call.as_str())
            .collect();
        if !unreached.is_empty() {
            return Err(format!("no generated request was accepted by {}", unreached.join(", ")));
        }
        let TestCases { generated, with_failures, unique_failures, errored } = self.test_cases;
        Ok(Tally {
            passed: generated.saturating_sub(with_failures + errored),
            failed: unique_failures + errored,
            skipped: 0,
        })
    }
}

/// A demo on a port of its own; it ends with us, however we end.
struct Demo {
    guard: Child,
    ready: Ready,
}

/// What the demo writes once it serves.
#[derive(Deserialize)]
struct Ready {
    url: String,
    api_key: String,
}

impl Demo {
    fn start(binary: &Path) -> Outcome<Self> {
        let folder = python::folder();
        let (data, ready) = (folder.join("data"), folder.join("ready.json"));
        let _ = fs::remove_dir_all(&data);
        let _ = fs::remove_file(&ready);
        fs::create_dir_all(&data).context(data.display())?;
        let guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(binary)
            .args(["demo", "--bind", "127.0.0.1:0", "--data"])
            .arg(&data)
            .arg("--ready-file")
            .arg(&ready)
            .stdin(Stdio::piped())
            .spawn()
            .context("the demo")?;
        // From here on the guard ends it.
        let mut demo = Self { guard, ready: Ready { url: String::new(), api_key: String::new() } };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Ok(text) = fs::read(&ready) {
                demo.ready = serde_json::from_slice(&text).context(ready.display())?;
                return Ok(demo);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(format!("the demo was not ready within {} seconds", PATIENCE.as_secs()))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(accepted: u64) -> Report {
        let json = format!(
            r#"{{"seed":1,"test_cases":{{"generated":10,"with_failures":2,"unique_failures":1,"without_checks":0,"errored":1}},
                "valid_rates":{{"GET /a":{{"fuzzing":{{"accepted":{accepted},"rejected":3}},"coverage":{{"accepted":0}}}},
                "POST /v1/admin/connection":{{"fuzzing":{{"accepted":0}}}}}}}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn reports_are_understood() {
        assert_eq!(report(1).tally(true), Ok(Tally { passed: 7, failed: 2, skipped: 0 }));
        assert!(report(0).tally(true).unwrap_err().ends_with("GET /a"));
        assert!(report(0).tally(false).is_ok());
    }
}
