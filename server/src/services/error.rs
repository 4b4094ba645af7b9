//! Faults of our own as a [`Problem`] that carries the cause. The edge (or the job) logs it, once, and tells the caller no more than
//! that it was our fault. A cause never holds a secret.

use crate::store::StoreError;
use app::domain::problem::{Code, Problem};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem::new(Code::Internal, error.to_string())
    }
}

/// A fault of ours that is not the database's.
pub(super) fn internal(what: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::Internal, format!("{what}: {error}"))
}
