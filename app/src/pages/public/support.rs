//! Whom to ask, and what to send along.

use super::frame::{PublicPage, help};
use crate::given;
use crate::prelude::*;

/// The operator's address, and what makes an answer quick.
#[component]
pub fn Support() -> impl IntoView {
    let there = given::support_email().is_some();
    let note = given::support_note();
    view! {
        <PublicPage
            title="Support"
            lead="Codemint is run by the operator of this server. They help with signing in, connecting, and anything that looks wrong."
            here="/support"
        >
            <h2 id="write">"Write to us"</h2>
            {if there {
                view! { <p class="big">{help()}</p> }.into_any()
            } else {
                view! {
                    <p>"No address is set up here. Ask whoever runs this server: the person who gave you its address."</p>
                }
                .into_any()
            }}
            {note.map(|note| view! { <p>{note}</p> })}

            <h2 id="include">"What to include"</h2>
            <ul>
                <li>"What you did, what you expected, and what the page or the answer said."</li>
                <li>
                    "The " <code>"Request-Id"</code> " of the answer, such as " <code>"req_01k…"</code>
                    ". It is in the headers of every answer, and on pages that say that something went wrong on our side it leads us straight to the line in the log."
                </li>
                <li>"The mode, test or live, and roughly when it was, with your time zone."</li>
                <li>"The id of what it is about: a code (" <code>"dc_…"</code> "), a checkout (" <code>"cs_…"</code> "), your Stripe account (" <code>"acct_…"</code> ")."</li>
            </ul>

            <h2 id="never">"What never to send"</h2>
            <ul>
                <li>
                    "Keys: nothing that starts with " <code>"sk_"</code> ", " <code>"rk_"</code> ", " <code>"whsec_"</code> " or "
                    <code>"cm_"</code> ". Nobody needs them to help you. The last four characters say which one you mean."
                </li>
                <li>"Links from a sign-in mail."</li>
                <li>"Card numbers, or anything about a customer beyond the ids above."</li>
            </ul>
            <p>"If you have sent a key to anybody, delete it in Stripe, or revoke it under Settings, and make a new one."</p>

            <h2 id="yourself">"What you can do at once"</h2>
            <ul>
                <li>
                    "Stripe says no, or Codemint says that it needs you: " <a href="/docs/connect-stripe#states">"what the badge says"</a>
                    " and " <a href="/docs/connect-stripe#trouble">"what to do when something is refused"</a> "."
                </li>
                <li>
                    "Stop Codemint from reaching your Stripe account: " <a href="/docs/connect-stripe#disconnect">"disconnect"</a>
                    ", here or in Stripe. It works without us."
                </li>
                <li>
                    "See whether this server is well: " <a href="/readyz">"its status"</a> " says ready when it is. Stripe's own state is at "
                    <a href="https://status.stripe.com" rel="noopener">"status.stripe.com"</a> "."
                </li>
                <li>
                    "Have your data erased: " <a href="/privacy#erase">"how to ask"</a> "."
                </li>
            </ul>

            <h2 id="security">"Found a weakness?"</h2>
            <p>"Write to the same address with “security” in the subject, and give the operator time to mend it before you tell others."</p>
        </PublicPage>
    }
    .into_any()
}
