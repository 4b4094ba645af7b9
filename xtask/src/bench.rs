//! `cargo xtask bench`: the table "Speed and size", measured on this machine, each figure beside its baseline in the same run.
//!
//! `end2end/bench` drives and measures; this builds what it needs, gives it a PostgreSQL, adds what `cargo xtask figures` measures
//! (start, bytes), and shows it all.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Instant,
};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    assets, figures,
    postgres::{self, Cluster},
    say, server,
    step::{self, Context, Outcome},
    wasm, workspace,
};

#[derive(Args)]
pub(crate) struct Options {
    /// Short rounds, and a tenth of the codes: for trying out, not for telling.
    #[arg(long)]
    quick: bool,
    /// Only rows whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Only on this database.
    #[arg(long, value_enum)]
    engine: Option<Engine>,
}

/// A database.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Embedded.
    Sqlite,
    /// A server of our own with `fsync = on`, or the one that `CODEMINT_TEST_POSTGRES_URL` names.
    Postgres,
}

/// Builds, measures, prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let wants = |row: &str| options.only.as_ref().is_none_or(|only| row.contains(only.as_str()));
    let sizes = assets::build(wasm::Profile::Small)?;
    let binary = server::build(server::Profile::Release)?;
    let measuring = measuring()?;
    let begun = Instant::now();
    let dir = workspace::root().join("target/bench");
    if dir.is_dir() {
        fs::remove_dir_all(&dir).context(dir.display())?;
    }
    fs::create_dir_all(&dir).context(dir.display())?;

    let mut object = step::timed("Measuring", || measured(options, &measuring, &binary, &dir))?;
    let rows = object["rows"].as_array_mut().ok_or("what was measured has no rows")?;
    if wants(START) {
        let found = figures::measure(&binary)?;
        rows.push(alone(START, "ms", found.start().as_secs_f64() * 1e3, 150.0));
    }
    if wants(BYTES) {
        rows.push(alone(BYTES, "kB", sizes.first as f64 / 1e3, 300.0));
    }
    object["machine"] = machine();
    object["seconds"] = json!(begun.elapsed().as_secs());
    let file = dir.join("bench.json");
    fs::write(&file, format!("{object:#}\n")).context(file.display())?;
    for line in table(&object)? {
        say::note(&line);
    }
    say::line(&object.to_string());
    Ok(())
}

const START: &str = "start to first answer";
const BYTES: &str = "bytes for the first screen, brotli";

/// A row of what has no baseline and must not be more than `most`.
fn alone(name: &str, unit: &str, figure: f64, most: f64) -> Value {
    json!({ "name": name, "engine": "", "unit": unit, "ours": figure, "baseline": null, "figure": figure,
        "goal": format!("≤ {most}"), "reached": figure <= most, "rounds": [], "note": null })
}

/// Builds the program that measures, optimized as the server is.
fn measuring() -> Outcome<PathBuf> {
    let mut cargo = workspace::cargo(["build", "--package", "bench", "--release"]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let messages = step::results("Compiling the baselines", &mut cargo)?;
    workspace::artifact(&messages, "codemint-bench", |path| path.extension().is_none_or(|end| end == "exe"))
        .ok_or_else(|| "Cargo built the baselines but names no binary `codemint-bench`".to_owned())
}

fn measured(options: &Options, measuring: &Path, binary: &Path, dir: &Path) -> Outcome<Value> {
    let out = dir.join("measured.json");
    let mut command = workspace::command(measuring);
    command.arg("measure").arg("--codemint").arg(binary).arg("--dir").arg(dir).arg("--out").arg(&out);
    command.args(options.quick.then_some("--quick"));
    command.args(options.only.iter().flat_map(|only| ["--only", only]));
    let mut cluster = None;
    if options.engine != Some(Engine::Postgres) {
        command.args(["--engine", "sqlite"]);
    }
    if options.engine != Some(Engine::Sqlite) {
        let cluster = cluster.insert(Cluster::durable()?);
        command.args(["--engine", "postgres", "--postgres", cluster.url()]);
    }
    // It is told where, and nothing else is asked of the environment.
    let status = command.env_remove(postgres::URL).stdin(Stdio::null()).status().context("codemint-bench")?;
    drop(cluster);
    if !status.success() {
        return Err(format!("codemint-bench failed ({status})"));
    }
    let text = fs::read_to_string(&out).context(out.display())?;
    serde_json::from_str(&text).context(out.display())
}

/// What it was measured on, without its name.
fn machine() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kilobytes = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.trim().strip_suffix("kB")?;
        Some(kilobytes.trim().parse::<u64>().ok()? * 1024 / 1_000_000_000)
    });
    json!({ "cores": cores, "memory_gb": memory })
}

#[derive(Deserialize)]
struct Shown {
    name: String,
    engine: String,
    unit: String,
    ours: Option<f64>,
    baseline: Option<f64>,
    figure: Option<f64>,
    goal: String,
    reached: Option<bool>,
    note: Option<String>,
}

fn table(object: &Value) -> Outcome<Vec<String>> {
    let rows: Vec<Shown> = serde_json::from_value(object["rows"].clone()).context("the rows")?;
    let number = |value: Option<f64>| match value {
        None => "–".to_owned(),
        Some(value) if value >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.2}"),
    };
    let line = |cells: [&str; 8]| {
        let [name, engine, baseline, ours, unit, figure, goal, reached] = cells;
        format!("{name:<42} {engine:<9} {baseline:>9} {ours:>9} {unit:<9} {figure:>8} {goal:>7} {reached}")
    };
    let mut lines = vec![line(["", "", "baseline", "ours", "", "figure", "goal", ""])];
    for row in rows {
        let reached = match row.reached {
            Some(true) => "reached".to_owned(),
            Some(false) => "NOT REACHED".to_owned(),
            None => row.note.clone().unwrap_or_default(),
        };
        let [baseline, ours, figure] = [row.baseline, row.ours, row.figure].map(number);
        lines.push(line([&row.name, &row.engine, &baseline, &ours, &row.unit, &figure, &row.goal, &reached]));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_whether_it_is_reached() {
        let mut rows = vec![alone(START, "ms", 40.0, 150.0), alone(BYTES, "kB", 301.0, 300.0)];
        rows.push(
            json!({ "name": "x", "engine": "sqlite", "unit": "a second", "ours": null, "baseline": null, "figure": null,
            "goal": "≥ 0.5", "reached": null, "note": "why" }),
        );
        let lines = table(&json!({ "rows": rows })).unwrap();
        assert!(
            lines[1].ends_with("≤ 150 reached") && lines[2].ends_with("NOT REACHED") && lines[3].ends_with("why"),
            "{lines:#?}"
        );
    }
}
