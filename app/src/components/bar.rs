//! How much of a limit is used.

use crate::prelude::*;

/// A bar of redeemed and held uses. The same is said in words beside it, so it is hidden from screen readers.
/// Widths are attributes of the drawing: the content security policy allows no inline styles.
#[component]
pub fn Bar(
    /// Uses that are paid.
    redeemed: i64,
    /// Uses in open checkouts.
    held: i64,
    /// The limit; none: the bar stays empty.
    limit: Option<i64>,
) -> impl IntoView {
    let share = |part: i64| match limit {
        Some(limit) if limit > 0 => (part.clamp(0, limit) * 1000 / limit).to_string(),
        _ => "0".to_owned(),
    };
    view! {
        <svg class="bar" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect class="bar-held" x="0" y="0" width=share(redeemed + held) height="6" />
            <rect class="bar-used" x="0" y="0" width=share(redeemed) height="6" />
        </svg>
    }
}
