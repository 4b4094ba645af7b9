//! Changes to a discount code.

use super::discount_code::{self, Definition, Limits, Minimum};
use super::metadata::{self, Metadata};
use super::problem::Problem;
use super::terms::{Terms, TermsDraft};
use std::collections::BTreeMap;

/// A field that may be absent (leave it), null (empty it) or given.
pub type Change<T> = Option<Option<T>>;

/// What a `PATCH` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Paused or not.
    pub active: Option<bool>,
    /// The limit.
    pub max_redemptions: Change<i64>,
    /// The limit for one customer.
    pub max_redemptions_per_user: Change<i64>,
    /// In the smallest unit.
    pub minimum_amount_cents: Change<i64>,
    /// Any case.
    pub minimum_amount_currency: Change<String>,
    /// Milliseconds.
    pub starts_at: Change<i64>,
    /// Milliseconds.
    pub expires_at: Change<i64>,
    /// Keys to merge; `None` as a value removes the key.
    pub metadata: Option<BTreeMap<String, Option<String>>>,
    /// What it gives.
    pub terms: TermsPatch,
}

/// Changes to what a code or a campaign gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TermsPatch {
    /// Percent, like 12.5.
    pub percent_off: Change<f64>,
    /// In the currency's smallest unit.
    pub amount_off_cents: Change<i64>,
    /// Any case.
    pub currency: Change<String>,
    /// `once`, `repeating` or `forever`.
    pub duration: Change<String>,
    /// For `repeating`.
    pub duration_in_months: Change<i64>,
}

/// A patch that was checked against the code that it changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Paused or not.
    pub active: bool,
    /// How often and when.
    pub limits: Limits,
    /// Merged.
    pub metadata: Metadata,
    /// New terms, if they really differ from the current ones.
    pub terms: Option<Terms>,
}

impl Patch {
    /// Applies it to what is stored. Only changed fields are checked, so that an expired code can still be renamed in its metadata.
    pub fn apply(&self, current: &Definition, active: bool, now_ms: i64) -> Result<Changed, Problem> {
        let terms = self.terms.apply(&current.terms)?;
        let limits = Limits {
            max_redemptions: self.max_redemptions.unwrap_or(current.limits.max_redemptions),
            max_redemptions_per_user: self.max_redemptions_per_user.unwrap_or(current.limits.max_redemptions_per_user),
            minimum: self.minimum(current, terms.as_ref().unwrap_or(&current.terms))?,
            starts_at: self.starts_at.unwrap_or(current.limits.starts_at),
            expires_at: self.expires_at.unwrap_or(current.limits.expires_at),
        };
        if self.max_redemptions.is_some() {
            discount_code::check_max_redemptions(limits.max_redemptions)?;
        }
        if self.max_redemptions_per_user.is_some() {
            discount_code::check_max_redemptions_per_user(limits.max_redemptions_per_user)?;
        }
        if self.starts_at.is_some() {
            discount_code::check_starts_at(limits.starts_at)?;
        }
        if self.expires_at.is_some() {
            discount_code::check_expires_at(limits.expires_at, now_ms)?;
        }
        if self.starts_at.is_some() || self.expires_at.is_some() {
            limits.check_order()?;
        }
        let metadata = match &self.metadata {
            Some(changes) => metadata::merge(&current.metadata, changes)?,
            None => current.metadata.clone(),
        };
        Ok(Changed { active: self.active.unwrap_or(active), limits, metadata, terms })
    }
}

impl Patch {
    /// Taking the amount away takes its currency along; new terms in another currency must fit the minimum that stands.
    fn minimum(&self, current: &Definition, terms: &Terms) -> Result<Option<Minimum>, Problem> {
        let stands = current.limits.minimum;
        let amount = self.minimum_amount_cents.unwrap_or(stands.map(|minimum| minimum.amount));
        let own = stands.and_then(|minimum| minimum.currency).map(|currency| currency.as_str().to_owned());
        let kept = own.filter(|_| amount.is_some());
        let currency = self.minimum_amount_currency.clone().unwrap_or(kept);
        discount_code::check_minimum(amount, currency.as_deref(), terms.currency())
    }
}

impl TermsPatch {
    /// What comes of it; none where nothing really changes.
    pub fn apply(&self, current: &Terms) -> Result<Option<Terms>, Problem> {
        let untouched = self.percent_off.is_none()
            && self.amount_off_cents.is_none()
            && self.currency.is_none()
            && self.duration.is_none()
            && self.duration_in_months.is_none();
        if untouched {
            return Ok(None);
        }
        let now = current.draft();
        // Giving one kind of discount replaces the other: nobody should have to null what no longer applies.
        let to_percent = matches!(self.percent_off, Some(Some(_))) && self.amount_off_cents.is_none();
        let to_amount = matches!(self.amount_off_cents, Some(Some(_))) && self.percent_off.is_none();
        let keeps_months = self.duration.as_ref().is_none_or(|d| d.as_deref() == Some("repeating"));
        let draft = TermsDraft {
            percent_off: self.percent_off.unwrap_or(if to_amount { None } else { now.percent_off }),
            amount_off_cents: self.amount_off_cents.unwrap_or(if to_percent { None } else { now.amount_off_cents }),
            currency: self.currency.clone().unwrap_or(if to_percent { None } else { now.currency }),
            duration: self.duration.clone().unwrap_or(now.duration),
            duration_in_months: self.duration_in_months.unwrap_or(if keeps_months {
                now.duration_in_months
            } else {
                None
            }),
        };
        match draft.check() {
            Ok(terms) => Ok(Some(terms).filter(|terms| terms != current)),
            Err(problems) => Err(problems
                .into_iter()
                .next()
                .unwrap_or_else(|| Problem::invalid("percent_off", "The terms are wrong."))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::discount_code::Draft;
    use super::*;

    const NOW: i64 = 1_000_000;

    fn code() -> Definition {
        let terms = TermsDraft { percent_off: Some(20.0), ..TermsDraft::default() };
        Draft { code: Some("SPRING".into()), terms, expires_at: Some(NOW + 10), ..Draft::default() }.check(NOW).unwrap()
    }

    #[test]
    fn nothing_given_changes_nothing() {
        let changed = Patch::default().apply(&code(), true, NOW).unwrap();
        assert_eq!(changed, Changed { active: true, limits: code().limits, metadata: Metadata::new(), terms: None });
    }

    #[test]
    fn null_empties_and_the_past_is_refused() {
        let cleared = Patch { expires_at: Some(None), ..Patch::default() }.apply(&code(), true, NOW).unwrap();
        assert_eq!(cleared.limits.expires_at, None);
        let past = Patch { expires_at: Some(Some(NOW)), ..Patch::default() }.apply(&code(), true, NOW).unwrap_err();
        assert_eq!(past.param.as_deref(), Some("expires_at"));
        // An expired code can be paused all the same.
        assert!(Patch { active: Some(false), ..Patch::default() }.apply(&code(), true, NOW + 100).is_ok());
    }

    #[test]
    fn terms_switch_their_kind() {
        let of = |terms| Patch { terms, ..Patch::default() };
        let patch = of(TermsPatch {
            amount_off_cents: Some(Some(500)),
            currency: Some(Some("USD".into())),
            ..TermsPatch::default()
        });
        assert_eq!(patch.apply(&code(), true, NOW).unwrap().terms.unwrap().to_string(), "$5.00 off, once");
        let same = of(TermsPatch { percent_off: Some(Some(20.0)), ..TermsPatch::default() });
        assert_eq!(same.apply(&code(), true, NOW).unwrap().terms, None);
        let lonely = of(TermsPatch { amount_off_cents: Some(Some(500)), ..TermsPatch::default() });
        assert_eq!(lonely.apply(&code(), true, NOW).unwrap_err().param.as_deref(), Some("currency"));
    }
}
