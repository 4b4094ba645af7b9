//! Changes to a campaign.

use super::super::metadata;
use super::super::patch::{Change, TermsPatch};
use super::super::problem::Problem;
use super::{Definition, Ends, EndsDraft, check_max_rewards, check_name, check_prefix};
use std::collections::BTreeMap;

/// Changes to a campaign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Paused or not.
    pub active: Option<bool>,
    /// Its name.
    pub name: Option<String>,
    /// What rewards to come give.
    pub terms: TermsPatch,
    /// What codes to come begin with.
    pub code_prefix: Option<String>,
    /// Milliseconds.
    pub expires_at: Change<i64>,
    /// Days from earning.
    pub expires_in_days: Change<i64>,
    /// IANA name.
    pub time_zone: Change<String>,
    /// The limit.
    pub max_rewards: Change<i64>,
    /// Keys to merge; `None` as a value removes the key.
    pub metadata: Option<BTreeMap<String, Option<String>>>,
}

/// A patch that was checked against the campaign that it changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Paused or not.
    pub active: bool,
    /// As it is to be.
    pub definition: Definition,
    /// Whether what its coupon says changes: then rewards to come are of another version.
    pub another_version: bool,
}

impl Changed {
    /// A campaign that is to be like this from now on.
    pub fn of(current: &Definition, definition: Definition, active: bool) -> Self {
        let another_version = definition.terms != current.terms || definition.ends.at() != current.ends.at();
        Self { active, definition, another_version }
    }
}

impl Patch {
    /// Applies it to what is stored. Only changed fields are checked, so that a campaign that is over can still be renamed.
    pub fn apply(
        &self,
        current: &Definition,
        active: bool,
        now_ms: i64,
        is_zone: impl FnOnce(&str) -> bool,
    ) -> Result<Changed, Problem> {
        let name = self.name.as_deref().map_or_else(|| Ok(current.name.clone()), check_name)?;
        let terms = self.terms.apply(&current.terms)?;
        let code_prefix = self.code_prefix.as_deref().map_or_else(|| Ok(current.code_prefix.clone()), check_prefix)?;
        let ends = self.ends(&current.ends, now_ms, is_zone)?;
        if self.max_rewards.is_some() {
            check_max_rewards(self.max_rewards.flatten())?;
        }
        let metadata = match &self.metadata {
            Some(changes) => metadata::merge(&current.metadata, changes)?,
            None => current.metadata.clone(),
        };
        let definition = Definition {
            name,
            terms: terms.unwrap_or(current.terms),
            code_prefix,
            ends,
            max_rewards: self.max_rewards.unwrap_or(current.max_rewards),
            metadata,
        };
        Ok(Changed::of(current, definition, self.active.unwrap_or(active)))
    }

    /// Giving one kind of end replaces the other: nobody should have to null what no longer applies.
    fn ends(&self, current: &Ends, now_ms: i64, is_zone: impl FnOnce(&str) -> bool) -> Result<Ends, Problem> {
        if self.expires_at.is_none() && self.expires_in_days.is_none() && self.time_zone.is_none() {
            return Ok(current.clone());
        }
        let to_moment = matches!(self.expires_at, Some(Some(_))) && self.expires_in_days.is_none();
        let to_days = matches!(self.expires_in_days, Some(Some(_))) && self.expires_at.is_none();
        let draft = EndsDraft {
            expires_at: self.expires_at.unwrap_or(if to_days { None } else { current.at() }),
            expires_in_days: self.expires_in_days.unwrap_or(if to_moment { None } else { current.days() }),
            time_zone: self.time_zone.clone().unwrap_or_else(|| current.time_zone().map(str::to_owned)),
        };
        if self.expires_at.is_none() && draft.expires_at.is_some() && draft.expires_in_days.is_none() {
            // A moment that was there before, and may be over by now, is not asked about again.
            return Ok(current.clone());
        }
        draft.check(now_ms, is_zone)
    }
}
