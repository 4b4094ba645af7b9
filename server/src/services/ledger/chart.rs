//! The chart of a code: what was held, redeemed and released, day by day where the owner is. The database counts by quarters of an hour,
//! because every zone's days begin at one and neither engine knows the zones as we do.

use crate::services::when::Writing;
use crate::store::QUARTER_MS;
use app::wire::ledger::UsageDay;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Days on it, today included.
const DAYS: usize = 30;

/// Pairs of a quarter of an hour, counted since 1970, and of how many there were in it.
pub(super) type Quarters = Vec<(i64, i64)>;

/// What the database counted.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) held: Quarters,
    pub(super) redeemed: Quarters,
    pub(super) released: Quarters,
}

/// When its first day begins, in milliseconds since 1970.
pub(super) fn since(now: i64, writing: &Writing) -> i64 {
    writing.last_days(now, DAYS).first().map_or(now, |first| writing.begins(*first))
}

/// The days with what was counted, the oldest first.
pub(super) fn chart(now: i64, writing: &Writing, counted: &Counted) -> Vec<UsageDay> {
    let mut days: BTreeMap<Date, [i64; 3]> =
        writing.last_days(now, DAYS).into_iter().map(|day| (day, [0; 3])).collect();
    for (series, quarters) in [&counted.held, &counted.redeemed, &counted.released].into_iter().enumerate() {
        for (quarter, count) in quarters {
            if let Some(day) = days.get_mut(&writing.date(quarter * QUARTER_MS)) {
                day[series] += count;
            }
        }
    }
    days.into_iter()
        .map(|(date, [held, redeemed, released])| UsageDay { label: writing.short_day(date), held, redeemed, released })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::backend::Viewer;
    use app::domain::locale::Locale;
    use proptest::prelude::*;
    use proptest::sample::select;

    const HOUR_MS: i64 = 3_600_000;
    const ZONES: [&str; 7] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
        "America/St_Johns",
    ];

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

    /// As the database counts.
    fn quarters(moments: &[i64], since: i64) -> Quarters {
        let mut counted = BTreeMap::new();
        for moment in moments.iter().filter(|moment| **moment >= since) {
            *counted.entry(moment / QUARTER_MS).or_default() += 1;
        }
        counted.into_iter().collect()
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_owners_clock() {
        // 26 October 2026, 12:00 UTC: the day before, the clocks went back in Berlin.
        let (now, writing) = (1_793_016_000_000, writing("Europe/Berlin"));
        let first = since(now, &writing);
        let every: Vec<i64> = (first / QUARTER_MS..=now / QUARTER_MS).map(|quarter| quarter * QUARTER_MS).collect();
        let counted = Counted { redeemed: quarters(&every, first), ..Counted::default() };
        let days = chart(now, &writing, &counted);
        assert_eq!((days.len(), days[0].label.as_str(), days[29].label.as_str()), (DAYS, "27 Sep", "26 Oct"));
        assert_eq!((days[27].redeemed, days[28].redeemed, days[29].redeemed), (24 * 4, 25 * 4, 13 * 4 + 1));
    }

    proptest! {
        /// Whatever the zone and its clock changes: each series has on each day what happened while that day's date stood on the owner's
        /// calendar, and nothing else.
        #[test]
        fn each_day_has_what_happened_on_it(
            // From 2020 to 2035.
            now in 1_577_836_800_000_i64..2_051_222_400_000,
            zone in select(&ZONES[..]),
            ago in prop::collection::vec((0..34 * 24 * HOUR_MS, 0..3_usize), 0..200),
        ) {
            let writing = writing(zone);
            let first = since(now, &writing);
            let mut series: [Vec<i64>; 3] = Default::default();
            for (ago, which) in ago {
                series[which].push(now - ago);
            }
            let [held, redeemed, released] = series.each_ref().map(|moments| quarters(moments, first));
            let days = chart(now, &writing, &Counted { held, redeemed, released });
            prop_assert_eq!(days.len(), DAYS);
            let dates = writing.last_days(now, DAYS);
            for (date, day) in dates.iter().zip(&days) {
                let on = |moments: &[i64]| moments.iter().filter(|at| writing.date(**at) == *date).count() as i64;
                let [held, redeemed, released] = series.each_ref().map(|moments| on(moments));
                prop_assert_eq!((day.held, day.redeemed, day.released), (held, redeemed, released), "{} {}", zone, date);
            }
        }
    }
}
