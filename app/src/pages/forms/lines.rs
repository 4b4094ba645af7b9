//! The lines of a form. Every field's id is its name, and the name of its problems.

use crate::components::{Choice, Segmented, SelectField, TextField};
use crate::domain::money::Currency;
use crate::prelude::*;

/// What sets one line of text apart from the others.
#[derive(Default)]
pub struct Line {
    /// Above it.
    pub label: &'static str,
    /// HTML's type; empty: text.
    pub kind: &'static str,
    /// Which keyboard a phone shows.
    pub inputmode: Option<&'static str>,
    /// An example inside.
    pub placeholder: &'static str,
    /// A class of the whole field.
    pub class: &'static str,
    /// A class of the control.
    pub input_class: &'static str,
    /// A unit inside, at its end.
    pub unit: Option<&'static str>,
}

impl Line {
    /// A short one for a number.
    pub fn short(label: &'static str, placeholder: &'static str, class: &'static str) -> Self {
        Self { label, placeholder, class, inputmode: Some("numeric"), ..Self::default() }
    }
}

/// A line of text.
pub fn line(
    name: &'static str,
    value: String,
    help: Option<Signal<String>>,
    error: Signal<Option<String>>,
    line: Line,
) -> AnyView {
    let Line { label, kind, inputmode, placeholder, class, input_class, unit } = line;
    let kind = if kind.is_empty() { "text" } else { kind };
    view! { <TextField id=name name label help error value kind inputmode placeholder class input_class unit /> }
}

/// What can be chosen: values and their words.
pub fn choices(pairs: &[(&'static str, &'static str)]) -> Vec<Choice> {
    pairs.iter().map(|(value, label)| Choice::new(*value, *label)).collect()
}

/// Percentage or amount. Which fields are seen follows the radio buttons.
#[component]
pub fn DiscountRow(
    /// `percent` or `amount`.
    kind: String,
    /// What stands in the field at first.
    percent_off: String,
    /// What stands in the field at first.
    amount_off: String,
    /// ISO code.
    currency: String,
    /// What is wrong with each field.
    error: Callback<&'static str, Signal<Option<String>>>,
) -> impl IntoView {
    let currencies: Vec<Choice> =
        Currency::all().map(|currency| Choice::new(currency.as_str(), currency.upper())).collect();
    view! {
        <div class="row">
            <Segmented
                name="kind"
                label="Discount"
                value=kind
                choices=choices(&[("percent", "Percentage"), ("amount", "Fixed amount")])
            />
            {line(
                "percent_off",
                percent_off,
                None,
                error.run("percent_off"),
                Line { inputmode: Some("decimal"), unit: Some("%"), ..Line::short("Percent off", "25", "only-percent short") },
            )}
            {line(
                "amount_off",
                amount_off,
                None,
                error.run("amount_off"),
                Line { inputmode: Some("decimal"), ..Line::short("Amount off", "5.00", "only-amount short") },
            )}
            <SelectField
                id="currency"
                name="currency"
                label="Currency"
                class="only-amount short"
                value=currency
                choices=currencies
                error=error.run("currency")
            />
        </div>
    }
    .into_any()
}

/// How long it applies to a subscription.
#[component]
pub fn DurationRow(
    /// `once`, `repeating`, `forever`.
    duration: String,
    /// What stands in the field at first.
    months: String,
    /// What is wrong with each field.
    error: Callback<&'static str, Signal<Option<String>>>,
) -> impl IntoView {
    view! {
        <div class="row">
            <Segmented
                name="duration"
                label="On subscriptions it applies"
                value=duration
                choices=choices(&[("once", "Once"), ("repeating", "For months"), ("forever", "Forever")])
            />
            {line(
                "duration_in_months",
                months,
                None,
                error.run("duration_in_months"),
                Line::short("Months", "3", "only-repeating short"),
            )}
        </div>
    }
    .into_any()
}
