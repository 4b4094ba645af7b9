//! Runs one command: says what it is for, and how long it took.

use std::{
    fmt::Display,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::Instant,
};

use crate::say;

/// A failure is a text for whoever runs xtask: what went wrong, and what to do about it.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Adds what was being done to an error.
pub(crate) trait Context<T> {
    /// `what: the error`.
    fn context(self, what: impl Display) -> Outcome<T>;
}

impl<T, E: Display> Context<T> for Result<T, E> {
    fn context(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| format!("{what}: {error}"))
    }
}

/// Says that `what` begins, does it, and says how it ended and after how long.
pub(crate) fn timed<T>(what: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    say::begin(what);
    let started = Instant::now();
    let outcome = work();
    match outcome {
        Ok(_) => say::done(what, started.elapsed()),
        Err(_) => say::failed(what, started.elapsed()),
    }
    outcome
}

/// Runs a command that shows its own output; an exit code other than zero is a failure.
pub(crate) fn run(what: &str, command: &mut Command) -> Outcome {
    timed(what, || {
        let status = command.stdin(Stdio::null()).status().context(describe(command))?;
        require_success(command, status)
    })
}

/// Runs a command quietly and returns what it printed; on failure its error output is part of the message.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().context(describe(command))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed ({}): {}", describe(command), output.status, errors.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command that prints results on stdout, for us, while the user sees its stderr.
pub(crate) fn results(what: &str, command: &mut Command) -> Outcome<String> {
    timed(what, || {
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context(describe(command))?;
        require_success(command, output.status)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    })
}

/// Runs a command, shows both its streams and keeps them; whether it succeeded is for the caller to judge.
pub(crate) fn watched(what: &str, command: &mut Command) -> Outcome<(ExitStatus, String)> {
    say::begin(what);
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context(describe(command))?;
    let errors = child.stderr.take().map(|stream| thread::spawn(|| pass_on(stream, say::pass_on_error)));
    let mut text = child.stdout.take().map(|stream| pass_on(stream, say::line)).unwrap_or_default();
    if let Some(Ok(errors)) = errors.map(thread::JoinHandle::join) {
        text.push_str(&errors);
    }
    let status = child.wait().context(describe(command))?;
    if status.success() {
        say::done(what, started.elapsed())
    } else {
        say::failed(what, started.elapsed())
    }
    Ok((status, text))
}

fn pass_on(stream: impl Read, show: fn(&str)) -> String {
    let mut reader = BufReader::new(stream);
    let (mut text, mut line) = (String::new(), Vec::new());
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let shown = String::from_utf8_lossy(&line);
        show(shown.trim_end_matches(['\n', '\r']));
        text.push_str(&shown);
        line.clear();
    }
    text
}

fn require_success(command: &Command, status: ExitStatus) -> Outcome {
    if status.success() { Ok(()) } else { Err(format!("{} failed ({status})", describe(command))) }
}

/// The program and its arguments, as one would type them.
fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let words = std::iter::once(program.file_name().unwrap_or(program.as_os_str())).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let problem = output(Command::new("no-such-program-here").arg("--flag")).unwrap_err();
        assert!(problem.starts_with("no-such-program-here --flag: "), "{problem}");
    }

    #[cfg(unix)]
    #[test]
    fn both_streams_are_kept() {
        let (status, text) =
            watched("echo", Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert_eq!(status.code(), Some(3));
        assert!(text.contains("out\n") && text.contains("err\n"), "{text}");
    }
}
