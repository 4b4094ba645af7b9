//! A few steps and where one stands.

use super::Icon;
use crate::prelude::*;

/// Where a step stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Done.
    Done,
    /// The one to do now.
    Next,
    /// Later.
    Later,
}

/// A list of steps.
#[component]
pub fn Steps(
    /// The steps.
    children: Children,
) -> impl IntoView {
    view! { <ol class="steps">{children()}</ol> }
}

/// One step, with its one button.
#[component]
pub fn Step(
    /// Where it stands.
    state: StepState,
    /// 1, 2, 3.
    number: u8,
    /// What is done in it.
    title: &'static str,
    /// What it is good for, or what was reached.
    text: &'static str,
    /// Where its button leads; none: no button yet.
    href: Option<String>,
    /// What stands on the button.
    action: &'static str,
    /// Whether its button leaves the pages of the application.
    #[prop(optional)]
    external: bool,
) -> impl IntoView {
    let (class, words) = match state {
        StepState::Done => ("step step-done", "Done"),
        StepState::Next => ("step step-next", "Next"),
        StepState::Later => ("step", "Later"),
    };
    let button = if state == StepState::Next { "button button-filled" } else { "button" };
    let mark = if state == StepState::Done { view! { <Icon name="check" /> }.into_any() } else { number.into_any() };
    view! {
        <li class=class aria-current=(state == StepState::Next).then_some("step")>
            <span class="step-mark" aria-hidden="true">
                {mark}
            </span>
            <div class="step-words">
                <h3>{title} <span class="unseen">{format!(": {words}")}</span></h3>
                <p class="third">{text}</p>
            </div>
            {href
                .filter(|_| state != StepState::Done)
                .map(|href| {
                    view! {
                        <a class=button href=href rel=external.then_some("external")>
                            {action}
                        </a>
                    }
                })}
        </li>
    }
    .into_any()
}
