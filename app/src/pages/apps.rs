//! The apps of a workspace, and the first five minutes.

use super::around::Around;
use super::codes::words::number;
use super::links;
use super::load::{Content, show_panel, trouble};
use crate::components::{Call, Refusal, Step, StepState, Steps, SubmitButton, TextField};
use crate::domain::app_id::AppId;
use crate::domain::mode::Mode;
use crate::domain::problem::Problem;
use crate::prelude::*;
use crate::server_fns::apps::CreateApp;
use crate::server_fns::ask;
use crate::wire::screens::{AppRow, FormOutcome, Frame};
use crate::{browser, given};
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;

/// How often the third step looks whether the first checkout has come.
const LOOK_MS: u64 = 3000;

/// The list of apps.
#[component]
pub fn Apps() -> impl IntoView {
    browser::arrived();
    let Around { mode, frame, .. } = expect_context();
    // Whether something that happens elsewhere is waited for; and whether there was something to do at first: then the last step is
    // seen turning green.
    let waiting = RwSignal::new(false);
    let begun = StoredValue::new(false);
    browser::on_return(move || frame.refetch());
    browser::every(LOOK_MS, move || {
        if waiting.try_get_untracked() == Some(true) {
            frame.refetch();
        }
    });

    let known = show_panel(frame, move |content| match content.and_then(Content::frame) {
        Err(problem) => trouble(frame, problem),
        Ok(now) => {
            let first_app = now.apps.is_empty();
            let mode = mode.get_untracked();
            waiting.set(now.has_codes && !now.has_checkouts);
            let done = is_done(&now);
            if !done {
                begun.set_value(true);
            }
            view! {
                {(!done || begun.get_value()).then(|| view! { <FirstSteps frame=now.clone() mode /> })}
                <AppTable apps=now.apps mode />
                // The form below stands outside, so that a refetch leaves it alone: its button is filled by the sibling's class.
                <h2 class=if first_app { "section section-first" } else { "section" }>
                    {if first_app { "Name your first app" } else { "Add an app" }}
                </h2>
            }
            .into_any()
        }
    });

    view! {
        <Title text="Apps" />
        <header class="page-head">
            <div>
                <h1>"Apps"</h1>
                <p class="third">"One for each product that you sell. Codes belong to an app."</p>
            </div>
        </header>
        {known}
        <NewApp />
    }
    .into_any()
}

/// Whether there is nothing left of the first five minutes.
fn is_done(frame: &Frame) -> bool {
    frame.connection.status == "connected" && frame.has_codes && frame.has_checkouts
}

/// Connect, create, send.
#[component]
fn FirstSteps(frame: Frame, mode: Mode) -> impl IntoView {
    let connected = frame.connection.status == "connected";
    let app = frame.apps.first().map(|app| app.id.clone());
    let has_app = app.is_some();
    // Without an app, its form below is the thing to do: no step has the filled button then.
    let next = if !has_app {
        0
    } else if !connected {
        1
    } else if !frame.has_codes {
        2
    } else {
        3
    };
    let state = move |number: u8, done: bool| match done {
        true => StepState::Done,
        false if number == next => StepState::Next,
        false => StepState::Later,
    };
    // What Stripe refuses is mended in the settings, where it says why.
    let one_click = frame.one_click_url.clone().filter(|_| frame.connection.status == "disconnected");
    let external = one_click.is_some();
    let (connect, connect_text) = match one_click {
        Some(url) => (url, "Two clicks at Stripe; coupons, promotion codes and checkouts are all that is asked for."),
        None => (links::settings(mode), "Coupons and promotion codes are all that is asked for."),
    };
    let codes = app.as_deref().map(|app| links::codes(app, mode));
    let new_code = app.as_deref().map(|app| links::new_code(app, mode));
    view! {
        <section class="panel" aria-labelledby="steps-title">
            <h2 id="steps-title">{if is_done(&frame) { "That was all: you are ready to sell" } else { "The first five minutes" }}</h2>
            <Steps>
                <Step
                    state=state(1, connected)
                    number=1
                    title="Connect Stripe"
                    text=if connected { "Connected." } else { connect_text }
                    href=Some(connect)
                    action=if external { "Connect with Stripe" } else { "Connect Stripe" }
                    external
                />
                <Step
                    state=state(2, frame.has_codes)
                    number=2
                    title="Create a code"
                    text=if frame.has_codes { "Created." } else { "Nothing is made in Stripe until somebody uses it." }
                    href=new_code
                    action="Create code"
                />
                <Step
                    state=state(3, frame.has_checkouts)
                    number=3
                    title="Send a checkout"
                    text=if frame.has_checkouts {
                        "The first checkout has arrived."
                    } else {
                        "Each code's page has the call to copy. This turns green when the first checkout arrives."
                    }
                    href=codes.filter(|_| frame.has_codes)
                    action="Open your codes"
                />
            </Steps>
        </section>
    }
    .into_any()
}

#[component]
fn AppTable(apps: Vec<AppRow>, mode: Mode) -> impl IntoView {
    if apps.is_empty() {
        return ().into_any();
    }
    let rows = apps
        .into_iter()
        .map(|app| {
            let codes = match app.codes {
                Some(1) => "1 code".to_owned(),
                Some(count) => format!("{} codes", number(count)),
                None => format!("more than {} codes", number(10_000)),
            };
            view! {
                <tr>
                    <td>
                        <a class="row-link" href=links::codes(&app.id, mode)>
                            {app.name}
                        </a>
                    </td>
                    <td data-label="Id">
                        <code>{app.id}</code>
                    </td>
                    <td data-label="In this mode" class="end third">
                        {codes}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"App"</th>
                    <th scope="col">"Id"</th>
                    <th scope="col" class="end">
                        {format!("Codes ({mode} mode)")}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

const FORM: &str = "create-app";

/// The form for a new app.
#[component]
fn NewApp() -> impl IntoView {
    let Around { mode, frame, .. } = expect_context();
    let call = Call::of(FORM);
    let navigate = use_navigate();
    let (name, id) = (given::typed(FORM, "name"), given::typed(FORM, "id"));
    let problems = RwSignal::new(given::problems(FORM));
    let typed = RwSignal::new((name.clone(), id.clone()));

    let read = move || {
        let field = |name| browser::field(FORM, name).unwrap_or_default();
        (field("name"), field("id"))
    };
    Effect::new(move |_| {
        if let Some(name) = browser::field(FORM, "name") {
            typed.set((name, browser::field(FORM, "id").unwrap_or_default()));
        }
    });
    let input = move |_| {
        let now = read();
        // What was refused stays said until it is right.
        if problems.with_untracked(|problems| !problems.is_empty()) {
            problems.set(check(&now.0, &now.1));
        }
        typed.set(now);
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (name, id) = read();
        let found = check(&name, &id);
        if let Some(first) = found.first() {
            browser::focus(if first.param.as_deref() == Some("id") { "app-id" } else { "app-name" });
            problems.set(found);
            return;
        }
        let navigate = navigate.clone();
        call.start(ask(CreateApp { name, id }), move |outcome| match outcome {
            FormOutcome::Done { id } => {
                frame.refetch();
                navigate(&links::codes(&id, mode.get_untracked()), Default::default());
            }
            FormOutcome::Refused { problems: found } => problems.set(found),
        });
    };
    let error_of = move |name: &'static str| {
        Signal::derive(move || {
            problems
                .with(|problems| {
                    problems
                        .iter()
                        .find(|problem| problem.param.as_deref() == Some(name))
                        .map(|problem| problem.message.clone())
                })
                .or_else(|| call.field_problem(name))
        })
    };
    let id_help = Signal::derive(move || {
        typed.with(|(name, id)| match AppId::from_name(name) {
            Some(slug) if id.trim().is_empty() => {
                format!("Stands in addresses and API calls. Left empty, it is {slug}.")
            }
            _ => "Stands in addresses and API calls: a-z, 0-9, - and _.".to_owned(),
        })
    });

    view! {
        <section class="panel">
            <form id=FORM class="line" method="post" novalidate on:submit=submit on:input=input>
                <TextField id="app-name" name="name" label="Name" placeholder="Task Pomo" value=name error=error_of("name") />
                <TextField id="app-id" name="id" label="Id" placeholder="task-pomo" input_class="mono" value=id help=Some(id_help) error=error_of("id") />
                <SubmitButton form=FORM call class="button" words="Create app" busy="Creating…" />
            </form>
            <Refusal call fields=&["name", "id"] />
        </section>
    }
    .into_any()
}

/// Everything that is wrong with what was typed, as far as the browser can tell.
fn check(name: &str, id: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if name.trim().is_empty() {
        problems.push(Problem::missing("name", "Type a name, like Task Pomo."));
    }
    if !id.trim().is_empty() {
        problems.extend(AppId::parse(id, "id").err());
    } else if !name.trim().is_empty() && AppId::from_name(name).is_none() {
        problems.push(Problem::missing("id", "The name has no letters from a to z: type an id, like task-pomo."));
    }
    problems
}
