//! One code's page.

use super::super::around::Around;
use super::super::{links, not_found};
use super::test_checkout::{self, TestCheckoutDialog};
use super::use_it::UseIt;
use super::use_app_id;
use super::words::{self, number};
use crate::browser;
use crate::components::{Badge, Banner, Bar, Call, CloseButton, CopyButton, Dialog, DialogButton, ProblemView, ReadField, StatusBadge, Time, Toasts, Tone, zone_name};
use crate::domain::discount_code::Status;
use crate::domain::mode::Mode;
use crate::domain::problem::Code;
use crate::error::flat;
use crate::server_fns::codes::{ArchiveCode, MintAgain, SetCodeActive, archive_code, mint_again, read_code, set_code_active};
use crate::wire::screens::{CodeDetail, CodeView, SyncView, When};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};

/// How often the counts are looked at while a checkout is open.
const LOOK_MS: u64 = 3000;
const ARCHIVE: &str = "archive";

/// The page of one code.
#[component]
pub fn OneCode() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let app_id = use_app_id();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let detail = Resource::new(
        move || (mode.get(), app_id.get(), id.get()),
        |(mode, app_id, id)| async move { flat(read_code(mode, app_id, id).await) },
    );
    view! {
        <Transition fallback=|| {
            view! {
                <div class="panel waiting" aria-busy="true">
                    "Loading…"
                </div>
            }
        }>
            {move || Suspend::new(async move {
                match detail.await {
                    Ok(detail) => view! { <Page detail mode=mode.get_untracked() /> }.into_any(),
                    Err(problem) if problem.code == Code::ResourceMissing => {
                        not_found::answer_not_found();
                        let codes = links::codes(&app_id.get_untracked(), mode.get_untracked());
                        view! {
                            <Title text="Not found" />
                            <div class="nothing">
                                <h1>"There is no such code"</h1>
                                <p class="third">{format!("It may have been made in the other mode: this is {} mode.", mode.get_untracked())}</p>
                                <a class="link" href=codes>
                                    "All codes"
                                </a>
                            </div>
                        }
                            .into_any()
                    }
                    Err(problem) => {
                        view! {
                            <ProblemView problem />
                            <button type="button" class="button" on:click=move |_| detail.refetch()>
                                "Retry"
                            </button>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Drawn once; afterwards its parts follow `now`. A refetch changes figures, and leaves open dialogs and what is typed in them alone.
#[component]
fn Page(detail: CodeDetail, mode: Mode) -> impl IntoView {
    let code = detail.view.code.clone();
    let (terms, created) = (detail.view.terms.clone(), detail.view.created.clone());
    let now = RwSignal::new(detail);
    let (app_id, id) = (StoredValue::new(code.app_id.clone()), StoredValue::new(code.id.clone()));
    let refresh = move || {
        let (Some(app_id), Some(id)) = (app_id.try_get_value(), id.try_get_value()) else { return };
        spawn_local(async move {
            // What cannot be had now is tried again at the next look: the figures on the screen stay.
            if let Ok(fresh) = flat(read_code(mode, app_id, id).await)
                && now.try_with_untracked(|now| *now != fresh) == Some(true)
            {
                now.set(fresh);
            }
        });
    };
    browser::on_return(refresh);
    browser::every(LOOK_MS, move || {
        let open = now.try_with_untracked(|now| now.view.code.redemptions.held > 0 || now.view.sync == SyncView::Pending);
        if open == Some(true) {
            refresh();
        }
    });
    let settings = links::settings(mode);
    let archived = Memo::new(move |_| now.with(|now| now.view.code.status == Status::Archived));

    view! {
        <Title text=code.code.clone() />
        <header class="page-head">
            <div>
                <h1 class="code">{code.code.clone()}</h1>
                <p class="third">{terms} " · created " <Time when=created day=true /></p>
            </div>
            <div class="actions" hidden=archived>
                {(mode == Mode::Test).then(|| view! { <DialogButton dialog=test_checkout::DIALOG>"Open a test checkout"</DialogButton> })}
                <PauseOrResume now mode id=code.id.clone() />
                <DialogButton dialog=ARCHIVE>"Archive"</DialogButton>
            </div>
        </header>
        <div hidden=move || !archived.get()>
            <Banner tone=Tone::Quiet>"This code is archived: nobody can use it, and its text is free for another code."</Banner>
        </div>
        <div class="columns">
            <div class="column">
                <Figures now />
                <UseIt now mode settings />
            </div>
            <div class="column">
                <TermsPanel now />
                <StripePanel now mode />
            </div>
        </div>
        {(mode == Mode::Test).then(|| view! { <TestCheckoutDialog now made=Callback::new(move |()| refresh()) /> })}
        <ArchiveDialog now mode />
    }
    .into_any()
}

/// Switches a code off and on again. Off can be taken back at once, so it does not ask.
#[component]
fn PauseOrResume(now: RwSignal<CodeDetail>, mode: Mode, id: String) -> impl IntoView {
    let call = Call::new();
    let toasts: Toasts = expect_context();
    let active = Memo::new(move |_| now.with(|now| now.view.code.active));
    let set = {
        let id = StoredValue::new(id.clone());
        move |to: bool, undo: Option<Callback<()>>| {
            call.start(set_code_active(mode, id.get_value(), to), move |view| {
                let text = view.code.code.clone();
                now.update(|now| now.view = view);
                match (to, undo) {
                    (false, Some(undo)) => toasts.say_with_undo(format!("{text} is paused. Open checkouts keep their price."), undo),
                    (false, None) => toasts.say(format!("{text} is paused.")),
                    (true, _) => toasts.say(format!("{text} can be used again.")),
                }
            });
        }
    };
    let resume = Callback::new(move |()| set(true, None));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        set(!active.get_untracked(), Some(resume));
    };
    view! {
        <form method="post" action=SetCodeActive::url() on:submit=submit>
            <input type="hidden" name="mode" value=mode.as_str() />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="active" value=move || if active.get() { "false" } else { "true" } />
            <button type="submit" class="button" aria-disabled=move || call.busy.get().then_some("true")>
                {move || if active.get() { "Pause" } else { "Resume" }}
            </button>
        </form>
        {move || call.problem.get().map(|problem| view! { <ProblemView problem /> })}
    }
    .into_any()
}

/// Redeemed, held, left.
#[component]
fn Figures(now: RwSignal<CodeDetail>) -> impl IntoView {
    let view_now = Memo::new(move |_| now.with(|now| now.view.clone()));
    let left = move || {
        view_now.with(|view| match view.code.max_redemptions {
            Some(limit) => (number((limit - view.code.redemptions.count).max(0)), format!("left of {}", number(limit))),
            None => ("∞".to_owned(), "no limit".to_owned()),
        })
    };
    view! {
        <section class="panel" aria-labelledby="used-title">
            <div class="panel-head">
                <h2 id="used-title">"Used"</h2>
                {move || view! { <StatusBadge view=view_now.get() /> }}
            </div>
            <dl class="figures">
                <div class="figure">
                    <dd>{move || view_now.with(|view| number(view.code.redemptions.redeemed))}</dd>
                    <dt>"redeemed"</dt>
                </div>
                <div class="figure">
                    <dd>{move || view_now.with(|view| number(view.code.redemptions.held))}</dd>
                    <dt>"in open checkouts"</dt>
                </div>
                <div class="figure">
                    <dd>{move || left().0}</dd>
                    <dt>{move || left().1}</dt>
                </div>
            </dl>
            {move || {
                view_now
                    .with(|view| {
                        let uses = view.code.redemptions;
                        view.code
                            .max_redemptions
                            .map(|limit| view! { <Bar redeemed=uses.redeemed held=uses.held limit=Some(limit) /> })
                    })
            }}
        </section>
    }
    .into_any()
}

fn moment(when: Option<When>, none: &'static str) -> AnyView {
    match when {
        Some(when) => {
            let zone = zone_name(&when.zone);
            view! { <Time when /> " " {zone} }.into_any()
        }
        None => none.into_any(),
    }
}

#[component]
fn TermsPanel(now: RwSignal<CodeDetail>) -> impl IntoView {
    let rows = move || {
        let CodeView { code, terms, starts, expires, .. } = now.with(|now| now.view.clone());
        // The server's line is `50% off, once`: the two halves are the two rows.
        let (discount, duration) = terms.split_once(", ").map_or((terms.clone(), String::new()), |(a, b)| (a.to_owned(), b.to_owned()));
        let limit = match code.max_redemptions {
            Some(1) => "1 use".to_owned(),
            Some(limit) => format!("{} uses", number(limit)),
            None => "none".to_owned(),
        };
        view! {
            <ReadField term="Discount">{discount}</ReadField>
            <ReadField term="Duration">{duration}</ReadField>
            <ReadField term="Limit">{limit}</ReadField>
            <ReadField term="Starts">{moment(starts, "at once")}</ReadField>
            <ReadField term="Expires">{moment(expires, "never")}</ReadField>
        }
    };
    view! {
        <section class="panel" aria-labelledby="terms-title">
            <h2 id="terms-title">"Terms"</h2>
            <dl class="pairs">{rows}</dl>
        </section>
    }
    .into_any()
}

/// Whether the code is in the owner's account, and the way out where something is wrong there.
#[component]
fn StripePanel(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let sync = Memo::new(move |_| now.with(|now| now.view.sync.clone()));
    let call = Call::new();
    let toasts: Toasts = expect_context();
    let id = StoredValue::new(now.with_untracked(|now| now.view.code.id.clone()));
    let again = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call.start(mint_again(mode, id.get_value()), move |view| {
            now.update(|now| now.view = view);
            toasts.say("It can be used again. A new coupon is made at the next checkout.");
        });
    };
    let content = move || match sync.get() {
        SyncView::NotUsed => view! {
            <PanelHead tone=Tone::Quiet word="Not used yet" />
            <p class="third">"Not used yet: nothing is in your Stripe account."</p>
        }
        .into_any(),
        SyncView::Pending => view! {
            <PanelHead tone=Tone::Blue word="Being minted" />
            <p class="third">"Its first checkout is making the coupon now."</p>
        }
        .into_any(),
        SyncView::Minted { coupon, at, url } => view! {
            <PanelHead tone=Tone::Good word="In Stripe" />
            <p class="third">"Minted at its first checkout, " <Time when=at /> ". Until then your Stripe account stayed clean."</p>
            <p class="coupon">
                <a class="link code" href=url target="_blank" rel="external noopener">
                    {coupon.clone()}
                </a>
                <CopyButton text=coupon label="Copy the coupon's id" />
            </p>
        }
        .into_any(),
        SyncView::Blocked { reason } => view! {
            <PanelHead tone=Tone::Red word="Needs you" />
            <p>{reason}</p>
            <p class="third">"No checkout uses this code until you decide. Minting again makes a new coupon with the same terms at the next checkout."</p>
            <form method="post" action=MintAgain::url() on:submit=again>
                <input type="hidden" name="mode" value=mode.as_str() />
                <input type="hidden" name="id" value=id.get_value() />
                <button type="submit" class="button button-mint" aria-disabled=move || call.busy.get().then_some("true")>
                    "Mint again"
                </button>
            </form>
        }
        .into_any(),
    };
    view! {
        <section class="panel" aria-labelledby="stripe-title">
            {content}
            {move || call.problem.get().map(|problem| view! { <ProblemView problem /> })}
        </section>
    }
    .into_any()
}

#[component]
fn PanelHead(tone: Tone, word: &'static str) -> impl IntoView {
    view! {
        <div class="panel-head">
            <h2 id="stripe-title">"In Stripe"</h2>
            <Badge tone text=word />
        </div>
    }
    .into_any()
}

/// Asks, and says what stops and what does not.
#[component]
fn ArchiveDialog(now: RwSignal<CodeDetail>, mode: Mode) -> impl IntoView {
    let Around { frame, .. } = expect_context();
    let toasts: Toasts = expect_context();
    let navigate = use_navigate();
    let call = Call::new();
    let code = now.with_untracked(|now| now.view.code.clone());
    let (id, app_id, text) = (code.id.clone(), code.app_id.clone(), code.code.clone());
    let held = move || {
        now.with(|now| match now.view.code.redemptions.held {
            0 => "No checkout is open with it.".to_owned(),
            1 => "1 open checkout keeps its price.".to_owned(),
            held => format!("{} open checkouts keep their price.", words::number(held)),
        })
    };
    let submit = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let (app_id, text, navigate) = (app_id.clone(), text.clone(), navigate.clone());
            call.start(archive_code(mode, id.clone()), move |_| {
                browser::close_dialog(ARCHIVE);
                frame.refetch();
                toasts.say(format!("{text} is archived."));
                navigate(&links::codes(&app_id, mode), Default::default());
            });
        }
    };
    view! {
        <Dialog id=ARCHIVE title=format!("Archive {}?", code.code)>
            <ul class="facts">
                <li>"New checkouts with it are refused at once."</li>
                <li>{held}</li>
                <li>"Subscriptions that have it keep it; its coupon stays in Stripe."</li>
                <li>"Its text is free for another code. Archiving cannot be taken back; to stop it for a while, pause it."</li>
            </ul>
            {move || call.problem.get().map(|problem| view! { <ProblemView problem /> })}
            <form class="actions" method="post" action=ArchiveCode::url() on:submit=submit>
                <input type="hidden" name="mode" value=mode.as_str() />
                <input type="hidden" name="id" value=id />
                <button type="submit" class="button button-red" aria-disabled=move || call.busy.get().then_some("true")>
                    {move || if call.busy.get() { "Archiving…" } else { "Archive" }}
                </button>
                <CloseButton dialog=ARCHIVE>"Keep it"</CloseButton>
            </form>
        </Dialog>
    }
    .into_any()
}
