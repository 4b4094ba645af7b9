//! The API, call by call: what the OpenAPI document says, drawn for people. Only what calls have in common is written here.

use super::api_parts::{call, codes, objects, prose, refusals};
use super::frame::PublicPage;
use super::stores::out_of_scope;
use crate::given::{self, ApiHere};
use crate::prelude::*;
use crate::wire::reference::{Group, Reference};

const LEAD: &str =
    "Every call, with its fields, an example and what it refuses. The same as a document for tools: /openapi.json.";

/// Every call of the API.
#[component]
pub fn ApiReference() -> impl IntoView {
    let Some(ApiHere { reference, origin }) = given::api() else {
        return view! {
            <PublicPage title="API" lead=LEAD here="/docs">
                <p>"The document is at " <a href="/openapi.json">"/openapi.json"</a> "."</p>
            </PublicPage>
        }
        .into_any();
    };
    let groups = reference.groups.iter().map(|one| group(one, &origin)).collect_view();
    view! {
        <PublicPage title="API" lead=LEAD here="/docs" wide=true>
            <div class="reference">
                {contents(&reference)}
                <div class="prose">{shared(&origin)} {refusals(&reference)} {groups} {objects(&reference)} {codes(&reference)} {out_of_scope()}</div>
            </div>
        </PublicPage>
    }
    .into_any()
}

/// What leads to each call.
fn contents(reference: &Reference) -> AnyView {
    let of = |group: &Group| {
        let calls = group.calls.iter().map(|call| {
            view! {
                <li>
                    <a href=format!("#{}", call.id)>
                        <span class="verb">{call.method.clone()}</span>
                        {call.title.clone()}
                    </a>
                </li>
            }
        });
        view! {
            <p>{group.name.clone()}</p>
            <ul>{calls.collect_view()}</ul>
        }
    };
    let after = [("objects", "Objects"), ("codes", "Error codes")]
        .map(|(id, words)| view! { <li><a href=format!("#{id}")>{words}</a></li> });
    let shared = [
        ("keys", "Keys"),
        ("requests", "Requests and answers"),
        ("idempotency", "Sending again"),
        ("lists", "Lists"),
        ("errors", "Errors"),
    ]
    .map(|(id, words)| view! { <li><a href=format!("#{id}")>{words}</a></li> });
    view! {
        <nav class="reference-calls" aria-label="Calls">
            <p>"In common"</p>
            <ul>{shared.into_view()}</ul>
            {reference.groups.iter().map(of).collect_view()}
            <p>"Further down"</p>
            <ul>{after.into_view()}</ul>
        </nav>
    }
    .into_any()
}

fn group(group: &Group, origin: &str) -> AnyView {
    let calls = group.calls.iter().map(|one| call(one, origin)).collect_view();
    let id = group.name.to_lowercase().replace(' ', "-");
    view! {
        <h2 id=id>{group.name.clone()}</h2>
        <p>{prose(&group.about)}</p>
        {calls}
    }
    .into_any()
}

/// What holds for every call.
fn shared(origin: &str) -> AnyView {
    let example = format!("curl {origin}/v1/admin/connection \\\n  -H \"Authorization: Bearer cm_test_…\"");
    view! {
        <h2 id="keys">"Keys"</h2>
        <p>
            "Make an API key under Settings. It starts with " <code>"cm_test_"</code> " or " <code>"cm_live_"</code>
            ", belongs to one workspace and one mode, and to one app or to all. Where it belongs to one app, " <code>"app_id"</code>
            " may be left out. What belongs to another workspace, app or mode is answered like what does not exist."
        </p>
        <pre>
            <code>{example}</code>
        </pre>
        <p>
            "Never send a key of Stripe's, which starts with " <code>"sk_"</code> " or " <code>"rk_"</code>
            ": it is refused, and not logged. Call the API from your server, never from a page or an app."
        </p>

        <h2 id="requests">"Requests and answers"</h2>
        <ul>
            <li>"JSON in and out, in UTF-8. Fields and parameters that are not described are refused, and so is one that is given twice."</li>
            <li>"Times are whole numbers: milliseconds since 1970, in UTC. Amounts are whole numbers in the currency's smallest unit: 500 is $5.00, or ¥500."</li>
            <li>"Every answer has a " <code>"Request-Id"</code> ". Support finds the line in the log by it."</li>
        </ul>

        <h2 id="idempotency">"Sending again"</h2>
        <p>
            "A write takes an " <code>"Idempotency-Key"</code>
            ", 1 to 255 visible ASCII characters of your choice, such as a UUID. Sent again with the same body, the request is answered again, byte for byte, with "
            <code>"Idempotent-Replayed: true"</code>
            ", and nothing is done twice. Send again after a time-out, a 5xx and a 429. Another body under the same key is refused. Keys are kept for 24 hours or more. A reward's "
            <code>"reference"</code> " does the same for ever: one reference, one reward."
        </p>

        <h2 id="lists">"Lists"</h2>
        <p>
            "Lists come newest first: " <code>"limit"</code> " is 1 to 100, and 20 by default. While " <code>"has_more"</code>
            " is true, ask on with " <code>"starting_after"</code> " and the last id; " <code>"ending_before"</code> " goes the other way."
        </p>
    }
    .into_any()
}
