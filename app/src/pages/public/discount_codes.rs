//! The guide to discount codes.

use super::code_limits::limits;
use super::frame::PublicPage;
use super::own_checkouts::own_checkouts;
use super::stores::out_of_scope;
use crate::prelude::*;

const LEAD: &str =
    "A code is kept here; its coupon appears in your Stripe account when a customer first uses it, and never before.";

/// What a code may be, when it is minted, how its uses are counted, why it is refused.
#[component]
pub fn CodesGuide() -> impl IntoView {
    view! {
        <PublicPage title="Discount codes" lead=LEAD here="/docs">
            {rules()} {limits()} {minting()} {uses()} {refusals()} {own_checkouts()} {together()} {out_of_scope()}
        </PublicPage>
    }
    .into_any()
}

fn rules() -> AnyView {
    view! {
        <h2 id="rules">"What a code may be"</h2>
        <p>"You make one on the app's page, under Discount codes, or your backend does it by the API. The same rules hold in both places."</p>
        <div class="table-box" tabindex="0" role="region" aria-labelledby="rules">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"Rule"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">"Code"</th>
                        <td>
                            "3 to 64 letters, digits, hyphens and underscores. Spaces around it are cut off and letters become capitals, so "
                            <code>"launch20"</code> " and " <code>"LAUNCH20"</code>
                            " are one code. It is unique in its app and mode; an archived code leaves its text free."
                        </td>
                    </tr>
                    <tr>
                        <th scope="row">"Discount"</th>
                        <td>
                            "Either a percentage, 0.01 to 100 with at most two decimals, or an amount in one currency. A percentage works in every currency, an amount in its own alone."
                        </td>
                    </tr>
                    <tr>
                        <th scope="row">"Duration"</th>
                        <td>"For subscriptions: once, for a number of months, or for ever. One-time payments take the discount once in any case."</td>
                    </tr>
                    <tr>
                        <th scope="row">"Limit"</th>
                        <td>"How often it can be used in all: without limit, or 1 and more. You may raise or lower it at any time."</td>
                    </tr>
                    <tr>
                        <th scope="row">"Start and end"</th>
                        <td>"Both are optional. An end lies in the future, and a start before the end. Times are shown in your own zone."</td>
                    </tr>
                </tbody>
            </table>
        </div>
        <p>
            "What a code gives can be changed until its coupon is on its way to Stripe. After that only limits, dates, pause and metadata change: make a new code for new terms. A paused code is refused and keeps its count; an archived one leaves the list."
        </p>
    }
    .into_any()
}

fn minting() -> AnyView {
    view! {
        <h2 id="minting">"When the coupon appears in Stripe"</h2>
        <p>
            "To mint is to create the coupon behind a code in Stripe. Codemint does it at the first use: while the first customer with that code is on the way to the checkout. A thousand codes that nobody uses leave nothing in your account."
        </p>
        <ul>
            <li>"Two first customers at the same moment mean one coupon."</li>
            <li>"The coupon carries the terms alone. Limits and dates are kept here, where they can be changed."</li>
            <li>
                "If the coupon is later changed or deleted in Stripe, the code is blocked rather than sold at another price. Its page says what is different and offers to mint it again."
            </li>
            <li>"In another Stripe account, coupons are minted anew at the next use."</li>
        </ul>
    }
    .into_any()
}

fn uses() -> AnyView {
    view! {
        <h2 id="holds">"How uses are counted"</h2>
        <p>
            "When a checkout is made with a code, one use is held for it. If the customer pays, the hold becomes redeemed. If they leave, it is released, and somebody else can have it. The count on the page is held and redeemed together, so a limit of 100 is never exceeded, however many people check out at once."
        </p>
        <ul>
            <li>"With a limited code a checkout is open for an hour where nothing else is asked for, so that a hold does not last a day."</li>
            <li>"Codemint knows that a checkout has ended at once with webhooks, and within 15 seconds without."</li>
            <li>"If Stripe cannot be reached, the hold goes back and the call says so. A checkout at the full price is never made instead."</li>
        </ul>
    }
    .into_any()
}

fn refusals() -> AnyView {
    view! {
        <h2 id="refusals">"Why a code is refused"</h2>
        <p>"The answer names the reason, so that your page can say it."</p>
        <dl>
            <dt>"Unknown"</dt>
            <dd>"No code of the app in this mode has this text, or it was archived."</dd>
            <dt>"Paused"</dt>
            <dd>"You paused it."</dd>
            <dt>"Not started, expired"</dt>
            <dd>"It is before its start, or after its end."</dd>
            <dt>"Exhausted"</dt>
            <dd>"All uses are held or redeemed. A use that is given back makes room again."</dd>
            <dt>"This customer's limit"</dt>
            <dd>"One customer has used it, or is using it, as often as one may."</dd>
            <dt>"Minimum not met"</dt>
            <dd>"The purchase comes to less than the code asks for."</dd>
            <dt>"Another currency"</dt>
            <dd>"An amount in one currency, or a minimum, was used for a price in another."</dd>
            <dt>"Blocked"</dt>
            <dd>"The coupon in Stripe is no longer what the code promises. The code's page offers the way out."</dd>
        </dl>
        <p>"A refused code changes nothing: no coupon, no hold, no checkout."</p>
    }
    .into_any()
}

fn together() -> AnyView {
    view! {
        <h2 id="promotion-codes">"Discount codes and Stripe's own promotion codes"</h2>
        <p>
            "A discount code is typed on your page and sent to Codemint with the checkout. A promotion code of Stripe's is typed in the box on Stripe's page; " <a href="/docs/rewards">"rewards"</a>
            " are such codes. Stripe allows a checkout to have a discount or the box, not both. If a call asks for both, the discount code wins, the box is left out, and the answer says so under "
            <code>"notices"</code> "."
        </p>
        <p>
            "The calls: " <a href="/docs/api#createDiscountCode">"create a code"</a> ", "
            <a href="/docs/api#validateDiscountCode">"ask whether it can be used"</a> ", "
            <a href="/docs/api#createCheckoutSession">"make a checkout"</a> ", "
            <a href="/docs/api#createRedemption">"hold a code for your own"</a> "."
        </p>
    }
    .into_any()
}
