//! The form of a campaign that is there.

use super::super::around::Around;
use super::super::links;
use super::super::load::{Asked, Content, Loaded, load, show_panel, trouble};
use super::fields::{CampaignFields, Kind, refuse};
use super::form::{EDIT, draft};
use super::one::no_such_campaign;
use super::use_part;
use crate::components::{Banner, Call, Toasts, Tone};
use crate::domain::mode::Mode;
use crate::domain::problem::{Code, Problem};
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::campaigns::EditCampaign as Edit;
use crate::wire::rewards::CampaignEdit;
use crate::wire::screens::FormOutcome;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;

/// The page of the form.
#[component]
pub fn EditCampaign() -> impl IntoView {
    let Around { mode, frame, .. } = expect_context();
    let (app_id, id) = (use_part("app_id"), use_part("id"));
    let edit = load(Signal::derive(move || Asked::CampaignEdit(mode.get(), app_id.get(), id.get())));
    let refused = move |problem: Problem, loaded: Loaded| {
        if problem.code == Code::ResourceMissing {
            return no_such_campaign(&app_id.get_untracked(), mode.get_untracked());
        }
        trouble(loaded, problem)
    };
    // The zone is awaited first: dates are typed in it.
    view! {
        <Title text="Edit campaign" />
        {show_panel(frame, move |content| {
            let zone = match content.and_then(Content::frame) {
                Ok(around) => around.zone,
                Err(problem) => return refused(problem, frame),
            };
            show_panel(edit, move |content| match content.and_then(Content::campaign_edit) {
                Ok(edit) => {
                    view! {
                        <Form
                            edit=*edit
                            zone=zone.clone()
                            app=app_id.get_untracked()
                            id=id.get_untracked()
                            mode=mode.get_untracked()
                        />
                    }
                }
                Err(problem) => refused(problem, edit),
            })
        })}
    }
    .into_any()
}

#[component]
fn Form(edit: CampaignEdit, zone: String, app: String, id: String, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let CampaignEdit { form, time_zone, has_rewards, name } = edit;
    let zone = RwSignal::new(zone);
    let draft = draft(EDIT, form.clone(), Some(form.clone()), zone);
    let call = Call::of(EDIT);
    let navigate = use_navigate();
    let toasts: Toasts = expect_context();
    let back = links::campaign(&app, &id, mode);
    let to = back.clone();
    let send = Callback::new(move |()| {
        let (navigate, to) = (navigate.clone(), to.clone());
        let (zone, form) = (zone.get_untracked(), draft.form.get_untracked());
        let sent = ask(Edit { mode, app_id: app.clone(), id: id.clone(), form, zone });
        call.start(sent, move |outcome| match outcome {
            FormOutcome::Done { .. } => {
                around.changed();
                toasts.say("Saved.");
                navigate(&to, Default::default());
            }
            FormOutcome::Refused { problems } => refuse(draft, problems),
        });
    });
    let kind = Kind {
        id: EDIT,
        refused: "Nothing was changed yet: look at the fields that are marked. What you typed is all here.",
        words: ["Save", "Saving…"],
        before: Some((form, time_zone)),
    };
    view! {
        <header class="page-head">
            <h1>{format!("Edit {name}")}</h1>
        </header>
        {has_rewards
            .then(|| {
                view! {
                    <div class="above">
                        <Banner tone=Tone::Blue>
                            "Somebody has earned by this campaign. What you change here is for rewards to come; those already earned keep theirs."
                        </Banner>
                    </div>
                }
            })}
        <CampaignFields kind draft zone call send back=Signal::stored(back) />
    }
    .into_any()
}
