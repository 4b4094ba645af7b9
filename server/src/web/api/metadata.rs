//! Metadata of something new; several resources have it.

use app::domain::{
    metadata::Metadata,
    problem::{Problem, clip},
};
use std::collections::BTreeMap;

/// In a new object there is nothing that a null could remove.
pub fn new_metadata(pairs: BTreeMap<String, Option<String>>) -> Result<Metadata, Problem> {
    pairs
        .into_iter()
        .map(|(key, value)| match value {
            Some(value) => Ok((key, value)),
            None => {
                let param = format!("metadata.{}", clip(&key, 80));
                let message = format!("{param} must be a string; it is null.");
                Err(Problem::invalid(param, message))
            }
        })
        .collect()
}
