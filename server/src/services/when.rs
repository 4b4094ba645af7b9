//! Moments in an owner's zone, both ways.

use app::wire::screens::When;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A zone by its IANA name; UTC where the name is not known.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// A moment, written for people.
pub(super) fn when(ms: i64, zone_name: &str) -> When {
    let zone = zone(zone_name);
    let zone_name = zone.iana_name().unwrap_or("UTC").to_owned();
    let zoned = Timestamp::from_millisecond(ms)
        .map_or_else(|_| Zoned::new(Timestamp::MAX, zone.clone()), |moment| moment.to_zoned(zone.clone()));
    When {
        ms,
        text: format!("{} {}", zoned.strftime("%-d %b %Y, %H:%M"), people_say(&zone_name)),
        day: zoned.strftime("%-d %b %Y").to_string(),
        iso: zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        zone: zone_name,
    }
}

/// `Berlin` for `Europe/Berlin`.
fn people_say(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// A local date and time (`2027-01-01T00:00`) in a zone, in milliseconds since 1970. A time that a clock change skips or repeats is read as RFC 5545 does.
pub(super) fn local_ms(text: &str, zone_name: &str) -> Option<i64> {
    let local: DateTime = text.parse().ok()?;
    Some(local.to_zoned(zone(zone_name)).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn berlin_at_new_year() {
        let moment = when(1_798_761_600_000, "Europe/Berlin");
        assert_eq!((moment.text.as_str(), moment.zone.as_str()), ("1 Jan 2027, 01:00 Berlin", "Europe/Berlin"));
        assert_eq!(moment.iso, "2027-01-01T01:00:00+01:00");
        assert_eq!(local_ms("2027-01-01T01:00", "Europe/Berlin"), Some(1_798_761_600_000));
        assert_eq!(local_ms("2027-01-01T00:00", "Nowhere/Else"), Some(1_798_761_600_000));
        assert_eq!(local_ms("soon", "UTC"), None);
    }
}
