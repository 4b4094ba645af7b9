//! Moments.

use crate::prelude::*;
use crate::wire::screens::When;

/// A moment with its zone, as the server wrote it.
#[component]
pub fn Time(
    /// The moment.
    when: When,
    /// The day alone; the moment is in its title.
    #[prop(optional)]
    day: bool,
) -> impl IntoView {
    let title = format!("{}, {}", when.text, when.zone);
    view! {
        <time datetime=when.iso title=title>
            {if day { when.day } else { when.text }}
        </time>
    }
}

/// `Berlin` for `Europe/Berlin`: the last part of a zone's name, as people say it.
pub fn zone_name(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// A moment without its zone, where the page says the zone once: `21 Nov 2026, 12:03`.
pub fn local(when: &When) -> &str {
    let zone = zone_name(&when.zone);
    when.text.strip_suffix(zone.as_str()).map_or(when.text.as_str(), str::trim_end)
}

/// The hour of a moment alone, where its day stands beside it: `12:03`.
pub fn clock(when: &When) -> &str {
    local(when).strip_prefix(when.day.as_str()).map_or(local(when), |rest| rest.trim_start_matches([',', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_moment() {
        let when = |text: &str, day: &str, zone: &str| When {
            ms: 0,
            text: text.into(),
            day: day.into(),
            iso: String::new(),
            zone: zone.into(),
        };
        for (text, day, zone, whole, hour) in [
            ("1 Jan 2027, 01:00 Berlin", "1 Jan 2027", "Europe/Berlin", "1 Jan 2027, 01:00", "01:00"),
            ("Jan 1, 2027, 1:00 AM New York", "Jan 1, 2027", "America/New_York", "Jan 1, 2027, 1:00 AM", "1:00 AM"),
            ("2027-01-01 01:00 UTC", "2027-01-01", "UTC", "2027-01-01 01:00", "01:00"),
            ("soon", "2027-01-01", "UTC", "soon", "soon"),
        ] {
            let when = when(text, day, zone);
            assert_eq!((local(&when), clock(&when)), (whole, hour));
        }
    }
}
