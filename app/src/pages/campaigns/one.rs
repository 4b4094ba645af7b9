//! One campaign's page.

use super::super::around::Around;
use super::super::load::{Asked, Content, Loaded, load, show_panel, trouble};
use super::super::{links, not_found};
use super::acts::{ARCHIVE, ArchiveDialog, PauseOrResume, Restore, pausing};
use super::figures::Figures;
use super::issue::Issue;
use super::notices::{At, Notices};
use super::panels::{More, TermsPanel};
use super::rewards::{Rewards, use_reward_query};
use super::use_part;
use crate::browser;
use crate::components::{Banner, DialogButton, Refusal, Time, Tone};
use crate::domain::campaign::Status;
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::domain::reward::Cause;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::campaigns::ReadCampaign;
use crate::wire::rewards::CampaignDetail;
use leptos::task::spawn_local;
use leptos_meta::Title;

/// How often the figures are looked at while a reward is on its way.
const LOOK_MS: u64 = 3_000;
/// How often otherwise: rewards are issued by a backend, not on this page.
const GLANCE_MS: u64 = 5_000;

/// The page of one campaign.
#[component]
pub fn OneCampaign() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let (app_id, id) = (use_part("app_id"), use_part("id"));
    let query = use_reward_query();
    let detail = load(Signal::derive(move || Asked::Campaign(mode.get(), app_id.get(), id.get())));
    let page = load(Signal::derive(move || Asked::Rewards(mode.get(), id.get(), query.get())));
    show_panel(detail, move |content| match content.and_then(Content::campaign) {
        Ok(detail) => {
            let now = RwSignal::new(*detail);
            view! {
                <Page now mode=mode.get_untracked() page />
                <Rewards now page app_id id mode query />
            }
            .into_any()
        }
        Err(problem) if problem.code == Code::ResourceMissing => {
            no_such_campaign(&app_id.get_untracked(), mode.get_untracked())
        }
        Err(problem) => trouble(detail, problem),
    })
}

/// In the place of a campaign that is not there.
pub fn no_such_campaign(app_id: &str, mode: Mode) -> AnyView {
    not_found::answer_not_found();
    view! {
        <Title text="Not found" />
        <div class="nothing">
            <h1>"There is no such campaign"</h1>
            <p class="third">{format!("It may have been made in the other mode: this is {mode} mode.")}</p>
            <a class="link" href=links::campaigns(app_id, mode)>
                "All campaigns"
            </a>
        </div>
    }
}

/// Drawn once; afterwards its parts follow `now`. A refresh changes figures, and leaves open dialogs alone.
#[component]
fn Page(now: RwSignal<CampaignDetail>, mode: Mode, page: Loaded) -> impl IntoView {
    let around: Around = expect_context();
    let (app_id, id) = now.with_untracked(|now| (now.view.campaign.app_id.clone(), now.view.campaign.id.clone()));
    let name = Memo::new(move |_| now.with(|now| now.view.campaign.name.clone()));
    // The server reads a title when all is drawn; what it was made of may be gone by then.
    let title = name.get_untracked();
    let title = move || name.try_get().unwrap_or_else(|| title.clone());
    around.name(name.get_untracked());
    let edit = links::edit_campaign(&app_id, &id, mode);
    let place = StoredValue::new((app_id, id));
    let refresh = move || {
        let Some((app_id, id)) = place.try_get_value() else { return };
        spawn_local(async move {
            // What cannot be had now is tried again at the next look: the figures on the screen stay.
            if let Ok(fresh) = ask(ReadCampaign { mode, app_id, id }).await
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
            page.refetch();
        }
    });
    browser::every(LOOK_MS, move || {
        if now.try_with_untracked(|now| now.figures.waiting > 0) == Some(true) {
            refresh();
        }
    });
    browser::every(GLANCE_MS, refresh);

    let archived = Signal::derive(move || now.with(|now| now.view.campaign.status == Status::Archived));
    let terms = move || now.with(|now| format!("{} · {}", now.view.terms, now.view.ends));
    let created = now.with_untracked(|now| now.view.created.clone());
    let apart = Signal::derive(move || {
        now.with(|now| {
            now.connection.status == "disconnected"
                && !now.notices.iter().any(|notice| notice.cause == Cause::NotConnected)
        })
    });
    let call = pausing();

    view! {
        <Title text=title />
        <header class="page-head">
            <div>
                <h1>{name}</h1>
                <p class="third">{terms} " · created " <Time when=created day=true /></p>
            </div>
            <div class="actions" hidden=archived>
                <PauseOrResume now mode call />
                <a class="button" href=edit>
                    "Edit"
                </a>
                <DialogButton dialog=ARCHIVE>"Archive"</DialogButton>
            </div>
            <div class="actions" hidden=move || !archived.get()>
                <Restore now mode />
            </div>
        </header>
        <Refusal call />
        <div class="above" hidden=move || !archived.get()>
            <Banner tone=Tone::Quiet>"This campaign is archived: it issues no more rewards. Codes that were earned stay good; restored, it is as it was."</Banner>
        </div>
        <div class="above" hidden=move || !apart.get()>
            <Banner tone=Tone::Amber>
                <p>"Stripe is not connected in this mode. Codes are issued all the same; they can be used once you connect."</p>
                <a class="link" href=links::settings(mode)>
                    "Connect in the settings"
                </a>
            </Banner>
        </div>
        <Notices notices=Signal::derive(move || now.with(|now| now.notices.clone())) mode at=At::Campaign />
        <div class="columns">
            <div class="column">
                <Figures now mode />
                <div hidden=archived>
                    <Issue now mode />
                </div>
            </div>
            <div class="column">
                <TermsPanel now mode />
                <More now mode />
            </div>
        </div>
        <ArchiveDialog now mode />
    }
    .into_any()
}
