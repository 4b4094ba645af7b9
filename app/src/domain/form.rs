//! The form for a new discount code: what a person typed, field by field, as text. The browser checks it while one types and the
//! server checks it again, by the same function.

use super::code::CodeText;
use super::discount_code::{Definition, Draft, Limits, Minimum};
use super::money::{Currency, Money};
use super::problem::Problem;
use super::typed::{TypedTerms, moment, terms_as_typed, whole};
use serde::{Deserialize, Serialize};

/// What was typed. Empty text is a field left empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// The code.
    pub code: String,
    /// `percent` or `amount`.
    pub kind: String,
    /// Percent off, like `12.5`.
    pub percent_off: String,
    /// Amount off in the currency's main unit, like `5.00`.
    pub amount_off: String,
    /// ISO code.
    pub currency: String,
    /// `once`, `repeating`, `forever`.
    pub duration: String,
    /// Months.
    pub duration_in_months: String,
    /// A whole number; empty: no limit.
    pub max_redemptions: String,
    /// A whole number; empty: no limit per customer.
    pub max_redemptions_per_user: String,
    /// In the main unit of the currency, like `50.00`; empty: any amount.
    pub minimum_amount: String,
    /// ISO code, with a percentage; a fixed amount's minimum is in its own currency.
    pub minimum_amount_currency: String,
    /// Local date and time in the owner's zone, `2027-01-01T00:00`; empty: at once.
    pub starts_at: String,
    /// Local date and time in the owner's zone; empty: never.
    pub expires_at: String,
}

/// The fields of the form, by name, in the order in which they stand.
pub const FIELDS: [&str; 13] = [
    "code",
    "kind",
    "percent_off",
    "amount_off",
    "currency",
    "duration",
    "duration_in_months",
    "max_redemptions",
    "max_redemptions_per_user",
    "minimum_amount",
    "minimum_amount_currency",
    "starts_at",
    "expires_at",
];

impl CodeForm {
    /// The form, field by field in the order of [`FIELDS`].
    pub fn read(mut field: impl FnMut(&'static str) -> String) -> Self {
        let [
            code,
            kind,
            percent_off,
            amount_off,
            currency,
            duration,
            duration_in_months,
            max_redemptions,
            max_redemptions_per_user,
            minimum_amount,
            minimum_amount_currency,
            starts_at,
            expires_at,
        ] = FIELDS.map(&mut field);
        Self {
            code,
            kind,
            percent_off,
            amount_off,
            currency,
            duration,
            duration_in_months,
            max_redemptions,
            max_redemptions_per_user,
            minimum_amount,
            minimum_amount_currency,
            starts_at,
            expires_at,
        }
    }

    /// A code that is there, as it would have been typed. `local` writes a moment as the field takes it, `2027-01-01T00:00`.
    pub fn of(definition: &Definition, local: impl Fn(i64) -> String) -> Self {
        let [kind, percent_off, amount_off, currency, duration, duration_in_months] = terms_as_typed(&definition.terms);
        let limits = definition.limits;
        let number = |limit: Option<i64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        let moment = |at: Option<i64>| at.map(&local).unwrap_or_default();
        let (minimum_amount, minimum_amount_currency) = match limits.minimum {
            Some(Minimum { amount, currency: Some(currency) }) => (
                Money::new(amount, currency, "minimum_amount").map_or_else(|_| amount.to_string(), Money::typed),
                currency.as_str().to_owned(),
            ),
            Some(Minimum { amount, currency: None }) => (amount.to_string(), String::new()),
            None => (String::new(), currency.clone()),
        };
        Self {
            code: definition.code.as_str().to_owned(),
            kind,
            percent_off,
            amount_off,
            currency,
            duration,
            duration_in_months,
            max_redemptions: number(limits.max_redemptions),
            max_redemptions_per_user: number(limits.max_redemptions_per_user),
            minimum_amount,
            minimum_amount_currency,
            starts_at: moment(limits.starts_at),
            expires_at: moment(limits.expires_at),
        }
    }

    /// Reads and checks every field. `local_ms` turns a local date and time into milliseconds since 1970 (`None`: not a moment).
    /// Every [`Problem::param`] is the name of a field of this form.
    pub fn check(&self, now_ms: i64, local_ms: impl Fn(&str) -> Option<i64>) -> Result<Definition, Vec<Problem>> {
        self.check_with(None, now_ms, local_ms)
    }

    /// The same for a code that is there. Its text stays what it is, and so do terms that are fixed. A moment that was left as it is stays
    /// exact, and an end among them may be over.
    pub fn check_edit(
        &self,
        before: &Before,
        now_ms: i64,
        local_ms: impl Fn(&str) -> Option<i64>,
    ) -> Result<Definition, Vec<Problem>> {
        before.keep(self).check_with(Some(before), now_ms, local_ms)
    }

    fn check_with(
        &self,
        before: Option<&Before>,
        now_ms: i64,
        local_ms: impl Fn(&str) -> Option<i64>,
    ) -> Result<Definition, Vec<Problem>> {
        let mut problems = Vec::new();
        let terms = self.typed_terms().draft(&mut problems);
        let (minimum_amount_cents, minimum_amount_currency) =
            self.minimum(before.is_some_and(Before::any_currency)).unwrap_or_else(|problem| {
                problems.push(problem);
                (None, None)
            });
        let mut keep = |result: Result<Option<i64>, Problem>| {
            result.unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        };
        // A field shows minutes; the stored moment is exact.
        let starts =
            before.and_then(|before| before.starts_at.filter(|_| self.starts_at.trim() == before.form.starts_at));
        let ends =
            before.and_then(|before| before.expires_at.filter(|_| self.expires_at.trim() == before.form.expires_at));
        let draft = Draft {
            code: Some(self.code.clone()),
            max_redemptions: keep(whole(&self.max_redemptions, "max_redemptions")),
            max_redemptions_per_user: keep(whole(&self.max_redemptions_per_user, "max_redemptions_per_user")),
            minimum_amount_cents,
            minimum_amount_currency,
            starts_at: starts.or_else(|| keep(moment(&self.starts_at, "starts_at", &local_ms))),
            expires_at: ends.or_else(|| keep(moment(&self.expires_at, "expires_at", &local_ms))),
            terms,
            metadata: super::metadata::Metadata::new(),
        };
        // Seen from just before it, an end that stays is always to come.
        let now_ms = ends.map_or(now_ms, |at| now_ms.min(at - 1));
        match draft.check(now_ms) {
            Ok(definition) if problems.is_empty() => Ok(definition),
            Ok(_) => Err(problems),
            Err(more) => Err(self.typed_terms().all_problems(problems, more.into_iter().map(on_the_form).collect())),
        }
    }

    /// The refusal of the code's text alone: `None` while nothing is wrong.
    pub fn code_problem(&self) -> Option<Problem> {
        CodeText::parse(&self.code, "code").err()
    }

    /// What a purchase must come to, in the smallest unit, and its currency: the discount's own, or with a percentage one that is chosen
    /// beside it. `any_currency`: none may be chosen, and the smallest unit of any is typed.
    fn minimum(&self, any_currency: bool) -> Result<(Option<i64>, Option<String>), Problem> {
        const AMOUNT: &str = "minimum_amount";
        if self.minimum_amount.trim().is_empty() {
            return Ok((None, None));
        }
        let currency = if self.kind == "amount" {
            match Currency::parse(&self.currency, "currency") {
                Ok(currency) => currency,
                // The discount's own fields tell it.
                Err(_) => return Ok((None, None)),
            }
        } else if self.minimum_amount_currency.trim().is_empty() && any_currency {
            return Ok((whole(&self.minimum_amount, AMOUNT)?, None));
        } else {
            Currency::parse(&self.minimum_amount_currency, AMOUNT)
                .map_err(|_| Problem::missing("minimum_amount_currency", "Choose the currency of the minimum."))?
        };
        let money = Money::parse_typed(&self.minimum_amount, currency, AMOUNT)?;
        Ok((Some(money.amount()), Some(money.currency().as_str().to_owned())))
    }

    fn typed_terms(&self) -> TypedTerms<'_> {
        let Self { kind, percent_off, amount_off, currency, duration, duration_in_months, .. } = self;
        TypedTerms { kind, percent_off, amount_off, currency, duration, duration_in_months }
    }
}

/// The form of a code that is there, as it was filled in first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// As it would have been typed.
    pub form: CodeForm,
    /// The exact start, milliseconds.
    pub starts_at: Option<i64>,
    /// The exact end, milliseconds.
    pub expires_at: Option<i64>,
    /// What it gives cannot change any more: its coupon is in Stripe, or on its way there.
    pub terms_fixed: bool,
}

impl Before {
    /// Of a code that is there. `local` writes a moment as the field takes it.
    pub fn of(definition: &Definition, terms_fixed: bool, local: impl Fn(i64) -> String) -> Self {
        let Limits { starts_at, expires_at, .. } = definition.limits;
        Self { form: CodeForm::of(definition, local), starts_at, expires_at, terms_fixed }
    }

    /// Whether its minimum is in whatever the price is in, and so in the smallest unit of any currency.
    pub fn any_currency(&self) -> bool {
        !self.form.minimum_amount.is_empty() && self.form.minimum_amount_currency.is_empty()
    }

    /// What was typed, with what cannot change as it is.
    pub fn keep(&self, typed: &CodeForm) -> CodeForm {
        let before = self.form.clone();
        let typed = CodeForm { code: before.code.clone(), ..typed.clone() };
        if !self.terms_fixed {
            return typed;
        }
        CodeForm {
            max_redemptions: typed.max_redemptions,
            max_redemptions_per_user: typed.max_redemptions_per_user,
            minimum_amount: typed.minimum_amount,
            minimum_amount_currency: typed.minimum_amount_currency,
            starts_at: typed.starts_at,
            expires_at: typed.expires_at,
            ..before
        }
    }
}

/// The rules speak of the smallest unit, the form of the main one.
fn on_the_form(mut problem: Problem) -> Problem {
    if problem.param.as_deref() == Some("minimum_amount_cents") {
        problem.param = Some("minimum_amount".into());
    }
    problem
}

#[cfg(test)]
mod tests;
