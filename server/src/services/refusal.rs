//! Why a code cannot be used: read after the conditional UPDATE has refused, or before a validation.

use crate::store::{CodeRow, PriceRow};
use app::domain::discount_code::Refusal;
use app::domain::problem::{Code, Problem};

/// Why this code cannot be used now, for so many pieces of a price where that is known. The same order as a code's status.
pub(super) fn reason(row: Option<&CodeRow>, price: Option<&PriceRow>, quantity: i64, now: i64) -> Option<Refusal> {
    let Some(row) = row else { return Some(Refusal::Unknown) };
    let of_price =
        || price.and_then(|price| currency_mismatch(row, price).or_else(|| below_minimum(row, price, quantity)));
    row.status(now).refusal().or_else(of_price)
}

fn currency_mismatch(row: &CodeRow, price: &PriceRow) -> Option<Refusal> {
    row.currency.as_deref().filter(|own| *own != price.currency).map(|_| Refusal::CurrencyMismatch)
}

/// What the purchase comes to before the discount, where the price tells it.
fn below_minimum(row: &CodeRow, price: &PriceRow, quantity: i64) -> Option<Refusal> {
    let amount = price.unit_amount.map(|unit| unit.saturating_mul(quantity));
    row.limits().minimum?.check(amount, &price.currency).err()
}

/// 409: changed or deleted in Stripe.
pub(super) fn blocked(reason: &str) -> Problem {
    Problem::new(Code::DiscountCodeBlocked, format!("{reason} The code's page in Codemint offers to mint it again."))
}
