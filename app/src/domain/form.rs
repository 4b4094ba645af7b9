//! The form for a new discount code: what a person typed, field by field, as text. The browser checks it while one types and the
//! server checks it again, by the same function.

use super::code::CodeText;
use super::discount_code::{Definition, Draft};
use super::money::{Currency, Money};
use super::problem::Problem;
use super::typed::{TypedTerms, moment, whole};
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

    /// Reads and checks every field. `local_ms` turns a local date and time into milliseconds since 1970 (`None`: not a moment).
    /// Every [`Problem::param`] is the name of a field of this form.
    pub fn check(&self, now_ms: i64, local_ms: impl Fn(&str) -> Option<i64>) -> Result<Definition, Vec<Problem>> {
        let mut problems = Vec::new();
        let terms = self.typed_terms().draft(&mut problems);
        let minimum = self.minimum().unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let mut keep = |result: Result<Option<i64>, Problem>| {
            result.unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        };
        let draft = Draft {
            code: Some(self.code.clone()),
            max_redemptions: keep(whole(&self.max_redemptions, "max_redemptions")),
            max_redemptions_per_user: keep(whole(&self.max_redemptions_per_user, "max_redemptions_per_user")),
            minimum_amount_cents: minimum.map(Money::amount),
            minimum_amount_currency: minimum.map(|money| money.currency().as_str().to_owned()),
            starts_at: keep(moment(&self.starts_at, "starts_at", &local_ms)),
            expires_at: keep(moment(&self.expires_at, "expires_at", &local_ms)),
            terms,
            metadata: super::metadata::Metadata::new(),
        };
        match draft.check(now_ms) {
            Ok(definition) if problems.is_empty() => Ok(definition),
            Ok(_) => Err(problems),
            Err(more) => Err(self.typed_terms().all_problems(problems, more)),
        }
    }

    /// The refusal of the code's text alone: `None` while nothing is wrong.
    pub fn code_problem(&self) -> Option<Problem> {
        CodeText::parse(&self.code, "code").err()
    }

    /// What a purchase must come to: in the discount's own currency, or with a percentage in one that is chosen beside it.
    fn minimum(&self) -> Result<Option<Money>, Problem> {
        if self.minimum_amount.trim().is_empty() {
            return Ok(None);
        }
        let own = if self.kind == "amount" { &self.currency } else { &self.minimum_amount_currency };
        let currency = Currency::parse(own, "minimum_amount_currency")
            .map_err(|_| Problem::missing("minimum_amount_currency", "Choose the currency of the minimum."))?;
        Money::parse_typed(&self.minimum_amount, currency, "minimum_amount").map(Some)
    }

    fn typed_terms(&self) -> TypedTerms<'_> {
        let Self { kind, percent_off, amount_off, currency, duration, duration_in_months, .. } = self;
        TypedTerms { kind, percent_off, amount_off, currency, duration, duration_in_months }
    }
}

#[cfg(test)]
mod tests {
    use super::super::terms::TermsDraft;
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<i64> {
        text.strip_prefix("ms").and_then(|ms| ms.parse().ok())
    }

    fn form() -> CodeForm {
        CodeForm {
            code: "save5".into(),
            kind: "percent".into(),
            percent_off: "50".into(),
            duration: "once".into(),
            ..CodeForm::default()
        }
    }

    fn params(form: &CodeForm) -> Vec<String> {
        form.check(1000, utc).err().unwrap_or_default().into_iter().filter_map(|p| p.param).collect()
    }

    #[test]
    fn good_forms() {
        assert_eq!(form().check(1000, utc).unwrap().terms.to_string(), "50% off, once");
        let amount = CodeForm {
            kind: "amount".into(),
            amount_off: "5,00".into(),
            currency: "USD".into(),
            max_redemptions: "1,000".into(),
            ..form()
        };
        let definition = amount.check(1000, utc).unwrap();
        assert_eq!(definition.terms.to_string(), "$5.00 off, once");
        assert_eq!(definition.limits.max_redemptions, Some(1000));
    }

    #[test]
    fn each_problem_stands_at_its_field() {
        assert_eq!(params(&CodeForm { code: "!".into(), ..form() }), ["code"]);
        assert_eq!(params(&CodeForm { percent_off: String::new(), ..form() }), ["percent_off"]);
        assert_eq!(params(&CodeForm { percent_off: "x".into(), ..form() }), ["percent_off"]);
        assert_eq!(params(&CodeForm { kind: "amount".into(), currency: "usd".into(), ..form() }), ["amount_off"]);
        assert_eq!(
            params(&CodeForm { kind: "amount".into(), currency: "usd".into(), amount_off: "0".into(), ..form() }),
            ["amount_off"]
        );
        assert_eq!(params(&CodeForm { max_redemptions: "many".into(), ..form() }), ["max_redemptions"]);
        assert_eq!(params(&CodeForm { duration: "repeating".into(), ..form() }), ["duration_in_months"]);
        assert_eq!(params(&CodeForm { expires_at: "soon".into(), ..form() }), ["expires_at"]);
        assert_eq!(params(&CodeForm { expires_at: "ms999".into(), ..form() }), ["expires_at"]);
    }

    proptest! {
        #[test]
        fn the_form_and_the_api_agree(code in "[a-z!]{1,5}", percent in 0i64..=10_100, max in prop::option::of(-2i64..5), end in prop::option::of(990i64..1010)) {
            let typed = CodeForm {
                code: code.clone(),
                percent_off: format!("{}.{:02}", percent / 100, percent % 100),
                max_redemptions: max.map(|m| m.to_string()).unwrap_or_default(),
                expires_at: end.map(|e| format!("ms{e}")).unwrap_or_default(),
                ..form()
            };
            let api = Draft {
                code: Some(code),
                terms: TermsDraft { percent_off: Some(percent as f64 / 100.0), ..TermsDraft::default() },
                max_redemptions: max,
                expires_at: end,
                ..Draft::default()
            };
            let (by_form, by_api) = (typed.check(1000, utc), api.check(1000));
            prop_assert_eq!(by_form.is_ok(), by_api.is_ok());
            if let (Ok(a), Ok(b)) = (&by_form, &by_api) {
                prop_assert_eq!(a, b);
            }
        }
    }
}
