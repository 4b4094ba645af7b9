//! States in a word.

use super::Tone;
use crate::domain::discount_code::Status;
use crate::prelude::*;
use crate::wire::screens::{CodeView, SyncView};

/// A word with a dot in the color of its tone; the word alone says it all.
#[component]
pub fn Badge(
    /// How it is meant.
    tone: Tone,
    /// The word.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <span class=format!("badge badge-{}", tone.as_str())>{text}</span> }
}

/// The word for a status.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Archived => "Archived",
        Status::Paused => "Paused",
        Status::Expired => "Expired",
        Status::Exhausted => "Used up",
        Status::Scheduled => "Scheduled",
        Status::Active => "Active",
    }
}

/// A code's status; one that could be used, but for its coupon, is blocked.
#[component]
pub fn StatusBadge(
    /// The code.
    view: CodeView,
) -> impl IntoView {
    let status = view.code.status;
    if matches!(view.sync, SyncView::Blocked { .. }) && matches!(status, Status::Active | Status::Scheduled) {
        return view! { <Badge tone=Tone::Red text="Blocked" /> };
    }
    let tone = match status {
        Status::Active => Tone::Good,
        Status::Scheduled => Tone::Amber,
        Status::Exhausted => Tone::Blue,
        Status::Archived | Status::Paused | Status::Expired => Tone::Quiet,
    };
    let text = match (status, &view.starts) {
        (Status::Scheduled, Some(starts)) => format!("Starts {}", starts.day),
        _ => status_word(status).to_owned(),
    };
    view! { <Badge tone text /> }
}
