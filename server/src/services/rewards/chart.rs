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

/// When its first day begins, in milliseconds since 1970.
pub(super) fn since(now: i64, writing: &Writing) -> i64 {
    writing.last_days(now, DAYS).first().map_or(now, |first| writing.begins(*first))
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
    let mut counted: BTreeMap<Date, Day> =
        writing.last_days(now, DAYS).into_iter().map(|day| (day, Day::default())).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::when::when;
    use app::backend::Viewer;
    use app::domain::locale::Locale;

    const HOUR_MS: i64 = 3_600_000;

    fn writing(zone: &str) -> Writing {
        Writing::of(&Viewer {
            owner_id: String::new(),
            workspace_id: String::new(),
            email: None,
            by_link: true,
            zone: zone.into(),
            locale: Locale::parse("de"),
        })
    }

    /// Every quarter of an hour from the first day on, each with one reward: how many each day has.
    fn a_reward_a_quarter(now: i64, writing: &Writing) -> Vec<(String, i64)> {
        let first = since(now, writing) / QUARTER_MS;
        let earned: Vec<(i64, i64)> = (first..=now / QUARTER_MS).map(|quarter| (quarter, 1)).collect();
        chart(now, writing, &earned, &[]).into_iter().map(|day| (day.day, day.earned)).collect()
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_owners_clock() {
        // 26 October 2026, 12:00 UTC, the day after the clocks went back in Berlin.
        let now = 1_793_016_000_000;
        let writing = writing("Europe/Berlin");
        assert_eq!(when(since(now, &writing), &writing).iso, "2026-09-27T00:00:00+02:00");
        let days = a_reward_a_quarter(now, &writing);
        assert_eq!((days.len(), days[0].0.as_str()), (30, "27 Sep 2026"));
        assert_eq!(days[28], ("25 Oct 2026".to_owned(), 25 * 4));
        assert_eq!(days[29], ("26 Oct 2026".to_owned(), 13 * 4 + 1));
        assert!(days[..28].iter().all(|(_, count)| *count == 24 * 4), "{days:?}");
        // 30 March 2026, 12:00 UTC: a day before, they went forward.
        let days = a_reward_a_quarter(1_774_872_000_000, &writing);
        assert_eq!(days[28], ("29 Mar 2026".to_owned(), 23 * 4));
    }

    #[test]
    fn days_that_begin_at_half_past() {
        // 26 October 2026, 18:29 UTC: a minute before midnight in Kolkata; then a minute later.
        let (now, writing) = (1_793_039_340_000, writing("Asia/Kolkata"));
        assert_eq!(when(since(now, &writing), &writing).iso, "2026-09-27T00:00:00+05:30");
        let days = a_reward_a_quarter(now, &writing);
        assert!(days.iter().all(|(_, count)| *count == 24 * 4), "{days:?}");
        let days = a_reward_a_quarter(now + 60_000, &writing);
        assert_eq!(days[29], ("27 Oct 2026".to_owned(), 1));
    }

    #[test]
    fn uses_and_what_they_took_off() {
        let (now, writing) = (1_793_016_000_000, writing("UTC"));
        let used = |ms: i64, currency: Option<&str>, uses, amount| UsedRow {
            quarter: ms / QUARTER_MS,
            currency: currency.map(str::to_owned),
            uses,
            amount,
        };
        let day = 24 * HOUR_MS;
        let rows = [
            used(now, Some("eur"), 2, Some(120_000)),
            used(now - HOUR_MS, Some("eur"), 1, Some(50)),
            used(now - HOUR_MS, Some("jpy"), 1, Some(500)),
            used(now - 2 * HOUR_MS, None, 3, None),
            used(now - day, Some("usd"), 1, Some(1)),
            used(now - 40 * day, Some("usd"), 1, Some(1)),
        ];
        let chart = chart(now, &writing, &[(now / QUARTER_MS, 4)], &rows);
        let costs = |text: &[String]| text.join(" ").replace('\u{a0}', "_");
        assert_eq!((chart[29].earned, chart[29].used, costs(&chart[29].cost)), (4, 7, "1.200,50_€ 500_¥".to_owned()));
        assert_eq!((chart[28].used, costs(&chart[28].cost)), (1, "0,01_$".to_owned()));
        assert_eq!(chart.iter().map(|day| day.used).sum::<i64>(), 8);
    }
}
