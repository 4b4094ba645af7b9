//! The link to Stripe: how it stands, both ways to connect, and taking it back.

use super::by_key::ByKey;
use super::disconnect::AskDisconnect;
use super::one_click::OneClick;
use super::permissions::Permissions;
use crate::components::{Badge, Banner, Tone};
use crate::domain::mode::Mode;
use crate::pages::around::Around;
use crate::pages::codes::words::number;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::connection::ReadConnection;
use crate::wire::screens::ConnectionView;
use leptos::task::spawn_local;

/// How a workspace is connected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By the Stripe App.
    App,
    /// By a restricted key.
    Key,
}

/// How it is connected; none: it is not. What Stripe refuses counts: it is there, and the owner can mend it.
pub fn method(view: &ConnectionView) -> Option<Method> {
    match view.connection.method.as_deref() {
        _ if view.connection.status == "disconnected" => None,
        Some("stripe_app") => Some(Method::App),
        Some(_) => Some(Method::Key),
        None => None,
    }
}

/// Whether it works.
pub fn is_connected(view: &ConnectionView) -> bool {
    view.connection.status == "connected"
}

/// Everything about the connection. Drawn once; its parts follow `now`, so that a change leaves what is typed alone.
#[component]
pub fn StripePanel(
    /// How it stands.
    connection: ConnectionView,
    /// The mode in view.
    mode: Mode,
    /// Called when it has changed: the header shows it, too.
    changed: Callback<()>,
) -> impl IntoView {
    let now = RwSignal::new(connection);
    let by = Memo::new(move |_| now.with(method));
    let around: Around = expect_context();
    // What changed elsewhere (another tab, another device, Stripe) shows here by itself.
    Effect::new(move |before: Option<u32>| {
        let changes = around.changes.get();
        if before.is_some_and(|before| before != changes) {
            spawn_local(async move {
                if let Ok(view) = ask(ReadConnection { mode }).await {
                    now.try_set(view);
                }
            });
        }
        changes
    });
    view! {
        {move || now.with(ended)}
        <section class="panel rows" aria-label="Stripe">
            <OneClick now by />
            <ByKey now by mode changed />
        </section>
        {move || now.with(|now| is_connected(now).then(|| view! { <Permissions view=now.clone() /> }))}
        <AskDisconnect now by mode changed />
    }
    .into_any()
}

/// Why it ended, where that was not the owner's doing here.
fn ended(now: &ConnectionView) -> Option<AnyView> {
    let trouble = now.trouble.clone().filter(|_| method(now).is_none())?;
    let words = view! {
        <div class="above">
            <Banner tone=Tone::Amber>
                <p>{trouble} " Codes and counts are kept; connect again and everything goes on."</p>
            </Banner>
        </div>
    };
    Some(words)
}

/// A row's state in a word.
pub fn badge(now: &ConnectionView) -> AnyView {
    match now.connection.status.as_str() {
        "connected" => view! { <Badge tone=Tone::Good text="Connected" /> },
        "needs_reauth" => view! { <Badge tone=Tone::Red text="Needs you" /> },
        _ => view! { <Badge tone=Tone::Quiet text="Not connected" /> },
    }
}

/// What becomes of codes that were used with another account.
pub fn elsewhere(now: &ConnectionView) -> Option<AnyView> {
    let words = match now.minted_elsewhere {
        ..=0 => return None,
        1 => "One code has its coupon in the account connected before. It stays there untouched; the code is minted anew in this account at its next use.".to_owned(),
        count => format!(
            "{} codes have their coupon in the account connected before. They stay there untouched; each code is minted anew in this account at its next use.",
            number(count)
        ),
    };
    Some(view! { <Banner tone=Tone::Blue>{words}</Banner> })
}
