//! Terms: what a discount code gives. Fixed from its first mint on, because Stripe's coupon cannot change.

use super::locale::Locale;
use super::money::{Currency, Money};
use super::problem::{Code, Problem};
use serde::{Deserialize, Serialize};

/// Percent off, in hundredths of a percent: 1 (0.01 %) to 10,000 (100 %).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PercentOff(i64);

impl PercentOff {
    /// The least, in percent.
    pub const MIN: f64 = 0.01;
    /// The most, in percent.
    pub const MAX: f64 = 100.0;

    /// From a number like `12.5`: 0.01 to 100 with at most two decimals.
    pub fn new(percent: f64, param: &str) -> Result<Self, Problem> {
        let hundredths = (percent * 100.0).round();
        // A decimal with two places is the double next to `hundredths / 100`; anything else has more places.
        if !(Self::MIN..=Self::MAX).contains(&percent) || hundredths / 100.0 != percent {
            return Err(Problem::invalid(
                param,
                format!("{param} must be {} to {}, with at most two decimals.", Self::MIN, Self::MAX),
            ));
        }
        #[expect(clippy::cast_possible_truncation, reason = "1 to 10,000: checked just above")]
        Ok(Self(hundredths as i64))
    }

    /// From stored hundredths.
    pub fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// Reads what a person types: `12.5`, `12,5`, `12.5 %`.
    pub fn parse_typed(raw: &str, param: &str) -> Result<Self, Problem> {
        let text = raw.trim().trim_end_matches('%').trim_end().replace(',', ".");
        let plain = !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        match text.parse::<f64>() {
            Ok(percent) if plain => Self::new(percent, param),
            _ => Err(Problem::invalid(param, "Type a percentage from 0.01 to 100, like 25.")),
        }
    }

    /// In hundredths of a percent.
    pub fn hundredths(self) -> i64 {
        self.0
    }

    /// The number on the wire.
    #[expect(clippy::cast_precision_loss, reason = "at most 10,000")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// `50%`, `12.5%`.
impl std::fmt::Display for PercentOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}%", self.as_f64())
    }
}

/// How much is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Discount {
    /// A share of the price.
    Percent(PercentOff),
    /// A fixed amount.
    Amount(Money),
}

impl std::fmt::Display for Discount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Percent(percent) => percent.fmt(f),
            Self::Amount(money) => money.fmt(f),
        }
    }
}

/// How long it applies to a subscription; a one-time payment has it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Duration {
    /// The first invoice.
    Once,
    /// So many months.
    Repeating(
        /// Months, 1 or more.
        u32,
    ),
    /// Every invoice.
    Forever,
}

impl Duration {
    /// Most months we take: a century.
    pub const MAX_MONTHS: i64 = 1200;

    /// From the two fields of the API.
    pub fn parse(duration: Option<&str>, months: Option<i64>) -> Result<Self, Problem> {
        let repeating = match duration {
            None | Some("once") => false,
            Some("forever") => {
                return no_months(months).map(|()| Self::Forever);
            }
            Some("repeating") => true,
            Some(_) => return Err(Problem::invalid("duration", "duration must be once, repeating or forever.")),
        };
        if !repeating {
            return no_months(months).map(|()| Self::Once);
        }
        match months {
            None => Err(Problem::missing(
                "duration_in_months",
                format!("duration_in_months is needed when duration is repeating: 1 to {}.", Self::MAX_MONTHS),
            )),
            Some(months) if (1..=Self::MAX_MONTHS).contains(&months) => {
                Ok(Self::Repeating(u32::try_from(months).unwrap_or(1)))
            }
            Some(_) => Err(Problem::invalid(
                "duration_in_months",
                format!("duration_in_months must be 1 to {}.", Self::MAX_MONTHS),
            )),
        }
    }

    /// Stripe's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Repeating(_) => "repeating",
            Self::Forever => "forever",
        }
    }

    /// Months of a repeating one.
    pub fn months(self) -> Option<u32> {
        match self {
            Self::Repeating(months) => Some(months),
            _ => None,
        }
    }
}

fn no_months(months: Option<i64>) -> Result<(), Problem> {
    match months {
        None => Ok(()),
        Some(_) => Err(Problem::of(
            Code::ParametersExclusive,
            "duration_in_months",
            "duration_in_months goes with duration repeating only; leave it out otherwise.",
        )),
    }
}

impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Once => f.write_str("once"),
            Self::Repeating(1) => f.write_str("1 month"),
            Self::Repeating(months) => write!(f, "{months} months"),
            Self::Forever => f.write_str("forever"),
        }
    }
}

/// What a discount code gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    /// How much.
    pub discount: Discount,
    /// For how long.
    pub duration: Duration,
}

/// The fields of the API that make terms, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TermsDraft {
    /// Percent, like 12.5.
    pub percent_off: Option<f64>,
    /// In the currency's smallest unit.
    pub amount_off_cents: Option<i64>,
    /// Any case.
    pub currency: Option<String>,
    /// `once`, `repeating` or `forever`.
    pub duration: Option<String>,
    /// For `repeating`.
    pub duration_in_months: Option<i64>,
}

impl TermsDraft {
    /// Checks them all; every problem there is, in the order of the fields.
    pub fn check(&self) -> Result<Terms, Vec<Problem>> {
        match (self.discount(), Duration::parse(self.duration.as_deref(), self.duration_in_months)) {
            (Ok(discount), Ok(duration)) => Ok(Terms { discount, duration }),
            (discount, duration) => Err(discount.err().into_iter().chain(duration.err()).collect()),
        }
    }

    fn discount(&self) -> Result<Discount, Problem> {
        let currency = self.currency.as_deref();
        match (self.percent_off, self.amount_off_cents) {
            (Some(_), Some(_)) => Err(Problem::of(
                Code::ParametersExclusive,
                "amount_off_cents",
                "Give either percent_off or amount_off_cents, not both.",
            )),
            (None, None) => {
                Err(Problem::missing("percent_off", "Either percent_off or amount_off_cents with currency is needed."))
            }
            (Some(percent), None) => {
                let percent = PercentOff::new(percent, "percent_off")?;
                match currency {
                    None => Ok(Discount::Percent(percent)),
                    Some(_) => Err(Problem::of(
                        Code::ParametersExclusive,
                        "currency",
                        "currency goes with amount_off_cents only; a percentage works in every currency.",
                    )),
                }
            }
            (None, Some(amount)) => {
                super::money::check_range(amount, "amount_off_cents")?;
                let currency = Currency::parse(currency.unwrap_or_default(), "currency")?;
                Ok(Discount::Amount(Money::new(amount, currency, "amount_off_cents")?))
            }
        }
    }
}

impl Terms {
    /// `50% off, once`, as a locale writes its numbers.
    pub fn text(&self, locale: Locale) -> String {
        format!("{} off, {}", locale.write(&self.discount.to_string()), self.duration)
    }

    /// What one code for one use gives, for its customer: `15% off`; `€5.00 off, for 3 months`; `15% off, forever`.
    pub fn promise(&self, locale: Locale) -> String {
        let off = format!("{} off", locale.write(&self.discount.to_string()));
        match self.duration {
            Duration::Once => off,
            Duration::Repeating(_) => format!("{off}, for {}", self.duration),
            Duration::Forever => format!("{off}, {}", self.duration),
        }
    }

    /// The currency of a fixed amount.
    pub fn currency(&self) -> Option<Currency> {
        match self.discount {
            Discount::Percent(_) => None,
            Discount::Amount(money) => Some(money.currency()),
        }
    }

    /// The draft that makes these terms again.
    pub fn draft(&self) -> TermsDraft {
        let (percent_off, money) = match self.discount {
            Discount::Percent(percent) => (Some(percent.as_f64()), None),
            Discount::Amount(money) => (None, Some(money)),
        };
        TermsDraft {
            percent_off,
            amount_off_cents: money.map(Money::amount),
            currency: money.map(|money| money.currency().as_str().to_owned()),
            duration: Some(self.duration.as_str().to_owned()),
            duration_in_months: self.duration.months().map(i64::from),
        }
    }
}

/// `50% off, once`; `$5.00 off, 3 months`.
impl std::fmt::Display for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} off, {}", self.discount, self.duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_decimals_and_no_more(hundredths in 1i64..=10_000) {
            let percent = hundredths as f64 / 100.0;
            prop_assert_eq!(PercentOff::new(percent, "percent_off").unwrap().hundredths(), hundredths);
            prop_assert_eq!(PercentOff::parse_typed(&percent.to_string(), "p").unwrap().hundredths(), hundredths);
            prop_assert!(PercentOff::new(percent + 0.001, "percent_off").is_err());
        }

        #[test]
        fn no_number_slips_through(percent: f64) {
            if let Ok(parsed) = PercentOff::new(percent, "percent_off") {
                prop_assert!((1..=10_000).contains(&parsed.hundredths()));
                prop_assert_eq!(parsed.as_f64(), percent);
            }
        }

        #[test]
        fn terms_survive_their_draft(percent in prop::option::of(1i64..=10_000), amount in 1i64..=99_999_999, months in prop::option::of(1i64..=1200)) {
            let draft = TermsDraft {
                percent_off: percent.map(|p| p as f64 / 100.0),
                amount_off_cents: percent.is_none().then_some(amount),
                currency: percent.is_none().then(|| "USD".to_owned()),
                duration: months.map(|_| "repeating".to_owned()),
                duration_in_months: months,
            };
            let terms = draft.check().unwrap();
            prop_assert_eq!(terms.draft().check().unwrap(), terms);
        }
    }

    #[test]
    fn every_refusal_names_its_field() {
        let refused = |draft: TermsDraft| {
            draft.check().unwrap_err().into_iter().map(|p| (p.param.unwrap(), p.code)).collect::<Vec<_>>()
        };
        let draft = TermsDraft::default;
        assert_eq!(refused(draft()), [("percent_off".into(), Code::ParameterMissing)]);
        assert_eq!(
            refused(TermsDraft { percent_off: Some(5.0), amount_off_cents: Some(5), ..draft() }),
            [("amount_off_cents".into(), Code::ParametersExclusive)]
        );
        assert_eq!(
            refused(TermsDraft { amount_off_cents: Some(5), ..draft() }),
            [("currency".into(), Code::ParameterMissing)]
        );
        assert_eq!(
            refused(TermsDraft { amount_off_cents: Some(5), currency: Some("xyz".into()), ..draft() }),
            [("currency".into(), Code::ParameterInvalid)]
        );
        assert_eq!(
            refused(TermsDraft { percent_off: Some(5.0), currency: Some("usd".into()), ..draft() }),
            [("currency".into(), Code::ParametersExclusive)]
        );
        assert_eq!(
            refused(TermsDraft { percent_off: Some(0.0), duration: Some("repeating".into()), ..draft() }),
            [("percent_off".into(), Code::ParameterInvalid), ("duration_in_months".into(), Code::ParameterMissing)]
        );
        assert_eq!(
            refused(TermsDraft { percent_off: Some(1.0), duration_in_months: Some(2), ..draft() }),
            [("duration_in_months".into(), Code::ParametersExclusive)]
        );
        for percent in [f64::NAN, f64::INFINITY, -5.0, 100.01, 0.005] {
            assert_eq!(refused(TermsDraft { percent_off: Some(percent), ..draft() })[0].0, "percent_off");
        }
    }
}
