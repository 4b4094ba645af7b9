//! One code's page.

use super::super::around::Around;
use super::super::load::{Asked, Content, load, show_panel, trouble};
use super::super::{links, not_found};
use super::acts::{ARCHIVE, ArchiveDialog, PauseOrResume, Restore};
use super::panels::{Figures, StripePanel, TermsPanel};
use super::test_checkout::{self, TestCheckoutDialog};
use super::use_app_id;
use super::use_it::UseIt;
use crate::browser;
use crate::components::{Banner, DialogButton, Time, Tone};
use crate::domain::discount_code::Status;
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::ReadCode;
use crate::wire::screens::{CodeDetail, SyncView};
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// How often the counts are looked at while a checkout is open.
const LOOK_MS: u64 = 3000;

/// The page of one code.
#[component]
pub fn OneCode() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let app_id = use_app_id();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let detail = load(Signal::derive(move || Asked::Code(mode.get(), app_id.get(), id.get())));
    show_panel(detail, move |content| match content.and_then(Content::code) {
        Ok(detail) => view! { <Page detail=*detail mode=mode.get_untracked() /> }.into_any(),
        Err(problem) if problem.code == Code::ResourceMissing => {
            no_such_code(&app_id.get_untracked(), mode.get_untracked())
        }
        Err(problem) => trouble(detail, problem),
    })
}

/// 404: it does not exist here.
pub(super) fn no_such_code(app_id: &str, mode: Mode) -> AnyView {
    not_found::answer_not_found();
    view! {
        <Title text="Not found" />
        <div class="nothing">
            <h1>"There is no such code"</h1>
            <p class="third">{format!("It may have been made in the other mode: this is {mode} mode.")}</p>
            <a class="link" href=links::codes(app_id, mode)>
                "All codes"
            </a>
        </div>
    }
    .into_any()
}

/// Drawn once; afterwards its parts follow `now`. A refetch changes figures, and leaves open dialogs and what is typed in them alone.
#[component]
fn Page(detail: CodeDetail, mode: Mode) -> impl IntoView {
    let around: Around = expect_context();
    let code = detail.view.code.clone();
    around.here.set(Some(code.code.clone()));
    on_cleanup(move || {
        around.here.try_set(None);
    });
    let (terms, created) = (detail.view.terms.clone(), detail.view.created.clone());
    let now = RwSignal::new(detail);
    let (app_id, id) = (StoredValue::new(code.app_id.clone()), StoredValue::new(code.id.clone()));
    let refresh = move || {
        let (Some(app_id), Some(id)) = (app_id.try_get_value(), id.try_get_value()) else { return };
        spawn_local(async move {
            // What cannot be had now is tried again at the next look: the figures on the screen stay.
            if let Ok(fresh) = ask(ReadCode { mode, app_id, id }).await
                && now.try_with_untracked(|now| *now != fresh) == Some(true)
            {
                now.set(fresh);
            }
        });
    };
    browser::on_return(refresh);
    Effect::new(move |before: Option<()>| {
        around.changes.track();
        if before.is_some() {
            refresh();
        }
    });
    browser::every(LOOK_MS, move || {
        let open =
            now.try_with_untracked(|now| now.view.code.redemptions.held > 0 || now.view.sync == SyncView::Pending);
        if open == Some(true) {
            refresh();
        }
    });
    let settings = links::settings(mode);
    let archived = Signal::derive(move || now.with(|now| now.view.code.status == Status::Archived));

    view! {
        <Title text=code.code.clone() />
        <header class="page-head">
            <div>
                <h1 class="code">{code.code.clone()}</h1>
                <p class="third">{terms} " · created " <Time when=created day=true /></p>
            </div>
            <div class="actions" hidden=archived>
                {(mode == Mode::Test).then(|| view! { <DialogButton dialog=test_checkout::DIALOG>"Open a test checkout"</DialogButton> })}
                <PauseOrResume now mode />
                <DialogButton dialog=ARCHIVE>"Archive"</DialogButton>
            </div>
            <div class="actions" hidden=move || !archived.get()>
                <Restore now mode />
            </div>
        </header>
        <div class="above" hidden=move || !archived.get()>
            <Banner tone=Tone::Quiet>"This code is archived: nobody can use it, and its text is free for another code. Restored, it is as it was."</Banner>
        </div>
        <div class="columns">
            <div class="column">
                <Figures now />
                <div hidden=archived>
                    <UseIt now mode settings />
                </div>
            </div>
            <div class="column">
                <TermsPanel now mode />
                <StripePanel now mode />
            </div>
        </div>
        {(mode == Mode::Test).then(|| view! { <TestCheckoutDialog now made=Callback::new(move |()| refresh()) /> })}
        <ArchiveDialog now mode />
    }
    .into_any()
}
