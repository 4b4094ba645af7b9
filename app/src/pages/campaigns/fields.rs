//! The fields of a campaign's form, for a new one and for one that is there.

use super::super::codes::words::number;
use super::super::forms::{DiscountRow, Draft, DurationRow, Line, choices, line};
use super::form;
use crate::components::{Banner, Call, Refusal, Segmented, SubmitButton, Tone};
use crate::domain::campaign::MAX_DAYS;
use crate::domain::campaign_form::{CampaignForm, FIELDS};
use crate::prelude::*;
use crate::{browser, given};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;

/// What sets the form of a new campaign apart from that of one that is there.
#[derive(Clone)]
pub struct Kind {
    /// Its id, and what its button says without scripts.
    pub id: &'static str,
    /// What is said where it was refused and drawn anew.
    pub refused: &'static str,
    /// What stands on its button, and while it is sent.
    pub words: [&'static str; 2],
    /// The form as it was, for a campaign that is there, and the zone in which its days end; none: a day is 24 hours.
    pub before: Option<(CampaignForm, Option<String>)>,
}

/// The form.
#[component]
pub fn CampaignFields(
    /// For a new one, or for one that is there.
    kind: Kind,
    /// What is known while one types.
    draft: Draft<CampaignForm>,
    /// The zone in which days and moments are meant.
    zone: RwSignal<String>,
    /// The call that sends it.
    call: Call,
    /// Sends it: nothing is wrong with it here.
    send: Callback<()>,
    /// Where one goes without sending it.
    back: Signal<String>,
) -> impl IntoView {
    let Kind { id, refused, words, before } = kind;
    let first = draft.form.get_untracked();
    // What was typed before the WASM was there counts; and the browser knows its zone better than the server's cookie may.
    Effect::new(move |_| {
        draft.read();
        if let Some(here) = browser::zone() {
            zone.set(here);
        }
    });
    let input = move |_| draft.read();
    // Told on the way to another field only: on the way to a button, an error would push the button away from under the pointer, and
    // the click would be lost.
    let leave = move |event: leptos::ev::FocusEvent| {
        if event.related_target().is_some_and(|to| to.is_instance_of::<HtmlInputElement>()) {
            draft.leave(&event_target::<HtmlInputElement>(&event).name());
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        draft.read();
        draft.tell_all();
        match first_wrong(draft) {
            Some(wrong) => browser::focus(wrong),
            None => send.run(()),
        }
    };
    let error = Callback::new(move |field: &'static str| Signal::derive(move || draft.error(field)));
    let before = StoredValue::new(before);
    let preview = Memo::new(move |_| {
        let told = |form: &CampaignForm, zone: &String| {
            before.with_value(|before| form::preview(form, before.as_ref().map(|(form, _)| form), zone))
        };
        draft.form.with(|form| zone.with(|zone| told(form, zone)))
    });
    let example = move || draft.form.with(|form| format!("Codes look like {}.", form::example(form)));
    let in_zone = move || zone.with(|zone| format!("Time in {zone}."));
    let days = move || {
        let kept = before.with_value(|before| {
            let kept = before.as_ref().filter(|(before, _)| draft.form.with(|form| form.keeps_end(before)));
            kept.map(|(_, zone)| zone.clone())
        });
        zone.with(|here| days_words(here, kept.as_ref().map(Option::as_deref)))
    };

    view! {
        <form
            id=id
            class="panel new-code new-campaign"
            method="post"
            novalidate
            on:submit=submit
            on:input=input
            on:change=input
            on:focusout=leave
        >
            <input type="hidden" name="zone" value=zone />
            {given::answers(id).then(|| view! { <Banner tone=Tone::Red>{refused}</Banner> })}
            {line(
                "name",
                first.name,
                Some("For you; customers read it beside the discount at Stripe's checkout.".into()),
                error.run("name"),
                Line { label: "Name", placeholder: "Share with friends", ..Line::default() },
            )}
            <DiscountRow
                kind=first.kind
                percent_off=first.percent_off
                amount_off=first.amount_off
                currency=first.currency
                error
            />
            <DurationRow duration=first.duration months=first.duration_in_months error />
            {line(
                "code_prefix",
                first.code_prefix,
                Some(Signal::derive(example)),
                error.run("code_prefix"),
                Line {
                    label: "Codes begin with",
                    placeholder: "SHARE",
                    class: "short",
                    input_class: "mono upper",
                    ..Line::default()
                },
            )}
            <div class="row">
                <Segmented
                    name="ends"
                    label="Codes end"
                    value=first.ends
                    choices=choices(&[("never", "Never"), ("at", "On a date"), ("days", "After days")])
                />
                {line(
                    "expires_at",
                    first.expires_at,
                    Some(Signal::derive(in_zone)),
                    error.run("expires_at"),
                    Line { label: "All at", kind: "datetime-local", class: "only-at", ..Line::default() },
                )}
                {line(
                    "expires_in_days",
                    first.expires_in_days,
                    Some(Signal::derive(days)),
                    error.run("expires_in_days"),
                    Line::short("Days from earning", "30", "only-days short"),
                )}
            </div>
            {line(
                "max_rewards",
                first.max_rewards,
                Some("How many can be earned in all. Empty: no limit.".into()),
                error.run("max_rewards"),
                Line::short("Limit", "No limit", "short"),
            )}
            <p class="preview" aria-live="polite">
                <span class="third">{move || if preview.with(Option::is_some) { "Customers get" } else { "What customers get stands here as you fill in the form." }}</span>
                <output>{move || preview.get().unwrap_or_default()}</output>
            </p>
            <Refusal call fields=&FIELDS />
            <div class="actions">
                <SubmitButton form=id call class="button button-filled" words=words[0] busy=words[1] />
                <a class="button" href=back>
                    "Cancel"
                </a>
            </div>
        </form>
    }
    .into_any()
}

/// How long so many days are. `kept` is the zone of days that stay as they are; none in it: they are of 24 hours.
fn days_words(zone: &str, kept: Option<Option<&str>>) -> String {
    let most = number(MAX_DAYS);
    match kept {
        Some(None) => format!(
            "1 to {most}. A day of this campaign is 24 hours, from the moment of earning. With another number, the last day runs to its end in {zone}."
        ),
        Some(Some(zone)) => format!("1 to {most}. The last day runs to its end in {zone}."),
        None => format!("1 to {most}. The last day runs to its end in {zone}."),
    }
}

/// The first field whose problem is told.
pub fn first_wrong(draft: Draft<CampaignForm>) -> Option<&'static str> {
    FIELDS.into_iter().find(|field| draft.error(field).is_some())
}

/// The server's refusals, each beside its field.
pub fn refuse(draft: Draft<CampaignForm>, problems: Vec<crate::domain::problem::Problem>) {
    draft.refuse(problems);
    if let Some(wrong) = first_wrong(draft) {
        browser::focus(wrong);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_as_they_are() {
        let told = |kept| days_words("Europe/Berlin", kept);
        assert_eq!(told(None), "1 to 1,820. The last day runs to its end in Europe/Berlin.");
        assert_eq!(told(Some(Some("Asia/Tokyo"))), "1 to 1,820. The last day runs to its end in Asia/Tokyo.");
        assert!(told(Some(None)).contains("A day of this campaign is 24 hours"));
    }
}
