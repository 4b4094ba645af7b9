//! Why a code cannot be used: read after the conditional UPDATE has refused, or before a validation.

use crate::store::{CodeRow, PriceRow};
use app::domain::discount_code::Refusal;
use app::domain::problem::{Code, Problem};

/// Why this code cannot be used now, for a price where that is known. The same order as a code's status.
pub(super) fn reason(row: Option<&CodeRow>, price: Option<&PriceRow>, now: i64) -> Option<Refusal> {
    let Some(row) = row else { return Some(Refusal::Unknown) };
    row.status(now).refusal().or_else(|| currency_mismatch(row, price))
}

fn currency_mismatch(row: &CodeRow, price: Option<&PriceRow>) -> Option<Refusal> {
    let (own, asked) = (row.currency.as_deref()?, price?.currency.as_str());
    (own != asked).then_some(Refusal::CurrencyMismatch)
}

/// 409: changed or deleted in Stripe.
pub(super) fn blocked(reason: &str) -> Problem {
    Problem::new(Code::DiscountCodeBlocked, format!("{reason} The code's page in Codemint offers to mint it again."))
}
