//! Moments in an owner's zone, both ways.

use app::backend::Viewer;
use app::domain::locale::{Locale, Moment};
use app::wire::screens::When;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A zone by its IANA name; UTC where the name is not known.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// How moments, numbers and money are written for somebody.
pub(super) struct Writing {
    zone: TimeZone,
    pub(super) locale: Locale,
}

impl Writing {
    /// As this person has it.
    pub(super) fn of(viewer: &Viewer) -> Self {
        Self { zone: zone(&viewer.zone), locale: viewer.locale }
    }

    /// For nobody in particular.
    pub(super) fn plain() -> Self {
        Self { zone: TimeZone::UTC, locale: Locale::default() }
    }

    /// The zone's IANA name.
    pub(super) fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// The day of a moment there.
    pub(super) fn date(&self, ms: i64) -> Date {
        self.zoned(ms).date()
    }

    /// When a day begins there, in milliseconds since 1970.
    pub(super) fn begins(&self, date: Date) -> i64 {
        date.to_zoned(self.zone.clone()).map_or(0, |zoned| zoned.timestamp().as_millisecond())
    }

    /// The last days there, the oldest first; the last of them is the moment's.
    pub(super) fn last_days(&self, now: i64, count: usize) -> Vec<Date> {
        let today = self.date(now);
        let mut days: Vec<Date> = std::iter::successors(Some(today), |day| day.yesterday().ok()).take(count).collect();
        days.reverse();
        days
    }

    /// A day as people write it.
    pub(super) fn day(&self, date: Date) -> String {
        self.locale.day(midnight(date))
    }

    /// The same without its year.
    pub(super) fn short_day(&self, date: Date) -> String {
        self.locale.short_day(midnight(date))
    }

    fn zoned(&self, ms: i64) -> Zoned {
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX).to_zoned(self.zone.clone())
    }
}

fn midnight(date: Date) -> Moment {
    let part = |part: i8| part.unsigned_abs();
    Moment { year: date.year().unsigned_abs(), month: part(date.month()), day: part(date.day()), hour: 0, minute: 0 }
}

/// A moment, written for people.
pub(super) fn when(ms: i64, writing: &Writing) -> When {
    let (locale, name) = (writing.locale, writing.zone_name());
    let zoned = writing.zoned(ms);
    let part = |part: i8| part.unsigned_abs();
    let moment = Moment {
        year: zoned.year().unsigned_abs(),
        month: part(zoned.month()),
        day: part(zoned.day()),
        hour: part(zoned.hour()),
        minute: part(zoned.minute()),
    };
    When {
        ms,
        text: format!("{} {}", locale.moment(moment), people_say(&name)),
        day: locale.day(moment),
        iso: zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        zone: name,
    }
}

/// `Berlin` for `Europe/Berlin`.
pub(super) fn people_say(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// A local date and time (`2027-01-01T00:00`) in a zone, in milliseconds since 1970. A time that a clock change skips or repeats is read as RFC 5545 does.
pub(super) fn local_ms(text: &str, zone_name: &str) -> Option<i64> {
    let local: DateTime = text.parse().ok()?;
    Some(local.to_zoned(zone(zone_name)).ok()?.timestamp().as_millisecond())
}

/// A moment as a field for a local date and time takes it: `2027-01-01T00:00`.
pub(super) fn local_text(ms: i64, zone_name: &str) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
    moment.to_zoned(zone(zone_name)).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The name of a zone as it is known; of UTC where it is not.
pub(super) fn zone_name(name: &str) -> String {
    zone(name).iana_name().unwrap_or("UTC").to_owned()
}

/// Whether a zone of this name is known.
pub(super) fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

/// The last second of the day that is so many days after a moment's, in a zone; in milliseconds.
pub(super) fn end_of_day(now_ms: i64, days: i64, zone_name: &str) -> Option<i64> {
    let zone = TimeZone::get(zone_name).ok()?;
    let today = Timestamp::from_millisecond(now_ms).ok()?.to_zoned(zone.clone()).date();
    let after = today.checked_add(jiff::Span::new().try_days(days + 1).ok()?).ok()?;
    Some(after.to_zoned(zone).ok()?.timestamp().as_millisecond() - 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn berlin_at_new_year() {
        let writing = |tag| Writing { zone: zone("Europe/Berlin"), locale: Locale::parse(tag) };
        let moment = when(1_798_761_600_000, &writing("de"));
        assert_eq!((moment.text.as_str(), moment.zone.as_str()), ("1 Jan 2027, 01:00 Berlin", "Europe/Berlin"));
        assert_eq!(when(1_798_761_600_000, &writing("en-US")).text, "Jan 1, 2027, 1:00 AM Berlin");
        assert_eq!(moment.iso, "2027-01-01T01:00:00+01:00");
        assert_eq!(local_ms("2027-01-01T01:00", "Europe/Berlin"), Some(1_798_761_600_000));
        assert_eq!(local_ms("2027-01-01T00:00", "Nowhere/Else"), Some(1_798_761_600_000));
        assert_eq!(local_ms("soon", "UTC"), None);
        assert_eq!(local_text(1_798_761_630_000, "Europe/Berlin"), "2027-01-01T01:00");
        assert_eq!((zone_name("Europe/Berlin").as_str(), zone_name("Nowhere/Else").as_str()), ("Europe/Berlin", "UTC"));
    }

    #[test]
    fn days_end_at_midnight_where_the_owner_is() {
        // 28 March 2027, 01:30 in Berlin: the clocks go forward half an hour later.
        let now = 1_806_193_800_000;
        let writing = Writing { zone: zone("Europe/Berlin"), locale: Locale::default() };
        let end = |days| when(end_of_day(now, days, "Europe/Berlin").unwrap(), &writing).iso;
        assert_eq!(when(now, &writing).iso, "2027-03-28T01:30:00+01:00");
        assert_eq!(end(0), "2027-03-28T23:59:59+02:00");
        assert_eq!(end(30), "2027-04-27T23:59:59+02:00");
        assert!(is_zone("Asia/Tokyo") && !is_zone("Nowhere/Else") && end_of_day(now, 1, "Nowhere/Else").is_none());
    }
}
