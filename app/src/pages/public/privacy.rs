//! What is stored, why, and for how long. The figures are those of `server::services` (`sign_in`, `install`, and what `sweep` forgets):
//! whoever changes one there changes it here.

use super::frame::{PublicPage, help};
use crate::prelude::*;

const LEAD: &str = "What this server stores about you and your customers, why, for how long, and how to get it erased. Last changed in November 2026.";

/// What is stored, and for how long it is kept.
const STORED: [(&str, &str, &str); 12] = [
    (
        "Your e-mail address",
        "To send you links to sign in, and to tell you when Stripe needs you. A mail that was sent leaves a line behind: to whom, when, of which kind; not its text.",
        "Until you have it erased",
    ),
    (
        "Sessions and sign-in links",
        "To know that it is you. Only a hash is stored, from which the link or the cookie cannot be made again.",
        "A session 14 days after its last use, 90 days at most; a link 15 minutes",
    ),
    (
        "Your Stripe account's id, and its name where Stripe tells it",
        "To show you which account is connected, and to mint in that one alone.",
        "Until you have it erased",
    ),
    (
        "Stripe's tokens, or your restricted key; a webhook's signing secret",
        "To call Stripe for you. Encrypted at rest.",
        "Until you disconnect: then they are destroyed",
    ),
    (
        "An install that is under way",
        "To bring you back from Stripe's page to where you began. Hashes, and for a few minutes Stripe's code, encrypted.",
        "10 minutes; its traces one day",
    ),
    (
        "Your API keys",
        "To recognise your backend. Only a hash and the last four characters are stored.",
        "Until you have them erased",
    ),
    (
        "Apps, discount codes, their terms, metadata and counts",
        "This is what Codemint is for.",
        "Until you have them erased",
    ),
    (
        "Checkouts and redemptions",
        "To keep the counts exact, and to make no checkout twice: what your backend sent (price, quantity, addresses to return to), Stripe's id of the session, and how it ended. A user_id or customer_email is stored where your backend sends one, and a hash of it with the redemption, so that a limit per customer can be kept; neither is needed for codes without such a limit.",
        "Until you have them erased",
    ),
    (
        "Campaigns, rewards, and the mails with their codes",
        "To issue an earned code once, to mail it, and to show whether it was used: the address, and the reference and metadata that your backend sends or you import.",
        "Until you erase the person: on the page People, or all of it on request",
    ),
    ("Answers to requests with an Idempotency-Key", "To give the same answer to the same request again.", "2 days"),
    (
        "What Stripe tells by webhooks",
        "To know how a checkout ended: an event's id, kind, time, account and object, and what it did here; not its content.",
        "30 days",
    ),
    (
        "The server's log",
        "To find faults: a request's id, kind, status and time. No addresses, headers, keys or contents.",
        "As the operator keeps logs",
    ),
];

/// Names, purposes, and how long a browser keeps them.
const COOKIES: [(&str, &str, &str); 4] = [
    ("cm_session", "Keeps you signed in.", "90 days, or until you sign out"),
    ("cm_tz", "Your time zone, so that times are written in it.", "One year"),
    ("cm_connect", "Ties the way back from Stripe to the browser that began it.", "10 minutes"),
    ("cm_install", "Points to an install that waits for your confirmation.", "10 minutes"),
];

fn rows(rows: &'static [(&'static str, &'static str, &'static str)], code: bool) -> AnyView {
    rows.iter()
        .map(|(what, why, how_long)| {
            let what = if code { view! { <code>{*what}</code> }.into_any() } else { what.into_any() };
            view! {
                <tr>
                    <th scope="row">{what}</th>
                    <td>{*why}</td>
                    <td>{*how_long}</td>
                </tr>
            }
        })
        .collect_view()
        .into_any()
}

fn head(columns: [&'static str; 3]) -> AnyView {
    let columns = columns.map(|words| view! { <th scope="col">{words}</th> });
    view! {
        <thead>
            <tr>{columns.into_view()}</tr>
        </thead>
    }
    .into_any()
}

/// What is stored and what is not.
#[component]
pub fn Privacy() -> impl IntoView {
    view! {
        <PublicPage title="Privacy" lead=LEAD here="/privacy">
            <h2 id="who">"Who is responsible"</h2>
            <p>
                "Codemint is a program that somebody runs on a server of their own. Whoever runs this server is responsible for what it stores. Questions about your data go to "
                {help()} "."
            </p>

            <h2 id="stored">"What is stored"</h2>
            <div class="table-box" tabindex="0" role="region" aria-labelledby="stored">
                <table>
                    {head(["What", "Why", "How long"])} <tbody>{rows(&STORED, false)}</tbody>
                </table>
            </div>

            <h2 id="not-stored">"What is not"</h2>
            <ul>
                <li>"No card numbers or other means of payment: customers pay on Stripe's own page, and Codemint never sees them."</li>
                <li>"No list of your customers: Codemint does not read customers, and asks Stripe for no permission to."</li>
                <li>
                    "No Checkout Sessions but its own: it lists recent ones to learn how its own ended, and keeps nothing of the others."
                </li>
                <li>
                    "No addresses of visitors: a network address is held in memory for an hour or so, to limit how often links are asked for, and written nowhere by Codemint."
                </li>
                <li>"No statistics, no advertising, nothing that is loaded from other sites. Nothing is sold or handed on."</li>
            </ul>

            <h2 id="where">"Where it is, and how it is protected"</h2>
            <p>
                "Everything lies in the database of this server, and in whatever backups its operator makes of it. Stripe's tokens, restricted keys and webhook secrets are encrypted with AES-256-GCM, under keys that are not in the database. Each is bound to its place, so that it cannot be opened in another. Sessions, links and API keys are stored as hashes."
            </p>

            <h2 id="cookies">"Cookies"</h2>
            <p>
                "Only what is needed for the pages to work. Over https all but the time zone's have "
                <code>"__Host-"</code> " before their name, which keeps other sites of the same domain away from them."
            </p>
            <div class="table-box" tabindex="0" role="region" aria-labelledby="cookies">
                <table>{head(["Name", "Purpose", "How long"])} <tbody>{rows(&COOKIES, true)}</tbody></table>
            </div>

            <h2 id="others">"Who else takes part"</h2>
            <ul>
                <li>
                    <b>"Stripe"</b>
                    " gets what a checkout or a coupon is made of, under your own account and your own agreement with Stripe."
                </li>
                <li>
                    <b>"The operator's mail server"</b> " gets your address and the mails to you."
                </li>
                <li>
                    <b>"Where this server is hosted"</b> ": the operator can say."
                </li>
            </ul>

            <h2 id="erase">"Getting a copy, or having it erased"</h2>
            <p>
                "Write to " {help()}
                " from the address that you sign in with, and say which workspace it is about. Codes can be exported before by the API. Disconnect Stripe first: that destroys the tokens at once. What was created in Stripe (coupons, Checkout Sessions) is in your account and stays there until you delete it."
            </p>
            <p>
                "For what you and your backend send about your customers you are responsible; this server only stores it for you. On the page "
                <b>"People"</b>
                " you search for a customer by their e-mail address, take a copy of all that is kept, and erase them: address, references, metadata and user_id go, also from Stripe's promotion codes; codes, counts and amounts stay, and so does a hash of the address of whoever wants no marketing. The server's operator has a list of what is kept where in docs/PERSONAL_DATA.md. For a customer who is known by a user_id alone, ask in the same way."
            </p>
        </PublicPage>
    }
    .into_any()
}
