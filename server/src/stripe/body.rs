//! Stripe's envelope of an error, and reading JSON without trusting its size.

use super::error::StripeError;
use serde::{Deserialize, de::DeserializeOwned};

/// `{"error": {…}}`.
#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) error: Refusal,
}

/// What is read of an error; everything may be missing.
#[derive(Deserialize)]
pub(super) struct Refusal {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) param: Option<String>,
}

/// Reads an object. What cannot be read is no answer: the call may still have done its work.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, StripeError> {
    serde_json::from_slice(body).map_err(|error| {
        // The position and the kind of fault; serde_json's own text can quote values.
        tracing::warn!(line = error.line(), column = error.column(), category = ?error.classify(), "unreadable answer of Stripe");
        StripeError::Unknown
    })
}

/// Reads an object that may have been deleted: `{"id": …, "deleted": true}`, or 404.
pub(super) fn read_if_there<T: DeserializeOwned>(
    answer: Result<Vec<u8>, StripeError>,
) -> Result<Option<T>, StripeError> {
    #[derive(Deserialize)]
    struct Tombstone {
        #[serde(default)]
        deleted: bool,
    }
    match answer {
        Ok(body) if read::<Tombstone>(&body)?.deleted => Ok(None),
        Ok(body) => read(&body).map(Some),
        Err(StripeError::ResourceMissing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
