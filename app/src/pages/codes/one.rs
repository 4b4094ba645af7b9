//! One code's page.

use super::super::around::Around;
use super::super::load::{Asked, Content, Loaded, load, show_panel, trouble};
use super::super::{links, not_found};
use super::acts::{ARCHIVE, ArchiveDialog, PauseOrResume, Restore};
use super::panels::{Figures, StripePanel, TermsPanel};
use super::redemptions::{Redemptions, use_redemption_query};
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
use crate::server_fns::ledger::ReadUsage;
use crate::wire::screens::{CodeDetail, CodeView};
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// How often a page that is seen asks whether the code was used. One row is read by its key: an answer of 60 bytes.
const LOOK_MS: u64 = 2000;

/// The page of one code.
#[component]
pub fn OneCode() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let app_id = use_app_id();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let query = use_redemption_query();
    let detail = load(Signal::derive(move || Asked::Code(mode.get(), app_id.get(), id.get())));
    let page = load(Signal::derive(move || Asked::Redemptions(mode.get(), app_id.get(), id.get(), query.get())));
    show_panel(detail, move |content| match content.and_then(Content::code) {
        Ok(detail) => {
            let now = RwSignal::new(*detail);
            let refresh = Callback::new(move |()| refresh(now, page, mode.get_untracked()));
            follow(now, page, mode.get_untracked(), refresh);
            view! {
                <Page now mode=mode.get_untracked() page refresh />
                <Redemptions page app_id id mode query ended=refresh />
            }
            .into_any()
        }
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

/// Looks again at the code and at its redemptions.
fn refresh(now: RwSignal<CodeDetail>, page: Loaded, mode: Mode) {
    let Some((app_id, id)) = now.try_with_untracked(|now| (now.view.code.app_id.clone(), now.view.code.id.clone()))
    else {
        return;
    };
    page.refetch();
    spawn_local(async move {
        // What cannot be had now is tried again at the next look: the figures on the screen stay.
        if let Ok(fresh) = ask(ReadCode { mode, app_id, id }).await
            && now.try_with_untracked(|now| *now != fresh) == Some(true)
        {
            now.set(fresh);
        }
    });
}

/// Follows the code while the page is seen: whatever moves a redemption moves the code's counters with it, so that one look at them tells
/// whether the rows and the chart are old.
fn follow(now: RwSignal<CodeDetail>, page: Loaded, mode: Mode, refresh: Callback<()>) {
    let around: Around = expect_context();
    browser::on_return(move || refresh.run(()));
    Effect::new(move |before: Option<()>| {
        around.changes.track();
        if before.is_some() {
            refresh.run(());
        }
    });
    browser::every(LOOK_MS, move || {
        let place = now.try_with_untracked(|now| (now.view.code.app_id.clone(), now.view.code.id.clone()));
        let Some((app_id, code_id)) = place else { return };
        spawn_local(async move {
            let Ok(usage) = ask(ReadUsage { mode, app_id, code_id }).await else { return };
            let shown = page.try_with_untracked(|page| {
                let content = page.as_ref().and_then(|loaded| loaded.clone().ok())?;
                content.redemptions().ok().map(|page| page.usage)
            });
            // Rows that could not be had have a button of their own; those on their way are new.
            if let Some(Some(shown)) = shown
                && shown != usage
            {
                refresh.run(());
            }
        });
    });
}

/// Drawn once; afterwards its parts follow `now`. A refetch changes figures, and leaves open dialogs and what is typed in them alone.
#[component]
fn Page(now: RwSignal<CodeDetail>, mode: Mode, page: Loaded, refresh: Callback<()>) -> impl IntoView {
    let around: Around = expect_context();
    let CodeView { code, terms, created, .. } = now.with_untracked(|now| now.view.clone());
    around.name(code.code.clone());
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
                <Figures now page />
                <div hidden=archived>
                    <UseIt now mode settings />
                </div>
            </div>
            <div class="column">
                <TermsPanel now mode />
                <StripePanel now mode />
            </div>
        </div>
        {(mode == Mode::Test).then(|| view! { <TestCheckoutDialog now made=refresh /> })}
        <ArchiveDialog now mode />
    }
    .into_any()
}
