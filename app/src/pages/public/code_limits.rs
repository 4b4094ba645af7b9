//! The guide's part on limits: how often one customer may use a code, from how much on, and from when.

use crate::prelude::*;

/// What each limit looks at, and when it does not.
pub fn limits() -> AnyView {
    view! {
        <h2 id="limits">"Limits for a customer, an amount, a time"</h2>
        <dl>
            <dt>"Limit per customer"</dt>
            <dd>
                "How often one customer may use a code (" <code>"max_redemptions_per_user"</code>
                "). Customers are told apart by the " <code>"user_id"</code> " that your backend sends, else by "
                <code>"customer_email"</code>
                ", however it is capitalised. A checkout with neither is refused for such a code, because nobody could be counted. Open checkouts and paid ones count; one that was left does not."
            </dd>
            <dt>"Minimum purchase"</dt>
            <dd>
                "What a purchase must come to before the discount (" <code>"minimum_amount_cents"</code>
                "): price times quantity. With a fixed amount it is in the discount's currency; with a percentage you choose one, or leave "
                <code>"minimum_amount_currency"</code>
                " out for whatever the price is in. It is looked at where the price tells the amount: not for prices in tiers, in packs, or that the customer decides, and not where your Stripe connection may not read prices ("
                <code>"plan_read"</code> ")."
            </dd>
            <dt>"Start"</dt>
            <dd>
                "Before " <code>"starts_at"</code>
                " a code is scheduled: its page says when it begins, and checkouts with it are refused. Dates are typed and shown in your own zone."
            </dd>
        </dl>
        <p>
            "All of them, and the end, can be changed on the code's page or by the API at any time. A change counts at once, and checkouts that are open keep their price. "
            <a href="/docs/api#validateDiscountCode">"Asking whether a code can be used"</a> " tells both limits in advance: give "
            <code>"user_id"</code> " and " <code>"price_id"</code> ". A minimum is then compared with one piece of the price."
        </p>
    }
    .into_any()
}
