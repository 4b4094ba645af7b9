//! States in a word.

use super::Tone;
use crate::domain::discount_code::Status;
use crate::domain::reward::{MailState, SyncState};
use crate::domain::{campaign, reward};
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

/// The word for a campaign's status.
pub fn campaign_word(status: campaign::Status) -> &'static str {
    match status {
        campaign::Status::Archived => "Archived",
        campaign::Status::Paused => "Paused",
        campaign::Status::Expired => "Over",
        campaign::Status::Exhausted => "All given",
        campaign::Status::Active => "Active",
    }
}

/// A campaign's status.
#[component]
pub fn CampaignBadge(
    /// The status.
    status: campaign::Status,
) -> impl IntoView {
    let tone = match status {
        campaign::Status::Active => Tone::Good,
        campaign::Status::Exhausted => Tone::Blue,
        campaign::Status::Archived | campaign::Status::Paused | campaign::Status::Expired => Tone::Quiet,
    };
    view! { <Badge tone text=campaign_word(status) /> }
}

/// Where a reward stands for its customer.
#[component]
pub fn RewardBadge(
    /// The status.
    status: reward::Status,
) -> impl IntoView {
    let (tone, text) = match status {
        reward::Status::Active => (Tone::Good, "Active"),
        reward::Status::Used => (Tone::Blue, "Used"),
        reward::Status::Expired => (Tone::Quiet, "Expired"),
    };
    view! { <Badge tone text /> }
}

/// How it is meant that a reward is in Stripe or not yet.
pub fn sync_tone(state: SyncState) -> Tone {
    match state {
        SyncState::Minted => Tone::Good,
        SyncState::Pending => Tone::Blue,
        SyncState::Failed => Tone::Amber,
        SyncState::Blocked => Tone::Red,
    }
}

/// Where a reward stands on its way to Stripe, in a word.
pub fn sync_word(state: SyncState) -> &'static str {
    match state {
        SyncState::Pending => "On its way",
        SyncState::Failed => "Waits for Stripe",
        SyncState::Minted => "In Stripe",
        SyncState::Blocked => "Needs you",
    }
}

/// How it is meant where a reward's mail stands.
pub fn mail_tone(state: MailState) -> Tone {
    match state {
        MailState::Sent => Tone::Good,
        MailState::Queued => Tone::Blue,
        MailState::Limited => Tone::Amber,
        MailState::Failed | MailState::Refused => Tone::Red,
        MailState::None | MailState::Unsubscribed | MailState::Cancelled => Tone::Quiet,
    }
}

/// Where a reward's mail stands, in a word.
pub fn mail_word(state: MailState) -> &'static str {
    match state {
        MailState::None => "Not mailed",
        MailState::Queued => "On its way",
        MailState::Sent => "Sent",
        MailState::Failed => "Not sent",
        MailState::Refused => "Refused",
        MailState::Limited => "Held back",
        MailState::Unsubscribed => "Unsubscribed",
        MailState::Cancelled => "Cancelled",
    }
}
