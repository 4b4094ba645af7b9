//! What a screen says about how things stand.

use crate::domain::problem::{Code, Problem};
use crate::prelude::*;
use leptos_router::hooks::use_query_map;

/// How a message is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// For the record.
    Quiet,
    /// Good.
    Good,
    /// Wants attention.
    Amber,
    /// Did not work.
    Red,
    /// A fact.
    Blue,
}

impl Tone {
    /// The end of its class names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Good => "good",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Blue => "blue",
        }
    }
}

/// A line or two across a page.
#[component]
pub fn Banner(
    /// How it is meant.
    tone: Tone,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Red { "alert" } else { "status" };
    view! {
        <div class=format!("banner banner-{}", tone.as_str()) role=role>
            {children()}
        </div>
    }
    .into_any()
}

/// A refusal, with the way out where there is one.
#[component]
pub fn ProblemView(
    /// What was refused.
    problem: Problem,
) -> impl IntoView {
    let live = use_query_map().with_untracked(|query| query.get_str("mode") == Some("live"));
    let settings = if live { "/settings?mode=live" } else { "/settings" };
    let way_out = match problem.code {
        Code::SignInRequired => Some(("/", "Sign in")),
        Code::StripeNotConnected | Code::NeedsReauth | Code::StripePermissionMissing => {
            Some((settings, "Open the settings"))
        }
        _ => None,
    };
    view! {
        <Banner tone=Tone::Red>
            <p>{problem.message}</p>
            {way_out
                .map(|(href, words)| {
                    // A whole page load: the server decides anew who is signed in.
                    view! {
                        <a class="link" href=href rel="external">
                            {words}
                        </a>
                    }
                })}
        </Banner>
    }
    .into_any()
}
