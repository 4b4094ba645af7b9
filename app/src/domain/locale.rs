//! How an owner's locale writes numbers, money and moments. The words around them are English.

/// What a date begins with; a clock goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    /// `1 Jan 2027, 13:00`.
    Day,
    /// `Jan 1, 2027, 1:00 PM`.
    Month,
    /// `2027-01-01 13:00`.
    Year,
}

/// A local moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The year.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Stands between a number and what belongs to it.
const JOINT: char = '\u{a0}';

/// A way of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale {
    group: char,
    decimal: char,
    /// Whether a currency's sign stands behind the amount.
    sign_behind: bool,
    first: First,
}

/// As in Britain.
impl Default for Locale {
    fn default() -> Self {
        Self { group: ',', decimal: '.', sign_behind: false, first: First::Day }
    }
}

impl Locale {
    /// The first language of an `Accept-Language`, or a language tag; what is not known is written as in Britain.
    pub fn parse(accepted: &str) -> Self {
        let tag = accepted.split([',', ';']).next().unwrap_or_default().trim();
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let region = parts.next_back().unwrap_or_default().to_ascii_uppercase();
        let plain = Self::default();
        let behind = |group| Self { group, decimal: ',', sign_behind: true, ..plain };
        match (language.as_str(), region.as_str()) {
            ("en", "US" | "PH" | "") => Self { first: First::Month, ..plain },
            ("de" | "fr" | "it", "CH" | "LI") => Self { group: '’', ..plain },
            ("es", "MX" | "US" | "PR" | "GT" | "HN" | "SV" | "NI" | "PA" | "PE" | "DO" | "419") => plain,
            ("pt", "" | "BR") | ("nl" | "id" | "tr", _) => Self { sign_behind: false, ..behind('.') },
            ("de" | "es" | "it" | "da" | "el" | "ro" | "sl" | "hr" | "sr" | "is" | "vi" | "ca", _) => behind('.'),
            (
                "fr" | "pt" | "cs" | "sk" | "pl" | "ru" | "uk" | "bg" | "hu" | "fi" | "sv" | "nb" | "no" | "nn" | "et"
                | "lv" | "lt",
                _,
            ) => behind(JOINT),
            ("ja" | "zh" | "ko", _) => Self { first: First::Year, ..plain },
            _ => plain,
        }
    }

    /// A number, a percentage or an amount of money that was written as in Britain: `1,234`, `12.5%`, `€5.00`, `CHF 12.50`.
    pub fn write(self, british: &str) -> String {
        let at = british.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let (sign, number) = british.split_at(at);
        let minus = if sign.starts_with('−') { "−" } else { "" };
        let sign = sign.trim_start_matches('−');
        let mut text = String::from(minus);
        if !self.sign_behind {
            text.push_str(sign);
        }
        for c in number.chars() {
            match c {
                ',' => text.push(self.group),
                '.' => text.push(self.decimal),
                '%' if self.sign_behind => text.extend([JOINT, '%']),
                c => text.push(c),
            }
        }
        if self.sign_behind && !sign.is_empty() {
            text.push(JOINT);
            text.push_str(sign.trim_end());
        }
        text
    }

    /// The day: `1 Jan 2027`.
    pub fn day(self, moment: Moment) -> String {
        let Moment { year, month, day, .. } = moment;
        let name = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
        match self.first {
            First::Day => format!("{day} {name} {year}"),
            First::Month => format!("{name} {day}, {year}"),
            First::Year => format!("{year}-{month:02}-{day:02}"),
        }
    }

    /// The day where its year goes without saying: `1 Jan`.
    pub fn short_day(self, moment: Moment) -> String {
        let Moment { month, day, .. } = moment;
        let name = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
        match self.first {
            First::Day => format!("{day} {name}"),
            First::Month => format!("{name} {day}"),
            First::Year => format!("{month:02}-{day:02}"),
        }
    }

    /// The whole moment: `1 Jan 2027, 13:00`.
    pub fn moment(self, moment: Moment) -> String {
        let (day, Moment { hour, minute, .. }) = (self.day(moment), moment);
        match self.first {
            First::Month => {
                let half = if hour < 12 { "AM" } else { "PM" };
                format!("{day}, {}:{minute:02} {half}", (hour + 11) % 12 + 1)
            }
            First::Day => format!("{day}, {hour:02}:{minute:02}"),
            First::Year => format!("{day} {hour:02}:{minute:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_money() {
        let all = ["1,234,567", "12.5%", "$1,234.50", "CHF 12.50", "¥500", "−€5.00"];
        let written = |tag: &str| all.map(|text| Locale::parse(tag).write(text).replace(JOINT, "_"));
        assert_eq!(written("en-GB"), all);
        assert_eq!(written("en-US,en;q=0.9,de;q=0.8"), all);
        assert_eq!(written(""), all);
        assert_eq!(written("xx-YY"), all);
        assert_eq!(written("de-DE"), ["1.234.567", "12,5_%", "1.234,50_$", "12,50_CHF", "500_¥", "−5,00_€"]);
        assert_eq!(written("de-CH"), ["1’234’567", "12.5%", "$1’234.50", "CHF 12.50", "¥500", "−€5.00"]);
        assert_eq!(written("fr"), ["1_234_567", "12,5_%", "1_234,50_$", "12,50_CHF", "500_¥", "−5,00_€"]);
        assert_eq!(written("pt-BR")[2], "$1.234,50");
        assert_eq!(written("zh-Hans-CN"), all);
    }

    #[test]
    fn moments() {
        let at = |hour| Moment { year: 2027, month: 1, day: 1, hour, minute: 5 };
        assert_eq!(Locale::parse("de").moment(at(0)), "1 Jan 2027, 00:05");
        assert_eq!(Locale::parse("en-US").moment(at(0)), "Jan 1, 2027, 12:05 AM");
        assert_eq!(Locale::parse("en").moment(at(12)), "Jan 1, 2027, 12:05 PM");
        assert_eq!(Locale::parse("en-us").moment(at(23)), "Jan 1, 2027, 11:05 PM");
        assert_eq!(Locale::parse("ja-JP").moment(at(13)), "2027-01-01 13:05");
        assert_eq!(Locale::parse("en-AU").day(at(1)), "1 Jan 2027");
        assert_eq!(["de", "en-US", "ja"].map(|tag| Locale::parse(tag).short_day(at(1))), ["1 Jan", "Jan 1", "01-01"]);
    }
}
