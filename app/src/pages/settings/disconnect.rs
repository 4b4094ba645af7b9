//! Taking the connection back: what ends with it, and what stays.

use super::stripe::Method;
use crate::browser;
use crate::components::{Ask, Call, Toasts};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::connection::Disconnect;
use crate::wire::screens::ConnectionView;

/// The dialog's id.
pub const ASK: &str = "disconnect";

/// Asks first.
#[component]
pub fn AskDisconnect(
    /// How the connection stands.
    now: RwSignal<ConnectionView>,
    /// How it is made.
    by: Memo<Option<Method>>,
    /// The mode in view.
    mode: Mode,
    /// Called when it has changed.
    changed: Callback<()>,
) -> impl IntoView {
    let call = Call::of(ASK);
    let toasts: Toasts = expect_context();
    let act = Callback::new(move |()| {
        let said = match by.get_untracked() {
            Some(Method::App) => "Disconnected. The app's tokens were destroyed here.",
            _ => "Disconnected. The key was deleted here.",
        };
        call.start(ask(Disconnect { mode }), move |view| {
            browser::close_dialog(ASK);
            now.set(view);
            changed.run(());
            toasts.say(said);
        });
    });
    view! {
        <Ask id=ASK title="Disconnect Stripe?" call act words=["Disconnect", "Disconnecting…", "Stay connected"]>
            <li>"New checkouts through Codemint are refused until you connect again."</li>
            <li>"Codes and counts stay. Open checkouts keep their price. What is in Stripe stays there."</li>
            {move || match by.get() {
                Some(Method::App) => view! {
                    <li>
                        "The app's tokens are destroyed here. To remove the app from Stripe, too, "
                        <a
                            class="link"
                            href=now.with(|now| now.installed_apps_url.clone())
                            target="_blank"
                            rel="external noopener"
                        >
                            "uninstall it there"
                        </a> "."
                    </li>
                },
                _ => view! {
                    <li>"The key is deleted here. To end it in Stripe, too, delete it on Stripe's page for API keys."</li>
                },
            }}
        </Ask>
    }
    .into_any()
}
