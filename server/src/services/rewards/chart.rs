//! The chart of a campaign: what was earned and used, day by day where the owner is. The database counts by quarters of an hour, because
//! every zone's days begin at one and neither engine knows the zones as we do.

use super::super::when::Writing;
use super::views::money_text;
use crate::store::{QUARTER_MS, UsedRow};
use app::wire::rewards::ChartDay;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Days on it, today included.
const DAYS: usize = 30;

/// The days, the oldest first.
fn days(now: i64, writing: &Writing) -> Vec<Date> {
    let today = writing.date(now);
    let mut days: Vec<Date> = std::iter::successors(Some(today), |day| day.yesterday().ok()).take(DAYS).collect();
    days.reverse();
    days
}

/// When its first day begins, in milliseconds since 1970.
pub(super) fn since(now: i64, writing: &Writing) -> i64 {
    days(now, writing).first().map_or(now, |first| writing.begins(*first))
}

/// What happened on a day.
#[derive(Default)]
struct Day {
    earned: i64,
    used: i64,
    /// Amounts in smallest units, by currency.
    cost: BTreeMap<String, i64>,
}

/// The days with what was counted: pairs of a quarter and of how many were earned in it, and the uses.
pub(super) fn chart(now: i64, writing: &Writing, earned: &[(i64, i64)], used: &[UsedRow]) -> Vec<ChartDay> {
    let mut counted: BTreeMap<Date, Day> = days(now, writing).into_iter().map(|day| (day, Day::default())).collect();
    for (quarter, count) in earned {
        if let Some(day) = counted.get_mut(&writing.date(quarter * QUARTER_MS)) {
            day.earned += count;
        }
    }
    for row in used {
        let Some(day) = counted.get_mut(&writing.date(row.quarter * QUARTER_MS)) else { continue };
        day.used += row.uses;
        if let (Some(currency), Some(amount)) = (&row.currency, row.amount) {
            *day.cost.entry(currency.clone()).or_default() += amount;
        }
    }
    let line = |(date, day): (Date, Day)| ChartDay {
        day: writing.day(date),
        earned: day.earned,
        used: day.used,
        cost: day.cost.iter().filter_map(|(currency, amount)| money_text(*amount, currency, writing.locale)).collect(),
    };
    counted.into_iter().map(line).collect()
}
