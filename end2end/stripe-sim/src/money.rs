//! Currencies: which there are, how many decimals they have, and the least that Stripe charges.

/// The currencies that Stripe presents prices in.
pub(crate) const CURRENCIES: &[&str] = &[
    "usd", "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bhd",
    "bif", "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "clp", "cny", "cop", "crc",
    "cve", "czk", "djf", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gnf",
    "gtq", "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "jod", "jpy", "kes", "kgs", "khr",
    "kmf", "krw", "kwd", "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mga", "mkd", "mmk", "mnt",
    "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "omr", "pab", "pen",
    "pgk", "php", "pkr", "pln", "pyg", "qar", "ron", "rsd", "rub", "rwf", "sar", "sbd", "scr", "sek", "sgd", "shp",
    "sle", "sos", "srd", "std", "szl", "thb", "tjs", "tnd", "top", "try", "ttd", "twd", "tzs", "uah", "ugx", "uyu",
    "uzs", "vnd", "vuv", "wst", "xaf", "xcd", "xof", "xpf", "yer", "zar", "zmw",
];

/// Amounts are whole units. (ISK and UGX stay two-decimal in the API.)
const ZERO_DECIMAL: &[&str] =
    &["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];

const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

/// The least charge, in the currency's smallest unit.
const MINIMUM: &[(&str, i64)] = &[
    ("usd", 50),
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("czk", 1500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17500),
    ("inr", 50),
    ("jpy", 50),
    ("mxn", 1000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1000),
];

pub(crate) fn is_currency(currency: &str) -> bool {
    CURRENCIES.contains(&currency)
}

/// An amount as people write it, `5.00`, in the currency's smallest unit.
pub(crate) fn read(text: &str, currency: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals(currency);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > decimals {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
}

fn decimals(currency: &str) -> usize {
    if ZERO_DECIMAL.contains(&currency) {
        0
    } else if THREE_DECIMAL.contains(&currency) {
        3
    } else {
        2
    }
}

/// The least total that is charged; nothing at all is allowed besides.
pub(crate) fn minimum(currency: &str) -> i64 {
    MINIMUM.iter().find(|(known, _)| *known == currency).map_or(1, |(_, least)| *least)
}

fn symbol(currency: &str) -> &'static str {
    match currency {
        "usd" => "$",
        "eur" => "€",
        "gbp" => "£",
        "jpy" => "¥",
        _ => "",
    }
}

/// `$29.00`, `¥3000`, `12.50 CHF`
pub(crate) fn shown(amount: i64, currency: &str) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let digits = decimals(currency);
    let amount = amount.unsigned_abs().to_string();
    let padded = format!("{amount:0>width$}", width = digits + 1);
    let (whole, part) = padded.split_at(padded.len() - digits);
    let number = if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") };
    match symbol(currency) {
        "" => format!("{sign}{number} {}", currency.to_ascii_uppercase()),
        symbol => format!("{sign}{symbol}{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(shown(2900, "usd"), "$29.00");
        assert_eq!(shown(5, "eur"), "€0.05");
        assert_eq!(shown(3000, "jpy"), "¥3000");
        assert_eq!(shown(0, "jpy"), "¥0");
        assert_eq!(shown(1234, "kwd"), "1.234 KWD");
        assert_eq!(shown(-150, "chf"), "-1.50 CHF");
    }
}
