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
    /// Taking the amount away takes its currency along. A minimum that stands is never read in another currency than it was meant in:
    /// terms in another one need a minimum of their own, or none.
    fn minimum(&self, current: &Definition, terms: &Terms) -> Result<Option<Minimum>, Problem> {
        let stands = current.limits.minimum;
        let of_terms = terms.currency();
        let own = stands.and_then(|minimum| minimum.currency);
        if let (None, None, Some(_), Some(own), Some(of_terms)) =
            (self.minimum_amount_cents, &self.minimum_amount_currency, stands, own, of_terms)
            && own != of_terms
        {
            return Err(Problem::invalid(
                "minimum_amount_cents",
                format!(
                    "minimum_amount_cents is in {} and the discount would be in {}: give the minimum in {} as well, or null for none.",
                    own.as_str(),
                    of_terms.as_str(),
                    of_terms.as_str()
                ),
            ));
        }
        let amount = self.minimum_amount_cents.unwrap_or(stands.map(|minimum| minimum.amount));
        // An amount that is given anew with a fixed discount is in its currency.
        let follows = of_terms.is_some() && self.minimum_amount_cents.is_some();
        let kept = own.filter(|_| amount.is_some() && !follows).map(|currency| currency.as_str().to_owned());
        let currency = self.minimum_amount_currency.clone().unwrap_or(kept);
        discount_code::check_minimum(amount, currency.as_deref(), of_terms)
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
    use super::super::money::Currency;
    use super::*;
    use proptest::prelude::*;

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

    fn minimum(amount: i64, currency: Option<&str>) -> Option<Minimum> {
        Some(Minimum { amount, currency: currency.map(|raw| Currency::parse(raw, "currency").unwrap()) })
    }

    /// 20 % off, or $5 off, with this minimum.
    fn with_minimum(amount_off: Option<&str>, minimum: Option<Minimum>) -> Definition {
        let terms = match amount_off {
            Some(currency) => {
                TermsDraft { amount_off_cents: Some(500), currency: Some(currency.into()), ..TermsDraft::default() }
            }
            None => TermsDraft { percent_off: Some(20.0), ..TermsDraft::default() },
        };
        let limits = Limits { minimum, ..code().limits };
        Definition { terms: terms.check().unwrap(), limits, ..code() }
    }

    fn minimum_of(patch: &Patch, current: &Definition) -> Result<Option<Minimum>, String> {
        match patch.apply(current, true, NOW) {
            Ok(changed) => Ok(changed.limits.minimum),
            Err(problem) => Err(problem.param.unwrap_or_default()),
        }
    }

    #[test]
    fn a_minimum_is_given_changed_and_cleared() {
        let amount = |amount| Patch { minimum_amount_cents: Some(amount), ..Patch::default() };
        let currency = |currency: Option<&str>| Patch {
            minimum_amount_currency: Some(currency.map(str::to_owned)),
            ..Patch::default()
        };
        let none = with_minimum(None, None);
        assert_eq!(minimum_of(&amount(Some(5000)), &none), Ok(minimum(5000, None)));
        assert_eq!(minimum_of(&currency(Some("usd")), &none), Err("minimum_amount_currency".into()));
        let stands = with_minimum(None, minimum(5000, Some("eur")));
        assert_eq!(minimum_of(&Patch::default(), &stands), Ok(minimum(5000, Some("eur"))));
        assert_eq!(minimum_of(&amount(Some(7000)), &stands), Ok(minimum(7000, Some("eur"))));
        assert_eq!(minimum_of(&amount(None), &stands), Ok(None));
        assert_eq!(minimum_of(&currency(Some("JPY")), &stands), Ok(minimum(5000, Some("jpy"))));
        assert_eq!(minimum_of(&currency(None), &stands), Ok(minimum(5000, None)));
        let both = Patch { minimum_amount_currency: Some(Some("eur".into())), ..amount(None) };
        assert_eq!(minimum_of(&both, &stands), Err("minimum_amount_currency".into()));
        assert_eq!(minimum_of(&amount(Some(0)), &stands), Err("minimum_amount_cents".into()));
        let fixed = with_minimum(Some("usd"), None);
        assert_eq!(minimum_of(&amount(Some(5000)), &fixed), Ok(minimum(5000, Some("usd"))));
    }

    #[test]
    fn a_minimum_is_never_read_in_another_currency() {
        let euros = |minimum_amount_cents| Patch {
            minimum_amount_cents,
            terms: TermsPatch {
                amount_off_cents: Some(Some(500)),
                currency: Some(Some("eur".into())),
                ..TermsPatch::default()
            },
            ..Patch::default()
        };
        let percent =
            Patch { terms: TermsPatch { percent_off: Some(Some(10.0)), ..TermsPatch::default() }, ..Patch::default() };
        for stands in
            [with_minimum(Some("usd"), minimum(5000, Some("usd"))), with_minimum(None, minimum(5000, Some("usd")))]
        {
            assert_eq!(minimum_of(&euros(None), &stands), Err("minimum_amount_cents".into()));
            assert_eq!(minimum_of(&euros(Some(None)), &stands), Ok(None));
            assert_eq!(minimum_of(&euros(Some(Some(4000))), &stands), Ok(minimum(4000, Some("eur"))));
            assert_eq!(minimum_of(&percent, &stands), Ok(minimum(5000, Some("usd"))));
        }
        // In any currency before, it is in the discount's from then on.
        let any = with_minimum(None, minimum(5000, None));
        assert_eq!(minimum_of(&euros(None), &any), Ok(minimum(5000, Some("eur"))));
    }

    proptest! {
        #[test]
        fn whatever_is_patched_keeps_the_rules(
            stands in prop::option::of((1i64..9, prop::option::of(prop::sample::select(vec!["usd", "eur"])))),
            fixed in prop::option::of(prop::sample::select(vec!["usd", "eur"])),
            amount in prop::option::of(prop::option::of(-1i64..9)),
            own in prop::option::of(prop::option::of(prop::sample::select(vec!["usd", "eur", "xxx"]))),
            to in prop::option::of(prop::option::of(prop::sample::select(vec!["usd", "eur"]))),
            per_user in prop::option::of(prop::option::of(-1i64..3)),
        ) {
            let stands = stands.and_then(|(amount, own)| minimum(amount, fixed.or(own)));
            let current = with_minimum(fixed, stands);
            let patch = Patch {
                minimum_amount_cents: amount,
                minimum_amount_currency: own.map(|own| own.map(str::to_owned)),
                max_redemptions_per_user: per_user,
                terms: match to {
                    Some(Some(currency)) => TermsPatch {
                        amount_off_cents: Some(Some(500)),
                        currency: Some(Some(currency.to_owned())),
                        ..TermsPatch::default()
                    },
                    Some(None) => TermsPatch { percent_off: Some(Some(20.0)), ..TermsPatch::default() },
                    None => TermsPatch::default(),
                },
                ..Patch::default()
            };
            if let Ok(changed) = patch.apply(&current, true, NOW) {
                let terms = changed.terms.as_ref().unwrap_or(&current.terms);
                let minimum = changed.limits.minimum;
                prop_assert!(minimum.is_none_or(|minimum| minimum.amount >= 1));
                if let (Some(minimum), Some(of_terms)) = (minimum, terms.currency()) {
                    prop_assert_eq!(minimum.currency, Some(of_terms));
                }
                // Nobody's dollars become euros: an amount that stays stays in its currency, unless another was named.
                if let (Some(before), Some(after), None, None) = (stands, minimum, amount, &patch.minimum_amount_currency) {
                    prop_assert_eq!(before.amount, after.amount);
                    prop_assert!(before.currency.is_none() || before.currency == after.currency);
                }
                prop_assert!(changed.limits.max_redemptions_per_user.is_none_or(|max| max >= 1));
                if let Some(cleared) = amount { prop_assert_eq!(cleared, minimum.map(|minimum| minimum.amount)); }
            }
        }
    }
}
