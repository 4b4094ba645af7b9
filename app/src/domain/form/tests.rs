//! Forms and the API agree, and a code survives its form.

use super::super::terms::TermsDraft;
use super::*;
use proptest::prelude::*;

fn utc(text: &str) -> Option<i64> {
    text.strip_prefix("ms").and_then(|ms| ms.parse().ok())
}

fn form() -> CodeForm {
    CodeForm {
        code: "save5".into(),
        kind: "percent".into(),
        percent_off: "50".into(),
        duration: "once".into(),
        ..CodeForm::default()
    }
}

fn params(form: &CodeForm) -> Vec<String> {
    form.check(1000, utc).err().unwrap_or_default().into_iter().filter_map(|p| p.param).collect()
}

#[test]
fn good_forms() {
    assert_eq!(form().check(1000, utc).unwrap().terms.to_string(), "50% off, once");
    let amount = CodeForm {
        kind: "amount".into(),
        amount_off: "5,00".into(),
        currency: "USD".into(),
        max_redemptions: "1,000".into(),
        ..form()
    };
    let definition = amount.check(1000, utc).unwrap();
    assert_eq!(definition.terms.to_string(), "$5.00 off, once");
    assert_eq!(definition.limits.max_redemptions, Some(1000));
}

#[test]
fn each_problem_stands_at_its_field() {
    assert_eq!(params(&CodeForm { code: "!".into(), ..form() }), ["code"]);
    assert_eq!(params(&CodeForm { percent_off: String::new(), ..form() }), ["percent_off"]);
    assert_eq!(params(&CodeForm { percent_off: "x".into(), ..form() }), ["percent_off"]);
    assert_eq!(params(&CodeForm { kind: "amount".into(), currency: "usd".into(), ..form() }), ["amount_off"]);
    assert_eq!(
        params(&CodeForm { kind: "amount".into(), currency: "usd".into(), amount_off: "0".into(), ..form() }),
        ["amount_off"]
    );
    assert_eq!(params(&CodeForm { max_redemptions: "many".into(), ..form() }), ["max_redemptions"]);
    assert_eq!(params(&CodeForm { duration: "repeating".into(), ..form() }), ["duration_in_months"]);
    assert_eq!(params(&CodeForm { expires_at: "soon".into(), ..form() }), ["expires_at"]);
    assert_eq!(params(&CodeForm { expires_at: "ms999".into(), ..form() }), ["expires_at"]);
}

fn euros(amount: &str, minimum: &str) -> CodeForm {
    CodeForm {
        kind: "amount".into(),
        percent_off: String::new(),
        amount_off: amount.into(),
        currency: "eur".into(),
        minimum_amount: minimum.into(),
        // The select behind a fixed amount is hidden, and says what it said before.
        minimum_amount_currency: "usd".into(),
        ..form()
    }
}

#[test]
fn a_minimum_is_typed_in_the_main_unit() {
    let minimum = |form: &CodeForm| {
        let minimum = form.check(1000, utc).unwrap().limits.minimum?;
        Some((minimum.amount, minimum.currency.map(Currency::as_str)))
    };
    let percent = |minimum: &str, currency: &str| CodeForm {
        minimum_amount: minimum.into(),
        minimum_amount_currency: currency.into(),
        ..form()
    };
    assert_eq!(minimum(&percent("", "usd")), None);
    assert_eq!(minimum(&percent(" 50,00 ", "USD")), Some((5000, Some("usd"))));
    assert_eq!(minimum(&percent("50", "jpy")), Some((50, Some("jpy"))));
    assert_eq!(minimum(&percent("50", "isk")), Some((5000, Some("isk"))));
    assert_eq!(minimum(&euros("5.00", "50")), Some((5000, Some("eur"))));
    assert_eq!(params(&percent("50", "")), ["minimum_amount_currency"]);
    for (bad, currency) in [("fifty", "usd"), ("0", "usd"), ("-1", "usd"), ("0.50", "jpy"), ("1000000", "usd")] {
        assert_eq!(params(&percent(bad, currency)), ["minimum_amount"], "{bad} {currency}");
    }
    assert_eq!(params(&euros("5.00", "0")), ["minimum_amount"]);
    // Without a currency of the discount it is the discount that is wrong.
    let nothing = CodeForm { currency: String::new(), ..euros("5.00", "50") };
    assert!(!params(&nothing).iter().any(|param| param.starts_with("minimum")), "{:?}", params(&nothing));
    assert_eq!(params(&CodeForm { max_redemptions_per_user: "0".into(), ..form() }), ["max_redemptions_per_user"]);
    assert_eq!(params(&CodeForm { max_redemptions_per_user: "one".into(), ..form() }), ["max_redemptions_per_user"]);
}

/// Minutes only, as the field of a browser has them.
fn local(ms: i64) -> String {
    format!("ms{}", ms / 60_000 * 60_000)
}

const NOW: i64 = 1_795_000_000_000;

fn stored(terms: TermsDraft, change: impl FnOnce(&mut Draft)) -> Definition {
    let mut draft = Draft { code: Some("SPRING".into()), terms, ..Draft::default() };
    change(&mut draft);
    draft.check(0).unwrap()
}

fn percent() -> TermsDraft {
    TermsDraft { percent_off: Some(20.0), ..TermsDraft::default() }
}

#[test]
fn what_is_fixed_stays_whatever_is_typed() {
    let code = stored(percent(), |_| ());
    let typed = CodeForm {
        code: "OTHER".into(),
        kind: "amount".into(),
        amount_off: "nonsense".into(),
        duration: "forever".into(),
        max_redemptions: "7".into(),
        ..CodeForm::default()
    };
    let fixed = typed.check_edit(&Before::of(&code, true, local), NOW, utc).unwrap();
    assert_eq!((fixed.code.as_str(), &fixed.terms), ("SPRING", &code.terms));
    assert_eq!(fixed.limits.max_redemptions, Some(7));
    let free = CodeForm { kind: "percent".into(), percent_off: "30".into(), ..typed.clone() };
    let free = free.check_edit(&Before::of(&code, false, local), NOW, utc).unwrap();
    assert_eq!((free.code.as_str(), free.terms.to_string().as_str()), ("SPRING", "30% off, forever"));
    let wrong = typed.check_edit(&Before::of(&code, false, local), NOW, utc).unwrap_err();
    assert!(wrong.iter().all(|p| p.param.as_deref() != Some("code")), "{wrong:?}");
}

#[test]
fn moments_that_stay_are_exact_and_may_be_over() {
    let code = stored(percent(), |draft| {
        (draft.starts_at, draft.expires_at) = (Some(NOW - 30_000), Some(NOW - 10_000));
    });
    let before = Before::of(&code, true, local);
    assert_eq!(before.form.starts_at, before.form.expires_at, "one minute to the field");
    let limited = CodeForm { max_redemptions: "5".into(), ..before.form.clone() };
    let limits = limited.check_edit(&before, NOW, utc).unwrap().limits;
    assert_eq!(
        (limits.starts_at, limits.expires_at, limits.max_redemptions),
        (Some(NOW - 30_000), Some(NOW - 10_000), Some(5))
    );
    let param = |form: &CodeForm| form.check_edit(&before, NOW, utc).unwrap_err()[0].param.clone().unwrap();
    let over = CodeForm { expires_at: local(NOW - 120_000), ..before.form.clone() };
    assert_eq!(param(&over), "expires_at");
    let later = CodeForm { starts_at: local(NOW + 120_000), ..before.form.clone() };
    assert_eq!(param(&later), "starts_at");
    let never = CodeForm { starts_at: String::new(), expires_at: String::new(), ..before.form.clone() };
    let limits = never.check_edit(&before, NOW, utc).unwrap().limits;
    assert_eq!((limits.starts_at, limits.expires_at), (None, None));
}

#[test]
fn a_minimum_in_any_currency_stays_one_until_a_currency_is_chosen() {
    let code = stored(percent(), |draft| draft.minimum_amount_cents = Some(5000));
    let before = Before::of(&code, true, local);
    assert!(before.any_currency());
    let minimum = |form: CodeForm| form.check_edit(&before, NOW, utc).map(|code| code.limits.minimum);
    assert_eq!(minimum(before.form.clone()), Ok(code.limits.minimum));
    let raised = CodeForm { minimum_amount: "6000".into(), ..before.form.clone() };
    assert_eq!(minimum(raised.clone()), Ok(Some(Minimum { amount: 6000, currency: None })));
    let chosen = CodeForm { minimum_amount: "60".into(), minimum_amount_currency: "usd".into(), ..raised.clone() };
    assert_eq!(
        minimum(chosen),
        Ok(Currency::parse("usd", "").ok().map(|usd| Minimum { amount: 6000, currency: Some(usd) }))
    );
    for bad in ["0", "6.50", "much"] {
        let bad = CodeForm { minimum_amount: bad.into(), ..raised.clone() };
        assert_eq!(minimum(bad).unwrap_err()[0].param.as_deref(), Some("minimum_amount"));
    }
}

prop_compose! {
    fn definitions()(
        percent in prop::option::of(1i64..=10_000),
        amount in 1i64..=999_999,
        currency in prop::sample::select(vec!["usd", "eur", "jpy", "isk", "huf"]),
        months in prop::option::of(1i64..=1200),
        max in prop::option::of(1i64..10_000),
        per_user in prop::option::of(1i64..100),
        minimum in prop::option::of(1i64..=999_999),
        own in prop::option::of(prop::sample::select(vec!["usd", "eur", "jpy", "isk"])),
        start in prop::option::of(1i64..NOW),
        end in prop::option::of(NOW..NOW + 1_000_000),
    ) -> Definition {
        let terms = TermsDraft {
            percent_off: percent.map(|p| p as f64 / 100.0),
            amount_off_cents: percent.is_none().then_some(amount * 100),
            currency: percent.is_none().then(|| currency.to_owned()),
            duration: months.map(|_| "repeating".to_owned()),
            duration_in_months: months,
        };
        let own = own.filter(|_| minimum.is_some() && percent.is_some()).map(str::to_owned);
        stored(terms, |draft| {
            (draft.max_redemptions, draft.max_redemptions_per_user) = (max, per_user);
            (draft.minimum_amount_cents, draft.minimum_amount_currency) = (minimum.map(|m| m * 100), own);
            (draft.starts_at, draft.expires_at) = (start, end);
        })
    }
}

proptest! {
    #[test]
    fn a_code_survives_its_form(code in definitions(), fixed: bool) {
        let before = Before::of(&code, fixed, local);
        // However late it is saved.
        prop_assert_eq!(before.form.check_edit(&before, NOW * 2, utc).unwrap(), code);
    }

    #[test]
    fn the_form_and_the_api_agree(
        code in "[a-z!]{1,5}", percent in 0i64..=10_100, max in prop::option::of(-2i64..5), end in prop::option::of(990i64..1010),
        per_user in prop::option::of(-2i64..5), fixed in prop::option::of(prop::sample::select(vec!["usd", "jpy", "isk"])),
        minimum in prop::option::of(-1i64..300), own in prop::sample::select(vec!["eur", "jpy", "isk", "xxx"]),
    ) {
        let minimum_in = Currency::parse(fixed.unwrap_or(own), "currency").ok();
        let places = minimum_in.map_or(0, Currency::shown_exponent);
        let hundredths = |amount: i64| format!("{}{}.{:02}", if amount < 0 { "-" } else { "" }, amount.abs() / 100, amount.abs() % 100);
        let typed_minimum = minimum.map(|m| if places == 0 { m.to_string() } else { hundredths(m) });
        let unit = if minimum_in.is_some_and(|c| c.api_exponent() != c.shown_exponent()) { 100 } else { 1 };
        let typed = CodeForm {
            code: code.clone(),
            kind: if fixed.is_some() { "amount" } else { "percent" }.into(),
            percent_off: format!("{}.{:02}", percent / 100, percent % 100),
            amount_off: percent.to_string(),
            currency: fixed.unwrap_or_default().into(),
            max_redemptions: max.map(|m| m.to_string()).unwrap_or_default(),
            max_redemptions_per_user: per_user.map(|m| m.to_string()).unwrap_or_default(),
            minimum_amount: typed_minimum.unwrap_or_default(),
            minimum_amount_currency: own.into(),
            expires_at: end.map(|e| format!("ms{e}")).unwrap_or_default(),
            ..form()
        };
        let terms = match fixed {
            Some(currency) => TermsDraft {
                amount_off_cents: Some(if currency == "jpy" { percent } else { percent * 100 }),
                currency: Some(currency.into()),
                ..TermsDraft::default()
            },
            None => TermsDraft { percent_off: Some(percent as f64 / 100.0), ..TermsDraft::default() },
        };
        let api = Draft {
            code: Some(code),
            terms,
            max_redemptions: max,
            max_redemptions_per_user: per_user,
            minimum_amount_cents: minimum.map(|m| m * unit),
            minimum_amount_currency: minimum.filter(|_| fixed.is_none()).map(|_| own.to_owned()),
            expires_at: end,
            ..Draft::default()
        };
        let (by_form, by_api) = (typed.check(1000, utc), api.check(1000));
        prop_assert_eq!(by_form.is_ok(), by_api.is_ok());
        if let (Ok(a), Ok(b)) = (&by_form, &by_api) {
            prop_assert_eq!(a, b);
        }
    }
}
