//! What is refused, and what is taken keeps the rules.

use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_795_000_000_000;

fn good() -> Draft {
    Draft {
        code: Some("blackfriday50 ".into()),
        terms: TermsDraft { percent_off: Some(50.0), ..TermsDraft::default() },
        max_redemptions: Some(1000),
        expires_at: Some(1_798_761_600_000),
        ..Draft::default()
    }
}

#[test]
fn the_readme_code_is_good() {
    let definition = good().check(NOW).unwrap();
    assert_eq!(definition.code.as_str(), "BLACKFRIDAY50");
    assert_eq!(definition.terms.to_string(), "50% off, once");
}

#[test]
fn each_field_has_its_refusal() {
    let param = |draft: Draft| draft.check(NOW).unwrap_err().into_iter().filter_map(|p| p.param).collect::<Vec<_>>();
    assert_eq!(param(Draft { code: None, ..good() }), ["code"]);
    assert_eq!(param(Draft { max_redemptions: Some(0), ..good() }), ["max_redemptions"]);
    assert_eq!(param(Draft { expires_at: Some(NOW), ..good() }), ["expires_at"]);
    assert_eq!(param(Draft { expires_at: Some(MAX_TIME_MS + 1), ..good() }), ["expires_at"]);
    assert_eq!(param(Draft { starts_at: good().expires_at, ..good() }), ["starts_at"]);
    assert_eq!(
        param(Draft { code: Some("!".into()), max_redemptions: Some(-1), ..good() }),
        ["code", "max_redemptions"]
    );
    assert_eq!(param(Draft { max_redemptions_per_user: Some(0), ..good() }), ["max_redemptions_per_user"]);
    assert_eq!(param(Draft { max_redemptions_per_user: Some(MAX_LIMIT + 1), ..good() }), ["max_redemptions_per_user"]);
    let minimum = |amount, currency: Option<&str>| Draft {
        minimum_amount_cents: amount,
        minimum_amount_currency: currency.map(str::to_owned),
        ..good()
    };
    assert_eq!(param(minimum(Some(0), None)), ["minimum_amount_cents"]);
    assert_eq!(param(minimum(Some(money::MAX_AMOUNT + 1), Some("usd"))), ["minimum_amount_cents"]);
    assert_eq!(param(minimum(Some(550), Some("isk"))), ["minimum_amount_cents"]);
    assert_eq!(param(minimum(Some(1), Some("xxx"))), ["minimum_amount_currency"]);
    assert_eq!(param(minimum(None, Some("usd"))), ["minimum_amount_currency"]);
    let seconds = Draft { expires_at: Some(1_798_761_600), ..good() }.check(NOW).unwrap_err();
    assert!(seconds[0].message.contains("milliseconds"), "{}", seconds[0].message);
}

fn currency(text: &str) -> Currency {
    Currency::parse(text, "currency").unwrap()
}

#[test]
fn a_minimum_is_in_the_currency_of_a_fixed_amount() {
    let of = |own: Option<&str>, terms: Option<&str>| check_minimum(Some(5000), own, terms.map(currency));
    let is = |own: Option<&str>| Ok(Some(Minimum { amount: 5000, currency: own.map(currency) }));
    assert_eq!(of(None, None), is(None));
    assert_eq!(of(Some("EUR"), None), is(Some("eur")));
    assert_eq!(of(None, Some("usd")), is(Some("usd")));
    assert_eq!(of(Some("USD"), Some("usd")), is(Some("usd")));
    let other = of(Some("eur"), Some("usd")).unwrap_err();
    assert_eq!(other.param.as_deref(), Some("minimum_amount_currency"));
    assert!(other.message.contains("must be usd here"), "{}", other.message);
    assert_eq!(check_minimum(None, None, Some(currency("usd"))), Ok(None));
}

#[test]
fn a_minimum_is_met_or_not() {
    let any = Minimum { amount: 5000, currency: None };
    let dollars = Minimum { amount: 5000, currency: Some(currency("usd")) };
    for minimum in [any, dollars] {
        assert_eq!(minimum.check(Some(4999), "usd"), Err(Refusal::MinimumNotMet));
        assert_eq!(minimum.check(Some(5000), "usd"), Ok(()));
        assert_eq!(minimum.check(None, "usd"), Ok(()), "the price does not tell it");
    }
    assert_eq!(any.check(Some(5000), "jpy"), Ok(()));
    assert_eq!(any.check(Some(4999), "jpy"), Err(Refusal::MinimumNotMet));
    for amount in [Some(4999), Some(5000), None] {
        assert_eq!(dollars.check(amount, "eur"), Err(Refusal::CurrencyMismatch));
    }
}

proptest! {
    #[test]
    fn a_minimum_that_is_taken_keeps_the_rules(
        amount in prop::option::of(prop_oneof![-2i64..3, money::MAX_AMOUNT - 1..=money::MAX_AMOUNT + 2, 0i64..100_000]),
        own in prop::option::of(prop::sample::select(vec!["usd", "EUR", "jpy", "isk", "", "xxx"])),
        terms in prop::option::of(prop::sample::select(vec!["usd", "eur", "jpy", "isk"])),
    ) {
        let terms = terms.map(currency);
        match check_minimum(amount, own, terms) {
            Ok(None) => prop_assert!(amount.is_none() && own.is_none()),
            Ok(Some(minimum)) => {
                prop_assert_eq!(Some(minimum.amount), amount);
                prop_assert!((1..=money::MAX_AMOUNT).contains(&minimum.amount));
                prop_assert!(terms.is_none() || minimum.currency == terms);
                prop_assert!(own.is_none_or(|own| minimum.currency == Currency::parse(own, "currency").ok()));
                // What comes of it is taken again as it is.
                let again = check_minimum(amount, minimum.currency.map(Currency::as_str), terms);
                prop_assert_eq!(again, Ok(Some(minimum)));
            }
            Err(problem) => {
                let param = problem.param.unwrap_or_default();
                prop_assert!(["minimum_amount_cents", "minimum_amount_currency"].contains(&param.as_str()));
            }
        }
    }

    #[test]
    fn active_means_usable_and_nothing_else_does(
        archived: bool, active: bool, count in 0i64..20, max in prop::option::of(1i64..20),
        start in prop::option::of(0i64..100), end in prop::option::of(0i64..100), now in 0i64..100,
    ) {
        let limits = Limits { max_redemptions: max, starts_at: start, expires_at: end, ..Limits::default() };
        let usable = !archived && active && max.is_none_or(|m| count < m) && start.is_none_or(|s| s <= now) && end.is_none_or(|e| e > now);
        let status = Facts { archived, active, count, limits }.status(now);
        prop_assert_eq!(status == Status::Active, usable);
        prop_assert_eq!(status.refusal().is_none(), usable);
    }

    #[test]
    fn what_is_taken_keeps_the_rules(max in prop::option::of(any::<i64>()), start in prop::option::of(any::<i64>()), end in prop::option::of(any::<i64>())) {
        let draft = Draft { max_redemptions: max, starts_at: start, expires_at: end, ..good() };
        if let Ok(definition) = draft.check(NOW) {
            let limits = definition.limits;
            prop_assert!(limits.max_redemptions.is_none_or(|m| m >= 1));
            prop_assert!(limits.expires_at.is_none_or(|e| e > NOW && e <= MAX_TIME_MS));
            prop_assert!(limits.starts_at.is_none_or(|s| limits.expires_at.is_none_or(|e| s < e)));
        }
    }
}

#[test]
fn reasons_are_the_suffix() {
    assert_eq!(Refusal::NotStarted.reason(), "not_started");
    assert_eq!(Refusal::CurrencyMismatch.reason(), "currency_mismatch");
    assert_eq!(Refusal::MinimumNotMet.reason(), "minimum_not_met");
    assert_eq!(Refusal::UserLimit.reason(), "user_limit");
}
