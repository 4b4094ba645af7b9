//! How codes are spoken of.

use crate::domain::locale::Moment;
use crate::domain::money::{Currency, format_amount, group};
use crate::domain::problem::Problem;
use crate::given;
use crate::wire::api::DiscountCode;
use crate::wire::screens::SyncView;

/// `443 of 1,000 · 31 in checkout`.
pub fn used(code: &DiscountCode) -> String {
    let count = number(code.redemptions.count);
    let of = match code.max_redemptions {
        Some(limit) => format!("{count} of {}", number(limit)),
        None => format!("{count} · no limit"),
    };
    match code.redemptions.held {
        0 => of,
        held => format!("{of} · {} in checkout", number(held)),
    }
}

/// Whether it is in Stripe, in a list.
pub fn in_stripe(sync: &SyncView) -> &'static str {
    match sync {
        SyncView::NotUsed => "not used yet",
        SyncView::Pending => "being minted",
        SyncView::Minted { .. } => "in Stripe",
        SyncView::Blocked { .. } => "needs you",
    }
}

/// `1,000`; counts are never below zero.
pub fn number(number: i64) -> String {
    given::locale().write(&group(number.unsigned_abs()))
}

/// `$50.00`, of an amount in the smallest unit of a currency; none: of whatever a price is in.
pub fn least(amount: i64, currency: Option<Currency>) -> String {
    match currency {
        Some(currency) => given::locale().write(&format_amount(amount, currency)),
        None => format!("{} in the smallest unit of the price's currency", number(amount)),
    }
}

/// `purchases of $50.00 or more`.
pub fn minimum(amount: i64, currency: Option<Currency>) -> String {
    format!("purchases of {} or more", least(amount, currency))
}

/// A refusal in the words of the form: the rules speak of the API's fields, owners see labels.
pub fn for_the_form(problem: &Problem) -> String {
    let mut text = problem.message.clone();
    for (field, label) in [
        ("duration_in_months is needed when duration is repeating: ", "Type for how many months: "),
        ("duration_in_months", "the number of months"),
        ("max_redemptions_per_user", "the limit per customer"),
        ("max_redemptions", "the limit"),
        ("minimum_amount_currency", "the minimum's currency"),
        ("minimum_amount_cents", "the minimum"),
        ("minimum_amount", "the minimum"),
        ("max_rewards", "the limit"),
        ("code_prefix", "the beginning of codes"),
        ("expires_in_days", "the number of days"),
        ("leave it out for", "leave it empty for"),
        ("starts_at", "the start"),
        ("expires_at", "the end"),
        ("percent_off", "the percentage"),
        ("amount_off_cents", "the amount"),
        ("amount_off", "the amount"),
    ] {
        if text.contains(field) {
            text = text.replace(field, label);
        }
    }
    if text.starts_with("code ") || text.starts_with("name ") {
        text.insert_str(0, "the ");
    }
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

/// `1 Jan 2027, 01:00` of `2027-01-01T01:00`: what was typed is local already, so no zone is needed to say it.
pub fn local(text: &str) -> Option<String> {
    let mut parts = text.split(['-', 'T', ':']).map(|part| part.parse::<u16>().ok());
    let mut next = |last: u16| parts.next()?.filter(|part| *part <= last);
    let (year, month, day, hour, minute) = (next(9999)?, next(12)?, next(31)?, next(23)?, next(59)?);
    let small = |part| u8::try_from(part).ok();
    let moment = Moment { year, month: small(month)?, day: small(day)?, hour: small(hour)?, minute: small(minute)? };
    Some(given::locale().moment(moment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::discount_code;

    #[test]
    fn refusals_speak_of_labels() {
        let end = discount_code::check_expires_at(Some(5), 10).unwrap_err();
        assert!(for_the_form(&end).starts_with("The end must be in the future."), "{}", for_the_form(&end));
        let code = crate::domain::code::CodeText::parse("é!", "code").unwrap_err();
        assert!(for_the_form(&code).starts_with("The code may have"), "{}", for_the_form(&code));
    }

    #[test]
    fn limits_speak_of_labels() {
        let per_customer = discount_code::check_max_redemptions_per_user(Some(0)).unwrap_err();
        let told = for_the_form(&per_customer);
        assert!(told.starts_with("The limit per customer must be a whole number"), "{told}");
        assert!(told.ends_with("leave it empty for no limit per customer."), "{told}");
        let minimum = discount_code::check_minimum(Some(0), None, None).unwrap_err();
        assert!(for_the_form(&minimum).starts_with("The minimum must be 1 to"), "{}", for_the_form(&minimum));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn minimums() {
        let currency = |text| Currency::parse(text, "currency").ok();
        assert_eq!(super::minimum(500_000, currency("usd")), "purchases of $5,000.00 or more");
        assert_eq!(super::minimum(500, currency("jpy")), "purchases of ¥500 or more");
        assert!(super::minimum(500, None).starts_with("purchases of 500 in the smallest unit"));
    }

    #[test]
    fn local_times() {
        assert_eq!(local("2027-01-01T01:00").as_deref(), Some("1 Jan 2027, 01:00"));
        for bad in ["", "2027-13-01T01:00", "2027-01-01", "2027-01-01T1", "2027-01-01T24:00"] {
            assert_eq!(local(bad), None, "{bad}");
        }
    }
}
