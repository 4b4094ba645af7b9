//! Metadata: an owner's own words on an object, within Stripe's limits (<https://docs.stripe.com/api/metadata>).

use super::problem::Problem;
use std::collections::BTreeMap;

/// Keys and values.
pub type Metadata = BTreeMap<String, String>;

/// Most keys.
pub const MAX_KEYS: usize = 50;
/// Most characters of a key.
pub const MAX_KEY: usize = 40;
/// Most characters of a value.
pub const MAX_VALUE: usize = 500;

/// Checks the limits.
pub fn check(metadata: &Metadata) -> Result<(), Problem> {
    if metadata.len() > MAX_KEYS {
        return Err(Problem::invalid(
            "metadata",
            format!("metadata may have at most {MAX_KEYS} keys; it has {}.", metadata.len()),
        ));
    }
    for (key, value) in metadata {
        check_key(key)?;
        let param = format!("metadata.{key}");
        let length = value.chars().count();
        if length > MAX_VALUE {
            let message = format!("{param} may have at most {MAX_VALUE} characters; it has {length}.");
            return Err(Problem::invalid(param, message));
        }
        super::secret::refuse_key(value, &param)?;
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), Problem> {
    let length = key.chars().count();
    if length == 0 || length > MAX_KEY || key.contains(['[', ']']) {
        return Err(Problem::invalid(
            "metadata",
            format!("A key in metadata must have 1 to {MAX_KEY} characters and no square brackets."),
        ));
    }
    super::secret::refuse_key(key, "metadata")
}

/// Stripe's way to change metadata: keys are merged, an empty value (or null) removes its key.
pub fn merge(current: &Metadata, changes: &BTreeMap<String, Option<String>>) -> Result<Metadata, Problem> {
    let mut merged = current.clone();
    for (key, value) in changes {
        // A key that can be nowhere is a mistake also where it is to be removed.
        check_key(key)?;
        match value {
            Some(value) if !value.is_empty() => {
                merged.insert(key.clone(), value.clone());
            }
            _ => {
                merged.remove(key);
            }
        }
    }
    check(&merged)?;
    Ok(merged)
}
