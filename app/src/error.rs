//! What a screen can be refused with.

use crate::domain::problem::{Code, Problem};
use leptos::prelude::ServerFnError;

/// What every server function answers. A refusal that one expects is `Ok(Err(problem))` and travels with HTTP 200: browsers write
/// every fetch answered with 4xx to the console as an error, and a code that is taken is no error of the program.
pub type Reply<T> = Result<Result<T, Problem>, ServerFnError>;

/// A reply as a screen uses it: a call that did not come through is a problem like any other.
pub fn flat<T>(reply: Reply<T>) -> Result<T, Problem> {
    reply.unwrap_or_else(|_| Err(unreachable()))
}

/// No answer, or none that can be read.
pub fn unreachable() -> Problem {
    Problem::new(Code::Internal, "The server could not be reached. Nothing you typed is lost; try again.")
}
