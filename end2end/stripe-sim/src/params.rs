//! What the parameters of several endpoints have in common: metadata, expansion, bounds of numbers and times.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    auth::Caller,
    error::{ApiError, ApiResult},
};

/// Without a leap day, although there is one in every five years: whoever keeps within this is within Stripe's count, too.
const FIVE_YEARS: i64 = 5 * 365 * 24 * 3600;

/// A checked set of parameters as the type that the endpoint works with.
pub(crate) fn typed<T: DeserializeOwned>(params: &Value) -> ApiResult<T> {
    T::deserialize(params).map_err(|error| ApiError::invalid(format!("Invalid request parameters: {error}")))
}

/// Stripe's metadata: short keys, short values, not many.
pub(crate) type Metadata = BTreeMap<String, String>;

/// Metadata as sent: `metadata=` unsets all of it, `metadata[k]=` one key.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum MetadataParam {
    Unset(#[expect(dead_code, reason = "always empty")] String),
    Set(Metadata),
}

/// Lays what was sent over what stands, or refuses it.
pub(crate) fn merge_metadata(known: &Metadata, sent: Option<&MetadataParam>) -> ApiResult<Metadata> {
    let mut merged = known.clone();
    match sent {
        None => {}
        Some(MetadataParam::Unset(_)) => merged.clear(),
        Some(MetadataParam::Set(entries)) => {
            for (key, value) in entries {
                let refuse = |what: &str, most: usize, have: usize, text: &str| {
                    let message = format!(
                        "Metadata {what}s can have up to {most} characters, but you passed in a {what} that is {have} \
                         characters. Invalid {what}: {text}"
                    );
                    Err(ApiError::invalid(message).param("metadata"))
                };
                let (key_length, value_length) = (key.chars().count(), value.chars().count());
                if key_length > 40 {
                    return refuse("key", 40, key_length, key);
                }
                if value_length > 500 {
                    return refuse("value", 500, value_length, value);
                }
                if value.is_empty() {
                    merged.remove(key);
                } else {
                    merged.insert(key.clone(), value.clone());
                }
            }
        }
    }
    if merged.len() > 50 {
        let message = format!("Metadata can have up to 50 keys, but you passed in {}.", merged.len());
        return Err(ApiError::invalid(message).param("metadata"));
    }
    Ok(merged)
}

/// Refuses a number under `least`.
pub(crate) fn at_least(value: Option<i64>, least: i64, param: &str) -> ApiResult<()> {
    match value {
        Some(value) if value < least => {
            let message = format!("This value must be greater than or equal to {least} (it currently is '{value}').");
            Err(ApiError::invalid(message).code("parameter_invalid_integer").param(param))
        }
        _ => Ok(()),
    }
}

/// Refuses a time that is past or more than five years off.
pub(crate) fn soon(at: Option<i64>, now: i64, param: &str) -> ApiResult<()> {
    match at {
        Some(at) if at <= now => Err(ApiError::past_timestamp(param)),
        Some(at) if at > now + FIVE_YEARS => Err(ApiError::distant_timestamp(param)),
        _ => Ok(()),
    }
}

/// The properties that an endpoint can expand, each with the permission that it takes besides.
pub(crate) type Expandable<'a> = &'a [(&'a str, Option<&'a str>)];

/// The parameter `expand[]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Expand(Vec<String>);

impl Expand {
    /// Refuses what cannot be expanded, and what this key may not read.
    pub(crate) fn check(&self, known: Expandable, caller: &Caller) -> ApiResult<()> {
        for wanted in &self.0 {
            let Some((_, permission)) = known.iter().find(|(name, _)| name == wanted) else {
                return Err(ApiError::invalid(format!("This property cannot be expanded ({wanted}).")).param("expand"));
            };
            if let Some(permission) = permission {
                caller.require(permission)?;
            }
        }
        Ok(())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|wanted| wanted == name)
    }

    /// What is wanted of each item of a list: the names without `data.`.
    pub(crate) fn of_items(&self) -> ApiResult<Self> {
        let strip = |name: &String| {
            name.strip_prefix("data.").map(str::to_owned).ok_or_else(|| {
                ApiError::invalid(format!(
                    "This property cannot be expanded ({name}). You may want to try expanding 'data.{name}' instead."
                ))
                .param("expand")
            })
        };
        self.0.iter().map(strip).collect::<ApiResult<_>>().map(Self)
    }
}
