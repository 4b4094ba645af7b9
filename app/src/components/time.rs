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
