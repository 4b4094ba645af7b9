//! Everything that xtask prints. Progress goes to stderr; what a command was asked for, to stdout.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to whoever runs it")]

use std::time::Duration;

/// A step begins.
pub(crate) fn begin(what: &str) {
    eprintln!("→ {what} …");
}

/// A step has ended well.
pub(crate) fn done(what: &str, elapsed: Duration) {
    eprintln!("✓ {what} ({})", seconds(elapsed));
}

/// A step has ended badly.
pub(crate) fn failed(what: &str, elapsed: Duration) {
    eprintln!("✗ {what} ({})", seconds(elapsed));
}

/// Something worth knowing that is no failure.
pub(crate) fn note(text: &str) {
    eprintln!("  {text}");
}

/// What went wrong, and what to do.
pub(crate) fn problem(text: &str) {
    eprintln!("✗ {text}");
}

/// A line of a child's error stream, passed on.
pub(crate) fn pass_on_error(line: &str) {
    eprintln!("{line}");
}

/// A line of the result.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// `3.2 s`, `4 min 05 s`.
pub(crate) fn seconds(elapsed: Duration) -> String {
    let whole = elapsed.as_secs();
    if whole < 60 {
        format!("{:.1} s", elapsed.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(3_240)), "3.2 s");
        assert_eq!(seconds(Duration::from_secs(245)), "4 min 05 s");
    }
}
