//! What forms share: fields as a person types them, read into the values that the rules check.

use super::money::{Currency, Money};
use super::problem::Problem;
use super::terms::{Discount, PercentOff, Terms, TermsDraft};

/// The fields of a form that say what is given.
pub(super) struct TypedTerms<'a> {
    /// `percent` or `amount`.
    pub(super) kind: &'a str,
    /// Percent off, like `12.5`.
    pub(super) percent_off: &'a str,
    /// Amount off in the currency's main unit, like `5.00`.
    pub(super) amount_off: &'a str,
    /// ISO code.
    pub(super) currency: &'a str,
    /// `once`, `repeating`, `forever`.
    pub(super) duration: &'a str,
    /// Months.
    pub(super) duration_in_months: &'a str,
}

impl TypedTerms<'_> {
    /// Reads them; what cannot be read is left out of the draft, with a problem.
    pub(super) fn draft(&self, problems: &mut Vec<Problem>) -> TermsDraft {
        let mut draft = TermsDraft {
            duration: Some(self.duration.trim().to_owned()).filter(|duration| !duration.is_empty()),
            ..TermsDraft::default()
        };
        if self.is_amount() {
            match Currency::parse(self.currency, "currency").and_then(|currency| {
                if self.amount_off.trim().is_empty() {
                    return Err(Problem::missing("amount_off", format!("Type the amount in {}.", currency.upper())));
                }
                Money::parse_typed(self.amount_off, currency, "amount_off")
            }) {
                Ok(money) => {
                    draft.amount_off_cents = Some(money.amount());
                    draft.currency = Some(money.currency().as_str().to_owned());
                }
                Err(problem) => problems.push(problem),
            }
        } else if self.percent_off.trim().is_empty() {
            problems.push(Problem::missing("percent_off", "Type a percentage from 0.01 to 100, like 25."));
        } else {
            match PercentOff::parse_typed(self.percent_off, "percent_off") {
                Ok(percent) => draft.percent_off = Some(percent.as_f64()),
                Err(problem) => problems.push(problem),
            }
        }
        // Months are only on the screen while the duration is `repeating`.
        if self.duration == "repeating" {
            match whole(self.duration_in_months, "duration_in_months") {
                Ok(months) => draft.duration_in_months = months,
                Err(problem) => problems.push(problem),
            }
        }
        draft
    }

    /// The problems of the form: those of reading, and of the rules those that concern other fields. A field that could not be read was
    /// left out of the draft: its own refusal stands, not the one of the gap.
    pub(super) fn all_problems(&self, mut of_reading: Vec<Problem>, of_rules: Vec<Problem>) -> Vec<Problem> {
        for problem in of_rules.into_iter().map(|problem| self.on_the_form(problem)) {
            if !of_reading.iter().any(|known| known.param == problem.param) {
                of_reading.push(problem);
            }
        }
        of_reading
    }

    fn is_amount(&self) -> bool {
        self.kind == "amount"
    }

    fn on_the_form(&self, mut problem: Problem) -> Problem {
        if self.is_amount() && matches!(problem.param.as_deref(), Some("percent_off" | "amount_off_cents" | "currency"))
        {
            problem.param = Some("amount_off".into());
        }
        problem
    }
}

/// Terms as they would have been typed: kind, percentage, amount, currency, duration, months.
pub(super) fn terms_as_typed(terms: &Terms) -> [String; 6] {
    let (kind, percent, amount, currency) = match terms.discount {
        Discount::Percent(percent) => ("percent", percent.as_f64().to_string(), String::new(), String::new()),
        Discount::Amount(money) => ("amount", String::new(), money.typed(), money.currency().as_str().to_owned()),
    };
    let months = terms.duration.months().map(|months| months.to_string()).unwrap_or_default();
    [kind.to_owned(), percent, amount, currency, terms.duration.as_str().to_owned(), months]
}

/// A whole number, or nothing.
pub(super) fn whole(raw: &str, param: &str) -> Result<Option<i64>, Problem> {
    let text: String = raw.trim().chars().filter(|c| !matches!(c, ',' | '_' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() <= 13 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text.parse().ok());
    }
    Err(Problem::invalid(param, "Type a whole number, 1 or more, or leave it empty."))
}

/// A local date and time, or nothing.
pub(super) fn moment(raw: &str, param: &str, local_ms: &impl Fn(&str) -> Option<i64>) -> Result<Option<i64>, Problem> {
    let text = raw.trim();
    if text.is_empty() {
        return Ok(None);
    }
    local_ms(text).map(Some).ok_or_else(|| Problem::invalid(param, "Type a date and a time, or leave it empty."))
}
