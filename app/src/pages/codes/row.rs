//! One row of the list; on phones a card.

use super::super::links;
use super::words;
use crate::components::{Bar, StatusBadge, Time};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::screens::{CodeView, SyncView};

/// A code in the list.
#[component]
pub fn CodeRow(
    /// The code.
    view: CodeView,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let code = view.code.clone();
    let stripe = if matches!(view.sync, SyncView::Blocked { .. }) { "red" } else { "third" };
    let expires = match view.expires.clone() {
        Some(when) => view! { <Time when day=true /> }.into_any(),
        None => "never".into_any(),
    };
    view! {
        <tr>
            <td class="cell-code">
                <a class="row-link code" href=links::code(&code.app_id, &code.id, mode)>
                    {code.code.clone()}
                </a>
                <span class="third">{view.terms.clone()}</span>
            </td>
            <td class="cell-status">
                <StatusBadge view=view.clone() />
            </td>
            <td class="cell-used" data-label="Used">
                {code
                    .max_redemptions
                    .map(|_| {
                        view! { <Bar redeemed=code.redemptions.redeemed held=code.redemptions.held limit=code.max_redemptions /> }
                    })}
                <span class="third">{words::used(&code)}</span>
            </td>
            <td data-label="Stripe" class=stripe>
                {words::in_stripe(&view.sync)}
            </td>
            <td data-label="Expires" class="end third">
                {expires}
            </td>
        </tr>
    }
    .into_any()
}
