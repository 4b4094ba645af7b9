//! A discount code: its definition, what its state is called, and whether it can be used.

use super::code::CodeText;
use super::metadata::{self, Metadata};
use super::money::{self, Currency, Money};
use super::problem::{Code, Problem};
use super::terms::{Terms, TermsDraft};
use serde::{Deserialize, Serialize};

/// The last moment that can be an expiry: the end of the year 9999, in milliseconds.
pub const MAX_TIME_MS: i64 = 253_402_300_799_999;
/// Most redemptions that a limit can say.
pub const MAX_LIMIT: i64 = 1_000_000_000_000;

/// The fields of a new discount code, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// As typed.
    pub code: Option<String>,
    /// What it gives.
    pub terms: TermsDraft,
    /// `None`: without limit.
    pub max_redemptions: Option<i64>,
    /// For one customer; `None`: without limit.
    pub max_redemptions_per_user: Option<i64>,
    /// In the smallest unit of the currency; `None`: any amount.
    pub minimum_amount_cents: Option<i64>,
    /// Any case; `None`: the currency of a fixed amount, with a percentage whatever the price is in.
    pub minimum_amount_currency: Option<String>,
    /// Milliseconds.
    pub starts_at: Option<i64>,
    /// Milliseconds.
    pub expires_at: Option<i64>,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// A definition that keeps the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its text.
    pub code: CodeText,
    /// What it gives.
    pub terms: Terms,
    /// How often and when.
    pub limits: Limits,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// How often and when a code can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// `None`: without limit.
    pub max_redemptions: Option<i64>,
    /// For one customer; `None`: without limit.
    pub max_redemptions_per_user: Option<i64>,
    /// What a purchase must come to before the discount; `None`: nothing.
    pub minimum: Option<Minimum>,
    /// Milliseconds; `None`: from now on.
    pub starts_at: Option<i64>,
    /// Milliseconds; `None`: never.
    pub expires_at: Option<i64>,
}

/// The least that a purchase comes to, before the discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// In the currency's smallest unit, 1 or more.
    pub amount: i64,
    /// `None`: in whatever the price is in, which a percentage alone allows.
    pub currency: Option<Currency>,
}

impl Minimum {
    /// Whether a purchase of this amount (smallest unit; none: the price does not tell it) in this currency is enough.
    ///
    /// # Errors
    /// [`Refusal::CurrencyMismatch`] where the amounts cannot be compared, [`Refusal::MinimumNotMet`] where it is too little.
    pub fn check(self, amount: Option<i64>, currency: &str) -> Result<(), Refusal> {
        if self.currency.is_some_and(|own| own.as_str() != currency) {
            return Err(Refusal::CurrencyMismatch);
        }
        if amount.is_some_and(|amount| amount < self.amount) { Err(Refusal::MinimumNotMet) } else { Ok(()) }
    }
}

impl Draft {
    /// Checks every field; all problems there are, in the order of the fields.
    pub fn check(&self, now_ms: i64) -> Result<Definition, Vec<Problem>> {
        let mut problems = Vec::new();
        let code = CodeText::parse(self.code.as_deref().unwrap_or_default(), "code").map_err(|p| problems.push(p));
        let terms = self.terms.check().map_err(|p| problems.extend(p));
        let minimum = check_minimum(
            self.minimum_amount_cents,
            self.minimum_amount_currency.as_deref(),
            terms.as_ref().ok().and_then(Terms::currency),
        );
        let minimum = minimum.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let limits = Limits {
            max_redemptions: self.max_redemptions,
            max_redemptions_per_user: self.max_redemptions_per_user,
            minimum,
            starts_at: self.starts_at,
            expires_at: self.expires_at,
        };
        problems.extend(limits.problems(now_ms));
        problems.extend(metadata::check(&self.metadata).err());
        match (code, terms) {
            (Ok(code), Ok(terms)) if problems.is_empty() => {
                Ok(Definition { code, terms, limits, metadata: self.metadata.clone() })
            }
            _ => Err(problems),
        }
    }
}

impl Limits {
    /// What is wrong with them at this moment.
    pub fn problems(&self, now_ms: i64) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(check_max_redemptions(self.max_redemptions).err());
        problems.extend(check_max_redemptions_per_user(self.max_redemptions_per_user).err());
        problems.extend(check_starts_at(self.starts_at).err());
        problems.extend(check_expires_at(self.expires_at, now_ms).err());
        problems.extend(self.check_order().err());
        problems
    }

    /// The start stands before the end.
    pub fn check_order(&self) -> Result<(), Problem> {
        match (self.starts_at, self.expires_at) {
            (Some(start), Some(end)) if start >= end => {
                Err(Problem::invalid("starts_at", "starts_at must be before expires_at."))
            }
            _ => Ok(()),
        }
    }
}

/// 1 or more, or none.
pub fn check_max_redemptions(max: Option<i64>) -> Result<(), Problem> {
    match max {
        Some(max) if !(1..=MAX_LIMIT).contains(&max) => Err(Problem::invalid(
            "max_redemptions",
            format!("max_redemptions must be a whole number, 1 to {MAX_LIMIT}; leave it out for no limit."),
        )),
        _ => Ok(()),
    }
}

/// 1 or more, or none.
pub fn check_max_redemptions_per_user(max: Option<i64>) -> Result<(), Problem> {
    match max {
        Some(max) if !(1..=MAX_LIMIT).contains(&max) => Err(Problem::invalid(
            "max_redemptions_per_user",
            format!(
                "max_redemptions_per_user must be a whole number, 1 to {MAX_LIMIT}; leave it out for no limit per customer."
            ),
        )),
        _ => Ok(()),
    }
}

/// An amount of 1 or more in the smallest unit, or none. `of_terms`: the currency of a fixed amount, which the minimum is then in; with a
/// percentage it may be in one of its own, or in none, which is whatever the price is in.
pub fn check_minimum(
    amount: Option<i64>,
    currency: Option<&str>,
    of_terms: Option<Currency>,
) -> Result<Option<Minimum>, Problem> {
    const AMOUNT: &str = "minimum_amount_cents";
    const CURRENCY: &str = "minimum_amount_currency";
    let Some(amount) = amount else {
        return match currency {
            Some(_) => Err(Problem::invalid(
                CURRENCY,
                "minimum_amount_currency belongs to minimum_amount_cents: give both, or neither.",
            )),
            None => Ok(None),
        };
    };
    money::check_range(amount, AMOUNT)?;
    let own = currency.map(|raw| Currency::parse(raw, CURRENCY)).transpose()?;
    if let (Some(own), Some(terms)) = (own, of_terms)
        && own != terms
    {
        return Err(Problem::invalid(
            CURRENCY,
            format!(
                "minimum_amount_currency must be {} here, the currency of the discount; leave it out.",
                terms.as_str()
            ),
        ));
    }
    let currency = of_terms.or(own);
    if let Some(currency) = currency {
        Money::new(amount, currency, AMOUNT)?;
    }
    Ok(Some(Minimum { amount, currency }))
}

/// A moment up to the year 9999, or none.
pub fn check_starts_at(starts_at: Option<i64>) -> Result<(), Problem> {
    match starts_at {
        Some(start) if !(0..=MAX_TIME_MS).contains(&start) => Err(Problem::invalid(
            "starts_at",
            format!("starts_at must be milliseconds since 1970, 0 to {MAX_TIME_MS}."),
        )),
        _ => Ok(()),
    }
}

/// A moment to come, up to the year 9999, or none.
pub fn check_expires_at(expires_at: Option<i64>, now_ms: i64) -> Result<(), Problem> {
    let Some(end) = expires_at else { return Ok(()) };
    if end > MAX_TIME_MS {
        return Err(Problem::invalid(
            "expires_at",
            format!("expires_at must be milliseconds since 1970, at most {MAX_TIME_MS}."),
        ));
    }
    if end <= now_ms {
        let hint =
            if end > 0 && end < 100_000_000_000 { " It looks like seconds: this is in milliseconds." } else { "" };
        return Err(Problem::invalid("expires_at", format!("expires_at must be in the future.{hint}")));
    }
    Ok(())
}

/// What a code's state is called: the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Put away by the owner; its text is free again.
    Archived,
    /// Switched off by the owner.
    Paused,
    /// After its end.
    Expired,
    /// No redemptions are left.
    Exhausted,
    /// Before its start.
    Scheduled,
    /// Can be used.
    Active,
}

impl Status {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 6] =
        [Self::Archived, Self::Paused, Self::Expired, Self::Exhausted, Self::Scheduled, Self::Active];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
            Self::Scheduled => "scheduled",
            Self::Active => "active",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Why a code in this state cannot be used; `None` if it can.
    pub fn refusal(self) -> Option<Refusal> {
        Some(match self {
            Self::Archived => Refusal::Unknown,
            Self::Paused => Refusal::Paused,
            Self::Expired => Refusal::Expired,
            Self::Exhausted => Refusal::Exhausted,
            Self::Scheduled => Refusal::NotStarted,
            Self::Active => return None,
        })
    }
}

/// The facts of which a status is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Put away.
    pub archived: bool,
    /// Switched on.
    pub active: bool,
    /// Held and redeemed together.
    pub count: i64,
    /// How often and when.
    pub limits: Limits,
}

impl Facts {
    /// The status at a moment.
    pub fn status(&self, now_ms: i64) -> Status {
        if self.archived {
            Status::Archived
        } else if !self.active {
            Status::Paused
        } else if self.limits.expires_at.is_some_and(|end| end <= now_ms) {
            Status::Expired
        } else if self.limits.max_redemptions.is_some_and(|max| self.count >= max) {
            Status::Exhausted
        } else if self.limits.starts_at.is_some_and(|start| start > now_ms) {
            Status::Scheduled
        } else {
            Status::Active
        }
    }
}

/// Why a code cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No such code here.
    Unknown,
    /// Switched off by the owner.
    Paused,
    /// Before its start.
    NotStarted,
    /// After its end.
    Expired,
    /// No redemptions are left.
    Exhausted,
    /// A fixed amount, or a minimum, in another currency than the price.
    CurrencyMismatch,
    /// The purchase comes to less than the code asks for.
    MinimumNotMet,
    /// This customer has used it, or is using it, as often as one may.
    UserLimit,
}

impl Refusal {
    /// `reason` of a validation: the suffix of the error's code.
    pub fn reason(self) -> &'static str {
        self.code().as_str().trim_start_matches("discount_code_")
    }

    /// The error's code.
    pub fn code(self) -> Code {
        match self {
            Self::Unknown => Code::DiscountCodeUnknown,
            Self::Paused => Code::DiscountCodePaused,
            Self::NotStarted => Code::DiscountCodeNotStarted,
            Self::Expired => Code::DiscountCodeExpired,
            Self::Exhausted => Code::DiscountCodeExhausted,
            Self::CurrencyMismatch => Code::DiscountCodeCurrencyMismatch,
            Self::MinimumNotMet => Code::DiscountCodeMinimumNotMet,
            Self::UserLimit => Code::DiscountCodeUserLimit,
        }
    }

    /// The refusal of a checkout, in words that can be shown to the customer.
    pub fn problem(self, param: &str) -> Problem {
        let message = match self {
            Self::Unknown => "This discount code does not exist. Check its spelling.",
            Self::Paused => "This discount code is paused at the moment.",
            Self::NotStarted => "This discount code cannot be used yet.",
            Self::Expired => "This discount code has expired.",
            Self::Exhausted => "This discount code has been used up.",
            Self::CurrencyMismatch => "This discount code is in another currency than the price.",
            Self::MinimumNotMet => "This purchase is below the least amount that this discount code is for.",
            Self::UserLimit => {
                "This customer has used this discount code as often as one customer may. A checkout that is still open counts, too."
            }
        };
        Problem::of(self.code(), param, message)
    }
}

#[cfg(test)]
mod tests;
