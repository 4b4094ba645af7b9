//! How campaigns and rewards are spoken of.

use super::super::codes::words::number;
use crate::domain::reward::Filter;
use crate::given;

/// `443 of 1,000`, `443`.
pub fn earned(count: i64, limit: Option<i64>) -> String {
    match limit {
        Some(limit) => format!("{} of {}", number(count), number(limit)),
        None => number(count),
    }
}

/// How many of the earned ones were used: `36%`; what is not nothing is never `0%`, and what is not all never `100%`.
pub fn share(used: i64, earned: i64) -> String {
    let percent = match used.clamp(0, earned.max(0)) {
        0 => return written("0%"),
        used if used == earned => return written("100%"),
        used => (used.saturating_mul(200) / earned).saturating_add(1) / 2,
    };
    match percent {
        0 => written("<1%"),
        100 => written(">99%"),
        percent => written(&format!("{percent}%")),
    }
}

/// A sign before the number stays where it is.
fn written(percent: &str) -> String {
    let at = percent.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let (sign, rest) = percent.split_at(at);
    format!("{sign}{}", given::locale().write(rest))
}

/// `1 reward`, `3 rewards`.
pub fn rewards(count: i64) -> String {
    if count == 1 { "1 reward".to_owned() } else { format!("{} rewards", number(count)) }
}

/// `1 was`, `3 were`.
pub fn were(count: i64) -> String {
    format!("{} {}", number(count), if count == 1 { "was" } else { "were" })
}

/// What a filter shows, in a word.
pub fn filter(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "All",
        Filter::Unused => "Unused",
        Filter::Used => "Used",
        Filter::Waiting => "Waiting",
        Filter::Blocked => "Needs you",
        Filter::MailTrouble => "Mail trouble",
    }
}

/// Most characters of a reference in a list.
const SHORT: usize = 40;

/// A reference as a list has room for it.
pub fn reference(text: &str) -> String {
    crate::domain::problem::clip(text, SHORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        for (used, earned, words) in [
            (0, 0, "0%"),
            (0, 9, "0%"),
            (1, 1_000, "<1%"),
            (1, 3, "33%"),
            (2, 3, "67%"),
            (1, 2, "50%"),
            (999, 1_000, ">99%"),
            (9, 9, "100%"),
            (12, 9, "100%"),
        ] {
            assert_eq!(share(used, earned), words, "{used} of {earned}");
        }
    }

    #[test]
    fn counts() {
        assert_eq!(earned(443, Some(1_000)), "443 of 1,000");
        assert_eq!(earned(1_443, None), "1,443");
        assert_eq!(
            (rewards(1), rewards(0), rewards(1_000)),
            ("1 reward".into(), "0 rewards".into(), "1,000 rewards".into())
        );
    }
}
