//! An answer of the API before it is sent: it may be stored first, byte for byte.

use super::problem;
use app::domain::problem::{Code, Problem};
use axum::response::Response;
use serde::Serialize;

/// Status and body.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
}

impl Answer {
    /// 200.
    pub fn ok<T: Serialize>(object: &T) -> Result<Self, Problem> {
        Self::new(200, object)
    }

    /// 201.
    pub fn created<T: Serialize>(object: &T) -> Result<Self, Problem> {
        Self::new(201, object)
    }

    /// A refusal.
    pub fn refusal(problem: &Problem) -> Self {
        Self { status: problem.code.status(), body: problem::envelope(problem) }
    }

    fn new<T: Serialize>(status: u16, object: &T) -> Result<Self, Problem> {
        let body = serde_json::to_vec(object)
            .map_err(|error| Problem::new(Code::Internal, format!("an answer is no JSON: {error}")))?;
        Ok(Self { status, body })
    }

    /// Sends it.
    pub fn into_response(self) -> Response {
        problem::json(self.status, self.body)
    }
}
