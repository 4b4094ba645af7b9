//! What commands print.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place of the command line that prints")]

use std::process::ExitCode;

/// A line of a command's result.
pub(super) fn line(text: &str) {
    println!("{text}");
}

/// Why a command failed.
pub(super) fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("codemint: {error}");
    ExitCode::FAILURE
}
