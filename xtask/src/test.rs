//! `cargo xtask test`: every test there is, and one table at the end.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use clap::ValueEnum;

use crate::{
    assets, browser, fuzz,
    postgres::{self, Cluster},
    python, say, server,
    step::{self, Outcome},
    tally::{self, Row, Tally},
    wasm::Profile,
    workspace,
};

/// What `--only` chooses from.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Unit and integration tests, on SQLite and PostgreSQL.
    Rust,
    /// The examples in the documentation.
    Docs,
    /// The journeys in a real browser.
    Browser,
    /// Requests that are generated from the API's own description.
    Fuzz,
}

/// The crates that the server is made of. xtask is tested apart: chosen together, the two would share features, and what xtask
/// links would be compiled a second time.
const SERVER: [&str; 5] = ["--workspace", "--exclude", "frontend", "--exclude", "xtask"];

/// Runs the tests; what cannot run counts as failed, and the rest runs all the same.
pub(crate) fn run(filter: Option<&str>, only: Option<Part>) -> ExitCode {
    let wanted = |part| only.is_none_or(|only| only == part);
    let mut rows = Vec::new();

    let (site, built) = match only {
        Some(Part::Docs) => (Ok(()), Err("not needed".to_owned())),
        Some(Part::Fuzz) => (Ok(()), server::build(server::Profile::Debug)),
        _ => (assets::build(Profile::Small).map(drop), compile()),
    };
    for problem in
        [site.as_ref().err(), built.as_ref().err().filter(|_| only != Some(Part::Docs))].into_iter().flatten()
    {
        say::problem(problem);
    }
    let cluster = if matches!(only, Some(Part::Docs | Part::Fuzz)) { None } else { database(&mut rows) };
    let given = Given { filter, database: cluster.as_ref().map(Cluster::url), binary: built.as_deref().ok() };
    if wanted(Part::Rust) {
        rows.extend(stripes_words());
        rows.push(row("Rust", || if built.is_ok() { rust(&given) } else { Err("the server does not compile".into()) }));
    }
    if wanted(Part::Docs) {
        rows.push(row("Documentation", || docs(&given)));
    }
    if wanted(Part::Browser) {
        rows.push(row("Browser", || match (&site, &built) {
            (Ok(()), Ok(binary)) => journeys(&given, binary),
            _ => Err("what it would open does not compile".into()),
        }));
    }
    // A filter names tests; generated requests have none, unless it is they that are asked for.
    if only == Some(Part::Fuzz) || (only.is_none() && filter.is_none()) {
        rows.push(row("Generated", || match &built {
            Ok(binary) => generated(binary, filter),
            Err(_) => Err("what it would ask does not compile".into()),
        }));
    }
    drop(cluster);

    if tally::show(&rows).failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What the parts are run with.
struct Given<'a> {
    filter: Option<&'a str>,
    database: Option<&'a str>,
    binary: Option<&'a Path>,
}

impl Given<'_> {
    fn hand_to(&self, command: &mut Command) {
        if let Some(url) = self.database {
            command.env(postgres::URL, url);
        }
        if let Some(binary) = self.binary {
            command.env("CODEMINT_BIN", binary);
        }
    }
}

fn row(part: &'static str, work: impl FnOnce() -> Outcome<Tally>) -> Row {
    let started = Instant::now();
    let (tally, note) = match work() {
        Ok(tally) => (tally, None),
        Err(problem) => {
            say::problem(&problem);
            (Tally::FAILED, Some(problem))
        }
    };
    Row { part, tally, elapsed: started.elapsed(), note }
}

/// Builds the server as its tests will want it, so that nothing is compiled twice; returns the binary.
fn compile() -> Outcome<PathBuf> {
    let mut cargo = workspace::cargo(["build"]);
    cargo.args(SERVER).args(["--bins", "--tests", "--message-format", "json-render-diagnostics"]);
    server::binary(&step::results("Compiling the server and its tests", &mut cargo)?)
}

/// A PostgreSQL; without one the run fails, unless whoever runs it allows that.
fn database(rows: &mut Vec<Row>) -> Option<Cluster> {
    let started = Instant::now();
    let problem = match Cluster::start() {
        Ok(cluster) => return Some(cluster),
        Err(problem) => problem,
    };
    say::problem(&problem);
    let tally = if may_skip() { Tally::SKIPPED } else { Tally::FAILED };
    rows.push(Row { part: "PostgreSQL", tally, elapsed: started.elapsed(), note: Some(problem) });
    None
}

/// Where Stripe's OpenAPI document is, seen from the workspace, if no variable says otherwise.
const OPENAPI: (&str, &str) = ("CODEMINT_STRIPE_OPENAPI", "../shared/stripe/openapi-subset.json");

/// The tests pass without the document, and say so only where nobody looks: a row of the table does, too.
fn stripes_words() -> Option<Row> {
    let (variable, beside) = OPENAPI;
    let named = env::var_os(variable).filter(|named| !named.is_empty()).map(PathBuf::from);
    if named.unwrap_or_else(|| workspace::root().join(beside)).is_file() {
        return None;
    }
    let note = format!(
        "{variable} names no copy of Stripe's OpenAPI document: calls to Stripe are tested, but not judged by it"
    );
    say::note(&note);
    Some(Row { part: "Judged by Stripe", tally: Tally::SKIPPED, elapsed: Duration::ZERO, note: Some(note) })
}

/// Whether whoever runs this allows parts to be left out.
fn may_skip() -> bool {
    env::var("CODEMINT_TEST_ALLOW_SKIP").is_ok_and(|value| value == "1")
}

fn generated(binary: &Path, filter: Option<&str>) -> Outcome<Tally> {
    match python::schemathesis() {
        Ok(schemathesis) => fuzz::run(binary, &schemathesis, filter),
        Err(problem) if may_skip() => {
            say::problem(&problem);
            Ok(Tally::SKIPPED)
        }
        Err(problem) => Err(problem),
    }
}

fn rust(given: &Given<'_>) -> Outcome<Tally> {
    let nextest = step::output(&mut workspace::cargo(["nextest", "--version"])).is_ok();
    if !nextest {
        say::note("cargo-nextest is not installed: `cargo test` runs the same tests, one program after the other");
    }
    let suites: [(&str, &[&str]); 2] =
        [("Testing the server and the rules", &SERVER), ("Testing xtask", &["--package", "xtask"])];
    let run_suite = if nextest { in_nextest } else { in_cargo };
    suites.into_iter().map(|(what, crates)| run_suite(what, crates, given)).sum()
}

fn in_nextest(what: &str, crates: &[&str], given: &Given<'_>) -> Outcome<Tally> {
    let mut cargo = workspace::cargo(["nextest", "run", "--no-fail-fast", "--no-tests=pass"]);
    // Most of their time they wait: for leases, for jobs, for what runs in processes of its own.
    let threads = std::thread::available_parallelism().map_or(1, usize::from) * 2;
    cargo.args(["--test-threads", &threads.to_string()]);
    cargo.args(crates).args(given.filter);
    given.hand_to(&mut cargo);
    let (status, output) = step::watched(what, &mut cargo)?;
    let mut tally = tally::of_nextest(&output).of_run(status.success());
    if given.filter.is_some() {
        // Those that the filter left out.
        tally.skipped = 0;
    }
    Ok(tally)
}

fn in_cargo(what: &str, crates: &[&str], given: &Given<'_>) -> Outcome<Tally> {
    let mut cargo = workspace::cargo(["test", "--no-fail-fast", "--tests"]);
    cargo.args(crates).args(given.filter);
    given.hand_to(&mut cargo);
    let (status, output) = step::watched(what, &mut cargo)?;
    Ok(tally::of_cargo_test(&output).of_run(status.success()))
}

fn docs(given: &Given<'_>) -> Outcome<Tally> {
    let mut cargo = workspace::cargo(["test", "--doc", "--no-fail-fast"]);
    cargo.args(SERVER).args(given.filter);
    let (status, output) = step::watched("Testing the examples in the documentation", &mut cargo)?;
    Ok(tally::of_cargo_test(&output).of_run(status.success()))
}

fn journeys(given: &Given<'_>, binary: &Path) -> Outcome<Tally> {
    browser::install_packages()?;
    let chromium = browser::chromium()?;
    step::run("Checking the types of the journeys", &mut browser::npx(&["tsc", "--noEmit"]))?;

    let report = browser::folder().join("test-results/report.json");
    let _ = fs::remove_file(&report);
    let mut playwright = browser::npx(&["playwright", "test", "--pass-with-no-tests"]);
    if let Some(filter) = given.filter {
        playwright.args(["--grep", filter]);
    }
    given.hand_to(&mut playwright);
    playwright.env("CODEMINT_BIN", binary).env("CODEMINT_E2E_REPORT", &report);
    if let Some(chromium) = chromium {
        playwright.env(browser::CHROMIUM, chromium);
    }
    let (status, _) = step::watched("Journeys in the browser", &mut playwright)?;
    let tally = fs::read(&report).ok().and_then(|json| tally::of_playwright(&json)).unwrap_or_default();
    Ok(tally.of_run(status.success()))
}
