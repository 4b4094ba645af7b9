//! One redemption in the list, with its way; on phones a card.

use super::redemptions::END;
use crate::components::{Badge, CopyButton, DialogButton, Icon, Tone, clock, local};
use crate::domain::redemption::State;
use crate::prelude::*;
use crate::wire::ledger::{RedemptionView, StepView};
use crate::wire::screens::When;
use std::collections::HashSet;

/// The checkout that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The redemption's id.
    pub id: String,
    /// Whose it is and since when, a sentence; empty where only the address says which one it is.
    pub who: String,
    /// Whether it is held for a checkout of the owner's own, of which Codemint knows nothing.
    pub own: bool,
}

/// How a state is meant, and its word.
fn state_badge(state: State) -> (Tone, &'static str) {
    match state {
        State::Held => (Tone::Blue, "Open"),
        State::Redeemed => (Tone::Good, "Redeemed"),
        State::Released => (Tone::Quiet, "Released"),
    }
}

/// The class of a step of the way: its dot looks as the chart's bars do.
fn step_class(state: State) -> &'static str {
    match state {
        State::Held => "story-line story-held",
        State::Redeemed => "story-line story-good",
        State::Released => "story-line",
    }
}

/// A moment, without its day where that stands beside it already.
fn moment(when: &When, beside: Option<&When>) -> AnyView {
    let text = if beside.is_some_and(|beside| beside.day == when.day) { clock(when) } else { local(when) };
    view! {
        <time datetime=when.iso.clone() title=format!("{}, {}", when.text, when.zone)>
            {text.to_owned()}
        </time>
    }
}

/// A redemption in the list.
#[component]
pub fn RedemptionRow(
    /// The redemption.
    view: RedemptionView,
    /// The checkout that is asked about.
    asked: RwSignal<Option<Asked>>,
    /// Whose ways are unfolded.
    unfolded: RwSignal<HashSet<String>>,
) -> impl IntoView {
    let RedemptionView { redemption, way, until, session_url, can_end } = view;
    let (tone, word) = state_badge(redemption.state);
    let taken = way.first().map(|step| step.at.clone());
    let end = can_end.then(|| {
        let who = match (&redemption.user_id, &taken) {
            (Some(user), Some(at)) => format!("It is {user}’s, open since {}.", local(at)),
            (None, Some(at)) => format!("It is open since {}.", local(at)),
            _ => String::new(),
        };
        let own = redemption.checkout_session.is_none();
        let this = Asked { id: redemption.id.clone(), who, own };
        // Without scripts the address names it by its id alone.
        if asked.with_untracked(|asked| asked.as_ref().is_some_and(|it| it.id == this.id && it.who.is_empty())) {
            asked.set(Some(this.clone()));
        }
        let before = Callback::new(move |()| asked.set(Some(this.clone())));
        let words = if own { "Give back" } else { "End checkout" };
        let label = match &redemption.user_id {
            Some(user) => format!("{words}: {user}"),
            None => format!("{words}: {}", redemption.id),
        };
        view! {
            <DialogButton dialog=END class="button button-small" about=redemption.id.clone() label before>
                {words}
            </DialogButton>
        }
    });
    let customer = match redemption.user_id.clone() {
        Some(user) => view! {
            <span class="cell-address" title=user.clone()>
                {user.clone()}
            </span>
        },
        None => view! { <span class="third">"not told"</span> },
    };
    // The rows are drawn anew in their places, and move on when another one comes: what is unfolded goes with its redemption.
    let id = StoredValue::new(redemption.id.clone());
    let open = move || unfolded.with(|unfolded| id.try_with_value(|id| unfolded.contains(id)).unwrap_or_default());
    let toggled = move |event: leptos::ev::Event| {
        let is_open = crate::browser::is_open(&event);
        let Some(id) = id.try_get_value() else { return };
        if unfolded.with_untracked(|unfolded| unfolded.contains(&id)) != is_open {
            unfolded.update(|unfolded| {
                if is_open {
                    unfolded.insert(id);
                } else {
                    unfolded.remove(&id);
                }
            });
        }
    };
    let last = way.last().map(|step| last_step(step, until.as_ref(), taken.as_ref()));
    let steps = way
        .iter()
        .map(|step| {
            view! {
                <li class=step_class(step.state)>
                    <span>{step.words.clone()}</span>
                    <span class="third">{moment(&step.at, None)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <tr>
            <td class="cell-state">
                <Badge tone text=word />
            </td>
            <td data-label="Customer" class="cell-person">
                {customer}
            </td>
            <td class="cell-way">
                <details class="course" open=open on:toggle=toggled>
                    <summary>{last}</summary>
                    <ol class="course-steps">{steps}</ol>
                    <div class="course-facts">
                        <span class="course-id">
                            <code>{redemption.id.clone()}</code>
                            <CopyButton text=redemption.id what="the redemption's id" quiet=true />
                        </span>
                        {session_url
                            .map(|href| {
                                view! {
                                    <a class="link out" href=href target="_blank" rel="external noopener">
                                        "Its checkout in Stripe"
                                        <Icon name="out" />
                                    </a>
                                }
                            })}
                    </div>
                </details>
            </td>
            <td data-label="Taken" class="end third cell-taken">
                {taken.as_ref().map(|taken| moment(taken, None))}
            </td>
            <td class="end cell-act">{end}</td>
        </tr>
    }
    .into_any()
}

/// Where it stands, in a line: what happened last and when, or until when it is open.
fn last_step(step: &StepView, until: Option<&When>, taken: Option<&When>) -> AnyView {
    let when = match (step.state, until) {
        (State::Held, Some(until)) => view! {
            " until "
            {moment(until, taken)}
        }
        .into_any(),
        (State::Held, None) => ().into_any(),
        _ => view! {
            " "
            {moment(&step.at, taken)}
        }
        .into_any(),
    };
    view! {
        <span class="course-last">{step.words.clone()}</span>
        <span class="third">{when}</span>
    }
}
