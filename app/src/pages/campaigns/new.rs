//! The form for a new campaign.

use super::super::around::Around;
use super::super::links;
use super::super::load::{Content, Loaded, show_panel, trouble};
use super::fields::{CampaignFields, Kind, refuse};
use super::form::{CREATE, draft};
use super::use_part;
use crate::components::{Call, Toasts};
use crate::domain::campaign_form::CampaignForm;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::campaigns::CreateCampaign;
use crate::wire::screens::FormOutcome;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;

/// The page of the form. The zone is awaited first: dates are typed in it.
#[component]
pub fn NewCampaign() -> impl IntoView {
    let Around { mode, frame, .. } = expect_context();
    let app_id = use_part("app_id");
    view! {
        <Title text="New campaign" />
        <header class="page-head">
            <h1>"New campaign"</h1>
        </header>
        {show_panel(frame, move |content| match content.and_then(Content::frame) {
            Ok(around) => view! { <Form zone=around.zone app_id mode frame /> }.into_any(),
            Err(problem) => trouble(frame, problem),
        })}
    }
    .into_any()
}

#[component]
fn Form(zone: String, app_id: Memo<String>, mode: Memo<Mode>, frame: Loaded) -> impl IntoView {
    let zone = RwSignal::new(zone);
    let draft = draft(CREATE, CampaignForm::default(), None, zone);
    let call = Call::of(CREATE);
    let navigate = use_navigate();
    let toasts: Toasts = expect_context();
    let send = Callback::new(move |()| {
        let (app, mode) = (app_id.get_untracked(), mode.get_untracked());
        let navigate = navigate.clone();
        let (zone, form) = (zone.get_untracked(), draft.form.get_untracked());
        let sent = ask(CreateCampaign { mode, app_id: app.clone(), form, zone });
        call.start(sent, move |outcome| match outcome {
            FormOutcome::Done { id } => {
                frame.refetch();
                toasts.say("Created. Its coupon is made in Stripe with the first reward.");
                navigate(&links::campaign(&app, &id, mode), Default::default());
            }
            FormOutcome::Refused { problems } => refuse(draft, problems),
        });
    });
    let kind = Kind {
        id: CREATE,
        refused: "Nothing was created yet: look at the fields that are marked. What you typed is all here.",
        words: ["Create campaign", "Creating…"],
        before: None,
    };
    let back = Signal::derive(move || app_id.with(|app_id| links::campaigns(app_id, mode.get())));
    view! { <CampaignFields kind draft zone call send back /> }.into_any()
}
