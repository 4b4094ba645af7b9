//! What stands around every page of a signed-in person: the side bar (on phones a bar with a menu) and the header.

use super::address::{AddressBanner, AskedAddress};
use super::crumbs::Crumbs;
use super::links;
use super::live::{self, Shown};
use super::load::{Asked, Content, Loaded, load, show};
use super::workspaces::Switch;
use crate::components::{Banner, Icon, Logo, Tone};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::screens::Frame;
use crate::{browser, given};
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;
use leptos_router::location::Url;

/// What every page knows.
#[derive(Clone, Copy)]
pub struct Around {
    /// The mode in view.
    pub mode: Memo<Mode>,
    /// Who is signed in, their apps, the connection. Refetched by whoever changes one of them.
    pub frame: Loaded,
    /// Counts what was changed from elsewhere than its screen: who shows codes or the connection looks again.
    pub changes: RwSignal<u32>,
    /// The text of the code, or the name of the campaign, in view.
    pub here: RwSignal<Option<String>>,
    /// This page is about to connect by itself: nobody has to be told.
    pub own: StoredValue<bool>,
}

impl Around {
    /// Names what is in view, as long as its page stands. The server has said the name before it draws ([`given::code_here`]), and draws the
    /// page and the header on two threads, perhaps at the same moment: there a signal must not be written while it may be read, or the
    /// reader panics.
    pub fn name(self, text: String) {
        if cfg!(feature = "ssr") {
            return;
        }
        self.here.set(Some(text));
        on_cleanup(move || {
            self.here.try_set(None);
        });
    }

    /// A code or the connection was changed from elsewhere than its screen.
    pub fn changed(self) {
        self.changes.try_update(|changes| *changes += 1);
        self.frame.refetch();
    }
}

const MENU: &str = "menu";

/// The frame, and the page within.
#[component]
pub fn SignedIn() -> impl IntoView {
    let mode = links::use_mode();
    let frame = load(Signal::derive(move || Asked::Frame(mode.get())));
    let here = RwSignal::new(given::code_here());
    let around = Around { mode, frame, changes: RwSignal::new(0), here, own: StoredValue::new(false) };
    provide_context(around);
    let shown = Shown::new(around);
    live::follow(around, shown);
    let path = use_location().pathname;
    // Once one has gone somewhere, the menu of a phone closes and the keyboard goes on in the new page.
    Effect::new(move |before: Option<()>| {
        path.track();
        browser::close_popover(MENU);
        if before.is_some() {
            browser::focus("main");
        }
    });

    let asked = AskedAddress::new();
    let draw = move |frame: Option<Frame>| {
        view! {
            <Side frame=frame.clone() mode path />
            <Top frame=frame.clone() mode path here />
            <Trouble frame=frame.clone() mode path />
            {frame.filter(|frame| frame.email.is_none()).map(|_| view! { <AddressBanner asked /> })}
        }
        .into_any()
    };
    let around = show(
        frame,
        RwSignal::new(false),
        move || draw(None),
        move |content| {
            let frame = content.and_then(Content::frame).ok();
            shown.set(frame.as_ref());
            draw(frame)
        },
    );

    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the content"
        </a>
        <div class=move || if mode.get() == Mode::Test { "frame frame-test" } else { "frame" }>
            {around}
            <main id="main" class="page" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
    .into_any()
}

/// That the connection needs the owner, on every page but the settings, where their own panel says it.
#[component]
fn Trouble(frame: Option<Frame>, mode: Memo<Mode>, path: Memo<String>) -> impl IntoView {
    let status = frame.as_ref().map(|frame| frame.connection.status.clone()).unwrap_or_default();
    let why = frame.and_then(|frame| frame.trouble).unwrap_or_default();
    let parked = status == "needs_reauth";
    let quiet = !parked && (status != "disconnected" || why.is_empty());
    let (tone, first, action) = match parked {
        true => (Tone::Red, "Stripe no longer accepts the connection. ", "Mend it in the settings"),
        false => (Tone::Amber, "", "Connect again in the settings"),
    };
    let banner = (!quiet).then(|| {
        view! {
            <Banner tone>
                <p>{format!("{first}{why} Codes and counts are kept; new checkouts through Codemint are refused until you connect again.")}</p>
                <a class="link" href=move || links::settings(mode.get())>
                    {action}
                </a>
            </Banner>
        }
    });
    view! {
        <section class="trouble" aria-label="Connection to Stripe" hidden=move || quiet || path.with(|path| path == "/settings")>
            {banner}
        </section>
    }
    .into_any()
}

/// The app that a path is about: `/apps/<id>/…`.
pub fn app_in(path: &str) -> Option<String> {
    path.strip_prefix("/apps/")?.split('/').next().filter(|id| !id.is_empty()).map(Url::unescape)
}

/// Whether a path is in a part of an app: `discounts`, `campaigns`.
fn is_in(path: &str, part: &str) -> bool {
    path.strip_prefix("/apps/").and_then(|rest| rest.split('/').nth(1)) == Some(part)
}

#[component]
fn Side(frame: Option<Frame>, mode: Memo<Mode>, path: Memo<String>) -> impl IntoView {
    let email = frame.as_ref().and_then(|frame| frame.email.clone());
    let (apps, workspaces) = frame.map(|frame| (frame.apps, frame.workspaces)).unwrap_or_default();
    // The app in view; elsewhere the first one, so that its codes are always one click away.
    let app = Memo::new(move |_| {
        let id = path.with(|path| app_in(path)).or_else(|| apps.first().map(|app| app.id.clone()))?;
        let name = apps.iter().find(|app| app.id == id).map_or_else(|| id.clone(), |app| app.name.clone());
        Some((id, name))
    });
    let app_codes = Signal::derive(move || {
        app.with(|app| app.as_ref().map(|(id, _)| links::codes(id, mode.get())).unwrap_or_default())
    });
    let app_campaigns = Signal::derive(move || {
        app.with(|app| app.as_ref().map(|(id, _)| links::campaigns(id, mode.get())).unwrap_or_default())
    });
    let part = move |name: &'static str| Signal::derive(move || path.with(|path| is_in(path, name)));

    view! {
        <aside class="side">
            <div class="side-top">
                <a class="home-link" href=move || links::apps(mode.get())>
                    <Logo />
                </a>
                <button type="button" class="button button-small menu-button" popovertarget=MENU>
                    <Icon name="menu" />
                    "Menu"
                </button>
            </div>
            <nav id=MENU class="menu" popover="auto" aria-label="Main">
                <div class="menu-part" hidden=move || app.with(Option::is_none)>
                    <p class="menu-head">{move || app.with(|app| app.as_ref().map(|(_, name)| name.clone()).unwrap_or_default())}</p>
                    <NavLink icon="tag" label="Discount codes" href=app_codes current=part("discounts") />
                    <NavLink icon="gift" label="Campaigns" href=app_campaigns current=part("campaigns") />
                </div>
                <div class="menu-part">
                    <p class="menu-head">"Workspace"</p>
                    <NavLink
                        icon="apps"
                        label="Apps"
                        href=Signal::derive(move || links::apps(mode.get()))
                        current=Signal::derive(move || path.with(|path| path == "/apps"))
                    />
                    <NavLink
                        icon="activity"
                        label="Activity"
                        href=Signal::derive(move || links::activity(mode.get()))
                        current=Signal::derive(move || path.with(|path| path == "/activity"))
                    />
                    <NavLink
                        icon="person"
                        label="People"
                        href=Signal::derive(move || links::people(mode.get()))
                        current=Signal::derive(move || path.with(|path| path == "/people"))
                    />
                    <NavLink
                        icon="settings"
                        label="Settings"
                        href=Signal::derive(move || links::settings(mode.get()))
                        current=Signal::derive(move || path.with(|path| path.starts_with("/settings")))
                    />
                    // Pages without scripts: the browser asks the server for them.
                    <a class="menu-link" href="/docs" rel="external">
                        <Icon name="page" />
                        "Docs"
                    </a>
                    <a class="menu-link" href="/support" rel="external">
                        <Icon name="help" />
                        "Support"
                    </a>
                </div>
                <div class="menu-foot">
                    <Switch workspaces />
                    <span class="menu-email">{email}</span>
                    <form method="post" action="/sign-out">
                        <button type="submit" class="link">
                            "Sign out"
                        </button>
                    </form>
                </div>
            </nav>
        </aside>
    }
    .into_any()
}

#[component]
fn NavLink(icon: &'static str, label: &'static str, href: Signal<String>, current: Signal<bool>) -> impl IntoView {
    view! {
        <a class="menu-link" href=href aria-current=move || current.get().then_some("page")>
            <Icon name=icon />
            {label}
        </a>
    }
    .into_any()
}

#[component]
fn Top(frame: Option<Frame>, mode: Memo<Mode>, path: Memo<String>, here: RwSignal<Option<String>>) -> impl IntoView {
    let chip = frame.map(|frame| {
        let (class, words) = match frame.connection.status.as_str() {
            "connected" => ("badge badge-good", "Stripe connected"),
            "needs_reauth" => ("badge badge-red", "Stripe needs you"),
            _ => ("badge badge-amber", "Stripe not connected"),
        };
        view! {
            <a class=class href=move || links::settings(mode.get())>
                {words}
            </a>
        }
    });
    view! {
        <header class="top">
            <Crumbs mode path here />
            <div class="top-end">
                {chip} <nav class="modes" aria-label="Mode">
                    <ModeLink to=Mode::Test label="Test" mode path />
                    <ModeLink to=Mode::Live label="Live" mode path />
                </nav>
            </div>
        </header>
    }
    .into_any()
}

#[component]
fn ModeLink(to: Mode, label: &'static str, mode: Memo<Mode>, path: Memo<String>) -> impl IntoView {
    view! {
        <a
            class=format!("mode mode-{to}")
            href=move || path.with(|path| links::in_mode(path, to))
            aria-current=move || (mode.get() == to).then_some("true")
        >
            {label}
            <span class="unseen">" mode"</span>
        </a>
    }
    .into_any()
}
