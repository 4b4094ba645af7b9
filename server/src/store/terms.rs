//! What a code or a campaign gives, as columns.

use super::{Result, StoreError};
use app::domain::money::{Currency, Money};
use app::domain::terms::{Discount, Duration, PercentOff, Terms};

fn corrupt(column: &'static str) -> impl Fn(app::domain::problem::Problem) -> StoreError {
    move |problem| StoreError::Corrupt { column, why: problem.message }
}

/// What stored columns give.
pub(super) fn terms_of(
    percent_off: Option<i64>,
    amount_off: Option<i64>,
    currency: Option<&str>,
    duration: &str,
    months: Option<i64>,
) -> Result<Terms> {
    let discount = match (percent_off, amount_off, currency) {
        (Some(hundredths), _, _) => Discount::Percent(PercentOff::from_hundredths(hundredths)),
        (None, Some(amount), Some(currency)) => {
            let currency = Currency::parse(currency, "currency").map_err(corrupt("currency"))?;
            Discount::Amount(Money::new(amount, currency, "amount_off").map_err(corrupt("amount_off"))?)
        }
        _ => return Err(StoreError::Corrupt { column: "percent_off", why: "neither percent nor amount".into() }),
    };
    let duration = Duration::parse(Some(duration), months).map_err(corrupt("duration"))?;
    Ok(Terms { discount, duration })
}

/// Terms as columns.
pub(crate) struct TermsColumns {
    pub(super) percent_off: Option<i64>,
    pub(super) amount_off: Option<i64>,
    pub(super) currency: Option<&'static str>,
    pub(super) duration: &'static str,
    pub(super) months: Option<i64>,
}

impl From<&Terms> for TermsColumns {
    fn from(terms: &Terms) -> Self {
        let (percent_off, money) = match terms.discount {
            Discount::Percent(percent) => (Some(percent.hundredths()), None),
            Discount::Amount(money) => (None, Some(money)),
        };
        Self {
            percent_off,
            amount_off: money.map(Money::amount),
            currency: money.map(|money| money.currency().as_str()),
            duration: terms.duration.as_str(),
            months: terms.duration.months().map(i64::from),
        }
    }
}
