//! What is there to read.

use super::frame::{PublicPage, help};
use super::stores::out_of_scope;
use crate::prelude::*;

/// The list of what is there, and how it all works in one screen.
#[component]
pub fn Docs() -> impl IntoView {
    view! {
        <PublicPage title="Docs" lead="What Codemint does, how to connect it, and how to call it." here="/docs">
            <ul class="doc-links">
                <li>
                    <a href="/docs/connect-stripe">"Connect Stripe"</a>
                    <p>"For owners, four minutes to read: one click or a restricted key, what the permissions mean, what to do when Stripe needs you."</p>
                </li>
                <li>
                    <a href="/docs/discount-codes">"Discount codes"</a>
                    <p>"For owners: what a code may be, when its coupon appears in Stripe, how uses are counted, and why a code is refused."</p>
                </li>
                <li>
                    <a href="/docs/rewards">"Rewards"</a>
                    <p>"For owners: campaigns, codes that customers earn, their mail, and what happens while Stripe is away."</p>
                </li>
                <li>
                    <a href="/docs/api">"API"</a>
                    <p>"For developers: every call, field and error, with examples."</p>
                </li>
                <li>
                    <a href="/openapi.json">"The API, as an OpenAPI document"</a>
                    <p>"The same for tools: most of them, and SDK generators, read it as it is."</p>
                </li>
                <li>
                    <a href="/privacy">"Privacy"</a>
                    <p>"What is stored, for how long, and how to get it erased."</p>
                </li>
                <li>
                    <a href="/support">"Support"</a>
                    <p>"Whom to ask, and what to send along."</p>
                </li>
            </ul>

            <h2 id="how">"How it works"</h2>
            <ol>
                <li>"You connect your Stripe account, once for test mode and once for live mode. The two never mix."</li>
                <li>"You create a discount code here, or your backend does it by the API. Nothing is in your Stripe account yet."</li>
                <li>
                    "Your backend asks for a checkout with a code. Codemint checks the code, holds one use of it, mints the coupon in Stripe if this is the first use, and answers with the address of Stripe's page."
                </li>
                <li>
                    "The customer pays, and the use counts as redeemed. They leave, and the use is given back. A limit of 100 is 100, however many people check out at once."
                </li>
            </ol>

            <h2 id="first-call">"The first call"</h2>
            <p>
                "Make an API key under Settings. It starts with " <code>"cm_test_"</code> " or " <code>"cm_live_"</code>
                " and is sent as a bearer token; a Stripe key is never sent to Codemint's API. Each code's page has a copyable example with the code in it."
            </p>
            <p>
                "Every answer has a " <code>"Request-Id"</code> ", and writes take an " <code>"Idempotency-Key"</code>
                ": the same key and the same body give the same answer, so that a request may be sent again after a time-out."
            </p>

            <h2 id="own-checkout">"If you make checkouts yourself"</h2>
            <p>
                "Connecting with coupons and promotion codes alone is enough to keep codes here. To have Codemint make the Checkout Session in one call, it needs the permission for Checkout Sessions, too: "
                <a href="/docs/connect-stripe#permissions">"what each permission is for"</a> "."
            </p>

            {out_of_scope()}

            <p class="second">"Something is missing here? Ask " {help()} "."</p>
        </PublicPage>
    }
    .into_any()
}
