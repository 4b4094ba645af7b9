//! The screens, a file each, and the addresses that lead to them.

mod activity;
mod address;
mod apps;
mod around;
mod campaigns;
mod codes;
mod crumbs;
pub mod document;
mod forms;
mod home;
mod install;
mod lazy;
pub mod links;
mod live;
mod load;
mod not_found;
mod people;
mod public;
mod reward_mail;
mod search;
mod settings;
mod sign_in;
mod workspaces;

use crate::browser;
use crate::components::{Toasts, ToastsView};
use crate::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

/// The whole application, within `<body>`.
///
/// Pages are rendered whole (`SsrMode::Async`) rather than streamed in pieces: everything they show comes from our own database in
/// milliseconds, they work without the WASM, and nothing jumps.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let toasts = Toasts::new();
    provide_context(toasts);
    Effect::new(|_| browser::remember_zone());

    view! {
        <Title formatter=|title: String| if title.is_empty() { "Codemint".to_owned() } else { format!("{title} · Codemint") } />
        <Router>
            <Routes fallback=not_found::NotFound>
                <Route path=path!("/") view=home::Home ssr=SsrMode::Async />
                <Route path=path!("/sign-in/:token") view=sign_in::SignIn ssr=SsrMode::Async />
                <Route path=path!("/install") view=install::Install ssr=SsrMode::Async />
                <Route path=path!("/stripe/callback") view=install::WayBack ssr=SsrMode::Async />
                <Route path=path!("/stripe/confirm") view=install::Confirm ssr=SsrMode::Async />
                <Route path=path!("/docs") view=public::Docs ssr=SsrMode::Async />
                <Route path=path!("/docs/connect-stripe") view=public::ConnectStripe ssr=SsrMode::Async />
                <Route path=path!("/docs/rewards") view=public::RewardsGuide ssr=SsrMode::Async />
                <Route path=path!("/docs/discount-codes") view=public::CodesGuide ssr=SsrMode::Async />
                <Route path=path!("/docs/api") view=public::ApiReference ssr=SsrMode::Async />
                <Route path=path!("/privacy") view=public::Privacy ssr=SsrMode::Async />
                <Route path=path!("/support") view=public::Support ssr=SsrMode::Async />
                <Route path=path!("/unsubscribe/:id") view=public::Unsubscribe ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=around::SignedIn ssr=SsrMode::Async>
                    <Route path=path!("/apps") view=apps::Apps ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/discounts") view=codes::CodeList ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/discounts/new") view={Lazy::<lazy::NewCode>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/discounts/:id/edit") view={Lazy::<lazy::EditCode>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/discounts/:id") view={Lazy::<lazy::OneCode>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/campaigns/:id/mail") view={Lazy::<lazy::RewardMail>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/campaigns/:id/import") view={Lazy::<lazy::ImportRewards>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/activity") view={Lazy::<lazy::Activity>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people") view={Lazy::<lazy::People>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/campaigns") view={Lazy::<lazy::CampaignList>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/campaigns/new") view={Lazy::<lazy::NewCampaign>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/campaigns/:id") view={Lazy::<lazy::OneCampaign>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/campaigns/:id/edit") view={Lazy::<lazy::EditCampaign>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/apps/:app_id/campaigns/:id/rewards/:reward_id") view={Lazy::<lazy::OneReward>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/webhooks") view={Lazy::<lazy::Deliveries>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings") view={Lazy::<lazy::Settings>::new()} ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
        <ToastsView toasts />
    }
}
