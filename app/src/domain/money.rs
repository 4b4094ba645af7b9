//! Currencies and amounts as Stripe counts them: integers in a currency's smallest unit.
//! Source of the lists: <https://docs.stripe.com/currencies>.

use super::problem::Problem;
use serde::{Deserialize, Serialize};

/// Currencies that Stripe can charge in, lower-case ISO 4217.
const CURRENCIES: &[&str] = &[
    "usd", "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bif",
    "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "clp", "cny", "cop", "crc", "cve",
    "czk", "djf", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gnf", "gtq",
    "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "jpy", "kes", "kgs", "khr", "kmf", "krw",
    "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mga", "mkd", "mmk", "mnt", "mop", "mur", "mvr",
    "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln",
    "pyg", "qar", "ron", "rsd", "rub", "rwf", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "std",
    "szl", "thb", "tjs", "top", "try", "ttd", "twd", "tzs", "uah", "ugx", "uyu", "uzs", "vnd", "vuv", "wst", "xaf",
    "xcd", "xof", "xpf", "yer", "zar", "zmw",
];

/// Currencies whose amounts are whole in Stripe's API: 500 in `jpy` is ¥500.
const ZERO_DECIMAL: &[&str] =
    &["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];

/// Currencies without a smaller unit that the API still counts in hundredths: amounts end in `00`.
const WHOLE_HUNDREDS: &[&str] = &["isk", "ugx"];

/// Most of any amount, in the smallest unit: eight digits.
pub const MAX_AMOUNT: i64 = 99_999_999;

/// A currency that Stripe knows, lower-cased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Currency(&'static str);

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text, "currency").map_err(|problem| serde::de::Error::custom(problem.message))
    }
}

impl Currency {
    /// Every currency, the most used first, then by letter.
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.iter().map(|code| Self(code))
    }

    /// Lower-cases and looks it up.
    pub fn parse(raw: &str, param: &str) -> Result<Self, Problem> {
        let wanted = raw.trim().to_ascii_lowercase();
        if wanted.is_empty() {
            return Err(Problem::missing(
                param,
                format!("{param} is needed with a fixed amount: a currency of Stripe's, like usd."),
            ));
        }
        CURRENCIES.iter().find(|code| **code == wanted).map(|code| Self(code)).ok_or_else(|| {
            Problem::invalid(param, format!("{param} must be a currency that Stripe charges in, like usd or eur."))
        })
    }

    /// `usd`.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// `USD`.
    pub fn upper(self) -> String {
        self.0.to_ascii_uppercase()
    }

    /// How many digits of an API amount stand behind the decimal point: 0 or 2.
    pub fn api_exponent(self) -> u32 {
        if ZERO_DECIMAL.contains(&self.0) { 0 } else { 2 }
    }

    /// How many digits people write behind the decimal point: 0 or 2.
    pub fn shown_exponent(self) -> u32 {
        if WHOLE_HUNDREDS.contains(&self.0) { 0 } else { self.api_exponent() }
    }

    /// What stands before an amount: `$`, `€`, `CHF `.
    fn sign(self) -> Option<&'static str> {
        Some(match self.0 {
            "usd" => "$",
            "eur" => "€",
            "gbp" => "£",
            "jpy" => "¥",
            "inr" => "₹",
            "krw" => "₩",
            "brl" => "R$",
            "cad" => "CA$",
            "aud" => "A$",
            "nzd" => "NZ$",
            "mxn" => "MX$",
            "ils" => "₪",
            "vnd" => "₫",
            "php" => "₱",
            "hkd" => "HK$",
            "cny" => "CN¥",
            "twd" => "NT$",
            _ => return None,
        })
    }
}

/// An amount above zero in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    amount: i64,
    currency: Currency,
}

impl Money {
    /// Checks an amount in the currency's smallest unit.
    pub fn new(amount: i64, currency: Currency, param: &str) -> Result<Self, Problem> {
        check_range(amount, param)?;
        if currency.api_exponent() != currency.shown_exponent() && amount % 100 != 0 {
            return Err(Problem::invalid(
                param,
                format!(
                    "{param} in {} must be a multiple of 100: Stripe counts it in hundredths, but it has no smaller coin.",
                    currency.upper()
                ),
            ));
        }
        Ok(Self { amount, currency })
    }

    /// Reads what a person types: `5`, `5.00` or `5,00` in the currency's main unit.
    pub fn parse_typed(raw: &str, currency: Currency, param: &str) -> Result<Self, Problem> {
        let bad = |why: String| Problem::invalid(param, why);
        let text = raw.trim().replace(',', ".");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let places = currency.shown_exponent() as usize;
        if whole.is_empty() || whole.len() > 9 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            let example = if places == 0 { "500" } else { "5.00" };
            return Err(bad(format!("Type an amount in {}, like {example}.", currency.upper())));
        }
        if fraction.len() > places {
            return Err(bad(match places {
                0 => format!("{} has no decimals: type a whole amount.", currency.upper()),
                _ => format!("{} has {places} decimals: type an amount like 5.00.", currency.upper()),
            }));
        }
        let digits = format!("{whole}{fraction:0<width$}", width = currency.api_exponent() as usize);
        let amount = digits.parse().map_err(|_| bad(format!("Type an amount in {}.", currency.upper())))?;
        Self::new(amount, currency, param)
    }

    /// As a person would type it: `5.00`, `500`.
    pub fn typed(self) -> String {
        let unit = 10i64.pow(self.currency.api_exponent());
        match self.currency.shown_exponent() {
            0 => (self.amount / unit).to_string(),
            _ => format!("{}.{:02}", self.amount / unit, self.amount % unit),
        }
    }

    /// In the smallest unit.
    pub fn amount(self) -> i64 {
        self.amount
    }

    /// Its currency.
    pub fn currency(self) -> Currency {
        self.currency
    }
}

/// `1` to [`MAX_AMOUNT`].
pub fn check_range(amount: i64, param: &str) -> Result<(), Problem> {
    if (1..=MAX_AMOUNT).contains(&amount) {
        return Ok(());
    }
    Err(Problem::invalid(
        param,
        format!("{param} must be 1 to {MAX_AMOUNT}, in the currency's smallest unit; it is {amount}."),
    ))
}

/// `$5.00`, `¥500`, `CHF 12.50`, `1 234` grouped by commas.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format_amount(self.amount, self.currency))
    }
}

/// An API amount (smallest unit, any sign) as people write it.
pub fn format_amount(amount: i64, currency: Currency) -> String {
    let unit = 10i64.pow(currency.api_exponent()).unsigned_abs();
    let absolute = amount.unsigned_abs();
    let mut text = group(absolute / unit);
    if currency.shown_exponent() > 0 {
        text.push_str(&format!(".{:02}", absolute % unit));
    }
    let minus = if amount < 0 { "−" } else { "" };
    match currency.sign() {
        Some(sign) => format!("{minus}{sign}{text}"),
        None => format!("{minus}{} {text}", currency.upper()),
    }
}

/// `1234567` as `1,234,567`.
pub fn group(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(amount: i64, currency: &str) -> String {
        Money::new(amount, Currency::parse(currency, "currency").unwrap(), "amount").unwrap().to_string()
    }

    #[test]
    fn shown_as_people_write_it() {
        assert_eq!(money(500, "USD"), "$5.00");
        assert_eq!(money(500, "jpy"), "¥500");
        assert_eq!(money(12_345_678, "eur"), "€123,456.78");
        assert_eq!(money(1250, "chf"), "CHF 12.50");
        assert_eq!(money(50_000, "isk"), "ISK 500");
        assert_eq!(money(50_000, "ugx"), "UGX 500");
        assert_eq!(money(7, "huf"), "HUF 0.07");
    }

    #[test]
    fn coins_that_do_not_exist_are_refused() {
        let isk = Currency::parse("isk", "currency").unwrap();
        assert_eq!(Money::new(550, isk, "amount_off_cents").unwrap_err().param.as_deref(), Some("amount_off_cents"));
        assert!(Money::parse_typed("5.5", Currency::parse("jpy", "c").unwrap(), "amount").is_err());
    }

    proptest! {
        #[test]
        fn what_is_typed_is_what_is_stored(amount in 1i64..=MAX_AMOUNT, index in 0..CURRENCIES.len()) {
            let currency = Currency(CURRENCIES[index]);
            let Ok(money) = Money::new(amount, currency, "amount") else {
                prop_assert!(WHOLE_HUNDREDS.contains(&currency.as_str()));
                return Ok(());
            };
            let unit = 10i64.pow(currency.api_exponent());
            let typed = if currency.shown_exponent() == 0 { (amount / unit).to_string() } else { format!("{}.{:02}", amount / unit, amount % unit) };
            prop_assert_eq!(Money::parse_typed(&typed, currency, "amount").unwrap(), money);
            prop_assert_eq!(Money::parse_typed(&typed.replace('.', ","), currency, "amount").unwrap(), money);
        }

        #[test]
        fn nothing_typed_makes_it_panic(raw in "\\PC{0,30}", index in 0..CURRENCIES.len()) {
            let _ = Money::parse_typed(&raw, Currency(CURRENCIES[index]), "amount");
        }
    }
}
