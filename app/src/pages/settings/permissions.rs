//! What the connection may do, and what that enables.

use super::stripe::{Method, method};
use crate::components::{Badge, Tone};
use crate::domain::connection::Access;
use crate::prelude::*;
use crate::wire::screens::ConnectionView;

fn badge(access: Access, needed: bool) -> impl IntoView {
    let (tone, word) = match access {
        Access::Write => (Tone::Good, "Read and write"),
        Access::Read if needed => (Tone::Amber, "Read only"),
        Access::Read => (Tone::Quiet, "Read only"),
        Access::None if needed => (Tone::Red, "Not allowed"),
        Access::None => (Tone::Quiet, "Not allowed"),
    };
    view! { <Badge tone text=word /> }
}

/// The table; empty words while nothing is connected.
#[component]
pub fn Permissions(
    /// The connection.
    view: ConnectionView,
) -> impl IntoView {
    let allowed = view.connection.permissions;
    let link = view.create_checkout_key_url.clone();
    let place = match method(&view) {
        Some(Method::App) => "the app",
        _ => "the old one",
    };
    let offer = (allowed.checkout_sessions < Access::Write).then(|| {
        view! {
            " · "
            <a class="link" href=link target="_blank" rel="external noopener">
                "Allow it"
            </a>
            <span class="field-help">
                {format!(
                    "Opens Stripe's page for a new key with this permission ticked, too. Paste the new key above; it takes the place of {place}.",
                )}
            </span>
        }
    });
    view! {
        <h2 class="section">"What your connection may do"</h2>
        <table class="table table-plain">
            <thead class="unseen">
                <tr>
                    <th scope="col">"Stripe object"</th>
                    <th scope="col">"What it enables"</th>
                    <th scope="col">"Access"</th>
                </tr>
            </thead>
            <tbody>
                <tr>
                    <th scope="row">"Coupons"</th>
                    <td class="third">"Discount codes: the coupon is made when one is first used"</td>
                    <td class="end">{badge(allowed.coupons, true)}</td>
                </tr>
                <tr>
                    <th scope="row">"Promotion codes"</th>
                    <td class="third">"Rewards, and codes that customers type on Stripe's own page"</td>
                    <td class="end">{badge(allowed.promotion_codes, true)}</td>
                </tr>
                <tr>
                    <th scope="row">"Checkout Sessions"</th>
                    <td class="third">
                        <code>"POST /v1/checkout/sessions"</code>
                        "; shows what each reward took off"
                        {offer}
                    </td>
                    <td class="end">{badge(allowed.checkout_sessions, false)}</td>
                </tr>
            </tbody>
        </table>
    }
    .into_any()
}
