//! How many tests passed: read from the runners' own closing words, and shown in one table.

use std::{iter::Sum, time::Duration};

use serde::Deserialize;

use crate::say;

/// Counts of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Something that should have run and could not.
    pub(crate) const FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };
    /// Something that was left out on purpose.
    pub(crate) const SKIPPED: Self = Self { passed: 0, failed: 0, skipped: 1 };

    /// A runner that ended badly has failed, whatever it counted.
    pub(crate) fn of_run(self, succeeded: bool) -> Self {
        if succeeded || self.failed > 0 { self } else { Self { failed: 1, ..self } }
    }

    /// The line that ends `cargo xtask test`.
    pub(crate) fn line(self) -> String {
        let Self { passed, failed, skipped } = self;
        let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        format!("{passed} passed, {failed} failed{skipped}")
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            skipped: sum.skipped + one.skipped,
        })
    }
}

/// One row of the table.
pub(crate) struct Row {
    pub(crate) part: &'static str,
    pub(crate) tally: Tally,
    pub(crate) elapsed: Duration,
    /// Why it could not run, if so.
    pub(crate) note: Option<String>,
}

/// Prints the table and the closing line; returns the sum.
pub(crate) fn show(rows: &[Row]) -> Tally {
    say::line("");
    say::line(&format!("{:<16}{:>8}{:>8}{:>9}  {:>12}", "", "passed", "failed", "skipped", "time"));
    for Row { part, tally, elapsed, note } in rows {
        let time = say::seconds(*elapsed);
        say::line(&format!("{part:<16}{:>8}{:>8}{:>9}  {time:>12}", tally.passed, tally.failed, tally.skipped));
        for line in note.iter().flat_map(|note| note.lines()) {
            say::line(&format!("    {line}"));
        }
    }
    let sum: Tally = rows.iter().map(|row| row.tally).sum();
    say::line("");
    say::line(&sum.line());
    sum
}

/// `Summary [   1.2s] 9/10 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 3 skipped`
pub(crate) fn of_nextest(output: &str) -> Tally {
    let plain = without_colours(output);
    let mut tally = Tally::default();
    for counts in plain.lines().filter_map(|line| line.trim_start().strip_prefix("Summary [")?.split_once(" run: ")) {
        for count in without_parentheses(counts.1).split(',') {
            let Some((number, what)) = count.trim().split_once(' ') else { continue };
            let number = number.parse().unwrap_or(0);
            match what.trim() {
                "passed" => tally.passed += number,
                "skipped" => tally.skipped += number,
                _ => tally.failed += number,
            }
        }
    }
    tally
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s`, once a program.
pub(crate) fn of_cargo_test(output: &str) -> Tally {
    let plain = without_colours(output);
    let mut tally = Tally::default();
    for result in plain.lines().filter_map(|line| line.trim_start().strip_prefix("test result: ")?.split_once(". ")) {
        for count in result.1.split(';') {
            let Some((number, what)) = count.trim().split_once(' ') else { continue };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => tally.passed += number,
                "failed" => tally.failed += number,
                "ignored" => tally.skipped += number,
                _ => {}
            }
        }
    }
    tally
}

/// The `stats` of Playwright's JSON report.
pub(crate) fn of_playwright(report: &[u8]) -> Option<Tally> {
    #[derive(Deserialize)]
    struct Report {
        stats: Stats,
    }
    #[derive(Deserialize)]
    struct Stats {
        expected: u64,
        unexpected: u64,
        flaky: u64,
        skipped: u64,
    }
    let Stats { expected, unexpected, flaky, skipped } = serde_json::from_slice::<Report>(report).ok()?.stats;
    Some(Tally { passed: expected + flaky, failed: unexpected, skipped })
}

fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // `[0;31m`: parameters, then one letter that ends the sequence.
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        plain.push_str(&part[end..]);
    }
    plain
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_is_understood() {
        let output = "     Summary [   0.003s] 2 tests run: 2 passed, 0 skipped\n";
        assert_eq!(of_nextest(output), Tally { passed: 2, failed: 0, skipped: 0 });
        let output = "\u{1b}[31;1m     Summary\u{1b}[0m [  10.1s] \u{1b}[1m9\u{1b}[0m/\u{1b}[1m10\u{1b}[0m tests run: \
                      \u{1b}[1m6\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m (1 slow, 1 leaky), 1 failed, 1 timed out, 1 exec failed, 3 skipped\n";
        assert_eq!(of_nextest(output), Tally { passed: 6, failed: 3, skipped: 3 });
        assert_eq!(of_nextest("error: could not compile"), Tally::default());
    }

    #[test]
    fn cargo_test_is_understood() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
                      test result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 0.00s\n";
        assert_eq!(of_cargo_test(output), Tally { passed: 3, failed: 2, skipped: 1 });
    }

    #[test]
    fn playwright_is_understood() {
        let report = br#"{"config":{},"stats":{"startTime":"x","duration":1.5,"expected":4,"skipped":1,"unexpected":2,"flaky":1}}"#;
        assert_eq!(of_playwright(report), Some(Tally { passed: 5, failed: 2, skipped: 1 }));
        assert_eq!(of_playwright(b""), None);
    }

    #[test]
    fn a_run_that_ends_badly_has_failed() {
        assert_eq!(Tally::default().of_run(false), Tally::FAILED);
        let counted = Tally { passed: 1, failed: 2, skipped: 0 };
        assert_eq!(counted.of_run(false), counted);
        assert_eq!(Tally::default().of_run(true), Tally::default());
    }

    #[test]
    fn the_last_line_names_what_was_skipped_only_if_any() {
        assert_eq!(Tally { passed: 12, failed: 0, skipped: 0 }.line(), "12 passed, 0 failed");
        assert_eq!(Tally { passed: 12, failed: 1, skipped: 3 }.line(), "12 passed, 1 failed, 3 skipped");
    }
}
