//! What a coupon takes off a Checkout Session, line by line.

use crate::{coupon::Coupon, promotion_code::PromotionCode, session::LineItem};

/// The discount of each line, in the lines' order; `None` where the coupon has no amount in this currency.
///
/// The whole discount is computed first, half a unit rounded up, and then shared out in proportion, so that the parts
/// always add up to it.
pub(crate) fn per_line(coupon: &Coupon, currency: &str, lines: &[LineItem]) -> Option<Vec<i64>> {
    let meant =
        |line: &LineItem| coupon.applies_to.as_ref().is_none_or(|to| to.products.contains(&line.price.product.id));
    let bases: Vec<i64> = lines.iter().map(|line| if meant(line) { line.amount_subtotal } else { 0 }).collect();
    let base: i64 = bases.iter().sum();
    let total = match coupon.percent_off {
        Some(percent) => percent_of(percent, base),
        None => coupon.amount_in(currency)?.min(base),
    };
    Some(shares(total, &bases))
}

/// `percent` of `base`, half a unit rounded up. The percentage is exact to six decimals.
fn percent_of(percent: f64, base: i64) -> i64 {
    const MILLIONTHS: f64 = 1_000_000.0;
    #[expect(clippy::cast_possible_truncation, reason = "at most 100 million")]
    let millionths = (percent * MILLIONTHS).round() as i128;
    let scale = 100_000_000;
    let off = (i128::from(base) * millionths + scale / 2) / scale;
    i64::try_from(off).unwrap_or(base).min(base)
}

/// `total` split in proportion to `bases`, the largest remainders first.
fn shares(total: i64, bases: &[i64]) -> Vec<i64> {
    let base: i128 = bases.iter().map(|&part| i128::from(part)).sum();
    if base == 0 {
        return vec![0; bases.len()];
    }
    let exact = |part: i64| i128::from(total) * i128::from(part);
    let mut parts: Vec<i64> = bases.iter().map(|&part| i64::try_from(exact(part) / base).unwrap_or(0)).collect();
    let mut left = total - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..bases.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(exact(bases[at]) % base));
    for at in order {
        if left == 0 {
            break;
        }
        parts[at] += 1;
        left -= 1;
    }
    parts
}

/// Why a promotion code cannot be used for this order, in Stripe's manner.
pub(crate) fn refused(code: &PromotionCode, currency: &str, subtotal: i64) -> Option<String> {
    let restrictions = &code.restrictions;
    let in_its_own =
        restrictions.minimum_amount.filter(|_| restrictions.minimum_amount_currency.as_deref() == Some(currency));
    let option = restrictions.currency_options.as_ref().and_then(|options| options.get(currency));
    let least = in_its_own.or(option.and_then(|option| option.minimum_amount));
    match (least, restrictions.minimum_amount) {
        (Some(least), _) if subtotal < least => Some(
            "This promotion code cannot be redeemed because the order does not meet the minimum amount.".to_owned(),
        ),
        (None, Some(_)) => Some(format!(
            "This promotion code cannot be redeemed because it has no minimum amount in the currency `{currency}`."
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_half_up() {
        assert_eq!(percent_of(15.0, 2900), 435);
        assert_eq!(percent_of(12.5, 2900), 363); // 362.5
        assert_eq!(percent_of(33.33, 3000), 1000); // 999.9
        assert_eq!(percent_of(100.0, 2900), 2900);
        assert_eq!(percent_of(0.01, 100), 0);
        assert_eq!(percent_of(50.0, 1), 1);
    }

    #[test]
    fn shares_add_up() {
        assert_eq!(shares(100, &[1, 1, 1]), vec![34, 33, 33]);
        assert_eq!(shares(435, &[2900, 0]), vec![435, 0]);
        assert_eq!(shares(7, &[0, 0]), vec![0, 0]);
        assert_eq!(shares(10, &[10]), vec![10]);
    }
}
