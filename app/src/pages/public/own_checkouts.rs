//! Of the guide to discount codes: checkouts that owners make themselves.

use super::api_parts::request;
use crate::given::{self, ApiHere};
use crate::prelude::*;
use crate::wire::reference::Call;

const HOLD: &str = "/v1/redemptions";
const CONFIRM: &str = "/v1/redemptions/{id}/confirm";

const SESSION: &str = r#"curl https://api.stripe.com/v1/checkout/sessions \
  -u "sk_test_YOUR_STRIPE_KEY:" \
  -d mode=payment \
  -d "line_items[0][price]=price_1ABC" \
  -d "line_items[0][quantity]=1" \
  -d "discounts[0][coupon]=STRIPE_COUPON" \
  -d "metadata[codemint_redemption]=REDEMPTION_ID" \
  -d "success_url=https://example.com/thank-you" \
  -d "cancel_url=https://example.com/pricing""#;

const INVOICE: &str = r#"curl https://api.stripe.com/v1/invoices \
  -u "sk_test_YOUR_STRIPE_KEY:" \
  -d customer=cus_123 \
  -d "discounts[0][coupon]=STRIPE_COUPON" \
  -d "metadata[codemint_redemption]=REDEMPTION_ID""#;

const SUBSCRIPTION: &str = r#"curl https://api.stripe.com/v1/subscriptions \
  -u "sk_test_YOUR_STRIPE_KEY:" \
  -d customer=cus_123 \
  -d "items[0][price]=price_1XYZ" \
  -d "discounts[0][coupon]=STRIPE_COUPON" \
  -d "metadata[codemint_redemption]=REDEMPTION_ID""#;

/// How to hold a code, where to name its coupon, and when to say what became of it.
pub fn own_checkouts() -> AnyView {
    view! {
        <h2 id="own-checkouts">"Your own checkouts, invoices and subscriptions"</h2>
        <p>
            "Where your backend creates the Checkout Session, the invoice or the subscription itself, ask Codemint for a redemption first. It holds one use of the code and answers with the coupon, which is in your Stripe account by then. The permissions for coupons and promotion codes are enough; Codemint never sees the payment."
        </p>
        {example(HOLD)} {answer(HOLD)}
        <p>
            "Name the coupon to Stripe in " <code>"discounts"</code> ", and keep the redemption's id in " <code>"metadata"</code>
            ", so that Stripe's events bring it back to you. In these calls " <code>"STRIPE_COUPON"</code> " stands for the answer's "
            <code>"stripe_coupon"</code> ", and " <code>"REDEMPTION_ID"</code> " for its " <code>"id"</code> "."
        </p>
        <h3 id="own-session">"A Checkout Session"</h3>
        <pre>
            <code>{SESSION}</code>
        </pre>
        <h3 id="own-invoice">"An invoice"</h3>
        <pre>
            <code>{INVOICE}</code>
        </pre>
        <h3 id="own-subscription">"A subscription"</h3>
        <pre>
            <code>{SUBSCRIPTION}</code>
        </pre>
        {when()}
    }
    .into_any()
}

fn when() -> AnyView {
    view! {
        <h3 id="confirm">"When to confirm, and when to release"</h3>
        <div class="table-box" tabindex="0" role="region" aria-labelledby="confirm">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"Confirm"</th>
                        <th scope="col">"Release"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">"Checkout Session"</th>
                        <td>
                            <code>"checkout.session.completed"</code> "; where its " <code>"payment_status"</code> " is " <code>"unpaid"</code>
                            ", wait for " <code>"checkout.session.async_payment_succeeded"</code>
                        </td>
                        <td>
                            <code>"checkout.session.expired"</code> " or " <code>"checkout.session.async_payment_failed"</code>
                        </td>
                    </tr>
                    <tr>
                        <th scope="row">"Invoice"</th>
                        <td>
                            <code>"invoice.paid"</code>
                        </td>
                        <td>
                            <code>"invoice.voided"</code> " or " <code>"invoice.marked_uncollectible"</code>
                        </td>
                    </tr>
                    <tr>
                        <th scope="row">"Subscription"</th>
                        <td>"The first " <code>"invoice.paid"</code></td>
                        <td>"Its status becomes " <code>"incomplete_expired"</code></td>
                    </tr>
                </tbody>
            </table>
        </div>
        {example(CONFIRM)}
        <ul>
            <li>
                "Without either, the hold lapses after " <code>"expires_in"</code>
                " seconds: an hour where you do not say, a day at most. Let it stand a little longer than the session can be paid."
            </li>
            <li>
                "Both calls may be repeated as often as you like: Stripe's events come more than once. What was redeemed stays redeemed, and a release of it is refused."
            </li>
            <li>
                "A confirmation that comes after the hold was given back takes another one, if any is left, whatever else has become of the code. If none is left, it is refused as "
                <code>"discount_code_exhausted"</code> ": raise the limit and confirm again, or leave it uncounted."
            </li>
            <li>
                "An invoice that may stay open for longer than a day is best confirmed when it is sent: the code is then used, whether it is paid or not."
            </li>
            <li>
                "For a code that one customer may use so often only, give your own id of the customer as " <code>"user_id"</code>
                ". What is bought is yours to know: a minimum amount and a currency are not compared here."
            </li>
        </ul>
    }
    .into_any()
}

fn call(path: &str) -> Option<(Call, String)> {
    let ApiHere { reference, origin } = given::api()?;
    let calls = reference.groups.iter().flat_map(|group| &group.calls);
    let call = calls.into_iter().find(|call| call.path == path && call.method == "POST")?.clone();
    Some((call, origin))
}

/// The call to us, as it is typed into a shell.
fn example(path: &str) -> AnyView {
    let shown = call(path).map(|(call, origin)| {
        view! {
            <pre>
                <code>{request(&call, &origin)}</code>
            </pre>
        }
    });
    shown.into_any()
}

fn answer(path: &str) -> AnyView {
    let example = call(path).and_then(|(call, _)| call.answers.first()?.example.clone());
    example.map(|example| view! { <pre><code>{example}</code></pre> }).into_any()
}
