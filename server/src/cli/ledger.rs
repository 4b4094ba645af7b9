//! `codemint ledger …`

use super::{Failure, environment, say};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::services::{Checked, Patience, Services};
use app::domain::mode::Mode;
use serde_json::{Value, json};

/// What the table's columns are called.
const HEAD: [&str; 5] = ["WORKSPACE", "MODE", "CODES", "SESSIONS", "RESULT"];

/// What `codemint ledger check` is asked for.
#[derive(clap::Args)]
pub(super) struct Check {
    /// One workspace (ws_…); without it, all.
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
    /// test or live; without it, both.
    #[arg(long, value_parser = ["test", "live"])]
    mode: Option<String>,
    /// Set counters that differ from their redemptions to what those say. Nothing else is changed.
    #[arg(long)]
    repair: bool,
    /// Print a JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// What was found of one workspace in one mode.
struct Line {
    workspace: String,
    mode: Mode,
    checked: Checked,
    repaired: Vec<String>,
}

/// Compares counters, redemptions and Stripe's sessions; an error where something does not agree.
pub(super) async fn check(asked: Check) -> Result<(), Failure> {
    let database_url = config::database_url(&environment);
    // The database alone can be compared without the ring; anything else that is wrong with the configuration is said.
    let whole = match environment("CODEMINT_MASTER_KEYS") {
        Some(ring) if !ring.trim().is_empty() => Some(Config::read(&environment)?),
        _ => None,
    };
    let services = Services::for_ledger(&database_url, whole.as_ref(), Clock::system()).await?;
    let mode = asked.mode.as_deref().and_then(Mode::parse);
    let scopes = services.ledgers(asked.workspace.as_deref(), mode).await.map_err(|problem| problem.message)?;
    let mut lines = Vec::new();
    for scope in scopes {
        let mut checked = services.check_of(&scope, Patience::BACKGROUND).await.map_err(|problem| problem.message)?;
        let mut repaired = Vec::new();
        if asked.repair && !checked.miscounted.is_empty() {
            repaired = services.repair(&scope, &checked).await.map_err(|problem| problem.message)?;
            // What is told is what is true now.
            checked = services.check_of(&scope, Patience::BACKGROUND).await.map_err(|problem| problem.message)?;
        }
        let line = Line { workspace: scope.workspace.as_str().to_owned(), mode: scope.mode, checked, repaired };
        if asked.json {
            say::line(&line.json().to_string());
        }
        lines.push(line);
    }
    services.close().await;
    if !asked.json {
        say::line(&table(&lines));
    }
    match lines.iter().map(|line| line.checked.found.len()).sum::<usize>() {
        0 => Ok(()),
        1 => Err("1 thing does not agree".into()),
        wrong => Err(format!("{wrong} things do not agree").into()),
    }
}

impl Line {
    fn json(&self) -> Value {
        let differences: Vec<&str> = self.checked.found.iter().map(|found| found.words.as_str()).collect();
        json!({
            "workspace": self.workspace, "mode": self.mode.as_str(), "codes": self.checked.codes, "sessions": self.checked.sessions,
            "wrong": differences.len(), "differences": differences, "repaired": self.repaired, "unasked": self.checked.unasked,
        })
    }

    fn cells(&self) -> [String; 5] {
        let result = match self.checked.found.len() {
            0 => "right".to_owned(),
            1 => "1 difference".to_owned(),
            more => format!("{more} differences"),
        };
        let sessions = match self.checked.unasked {
            Some(_) if self.checked.sessions == 0 => "not asked".to_owned(),
            _ => self.checked.sessions.to_string(),
        };
        [self.workspace.clone(), self.mode.to_string(), self.checked.codes.to_string(), sessions, result]
    }

    /// What does not agree, what was done, and what was not looked at.
    fn notes(&self) -> Vec<String> {
        let found = self.checked.found.iter().map(|found| found.words.clone());
        let repaired = self.repaired.iter().map(|what| format!("Set to its redemptions: {what}"));
        found.chain(repaired).chain(self.checked.unasked.clone()).collect()
    }
}

fn table(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "There is no discount code yet: nothing to compare.".to_owned();
    }
    let cells: Vec<[String; 5]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(lines.iter().map(Line::cells)).collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let mut text = Vec::new();
    for row in &cells {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  "));
        text.push(format!("{}{}", padded.collect::<String>(), row[4]));
    }
    for line in lines {
        let notes = line.notes();
        if !notes.is_empty() {
            text.push(format!("\n{} ({} mode)", line.workspace, line.mode));
            text.extend(notes.into_iter().map(|note| format!("  {note}")));
        }
    }
    text.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::domain::ledger::Found;

    #[test]
    fn a_table_and_what_does_not_agree() {
        let found =
            Found { key: "k".into(), words: "SPRING (dc_1) counts wrongly.".into(), at_stripe: false, session: None };
        let wrong = Checked { codes: 12, sessions: 3, found: vec![found], ..Checked::default() };
        let right = Checked { codes: 1, unasked: Some("Stripe was not asked.".into()), ..Checked::default() };
        let line =
            |workspace: &str, mode, checked| Line { workspace: workspace.into(), mode, checked, repaired: Vec::new() };
        let lines = [line("ws_1", Mode::Test, wrong), line("ws_20", Mode::Live, right)];
        assert_eq!(
            table(&lines),
            "WORKSPACE  MODE  CODES  SESSIONS   RESULT\n\
             ws_1       test  12     3          1 difference\n\
             ws_20      live  1      not asked  right\n\
             \nws_1 (test mode)\n  SPRING (dc_1) counts wrongly.\n\
             \nws_20 (live mode)\n  Stripe was not asked."
        );
        assert_eq!(table(&[]), "There is no discount code yet: nothing to compare.");
        assert_eq!(lines[0].json()["wrong"], 1);
    }
}
