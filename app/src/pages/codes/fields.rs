//! The fields of a code's form that can change at any time: how often, from how much on, and when.

use super::super::forms::{Line, line};
use crate::components::{Choice, SelectField};
use crate::domain::form::CodeForm;
use crate::domain::money::Currency;
use crate::prelude::*;

/// In which currency a minimum is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MinimumIn {
    /// In the one that is chosen beside it, or with a fixed amount in the discount's.
    Chosen,
    /// The same, or in whatever the price is in, as it was before.
    ChosenOrAny,
    /// In the discount's, which is fixed.
    Discount,
}

/// How often, from how much on, and when.
#[component]
pub fn LimitFields(
    /// What stands in the fields at first.
    first: CodeForm,
    /// In which currency the minimum is typed.
    minimum_in: MinimumIn,
    /// The zone in which moments are meant.
    zone: Signal<String>,
    /// What is wrong with each field.
    error: Callback<&'static str, Signal<Option<String>>>,
) -> impl IntoView {
    let in_zone = move |empty: &'static str| {
        Some(Signal::derive(move || zone.with(|zone| format!("Time in {zone}. Empty: {empty}."))))
    };
    view! {
        {line(
            "max_redemptions",
            first.max_redemptions,
            Some("How often it can be used in all. Empty: no limit.".into()),
            error.run("max_redemptions"),
            Line::short("Limit", "No limit", "short"),
        )}
        {line(
            "max_redemptions_per_user",
            first.max_redemptions_per_user,
            Some(
                "How often one customer can use it. Customers are told apart by the user_id of a checkout, else by its customer_email; a checkout with neither is refused. Empty: no limit."
                    .into(),
            ),
            error.run("max_redemptions_per_user"),
            Line::short("Limit per customer", "No limit", "short"),
        )}
        <div class="field">
            <div class="row">
                {line(
                    "minimum_amount",
                    first.minimum_amount,
                    None,
                    error.run("minimum_amount"),
                    Line { inputmode: Some("decimal"), ..Line::short("Minimum purchase", "Any amount", "short") },
                )}
                {currency(first.minimum_amount_currency, minimum_in, error)}
            </div>
            // The field above is read aloud with it.
            <p class="field-help" id="minimum_amount-help">
                "Price times quantity, before the discount; with a fixed amount in its currency. Looked at where the price tells it and may be read: not for prices in tiers or packs, nor without the Stripe permission plan_read. Empty: any amount."
            </p>
        </div>
        <div class="row">
            {line(
                "starts_at",
                first.starts_at,
                in_zone("at once"),
                error.run("starts_at"),
                Line { label: "Starts", kind: "datetime-local", ..Line::default() },
            )}
            {line(
                "expires_at",
                first.expires_at,
                in_zone("never"),
                error.run("expires_at"),
                Line { label: "Expires", kind: "datetime-local", ..Line::default() },
            )}
        </div>
    }
    .into_any()
}

fn currency(value: String, minimum_in: MinimumIn, error: Callback<&'static str, Signal<Option<String>>>) -> AnyView {
    if minimum_in == MinimumIn::Discount {
        return view! { <input type="hidden" name="minimum_amount_currency" value=value /> }.into_any();
    }
    let any = (minimum_in == MinimumIn::ChosenOrAny).then(|| Choice::new("", "Any, in its smallest unit"));
    let choices = any
        .into_iter()
        .chain(Currency::all().map(|currency| Choice::new(currency.as_str(), currency.upper())))
        .collect();
    view! {
        <SelectField
            id="minimum_amount_currency"
            name="minimum_amount_currency"
            label="Minimum in"
            class="only-percent short"
            value=value
            choices
            error=error.run("minimum_amount_currency")
        />
    }
    .into_any()
}
