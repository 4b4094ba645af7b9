//! The parts of the page about the API: a call, its fields, its refusals, the objects.

use crate::prelude::*;
use crate::wire::reference::{Answer, Call, Field, Object, Reference, Refusal, RefusalCode};

/// A text of the document: what stands in backticks is code, and an empty line parts paragraphs nowhere here.
pub fn prose(text: &str) -> AnyView {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.to_owned().into_any(),
        _ => view! { <code>{part.to_owned()}</code> }.into_any(),
    });
    parts.collect_view().into_any()
}

/// One call.
pub fn call(call: &Call, origin: &str) -> AnyView {
    view! {
        <h3 id=call.id.clone()>{call.title.clone()}</h3>
        <p class="address">
            <span class="verb">{call.method.clone()}</span>
            <code>{call.path.clone()}</code>
        </p>
        <p>{prose(&call.about)}</p>
        {fields("Parameters", &call.parameters)} {fields("Body", &call.fields)}
        {call.rules.iter().map(|rule| view! { <p>{prose(rule)}</p> }).collect_view()}
        <h4>"Example"</h4>
        <pre>
            <code>{request(call, origin)}</code>
        </pre>
        {call.answers.iter().map(answer).collect_view()} {refused(&call.refusals)}
    }
    .into_any()
}

/// A call as it is typed into a shell.
pub fn request(call: &Call, origin: &str) -> String {
    let mut lines = vec![format!("curl {origin}{}", call.example_path)];
    if call.method != "GET" && !(call.method == "POST" && call.example_body.is_some()) {
        lines[0] = format!("curl -X {} {origin}{}", call.method, call.example_path);
    }
    if call.needs_key {
        lines.push("-H \"Authorization: Bearer cm_test_…\"".into());
    }
    if call.repeatable {
        lines.push("-H \"Idempotency-Key: 5f0c7a52-9c1e-4f7b-8d3a-2b6e1f4a9c10\"".into());
    }
    if let Some(body) = &call.example_body {
        lines.push("-H \"Content-Type: application/json\"".into());
        lines.push(format!("-d '{}'", body.replace('\'', r"'\''")));
    }
    lines.join(" \\\n  ")
}

fn answer(answer: &Answer) -> AnyView {
    let object = answer.object.as_ref().map(|name| {
        view! {
            " Described as "
            <a href=format!("#object-{name}")>
                <code>{name.clone()}</code>
            </a>
            "."
        }
    });
    view! {
        <h4>{format!("Answer, {}", answer.status)}</h4>
        <p>{prose(&answer.about)} {object}</p>
        {answer.example.clone().map(|example| view! { <pre><code>{example}</code></pre> })}
    }
    .into_any()
}

fn refused(refusals: &[Refusal]) -> Option<AnyView> {
    if refusals.is_empty() {
        return None;
    }
    let each = refusals.iter().map(|Refusal { status, codes }| {
        let codes = codes.iter().map(|code| view! { <li><code>{code.clone()}</code></li> }).collect_view();
        view! {
            <dt>{status.clone()}</dt>
            <dd>
                <ul>{codes}</ul>
            </dd>
        }
    });
    Some(
        view! {
            <h4>"Refusals"</h4>
            <dl class="refused">{each.collect_view()}</dl>
        }
        .into_any(),
    )
}

fn fields(title: &'static str, fields: &[Field]) -> Option<AnyView> {
    if fields.is_empty() {
        return None;
    }
    Some(
        view! {
            <h4>{title}</h4>
            {list(fields, |field| field.required.then_some("needed"))}
        }
        .into_any(),
    )
}

/// Fields, each with what `note` says of it.
fn list(fields: &[Field], note: fn(&Field) -> Option<&'static str>) -> AnyView {
    let each = fields.iter().map(|field| {
        let place = Some(field.place.clone()).filter(|place| !place.is_empty());
        let limits = Some(field.limits.join("; ")).filter(|limits| !limits.is_empty());
        view! {
            <dt>
                <code>{field.name.clone()}</code>
                <span class="kind">{field.kind.clone()}</span>
                {place.map(|place| view! { <span class="kind">{format!("in the {place}")}</span> })}
                {note(field).map(|note| view! { <span class="needed">{note}</span> })}
            </dt>
            <dd>
                {prose(&field.about)} {limits.map(|limits| view! { <span class="limits">{prose(&limits)}</span> })}
            </dd>
        }
    });
    view! { <dl class="fields">{each.collect_view()}</dl> }.into_any()
}

/// What calls answer with, each once.
pub fn objects(reference: &Reference) -> AnyView {
    let each = reference.objects.iter().map(|Object { name, about, fields }| {
        view! {
            <h3 id=format!("object-{name}")>
                <code>{name.clone()}</code>
            </h3>
            <p>{prose(about)}</p>
            {list(fields, |field| (!field.required).then_some("not always"))}
        }
    });
    view! {
        <h2 id="objects">"Objects"</h2>
        <p>"What calls answer with. A field is always there where nothing else is said; what is not known is null."</p>
        {each.collect_view()}
    }
    .into_any()
}

/// The envelope of every refusal, and what any call may answer with.
pub fn refusals(reference: &Reference) -> AnyView {
    const ENVELOPE: &str = r#"{
  "error": {
    "type": "invalid_request_error",
    "code": "parameter_unknown",
    "message": "Unknown field: percentoff. Did you mean percent_off?",
    "param": "percentoff"
  }
}"#;
    let last = reference.everywhere.len().saturating_sub(1);
    let everywhere = reference.everywhere.iter().enumerate().map(|(at, code)| {
        let between = match at {
            0 => "",
            at if at == last => " and ",
            _ => ", ",
        };
        view! {
            {between}
            <code>{code.clone()}</code>
        }
    });
    view! {
        <h2 id="errors">"Errors"</h2>
        <p>
            "Every refusal has one envelope: a " <code>"type"</code> ", a " <code>"code"</code> " for programs, a " <code>"message"</code>
            " for people, and the " <code>"param"</code> " that is wrong, where it is one. After 429 and 503, " <code>"Retry-After"</code>
            " says when a repeat makes sense."
        </p>
        <pre>
            <code>{ENVELOPE}</code>
        </pre>
        <p>"Any call may answer " {everywhere.collect_view()} "; the others stand with their calls. " <a href="#codes">"All codes"</a> "."</p>
    }
    .into_any()
}

/// Every code, with a message as it reads.
pub fn codes(reference: &Reference) -> AnyView {
    let rows = reference.refusals.iter().map(|RefusalCode { code, status, kind, example }| {
        view! {
            <tr>
                <th scope="row">
                    <code>{code.clone()}</code>
                </th>
                <td>{example.clone()}</td>
                <td>{format!("{status}, ")} <code>{kind.clone()}</code></td>
            </tr>
        }
    });
    view! {
        <h2 id="codes">"Error codes"</h2>
        <div class="table-box" tabindex="0" role="region" aria-labelledby="codes">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Code"</th>
                        <th scope="col">"A message"</th>
                        <th scope="col">"Status and type"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
